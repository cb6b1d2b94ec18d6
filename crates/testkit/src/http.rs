//! Requests to the router, without a socket.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::Person;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}) in {self:?}"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's text, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The rules of a refusal.
    pub fn rules(&self) -> Vec<String> {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let because = json.get("because").and_then(Value::as_array).cloned().unwrap_or_default();
        because.iter().filter_map(|b| b.get("rule").and_then(Value::as_str).map(str::to_owned)).collect()
    }

    /// Fails unless the status is this one, and shows what came.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "expected {status}, got {}: {}", self.status, self.text());
        self
    }
}

/// A client that keeps cookies and may carry a token.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    token: Option<String>,
    always: BTreeMap<&'static str, String>,
}

impl Browser {
    pub(crate) const fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), token: None, always: BTreeMap::new() }
    }

    /// Sends the person's token with each request.
    #[must_use]
    pub fn token(mut self, person: &Person) -> Self {
        self.token = Some(person.token.clone());
        self
    }

    /// Sends the person's session with each request.
    #[must_use]
    pub fn session(mut self, person: &Person) -> Self {
        self.cookies.insert(String::from("__Host-session"), person.cookie.clone());
        self
    }

    /// Sends a header with each request from now on.
    pub fn always(&mut self, name: &'static str, value: &str) {
        self.always.insert(name, value.to_owned());
    }

    /// A GET.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// Sends JSON.
    pub async fn json(&mut self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("content-type", "application/json")], Body::from(body.to_string())).await
    }

    /// Sends a form.
    pub async fn form(&mut self, path: &str, fields: &str) -> Answer {
        let kind =
            [("content-type", "application/x-www-form-urlencoded"), ("origin", "http://localhost:8080")];
        self.send(Method::POST, path, &kind, Body::from(fields.to_owned())).await
    }

    /// Sends files as multipart: fields first, then the files.
    pub async fn files(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--b0undary\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        for (name, bytes) in files {
            body.extend_from_slice(
                format!("--b0undary\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b0undary--\r\n");
        self.send(
            Method::POST,
            path,
            &[("content-type", "multipart/form-data; boundary=b0undary")],
            Body::from(body),
        )
        .await
    }

    /// Sends anything.
    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.always {
            request = request.header(*name, value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            if let Some((name, rest)) = cookie.to_str().ok().and_then(|c| c.split_once('=')) {
                let value = rest.split(';').next().unwrap_or_default();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
