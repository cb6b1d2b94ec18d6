//! A firm and its witnesses as processes of their own: what they sign is in the receipt, the verifier asks for it by the
//! same policy, and a firm whose whole folder was put back stays sealed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use strongroom_tlog::{KeyKind, VerifierKey};

use crate::served::{Firm, Served, Talk, program};

/// A witness's process. Dropped, it is killed.
struct Witness {
    process: Child,
    folder: PathBuf,
    port: u16,
    vkey: String,
}

fn witness(words: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(program());
    command.arg("witness").args(words).arg("--data").arg(folder);
    let done = command.stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

impl Witness {
    async fn new(folder: PathBuf, name: &str, log: &str) -> Self {
        // one signs as older ones do
        let how = if name.starts_with("north") { &["--ed25519"][..] } else { &[] };
        let made = witness(&[&["init", "--name", name], how].concat(), &folder);
        let vkey = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        witness(&["add-log", "--vkey", log], &folder);
        // a port that was free a moment ago
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Self::start(&folder, port);
        let this = Self { process, folder, port, vkey };
        this.answers().await;
        this
    }

    fn start(folder: &Path, port: u16) -> Child {
        let mut command = Command::new(program());
        command.args(["witness", "serve", "--listen", &format!("127.0.0.1:{port}"), "--data"]).arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    async fn answers(&self) {
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn line(&self, name: &str) -> String {
        format!("witness {name} {} http://127.0.0.1:{}\n", self.vkey, self.port)
    }

    fn signed(&self) -> u64 {
        let shown = String::from_utf8(witness(&["show"], &self.folder).stdout).unwrap();
        shown.lines().nth(1).unwrap().split(": ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn again(&mut self) {
        self.process = Self::start(&self.folder, self.port);
        self.answers().await;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn added(api: &mut Talk, path: &str, name: &str) -> String {
    let answer = api.files(path, &[(name.as_bytes(), name.as_bytes())]).await.unwrap().expect(201);
    answer.header("x-ledger-entry").to_owned()
}

async fn state(api: &mut Talk, entry: &str) -> String {
    let seen = api.get(&format!("/api/v1/ledger/entries/{entry}")).await.expect(200).json();
    seen["state"].as_str().unwrap().to_owned()
}

async fn until_witnessed(api: &mut Talk, entry: &str) {
    let begun = std::time::Instant::now();
    while state(api, entry).await != "witnessed" {
        assert!(begun.elapsed() < Duration::from_secs(60), "not witnessed in a minute");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn verifies(policy: &Path, receipt: &Path) -> (bool, String) {
    let verifier = Path::new(&program()).with_file_name("strongroom-verify");
    let mut command = Command::new(verifier);
    let done = command.arg("receipt").arg(receipt).arg("--policy").arg(policy).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => copy(&entry.path(), &target),
            kind if kind.is_file() => drop(std::fs::copy(entry.path(), target).unwrap()),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_three_witnesses_sign_and_a_folder_that_was_put_back_stays_sealed() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let log = served.as_stranger().get("/ledger/vkey").await.expect(200).text().trim().to_owned();
    served.stop();
    let place = tempfile::tempdir().unwrap();
    let mut witnesses = Vec::new();
    for name in ["north", "south", "west"] {
        let full = format!("{name}.witness.invalid/w1");
        witnesses.push(Witness::new(place.path().join(name), &full, &log).await);
    }
    let policy = firm.data().join("witnesses.policy");
    let lines: String =
        ["north", "south", "west"].iter().zip(&witnesses).map(|(name, witness)| witness.line(name)).collect();
    let text = format!("log {log}\n{lines}group two 2 north south west\nquorum two\n");
    std::fs::write(&policy, text).unwrap();
    firm.configure("[ledger]\npolicy = \"witnesses.policy\"");

    // one of the three is not there; it is enough
    witnesses[2].kill();
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let entry = added(&mut api, &path, "deed.txt").await;
    until_witnessed(&mut api, &entry).await;
    let given = api.get(&format!("/api/v1/ledger/entries/{entry}/receipt")).await.expect(200);
    let receipt = place.path().join("deed.receipt");
    std::fs::write(&receipt, &given.body).unwrap();
    let (well, said) = verifies(&policy, &receipt);
    assert!(well && said.matches("witnessed by").count() == 2, "{said}");
    // less than the policy asks for is not enough for the verifier
    let lines: Vec<_> = given.text().lines().map(str::to_owned).collect();
    let fewer: Vec<_> = lines.iter().filter(|l| !l.starts_with("— south")).cloned().collect();
    std::fs::write(&receipt, fewer.join("\n") + "\n").unwrap();
    assert!(!verifies(&policy, &receipt).0);
    served.stop();

    // the whole folder is put aside, the firm works on, and yesterday's folder is put back
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return;
    }
    let aside = place.path().join("aside");
    copy(&firm.data(), &aside);
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let entry = added(&mut api, &path, "later.txt").await;
    until_witnessed(&mut api, &entry).await;
    let signed = witnesses[0].signed();
    served.stop();
    copy(&aside, &firm.data());
    for wal in ["strongroom.sqlite-wal", "strongroom.sqlite-shm"] {
        std::fs::remove_file(firm.data().join(wal)).ok();
    }
    let refused = firm.run(&["serve"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("rolled back"), "{said}");
    assert!(witnesses[0].signed() >= signed, "nothing was taken back");
    // a witness that was away learns all that it missed
    witnesses[2].again().await;
}

/// One that has lost what it signed could sign another history: it says so, and signs nothing more.
#[tokio::test]
async fn a_witness_that_lost_what_it_signed_and_one_with_two_keys_of_a_ledger_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("north");
    let run = |words: &[&str]| {
        let mut command = Command::new(program());
        let done = command.arg("witness").args(words).arg("--data").arg(&folder).output().unwrap();
        (done.status.code(), [done.stdout, done.stderr].concat())
    };
    let key = |seed: u8| {
        let public = strongroom_seal::sign::SigningKey::from_seed(&[seed; 32]).public();
        VerifierKey::new("marsh.example/ledger", KeyKind::Ed25519, public.to_vec()).unwrap().to_string()
    };
    assert_eq!(run(&["init", "--name", "north.witness.invalid/w1"]).0, Some(0));
    assert_eq!(run(&["add-log", "--vkey", &key(1)]).0, Some(0));
    assert_eq!(run(&["show"]).0, Some(0));
    let (code, said) = run(&["add-log", "--vkey", &key(2)]);
    assert!(code == Some(3) && String::from_utf8_lossy(&said).contains("a ledger has one"));
    let known = folder.join("known");
    for file in std::fs::read_dir(&known).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let (code, said) = run(&["show"]);
    assert!(code == Some(3) && String::from_utf8_lossy(&said).contains("cannot be read"));
    assert_eq!(run(&["init", "--name", "north.witness.invalid/w1"]).0, Some(3), "nothing is begun anew");
}
