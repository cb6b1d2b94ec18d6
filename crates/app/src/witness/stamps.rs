//! The way from the firm's server to a timestamp authority (RFC 3161, 3.4): a POST, over HTTPS or on this machine.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use strongroom_domain::kernel::clock::DAY;
use strongroom_domain::kernel::timestamps::{Authority, Stamping};

use super::post::Post;

/// An authority that has not answered by then is asked again later.
const PATIENCE: Duration = Duration::from_secs(20);
/// No answer is longer: a token with a chain of certificates.
const LARGEST: usize = 256 << 10;

/// The authority.
struct Over(Post);

/// The authority at an address, asked once a day.
pub(crate) fn by(url: &str) -> anyhow::Result<Stamping> {
    let post = Post::to(url, "", "application/timestamp-query", PATIENCE, LARGEST);
    Ok(Stamping { authority: Arc::new(Over(post.context("ledger.timestamps")?)), every: DAY })
}

impl Authority for Over {
    fn stamp(&self, query: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, String>> {
        async move {
            match self.0.send(query).await {
                Ok((200, answer)) => Ok(answer),
                Ok((status, _)) => Err(format!("the timestamp authority answers {status}")),
                Err(why) => Err(format!("the timestamp authority: {why}")),
            }
        }
        .boxed()
    }
}
