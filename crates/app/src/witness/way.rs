//! The way from the firm's server to the witnesses of its policy: HTTPS, or plain HTTP on this machine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use strongroom_domain::kernel::witnesses::{Reply, Way, Witnessing};
use strongroom_tlog::policy::Policy;

use super::post::Post;

/// A witness that has not answered by then is asked again later.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer is longer.
const LARGEST: usize = 64 << 10;

/// One witness.
struct Over(Post);

/// The witnesses of a policy's file.
pub(crate) fn of_policy(file: &Path) -> anyhow::Result<Witnessing> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).with_context(|| format!("ledger.policy {name} cannot be read"))?;
    let policy = Policy::parse(&text).with_context(|| format!("ledger.policy {name}"))?;
    let way = |url: &Option<String>| -> anyhow::Result<Option<Arc<dyn Way>>> {
        let Some(url) = url else { return Ok(None) };
        let kind = "text/plain; charset=utf-8";
        Ok(Some(Arc::new(Over(Post::to(url, "/add-checkpoint", kind, PATIENCE, LARGEST)?))))
    };
    let ways = policy.witnesses.iter().map(|witness| {
        way(&witness.url).with_context(|| format!("ledger.policy {name}: the witness {}", witness.name))
    });
    let ways = ways.collect::<anyhow::Result<Vec<_>>>()?;
    if policy.asks_for_witnesses() && ways.iter().all(Option::is_none) {
        bail!("ledger.policy {name} asks for witnesses and says of none where it is: a URL follows the key");
    }
    Ok(Witnessing { policy, ways })
}

impl Way for Over {
    fn add_checkpoint(&self, body: String) -> BoxFuture<'_, Result<Reply, String>> {
        async move {
            let (status, body) = self.0.send(body).await?;
            let text = || String::from_utf8(body).map_err(|_| String::from("its answer is no text"));
            Ok(match status {
                200 => Reply::Cosigned(text()?),
                409 => {
                    Reply::Knows(text()?.trim().parse().map_err(|_| String::from("its answer says no size"))?)
                }
                other => Reply::Refused(other),
            })
        }
        .boxed()
    }
}
