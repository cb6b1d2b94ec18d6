//! The way from the firm's server to a timestamp authority (RFC 3161, 3.4): a POST, over HTTPS or on this machine.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hyper::header::CONTENT_TYPE;
use strongroom_client::Server;
use strongroom_client::http::{bounded, full, split};
use strongroom_domain::kernel::clock::DAY;
use strongroom_domain::kernel::timestamps::{Authority, Stamping};

/// An authority that has not answered by then is asked again later.
const PATIENCE: Duration = Duration::from_secs(20);
/// No answer is longer: a token with a chain of certificates.
const LARGEST: usize = 256 << 10;

struct Over {
    server: Server,
    path: String,
}

/// The authority at an address, asked once a day.
pub(crate) fn by(url: &str) -> anyhow::Result<Stamping> {
    let (base, path) = split(url).context("ledger.timestamps")?;
    let path = if path.is_empty() { "/" } else { path };
    let server = Server::at(base).context("ledger.timestamps")?;
    Ok(Stamping { authority: Arc::new(Over { server, path: path.to_owned() }), every: DAY })
}

impl Over {
    async fn ask(&self, query: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        let request = hyper::Request::builder()
            .method(hyper::Method::POST)
            .uri(&self.path)
            .header(CONTENT_TYPE, "application/timestamp-query");
        let response = self.server.connection().send(request, full(query)).await?;
        if !response.status().is_success() {
            bail!("it answers {}", response.status().as_u16());
        }
        bounded(response, LARGEST).await
    }
}

impl Authority for Over {
    fn stamp(&self, query: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, String>> {
        async move {
            match tokio::time::timeout(PATIENCE, self.ask(query)).await {
                Ok(answer) => answer.map_err(|error| format!("the timestamp authority: {error:#}")),
                Err(_) => Err(String::from("the timestamp authority does not answer")),
            }
        }
        .boxed()
    }
}
