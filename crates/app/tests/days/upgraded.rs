//! A firm of an earlier release met by this one: looked at, copied, upgraded; and what a newer one's is met with.

use std::os::unix::fs::PermissionsExt as _;

use strongroom_storage::sql::{Db, DbOptions, Sql};

use crate::full::Small;
use crate::served::{Firm, Served};

const UNDO: Sql = Sql::new("TEST_UNDO", "ALTER TABLE ledger_entry DROP COLUMN pending_mac");
const UNDO_TOO: Sql = Sql::new("TEST_UNDO_TOO", "DROP INDEX record_counts");
const FORGET: Sql = Sql::new("TEST_FORGET", "DELETE FROM schema_migration WHERE number = 10");
const AHEAD: Sql = Sql::new(
    "TEST_AHEAD",
    "INSERT INTO schema_migration (number, name, digest, at) VALUES (999, 'x', 'x', 1)",
);
const MACS: Sql = Sql::new("TEST_MACS", "SELECT COUNT(pending_mac) AS n FROM ledger_entry");
const STEPS: Sql = Sql::new("TEST_STEPS", "SELECT number FROM schema_migration ORDER BY number");

pub(crate) async fn change(database: &str, statements: &[&Sql]) {
    let db = Db::connect(database, DbOptions::default()).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    for statement in statements {
        tx.exec(statement, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
}

fn said(output: &std::process::Output) -> (Option<i32>, String) {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8(all).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_firm_of_an_earlier_release_is_copied_and_upgraded() {
    let firm = Firm::new().await;
    let database = firm.made.database.clone();
    assert_eq!(said(&firm.run(&["upgrade", "--check"])).0, Some(0), "nothing to do");
    change(&database, &[&UNDO, &UNDO_TOO, &FORGET]).await;

    let (code, words) = said(&firm.run(&["upgrade", "--check"]));
    assert!(code == Some(1) && words.contains("schema 9") && words.contains("0010_pending"), "{words}");
    if Db::file_of(&database).is_none() {
        // a server's database: no copy from here, and no backup yet
        assert!(words.contains("There is no backup"), "{words}");
        let (code, words) = said(&firm.run(&["serve"]));
        assert!(code == Some(3) && words.contains("--without-copy"), "{words}");
        assert_eq!(said(&firm.run(&["upgrade"])).0, Some(3));
        assert_eq!(said(&firm.run(&["upgrade", "--without-copy"])).0, Some(0));
        return;
    }
    let file = Db::file_of(&database).unwrap().to_string_lossy().into_owned();
    let copy = format!("{file}.schema-9");
    assert_eq!(said(&firm.run(&["upgrade"])).0, Some(0));
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let old = Db::connect(&copy, DbOptions::default()).await.unwrap();
    assert!(old.one(&MACS, &[]).await.is_err(), "the copy is as it was");
    assert_eq!(old.all(&STEPS, &[]).await.unwrap().len(), 9);
    old.close().await;

    // the way back, while nobody has unsealed: the copy in the place of the database; and forward again, by a start
    std::fs::copy(&copy, &file).unwrap();
    assert_eq!(said(&firm.run(&["upgrade", "--check"])).0, Some(1));
    let served = Served::start(&firm);
    assert_eq!(said(&firm.run(&["upgrade", "--check"])).0, Some(0));
    assert_eq!(said(&firm.run(&["upgrade"])).0, Some(3), "beside a server it is not done");
    served.stop();
    firm.agrees();
    // then it is a ledger that was rolled back
    std::fs::copy(&copy, &file).unwrap();
    let (code, words) = said(&firm.run(&["serve"]));
    assert!(code == Some(3) && words.contains("rolled back"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_firm_of_a_newer_release_is_refused_and_not_changed() {
    let firm = Firm::new().await;
    let database = firm.made.database.clone();
    change(&database, &[&AHEAD]).await;
    let before = Db::file_of(&database).map(|file| std::fs::read(file).unwrap());
    for words in
        [&["serve"][..], &["upgrade"], &["upgrade", "--check"], &["upgrade", "--without-copy"], &["check"]]
    {
        let (code, said) = said(&firm.run(words));
        assert!(code == Some(3) && said.contains("newer program"), "{words:?}: {said}");
    }
    assert!(before == Db::file_of(&database).map(|file| std::fs::read(file).unwrap()), "not a byte");
}

/// Beside the database there is room for it once, not for a copy and the upgrade.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_for_a_copy_nothing_is_changed() {
    let Some(small) = Small::mount("64m") else {
        eprintln!("SKIPPED without_room_for_a_copy_nothing_is_changed: cannot mount a tmpfs here");
        return;
    };
    let firm = Firm::below(small.path()).await;
    let database = firm.made.database.clone();
    if Db::file_of(&database).is_none() {
        return;
    }
    change(&database, &[&UNDO, &UNDO_TOO, &FORGET]).await;
    small.fill(200_000);
    let (code, words) = said(&firm.run(&["serve"]));
    assert!(code == Some(3) && words.contains("Make room"), "{words}");
    small.fill(40 << 20);
    let (code, words) = said(&firm.run(&["upgrade", "--check"]));
    assert!(code == Some(1) && words.contains("It can begin"), "still to be done: {words}");
}
