//! `backup`: a copy of the firm, taken by the running server, or, where none runs, by the firm opened here. Ids and
//! numbers only.

use std::path::Path;

use serde_json::{Value, json};
use strongroom_domain::features::backup::{Progress, Taken, backup};

use crate::args::{Backup, BackupCommand};
use crate::check::{For, open_here};
use crate::config::{self, Config};
use crate::operator::{self, Told};
use crate::say::{Ending, note, out, usage};
use crate::{restore, room};

/// Runs the command.
pub(crate) fn run(options: &Backup) -> anyhow::Result<Ending> {
    if let Some(BackupCommand::Verify(options)) = &options.command {
        return restore::rehearse(options);
    }
    let to = options.to.as_deref().ok_or_else(|| usage("say where: --to DIR"))?;
    let to = std::path::absolute(to)?;
    let config = config::load(&options.place)?;
    operator::runtime()?.block_on(async {
        let Some(lock) = room::lock(&config)? else { return ask(&config, &to).await };
        crate::hardening::lock_memory();
        let room = open_here(&config, options.passphrase_file.as_deref(), For::Working).await?;
        let mut told = Told::default();
        let taken = backup(&room, &room::me(), &to, &mut |p: Progress| told.step(p.step, p.done)).await;
        room::close(&room).await;
        drop(lock);
        Ok(say(&as_json(&taken?), &to))
    })
}

/// What was taken, on the wire.
pub(crate) fn as_json(taken: &Taken) -> Value {
    let warnings: Vec<Value> =
        taken.warnings.iter().map(|w| json!({ "what": w.what, "repair": w.repair })).collect();
    json!({
        "snapshot": taken.snapshot, "rows": taken.rows, "files": taken.files.0, "bytes": taken.files.1,
        "new_files": taken.new_files.0, "new_bytes": taken.new_files.1, "ledger_size": taken.ledger_size,
        "warnings": warnings,
    })
}

fn say(taken: &Value, to: &Path) -> Ending {
    let number = |key: &str| taken.get(key).and_then(Value::as_u64).unwrap_or_default();
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    out(format_args!("snapshot {} in {}", text(taken, "snapshot"), to.display()));
    out(format_args!(
        "{} rows; {} sealed files of {} bytes, of them {} new; {} entries of the ledger",
        number("rows"),
        number("files"),
        number("bytes"),
        number("new_files"),
        number("ledger_size")
    ));
    note(
        "Not in it: the keyring (its replicas are in the folders of storage.keyring), strongroom.toml, TLS certificates, uploads that are under way.",
    );
    let warnings = taken.get("warnings").and_then(Value::as_array).cloned().unwrap_or_default();
    for warning in &warnings {
        out(format_args!("warning  {}\n    repair: {}", text(warning, "what"), text(warning, "repair")));
    }
    // a backup that would not come back is no good end
    if warnings.is_empty() { Ending::Done } else { Ending::Found }
}

/// Lets the running server take it.
async fn ask(config: &Config, to: &Path) -> anyhow::Result<Ending> {
    operator::follow(config, "/control/backup", &json!({ "to": to }), |line| Some(say(line, to))).await
}
