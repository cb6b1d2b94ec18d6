//! `policies`: the texts as files, for the security officer who edits them; and whether edited ones hold. No key is
//! needed for either: policies tell of no client, and nothing comes into force here. That takes two people.

use std::path::Path;

use anyhow::{Context as _, bail};
use strongroom_domain::features::policy;
use strongroom_domain::kernel::gate::{Gate, PolicyFile, built_in, digest_of};

use crate::args::{Place, Policies};
use crate::config;
use crate::room;
use crate::say::{Ending, note, out};

/// Runs the command.
pub(crate) fn run(options: &Policies) -> anyhow::Result<Ending> {
    match (&options.check, &options.to) {
        (Some(folder), _) => check(folder),
        (None, Some(folder)) => {
            let files = if options.built_in { built_in() } else { approved(&options.place)? };
            write(&files, folder)
        }
        (None, None) => bail!("say --to DIR or --check DIR"),
    }
}

/// The approved texts as the database has them. Without keys their seals cannot be held against anything: the server
/// does that at each start.
fn approved(place: &Place) -> anyhow::Result<Vec<PolicyFile>> {
    let config = config::load(place)?;
    crate::operator::runtime()?.block_on(async {
        let stores = room::stores(&config).await?;
        let (files, agree) = policy::unverified(&stores.db).await?;
        stores.db.close().await;
        if !agree {
            bail!("the texts in the database are not those that the firm's row names: run strongroom check");
        }
        Ok(files)
    })
}

fn write(files: &[PolicyFile], folder: &Path) -> anyhow::Result<Ending> {
    let shown = folder.display();
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {shown} cannot be made"))?;
    for (name, text) in files {
        let path = folder.join(name);
        let there = std::fs::read_to_string(&path).ok();
        if there.as_ref().is_some_and(|there| there != text) {
            bail!("{} is there already and says something else: choose a new folder", path.display());
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    out(hex::encode(digest_of(files)));
    note(format_args!("{} files are in {shown}", files.len()));
    Ok(Ending::Done)
}

fn check(folder: &Path) -> anyhow::Result<Ending> {
    std::fs::read_dir(folder).with_context(|| format!("the folder {} cannot be read", folder.display()))?;
    let read = policy::read_folder(folder).and_then(|files| Gate::read(&files).map_err(|e| e.to_string()));
    let gate = match read {
        Ok(gate) => gate,
        Err(why) => {
            out(why);
            return Ok(Ending::Found);
        }
    };
    let found = policy::breaches(&gate)?;
    for breach in &found {
        out(format_args!("{} Rule {}: {}", breach.bound, breach.rules.join(", "), breach.says));
    }
    if !found.is_empty() {
        return Ok(Ending::Found);
    }
    out(hex::encode(gate.digest()));
    let change = policy::difference(&Gate::new(&built_in())?, &gate)?;
    for rule in &change.rules {
        out(format_args!("{:<8} {}", rule.word(), rule.id));
    }
    for change in &change.practice {
        let way = if change.opens { "opens" } else { "closes" };
        out(format_args!("{way:<8} {}: {}", change.who, change.acts.join(", ")));
    }
    if change.more > 0 {
        out(format_args!("and {} more that would be answered otherwise", change.more));
    }
    note(match change.rules.len() {
        0 => String::from("they hold, and are the rules of this release"),
        1 => String::from(
            "they hold; one rule is not as in this release. Two people put it in force, on the page Policies",
        ),
        n => format!(
            "they hold; {n} rules are not as in this release. Two people put them in force, on the page Policies"
        ),
    });
    Ok(Ending::Done)
}
