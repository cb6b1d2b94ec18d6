//! Sealed in mid-request: the upload ends with 503 and leaves nothing, the download stops, and after unsealing all
//! goes on.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Method;
use strongroom_client::http::full;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bodies;
use crate::served::{Firm, Served};

fn listed(answer: &crate::served::Answer) -> usize {
    answer.json()["items"].as_array().unwrap().len()
}

/// Whoever reads slowly over the network is cut off by a reset: what waited in the server's socket is thrown away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_is_stopped_is_reset_and_not_delivered_from_a_buffer() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let (id, large) = bodies::large_record(&mut api, &path).await;
    // a small window at this end, so that what is sent waits at the other
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 << 10).unwrap();
    let mut talk = socket.connect(([127, 0, 0, 1], served.port()).into()).await.unwrap();
    let asked = format!(
        "GET /api/v1/records/{id}/content HTTP/1.1\r\nhost: localhost:8080\r\nauthorization: Bearer {}\r\n\r\n",
        firm.ann.token
    );
    talk.write_all(asked.as_bytes()).await.unwrap();
    let mut buffer = vec![0; 4096];
    let mut came = talk.read(&mut buffer).await.unwrap();
    assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..came]));
    assert!(firm.run(&["seal"]).status.success());
    let ended = loop {
        match talk.read(&mut buffer).await {
            Ok(0) => panic!("it ended as if it were whole, after {came} bytes"),
            Ok(read) => came += read,
            Err(error) => break error,
        }
    };
    assert_eq!(ended.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(came < 2 << 20, "{came} bytes came");
    eprintln!("{came} bytes of {} came", large.len());
    served.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_and_downloads_end_when_the_strongroom_is_sealed() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let (id, large) = bodies::large_record(&mut api, &path).await;
    let content = format!("/api/v1/records/{id}/content");
    let mut download = served.as_person(&firm.ann).open(Method::GET, &content, &[], full("")).await.unwrap();
    let first = download.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first[..], large[..first.len()]);

    let begun = api.begin(firm.matter, "by tus.bin", 100_000).await.unwrap().expect(201);
    let place = begun.header("location").to_owned();
    let half = Bytes::from(vec![1; 50_000]);
    let (body, sent, go_on) = bodies::halting(half.clone(), half.clone());
    let mut other = served.as_person(&firm.ann);
    let by_tus = {
        let place = place.clone();
        tokio::spawn(async move { other.stream(&place, 0, body).await })
    };
    sent.await.unwrap();
    let form = crate::served::multipart(&[(b"by form.bin", &vec![2; 90_000])]);
    let (head, tail) = (Bytes::copy_from_slice(&form[..50_000]), Bytes::copy_from_slice(&form[50_000..]));
    let (body, sent, go_on_too) = bodies::halting(head, tail);
    let mut other = served.as_person(&firm.ann);
    let by_form = {
        let path = path.clone();
        let kind = [("content-type", "multipart/form-data; boundary=b0undary-7f2c")];
        tokio::spawn(async move { other.send(Method::POST, &path, &kind, body).await })
    };
    sent.await.unwrap();

    assert!(firm.run(&["seal"]).status.success());
    go_on.send(()).unwrap();
    go_on_too.send(()).unwrap();
    for answer in [by_tus, by_form] {
        let answer = answer.await.unwrap().unwrap().expect(503);
        assert_eq!(answer.json()["type"], "/problems/sealed", "{}", answer.text());
    }
    let mut came = first.len();
    let ended = loop {
        match download.body_mut().frame().await {
            Some(Ok(frame)) => came += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(error)) => break error,
            None => panic!("the download came to its end although the strongroom was sealed"),
        }
    };
    assert!(came < large.len(), "{ended}");
    served.as_person(&firm.ann).get(&content).await.expect(503);

    assert!(firm.run(&["unseal"]).status.success());
    let mut api = served.as_person(&firm.ann);
    assert_eq!(listed(&api.get(&path).await.expect(200)), 1, "nothing half was filed");
    let stands = api.offset(&place).await.unwrap();
    let rest = vec![1; 100_000 - stands];
    api.part(&place, stands, &rest).await.unwrap().expect(204);
    assert_eq!(listed(&api.get(&path).await.expect(200)), 2);
    assert!(api.get(&content).await.expect(200).body == large);
    served.stop();
    firm.agrees();
}
