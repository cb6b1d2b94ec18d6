//! G1 to G4: files in and out, large and small, against nginx without encryption, sync or log.

use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::rand;
use bytes::Bytes;
use hyper::Request;

use crate::load::{Sent, Talk, full, many, pieces};
use crate::peers::Nginx;
use crate::report::{Goal, Line, Spread};
use crate::served::{Firm, Served, Tls};
use crate::{Size, cpu};

/// A file of this size, at c=8.
const SMALL: usize = 50 << 10;
/// The pieces in which a large file is sent.
const PIECE: usize = 64 << 10;

/// Random bytes, of which every file is made: files differ in their first bytes.
pub fn noise() -> Bytes {
    let mut bytes = vec![0; 16 << 20];
    rand::fill(&mut bytes).expect("chance");
    Bytes::from(bytes)
}

fn file(noise: &Bytes, stamp: u64, len: u64) -> impl Iterator<Item = Bytes> + Send + Sync + 'static {
    let (noise, pieces) = (noise.clone(), len / PIECE as u64);
    (0..pieces).map(move |n| {
        if n == 0 {
            let mut first = noise[..PIECE].to_vec();
            first[..8].copy_from_slice(&stamp.to_le_bytes());
            return Bytes::from(first);
        }
        let at = (n as usize % (noise.len() / PIECE)) * PIECE;
        noise.slice(at..at + PIECE)
    })
}

fn small(noise: &Bytes, stamp: u64) -> Vec<u8> {
    let at = (stamp as usize * 4099) % (noise.len() - SMALL);
    let mut bytes = noise[at..at + SMALL].to_vec();
    bytes[..8].copy_from_slice(&stamp.to_le_bytes());
    bytes
}

const KIND: &str = "multipart/form-data; boundary=b0undary7f2c";

fn head(name: &str) -> Bytes {
    Bytes::from(format!(
        "--b0undary7f2c\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
    ))
}

const TAIL: &[u8] = b"\r\n--b0undary7f2c--\r\n";

/// A form with one file.
pub fn form(name: &str, content: impl Iterator<Item = Bytes> + Send + Sync + 'static) -> Sent {
    pieces(std::iter::once(head(name)).chain(content).chain(std::iter::once(Bytes::from_static(TAIL))))
}

fn post(path: &str) -> hyper::http::request::Builder {
    Request::post(path).header("content-type", KIND)
}

/// Both sides, running.
struct Sides {
    tls: Tls,
    firm: Firm,
    served: Served,
    nginx: Nginx,
    path: String,
    noise: Bytes,
}

impl Sides {
    async fn new() -> Self {
        let (tls, firm) = (Tls::new(), Firm::new().await);
        firm.configure(&firm.made.folder, Some(&tls), "");
        let served = Served::start(&firm.made.folder, Some(&tls), &firm.ann.token).await;
        let nginx = Nginx::start(&tls).await;
        let path = format!("/api/v1/matters/{}/records", firm.matter);
        Self { tls, firm, served, nginx, path, noise: noise() }
    }

    /// Wall and CPU of something done to each side in turn.
    async fn turn_about(
        &self,
        rounds: usize,
        mut ours: impl AsyncFnMut(u64) -> f64,
        mut theirs: impl AsyncFnMut(u64) -> f64,
    ) -> [Spread; 4] {
        let mut all = [const { Vec::new() }; 4].map(|_: Vec<f64>| Spread::default());
        for round in 0..rounds as u64 {
            let before = cpu::seconds(self.served.id());
            all[0].add(ours(round).await);
            all[1].add(cpu::seconds(self.served.id()) - before);
            let before = cpu::seconds(self.nginx.id());
            all[2].add(theirs(round).await);
            all[3].add(cpu::seconds(self.nginx.id()) - before);
        }
        let _ = (&self.tls, &self.firm);
        all
    }
}

