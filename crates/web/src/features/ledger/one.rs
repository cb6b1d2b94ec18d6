//! One entry: what it says, who may read which part of it, its exact bytes, and its receipt.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use strongroom_domain::Error;
use strongroom_domain::features::explain;
use strongroom_domain::features::ledger::{self, EntryFull, EntryRef, EntryView, Receipt};
use strongroom_domain::kernel::error::Because;
use strongroom_domain::kernel::id::StaffId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use super::search::sentence;
use crate::features::session::device;
use crate::features::words::{actor, entry_state, headline, outcome, whom};
use crate::http::api::One;
use crate::http::page::Page;
use crate::http::reply::{Answer, html};
use crate::layout::{Crumb, Section};
use crate::view::ledger::{Entry, Fact, OpenedPart};

/// The entry that an address names; what names none takes the way of an unknown one.
pub(super) async fn named(ctx: &strongroom_domain::Ctx, text: &str) -> Result<EntryRef, Error> {
    match EntryRef::parse(text) {
        Some(which) => Ok(which),
        None => ctx.unknown(Verb::LedgerRead).await,
    }
}

fn facts(page: &Page, view: &EntryView) -> Vec<Fact> {
    let plain = |name: &str, value: String| Fact { name: name.to_owned(), value, href: None, raw: None };
    let did = Verb::parse(&view.verb).map(|v| sentence(v.did()));
    let mut facts = vec![
        plain("Who", view.actor.name.clone().unwrap_or_else(|| view.actor.id.clone())),
        Fact {
            name: String::from(if view.outcome == "allowed" { "What" } else { "What was tried" }),
            raw: did.is_some().then(|| view.verb.clone()),
            value: did.unwrap_or_else(|| view.verb.clone()),
            href: None,
        },
        plain("Through", through(&view.channel).to_owned()),
        plain("When", page.clocks.when(view.at).exact),
    ];
    let mut thing = |name: &str, known: Option<String>, id: Option<String>, path: &str| {
        if let Some(id) = id {
            let href = known.is_some().then(|| format!("/{path}/{id}"));
            facts.push(Fact { name: name.to_owned(), value: known.unwrap_or(id), href, raw: None });
        }
    };
    thing("Matter", view.matter_name.clone(), view.matter.map(|m| m.to_string()), "matters");
    thing("Record", view.record_title.clone(), view.record.map(|r| r.to_string()), "records");
    thing("Client", None, view.client.map(|c| c.to_string()), "clients");
    facts
}

/// The face, in words.
fn through(channel: &str) -> &str {
    match channel {
        "web" => "A browser",
        "api" => "A program, by the API",
        other => other,
    }
}

/// Names of what parts hold, in words.
const NAMES: [(&str, &str); 19] = [
    ("reason", "Reason"),
    ("name", "Name as it was"),
    ("name_before", "Name before"),
    ("lead", "Lead"),
    ("staff", "Person"),
    ("seat", "Seat"),
    ("until", "Until"),
    ("address", "Network address"),
    ("device", "Device"),
    ("carrier", "Session or token"),
    ("title", "Title"),
    ("title_before", "Title before"),
    ("filename", "File"),
    ("folder", "Folder"),
    ("labels", "Labels"),
    ("labels_before", "Labels before"),
    ("sha256", "Fingerprint"),
    ("note", "Note"),
    ("email", "Address of mail"),
];

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::from("none"),
        other => other.to_string(),
    }
}

fn opened(page: &Page, parts: &[(String, Map<String, Value>)]) -> Vec<OpenedPart> {
    let all = parts
        .iter()
        .flat_map(|(_, part)| part)
        .filter(|(name, _)| !matches!(name.as_str(), "rules" | "salt" | "random"));
    all.map(|(name, value)| {
        let called = NAMES.iter().find(|(n, _)| n == name).map_or(name.as_str(), |(_, says)| says);
        let text = said(value);
        let name = called.to_owned();
        if called == "Device" {
            return OpenedPart { name, value: device(&text), raw: Some(text).filter(|t| !t.is_empty()) };
        }
        let value = page.ctx.room().directory().name_of_actor(&text).unwrap_or(text);
        OpenedPart { name, value, raw: None }
    })
    .collect()
}

/// The deciding rules, with the sentences of their files.
fn rules(page: &Page, parts: &[(String, Map<String, Value>)]) -> Vec<Because> {
    let named: Vec<&str> = parts
        .iter()
        .filter_map(|(_, part)| part.get("rules").and_then(Value::as_array))
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let gate = page.ctx.room().gate();
    gate.rules().filter(|b| named.contains(&b.rule.as_str())).cloned().collect()
}

/// Whom the one who was refused can ask: told where the rules are.
async fn ask(page: &Page, view: &EntryView, because: &[Because]) -> Result<Option<String>, Error> {
    let refused = view.outcome == "denied" && !because.is_empty();
    let Some(person) = StaffId::parse(&view.actor.id).filter(|_| refused) else { return Ok(None) };
    let thing = view.matter.map_or(Target::Firm, Target::Matter);
    let found = explain::whom_to_ask(&page.ctx, person, because, &thing).await?;
    Ok(found.map(|found| {
        let whom = whom(page.ctx.room(), &found);
        if person == page.me.id { format!("Ask {whom}.") } else { format!("{} can ask {whom}.", actor(view)) }
    }))
}

/// How many sealed parts the bytes have.
fn parts_in(bytes: &[u8]) -> usize {
    let entry: Value = serde_json::from_slice(bytes).unwrap_or_default();
    entry.get("parts").and_then(Value::as_array).map_or(0, Vec::len)
}

/// The page.
pub(super) async fn show(One(id): One, page: Page) -> Answer {
    if page.presenting.is_some() {
        return Err(Error::NotFound.into());
    }
    let which = named(&page.ctx, &id).await?;
    let EntryFull { view, bytes } = ledger::entry(&page.ctx, which).await?;
    let mut shell = page.shell("Ledger entry", Section::Ledger);
    shell.crumbs = vec![Crumb::link("Ledger", "/ledger"), Crumb::here("One entry")];
    let because = rules(&page, &view.opened);
    let sealed = parts_in(&bytes).saturating_sub(view.opened.len());
    let entry = Entry {
        shell,
        says: headline(&view),
        outcome: outcome(&view.outcome),
        ask: ask(&page, &view, &because).await?,
        rules: because.into_iter().map(|b| b.says).collect(),
        state: entry_state(&view),
        index: view.index,
        when: page.clocks.when(view.at),
        facts: facts(&page, &view),
        opened: opened(&page, &view.opened),
        sealed_parts: u32::try_from(sealed).unwrap_or(0),
        entry_base64: STANDARD.encode(&bytes),
        entry_text: String::from_utf8_lossy(&bytes).into_owned(),
        receipt_href: view.index.map(|_| format!("/ledger/{}/receipt", view.id)),
        witnesses: page.ctx.room().settings().witnesses.is_some(),
    };
    html(&entry)
}

/// A receipt as a file, or word that it is not signed yet.
pub(super) fn receipt_answer(receipt: Receipt, name: &str) -> Response {
    let mut response = match receipt {
        Receipt::Ready(text) => (StatusCode::OK, text).into_response(),
        Receipt::Pending => {
            let mut response = (StatusCode::ACCEPTED, "pending\n").into_response();
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            return response;
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.tlog-proof\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// The receipt, from a page.
pub(super) async fn receipt(One(id): One, page: Page) -> Answer {
    let which = named(&page.ctx, &id).await?;
    Ok(receipt_answer(ledger::receipt(&page.ctx, which).await?, "receipt"))
}
