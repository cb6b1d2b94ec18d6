//! The palette: jump to a client, matter, record, person or page. Words travel in the body, hits pass the gate.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use strongroom_domain::Error;
use strongroom_domain::features::{client, matter, record, staff};
use strongroom_domain::kernel::actor::Role;

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
    let mut hits = pages(page, words);
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
    if role == Role::Administrator {
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

/// The pages of the rail, and what can be begun from anywhere.
fn pages(page: &Page, words: &str) -> Vec<Hit> {
    let shell = page.shell("", Section::Today);
    let rail = shell.nav.into_iter().map(|item| ("page", item.label, item.href));
    let begun: &[(&str, &str)] = match page.me.role {
        _ if page.presenting.is_some() => &[],
        Role::Partner | Role::RecordsManager => {
            &[("Open a new matter", "/matters/new"), ("Take on a client", "/clients/new")]
        }
        Role::ComplianceOfficer => &[("Make a wall", "/walls/new")],
        _ => &[],
    };
    let begun = begun.iter().map(|(label, href)| ("action", (*label).to_owned(), (*href).to_owned()));
    let own = std::iter::once(("page", String::from("Your sign-in and tokens"), String::from("/account")));
    rail.chain(begun)
        .chain(own)
        .filter(|(_, label, _)| fits(label, words))
        .map(|(kind, title, href)| Hit { kind, title, subtitle: String::new(), href })
        .collect()
}

fn fits(label: &str, words: &str) -> bool {
    let label = label.to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| label.contains(word))
}
