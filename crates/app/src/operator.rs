//! The operator's commands to the running server, through its socket.

use anyhow::{Context as _, bail};
use http_body_util::BodyExt as _;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde_json::{Value, json};

use crate::args::{FirstLink, Place, Unseal};
use crate::check::{For, open_here};
use crate::config::{self, Config};
use crate::room;
use crate::say::{Ending, note, out, usage};
use strongroom_client::http::{full, succeeded};
use strongroom_client::{Connection, Server, secret};

/// The runtime of a command that is a client.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn server(place: &Place) -> anyhow::Result<Connection> {
    Ok(Server::on(config::load(place)?.socket()).connection())
}

/// Steps as they are reached, once each, and how far a long one is.
#[derive(Default)]
pub(crate) struct Told {
    step: String,
}

impl Told {
    pub(crate) fn step(&mut self, step: &str, done: u64) {
        if self.step != step {
            step.clone_into(&mut self.step);
            note(format_args!("{step} …"));
        } else if done > 0 && done.is_multiple_of(10_000) {
            note(format_args!("{step}: {done}"));
        }
    }
}

/// Lets the running server do long work that it tells line by line: steps are said as they are reached, every other line
/// goes to `each`, until it gives an ending.
pub(crate) async fn follow(
    config: &Config,
    path: &str,
    asked: &Value,
    mut each: impl FnMut(&Value) -> Option<Ending>,
) -> anyhow::Result<Ending> {
    let mut server = Server::on(config.socket()).connection();
    let request = Request::builder().method(Method::POST).uri(path).header(CONTENT_TYPE, "application/json");
    let response = succeeded(server.send(request, full(asked.to_string())).await?).await?;
    let mut body = response.into_body();
    let (mut rest, mut told) = (Vec::new(), Told::default());
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            rest.extend_from_slice(&data);
        }
        while let Some(end) = rest.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let line: Value = serde_json::from_slice(&line).context("the server's answer is not JSON")?;
            if let Some(step) = line.get("step").and_then(Value::as_str) {
                told.step(step, line.get("done").and_then(Value::as_u64).unwrap_or_default());
            } else if let Some(says) = line.get("says").and_then(Value::as_str) {
                bail!("{says}");
            } else if let Some(ending) = each(&line) {
                return Ok(ending);
            }
        }
    }
    bail!("the server did not finish: its log says why")
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
            let given = match &options.passphrase_file {
                Some(file) => secret::from_file(file)?,
                None => secret::typed(&crate::way::question(shares))?
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
        let Some(lock) = room::lock(&config)? else {
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
