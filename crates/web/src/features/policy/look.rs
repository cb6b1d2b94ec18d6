//! Other policies, looked at before they are proposed or decided: in practice first, then rule by rule.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use strongroom_domain::Error;
use strongroom_domain::features::policy::{
    self, Breach, Change, Difference, Look, ProposalView, RuleChange, Source,
};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::gate::Rule;
use strongroom_domain::kernel::id::ProposalId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::Reason;
use strongroom_domain::kernel::verb::Verb;

use super::pages::from;
use crate::features::words::on_form;
use crate::http::api::{One, id_of};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html, html_as};
use crate::layout::{Crumb, Section, Shell, Tone};
use crate::view::field::Field;
use crate::view::parts::{Chip, Icon};
use crate::view::policies::{Act, BreachLine, Changes, PolicyLook, PracticeLine, RuleDifference, TextLine};

fn shell(page: &Page, here: &str) -> Shell {
    let mut shell = page.shell(here, Section::Policies);
    shell.crumbs = vec![Crumb::link("Policies", "/policies"), Crumb::here(here)];
    shell
}

/// The source in the address; anything else names nothing.
async fn source(page: &Page, word: &str) -> Result<Source, Error> {
    match Source::parse(word) {
        Some(source) if page.presenting.is_none() => Ok(source),
        _ => page.ctx.unknown(Verb::PolicyList).await,
    }
}

/// What a source offers.
pub(super) async fn candidate(One(word): One, page: Page) -> Answer {
    let source = source(&page, &word).await?;
    draw(&page, source, None).await
}

