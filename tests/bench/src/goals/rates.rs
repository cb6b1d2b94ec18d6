//! G5 and G10: how many reads are written down a second, and what the server weighs.

use std::sync::Arc;

use bytes::Bytes;
use hyper::Request;

use super::transfer::{form, noise};
use crate::load::{Talk, during, many};
use crate::peers::{RawSqlite, pgbench};
use crate::report::{Goal, Line, Spread, short};
use crate::served::{Firm, Served, Tls};
use crate::{Size, cpu};

/// A firm with one record of 1 KiB, served over TLS; the path of its content.
pub async fn with_a_kibibyte(tls: &Tls) -> (Firm, Served, String) {
    let firm = Firm::new().await;
    firm.configure(&firm.made.folder, Some(tls), "");
    let served = Served::start(&firm.made.folder, Some(tls), &firm.ann.token).await;
    let mut talk = served.target.talk().await;
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let request = Request::post(&path).header("content-type", "multipart/form-data; boundary=b0undary7f2c");
    let made = talk.json(request, form("note.bin", std::iter::once(noise().slice(..1024)))).await;
    let content = format!("/api/v1/records/{}/content", made["items"][0]["id"].as_str().expect("a record"));
    (firm, served, content)
}

/// G5.
pub async fn logged_reads(size: Size) -> Vec<Line> {
    let tls = Tls::new();
    let (_firm, served, content) = with_a_kibibyte(&tls).await;
    let content = Arc::new(content);
    let raw = match std::env::var_os("TEST_DATABASE_URL") {
        None => Some(RawSqlite::start()),
        Some(_) => None,
    };
    let (mut ours, mut theirs, mut slow, mut busy) =
        (Spread::default(), Spread::default(), Spread::default(), Spread::default());
    for _ in 0..size.rounds {
        let content = content.clone();
        let before = cpu::seconds(served.id());
        let mut run = during(&served.target, 32, size.seconds, async move |talk: &mut Talk, _| {
            talk.get(&content).await;
        })
        .await;
        busy.add((cpu::seconds(served.id()) - before) / run.each.len() as f64 * 1e6);
        ours.add(run.rate());
        slow.add(run.percentile(99));
        theirs.add(match &raw {
            Some(raw) => raw.rate(32, size.seconds).await,
            None => pgbench(32, size.seconds).expect("pgbench"),
        });
    }
    let (what, whose, goal) = match raw {
        Some(_) => ("reads of 1 KiB that are in the ledger, 32 at once (SQLite)", "rows", 0.5),
        None => ("reads of 1 KiB that are in the ledger, 32 at once (PostgreSQL)", "pgbench rows", 1.0),
    };
    let note = format!("p99 {} ms; {} µs of CPU each", short(slow.median()), short(busy.median()));
    vec![Line::against(what, "/s", (ours, whose, theirs), Some(Goal::AtLeast(goal))).with(note)]
}

/// G10.
pub async fn memory(size: Size) -> Vec<Line> {
    let tls = Tls::new();
    let (firm, served, content) = with_a_kibibyte(&tls).await;
    served.stop();
    let served = Served::start(&firm.made.folder, Some(&tls), &firm.ann.token).await;
    let idle = cpu::resident(served.id());
    let path = Arc::new(format!("/api/v1/matters/{}/records", firm.matter));
    let (noise, each) = (noise(), size.large / 8);
    let transferred = many(&served.target, 8, 8, async move |talk: &mut Talk, n| {
        let noise = noise.clone();
        let pieces = (0..each / (64 << 10)).map(move |piece| {
            let at = ((piece as usize * 8 + n) % 255) * (64 << 10);
            noise.slice(at..at + (64 << 10))
        });
        let request =
            Request::post(&*path).header("content-type", "multipart/form-data; boundary=b0undary7f2c");
        let first = std::iter::once(Bytes::from(vec![n as u8; 64]));
        let made = talk.json(request, form("large.bin", first.chain(pieces))).await;
        talk.get(&format!("/api/v1/records/{}/content", made["items"][0]["id"].as_str().expect("a record")))
            .await;
    });
    transferred.await;
    let moved = cpu::resident(served.id());
    let reads = size.reads;
    let content = Arc::new(content);
    many(&served.target, 32, reads, async move |talk: &mut Talk, _| {
        talk.get(&content).await;
    })
    .await;
    let read = cpu::resident(served.id());
    vec![
        Line::alone("resident, idle", "MiB", Spread::of(idle), Some(Goal::AtMost(64.0))),
        Line::alone(
            "resident after a large file up and down, 8 at once",
            "MiB",
            Spread::of(moved),
            Some(Goal::AtMost(96.0)),
        ),
        Line::alone(
            format!("resident after {reads} logged reads"),
            "MiB",
            Spread::of(read),
            Some(Goal::AtMost(96.0)),
        ),
    ]
}
