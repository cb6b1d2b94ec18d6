//! A firm behind the release program, over TLS.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hyper::Request;
use rustls::pki_types::CertificateDer;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::MatterId;
use strongroom_testkit::{KEY_FILE, Person, TestFirm};
use tokio_rustls::TlsConnector;

use crate::load::{Target, full};

/// The certificate of both sides, and a client that knows it.
pub struct Tls {
    pub folder: tempfile::TempDir,
    pub client: TlsConnector,
}

impl Tls {
    pub fn new() -> Self {
        let made =
            rcgen::generate_simple_self_signed(vec![String::from("localhost")]).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).expect("written");
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        only_ours(&folder.path().join("key.pem"));
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from(made.cert)).expect("a root");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { folder, client: TlsConnector::from(Arc::new(config)) }
    }

    pub fn pem(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn only_ours(file: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(file, mode).expect("a mode");
}

/// A firm that no process holds open.
pub struct Firm {
    pub made: TestFirm,
    /// Leads the matter.
    pub ann: Person,
    /// Sits on it too.
    pub bea: Person,
    pub matter: MatterId,
}

/// Some minutes ago, by the real clock.
pub fn some_minutes_ago() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_micros();
    i64::try_from(now).expect("a time") - 15 * 60_000_000
}

impl Firm {
    pub async fn new() -> Self {
        Self::with(async |_, _| ()).await
    }

    /// The same; `fill` works in it before it is handed over.
    pub async fn with(fill: impl AsyncFnOnce(&TestFirm, &Person)) -> Self {
        let place = tempfile::tempdir_in(place()).expect("a folder");
        let made = TestFirm::made(place, some_minutes_ago(), |_| ()).await;
        let ann = made.person("Ann Marsh", Role::Partner).await;
        let (_, matter) = made.matter(&ann, "Share purchase dispute").await;
        let bea = made.person("Bea Lund", Role::Associate).await;
        made.seat(&ann, matter, bea.id, "member").await;
        fill(&made, &ann).await;
        made.hand_over().await;
        std::fs::write(made.folder.join("seal.key"), KEY_FILE).expect("a key file");
        only_ours(&made.folder.join("seal.key"));
        Self { made, ann, bea, matter }
    }

    /// Its folder with another configuration: for a further node.
    pub fn configure(&self, folder: &Path, tls: Option<&Tls>, more: &str) {
        let secure = tls.map_or(String::new(), |tls| {
            format!("tls_certificate = {:?}\ntls_key_file = {:?}\n", tls.pem("cert.pem"), tls.pem("key.pem"))
        });
        let text = format!(
            "[server]\nlisten = [\"127.0.0.1:0\"]\n{secure}[storage]\ndatabase = {:?}\n[unseal]\nkey_file = \"seal.key\"\n[log]\nformat = \"json\"\nlevel = \"warn\"\n{more}\n",
            self.made.database
        );
        std::fs::write(folder.join("strongroom.toml"), text.replace("level = \"warn\"\n", ""))
            .expect("written");
    }
}

/// Where firms are made: a real disk.
pub fn place() -> PathBuf {
    let place = std::env::current_dir().expect("a place").join("target/bench");
    std::fs::create_dir_all(&place).expect("a folder");
    place
}

/// The server's process.
pub struct Served {
    process: Child,
    pub target: Target,
    /// From its start until it answered that it is ready.
    pub ready_after: Duration,
}

impl Served {
    /// Starts the server on a folder.
    pub async fn start(folder: &Path, tls: Option<&Tls>, token: &str) -> Self {
        let begun = Instant::now();
        let mut command = Command::new("target/release/strongroom");
        command.arg("serve").arg("--data").arg(folder).stdin(Stdio::null()).stdout(Stdio::null());
        let mut process =
            command.stderr(Stdio::piped()).spawn().expect("target/release/strongroom: make release");
        let mut lines = BufReader::new(process.stderr.take().expect("its log")).lines();
        let serving =
            lines.by_ref().map_while(Result::ok).find(|line| line.contains("\"message\":\"serving\""));
        let serving = serving.expect("it serves");
        // nobody reads the rest, and a full pipe would stop it
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let port = serving.split("127.0.0.1:").nth(1).expect("a port");
        let port =
            port.split(|c: char| !c.is_ascii_digit()).next().and_then(|p| p.parse().ok()).expect("a port");
        let target = Target { port, tls: tls.map(|t| t.client.clone()), bearer: Some(token.to_owned()) };
        let (status, _) = target.talk().await.send(Request::get("/readyz"), full("")).await;
        assert!(status.is_success(), "{status}");
        Self { process, target, ready_after: begun.elapsed() }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        assert!(asked.is_ok_and(|s| s.success()));
        self.process.wait().expect("it ends");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
