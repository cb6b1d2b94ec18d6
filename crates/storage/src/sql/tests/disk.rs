//! SQLite on a disk that fills, and in a process that is killed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::super::{Db, DbError, DbOptions, Migration, Sql, migrate};
use super::facade::STAFF_ADD;
use crate::params;

const FILES: &[Migration] = &[Migration {
    number: 1,
    name: "file",
    text: "CREATE TABLE file (file_id TEXT NOT NULL PRIMARY KEY, sealed_body BYTES NOT NULL)",
    pg: None,
}];
const ADD: Sql = Sql::new("ADD", "INSERT INTO file (file_id, sealed_body) VALUES ($1, $2)");
const IDS: Sql = Sql::new("IDS", "SELECT file_id FROM file ORDER BY file_id");

async fn ids(db: &Db) -> Vec<String> {
    db.all(&IDS, &[]).await.unwrap().iter().map(|row| row.get("file_id").unwrap()).collect()
}

async fn add(db: &Db, id: &str, len: usize) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    tx.exec_one(&ADD, &params![id, vec![7u8; len]]).await?;
    tx.commit().await
}

/// What was acknowledged is there, what was refused is not, and afterwards life goes on: also for the members of a group
/// that fails together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let mount = std::env::temp_dir().join(format!("strongroom_full_{}", std::process::id()));
    std::fs::create_dir(&mount).unwrap();
    let mounting = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&mount).output();
    if !mounting.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED a_full_disk_loses_nothing_that_was_acknowledged: cannot mount a tmpfs here");
        std::fs::remove_dir(&mount).unwrap();
        return;
    }
    let path = mount.join("test.db").display().to_string();
    let db = Db::connect(&path, DbOptions::default()).await.unwrap();
    migrate(&db, FILES, 1).await.unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                let (mut kept, mut refused) = (Vec::new(), Vec::new());
                for turn in 0..40 {
                    let id = format!("{task}-{turn:02}");
                    match add(&db, &id, 30_000).await {
                        Ok(()) => kept.push(id),
                        Err(error) => refused.push(error),
                    }
                }
                (kept, refused)
            })
        })
        .collect();
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for task in tasks {
        let (k, r) = task.await.unwrap();
        kept.extend(k);
        refused.extend(r);
    }
    kept.sort();
    let found = ids(&db).await;
    db.close().await;
    let db = Db::connect(&path, DbOptions::default()).await;
    let reopened = match &db {
        Ok(db) => ids(db).await,
        Err(_) => Vec::new(),
    };
    if let Ok(db) = &db {
        db.close().await;
    }
    Command::new("umount").arg(&mount).status().unwrap();
    std::fs::remove_dir(&mount).unwrap();
    assert!(kept.len() > 10 && !refused.is_empty(), "{} kept, {} refused", kept.len(), refused.len());
    assert!(refused.iter().all(|e| matches!(e, DbError::Full(_))), "{refused:?}");
    assert_eq!(found, kept);
    assert_eq!(reopened, kept);
}

/// A database whose file is taken away is written to no more, and goes on when the same file is back.
#[tokio::test]
async fn a_file_that_was_moved_is_not_written_to() {
    let folder = std::env::temp_dir().join(format!("strongroom_moved_{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let (path, away) = (folder.join("test.db"), folder.join("away.db"));
    let db = Db::connect(&path.display().to_string(), DbOptions::default()).await.unwrap();
    migrate(&db, FILES, 1).await.unwrap();
    add(&db, "before", 10).await.unwrap();
    std::fs::rename(&path, &away).unwrap();
    assert!(matches!(add(&db, "while away", 10).await, Err(DbError::Unavailable(_))));
    std::fs::copy(&away, &path).unwrap();
    assert!(matches!(add(&db, "into a copy", 10).await, Err(DbError::Unavailable(_))));
    std::fs::rename(&away, &path).unwrap();
    add(&db, "back", 10).await.unwrap();
    assert_eq!(ids(&db).await, ["back", "before"]);
    db.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

/// Runs [`writes_until_killed`] in another process, kills it, and looks for what it said was committed.
#[tokio::test]
async fn a_killed_process_kept_its_word() {
    for round in 0..3u64 {
        let folder = std::env::temp_dir().join(format!("strongroom_killed_{}_{round}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sql::tests::disk::writes_until_killed", "--ignored", "--nocapture"])
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while said.len() < 300 + 77 * round as usize {
            let Some(Ok(line)) = lines.next() else { panic!("the child ended early") };
            said.extend(line.strip_prefix("kept ").map(str::to_owned));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        said.extend(
            lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("kept ").map(str::to_owned)),
        );

        let db =
            Db::connect(&folder.join("test.db").display().to_string(), DbOptions::default()).await.unwrap();
        let found = ids(&db).await;
        let lost: Vec<_> = said.iter().filter(|id| found.binary_search(id).is_err()).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        assert!(found.iter().all(|id| !id.starts_with("no")), "rolled back and kept: {found:?}");
        db.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside a_killed_process_kept_its_word, which kills it"]
async fn writes_until_killed() {
    if std::path::Path::new("Cargo.toml").exists() {
        return; // someone runs every ignored test
    }
    let db = Db::connect("test.db", DbOptions::default()).await.unwrap();
    migrate(&db, FILES, 1).await.unwrap();
    let tasks = (0..16).map(|task| {
        let db = db.clone();
        tokio::spawn(async move {
            for turn in 0.. {
                let id = format!("{task:02}-{turn:06}");
                add(&db, &id, 100).await.unwrap();
                println!("kept {id}");
                let mut tx = db.begin().await.unwrap();
                tx.exec_one(&ADD, &params![format!("no{id}"), vec![1u8]]).await.unwrap();
                if turn % 3 == 0 {
                    assert!(tx.exec(&STAFF_ADD, &params!["no", "table"]).await.is_err());
                }
                if turn % 2 == 0 {
                    tx.rollback().await.unwrap();
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}