async fn add(talk: &mut Talk, path: &str, body: Sent) -> String {
    let made = talk.json(post(path), body).await;
    made["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

async fn put(talk: &mut Talk, name: &str, len: u64, body: Sent) {
    let request = Request::put(format!("/{name}")).header("content-length", len);
    let (status, _) = talk.send(request, body).await;
    assert!(status.is_success(), "{status}");
}

fn lines(what: &str, [wall, cpu, of_nginx, cpu_of_nginx]: [Spread; 4], goals: (f64, f64)) -> Vec<Line> {
    vec![
        Line::against(format!("{what}, wall"), "s", (wall, "nginx", of_nginx), Some(Goal::AtMost(goals.0))),
        Line::against(
            format!("{what}, CPU of the server"),
            "s",
            (cpu, "nginx", cpu_of_nginx),
            Some(Goal::AtMost(goals.1)),
        ),
    ]
}

/// G1.
pub async fn uploads(size: Size) -> Vec<Line> {
    let s = Sides::new().await;
    let (mut here, mut there) = (s.served.target.talk().await, s.nginx.target.talk().await);
    let len = size.large;
    let all = s
        .turn_about(
            size.rounds,
            async |round| {
                let begun = Instant::now();
                add(&mut here, &s.path, form("large.bin", file(&s.noise, round, len))).await;
                begun.elapsed().as_secs_f64()
            },
            async |round| {
                let begun = Instant::now();
                put(&mut there, "large", len, pieces(file(&s.noise, round, len))).await;
                begun.elapsed().as_secs_f64()
            },
        )
        .await;
    lines("a large file in", all, (1.0, 1.0))
}

/// G2.
pub async fn downloads(size: Size) -> Vec<Line> {
    let s = Sides::new().await;
    let (mut here, mut there) = (s.served.target.talk().await, s.nginx.target.talk().await);
    let len = size.large;
    let id = add(&mut here, &s.path, form("large.bin", file(&s.noise, 1, len))).await;
    put(&mut there, "large", len, pieces(file(&s.noise, 1, len))).await;
    let content = format!("/api/v1/records/{id}/content");
    let all = s
        .turn_about(
            size.rounds,
            async |_| {
                let begun = Instant::now();
                assert_eq!(here.get(&content).await, len);
                begun.elapsed().as_secs_f64()
            },
            async |_| {
                let begun = Instant::now();
                assert_eq!(there.get("/large").await, len);
                begun.elapsed().as_secs_f64()
            },
        )
        .await;
    lines("a large file out", all, (1.1, 1.5))
}

/// G3.
pub async fn small_uploads(size: Size) -> Vec<Line> {
    let s = Sides::new().await;
    let mut found = Vec::new();
    for (at_once, goal) in [(8, 1.5), (1, 2.5)] {
        let count = if at_once == 1 { size.small / 4 } else { size.small };
        let (noise, path) = (s.noise.clone(), Arc::new(s.path.clone()));
        let all = s
            .turn_about(
                size.rounds,
                async |round| {
                    let (noise, path) = (noise.clone(), path.clone());
                    let stamp = (at_once as u64) << 48 | round << 32;
                    let run = many(&s.served.target, at_once, count, async move |talk: &mut Talk, n| {
                        let bytes = Bytes::from(small(&noise, stamp | n as u64));
                        add(talk, &path, form(&format!("{n}.bin"), std::iter::once(bytes))).await;
                    });
                    run.await.wall.as_secs_f64()
                },
                async |round| {
                    let noise = noise.clone();
                    let run = many(&s.nginx.target, at_once, count, async move |talk: &mut Talk, n| {
                        let bytes = small(&noise, round << 32 | n as u64);
                        put(talk, &format!("{n}"), SMALL as u64, full(bytes)).await;
                    });
                    run.await.wall.as_secs_f64()
                },
            )
            .await;
        let [wall, cpu, of_nginx, _] = all;
        let note = format!("{} s of CPU for {count} files", crate::report::short(cpu.median()));
        let what = format!("{count} files of 50 KiB in, {at_once} at once");
        found.push(Line::against(what, "s", (wall, "nginx", of_nginx), Some(Goal::AtMost(goal))).with(note));
    }
    found.push(bulk(&s, size).await);
    found
}

/// Many files in one form, eight forms at once.
async fn bulk(s: &Sides, size: Size) -> Line {
    const IN_ONE: usize = 50;
    let forms = size.small / IN_ONE;
    let (noise, path) = (s.noise.clone(), Arc::new(s.path.clone()));
    let all = s
        .turn_about(
            size.rounds,
            async |round| {
                let (noise, path) = (noise.clone(), path.clone());
                let run = many(&s.served.target, 8, forms, async move |talk: &mut Talk, n| {
                    let mut body = Vec::new();
                    for file in 0..IN_ONE {
                        let stamp = 99_u64 << 48 | round << 32 | (n * IN_ONE + file) as u64;
                        if file > 0 {
                            body.push(Bytes::from_static(b"\r\n"));
                        }
                        body.push(head(&format!("{n}-{file}.bin")));
                        body.push(Bytes::from(small(&noise, stamp)));
                    }
                    body.push(Bytes::from_static(TAIL));
                    let (status, _) = talk.send(post(&path), pieces(body.into_iter())).await;
                    assert!(status.is_success(), "{status}");
                });
                run.await.wall.as_secs_f64()
            },
            async |round| {
                let noise = noise.clone();
                let run = many(&s.nginx.target, 8, forms * IN_ONE, async move |talk: &mut Talk, n| {
                    put(talk, &format!("b{n}"), SMALL as u64, full(small(&noise, round << 32 | n as u64)))
                        .await;
                });
                run.await.wall.as_secs_f64()
            },
        )
        .await;
    let [wall, _, of_nginx, _] = all;
    let what = format!("{} files of 50 KiB in, in forms of {IN_ONE}", forms * IN_ONE);
    Line::against(what, "s", (wall, "nginx", of_nginx), Some(Goal::AtMost(1.2)))
}

/// G4.
pub async fn small_downloads(size: Size) -> Vec<Line> {
    let s = Sides::new().await;
    let mut here = s.served.target.talk().await;
    let mut ids = Vec::new();
    for n in 0..100_u64 {
        let bytes = small(&s.noise, n);
        std::fs::write(s.nginx.root().join(n.to_string()), &bytes).expect("written");
        let body = form(&format!("{n}.bin"), std::iter::once(Bytes::from(bytes)));
        ids.push(add(&mut here, &s.path, body).await);
    }
    let ids = Arc::new(ids);
    let all = s
        .turn_about(
            size.rounds,
            async |_| {
                let ids = ids.clone();
                let run = many(&s.served.target, 8, size.small, async move |talk: &mut Talk, n| {
                    talk.get(&format!("/api/v1/records/{}/content", ids[n % 100])).await;
                });
                run.await.wall.as_secs_f64()
            },
            async |_| {
                let run = many(&s.nginx.target, 8, size.small, async |talk: &mut Talk, n| {
                    talk.get(&format!("/{}", n % 100)).await;
                });
                run.await.wall.as_secs_f64()
            },
        )
        .await;
    let [wall, cpu, of_nginx, _] = all;
    let note = format!("{} s of CPU for {} files", crate::report::short(cpu.median()), size.small);
    let what = format!("{} files of 50 KiB out, 8 at once", size.small);
    vec![Line::against(what, "s", (wall, "nginx", of_nginx), Some(Goal::AtMost(1.5))).with(note)]
}
