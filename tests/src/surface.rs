//! What the outside of the program shows and takes: methods, headers, fields, encodings, secrets that browsers carry.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Method;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::DAY;
use strongroom_testkit::TestFirm;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_answers_its_own_methods_and_none_other() {
    let f = TestFirm::new().await;
    let mut web = f.browser().session(&f.admin);
    for (method, path) in [
        (Method::TRACE, "/today"),
        (Method::TRACE, "/api/v1/me"),
        (Method::CONNECT, "/today"),
        (Method::DELETE, "/today"),
        (Method::PUT, "/api/v1/me"),
        (Method::POST, "/healthz"),
        (Method::PATCH, "/ledger/checkpoint"),
    ] {
        let answer = web.send(method.clone(), path, &[], Body::empty()).await;
        assert!([403, 405].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.status);
        assert!(method != Method::TRACE || answer.status == 405, "{method} {path}: {}", answer.status);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_tells_what_it_was_made_with() {
    let f = TestFirm::new().await;
    let mut web = f.browser().session(&f.admin);
    for path in ["/today", "/sign-in", "/nowhere", "/api/v1/me", "/api/v1/nowhere", "/healthz"] {
        let answer = web.get(path).await;
        for header in ["server", "x-powered-by", "via"] {
            assert_eq!(answer.header(header), "", "{path}");
        }
        assert!(!answer.text().contains(env!("CARGO_PKG_VERSION")) || path == "/today", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_hidden_while_typed_and_password_managers_know_the_field() {
    let f = TestFirm::new().await;
    let page = f.browser().get("/sign-in").await.expect(200).text();
    let field = page.split("<input").find(|field| field.contains("name=\"password\"")).expect("a field");
    assert!(field.contains("type=\"password\"") && field.contains("current-password"), "{field}");
    assert!(!page.contains("onpaste") && !field.contains("maxlength=\"1"), "{field}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_is_decoded_once() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let name = "Nought %2520 &amp; %3Cb%3E Sons";
    let mut web = f.browser().session(&ann);
    let fields = [("name", name), ("reference", "N-1")];
    crate::pages::send(&mut web, "/clients/new", "/clients", &fields).await.expect(303);
    let listed = f.browser().token(&ann).get("/api/v1/clients").await.expect(200).json();
    assert_eq!(listed["items"][0]["name"], name);
    let page = web.get("/clients").await.expect(200).text();
    assert!(page.contains("Nought %2520 &#38;amp; %3Cb%3E Sons"), "escaped once, and nothing of it decoded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_session_has_a_secret_of_its_own_that_nobody_guesses() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let mut seen = BTreeSet::from([ann.cookie.clone()]);
    for _ in 0..5 {
        let cookie = ann.again(&f).await.cookie;
        // 32 random bytes, in letters of six bits
        assert!(cookie.len() >= 43, "{} letters", cookie.len());
        assert!(seen.insert(cookie), "a secret was given twice");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_does_not_run_out() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    f.pass(800 * DAY);
    let later = ann.again(&f).await;
    f.browser().session(&later).get("/today").await.expect(200);
}
