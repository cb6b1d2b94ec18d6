//! Tests of setting up and opening.

use strongroom_storage::sql::Sql;

use super::fixture::Fixture;
use crate::features::check::check;
use crate::features::session::sign_out;
use crate::features::staff::SuspendStaff;
use crate::kernel::clock::MINUTE;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::Reason;
use crate::kernel::vault::Numbered;
use crate::kernel::verb::Verb;

const RENAMED: Sql = Sql::new("TEST_ORIGIN", "UPDATE firm SET origin = 'evil.example/ledger'");

#[tokio::test]
async fn a_firm_is_set_up_and_opens_again() {
    let f = Fixture::new().await;
    assert_eq!(super::name(&f.room).await.unwrap(), "Harrow & Pike LLP");
    let (size, checkpoint) = f.room.checkpoint();
    assert!(size > 0, "the beginning is signed");
    assert!(checkpoint.starts_with("test.strongroom.invalid/ledger\n"));
    f.room.sequence_all().await.unwrap();
    f.room.save_checkpoint().await.unwrap();
    let again = f.reopened().await.unwrap();
    assert_eq!(again.firm().id, f.room.firm().id);
    assert!(again.directory().staff(f.administrator).is_some());
    assert_eq!(again.vkey().unwrap(), f.room.vkey().unwrap());
}

#[tokio::test]
async fn the_firms_row_cannot_be_edited() {
    let f = Fixture::new().await;
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec(&RENAMED, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(f.reopened().await, Err(Error::Tampered { table: "firm", .. })));
}

