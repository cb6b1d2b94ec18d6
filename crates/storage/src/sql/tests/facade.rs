//! Statements, parameters, rows and errors.

use super::super::{ConstraintKind, DbError, Engine, Param, Sql, check_statements};
use super::TestDb;
use crate::{params, statements};

statements! {
    pub(super) STAFF_ADD = "INSERT INTO staff (staff_id, email) VALUES ($1, $2)";
    STAFF_UPSERT = "INSERT INTO staff (staff_id, email) VALUES ($1, $2)
        ON CONFLICT (staff_id) DO UPDATE SET email = excluded.email RETURNING email";
    pub(super) STAFF_COUNT = "SELECT count(*) AS n FROM staff", scan_ok;
    STAFF_DROP = "DELETE FROM staff WHERE staff_id = $1";
    pub(super) MATTER_ADD = "INSERT INTO matter (matter_id, owner_id, opened_at, closed_at, urgent, sealed_title)
        VALUES ($1, $2, $3, $4, $5, $6)";
    MATTER_GET = "SELECT matter_id, state, opened_at, closed_at, urgent, sealed_title, version FROM matter WHERE matter_id = $1";
    MATTER_LOCK = "SELECT version FROM matter WHERE matter_id = $1", for_update;
    MATTER_CLOSE = "UPDATE matter SET state = $3, version = version + 1 WHERE matter_id = $1 AND version = $2";
    MATTER_PAGE = "SELECT opened_at, matter_id FROM matter
        WHERE owner_id = $1 AND (opened_at, matter_id) < ($2, $3) ORDER BY opened_at DESC, matter_id DESC LIMIT $4";
    MATTER_FIND = "SELECT matter_id FROM matter WHERE owner_id = $1
        AND (CAST($2 AS TEXT) IS NULL OR state = $2) AND (CAST($3 AS BYTES) IS NULL OR sealed_title = $3)
        AND (CAST($4 AS BIGINT) IS NULL OR opened_at >= $4) ORDER BY matter_id";
    MATTER_SUMS = "SELECT CAST(sum(opened_at) AS BIGINT) AS total, count(*) FILTER (WHERE urgent) AS urgent,
        CAST(NULL AS TEXT) AS absent, 7 AS seven FROM matter WHERE owner_id = $1";
    MEMBER_ADD = "INSERT INTO member (matter_id, staff_id) VALUES ($1, $2)";
    CHAIN = "WITH RECURSIVE chain (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM chain WHERE n < 5)
        SELECT CAST(sum(n) AS BIGINT) AS n FROM chain";
    VERSION = "SELECT sqlite_version() AS v" | "SELECT version() AS v" because "nobody agreed on a name";
}

async fn add_matter(test: &TestDb, id: &str, opened_at: i64) {
    let mut tx = test.db.begin().await.unwrap();
    let title: Option<&[u8]> = (opened_at % 2 == 0).then_some(b"sealed");
    let row = params![id, "stf_a", opened_at, None::<i64>, opened_at % 3 == 0, title];
    tx.exec_one(&MATTER_ADD, &row).await.unwrap();
    tx.commit().await.unwrap();
}

async fn with_staff() -> TestDb {
    let test = TestDb::new().await;
    let mut tx = test.db.begin().await.unwrap();
    tx.exec_one(&STAFF_ADD, &params!["stf_a", "ann@firm"]).await.unwrap();
    tx.exec_one(&STAFF_ADD, &params!["stf_b", "bob@firm"]).await.unwrap();
    tx.commit().await.unwrap();
    test
}

/// The conflict of one statement in a transaction of its own.
async fn conflict(test: &TestDb, sql: &Sql, params: &[Param]) -> (ConstraintKind, String) {
    let mut tx = test.db.begin().await.unwrap();
    match tx.exec(sql, params).await {
        Err(DbError::Conflict(constraint)) => (constraint.kind, constraint.name),
        other => panic!("{}: {other:?}", sql.name),
    }
}

#[tokio::test]
async fn every_statement_prepares_and_none_scans() {
    let test = TestDb::new().await;
    assert_eq!(check_statements(&test.db, ALL).await, []);
    test.end().await;
}

