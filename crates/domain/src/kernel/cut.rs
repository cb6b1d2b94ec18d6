//! Stories of the write path: entries that we did not write, callers who hang up, groups that are not committed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use strongroom_storage::params;
use strongroom_storage::sql::Sql;

use super::directory::Find;
use super::error::Error;
use super::reader::Reader;
use super::sets::{self, Set};
use super::text::{Name, Reference};
use super::vault::Numbered;
use crate::features::client::CreateClient;
use crate::features::firm::fixture::Fixture;
use crate::features::ledger::stories::Story;
use crate::kernel::actor::Role;

const FORGED: Sql = Sql::new(
    "TEST_FORGED",
    "INSERT INTO ledger_entry (entry_id, at, actor_kind, actor_id, channel, verb, outcome, request_id, bytes) \
     VALUES ('ent_forged', $1, 'system', 'sequencer', 'system', 'ledger.time', 'allowed', 'req_forged', $2)",
);
const COPIED: Sql = Sql::new(
    "TEST_COPIED",
    "UPDATE ledger_entry SET bytes = $1, pending_mac = (SELECT o.pending_mac FROM ledger_entry o WHERE o.idx IS NULL \
     AND o.entry_id <> 'ent_forged') WHERE entry_id = 'ent_forged'",
);
const TAKEN_AWAY: Sql = Sql::new("TEST_TAKEN", "DELETE FROM counter WHERE name = 'next record'");

async fn run(f: &Fixture, sql: &'static Sql, values: &[strongroom_storage::sql::Param]) {
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec_one(sql, values).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whoever has the database's password can add rows, and an entry that waits for its number is under no tree yet.
#[tokio::test]
async fn an_entry_that_we_did_not_write_is_neither_believed_nor_numbered() {
    let f = Fixture::new().await;
    f.room.next_number(Numbered::Record).await.unwrap();
    f.room.write_time().await.unwrap();
    f.room.sequence_all().await.unwrap();
    let room = f.reopened().await.unwrap();
    // a counter is taken away, and a newer time says that there was none
    run(&f, &TAKEN_AWAY, &[]).await;
    let says = br#"{"verb":"ledger.time","at":"2255-01-01T00:00:00.000000Z","facts":{"counters":{}}}"#;
    run(&f, &FORGED, &params![9_000_000_000_000_000_i64, says.to_vec()]).await;
    let refused = f.reopened().await.map(drop);
    assert!(matches!(refused, Err(Error::Tampered { table: "ledger_entry", .. })), "{refused:?}");
    let size = room.ledger_head().await.unwrap().size;
    let numbered = room.sequence().await;
    assert!(matches!(numbered, Err(Error::Tampered { table: "ledger_entry", .. })), "{numbered:?}");
    assert_eq!(room.ledger_head().await.unwrap().size, size, "nothing was signed");

    // nor with the MAC of an entry that we did write
    room.write_time().await.unwrap();
    run(&f, &COPIED, &params![says.to_vec()]).await;
    assert!(matches!(room.sequence().await, Err(Error::Tampered { .. })));
}

/// Polls a future so many times, then drops it.
async fn cut<F: Future>(future: F, after: usize) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), after);
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

const CLIENTS: Sql = Sql::new("TEST_CLIENTS", "SELECT COUNT(*) AS n FROM client").scan_ok();

/// Wherever the one who asked hangs up: what is in the database is known here too.
#[tokio::test]
async fn who_hangs_up_leaves_no_half_knowledge() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let lead = f.sign_in(ann).await;
    let client = |n: usize| CreateClient {
        name: Name::parse(&format!("Client {n:03}")).unwrap(),
        reference: Reference::parse(&format!("C-{n}")).unwrap(),
    };
    // reserves numbers, which is a way of its own
    lead.perform(client(0)).await.unwrap();
    let mut whole = 0;
    for after in 1..12 {
        whole += usize::from(cut(lead.perform(client(after)), after).await.is_some());
        // comes after it, in the queue of writers and of this thread
        f.room.write_time().await.unwrap();
        f.room.sequence_all().await.unwrap();
        let there: i64 = f.room.db.one(&CLIENTS, &[]).await.unwrap().get("n").unwrap();
        let known = f.room.directory.find_clients(Find::new("", None, None)).count();
        assert_eq!(usize::try_from(there).unwrap(), known, "cut after {after} steps");
    }
    assert!((1..11).contains(&whole), "{whole} of 11 came to their end");
}

/// What a write transaction reads may be another's that is never committed: it is no mark to hold others against.
#[tokio::test]
async fn what_was_never_committed_locks_nobody_out() {
    let story = Story::new().await;
    let room = &story.f.room;
    let entry = story.lead.last_entry().unwrap().to_string();
    let set = Set::Seats(story.matter);
    let mut tx = room.db.begin().await.unwrap();
    let since = room.marks.moment();
    let change = sets::renew(&mut Reader::Tx(&mut tx), &room.vault, set).await.unwrap();
    let values = params![change.set.clone(), change.version, change.digest, entry];
    tx.exec_one(&sets::SET_LOG, &values).await.unwrap();
    // another member of the same group sees it
    sets::check(&mut Reader::Tx(&mut tx), &room.vault, room.marks.in_write(since), set).await.unwrap();
    tx.rollback().await.unwrap();
    let now = room.marks.moment();
    sets::check(&mut Reader::Db(&room.db), &room.vault, room.marks.as_of(now), set).await.unwrap();
}
