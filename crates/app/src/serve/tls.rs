//! TLS 1.2 and 1.3 by rustls on aws-lc-rs, the certificate from PEM files, read anew on SIGHUP.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;

use crate::config::Server;

/// The configuration that every handshake takes.
pub(crate) type Shared = Arc<ServerConfig>;

/// Certificate and key of the configuration; none where it has none.
pub(crate) fn load(server: &Server) -> anyhow::Result<Option<Shared>> {
    let (Some(certificate), Some(key)) = (&server.tls_certificate, &server.tls_key_file) else {
        return Ok(None);
    };
    let chain = chain(certificate)?;
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("the private key {} cannot be read", key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| format!("{} and {} do not fit", certificate.display(), key.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = Ticketer::new()?;
    Ok(Some(Arc::new(config)))
}

fn chain(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let what = || format!("the certificate {} cannot be read", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .with_context(what)?
        .collect::<Result<_, _>>()
        .with_context(what)?;
    if chain.is_empty() {
        bail!("there is no certificate in {}", path.display());
    }
    Ok(chain)
}

/// Takes the files as they are now; where they are wrong, the old ones stay.
pub(crate) fn reload(shared: Option<&watch::Sender<Shared>>, server: &Server) {
    let Some(shared) = shared else { return };
    match load(server) {
        Ok(Some(fresh)) => {
            shared.send_replace(fresh);
            tracing::info!("the TLS certificate was read anew");
        }
        Ok(None) => {}
        Err(error) => tracing::error!(cause = format!("{error:#}"), "the TLS certificate stays the old one"),
    }
}
