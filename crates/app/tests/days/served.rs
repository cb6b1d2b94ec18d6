//! A firm behind the real program: started, spoken to by its socket, killed, started again.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;
use strongroom_client::http::{Sent, bounded, full};
use strongroom_client::{Connection, Server};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::MatterId;
use strongroom_testkit::{KEY_FILE, Person, TestFirm};

/// The program under test: the one that was built with these tests, or the one that `STRONGROOM_BIN` names.
pub(crate) fn program() -> std::ffi::OsString {
    std::env::var_os("STRONGROOM_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_strongroom").into())
}

/// Nothing that is waited for takes this long.
const LONG: Duration = Duration::from_secs(60);

/// A firm whose people have signed in some minutes ago, by the real clock, and that no process holds open.
pub(crate) struct Firm {
    pub(crate) made: TestFirm,
    /// Leads the matter.
    pub(crate) ann: Person,
    pub(crate) matter: MatterId,
}

impl Firm {
    pub(crate) async fn new() -> Self {
        Self::below(&std::env::temp_dir()).await
    }

    /// The same, with its folder in this one.
    pub(crate) async fn below(folder: &Path) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the server under test has the real clock")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        let minutes = 15 * 60_000_000;
        let temporary = tempfile::tempdir_in(folder).unwrap();
        let made = TestFirm::made(temporary, i64::try_from(now).unwrap() - minutes, |_| ()).await;
        let ann = made.person("Ann Marsh", Role::Partner).await;
        let (_, matter) = made.matter(&ann, "Share purchase dispute").await;
        made.hand_over().await;
        let key_file = made.folder.join("seal.key");
        std::fs::write(&key_file, KEY_FILE).unwrap();
        let only_us = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&key_file, only_us).unwrap();
        let firm = Self { made, ann, matter };
        firm.configure("");
        firm
    }

    /// Writes the configuration anew, with more of it at the end.
    pub(crate) fn configure(&self, more: &str) {
        let text = format!(
            "[server]\nlisten = [\"127.0.0.1:0\"]\n[storage]\ndatabase = {:?}\n[unseal]\nkey_file = \"seal.key\"\n[log]\nformat = \"json\"\n{more}\n",
            self.made.database,
        );
        std::fs::write(self.made.folder.join("strongroom.toml"), text).unwrap();
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.made.folder.clone()
    }

    /// Runs a command of the program on this firm to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(program());
        command.args(words).arg("--data").arg(self.data());
        command.stdin(Stdio::null()).output().unwrap()
    }

    /// `check --deep` finds nothing wrong.
    pub(crate) fn agrees(&self) {
        let told = self.run(&["check", "--deep"]);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            told.status.code() == Some(0) && told.stdout.is_empty(),
            "check --deep ended with {:?}:\n{}\n{}",
            told.status.code(),
            text(&told.stdout),
            text(&told.stderr)
        );
    }
}

/// What the server has said, line by line.
#[derive(Default)]
struct Said {
    lines: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

/// The server's process. Dropped, it is killed: no test leaves one behind.
pub(crate) struct Served {
    process: Child,
    said: Arc<Said>,
    data: PathBuf,
}

impl Served {
    /// Starts the server, and waits until it says that it serves.
    pub(crate) fn start(firm: &Firm) -> Self {
        Self::of(&firm.data())
    }

    /// The same for whatever firm is in this folder.
    pub(crate) fn of(data: &Path) -> Self {
        let mut command = Command::new(program());
        command.arg("serve").arg("--data").arg(data);
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Said::default());
        let (errors, told) = (process.stderr.take().unwrap(), said.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                told.lines.lock().unwrap().0.push(line);
                told.more.notify_all();
            }
            told.lines.lock().unwrap().1 = true;
            told.more.notify_all();
        });
        let served = Self { process, said, data: data.to_owned() };
        served.says("\"message\":\"serving\"");
        served
    }

    /// Waits until a line of the log has these words.
    pub(crate) fn says(&self, words: &str) {
        let lines = self.said.lines.lock().unwrap();
        let there = |lines: &(Vec<String>, bool)| lines.0.iter().any(|l| l.contains(words));
        let (lines, _) = self.said.more.wait_timeout_while(lines, LONG, |l| !there(l) && !l.1).unwrap();
        assert!(there(&lines), "the server never said {words:?}: {:#?}", lines.0);
    }

    /// Every line of the log so far.
    pub(crate) fn log(&self) -> String {
        self.said.lines.lock().unwrap().0.join("\n")
    }

    /// The port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        let log = self.log();
        let line = log.lines().find(|l| l.contains("\"message\":\"serving\"")).unwrap();
        let at = line.split("127.0.0.1:").nth(1).unwrap();
        at.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// A number of `/proc/PID/status`, in KiB.
    pub(crate) fn kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// An orderly end. The log is searched for what must never be in one.
    pub(crate) fn stop(mut self) -> String {
        let done = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(done.success());
        assert!(self.process.wait().unwrap().success(), "{}", self.log());
        let lines = self.said.lines.lock().unwrap();
        let (lines, late) = self.said.more.wait_timeout_while(lines, LONG, |l| !l.1).unwrap();
        assert!(!late.timed_out());
        let log = lines.0.join("\n");
        drop(lines);
        assert!(!log.contains("panicked"), "{log}");
        log
    }

    /// A conversation as this person.
    pub(crate) fn as_person(&self, person: &Person) -> Talk {
        let server = Server::on(self.data.join("control.sock")).with_token(&person.token).unwrap();
        Talk { connection: server.connection(), server, cookie: None }
    }

    /// A conversation as nobody.
    pub(crate) fn as_stranger(&self) -> Talk {
        let server = Server::on(self.data.join("control.sock"));
        Talk { connection: server.connection(), server, cookie: None }
    }

    /// A conversation in this person's browser.
    pub(crate) fn as_browser(&self, person: &Person) -> Talk {
        let server = Server::on(self.data.join("control.sock"));
        Talk { connection: server.connection(), server, cookie: Some(person.cookie.clone()) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{}", self.log());
        }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }
}

