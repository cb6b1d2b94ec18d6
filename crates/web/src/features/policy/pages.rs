//! The page of the policies in force.

use strongroom_domain::features::policy::{self, Candidate, Offer, Overview, ProposalView, Source};
use strongroom_domain::{Error, Result};

use crate::features::words::capital;
use crate::http::page::Page;
use crate::http::reply::{Answer, html};
use crate::http::when::many;
use crate::layout::{Section, Tone};
use crate::view::admin::{ApprovalRow, Decide};
use crate::view::field::Field;
use crate::view::parts::{Chip, Icon};
use crate::view::policies::{CandidateLine, FileRules, Policies, ProposalLine, RuleLine};

/// Where policies come from, as people say it.
pub(super) const fn from(source: Source) -> &'static str {
    match source {
        Source::Release => "The texts of this release",
        Source::Folder => "The texts in the firm's policy folder",
    }
}

/// What a file is called by people: `40-walls.cedar` is "Walls".
fn title(name: &str) -> String {
    let stem = name.strip_suffix(".cedar").unwrap_or(name);
    capital(&stem.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').replace('-', " "))
}

/// What is in force, what could come instead.
pub(super) async fn list(page: Page) -> Answer {
    if page.presenting.is_some() {
        return Err(Error::NotFound.into());
    }
    let Overview { digest, files, rules, candidates, proposals } = policy::overview(&page.ctx).await?;
    let files = files
        .into_iter()
        .map(|(name, _)| {
            let own = rules.iter().filter(|r| r.file == name).map(|r| RuleLine {
                id: r.id.clone(),
                says: r.says.clone(),
                forbids: r.forbids,
                text: r.text.clone(),
            });
            let rules: Vec<RuleLine> = own.collect();
            let count = u64::try_from(rules.len()).unwrap_or_default();
            FileRules { title: title(&name), count: many(count, "rule", "rules"), name, rules }
        })
        .collect();
    let (waiting, decided): (Vec<_>, Vec<_>) = proposals.into_iter().partition(|p| p.state == "waiting");
    html(&Policies {
        shell: page.shell("Policies", Section::Policies),
        digest,
        waiting: waiting.first().map(|p| line(&page, p)),
        candidates: candidates.iter().map(candidate).collect(),
        files,
        decided: decided.iter().map(|p| line(&page, p)).collect(),
    })
}

fn candidate(c: &Candidate) -> CandidateLine {
    let href = format!("/policies/candidates/{}", c.source.word());
    let (says, chip, href) = match &c.offer {
        Offer::Same => (String::from("The same texts as in force."), Chip::plain("Same"), None),
        Offer::Unusable(why) => (why.clone(), Chip::toned(Tone::Wax, Icon::No, "Cannot be used"), None),
        Offer::Other { rules, .. } => {
            let count = u64::try_from(*rules).unwrap_or_default();
            let says = format!("{} not the same.", many(count, "rule is", "rules are"));
            (says, Chip::toned(Tone::Note, Icon::None, "Others"), Some(href))
        }
    };
    CandidateLine { name: from(c.source).to_owned(), says, chip, href }
}

fn line(page: &Page, p: &ProposalView) -> ProposalLine {
    let by = p.decided_by_name.clone().unwrap_or_default();
    let says = match p.state.as_str() {
        "waiting" => format!("Proposed by {}", p.proposed_by_name),
        "withdrawn" => format!("Proposed and withdrawn by {}", p.proposed_by_name),
        state => format!("Proposed by {}: {state} by {by}", p.proposed_by_name),
    };
    ProposalLine {
        says,
        href: format!("/policies/proposals/{}", p.id),
        when: page.clocks.when(p.decided_at.unwrap_or(p.proposed_at)),
        approved: p.state == "approved",
    }
}

/// What waits for this person's decision, as a row among the approvals.
pub(crate) async fn waiting_row(page: &Page) -> Result<Option<ApprovalRow>> {
    let Some(p) = policy::waiting_for_me(&page.ctx).await? else { return Ok(None) };
    Ok(Some(ApprovalRow {
        id: p.id.to_string(),
        says: String::from("Put other policies in force"),
        asked_by: p.proposed_by_name,
        when: page.clocks.when(p.proposed_at),
        reason: p.reason,
        facts: vec![(String::from("From"), from(p.source).to_owned())],
        decide: Decide::Elsewhere { href: format!("/policies/proposals/{}", p.id) },
        note: Field::text("note", "Note").optional(),
    }))
}