#[tokio::test]
async fn the_newest_keyring_is_taken_wherever_it_lies() {
    let f = Fixture::new().await;
    let first = f.folder.join("keyring-a/keyring");
    let before = std::fs::read(&first).unwrap();
    let given = f.room.next_number(Numbered::Client).await.unwrap();
    f.room.sequence_all().await.unwrap();
    f.room.save_checkpoint().await.unwrap();
    let kept = f.room.vault.kept_checkpoint().unwrap();
    // a crash between two replicas: the first is as it was, and both are of one generation
    std::fs::write(&first, before).unwrap();
    let again = f.reopened().await.unwrap();
    assert_eq!(again.vault.kept_checkpoint().unwrap(), kept);
    assert!(again.next_number(Numbered::Client).await.unwrap() > given, "a number is never given twice");
    let other = std::fs::read(f.folder.join("keyring-b/keyring")).unwrap();
    assert_eq!(std::fs::read(&first).unwrap(), other, "the older one was brought up to the newer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_never_reads_one_replica_before_and_one_after_a_change() {
    let f = Fixture::new().await;
    let room = f.room.clone();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let writer = tokio::spawn(async move {
        let mut numbers = 0;
        while !stopped.load(std::sync::atomic::Ordering::SeqCst) {
            room.next_number(Numbered::Client).await.unwrap();
            numbers += 1;
        }
        numbers
    });
    for _ in 0..20 {
        assert_eq!(f.room.vault.store().readable(), 2);
        let found = check(&f.room, "tester", false, &mut |_| ()).await.unwrap();
        assert!(found.is_empty(), "{found:?}");
    }
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(writer.await.unwrap() > 1_024, "the keyring was written meanwhile");
}

/// The tables from which authority is read, as a thief keeps them.
const AUTHORITY: [&str; 7] =
    ["session", "credential", "token", "standing", "authority_set", "ledger_set", "authority"];

/// Runs statements behind the program's back.
async fn behind(f: &Fixture, statements: impl IntoIterator<Item = String>) {
    let mut tx = f.room.db.begin().await.unwrap();
    for text in statements {
        let text: &'static str = Box::leak(text.into_boxed_str());
        let sql: &'static Sql = Box::leak(Box::new(Sql::new("THIEF", text)));
        tx.exec(sql, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn keep(f: &Fixture) {
    behind(f, AUTHORITY.map(|table| format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"))).await;
}

async fn put_back(f: &Fixture, tables: &[&str]) {
    behind(f, tables.iter().rev().map(|table| format!("DELETE FROM {table}"))).await;
    behind(f, tables.iter().map(|table| format!("INSERT INTO {table} SELECT * FROM kept_{table}"))).await;
}

#[tokio::test]
async fn authority_put_back_while_the_server_is_down_keeps_the_firm_sealed() {
    // with the row that counts the changes, and without it
    for tables in [&AUTHORITY[..], &AUTHORITY[..6]] {
        let f = Fixture::new().await;
        let admin = f.admin().await;
        keep(&f).await;
        sign_out(&admin).await.unwrap();
        f.room.sequence_all().await.unwrap();
        f.reopened().await.unwrap();
        put_back(&f, tables).await;
        let opened = f.reopened().await;
        assert!(matches!(opened, Err(Error::Tampered { table: "authority", .. })), "{:?}", opened.err());
    }
}

#[tokio::test]
async fn an_entry_rewritten_so_that_it_says_nothing_of_a_change_is_not_the_one_under_the_tree() {
    let f = Fixture::new().await;
    let admin = f.admin().await;
    f.room.sequence_all().await.unwrap();
    keep(&f).await;
    sign_out(&admin).await.unwrap();
    let before = f.room.checkpoint().0;
    f.room.sequence_all().await.unwrap();
    assert!(f.room.checkpoint().0 > before);
    put_back(&f, &AUTHORITY).await;
    let blank = "UPDATE ledger_entry SET bytes = (SELECT bytes FROM ledger_entry WHERE idx = 0)";
    behind(&f, [format!("{blank} WHERE verb = 'session.sign_out'")]).await;
    assert!(matches!(f.reopened().await, Err(Error::Tampered { table: "ledger_entry", .. })));
}

#[tokio::test]
async fn the_time_states_authority_too() {
    let f = Fixture::new().await;
    f.admin().await;
    for _ in 0..3 {
        f.clock.advance(MINUTE);
        f.room.write_time().await.unwrap();
    }
    f.room.sequence_all().await.unwrap();
    f.reopened().await.unwrap();
}

#[tokio::test]
async fn a_change_never_seals_what_was_put_there_behind_its_back() {
    let f = Fixture::new().await;
    let admin = f.admin().await;
    let nora = f.second().await;
    // a token of someone's own making, right in every column but our seal, beside a set that nobody has read since
    keep(&f).await;
    behind(&f, [String::from("DELETE FROM credential WHERE kind = 'recovery'")]).await;
    let link =
        admin.perform(SuspendStaff { staff: nora, reason: Reason::parse("Left the firm.").unwrap() }).await;
    assert!(matches!(link, Err(Error::Tampered { .. })), "the set is not sealed anew: {link:?}");
}

#[tokio::test]
async fn an_entry_that_vanishes_before_it_is_numbered_stops_the_server() {
    let f = Fixture::new().await;
    f.admin().await;
    f.room.sequence_all().await.unwrap();
    f.admin().await;
    let gone = [
        "DELETE FROM ledger_set WHERE entry_id IN (SELECT entry_id FROM ledger_entry WHERE idx IS NULL)",
        "DELETE FROM ledger_entry WHERE idx IS NULL",
    ];
    behind(&f, gone.map(String::from)).await;
    assert!(matches!(f.room.sequence().await, Err(Error::Tampered { table: "ledger_entry", .. })));
}

#[tokio::test]
async fn a_log_that_was_cut_behind_the_running_server_is_not_written_on() {
    let f = Fixture::new().await;
    f.room.sequence_all().await.unwrap();
    behind(&f, [String::from("CREATE TABLE kept_ledger_head AS SELECT * FROM ledger_head")]).await;
    f.admin().await;
    f.room.sequence_all().await.unwrap();
    put_back(&f, &["ledger_head"]).await;
    assert!(matches!(f.room.sequence().await, Err(Error::Tampered { table: "ledger_head", .. })));
    let opened = f.reopened().await;
    assert!(matches!(opened, Err(Error::Tampered { .. })), "{:?}", opened.err());
}

#[tokio::test]
async fn the_ledger_is_copied_as_it_grows_and_a_database_that_is_behind_stays_sealed() {
    let f = Fixture::new().await;
    let folder = f.folder.join("ledger");
    for _ in 0..3 {
        f.admin().await;
        f.room.sequence_all().await.unwrap();
        assert!(f.room.copy_to_replicas().await);
    }
    let (size, note) = f.room.checkpoint();
    assert_eq!(std::fs::read_to_string(folder.join("checkpoint")).unwrap(), &*note);
    let widths = std::fs::read_dir(folder.join("tile/0/000.p")).unwrap().count();
    assert_eq!(widths, 1, "narrower tiles are swept");
    assert_eq!(f.room.ledger_replicas()[0].1.size, size);
    assert!(check(&f.room, "tester", true, &mut |_| ()).await.unwrap().is_empty());

    // the keyring knows nothing of the last entries, the replica does
    f.room.sequence_all().await.unwrap();
    let keep = ["ledger_head", "ledger_tile"];
    let before = f.room.checkpoint().0;
    behind(&f, keep.map(|t| format!("CREATE TABLE kept_{t} AS SELECT * FROM {t}"))).await;
    f.room.write_time().await.unwrap();
    f.room.sequence_all().await.unwrap();
    assert!(f.room.copy_to_replicas().await);
    put_back(&f, &keep).await;
    behind(&f, [format!("DELETE FROM ledger_entry WHERE idx >= {before}")]).await;
    let opened = f.reopened().await;
    assert!(matches!(opened, Err(Error::Tampered { table: "ledger_replica", .. })), "{:?}", opened.err());
}

#[tokio::test]
async fn a_replica_that_is_someone_elses_or_damaged_is_named_and_not_touched() {
    let f = Fixture::new().await;
    let folder = f.folder.join("ledger");
    f.room.sequence_all().await.unwrap();
    assert!(f.room.copy_to_replicas().await);
    let bundle = walk(&folder.join("tile/entries"));
    std::fs::write(&bundle, b"cut").unwrap();
    let found = check(&f.room, "tester", true, &mut |_| ()).await.unwrap();
    assert!(found.iter().any(|finding| finding.id == bundle.display().to_string()), "{found:#?}");
    std::fs::write(folder.join("checkpoint"), "someone else's\n").unwrap();
    f.admin().await;
    f.room.sequence_all().await.unwrap();
    assert!(!f.room.copy_to_replicas().await);
    assert_eq!(std::fs::read_to_string(folder.join("checkpoint")).unwrap(), "someone else's\n");
    assert!(f.room.ledger_replicas()[0].1.trouble.is_some());
    assert!(matches!(f.reopened().await, Err(Error::Tampered { table: "ledger_replica", .. })));
}

#[tokio::test]
async fn a_replica_out_of_reach_holds_nothing_up() {
    let f = Fixture::new().await;
    // a file stands where the folder should be: nothing can be made in it
    std::fs::remove_dir_all(f.folder.join("ledger")).unwrap();
    std::fs::write(f.folder.join("ledger"), "").unwrap();
    f.room.sequence_all().await.unwrap();
    assert!(!f.room.copy_to_replicas().await);
    f.reopened().await.unwrap();
    std::fs::remove_file(f.folder.join("ledger")).unwrap();
    assert!(f.room.copy_to_replicas().await, "and it is kept up as soon as it is there");
}

/// The first file below a folder.
fn walk(folder: &std::path::Path) -> std::path::PathBuf {
    let first = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    if first.is_dir() { walk(&first) } else { first }
}

#[tokio::test]
async fn there_is_one_link_for_the_first_administrator_until_someone_enrols() {
    let f = Fixture::new().await;
    let again = super::renew_first_link(&f.room, "tester").await;
    assert!(matches!(again, Err(Error::Conflict { code: "firm.enrolled", .. })));
}

#[tokio::test]
async fn every_statement_of_people_prepares() {
    let f = Fixture::new().await;
    let all: Vec<&Sql> = [
        super::store::ALL,
        crate::features::staff::store::ALL,
        crate::features::session::store::ALL,
        crate::features::group::store::ALL,
    ]
    .concat();
    let problems = strongroom_storage::sql::check_statements(&f.room.db, &all).await;
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Another digest goes into the firm's row, as no operation writes it: the texts stay, and every seal holds.
struct ApproveWhatIsNotThere;

impl Operation for ApproveWhatIsNotThere {
    const VERB: Verb = Verb::PolicyPropose;
    type Output = ();

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let firm = tx.ctx().room.firm().id;
        tx.touch(Set::Firm(firm)).await?;
        super::set_policies(tx, [7; 32]).await?;
        Ok(Done::recording((), Facts::about([firm.any()])))
    }
}

#[tokio::test]
async fn texts_that_are_not_those_of_the_approved_digest_decide_nothing() {
    let f = Fixture::new().await;
    f.admin().await.perform(ApproveWhatIsNotThere).await.unwrap();
    f.room.sequence_all().await.unwrap();
    f.room.save_checkpoint().await.unwrap();
    let refused = f.reopened().await.map(drop);
    assert!(matches!(refused, Err(Error::Conflict { code: "policies.changed", .. })), "{refused:?}");
}