/// One conversation with the server.
pub(crate) struct Talk {
    connection: Connection,
    server: Server,
    cookie: Option<String>,
}

impl Talk {
    /// A request and its whole answer; an error where the server went away.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Sent,
    ) -> Result<Answer, String> {
        let response = self.open(method, path, headers, body).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        match bounded(response, 256 << 20).await {
            Ok(body) => Ok(Answer { status, headers, body }),
            Err(error) => {
                // what is left of a broken answer is nobody's
                self.connection = self.server.connection();
                Err(format!("{error:#}"))
            }
        }
    }

    /// A request and the head of its answer, whose body is read by whoever asked.
    pub(crate) async fn open(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Sent,
    ) -> Result<Response<Incoming>, String> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("__Host-session={cookie}"));
        }
        self.connection.send(request, body).await.map_err(|e| format!("{e:#}"))
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], full("")).await.unwrap()
    }

    /// Files as multipart.
    pub(crate) async fn files(&mut self, path: &str, files: &[(&[u8], &[u8])]) -> Result<Answer, String> {
        let kind = [("content-type", "multipart/form-data; boundary=b0undary-7f2c")];
        self.send(Method::POST, path, &kind, full(multipart(files))).await
    }

    /// A whole file by tus: begun, then sent in two parts.
    pub(crate) async fn tus(&mut self, matter: MatterId, name: &str, bytes: &[u8]) -> Result<Answer, String> {
        let begun = self.begin(matter, name, bytes.len()).await?;
        if begun.status != StatusCode::CREATED {
            return Ok(begun);
        }
        let place = begun.header("location").to_owned();
        let half = bytes.len() / 2;
        let first = self.part(&place, 0, &bytes[..half]).await?;
        if first.status != StatusCode::NO_CONTENT || bytes.is_empty() {
            return Ok(if bytes.is_empty() { begun } else { first });
        }
        self.part(&place, half, &bytes[half..]).await
    }

    /// Begins an upload by tus; `Location` is its address.
    pub(crate) async fn begin(&mut self, matter: MatterId, name: &str, len: usize) -> Result<Answer, String> {
        let meta = format!(
            "matter_id {},filename {},duplicate {}",
            STANDARD.encode(matter.to_string()),
            STANDARD.encode(name),
            STANDARD.encode("keep"),
        );
        let length = len.to_string();
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("upload-length", length.as_str()),
            ("upload-metadata", meta.as_str()),
        ];
        self.send(Method::POST, "/api/v1/uploads", &headers, full("")).await
    }

    /// Sends a part of an upload.
    pub(crate) async fn part(&mut self, place: &str, at: usize, bytes: &[u8]) -> Result<Answer, String> {
        let body = full(Bytes::copy_from_slice(bytes));
        self.stream(place, at, body).await
    }

    /// The same with a body that comes as it comes.
    pub(crate) async fn stream(&mut self, place: &str, at: usize, body: Sent) -> Result<Answer, String> {
        let at = at.to_string();
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("upload-offset", at.as_str()),
            ("content-type", "application/offset+octet-stream"),
        ];
        self.send(Method::PATCH, place, &headers, body).await
    }

    /// How much of an upload has arrived.
    pub(crate) async fn offset(&mut self, place: &str) -> Result<usize, String> {
        let answer = self.send(Method::HEAD, place, &[("tus-resumable", "1.0.0")], full("")).await?;
        answer.header("upload-offset").parse().map_err(|_| format!("no offset: {}", answer.status))
    }
}

/// A form with files. Names are bytes: a browser may send any.
pub(crate) fn multipart(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut body =
        b"--b0undary-7f2c\r\ncontent-disposition: form-data; name=\"duplicate\"\r\n\r\nkeep\r\n".to_vec();
    for (name, bytes) in files {
        body.extend_from_slice(
            b"--b0undary-7f2c\r\ncontent-disposition: form-data; name=\"file\"; filename=\"",
        );
        body.extend_from_slice(name);
        body.extend_from_slice(b"\"\r\ncontent-type: application/pdf\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b0undary-7f2c--\r\n");
    body
}
