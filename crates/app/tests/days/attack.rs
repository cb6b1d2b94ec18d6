//! Strangers who hold connections open, send heads and bodies drop by drop, or nothing that is HTTP; and one of the firm's
//! own who asks for more than their share. The others are answered, and memory and file descriptors stay bounded.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::bodies;
use crate::served::{Firm, Served};

/// Nothing that is waited for takes this long.
const LONG: Duration = Duration::from_secs(60);

/// A connection from one of this machine's many addresses.
async fn from(last: u8, port: u16) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)), 0))?;
    socket.connect(([127, 0, 0, 1], port).into()).await
}

/// What comes until the other side closes.
async fn all(talk: &mut TcpStream) -> Vec<u8> {
    let mut came = Vec::new();
    let end = tokio::time::timeout(LONG, talk.read_to_end(&mut came)).await;
    // a reset is an end too
    end.expect("it closes").ok();
    came
}

fn descriptors(served: &Served) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", served.id())).unwrap().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_connections_keeps_nobody_out() {
    const PLACES: usize = 1024;
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    let firm = Firm::new().await;
    firm.configure("");
    let file = firm.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let patient = format!("[server]\nmax_connections = {PLACES}\nheader_timeout_seconds = 600");
    std::fs::write(&file, text.replacen("[server]", &patient, 1)).unwrap();
    let served = Served::start(&firm);
    let (port, before) = (served.port(), served.kib("VmRSS"));

    // idle ones, heads that never end, and bodies that never come, from eight addresses: twice as many as there are places
    let mut held = Vec::new();
    for n in 0..2 * PLACES {
        let Ok(mut talk) = from(u8::try_from(2 + n % 8).unwrap(), port).await else { continue };
        let begins: &[u8] = match n % 3 {
            0 => b"",
            1 => b"GET /sign-in HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
            _ => b"POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nemail=",
        };
        // those that were sent away may have been closed already
        talk.write_all(begins).await.ok();
        held.push(talk);
    }
    // Ann, at an address of her own, gets an answer: those that only idle had to leave
    let asked = format!(
        "GET /api/v1/me HTTP/1.1\r\nhost: localhost:8080\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        firm.ann.token
    );
    for _ in 0..3 {
        let mut talk = from(1, port).await.unwrap();
        talk.write_all(asked.as_bytes()).await.unwrap();
        let came = all(&mut talk).await;
        assert!(came.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&came));
    }
    let (open, grown) = (descriptors(&served), served.kib("VmRSS").saturating_sub(before));
    assert!(open < PLACES + 100, "{open} descriptors are open");
    assert!(grown < 64 << 10, "{grown} KiB more for {} connections", held.len());
    eprintln!("{} connections: {open} descriptors, {grown} KiB more", held.len());
    drop(held);
    served.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_gets_a_share_of_the_connections() {
    let firm = Firm::new().await;
    let file = firm.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("[server]", "[server]\nmax_connections = 40", 1)).unwrap();
    let served = Served::start(&firm);
    let mut held = Vec::new();
    for _ in 0..10 {
        let mut talk = from(9, served.port()).await.unwrap();
        talk.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut some = [0; 15];
        talk.read_exact(&mut some).await.unwrap();
        assert_eq!(&some, b"HTTP/1.1 200 OK");
        held.push(talk);
    }
    let mut more = from(9, served.port()).await.unwrap();
    assert_eq!(all(&mut more).await, b"", "the eleventh is closed");
    let mut other = from(10, served.port()).await.unwrap();
    other.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(all(&mut other).await.starts_with(b"HTTP/1.1 200"));
    drop(held);
    served.stop();
}

