//! `demo`: a fictitious firm, made once through the real operations, then served as any firm is. Its people's
//! secrets lie in its folder, for the demo alone, so that it starts unattended.

mod corpus;
pub(crate) mod make;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::json;
use strongroom_client::file;
use strongroom_demo::kept::{self, Kept};
use strongroom_domain::Strongroom;
use tokio::net::TcpListener;

use crate::args::{Demo, Place};
use crate::config::{self, Level};
use crate::say::{Ending, note, out};

/// Runs the command.
pub(crate) fn run(options: Demo) -> anyhow::Result<Ending> {
    // before minutes of work: is the address free?
    let listeners = bind(options.listen)?;
    let port = listeners.first().context("no listener")?.local_addr()?.port();
    let data = folder(options.data.as_deref())?;
    if let Some(path) = &options.ready_file {
        // one of an earlier run would be believed
        let _ = std::fs::remove_file(path);
    }
    if !Kept::exists(&data) {
        make_in_child(&data)?;
    }
    let mut people = Kept::load(&data).with_context(|| format!("{} in {}", kept::FILE, data.display()))?;
    let mut config = config::load(&Place { data: Some(data.clone()), config: None })?;
    config.server.public_url = format!("http://localhost:{port}");
    config.server.listen = vec![options.listen];
    if matches!(config.log.level, Level::Info) {
        config.log.level = Level::Warn;
    }
    crate::telemetry::start(&config.log);
    crate::serve::runtime()?.block_on(async {
        let listeners = listeners.into_iter().map(TcpListener::from_std).collect::<Result<Vec<_>, _>>()?;
        let url = config.server.public_url.clone();
        crate::serve::serve(&config, listeners, async |room| {
            for person in people.renew_tokens(room).await? {
                note(format_args!("{person} could not sign in: no new token"));
            }
            file::replace(&data.join(kept::FILE), people.text().as_bytes())?;
            if let Some(documents) = &options.corpus {
                corpus::add(&url, &people, documents).await?;
            }
            if let Some(path) = &options.ready_file {
                ready(path, &url, room, &people)?;
            }
            greet(&url, &data, &people, options.data.is_none());
            Ok(())
        })
        .await?;
        note("The demo firm has stopped.");
        Ok(Ending::Done)
    })
}

/// The address asked for; where it is 127.0.0.1, `localhost` may also mean ::1.
fn bind(address: SocketAddr) -> anyhow::Result<Vec<std::net::TcpListener>> {
    if !address.ip().is_loopback() {
        note(format_args!(
            "WARNING: {address} is not this machine alone, and the demo speaks plain HTTP. Its people are \
             fictitious; put nothing real into it."
        ));
    }
    let open = |address: SocketAddr| -> std::io::Result<std::net::TcpListener> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    let first =
        open(address).with_context(|| format!("cannot listen on {address} (try --listen 127.0.0.1:0)"))?;
    let port = first.local_addr()?.port();
    let mut listeners = vec![first];
    if address.ip() == IpAddr::from([127, 0, 0, 1]) {
        listeners.extend(open(SocketAddr::from((Ipv6Addr::LOCALHOST, port))));
    }
    Ok(listeners)
}

fn folder(said: Option<&Path>) -> anyhow::Result<PathBuf> {
    let data = match said {
        Some(data) => std::path::absolute(data)?,
        None => std::env::temp_dir().join(format!("strongroom-demo-{}", std::process::id())),
    };
    std::fs::create_dir_all(&data)
        .with_context(|| format!("the folder {} cannot be made", data.display()))?;
    Ok(data)
}

/// Makes the firm in a process of its own: what the making needs of memory is gone with it.
fn make_in_child(data: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("where is this program?")?;
    let made = Command::new(program).arg("demo-make").arg("--data").arg(data).status()?;
    if !made.success() {
        bail!("the demo firm could not be made");
    }
    Ok(())
}

/// The ready file, as the contract has it.
fn ready(path: &Path, url: &str, room: &Arc<Strongroom>, people: &Kept) -> anyhow::Result<()> {
    let all = people.people.iter().map(|p| {
        json!({
            "email": p.email, "role": p.role, "password": p.password, "totp_secret": p.totp_secret, "token": p.token,
        })
    });
    let all = json!({ "url": url, "ledger_vkey": room.vkey()?, "people": all.collect::<Vec<_>>() });
    file::replace(path, format!("{all:#}\n").as_bytes())
}

/// Who can sign in, and what to try.
fn greet(url: &str, data: &Path, people: &Kept, temporary: bool) {
    out(format_args!("\nThe law firm Marsh Lyle is up: {url}\n"));
    out("Sign in as one of these (a code changes every 30 s and works once):\n");
    let mut roles: Vec<&str> = Vec::new();
    for person in &people.people {
        if roles.contains(&person.role.as_str()) {
            continue;
        }
        roles.push(&person.role);
        let code = kept::code_now(&person.totp_secret);
        out(format_args!("  {:19} {:31} {:28} {code}", person.role, person.email, person.password));
    }
    let file = data.join(kept::FILE);
    out(format_args!("\nEverybody else, authenticator secrets and API tokens: {}", file.display()));
    out("\nTry:");
    for line in [
        "as the partner: open Northwind v. Cobalt Ridge, drop files on its list, see Activity and Team",
        "as t.reyes@marshlyle.example: the wall keeps her out, and she cannot tell that the matter exists",
        "as the compliance officer: Walls, and Ledger; open an entry and let the page verify its proof",
        "as the administrator: Today and Staff; no client's name anywhere",
    ] {
        out(format_args!("  - {line}"));
    }
    out(format_args!(
        "  - strongroom-verify log {url}/ledger --vkey VKEY --token-file FILE   (an auditor's token)"
    ));
    if temporary {
        out(format_args!(
            "\nThis firm lies in a temporary folder. To go on with it: --data {}",
            data.display()
        ));
    }
    out("\nCtrl-C stops it.");
}
