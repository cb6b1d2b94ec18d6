//! A record goes in, the right people open it, and the log proves who did: over HTTP.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use strongroom_domain::kernel::actor::Role;
use strongroom_testkit::TestFirm;
use strongroom_tlog::{Receipt, VerifierKey};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_goes_in_and_its_receipt_proves_who_read_it() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let words = "The Claimant says as follows. ".repeat(3_000);
    let path = format!("/api/v1/matters/{matter}/records");
    let fields = [("folder", "Pleadings/2026"), ("labels", "confidential,privileged")];
    let added =
        api.files(&path, &fields, &[("complaint_as_filed.txt", words.as_bytes())]).await.expect(201).json();
    let record = &added["items"][0];
    assert_eq!(record["title"], "complaint as filed");
    assert_eq!(record["media_type"], "text/plain");
    assert_eq!(record["labels"], json!(["confidential", "privileged"]));
    let id = record["id"].as_str().unwrap();

    let whole = api.get(&format!("/api/v1/records/{id}/content")).await.expect(200);
    assert_eq!(whole.body, words.as_bytes());
    assert!(whole.header("content-disposition").starts_with("attachment"));
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    let entry = whole.header("x-ledger-entry").to_owned();
    let part = api
        .send(
            Method::GET,
            &format!("/api/v1/records/{id}/content"),
            &[("range", "bytes=40000-40009")],
            axum::body::Body::empty(),
        )
        .await;
    assert_eq!((part.status.as_u16(), part.body.as_ref()), (206, &words.as_bytes()[40_000..40_010]));
    let beyond = api
        .send(
            Method::GET,
            &format!("/api/v1/records/{id}/content"),
            &[("range", "bytes=999999999-")],
            axum::body::Body::empty(),
        )
        .await;
    assert_eq!(beyond.status.as_u16(), 416);

    assert_eq!(api.get(&format!("/api/v1/ledger/entries/{entry}/receipt")).await.status.as_u16(), 202);
    f.room.sequence_all().await.unwrap();
    let receipt = api.get(&format!("/api/v1/ledger/entries/{entry}/receipt")).await.expect(200).text();
    let key = VerifierKey::parse(api.get("/ledger/vkey").await.expect(200).text().trim()).unwrap();
    let parsed = Receipt::parse(&receipt).unwrap();
    parsed.proof.verify(std::slice::from_ref(&key)).unwrap();
    let bytes = parsed.proof.extra.clone().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((told["verb"].as_str(), told["outcome"].as_str()), (Some("record.download"), Some("allowed")));
    assert_eq!(told["actor"]["id"], json!(ann.id));
    // a byte changed on the way is noticed
    let extra = BASE64.encode(&bytes);
    let forged = BASE64.encode(String::from_utf8(bytes).unwrap().replace("allowed", "denied!"));
    let forged = Receipt::parse(&receipt.replace(&extra, &forged)).unwrap();
    assert!(forged.proof.verify(&[key]).is_err());

    let activity = api.get(&format!("/api/v1/records/{id}/activity")).await.expect(200).json();
    let says: Vec<&str> =
        activity["items"].as_array().unwrap().iter().filter_map(|e| e["says"].as_str()).collect();
    assert!(says.iter().any(|s| s.contains("downloaded it")), "{says:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_by_tus_resumes_and_a_stranger_sees_nothing_of_it() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let cat = f.person("Cat Reader", Role::Paralegal).await;
    let uma = f.person("Uma Outside", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, cat.id, "reader").await;
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    let meta = format!(
        "matter_id {},filename {}",
        BASE64.encode(matter.to_string()),
        BASE64.encode("ledger of sums.bin")
    );
    let length = bytes.len().to_string();
    let create =
        [("tus-resumable", "1.0.0"), ("upload-length", length.as_str()), ("upload-metadata", meta.as_str())];
    let begin = async |person| {
        let mut api = f.browser().token(person);
        api.send(Method::POST, "/api/v1/uploads", &create, axum::body::Body::empty()).await
    };
    assert_eq!(begin(&cat).await.status.as_u16(), 403);
    assert_eq!(begin(&uma).await.status.as_u16(), 404);
    let begun = begin(&ann).await.expect(201);
    let place = begun.header("location").to_owned();
    let place = place.strip_prefix("http://localhost:8080").unwrap_or(&place).to_owned();
    let mut api = f.browser().token(&ann);
    let patch = async |api: &mut strongroom_testkit::Browser, offset: usize, body: &[u8]| {
        let offset = offset.to_string();
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("upload-offset", offset.as_str()),
            ("content-type", "application/offset+octet-stream"),
        ];
        api.send(Method::PATCH, &place, &headers, axum::body::Body::from(body.to_vec())).await
    };
    assert_eq!(patch(&mut api, 0, &bytes[..150_001]).await.status.as_u16(), 204);
    assert_eq!(patch(&mut api, 7, &bytes[7..9]).await.status.as_u16(), 409);
    let head = api.send(Method::HEAD, &place, &[("tus-resumable", "1.0.0")], axum::body::Body::empty()).await;
    assert_eq!(head.header("upload-offset"), "150001");
    let mut hers = f.browser().token(&uma);
    let head =
        hers.send(Method::HEAD, &place, &[("tus-resumable", "1.0.0")], axum::body::Body::empty()).await;
    assert_eq!(head.status.as_u16(), 404);
    assert_eq!(patch(&mut api, 150_001, &bytes[150_001..]).await.status.as_u16(), 204);
    let list = api.get(&format!("/api/v1/matters/{matter}/records")).await.expect(200).json();
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("/api/v1/records/{id}/content")).await.expect(200).body, bytes);
    // the same bytes again are said
    let again = api
        .files(&format!("/api/v1/matters/{matter}/records"), &[], &[("copy.bin", &bytes)])
        .await
        .expect(409)
        .json();
    assert_eq!(again["duplicate_of"]["id"].as_str(), Some(id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_names_empty_files_and_lying_types_are_taken_as_they_are() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Dispute").await;
    let mut api = f.browser().token(&ann);
    let path = format!("/api/v1/matters/{matter}/records");
    let long = format!("{}.pdf", "x".repeat(300));
    for (name, bytes, media) in [
        ("../../etc/passwd", &b"root:x:0:0"[..], "text/plain"),
        ("empty.docx", b"", "application/octet-stream"),
        ("invoice.pdf", b"\x89PNG\r\n\x1a\n0000", "image/png"),
        ("a\u{202E}gnp.exe", b"MZ\x90\x00", "application/octet-stream"),
        (long.as_str(), b"%PDF-1.7 ...", "application/pdf"),
    ] {
        let added = api.files(&path, &[], &[(name, bytes)]).await.expect(201).json();
        let record = &added["items"][0];
        let kept = record["filename"].as_str().unwrap();
        assert!(!kept.contains('/') && !kept.contains('\u{202E}') && kept.len() <= 255, "{kept}");
        if !bytes.is_empty() {
            assert_eq!(record["media_type"], media, "{name}");
        }
        let id = record["id"].as_str().unwrap();
        assert_eq!(api.get(&format!("/api/v1/records/{id}/content")).await.expect(200).body, bytes, "{name}");
    }
    for (method, path, headers, body, status) in [
        (
            Method::POST,
            path.as_str(),
            vec![("content-type", "multipart/form-data; boundary=x")],
            "no multipart",
            400,
        ),
        (Method::POST, "/api/v1/matters", vec![("content-type", "application/json")], "{not json", 400),
        (Method::POST, "/api/v1/matters", vec![("content-type", "text/plain")], "{}", 415),
        (Method::GET, "/api/v1/matters?limit=0", vec![], "", 400),
        (Method::GET, "/api/v1/matters?after=forged", vec![], "", 400),
        (Method::PATCH, "/api/v1/matters/nonsense", vec![("content-type", "application/json")], "{}", 428),
    ] {
        let answer = api.send(method, path, &headers, axum::body::Body::from(body)).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_is_answered_for_those_who_may_ask() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let uma = f.person("Uma Outside", Role::Associate).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (_, matter) = f.matter(&ann, "Dispute").await;
    let ask = format!("/api/v1/explain?person={}&action=record.list&thing={matter}", uma.id);
    for person in [&ann, &ines] {
        let answer = f.browser().token(person).get(&ask).await.expect(200).json();
        assert_eq!(answer["decision"], "denied");
        assert_eq!(answer["because"][0]["says"], "Only the team of this matter can open it. Ask the lead.");
    }
    f.browser().token(&uma).get(&ask).await.expect(404);
    let before = "1999-01-01T00:00:00Z";
    let past = format!("/api/v1/explain?person={}&action=record.list&thing={matter}&at={before}", ann.id);
    assert_eq!(f.browser().token(&ines).get(&past).await.expect(200).json()["decision"], "denied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_suspended_is_out_with_every_session_and_token() {
    let f = TestFirm::new().await;
    let dan = f.person("Dan Okafor", Role::Associate).await;
    f.browser().token(&dan).get("/api/v1/me").await.expect(200);
    let admin = f.admin.again(&f).await;
    let path = format!("/api/v1/staff/{}/suspend", dan.id);
    f.browser()
        .token(&admin)
        .json(Method::POST, &path, &json!({ "reason": "Left the firm." }))
        .await
        .expect(204);
    f.browser().token(&dan).get("/api/v1/me").await.expect(401);
}