#[tokio::test]
async fn the_check_finds_what_is_wrong() {
    let test = TestDb::new().await;
    const SCAN: Sql = Sql::new("SCAN", "SELECT matter_id FROM matter m WHERE version = $1");
    const COVERED: Sql = Sql::new("COVERED", "SELECT owner_id FROM matter ORDER BY owner_id");
    const BROKEN: Sql = Sql::new("BROKEN", "SELECT colour FROM matter");
    const UNTYPED: Sql =
        Sql::new("UNTYPED", "SELECT matter_id FROM matter WHERE matter_id = $1 AND ($2 IS NULL OR TRUE)");
    let found = check_statements(&test.db, &[&SCAN, &COVERED, &BROKEN, &UNTYPED, &MATTER_GET]).await;
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    match test.db.engine() {
        Engine::Sqlite => assert_eq!(names, ["SCAN", "COVERED", "BROKEN"], "{found:?}"),
        Engine::Postgres => assert_eq!(names, ["BROKEN", "UNTYPED"], "{found:?}"),
    }
    test.end().await;
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let test = with_staff().await;
    let mut tx = test.db.begin().await.unwrap();
    let title = vec![0u8, 255, 7];
    let row = params!["mat_1", "stf_a", i64::MIN, Some(9i64), true, title.clone()];
    tx.exec_one(&MATTER_ADD, &row).await.unwrap();
    let row = tx.one(&MATTER_GET, &params!["mat_1"]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(row.get::<String>("matter_id").unwrap(), "mat_1");
    assert_eq!(row.get::<String>("state").unwrap(), "open");
    assert_eq!(row.get::<i64>("opened_at").unwrap(), i64::MIN);
    assert_eq!(row.get::<Option<i64>>("closed_at").unwrap(), Some(9));
    assert!(row.get::<bool>("urgent").unwrap());
    assert_eq!(row.get::<Vec<u8>>("sealed_title").unwrap(), title);
    assert_eq!(row.get::<[u8; 3]>("sealed_title").unwrap(), [0, 255, 7]);
    assert_eq!(row.get::<u32>("version").unwrap(), 0);

    let wrong = |result: Result<i64, DbError>| result.unwrap_err().to_string();
    assert_eq!(wrong(row.get("state")), "MATTER_GET: column state: is TEXT, expected BIGINT");
    assert_eq!(wrong(row.get("colour")), "MATTER_GET: column colour: no such column in the result");
    assert!(row.get::<u32>("opened_at").unwrap_err().to_string().contains("out of range"));
    assert!(row.get::<[u8; 4]>("sealed_title").unwrap_err().to_string().contains("3 bytes, expected 4"));

    let row = test.db.one(&MATTER_SUMS, &params!["stf_a"]).await.unwrap();
    assert_eq!(row.get::<i64>("total").unwrap(), i64::MIN);
    assert_eq!((row.get::<i64>("urgent").unwrap(), row.get::<i64>("seven").unwrap()), (1, 7));
    assert_eq!(row.get::<Option<String>>("absent").unwrap(), None);
    assert!(wrong(row.get("absent")).contains("is null") || test.db.engine() == Engine::Postgres);
    assert_eq!(test.db.one(&CHAIN, &[]).await.unwrap().get::<i64>("n").unwrap(), 15);
    assert!(!test.db.one(&VERSION, &[]).await.unwrap().get::<String>("v").unwrap().is_empty());
    test.end().await;
}

#[tokio::test]
async fn upsert_keyset_and_optional_parameters() {
    let test = with_staff().await;
    let mut tx = test.db.begin().await.unwrap();
    let row = tx.one(&STAFF_UPSERT, &params!["stf_a", "anna@firm"]).await.unwrap();
    assert_eq!(row.get::<String>("email").unwrap(), "anna@firm");
    tx.commit().await.unwrap();
    for (at, id) in ["mat_1", "mat_2", "mat_3", "mat_4", "mat_5"].iter().enumerate() {
        add_matter(&test, id, at as i64 / 2).await;
    }
    let (mut at, mut id, mut seen) = (i64::MAX, String::new(), Vec::new());
    loop {
        let page = test.db.all(&MATTER_PAGE, &params!["stf_a", at, &id, 2i64]).await.unwrap();
        let Some(last) = page.last() else { break };
        (at, id) = (last.get("opened_at").unwrap(), last.get("matter_id").unwrap());
        seen.extend(page.iter().map(|row| row.get::<String>("matter_id").unwrap()));
    }
    assert_eq!(seen, ["mat_5", "mat_4", "mat_3", "mat_2", "mat_1"]);

    let find = async |state: Option<&str>, title: Option<&[u8]>, since: Option<i64>| {
        test.db.all(&MATTER_FIND, &params!["stf_a", state, title, since]).await.unwrap().len()
    };
    assert_eq!(find(None, None, None).await, 5);
    assert_eq!(find(Some("closed"), None, None).await, 0);
    assert_eq!(find(Some("open"), Some(b"sealed"), None).await, 3);
    assert_eq!(find(None, None, Some(1)).await, 3);
    test.end().await;
}

#[tokio::test]
async fn constraints_are_conflicts_with_the_same_name_on_both_engines() {
    let test = with_staff().await;
    add_matter(&test, "mat_1", 1).await;
    use ConstraintKind::{Check, ForeignKey, NotNull, Trigger, Unique};
    let email = conflict(&test, &STAFF_ADD, &params!["stf_c", "ann@firm"]).await;
    assert_eq!(email, (Unique, "staff.email".to_owned()));
    let mut tx = test.db.begin().await.unwrap();
    tx.exec_one(&MEMBER_ADD, &params!["mat_1", "stf_a"]).await.unwrap();
    tx.commit().await.unwrap();
    let pair = conflict(&test, &MEMBER_ADD, &params!["mat_1", "stf_a"]).await;
    assert_eq!(pair, (Unique, "member.matter_id, member.staff_id".to_owned()));
    assert_eq!(conflict(&test, &MEMBER_ADD, &params!["mat_9", "stf_a"]).await.0, ForeignKey);
    let state = conflict(&test, &MATTER_CLOSE, &params!["mat_1", 0i64, "lost"]).await;
    assert_eq!(state, (Check, "matter_state".to_owned()));
    let null = conflict(&test, &STAFF_ADD, &params!["stf_c", None::<String>]).await;
    assert_eq!(null, (NotNull, "staff.email".to_owned()));
    let kept = conflict(&test, &STAFF_DROP, &params!["stf_b"]).await;
    assert_eq!(kept, (Trigger, "staff is kept".to_owned()));
    test.end().await;
}

#[tokio::test]
async fn errors_do_not_tell_values() {
    let test = with_staff().await;
    let secret = "Doe v. Acme";
    let mut texts = Vec::new();
    for params in
        [params!["stf_a", secret], params![secret, "ann@firm"], params!["stf_c", format!("{secret}\0")]]
    {
        let mut tx = test.db.begin().await.unwrap();
        let error = tx.exec(&STAFF_ADD, &params).await.unwrap_err();
        texts.push(format!("{error} {error:?} {params:?}"));
    }
    const CAST: Sql = Sql::new("CAST", "SELECT CAST(email AS BIGINT) AS n FROM staff WHERE email = $1");
    let mut tx = test.db.begin().await.unwrap();
    tx.exec_one(&STAFF_ADD, &params!["stf_c", secret]).await.unwrap();
    if let Err(error) = tx.all(&CAST, &params![secret]).await {
        texts.push(format!("{error} {error:?}"));
    }
    assert!(!texts.iter().any(|text| text.contains(secret)), "{texts:?}");
    drop(tx);
    test.end().await;
}

#[tokio::test]
async fn a_failed_transaction_only_rolls_back() {
    let test = with_staff().await;
    let mut tx = test.db.begin().await.unwrap();
    tx.exec_one(&STAFF_ADD, &params!["stf_c", "cyd@firm"]).await.unwrap();
    tx.exec(&STAFF_ADD, &params!["stf_c", "other@firm"]).await.unwrap_err();
    let after = tx.all(&STAFF_COUNT, &[]).await.unwrap_err();
    assert_eq!(after, DbError::Aborted { statement: "STAFF_COUNT" });
    assert_eq!(tx.commit().await.unwrap_err(), DbError::Aborted { statement: "commit" });
    assert_eq!(test.db.one(&STAFF_COUNT, &[]).await.unwrap().get::<i64>("n").unwrap(), 2);

    let mut tx = test.db.begin().await.unwrap();
    let stale = tx.exec_one(&MATTER_CLOSE, &params!["mat_9", 0i64, "closed"]).await.unwrap_err();
    assert_eq!(stale, DbError::RowsAffected { statement: "MATTER_CLOSE", expected: 1, actual: 0 });
    assert!(tx.commit().await.is_err());
    test.end().await;
}

#[tokio::test]
async fn one_and_optional_count_rows() {
    let test = with_staff().await;
    const ANY: Sql = Sql::new("ANY", "SELECT staff_id FROM staff").scan_ok();
    assert!(test.db.optional(&MATTER_GET, &params!["mat_9"]).await.unwrap().is_none());
    assert!(matches!(
        test.db.one(&MATTER_GET, &params!["mat_9"]).await,
        Err(DbError::RowsAffected { actual: 0, .. })
    ));
    assert!(matches!(test.db.optional(&ANY, &[]).await, Err(DbError::RowsAffected { actual: 2, .. })));
    test.db.ping().await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn a_snapshot_sees_its_moment_and_cannot_write() {
    let test = with_staff().await;
    let mut snapshot = test.db.snapshot().await.unwrap();
    let mut tx = test.db.begin().await.unwrap();
    tx.exec_one(&STAFF_ADD, &params!["stf_c", "cyd@firm"]).await.unwrap();
    tx.commit().await.unwrap();
    let count =
        async |tx: &mut super::super::Tx| tx.one(&STAFF_COUNT, &[]).await.unwrap().get::<i64>("n").unwrap();
    assert_eq!(count(&mut snapshot).await, 2);
    let mut later = test.db.snapshot().await.unwrap();
    assert_eq!(count(&mut later).await, 3);
    assert!(later.exec(&STAFF_ADD, &params!["stf_d", "dan@firm"]).await.is_err());
    snapshot.commit().await.unwrap();
    drop(later);
    test.end().await;
}

#[tokio::test]
async fn a_lock_makes_the_second_wait_for_the_first() {
    let test = with_staff().await;
    add_matter(&test, "mat_1", 1).await;
    let close = async || {
        let mut tx = test.db.begin().await.unwrap();
        let version: i64 = tx.one(&MATTER_LOCK, &params!["mat_1"]).await.unwrap().get("version").unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        tx.exec_one(&MATTER_CLOSE, &params!["mat_1", version, "closed"]).await.unwrap();
        tx.commit().await.unwrap();
    };
    tokio::join!(close(), close(), close());
    let row = test.db.one(&MATTER_GET, &params!["mat_1"]).await.unwrap();
    assert_eq!(row.get::<i64>("version").unwrap(), 3);
    test.end().await;
}