async fn draw(page: &Page, source: Source, wrong: Option<(&'static str, String)>) -> Answer {
    let Look { digest, difference, breaches, .. } = policy::look(&page.ctx, source).await?;
    let path = format!("/policies/candidates/{}", source.word());
    let kept = page.draft(&path);
    let mut reason = Field::reason("Why, for the person who decides").value(kept.get("reason"));
    if let Some((_, says)) = wrong.as_ref().filter(|(field, _)| *field == "reason") {
        reason = reason.error(says.clone());
    }
    let may = page.ctx.may(Verb::PolicyPropose, &Target::Firm).await?;
    let same = digest == hex(&page.ctx.room().gate().digest());
    let act = match (may, same, breaches.is_empty()) {
        (_, true, _) => Act::Look { says: String::from("These are the policies in force.") },
        (true, _, true) => Act::Propose { digest: digest.clone() },
        (true, _, false) => Act::Look { says: String::from("Change the texts, then look again.") },
        (false, ..) => Act::Look { says: String::from("An administrator proposes policies.") },
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = PolicyLook {
        shell: shell(page, from(source)),
        csrf: page.csrf(),
        heading: from(source).to_owned(),
        chip: Chip::plain("Not proposed"),
        facts: vec![(String::from("Digest"), digest)],
        breaches: breaches.into_iter().map(breach).collect(),
        changes: Some(changes(difference, false)),
        action: path,
        reason: matches!(act, Act::Propose { .. }).then_some(reason),
        act,
        error: wrong.filter(|(field, _)| *field != "reason").map(|(_, says)| says),
    };
    html_as(status, &view)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Proposes what was looked at.
pub(super) async fn propose(One(word): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let source = source(&page, &word).await?;
    let reason = Reason::parse(fields.get("reason"));
    match policy::propose(&page.ctx, source, fields.get("digest"), reason).await {
        Ok(made) => {
            let code = if made.done { "policies-in-force" } else { "policies-asked" };
            Ok(done(&format!("/policies/proposals/{}", made.id), code, page.ctx.last_entry()))
        }
        Err(error) => draw(&page, source, Some(on_form(error)?)).await,
    }
}

/// What was proposed.
pub(super) async fn proposal(One(id): One, page: Page) -> Answer {
    if page.presenting.is_some() {
        return Err(Error::NotFound.into());
    }
    let id: ProposalId = id_of(&page.ctx, Verb::PolicyList, &id).await?;
    let (view, difference) = policy::proposal(&page.ctx, id).await?;
    html(&shown(&page, view, difference))
}

fn shown(page: &Page, p: ProposalView, difference: Option<Difference>) -> PolicyLook {
    let waits = p.state == "waiting";
    let chip = match p.state.as_str() {
        "waiting" => Chip::toned(Tone::Warn, Icon::Clock, "Waits for a second person"),
        "approved" => Chip::toned(Tone::Good, Icon::Check, "Approved"),
        "rejected" => Chip::toned(Tone::Wax, Icon::No, "Rejected"),
        _ => Chip::plain("Withdrawn"),
    };
    let mut facts = vec![
        (String::from("Proposed by"), p.proposed_by_name),
        (String::from("When"), page.clocks.when(p.proposed_at).text),
        (String::from("Reason"), p.reason),
        (String::from("From"), from(p.source).to_owned()),
    ];
    if let (Some(by), Some(at)) = (p.decided_by_name.filter(|_| !waits), p.decided_at) {
        facts.push((String::from("Decided by"), format!("{by}, {}", page.clocks.when(at).text)));
    }
    facts.push((String::from("Digest"), p.digest));
    facts.push((String::from("In place of"), p.instead_of));
    let act = if waits && p.mine {
        Act::Decide
    } else if waits && p.own {
        Act::Withdraw
    } else if waits && page.me.role == Role::Administrator {
        Act::Look {
            says: String::from("A partner or a compliance officer decides this, not an administrator."),
        }
    } else if waits {
        Act::Look { says: String::from("A partner or a compliance officer decides this.") }
    } else {
        Act::Look { says: decided(difference.is_some()) }
    };
    let outdated = waits && difference.is_none();
    PolicyLook {
        shell: shell(page, "Proposed policies"),
        csrf: page.csrf(),
        heading: String::from("Proposed policies"),
        chip,
        facts,
        breaches: Vec::new(),
        changes: difference.map(|d| changes(d, !waits)),
        action: format!("/policies/proposals/{}", p.id),
        act,
        reason: None,
        error: outdated.then(|| {
            String::from("Other policies came into force after this was proposed. It can only be rejected or withdrawn.")
        }),
    }
}

/// A proposal of before the old texts were kept, or whose texts this release cannot read, shows no difference.
fn decided(shown: bool) -> String {
    String::from(if shown {
        "Nothing waits here."
    } else {
        "Nothing waits here. What it changed cannot be shown: the texts before it were not kept, or this release cannot read them."
    })
}

async fn after(page: &Page, id: ProposalId, code: &str, result: Result<(), Error>) -> Answer {
    match result {
        Ok(()) => Ok(done(&format!("/policies/proposals/{id}"), code, page.ctx.last_entry())),
        Err(error) => {
            let (_, says) = on_form(error)?;
            let (view, difference) = policy::proposal(&page.ctx, id).await?;
            html_as(StatusCode::CONFLICT, &PolicyLook { error: Some(says), ..shown(page, view, difference) })
        }
    }
}

/// Yes or no.
pub(super) async fn decide(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let id: ProposalId = id_of(&page.ctx, Verb::PolicyDecide, &id).await?;
    let approve = fields.get("decision") == "approve";
    let result = policy::decide(&page.ctx, id, approve).await;
    after(&page, id, if approve { "policies-in-force" } else { "rejected" }, result).await
}

/// Takes back what one has proposed.
pub(super) async fn withdraw(One(id): One, posted: Posted) -> Answer {
    let Posted { page, .. } = posted;
    let id: ProposalId = id_of(&page.ctx, Verb::PolicyWithdraw, &id).await?;
    let result = policy::withdraw(&page.ctx, id).await;
    after(&page, id, "done", result).await
}

fn breach(b: Breach) -> BreachLine {
    BreachLine { bound: b.bound.to_owned(), says: b.says, rules: b.rules.join(", ") }
}

fn changes(difference: Difference, past: bool) -> Changes {
    let line = |c: Change| PracticeLine { who: c.who, acts: c.acts };
    let (opens, closes): (Vec<Change>, Vec<Change>) = difference.practice.into_iter().partition(|c| c.opens);
    Changes {
        opens: opens.into_iter().map(line).collect(),
        closes: closes.into_iter().map(line).collect(),
        more: difference.more,
        rules: difference.rules.iter().map(rule).collect(),
        past,
    }
}

fn rule(change: &RuleChange) -> RuleDifference {
    let chip = match change.word() {
        "added" => Chip::toned(Tone::Good, Icon::None, "Added"),
        "removed" => Chip::toned(Tone::Warn, Icon::None, "Removed"),
        "moved" => Chip::plain("Moved"),
        _ => Chip::toned(Tone::Note, Icon::None, "Changed"),
    };
    let file = |rule: &Option<Rule>| rule.as_ref().map(|r| r.file.clone());
    let text = |rule: &Option<Rule>| rule.as_ref().map_or_else(String::new, |r| r.text.clone());
    let said = |rule: &Option<Rule>| rule.as_ref().map(|r| r.says.clone());
    let files: BTreeSet<String> = [file(&change.before), file(&change.after)].into_iter().flatten().collect();
    let both = change.before.is_some() && change.after.is_some();
    RuleDifference {
        id: change.id.clone(),
        file: files.into_iter().collect::<Vec<_>>().join(", now "),
        chip,
        said: said(&change.before),
        says: said(&change.after),
        before: lines(&text(&change.before), both.then(|| text(&change.after))),
        after: lines(&text(&change.after), both.then(|| text(&change.before))),
    }
}

/// The lines of a text, marked where the other text has none like it.
fn lines(text: &str, other: Option<String>) -> Vec<TextLine> {
    let there: Option<BTreeSet<String>> = other.map(|o| o.lines().map(|l| l.trim().to_owned()).collect());
    text.lines()
        .map(|l| TextLine {
            text: l.to_owned(),
            differs: there.as_ref().is_some_and(|t| !t.contains(l.trim())),
        })
        .collect()
}