/// What is no request, or two readers could take for different ones. Each: a name, its bytes, the status it may have.
fn malformed() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let get = |more: &str| format!("GET /sign-in HTTP/1.1\r\nhost: localhost\r\n{more}\r\n").into_bytes();
    let post = |more: &str| {
        format!("POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n{more}").into_bytes()
    };
    let many: String = (0..10_000).map(|n| format!("x-{n}: a\r\n")).collect();
    vec![
        (
            "an address of 200 kB",
            format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(200_000)).into_bytes(),
            &["414", "431"],
        ),
        ("a header of 200 kB", get(&format!("x: {}\r\n", "a".repeat(200_000))), &["431"]),
        ("ten thousand headers", get(&many), &["431"]),
        ("a NUL in a header", get("x: a\0b\r\n"), &["400"]),
        ("a line feed alone and a space before the colon", get("x : a\r\n"), &["400"]),
        ("a header that goes on in the next line", get("x: a\r\n b\r\n"), &["400"]),
        (
            "no UTF-8 in the address",
            b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
            &["400", "404", "303"],
        ),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), &["400"]),
        ("HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &["400", "505"]),
        ("HTTP/0.9", b"GET /sign-in\r\n\r\n".to_vec(), &["400"]),
        ("two lengths", post("content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef"), &["400"]),
        ("a length below nothing", post("content-length: -5\r\n\r\nabcdef"), &["400"]),
        ("a length with a plus", post("content-length: +5\r\n\r\nabcdef"), &["400"]),
        ("a length without end", post("content-length: 99999999999999999999999\r\n\r\n"), &["400"]),
        ("an encoding that nobody knows", post("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n"), &["400"]),
        ("chunked, but not at last", post("transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n"), &["400"]),
        (
            "a piece without end",
            post("transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\na\r\n"),
            &["400"],
        ),
        ("a piece with a minus", post("transfer-encoding: chunked\r\n\r\n-1\r\na\r\n"), &["400"]),
        (
            "a piece with an endless name",
            post(&format!("transfer-encoding: chunked\r\n\r\n1;{}\r\na\r\n", "x".repeat(100_000))),
            &["400"],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_is_refused_and_its_connection_closed() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let before = served.kib("VmRSS");
    for (name, bytes, statuses) in malformed() {
        for _ in 0..5 {
            let mut talk = from(1, served.port()).await.unwrap();
            // it may be refused before it has come whole
            talk.write_all(&bytes).await.ok();
            talk.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.ok();
            let came = all(&mut talk).await;
            let came = String::from_utf8_lossy(&came);
            let status = came.split(' ').nth(1).unwrap_or("closed");
            // what was refused so early that the answer was lost in a reset is refused too
            assert!(status == "closed" || statuses.contains(&status), "{name}: {status}\n{came}");
            if status == "400" || status == "431" {
                assert_eq!(came.matches("HTTP/1.1 ").count(), 1, "{name}: nothing follows\n{came}");
            }
        }
    }
    let grown = served.kib("VmRSS").saturating_sub(before);
    assert!(grown < 32 << 10, "{grown} KiB more");
    served.as_person(&firm.ann).get("/api/v1/me").await.expect(200);
    assert!(!served.stop().contains("panicked"));
}

/// Whatever a reader in front of us takes for the end of a body, we take for it what the standard says, and close.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_not_smuggled_in_another_ones_body() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let hidden = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    // a reader that goes by the length sees one request; we must not see two
    let both = format!(
        "POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
        hidden.len() + 5
    );
    let turned = both.replacen("content-length", "transfer-encoding: chunked\r\ncontent-length", 1).replacen(
        "\r\ntransfer-encoding: chunked\r\n\r\n",
        "\r\n\r\n",
        1,
    );
    for asked in [both, turned] {
        let mut talk = from(1, served.port()).await.unwrap();
        talk.write_all(asked.as_bytes()).await.unwrap();
        let came = all(&mut talk).await;
        let came = String::from_utf8_lossy(&came);
        assert_eq!(came.matches("HTTP/1.1 ").count(), 1, "{asked}\n{came}");
    }
    served.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_more_than_their_share_waits_and_nobody_else_does() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let (id, _) = bodies::large_record(&mut api, &path).await;
    let content = format!(
        "GET /api/v1/records/{id}/content HTTP/1.1\r\nhost: localhost:8080\r\nauthorization: Bearer {}\r\n\r\n",
        firm.ann.token
    );
    let mut streams = Vec::new();
    for _ in 0..32 {
        let mut talk = from(2, served.port()).await.unwrap();
        talk.write_all(content.as_bytes()).await.unwrap();
        let mut some = [0; 12];
        talk.read_exact(&mut some).await.unwrap();
        assert_eq!(&some, b"HTTP/1.1 200");
        streams.push(talk);
    }
    // the next ninety-six wait, and of those that come after somebody is told when to come back
    let mut waiting = Vec::new();
    for _ in 0..97 {
        let mut talk = from(2, served.port()).await.unwrap();
        talk.write_all(content.as_bytes()).await.unwrap();
        waiting.push(Box::pin(async move {
            let mut some = vec![0; 4096];
            let read = talk.read(&mut some).await.unwrap();
            some.truncate(read);
            some
        }));
    }
    let (told, _, _) = futures_util::future::select_all(waiting).await;
    let told = String::from_utf8_lossy(&told).to_lowercase();
    assert!(told.starts_with("http/1.1 429") && told.contains("retry-after: 5"), "{told}");
    // their own pages and everyone else are answered
    api.get("/api/v1/me").await.expect(200);
    served.as_browser(&firm.ann).get(&format!("/records/{id}")).await.expect(200);
    drop(streams);
    served.stop();
}
