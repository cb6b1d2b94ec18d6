//! Real documents in the demo firm: a matter of their own, filed by the importer as it would be anywhere.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};
use strongroom_client::walk::walk;
use strongroom_client::{Connection, Server, import};
use strongroom_demo::kept::Kept;

use crate::say::note;

const REFERENCE: &str = "CORPUS-1";

/// Files a folder's documents. What is there already is not filed again.
pub(super) async fn add(url: &str, kept: &Kept, documents: &Path) -> anyhow::Result<()> {
    let partner = kept.people.iter().find(|p| p.role == "partner").context("no partner")?;
    let server = Server::at(url)?.with_token(&partner.token)?;
    let mut connection = server.connection();
    let matter = matter(&mut connection).await.context("a matter for the documents")?;
    let found = walk(documents)?;
    note(format_args!("Filing {} documents of {} in {matter}.", found.items.len(), documents.display()));
    let tally = import::add(&server, &matter, found).await?;
    note(tally);
    Ok(())
}

async fn matter(server: &mut Connection) -> anyhow::Result<String> {
    let id = |value: &Value| value.get("id").and_then(Value::as_str).map(ToOwned::to_owned);
    let found = server.post("/api/v1/matters/search", &json!({ "q": REFERENCE })).await?;
    let items = found.get("items").and_then(Value::as_array);
    let ours = |m: &&Value| m.get("reference").and_then(Value::as_str) == Some(REFERENCE);
    if let Some(id) = items.and_then(|all| all.iter().find(ours)).and_then(id) {
        return Ok(id);
    }
    let client = json!({ "name": "Public corpus", "reference": "CORPUS" });
    let client = id(&server.post("/api/v1/clients", &client).await?).context("no client")?;
    let matter =
        json!({ "client_id": client, "name": "Documents of the public corpus", "reference": REFERENCE });
    id(&server.post("/api/v1/matters", &matter).await?).context("no matter")
}
