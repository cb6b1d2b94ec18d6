//! `export`
use crate::args::Export;
use crate::say::Ending;
pub(crate) fn run(_: Export) -> anyhow::Result<Ending> {
    anyhow::bail!("not yet")
}
