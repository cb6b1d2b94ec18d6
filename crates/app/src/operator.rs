//! The operator's commands to the running server, through its socket.

use serde_json::{Value, json};

use crate::args::{FirstLink, Place, Unseal};
use crate::check::{For, open_here};
use crate::say::{Ending, note, out, usage};
use crate::{config, room};
use strongroom_client::{Connection, Server, secret};

/// The runtime of a command that is a client.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn server(place: &Place) -> anyhow::Result<Connection> {
    Ok(Server::on(config::load(place)?.socket()).connection())
}

/// `unseal`
pub(crate) fn unseal(options: &Unseal) -> anyhow::Result<Ending> {
    let mut server = server(&options.place)?;
    runtime()?.block_on(async {
        let status = server.read("/control/status").await?;
        if status.get("sealed") == Some(&Value::Bool(false)) {
            note("it is unsealed already");
            return Ok(Ending::Done);
        }
        if options.passphrase_file.is_none()
            && status.get("method").and_then(Value::as_str) == Some("key_file")
        {
            server.post("/control/unseal", &json!({})).await?;
            note("unsealed with the key file");
            return Ok(Ending::Done);
        }
        let shares = status.pointer("/method/needed").and_then(Value::as_u64);
        loop {
            let question = match shares {
                Some(needed) => format!("One share of {needed} (or the recovery kit's root key): "),
                None => String::from("The passphrase (or the recovery kit's root key): "),
            };
            let given = match &options.passphrase_file {
                Some(file) => secret::from_file(file)?,
                None => secret::typed(&question)?
                    .ok_or_else(|| usage("no terminal to ask for it: give --passphrase-file FILE"))?,
            };
            let answer = server.post("/control/unseal", &json!({ "secret": given.as_str() })).await?;
            if answer.get("sealed") == Some(&Value::Bool(false)) {
                note("unsealed");
                return Ok(Ending::Done);
            }
            let number = |key: &str| answer.get(key).and_then(Value::as_u64).unwrap_or_default();
            note(format_args!("{} of {} shares", number("have"), number("needed")));
            if options.passphrase_file.is_some() {
                return Ok(Ending::Done);
            }
        }
    })
}

/// `seal`
pub(crate) fn seal(place: &Place) -> anyhow::Result<Ending> {
    let mut server = server(place)?;
    runtime()?.block_on(async {
        server.post("/control/seal", &json!({})).await?;
        note("sealed: no key is in the server's memory");
        Ok(Ending::Done)
    })
}

/// `first-link`: through the running server, or with the firm opened here.
pub(crate) fn first_link(options: &FirstLink) -> anyhow::Result<Ending> {
    let config = config::load(&options.place)?;
    runtime()?.block_on(async {
        let Some(lock) = room::lock(config.data())? else {
            let answer =
                Server::on(config.socket()).connection().post("/control/first-link", &json!({})).await?;
            let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            out(text("link"));
            note(format_args!("(once, until {})", text("until")));
            return Ok(Ending::Done);
        };
        let room = open_here(&config, options.passphrase_file.as_deref(), For::Working).await?;
        let link = strongroom_domain::features::firm::renew_first_link(&room, &room::me()).await;
        room::close(&room).await;
        drop(lock);
        let link = link?;
        out(crate::init::link(config.server.public_url.trim_end_matches('/'), &link.secret));
        note(format_args!("(once, until {})", strongroom_domain::kernel::clock::rfc3339(link.expires_at)));
        Ok(Ending::Done)
    })
}
