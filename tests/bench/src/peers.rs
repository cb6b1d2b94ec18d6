//! The baselines: nginx, raw SQLite with group commits, pgbench, `openssl speed`.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use crate::load::Target;
use crate::served::{Tls, place};

/// nginx with TLS 1.3, static files and WebDAV `PUT`, in a folder on the same disk. No log, no sync.
pub struct Nginx {
    process: Child,
    pub target: Target,
    folder: tempfile::TempDir,
}

impl Nginx {
    pub async fn start(tls: &Tls) -> Self {
        let folder = tempfile::tempdir_in(place()).expect("a folder");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("a port").port();
        drop(free);
        for name in ["root", "tmp"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let at = |name: &str| folder.path().join(name).display().to_string();
        let text = format!(
            "daemon off; user root; worker_processes 2; pid {}; error_log {} error;
            events {{ worker_connections 1024; }}
            http {{ access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000; client_max_body_size 0;
              client_body_temp_path {tmp}; proxy_temp_path {tmp}; fastcgi_temp_path {tmp}; uwsgi_temp_path {tmp}; scgi_temp_path {tmp};
              server {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.3; ssl_certificate {}; ssl_certificate_key {};
                root {}; dav_methods PUT; }} }}",
            at("pid"),
            at("error.log"),
            tls.pem("cert.pem").display(),
            tls.pem("key.pem").display(),
            at("root"),
            tmp = at("tmp"),
        );
        std::fs::write(folder.path().join("nginx.conf"), text).expect("written");
        let mut command = Command::new("nginx");
        command.arg("-c").arg(folder.path().join("nginx.conf")).arg("-e").arg(at("error.log"));
        let process = command.stdin(Stdio::null()).spawn().expect("nginx: scripts/tools nginx");
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let target = Target { port, tls: Some(tls.client.clone()), bearer: None };
        Self { process, target, folder }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where its files lie.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // an orderly end takes its workers with it
        let _ = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

type Row = (Vec<u8>, oneshot::Sender<()>);

/// One writer over one file that commits what waits in groups, as fast as SQLite does (WAL, synchronous=FULL).
pub struct RawSqlite {
    rows: mpsc::Sender<Row>,
    _folder: tempfile::TempDir,
}

impl RawSqlite {
    pub fn start() -> Self {
        let folder = tempfile::tempdir_in(place()).expect("a folder");
        let mut connection = rusqlite::Connection::open(folder.path().join("raw.db")).expect("a database");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
            )
            .expect("a table");
        let (rows, mut waiting) = mpsc::channel::<Row>(1024);
        std::thread::spawn(move || {
            let mut batch = Vec::new();
            while waiting.blocking_recv_many(&mut batch, 1024) > 0 {
                let tx = connection.transaction().expect("begun");
                for (bytes, _) in &batch {
                    let mut insert =
                        tx.prepare_cached("INSERT INTO entry (bytes) VALUES (?)").expect("a statement");
                    insert.execute([bytes]).expect("inserted");
                }
                tx.commit().expect("committed");
                batch.drain(..).for_each(|(_, done)| done.send(()).unwrap_or_default());
            }
        });
        Self { rows, _folder: folder }
    }

    /// Durable rows a second by so many callers, each waiting for its own.
    pub async fn rate(&self, callers: usize, seconds: u64) -> f64 {
        let begun = Instant::now();
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let rows = self.rows.clone();
                tokio::spawn(async move {
                    let mut count = 0_u64;
                    while begun.elapsed() < Duration::from_secs(seconds) {
                        let (done, wait) = oneshot::channel();
                        rows.send((vec![7; 300], done)).await.expect("the writer lives");
                        wait.await.expect("committed");
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let mut count = 0;
        for task in tasks {
            count += task.await.expect("a caller");
        }
        count as f64 / begun.elapsed().as_secs_f64()
    }
}

/// Single-row inserts a second by `pgbench`; none where there is no PostgreSQL.
pub fn pgbench(callers: usize, seconds: u64) -> Option<f64> {
    let url = std::env::var("TEST_DATABASE_URL").ok()?;
    let sql = |text: &str| {
        let done = Command::new("psql").args([&url, "-q", "-c", text]).status();
        assert!(done.is_ok_and(|s| s.success()), "{text}");
    };
    sql("CREATE TABLE IF NOT EXISTS bench_entry (id BIGSERIAL PRIMARY KEY, bytes BYTEA NOT NULL)");
    let script = place().join("insert.sql");
    std::fs::write(&script, format!("INSERT INTO bench_entry (bytes) VALUES ('\\x{}');\n", "07".repeat(300)))
        .ok()?;
    let (callers, seconds) = (callers.to_string(), seconds.to_string());
    let done = Command::new("pgbench")
        .args(["-n", "-c", &callers, "-j", "2", "-T", &seconds, "-f"])
        .arg(&script)
        .arg(&url)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let line = said.lines().find_map(|l| l.strip_prefix("tps = "));
    line.and_then(|l| f64::from_str(l.split(' ').next()?).ok())
}

/// GB/s of AES-256-GCM on one core, by `openssl speed`, in messages of so many bytes.
pub fn openssl(bytes: usize, seconds: u64) -> Option<f64> {
    let (bytes, seconds) = (bytes.to_string(), seconds.to_string());
    let done = Command::new("openssl")
        .args(["speed", "-elapsed", "-mr", "-seconds", &seconds, "-bytes", &bytes, "-evp", "aes-256-gcm"])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let line = said.lines().find(|l| l.starts_with("+F:"))?;
    f64::from_str(line.rsplit(':').next()?).ok().map(|bytes| bytes / 1e9)
}
