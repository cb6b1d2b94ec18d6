//! A timestamp authority of this machine: `openssl ts`, which also says whether what we keep is one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{Authority, Stamping};
use crate::features::ledger::stories::{Story, add};
use crate::kernel::clock::{DAY, HOUR};
use crate::kernel::strongroom::Settings;

/// Runs `openssl` in a folder.
fn openssl(folder: &Path, words: &[&str]) -> bool {
    let done = Command::new("openssl").args(words).current_dir(folder).output().unwrap();
    if !done.status.success() {
        eprintln!("{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    done.status.success()
}

const CONFIG: &str = "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\n\
    ordering = yes\ntsa_name = yes\ness_cert_id_chain = no\n[req]\ndistinguished_name = dn\nx509_extensions = ext\n[dn]\n\
    [ext]\nextendedKeyUsage = critical,timeStamping\n";

/// An authority with a certificate of its own.
struct Tsa {
    folder: PathBuf,
    /// What it answers instead, if anything.
    instead: Mutex<Option<Vec<u8>>>,
}

impl Tsa {
    fn new(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("tsa.cnf"), CONFIG).unwrap();
        std::fs::write(folder.join("serial"), "01\n").unwrap();
        let words = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 3650 -subj /CN=TSA -config tsa.cnf";
        assert!(openssl(&folder, &words.split(' ').collect::<Vec<_>>()));
        Self { folder, instead: Mutex::default() }
    }
}

impl Authority for Tsa {
    fn stamp(&self, query: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, String>> {
        std::fs::write(self.folder.join("q.tsq"), query).unwrap();
        let words = "ts -reply -config tsa.cnf -queryfile q.tsq -signer cert.pem -inkey key.pem -out r.tsr";
        assert!(openssl(&self.folder, &words.split(' ').collect::<Vec<_>>()));
        let real = std::fs::read(self.folder.join("r.tsr")).unwrap();
        let answer = self.instead.lock().unwrap().clone().unwrap_or(real);
        async move { Ok(answer) }.boxed()
    }
}

#[tokio::test]
async fn a_checkpoint_is_stamped_once_a_day_and_another_tool_verifies_it() {
    let s = Story::new().await;
    let tsa = Arc::new(Tsa::new(s.f.folder.join("tsa")));
    let stamping = Stamping { authority: tsa.clone(), every: DAY };
    let timestamps = Some(Arc::new(stamping));
    let room = s.f.reopened_as(|settings| Settings { timestamps, ..settings }).await.unwrap();
    room.sequence_all().await.unwrap();
    assert!(room.stamp_if_due().await.unwrap());
    let stamps = room.timestamps(10).await.unwrap();
    assert_eq!(stamps.len(), 1);
    let (note, token) = room.timestamp(stamps[0].size).await.unwrap();
    assert_eq!(note, room.checkpoint().1.as_bytes());
    std::fs::write(tsa.folder.join("checkpoint"), &note).unwrap();
    std::fs::write(tsa.folder.join("token.tsr"), &token).unwrap();
    let words = "ts -verify -data checkpoint -in token.tsr -CAfile cert.pem";
    let words: Vec<_> = words.split(' ').collect();
    assert!(openssl(&tsa.folder, &words));
    std::fs::write(tsa.folder.join("checkpoint"), [&note[..], b"x"].concat()).unwrap();
    assert!(!openssl(&tsa.folder, &words), "of this checkpoint alone");
    assert!(!room.stamp_if_due().await.unwrap(), "not twice a day");

    // a day later, by the authority's clock and ours
    let ahead = stamps[0].said_at - room.now() + DAY + HOUR;
    s.f.clock.advance(ahead);
    let lead = s.f.sign_in_to(&room, s.ann).await;
    add(&lead, s.matter, "letter.txt").await;
    room.sequence_all().await.unwrap();
    // an answer to an earlier question is none
    *tsa.instead.lock().unwrap() = Some(token);
    assert!(room.stamp_if_due().await.is_err());
    assert!(room.timestamp_trouble().unwrap().contains("something else"));
    *tsa.instead.lock().unwrap() = None;
    assert!(room.stamp_if_due().await.unwrap());
    assert_eq!((room.timestamps(10).await.unwrap().len(), room.timestamp_trouble()), (2, None));
}
