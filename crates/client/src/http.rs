//! A small HTTP/1.1 client: one connection, kept open, to an address or to a socket. TLS as everywhere by
//! rustls on aws-lc-rs, with the system's own roots. No redirects: a token goes where it was meant to go.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::say::usage;

/// A request's body.
pub type Sent = UnsyncBoxBody<Bytes, std::io::Error>;

/// A connection must stand by then.
const CONNECT: Duration = Duration::from_secs(20);

/// Where the server is, and as whom we speak to it.
#[derive(Clone)]
pub struct Server {
    place: Arc<Where>,
    bearer: Option<HeaderValue>,
}

enum Where {
    Socket(PathBuf),
    Address { host: String, port: u16, tls: Option<TlsConnector> },
}

/// The server answered that it will not, or that it cannot: its own sentence.
#[derive(Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub says: String,
    pub body: Value,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.says, self.status.as_u16())
    }
}

impl std::error::Error for Problem {}

/// A body of bytes that are at hand.
pub fn full(bytes: impl Into<Bytes>) -> Sent {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

impl Server {
    /// The server on this machine, by its socket.
    pub fn on(socket: PathBuf) -> Self {
        Self { place: Arc::new(Where::Socket(socket)), bearer: None }
    }

    /// The server at an address.
    pub fn at(url: &str) -> anyhow::Result<Self> {
        let secure = url.starts_with("https://");
        let authority = host(url).map_err(|_| usage(format!("--url {url}: say http(s)://HOST")))?;
        let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
            Some((host, port)) => {
                (host.to_owned(), port.parse().map_err(|_| usage("--url: the port is no number"))?)
            }
            None => (authority.clone(), if secure { 443 } else { 80 }),
        };
        let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        if !secure && !local {
            return Err(usage("plain http goes no further than this machine: use https"));
        }
        let tls = secure.then(connector).transpose()?;
        Ok(Self { place: Arc::new(Where::Address { host, port, tls }), bearer: None })
    }

    /// The same server, spoken to as a person.
    pub fn with_token(self, token: &str) -> anyhow::Result<Self> {
        let whole = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))
            .ok()
            .filter(|_| whole)
            .ok_or_else(|| usage("the token file does not hold a token"))?;
        bearer.set_sensitive(true);
        Ok(Self { bearer: Some(bearer), ..self })
    }

    /// A connection that is made when it is needed, and again when it was lost.
    pub fn connection(&self) -> Connection {
        Connection { server: self.clone(), sender: None }
    }

    async fn connect(&self) -> anyhow::Result<SendRequest<Sent>> {
        match self.place.as_ref() {
            Where::Socket(path) => {
                let (short, _open) = short(path)?;
                let stream = UnixStream::connect(&short).await.map_err(|e| not_running(path, &e))?;
                begin(stream).await
            }
            Where::Address { host, port, tls } => {
                let plain = host.trim_matches(['[', ']']).to_owned();
                let stream = TcpStream::connect((plain.as_str(), *port)).await;
                let stream = stream.with_context(|| format!("no server answers at {host}:{port}"))?;
                stream.set_nodelay(true)?;
                match tls {
                    None => begin(stream).await,
                    Some(tls) => {
                        let name = ServerName::try_from(plain)?;
                        begin(tls.connect(name, stream).await.context("no TLS with the server")?).await
                    }
                }
            }
        }
    }

    fn host(&self) -> String {
        match self.place.as_ref() {
            Where::Socket(_) => String::from("localhost"),
            Where::Address { host, port, tls } => match (port, tls.is_some()) {
                (443, true) | (80, false) => host.clone(),
                _ => format!("{host}:{port}"),
            },
        }
    }
}

fn not_running(path: &Path, error: &std::io::Error) -> anyhow::Error {
    anyhow!("the server is not running, or not yours ({}: {error})", path.display())
}

fn connector() -> anyhow::Result<TlsConnector> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()
        .context("the system's certificates cannot be read")?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn begin<S>(stream: S) -> anyhow::Result<SendRequest<Sent>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // how it ended, the request that was under way is told
        let _ = connection.await;
    });
    Ok(sender)
}

/// One conversation.
pub struct Connection {
    server: Server,
    sender: Option<SendRequest<Sent>>,
}

