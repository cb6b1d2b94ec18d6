//! Outside witnesses, both ways: `strongroom witness` is one, for the ledgers of other firms; and the firm's server asks
//! those of its policy ([`way`]).
//!
//! A witness holds nothing of a client: origins, sizes and hashes. Its folder: `key` (its own, which signs), `logs` (a
//! verifier key a line: the ledgers that it knows), `known/` (what it has signed of each).

mod args;
mod keep;
mod post;
mod serve;
pub(crate) mod stamps;
pub(crate) mod way;

use std::path::Path;

use anyhow::{Context as _, bail};
use strongroom_client::file;
use strongroom_domain::kernel::clock::{Clock as _, SystemClock};
use strongroom_tlog::{KeyKind, VerifierKey};

use crate::say::{Ending, note, out, usage};
pub(crate) use args::WitnessCommand;
use keep::Keep;

/// Runs the command.
pub(crate) fn run(command: &WitnessCommand) -> anyhow::Result<Ending> {
    match command {
        WitnessCommand::Init { data, name, ed25519 } => {
            init(data, name, if *ed25519 { KeyKind::Cosignature } else { KeyKind::MlDsa44 })
        }
        WitnessCommand::AddLog { data, vkey } => add_log(data, vkey),
        WitnessCommand::Show { data } => show(&Keep::open(data)?),
        WitnessCommand::Serve(options) => serve::run(options),
    }
}

fn init(data: &Path, name: &str, kind: KeyKind) -> anyhow::Result<Ending> {
    if data.join("key").exists() {
        bail!("there is a witness in {} already. Nothing was changed", data.display());
    }
    std::fs::create_dir_all(data.join("known")).with_context(|| format!("the folder {}", data.display()))?;
    let key = crate::room::make_key_file(&data.join("key"))?;
    if let Err(error) = keep::vkey(name, &key, kind) {
        std::fs::remove_file(data.join("key"))?;
        return Err(usage(format!("--name {name}: {error}")));
    }
    file::write_new(&data.join("name"), format!("{name}\n{}\n", keep::word(kind)).as_bytes())?;
    file::write_new(&data.join("logs"), b"")?;
    out(Keep::open(data)?.vkey());
    note(
        "That is the verifier key: give it to the firms whose ledgers you witness, for the line `witness` of their policy.",
    );
    Ok(Ending::Done)
}

fn add_log(data: &Path, vkey: &str) -> anyhow::Result<Ending> {
    let keep = Keep::open(data)?;
    let key = VerifierKey::parse(vkey.trim()).map_err(|e| usage(format!("--vkey: {e}")))?;
    if key.kind() != KeyKind::Ed25519 {
        return Err(usage("--vkey is a witness's key; what is wanted is that of a ledger"));
    }
    keep.add_log(&key)?;
    out(format_args!("{} is witnessed from now on", key.name()));
    Ok(Ending::Done)
}

fn show(keep: &Keep) -> anyhow::Result<Ending> {
    out(keep.vkey());
    for (origin, size) in keep.all()? {
        out(format_args!("{origin}: {size} entries signed"));
    }
    Ok(Ending::Done)
}

/// The seconds since 1970.
fn seconds() -> u64 {
    u64::try_from(SystemClock.now() / 1_000_000).unwrap_or(0)
}
