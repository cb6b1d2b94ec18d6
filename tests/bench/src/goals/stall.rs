//! G17: every fsync takes 200 ms longer. What needs no disk must not feel it, and nothing may be answered before its
//! entry is durable. `strace` makes the stall, from outside.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;

use super::transfer::{form, noise};
use crate::Size;
use crate::load::{Talk, during, full};
use crate::report::{Goal, Line, Spread, short};
use crate::served::{Firm, Served, Tls};

/// So much longer.
const STALL: u64 = 200;

/// G17.
pub async fn stalled(size: Size) -> Vec<Line> {
    let tls = Tls::new();
    let firm = Firm::new().await;
    firm.configure(&firm.made.folder, Some(&tls), "");
    let served = Served::start(&firm.made.folder, Some(&tls), &firm.ann.token).await;
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let mut talk = served.target.talk().await;
    let request = Request::post(&path).header("content-type", "multipart/form-data; boundary=b0undary7f2c");
    let made = talk.json(request, form("note.bin", std::iter::once(noise().slice(..1024)))).await;
    let content =
        Arc::new(format!("/api/v1/records/{}/content", made["items"][0]["id"].as_str().expect("a record")));
    let fixed = async |talk: &mut Talk, _: usize| {
        let (status, _) = talk.send(Request::get("/sign-in"), full("")).await;
        assert!(status.is_success(), "{status}");
    };
    let mut before = during(&served.target, 2, size.seconds, fixed).await;
    let undisturbed = before.percentile(99);

    let mut tracer = Command::new("strace")
        .args(["-f", "-q", "-e", "trace=fsync,fdatasync", "-e"])
        .arg(format!("inject=fsync,fdatasync:delay_exit={}", STALL * 1000))
        .args(["-o", "/dev/null", "-p", &served.id().to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("strace: scripts/tools strace");
    // it holds once a read takes as long as the stall
    loop {
        let begun = std::time::Instant::now();
        talk.get(&content).await;
        if begun.elapsed() >= Duration::from_millis(STALL) {
            break;
        }
    }
    let reads = content.clone();
    let (mut logged, mut pages) = tokio::join!(
        during(&served.target, 8, size.seconds, async move |talk: &mut Talk, _| {
            talk.get(&reads).await;
        }),
        during(&served.target, 2, size.seconds, fixed)
    );
    let _ = Command::new("kill").arg(tracer.id().to_string()).status();
    let _ = tracer.wait();
    let early = logged.each.iter().filter(|took| **took < Duration::from_millis(STALL)).count();
    vec![
        Line::against(
            "p99 of the page of signing in while every fsync takes 200 ms more",
            "ms",
            (Spread::of(pages.percentile(99)), "undisturbed", Spread::of(undisturbed)),
            Some(Goal::AtMost(2.0)),
        ),
        Line::alone(
            "logged reads answered before a stalled fsync could end",
            "",
            Spread::of(early as f64),
            Some(Goal::AtMost(0.0)),
        )
        .with(format!("of {}; median {} ms", logged.each.len(), short(logged.percentile(50)))),
    ]
}
