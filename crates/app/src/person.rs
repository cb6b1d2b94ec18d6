//! `import` and `export`: options in order, then what `strongroom-client` does as the person whose token it is.

use anyhow::bail;
use strongroom_client::{Server, export, import, rehearse, secret, walk};
use strongroom_domain::kernel::id::MatterId;

use crate::args::{Export, Import, Reach};
use crate::say::{Ending, note, usage};

/// The server of the arguments, spoken to with the token of their file.
fn server(reach: &Reach) -> anyhow::Result<Server> {
    let token = secret::from_file(&reach.token_file)?;
    let server = match &reach.url {
        Some(url) => Server::at(url)?,
        None => Server::on(crate::config::load(&reach.place)?.socket()),
    };
    server.with_token(token.trim())
}

fn matter_id(text: &str) -> anyhow::Result<()> {
    MatterId::parse(text)
        .map(drop)
        .ok_or_else(|| usage(format!("--matter {text}: that is no matter's id (mat_…)")))
}

/// `import`
pub(crate) fn import(options: &Import) -> anyhow::Result<Ending> {
    matter_id(&options.matter)?;
    let found = walk::walk(&options.folder)?;
    let server = server(&options.reach)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if options.dry_run {
        let told = runtime.block_on(rehearse::rehearse(&server, &options.matter, found))?;
        note(told);
        if !told.may_add {
            bail!("adding to this matter would be refused: ask its lead for a seat, or it is closed");
        }
        return Ok(if told.failed == 0 { Ending::Done } else { Ending::Found });
    }
    let tally = runtime.block_on(import::add(&server, &options.matter, found))?;
    note(tally);
    Ok(if tally.failed == 0 { Ending::Done } else { Ending::Found })
}

/// `export`
pub(crate) fn export(options: &Export) -> anyhow::Result<Ending> {
    if let Some(matter) = &options.matter {
        matter_id(matter)?;
    }
    let mut server = server(&options.reach)?.connection();
    let to = export::empty(&options.to)?;
    crate::operator::runtime()?.block_on(async {
        match &options.matter {
            Some(matter) => export::matter(&mut server, matter, options.reason.as_deref(), &to).await,
            None => export::ledger(&mut server, &to).await,
        }
    })?;
    Ok(Ending::Done)
}
