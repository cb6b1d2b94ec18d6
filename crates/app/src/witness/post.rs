//! A POST to somebody outside the firm: HTTPS, or plain HTTP on this machine. Why there is no answer is said in words
//! that an administrator can act on.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::CONTENT_TYPE;
use strongroom_client::Server;
use strongroom_client::http::{bounded, full, split};

/// Where it goes.
pub(super) struct Post {
    server: Server,
    path: String,
    /// What is sent.
    kind: &'static str,
    /// An answer that has not come by then is given up.
    patience: Duration,
    /// No answer is longer, in bytes.
    largest: usize,
}

impl Post {
    /// To `below` under an address.
    ///
    /// # Errors
    /// It is no address that may be used.
    pub(super) fn to(
        url: &str,
        below: &str,
        kind: &'static str,
        patience: Duration,
        largest: usize,
    ) -> anyhow::Result<Self> {
        let (base, path) = split(url)?;
        let path = match (path, below) {
            ("", "") => String::from("/"),
            (path, "") => path.to_owned(),
            (path, below) => format!("{}{below}", path.trim_end_matches('/')),
        };
        Ok(Self { server: Server::at(base)?, path, kind, patience, largest })
    }

    /// Sends it; the status and the answer.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn send(&self, body: impl Into<Bytes>) -> Result<(u16, Vec<u8>), String> {
        let ask = async {
            let request = hyper::Request::builder()
                .method(hyper::Method::POST)
                .uri(&self.path)
                .header(CONTENT_TYPE, self.kind);
            let response = self.server.connection().send(request, full(body)).await?;
            let status = response.status().as_u16();
            anyhow::Ok((status, bounded(response, self.largest).await?))
        };
        match tokio::time::timeout(self.patience, ask).await {
            Ok(answer) => answer.map_err(|error| plain(&error)),
            Err(_) => Err(String::from("it does not answer")),
        }
    }
}

/// Without the system's number of the error.
fn plain(error: &anyhow::Error) -> String {
    match error.root_cause().downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::ConnectionRefused) => String::from("nobody listens at its address"),
        Some(std::io::ErrorKind::TimedOut) => String::from("it does not answer"),
        Some(kind @ (std::io::ErrorKind::HostUnreachable | std::io::ErrorKind::NetworkUnreachable)) => {
            kind.to_string()
        }
        _ => format!("{error:#}"),
    }
}
