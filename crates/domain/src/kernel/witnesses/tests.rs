//! Witnesses of this process: what they sign, and what a firm does whose ledger was put back.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use strongroom_seal::sign::SigningKey;
use strongroom_storage::sql::Sql;
use strongroom_tlog::merkle::Hash;
use strongroom_tlog::policy::Policy;
use strongroom_tlog::witness::{AddCheckpoint, Refusal};
use strongroom_tlog::{KeyKind, Note, Receipt, Signer, VerifierKey};

use super::{Reply, Way, Witnessing};
use crate::features::firm::fixture::Fixture;
use crate::features::ledger::stories::{Story, add};
use crate::features::ledger::{self, EntryRef, Receipt as Given, State, checkpoint, entry, receipt};
use crate::kernel::error::Error;

struct Key(SigningKey);

impl Signer for Key {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_vec()
    }
    fn public(&self) -> Vec<u8> {
        self.0.public().to_vec()
    }
}

/// A witness that keeps what it has signed in memory.
struct Witness {
    key: Key,
    log: VerifierKey,
    known: Mutex<(u64, Hash)>,
    reach: Mutex<bool>,
}

impl Way for Witness {
    fn add_checkpoint(&self, body: String) -> BoxFuture<'_, Result<Reply, String>> {
        let answer = || {
            if !*self.reach.lock().unwrap() {
                return Err(String::from("nobody answers"));
            }
            let request = AddCheckpoint::parse(&body).unwrap();
            let mut known = self.known.lock().unwrap();
            match request.decide(*known, std::slice::from_ref(&self.log)) {
                Ok(checkpoint) => {
                    *known = (checkpoint.size, checkpoint.root);
                    let mut note = Note::unsigned(request.checkpoint.text()).unwrap();
                    note.cosign("w.example", KeyKind::Cosignature, 1_772_442_000, &self.key).unwrap();
                    Ok(Reply::Cosigned(format!("{}\n", note.signatures()[0])))
                }
                Err(Refusal::Conflict(size)) => Ok(Reply::Knows(size)),
                Err(other) => Ok(Reply::Refused(other.status())),
            }
        };
        let answer = answer();
        async move { answer }.boxed()
    }
}

/// Two witnesses of this firm, of which either is enough, and the firm opened by them.
async fn witnessed(f: &Fixture) -> (Vec<Arc<Witness>>, Arc<Witnessing>) {
    let log = VerifierKey::parse(&f.room.vkey().unwrap()).unwrap();
    let witness = |seed: u8| {
        let key = Key(SigningKey::from_seed(&[seed; 32]));
        let (known, reach) = (Mutex::new((0, [0; 32])), Mutex::new(true));
        Arc::new(Witness { key, log: log.clone(), known, reach })
    };
    let all = vec![witness(1), witness(2)];
    let vkey = |w: &Witness| VerifierKey::new("w.example", KeyKind::Cosignature, w.key.public()).unwrap();
    let text = format!(
        "log {log}\nwitness one {}\nwitness two {}\ngroup either any one two\nquorum either\n",
        vkey(&all[0]),
        vkey(&all[1])
    );
    let ways = all.iter().map(|w| Some(w.clone() as Arc<dyn Way>)).collect();
    (all, Arc::new(Witnessing { policy: Policy::parse(&text).unwrap(), ways }))
}