impl Connection {
    /// Sends a request, and waits for the head of its answer.
    pub async fn send(
        &mut self,
        request: hyper::http::request::Builder,
        body: Sent,
    ) -> anyhow::Result<Response<Incoming>> {
        // a server that has answered early (no room, too large) closes the connection behind its answer
        let mut kept = None;
        if let Some(mut sender) = self.sender.take()
            && sender.ready().await.is_ok()
        {
            kept = Some(sender);
        }
        let mut sender = match kept {
            Some(sender) => sender,
            None => tokio::time::timeout(CONNECT, self.server.connect())
                .await
                .context("the server does not answer")??,
        };
        let mut request = request.body(body)?;
        request.headers_mut().insert(HOST, HeaderValue::from_str(&self.server.host())?);
        if let Some(bearer) = &self.server.bearer {
            request.headers_mut().insert(AUTHORIZATION, bearer.clone());
        }
        let response = sender.send_request(request).await.context("the server did not answer")?;
        self.sender = Some(sender);
        Ok(response)
    }

    /// A request without a body.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<Response<Incoming>> {
        let response = self.send(Request::builder().method(Method::GET).uri(path), full("")).await?;
        succeeded(response).await
    }

    /// JSON there and back.
    pub async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request =
            Request::builder().method(Method::POST).uri(path).header(CONTENT_TYPE, "application/json");
        let response = self.send(request, full(body.to_string())).await?;
        json(succeeded(response).await?).await
    }

    /// JSON from a path.
    pub async fn read(&mut self, path: &str) -> anyhow::Result<Value> {
        json(self.get(path).await?).await
    }
}

/// The answer's JSON; null where it has none.
pub async fn json(response: Response<Incoming>) -> anyhow::Result<Value> {
    let bytes = bounded(response, 16 << 20).await?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).context("the server's answer is not JSON")
}

/// The whole body, so much at most.
pub async fn bounded(response: Response<Incoming>, at_most: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > at_most {
            bail!("the server's answer is too long");
        }
    }
    Ok(bytes)
}

/// The response itself if it is a success; else the server's sentence as an error.
pub async fn succeeded(response: Response<Incoming>) -> anyhow::Result<Response<Incoming>> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let bytes = bounded(response, 1 << 20).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let because = body.get("because").and_then(Value::as_array).into_iter().flatten();
    let mut said: Vec<&str> = because.filter_map(|b| b.get("says").and_then(Value::as_str)).collect();
    if said.is_empty() {
        said.extend(["says", "detail", "title"].iter().find_map(|k| body.get(*k).and_then(Value::as_str)));
    }
    let says = if said.is_empty() { format!("the server answered {status}") } else { said.join(" ") };
    Err(Problem { status, says, body }.into())
}

/// A way to the socket that is short enough for one, however deep the data folder lies.
pub fn short(path: &Path) -> anyhow::Result<(PathBuf, Option<std::fs::File>)> {
    use std::os::fd::AsRawFd as _;
    if path.as_os_str().len() < 100 {
        return Ok((path.to_owned(), None));
    }
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let open =
        std::fs::File::open(folder).with_context(|| format!("the data folder {}", folder.display()))?;
    let name = path.file_name().unwrap_or_default();
    Ok((Path::new("/proc/self/fd").join(open.as_raw_fd().to_string()).join(name), Some(open)))
}

/// Scheme and host of an address, and the path that follows.
pub fn split(url: &str) -> anyhow::Result<(&str, &str)> {
    let from = url.find("://").map_or(0, |at| at + 3);
    let at = url[from..].find('/').map_or(url.len(), |at| from + at);
    let (base, path) = url.split_at(at);
    host(base)?;
    if path.chars().any(|c| c.is_whitespace() || matches!(c, '?' | '#')) {
        return Err(usage(format!("{url}: say http(s)://, a host and a path")));
    }
    Ok((base, path))
}

/// The host of an address, with its port where it has one: `records.firm.example`.
pub fn host(url: &str) -> anyhow::Result<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|r| r.trim_end_matches('/')).filter(|h| {
        !h.is_empty()
            && h.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
    });
    host.map(ToOwned::to_owned).ok_or_else(|| usage(format!("{url}: say http(s):// and a host, and no path")))
}
