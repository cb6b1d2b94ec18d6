//! One entry: what it says, who may read which part of it, its exact bytes, and its receipt.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use strongroom_domain::Error;
use strongroom_domain::features::ledger::{self, EntryFull, EntryRef, EntryView, Receipt};
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::{entry_state, outcome};
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
    let plain = |name: &str, value: String| Fact { name: name.to_owned(), value, href: None };
    let mut facts = vec![
        plain("Who", view.actor.name.clone().unwrap_or_else(|| view.actor.id.clone())),
        plain("Act", view.verb.clone()),
        plain("Through", view.channel.clone()),
        plain("When", page.clocks.when(view.at).exact),
    ];
    let mut thing = |name: &str, known: Option<String>, id: Option<String>, path: &str| {
        if let Some(id) = id {
            let href = known.is_some().then(|| format!("/{path}/{id}"));
            facts.push(Fact { name: name.to_owned(), value: known.unwrap_or(id), href });
        }
    };
    thing("Matter", view.matter_name.clone(), view.matter.map(|m| m.to_string()), "matters");
    thing("Record", view.record_title.clone(), view.record.map(|r| r.to_string()), "records");
    thing("Client", None, view.client.map(|c| c.to_string()), "clients");
    facts
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
        OpenedPart {
            name: called.to_owned(),
            value: page.ctx.room().directory().name_of_actor(&text).unwrap_or(text),
        }
    })
    .collect()
}

/// The deciding rules' sentences.
fn rules(page: &Page, parts: &[(String, Map<String, Value>)]) -> Vec<String> {
    let named: Vec<&str> = parts
        .iter()
        .filter_map(|(_, part)| part.get("rules").and_then(Value::as_array))
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let gate = page.ctx.room().gate();
    gate.rules().filter(|b| named.contains(&b.rule.as_str())).map(|b| b.says.clone()).collect()
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
    let sealed = parts_in(&bytes).saturating_sub(view.opened.len());
    let entry = Entry {
        shell,
        says: view.says.clone(),
        outcome: outcome(&view.outcome),
        rules: rules(&page, &view.opened),
        state: entry_state(&view),
        index: view.index,
        when: page.clocks.when(view.at),
        facts: facts(&page, &view),
        opened: opened(&page, &view.opened),
        sealed_parts: u32::try_from(sealed).unwrap_or(0),
        entry_base64: STANDARD.encode(&bytes),
        entry_text: String::from_utf8_lossy(&bytes).into_owned(),
        receipt_href: view.index.map(|_| format!("/ledger/{}/receipt", view.id)),
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
