//! `import --dry-run`: what an import would do, as the server would answer it. Every file is read and hashed, nothing
//! is sent but digests.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::http::Server;
use crate::progress::Progress;
use crate::upload::digest;
use crate::walk::{Item, Walk};

/// So many digests are asked about at once.
const ASKED: usize = 500;

/// What an import would do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rehearsal {
    /// Files that would become records.
    pub would_add: usize,
    /// Bytes that are in the matter already, or stand twice in the folder.
    pub already: usize,
    /// Files that cannot be read.
    pub failed: usize,
    /// Whether the person of the token may add to the matter.
    pub may_add: bool,
}

impl std::fmt::Display for Rehearsal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { would_add, already, failed, .. } = self;
        write!(
            f,
            "{would_add} would be added, {already} already there, {failed} unreadable; nothing was added"
        )
    }
}

/// Asks the server about every file of the folder.
///
/// # Errors
/// The matter is unknown to the person, or the server cannot be asked.
pub async fn rehearse(server: &Server, matter: &str, found: Walk) -> anyhow::Result<Rehearsal> {
    let mut connection = server.connection();
    connection.read(&format!("/api/v1/matters/{matter}")).await.context("the matter")?;
    let progress = Progress::bytes(found.items.iter().map(|i| i.size).sum());
    found.notes.iter().for_each(|n| progress.say(n));
    let mut told = Rehearsal { may_add: true, ..Rehearsal::default() };
    let mut seen = BTreeMap::new();
    let path = format!("/api/v1/matters/{matter}/records/known");
    for some in found.items.chunks(ASKED) {
        let mut hashed: Vec<(&Item, String)> = Vec::with_capacity(some.len());
        for item in some {
            progress.doing(item.shown());
            match digest(&item.path).await {
                Ok(sha256) => hashed.push((item, sha256)),
                Err(error) => {
                    told.failed += 1;
                    progress.say(&format!("unreadable   {}: {error:#}", item.shown()));
                }
            }
            progress.add(item.size);
        }
        let asked: Vec<&str> = hashed.iter().map(|(_, sha256)| sha256.as_str()).collect();
        let answer = connection.post(&path, &json!({ "sha256": asked })).await?;
        told.may_add &= answer.get("may_add").and_then(Value::as_bool).unwrap_or(false);
        let items = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        for (place, (item, sha256)) in hashed.into_iter().enumerate() {
            let there = items.get(place).and_then(|i| i.get("record")).and_then(Value::as_str);
            let of = there.map(ToOwned::to_owned).or_else(|| seen.get(&sha256).cloned());
            if let Some(of) = of {
                told.already += 1;
                progress.out(&format!("already    {:>12}  {}  as {of}", item.size, item.shown()));
            } else {
                told.would_add += 1;
                progress.out(&format!("would add  {:>12}  {}", item.size, item.shown()));
                seen.insert(sha256, item.shown());
            }
        }
    }
    progress.end();
    Ok(told)
}
