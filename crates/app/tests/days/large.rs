//! A record far larger than the server's memory goes in by every way, comes out whole or in part, and the server
//! stays small. `scripts/large` does the same with two gigabytes.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use hyper::Method;
use strongroom_client::http::full;

use crate::bodies::{self, PIECE};
use crate::served::{Firm, Served, Talk};

/// The server may hold so much, in KiB, whatever comes.
const CAP: u64 = 160 << 10;

/// How many pieces a large record has: 64 MiB of them, or as many as `STRONGROOM_LARGE_MIB` says.
fn pieces() -> u64 {
    let asked = std::env::var_os("STRONGROOM_LARGE_MIB").and_then(|m| m.into_string().ok()?.parse().ok());
    asked.unwrap_or(64) * ((1 << 20) / PIECE as u64)
}

async fn comes_out(api: &mut Talk, id: &str, seed: u64, pieces: u64) {
    let path = format!("/api/v1/records/{id}/content");
    let answer = api.open(Method::GET, &path, &[], full("")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let (mut body, mut hash) = (answer.into_body(), Context::new(&SHA256));
    while let Some(frame) = body.frame().await {
        hash.update(frame.unwrap().data_ref().unwrap());
    }
    assert_eq!(hex::encode(hash.finish()), bodies::digest(seed, pieces), "other bytes came back");
    let middle = pieces / 2 * PIECE as u64 + 100;
    let range = format!("bytes={middle}-{}", middle + 1023);
    let part = api.send(Method::GET, &path, &[("range", &range)], full("")).await.unwrap().expect(206);
    assert_eq!(part.body, bodies::piece(seed, pieces / 2)[100..1124]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_record_goes_in_and_out_of_a_small_server() {
    let pieces = pieces();
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let (mut api, mut page) = (served.as_person(&firm.ann), served.as_browser(&firm.ann));
    let began = served.kib("VmHWM");

    let size = pieces as usize * PIECE;
    let begun = api.begin(firm.matter, "large by tus.bin", size).await.unwrap().expect(201);
    let place = begun.header("location").to_owned();
    // in three requests, as an interrupted upload comes
    let cuts = [0, pieces / 3, pieces / 3 * 2, pieces];
    let mut id = String::new();
    for cut in cuts.windows(2) {
        let body = bodies::body(bodies::pieces(1, cut[0]..cut[1]));
        let sent = api.stream(&place, cut[0] as usize * PIECE, body).await.unwrap().expect(204);
        sent.header("x-record-id").clone_into(&mut id);
    }
    let tus = served.kib("VmHWM");
    comes_out(&mut api, &id, 1, pieces).await;
    let down = served.kib("VmHWM");

    let head =
        b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"large by form.bin\"\r\n\r\n";
    let form = stream::once(async { Bytes::from_static(head) })
        .chain(bodies::pieces(2, 0..pieces))
        .chain(stream::once(async { Bytes::from_static(b"\r\n--x--\r\n") }));
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let kind = [("content-type", "multipart/form-data; boundary=x")];
    let added = api.send(Method::POST, &path, &kind, bodies::body(form)).await.unwrap().expect(201).json();
    let id = added["items"][0]["id"].as_str().unwrap();
    let form = served.kib("VmHWM");
    comes_out(&mut api, id, 2, pieces).await;
    page.get(&format!("/records/{id}/preview/1")).await.expect(200);

    // a picture that is larger than any preview is refused in words, and is not loaded either
    let begun = api.begin(firm.matter, "large scan.tiff", size).await.unwrap().expect(201);
    let place = begun.header("location").to_owned();
    let scan = stream::once(async { [&b"II*\0\x08\0\0\0"[..], &[0; PIECE - 8]].concat().into() });
    let body = bodies::body(scan.chain(bodies::pieces(3, 1..pieces)));
    let id = api.stream(&place, 0, body).await.unwrap().expect(204).header("x-record-id").to_owned();
    let preview = page.get(&format!("/records/{id}/preview/1")).await.expect(200).text();
    assert!(preview.contains("role=\"status\""), "{preview}");

    let most = served.kib("VmHWM");
    let mib = (pieces as usize * PIECE) >> 20;
    eprintln!(
        "{mib} MiB; the server's memory in KiB at most: {began} at the start, {tus} after tus, {down} after \
         reading, {form} after a form, {most} after previews"
    );
    assert!(most < CAP, "the server took {most} KiB for a record of {mib} MiB");
    served.stop();
    firm.agrees();
}

/// What was broken off is gone on with, from any byte, also after the server went away in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_gone_on_with_from_any_byte() {
    let firm = Firm::new().await;
    let mut served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let whole: Vec<u8> = [bodies::piece(4, 0), bodies::piece(4, 1)].concat();
    let begun = api.begin(firm.matter, "broken off.bin", whole.len()).await.unwrap().expect(201);
    let place = begun.header("location").to_owned();
    let (mut at, mut id) = (0_usize, String::new());
    // lengths at and around the edges of a sealed chunk, and a single byte
    for (turn, step) in [1, 16_383, 1, 16_384, 16_385, 40_000, usize::MAX].into_iter().enumerate() {
        let end = whole.len().min(at.saturating_add(step));
        // the connection breaks in the middle; a part that is still being put down is asked for again
        let mut broken = served.as_person(&firm.ann);
        let short = Bytes::copy_from_slice(&whole[at..end]);
        let sent = if end < whole.len() {
            let (body, half, never) = bodies::halting(short, Bytes::new());
            let place = place.clone();
            let sending = tokio::spawn(async move { broken.stream(&place, at, body).await });
            half.await.unwrap();
            sending.abort();
            let _ = sending.await;
            drop(never);
            None
        } else {
            let mut sent = broken.part(&place, at, &whole[at..end]).await.unwrap();
            while sent.status.as_u16() == 409 {
                at = api.offset(&place).await.unwrap();
                sent = broken.part(&place, at, &whole[at..end]).await.unwrap();
            }
            Some(sent.expect(204))
        };
        if let Some(sent) = sent {
            sent.header("x-record-id").clone_into(&mut id);
            break;
        }
        if turn == 3 {
            served.kill();
            served = Served::start(&firm);
            api = served.as_person(&firm.ann);
        }
        at = api.offset(&place).await.unwrap();
        assert!(at <= end, "{at} bytes were taken where {end} were sent");
    }
    let content = api.get(&format!("/api/v1/records/{id}/content")).await.expect(200);
    assert!(content.body == whole);
    served.stop();
    firm.agrees();
}
