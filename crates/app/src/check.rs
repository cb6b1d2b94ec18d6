//! `check`: do database, blobs, keyring and ledger agree? Asked of the running server, or, where none runs, of
//! the firm opened here. Prints ids and the repair, never anything that a client told the firm.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use strongroom_client::secret;
use strongroom_domain::Strongroom;
use strongroom_domain::features::check::{Finding, Progress, Severity, check};

use crate::args::Check;
use crate::config::{self, Config};
use crate::operator::{self, Told};
use crate::room;
use crate::say::{Ending, note, out, usage};

/// Runs the command.
pub(crate) fn run(options: &Check) -> anyhow::Result<Ending> {
    let config = config::load(&options.place)?;
    operator::runtime()?.block_on(async {
        let Some(lock) = room::lock(&config)? else { return ask(&config, options.deep).await };
        crate::hardening::lock_memory();
        let room = open_here(&config, options.passphrase_file.as_deref(), For::Examining).await?;
        let mut told = Told::default();
        let found =
            check(&room, &room::me(), options.deep, &mut |p: Progress| told.step(p.step, p.done)).await;
        room::close(&room).await;
        drop(lock);
        let found = found?;
        found.iter().for_each(|f| say(&as_json(f)));
        Ok(ending(found.len(), found.iter().any(|f| matches!(f.severity, Severity::Damage))))
    })
}

/// What a firm is opened in this process for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// To work in it: it opens only if everything is as it was left.
    Working,
    /// To look what does not agree: nothing is signed.
    Examining,
}

/// Opens the firm in this process: by its key file, or a passphrase.
pub(crate) async fn open_here(
    config: &Config,
    passphrase: Option<&Path>,
    purpose: For,
) -> anyhow::Result<Arc<Strongroom>> {
    let room = room::open(config).await?;
    if purpose == For::Examining {
        room.only_examine();
    }
    if let Some(key_file) = &config.unseal.key_file {
        room::unseal_with_file(&room, key_file, &room::me()).await?;
        return Ok(room);
    }
    let given = match passphrase {
        Some(file) => secret::from_file(file)?,
        None => secret::typed(&format!("The server does not run. {}", crate::way::question(None)))?
            .ok_or_else(|| {
                usage("the server does not run and must be unsealed: give --passphrase-file FILE")
            })?,
    };
    crate::serve::seals::Seals::new(room.clone()).open(&given, &room::me()).await?;
    Ok(room)
}

/// A finding on the wire and on screen.
pub(crate) fn as_json(finding: &Finding) -> Value {
    json!({ "severity": finding.severity.word(), "what": finding.what, "id": finding.id, "repair": finding.repair })
}

/// A finding on screen.
pub(crate) fn say(finding: &Value) {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    out(format_args!(
        "{}  {}  {}\n    repair: {}",
        text("severity"),
        text("id"),
        text("what"),
        text("repair")
    ));
}

fn ending(found: usize, damage: bool) -> Ending {
    match (found, damage) {
        (0, _) => note("everything agrees"),
        (n, false) => note(format_args!("{n} warnings")),
        (n, true) => note(format_args!("{n} findings, damage among them")),
    }
    // a warning is no damage: what is stored is whole
    if damage { Ending::Found } else { Ending::Done }
}

/// Lets the running server check itself.
async fn ask(config: &Config, deep: bool) -> anyhow::Result<Ending> {
    let (mut found, mut damage) = (0, false);
    operator::follow(config, "/control/check", &json!({ "deep": deep }), |line| {
        let Some(severity) = line.get("severity") else { return Some(ending(found, damage)) };
        found += 1;
        damage |= severity == Severity::Damage.word();
        say(line);
        None
    })
    .await
}
