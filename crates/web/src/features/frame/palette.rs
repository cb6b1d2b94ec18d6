//! The palette: jump to a client, matter, record, person or page. Words travel in the body, hits pass the gate.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use strongroom_domain::Error;
use strongroom_domain::features::{client, matter, record, staff};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::fits;
use crate::http::api::Json;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::layout::Section;

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// One hit.
#[derive(Serialize)]
struct Hit {
    kind: &'static str,
    title: String,
    subtitle: String,
    href: String,
}

const EACH: usize = 8;

/// Finds.
pub(super) async fn find(page: Page, asked: Result<Json<Asked>, Problem>) -> Response {
    let found = match asked {
        Ok(Json(asked)) => hits(&page, asked.q.trim()).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match found {
        Ok(hits) => axum::Json(hits).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn hits(page: &Page, words: &str) -> Result<Vec<Hit>, Error> {
    let mut hits = pages(page, words).await?;
    let role = page.me.role;
    if words.is_empty() || role == Role::ClientContact {
        return Ok(hits);
    }
    if !matches!(role, Role::Administrator | Role::Auditor) {
        let (matters, _) = matter::matters(&page.ctx, words, page.only_client(), None, EACH).await?;
        hits.extend(matters.into_iter().map(|m| Hit {
            kind: "matter",
            title: m.name,
            subtitle: format!("{} · {}", m.client_name, m.reference),
            href: format!("/matters/{}", m.id),
        }));
    }
    // one letter stands in every title
    if !matches!(role, Role::Administrator | Role::Auditor) && words.chars().count() > 1 {
        let records = record::find(&page.ctx, words, page.only_client(), EACH).await?;
        hits.extend(records.into_iter().map(|r| Hit {
            kind: "record",
            title: r.title,
            subtitle: r.matter_name,
            href: format!("/records/{}", r.id),
        }));
    }
    if page.presenting.is_some() {
        return Ok(hits);
    }
    if !matches!(role, Role::Administrator | Role::Auditor) {
        let (clients, _) = client::clients(&page.ctx, words, None, EACH).await?;
        hits.extend(clients.into_iter().map(|c| Hit {
            kind: "client",
            title: c.name,
            subtitle: c.reference,
            href: format!("/clients/{}", c.id),
        }));
    }
    if page.ctx.may(Verb::StaffList, &Target::Firm).await? {
        let (people, _) = staff::staff_list(&page.ctx, words, None, EACH).await?;
        hits.extend(people.into_iter().map(|p| Hit {
            kind: "person",
            title: p.name,
            subtitle: p.role.says().to_owned(),
            href: format!("/staff/{}", p.id),
        }));
    }
    Ok(hits)
}

/// The pages of the rail, and what can be begun from anywhere by this person.
async fn pages(page: &Page, words: &str) -> Result<Vec<Hit>, Error> {
    let shell = page.shell("", Section::Today);
    let mut hits: Vec<Hit> = shell
        .nav
        .into_iter()
        .filter(|item| fits(&item.label, words))
        .map(|item| hit("page", &item.label, &item.href))
        .collect();
    if page.presenting.is_none() {
        for (verb, label, also, href) in BEGUN {
            let asked = fits(&format!("{label} {also}"), words);
            if asked && page.ctx.may(*verb, &Target::Firm).await? {
                hits.push(hit("action", label, href));
            }
        }
    }
    let own = "Your sign-in and tokens";
    hits.extend(fits(own, words).then(|| hit("page", own, "/account")));
    Ok(hits)
}

/// What can be begun, the other words by which it is looked for, and where. Whoever takes on clients opens matters.
const BEGUN: &[(Verb, &str, &str, &str)] = &[
    (Verb::ClientCreate, "New matter", "open", "/matters/new"),
    (Verb::ClientCreate, "New client", "take on", "/clients/new"),
    (Verb::WallMake, "Make a wall", "new", "/walls/new"),
    (Verb::StaffInvite, "Invite someone", "new person staff", "/staff"),
    (Verb::PolicyPropose, "Propose policies", "change", "/policies"),
];

fn hit(kind: &'static str, title: &str, href: &str) -> Hit {
    Hit { kind, title: title.to_owned(), subtitle: String::new(), href: href.to_owned() }
}
