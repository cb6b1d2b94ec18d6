//! What the others feel while someone attacks: the p99 of four people's logged reads, with and without.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::rates::with_a_kibibyte;
use crate::Size;
use crate::load::{Talk, Target, during, full};
use crate::report::{Goal, Line, Spread};
use crate::served::Tls;

/// A connection from one of this machine's many addresses.
async fn from(last: u8, port: u16) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)), 0))?;
    socket.connect(([127, 0, 0, 1], port).into()).await
}

/// Connections that only stand there, from eight addresses.
async fn idle(port: u16, count: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for n in 0..count {
        held.extend(from(2 + (n % 8) as u8, port).await);
    }
    held
}

/// Bodies that come a byte a second.
async fn slow_bodies(port: u16, count: usize) -> JoinSet<()> {
    let mut all = JoinSet::new();
    for n in 0..count {
        let Ok(mut talk) = from(2 + (n % 8) as u8, port).await else { continue };
        all.spawn(async move {
            let head = b"POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n";
            talk.write_all(head).await.ok();
            while talk.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
    }
    all
}

/// Guesses at a password, eight at a time, without end.
fn guesses(target: &Target) -> JoinSet<()> {
    let mut all = JoinSet::new();
    for _ in 0..8 {
        let target = Target { bearer: None, ..target.clone() };
        all.spawn(async move {
            loop {
                let target = target.clone();
                // the server may close on a guesser: the next guess comes over another connection
                let guess = tokio::spawn(async move {
                    let request = Request::post("/sign-in")
                        .header("content-type", "application/x-www-form-urlencoded")
                        .header("origin", "http://localhost:8080");
                    let body = full("email=ann.marsh%40firm.example&password=wrong-guess-wrong");
                    target.talk().await.send(request, body).await;
                });
                guess.await.ok();
            }
        });
    }
    all
}

/// One of the firm who asks for all they can get, with the others' own right.
fn greedy(target: &Target, content: &Arc<String>) -> JoinSet<()> {
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let (target, content) = (target.clone(), content.clone());
        all.spawn(async move {
            let mut talk = target.talk().await;
            loop {
                talk.send(Request::get(&**content), full("")).await;
            }
        });
    }
    all
}

/// The others' p99 under each attack, against that of a quiet hour.
pub async fn others(size: Size) -> Vec<Line> {
    let tls = Tls::new();
    let (firm, served, content) = with_a_kibibyte(&tls).await;
    let (content, port) = (Arc::new(content), served.target.port);
    let of_bea = Target { bearer: Some(firm.bea.token.clone()), ..served.target.clone() };
    let measured = async || {
        let content = content.clone();
        let run = during(&of_bea, 4, size.seconds, async move |talk: &mut Talk, _| {
            talk.get(&content).await;
        });
        run.await.percentile(99)
    };
    let mut all = Vec::new();
    for what in ["2,000 idle connections", "500 slow bodies", "a guesser", "a colleague with 64 connections"]
    {
        let (mut quiet, mut under) = (Spread::default(), Spread::default());
        for _ in 0..size.rounds {
            quiet.add(measured().await);
            let held = if what.contains("idle") { idle(port, 2000).await } else { Vec::new() };
            let busy = match what {
                "500 slow bodies" => slow_bodies(port, 500).await,
                "a guesser" => guesses(&served.target),
                "a colleague with 64 connections" => greedy(&served.target, &content),
                _ => JoinSet::new(),
            };
            under.add(measured().await);
            drop((held, busy));
        }
        let measure = (under, "in peace", quiet);
        all.push(Line::against(
            format!("p99 of four readers beside {what}"),
            "ms",
            measure,
            Some(Goal::AtMost(2.0)),
        ));
    }
    all
}
