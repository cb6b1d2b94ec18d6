//! Many writers, groups, abandoned transactions.

use std::time::Duration;
use tokio::time::Instant;

use super::super::{Db, DbError, Engine, Sql};
use super::TestDb;
use super::facade::{STAFF_ADD, STAFF_COUNT};
use crate::params;

async fn count(db: &Db) -> i64 {
    db.one(&STAFF_COUNT, &[]).await.unwrap().get("n").unwrap()
}

/// One durable transaction of two rows.
async fn write(db: &Db, id: &str) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    tx.exec_one(&STAFF_ADD, &params![format!("{id}a"), format!("{id}a@firm")]).await?;
    tx.exec_one(&STAFF_ADD, &params![format!("{id}b"), format!("{id}b@firm")]).await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_all_get_their_turn() {
    let test = TestDb::new().await;
    let tasks: Vec<_> = (0..32)
        .map(|task| {
            let db = test.db.clone();
            tokio::spawn(async move {
                for turn in 0..10 {
                    // Some give up, on purpose or by a conflict, and must not take others with them.
                    match (task + turn) % 5 {
                        0 => {
                            let mut tx = db.begin().await.unwrap();
                            tx.exec_one(&STAFF_ADD, &params!["gone", "gone@firm"]).await.unwrap();
                            tx.rollback().await.unwrap();
                        }
                        1 => {
                            let mut tx = db.begin().await.unwrap();
                            tx.exec_one(&STAFF_ADD, &params!["gone", "gone@firm"]).await.unwrap();
                        }
                        2 => {
                            let mut tx = db.begin().await.unwrap();
                            let id = format!("{task}-{turn}");
                            tx.exec_one(&STAFF_ADD, &params![id.as_str(), id.as_str()]).await.unwrap();
                            tx.exec(&STAFF_ADD, &params![id.as_str(), "again"]).await.unwrap_err();
                            tx.commit().await.unwrap_err();
                        }
                        _ => write(&db, &format!("{task}-{turn}-")).await.unwrap(),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count(&test.db).await, 2 * 2 * 32 * 10 / 5);
    test.end().await;
}

#[tokio::test]
async fn what_is_committed_is_seen_at_once_and_by_another_process() {
    let test = TestDb::new().await;
    let other = test.connect_again().await;
    for turn in 0..20 {
        let db = if turn % 2 == 0 { &test.db } else { &other };
        write(db, &format!("{turn}-")).await.unwrap();
        assert_eq!(count(&test.db).await, 2 * (turn + 1));
        assert_eq!(count(&other).await, 2 * (turn + 1));
    }
    // Both at once: each waits for the other's lock.
    let (a, b) = (
        async || {
            for n in 0..20 {
                write(&test.db, &format!("x{n}")).await.unwrap()
            }
        },
        async || {
            for n in 0..20 {
                write(&other, &format!("y{n}")).await.unwrap();
            }
        },
    );
    tokio::join!(a(), b());
    assert_eq!(count(&test.db).await, 120);
    other.close().await;
    test.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_future_leaves_nothing_open() {
    let test = TestDb::new().await;
    for micros in (0..3000).step_by(50) {
        let id = format!("{micros}-");
        // Dropped at any await, from begin to commit.
        let _ = tokio::time::timeout(Duration::from_micros(micros), write(&test.db, &id)).await;
        // Others go on, and nothing is half there.
        write(&test.db, &format!("after{micros}-")).await.unwrap();
        assert_eq!(count(&test.db).await % 2, 0);
    }
    test.end().await;
}

#[tokio::test]
async fn a_statement_dropped_half_way_ends_the_transaction() {
    const SLOW: Sql = Sql::new(
        "SLOW",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) AS n FROM n",
    );
    let test = TestDb::new().await;
    let mut tx = test.db.begin().await.unwrap();
    tx.exec_one(&STAFF_ADD, &params!["a", "a@firm"]).await.unwrap();
    if test.db.engine() == Engine::Sqlite {
        // it runs on the thread that asks: nobody drops it half-way
        assert!(tokio::time::timeout(Duration::from_millis(5), tx.all(&SLOW, &[])).await.is_ok());
        tx.rollback().await.unwrap();
        return test.end().await;
    }
    assert!(tokio::time::timeout(Duration::from_millis(5), tx.all(&SLOW, &[])).await.is_err());
    assert_eq!(tx.all(&STAFF_COUNT, &[]).await.unwrap_err(), DbError::Aborted { statement: "STAFF_COUNT" });
    assert!(tx.commit().await.is_err());
    write(&test.db, "b").await.unwrap();
    assert_eq!(count(&test.db).await, 2);
    test.end().await;
}

#[tokio::test]
async fn a_closed_database_refuses() {
    let test = TestDb::new().await;
    write(&test.db, "a").await.unwrap();
    test.db.close().await;
    assert!(matches!(test.db.begin().await, Err(DbError::Unavailable(_))));
    assert!(matches!(test.db.one(&STAFF_COUNT, &[]).await, Err(DbError::Unavailable(_))));
    test.end().await;
}

/// `cargo test --release -p strongroom-storage -- --ignored --nocapture measure`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn measure() {
    let test = TestDb::new().await;
    for tasks in [1, 4, 32] {
        let start = Instant::now();
        let running: Vec<_> = (0..tasks)
            .map(|task| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let (mut done, mut worst) = (0u32, Duration::ZERO);
                    while start.elapsed() < Duration::from_secs(4) {
                        let began = Instant::now();
                        write(&db, &format!("{tasks}-{task}-{done}-")).await.unwrap();
                        worst = worst.max(began.elapsed());
                        done += 1;
                    }
                    (done, worst)
                })
            })
            .collect();
        let (mut done, mut least, mut worst) = (0, u32::MAX, Duration::ZERO);
        for task in running {
            let (n, longest) = task.await.unwrap();
            (done, least, worst) = (done + n, least.min(n), worst.max(longest));
        }
        let rate = f64::from(done) / start.elapsed().as_secs_f64();
        println!(
            "{:?} {tasks} tasks: {rate:.0} tx/s, worst wait {worst:?}, least of one task {least}",
            test.db.engine()
        );
    }
    if test.db.engine() == Engine::Sqlite {
        let start = Instant::now();
        for _ in 0..10_000 {
            test.db
                .optional(
                    &Sql::new("ONE", "SELECT email FROM staff WHERE staff_id = $1"),
                    &params!["1-0-5-a"],
                )
                .await
                .unwrap();
        }
        println!("point read: {:?}", start.elapsed() / 10_000);
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        println!(
            "afterwards {}",
            status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("no VmRSS")
        );
    }
    test.end().await;
}