#[tokio::test]
async fn what_enough_witnesses_signed_is_in_checkpoint_receipt_and_list() {
    let s = Story::new().await;
    let (all, asked) = witnessed(&s.f).await;
    s.f.room.sequence_all().await.unwrap();
    let room = s.f.reopened_with(asked.clone()).await.unwrap();
    let lead = s.f.sign_in_to(&room, s.ann).await;
    add(&lead, s.matter, "letter.txt").await;
    let id = lead.last_entry().unwrap();
    room.sequence_all().await.unwrap();
    assert_eq!(entry(&lead, EntryRef::Id(id)).await.unwrap().view.state, State::Signed);

    *all[1].reach.lock().unwrap() = false;
    room.witness_now().await.unwrap();
    let seen = entry(&lead, EntryRef::Id(id)).await.unwrap();
    assert_eq!(seen.view.state, State::Witnessed);
    let Given::Ready(text) = receipt(&lead, EntryRef::Id(id)).await.unwrap() else { panic!("pending") };
    let keys: Vec<_> =
        asked.policy.witnesses.iter().map(|w| w.key.clone()).chain(asked.policy.logs.clone()).collect();
    let opened = Receipt::parse(&text).unwrap();
    let opened = opened.proof.verify(&keys).unwrap();
    assert!(asked.policy.is_met(&opened.verified));
    let public = Note::parse(checkpoint(&room).await.unwrap().as_bytes()).unwrap();
    assert!(asked.policy.is_met(&public.verify(&keys).unwrap()));
    let states = room.witnesses();
    assert!(states[0].trouble.is_none() && states[0].signed_at.is_some());
    assert_eq!(states[1].trouble.as_deref(), Some("nobody answers"));

    // with nobody to sign, the firm goes on and says what it has
    *all[0].reach.lock().unwrap() = false;
    add(&lead, s.matter, "more.txt").await;
    let id = lead.last_entry().unwrap();
    room.sequence_all().await.unwrap();
    room.witness_now().await.unwrap();
    assert_eq!(entry(&lead, EntryRef::Id(id)).await.unwrap().view.state, State::Signed);
    assert!(matches!(receipt(&lead, EntryRef::Id(id)).await.unwrap(), Given::Ready(_)));
    // the newest checkpoint is the one above that entry, and what witnesses signed stays to be had
    let newest = Note::parse(checkpoint(&room).await.unwrap().as_bytes()).unwrap();
    assert_ne!(newest.text(), public.text());
    assert_eq!(ledger::witnessed(&room).await.unwrap(), public.to_string());
    // and the one that comes back is shown all that it missed
    *all[1].reach.lock().unwrap() = true;
    room.witness_now().await.unwrap();
    assert_eq!(entry(&lead, EntryRef::Id(id)).await.unwrap().view.state, State::Witnessed);
    assert_eq!(checkpoint(&room).await.unwrap(), ledger::witnessed(&room).await.unwrap());
}

const CUT: Sql = Sql::new(
    "TEST_CUT",
    "UPDATE ledger_head SET size = $1, root = $2, checkpoint = $3, signed_size = $1, witnessed = NULL, witnessed_size = 0 \
     WHERE one = 'x'",
);
const CUT_ENTRIES: Sql =
    Sql::new("TEST_CUT_ENTRIES", "DELETE FROM ledger_entry WHERE idx >= $1 OR idx IS NULL");

/// Database, keyring and replicas all put back to an earlier state of their own: only who stands outside knows better.
#[tokio::test]
async fn a_firm_that_was_put_back_whole_stays_sealed_while_a_witness_knows_more() {
    let s = Story::new().await;
    let (all, asked) = witnessed(&s.f).await;
    s.f.room.sequence_all().await.unwrap();
    let early = s.f.room.ledger_head().await.unwrap();
    let keyring: Vec<_> = ["keyring-a", "keyring-b"]
        .iter()
        .map(|folder| s.f.folder.join(folder).join("keyring"))
        .map(|file| (std::fs::read(&file).unwrap(), file))
        .collect();
    let room = s.f.reopened_with(asked.clone()).await.unwrap();
    room.write_time().await.unwrap();
    room.sequence_all().await.unwrap();
    room.witness_now().await.unwrap();
    room.vault().seal();

    let mut tx = s.f.room.db.begin().await.unwrap();
    let size = i64::try_from(early.size).unwrap();
    let note = early.checkpoint.clone().into_bytes();
    tx.exec_one(&CUT, &strongroom_storage::params![size, early.root, note]).await.unwrap();
    tx.exec(&CUT_ENTRIES, &strongroom_storage::params![size]).await.unwrap();
    tx.commit().await.unwrap();
    for (bytes, file) in &keyring {
        std::fs::write(file, bytes).unwrap();
    }
    let refused = s.f.reopened_with(asked.clone()).await.map(drop);
    assert!(
        matches!(&refused, Err(Error::Conflict { code: "ledger.witnessed_otherwise", .. })),
        "{refused:?}"
    );
    // nobody there to say so: nothing shows it. That is why there is more than one
    all.iter().for_each(|w| *w.reach.lock().unwrap() = false);
    s.f.reopened_with(asked).await.unwrap();
}

/// A witness that makes things up keeps no running firm from its work.
#[tokio::test]
async fn a_witness_that_lies_is_named_and_stops_nothing_that_runs() {
    let s = Story::new().await;
    let (all, asked) = witnessed(&s.f).await;
    let room = s.f.reopened_with(asked).await.unwrap();
    *all[0].known.lock().unwrap() = (1_000_000, [3; 32]);
    room.sequence_all().await.unwrap();
    room.witness_now().await.unwrap();
    let states = room.witnesses();
    assert!(states[0].trouble.as_deref().unwrap().contains("rolled back"), "{states:?}");
    assert!(states[1].trouble.is_none());
    assert!(!room.vault().is_sealed());
    let lead = s.f.sign_in_to(&room, s.ann).await;
    add(&lead, s.matter, "letter.txt").await;
}
