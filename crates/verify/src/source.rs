//! Reading files, exported folders and logs over HTTP. Nothing read here is believed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use crate::{Failure, Outcome};

/// No file here is longer: 256 entries of 65,535 bytes, each after its length, rounded up.
const LIMIT: u64 = 17 << 20;

/// A log in the layout of c2sp.org/tlog-tiles.
pub(crate) enum Source {
    Folder(PathBuf),
    Url { agent: Agent, prefix: String, bearer: Option<String> },
}

impl Source {
    /// A folder, or a URL with or without a token for reading entries.
    pub(crate) fn open(subject: &OsStr, token: Option<Vec<u8>>) -> Outcome<Source> {
        let url = subject.to_str().filter(|s| s.starts_with("http://") || s.starts_with("https://"));
        let Some(url) = url else {
            if token.is_some() {
                return Err(Failure::Usage("--token-file belongs to a log at a URL".into()));
            }
            return Ok(Source::Folder(subject.into()));
        };
        let bearer = token.map(|token| bearer(&token, url)).transpose()?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            // the token goes to the address given, and nowhere that it points to
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Ok(Source::Url { agent: config.into(), prefix: url.trim_end_matches('/').to_owned(), bearer })
    }

    /// The file at this path below the log, or `None` if there is none.
    pub(crate) fn read(&self, path: &str) -> Outcome<Option<Vec<u8>>> {
        let could_not = |why: String| Failure::CouldNotRun(format!("{path}: {why}"));
        match self {
            Source::Folder(folder) => match File::open(folder.join(path)).and_then(read_all) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                    Ok(None)
                }
                Err(e) => Err(could_not(e.to_string())),
            },
            Source::Url { agent, prefix, bearer } => {
                let mut request = agent.get(format!("{prefix}/{path}"));
                if let Some(bearer) = bearer {
                    request = request.header("Authorization", bearer);
                }
                let mut response = request.call().map_err(|e| could_not(e.to_string()))?;
                match response.status().as_u16() {
                    200 => read_all(response.body_mut().as_reader())
                        .map(Some)
                        .map_err(|e| could_not(e.to_string())),
                    404 | 410 => Ok(None),
                    401 | 403 => {
                        Err(could_not("refused; entries need an auditor's token (--token-file)".into()))
                    }
                    status => Err(could_not(format!("the server answered {status}"))),
                }
            }
        }
    }
}

/// A file named on the command line.
pub(crate) fn read_file(path: &Path) -> Outcome<Vec<u8>> {
    let bytes = File::open(path).and_then(read_all);
    bytes.map_err(|e| Failure::CouldNotRun(format!("{}: {e}", path.display())))
}

fn read_all(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT { Err(io::Error::other("too large")) } else { Ok(bytes) }
}

fn bearer(token: &[u8], url: &str) -> Outcome<String> {
    let host = url.strip_prefix("http://").and_then(|rest| rest.split(['/', ':']).next());
    if url.contains('@') || host.is_some_and(|host| !matches!(host, "localhost" | "127.0.0.1")) {
        return Err(Failure::Usage("a token is not sent over plain http: use https".into()));
    }
    let token = std::str::from_utf8(token).map(str::trim).unwrap_or_default();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Failure::Usage("the token file does not hold a token".into()));
    }
    Ok(format!("Bearer {token}"))
}
