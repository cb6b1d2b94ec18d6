//! The facade, on the engine of `TEST_DATABASE_URL` (a PostgreSQL administrator's address) or else on SQLite.

mod concurrency;
mod disk;
#[expect(unreachable_pub, reason = "the list is public so that another crate may walk it")]
mod facade;
mod schema;
mod tls;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Db, DbOptions, Migration, migrate};

/// A database of one test's own.
pub(super) struct TestDb {
    pub(super) db: Db,
    url: String,
    home: Home,
}

enum Home {
    Folder(PathBuf),
    Server { admin: String, name: String },
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl TestDb {
    pub(super) async fn empty() -> TestDb {
        #[expect(clippy::disallowed_methods, reason = "the tests' engine is chosen when they are run")]
        let admin = std::env::var("TEST_DATABASE_URL").ok();
        let name = format!("strongroom_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let (url, home) = match admin {
            Some(admin) => {
                run_as_admin(
                    &admin,
                    format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"),
                )
                .await;
                let server =
                    admin.rsplit_once('/').expect("TEST_DATABASE_URL ends with /database").0.to_owned();
                (format!("{server}/{name}"), Home::Server { admin, name })
            }
            None => {
                let folder = std::env::temp_dir().join(name);
                std::fs::create_dir(&folder).expect("make a temporary folder");
                let url = format!("sqlite:{}", folder.join("test.db").display());
                (url, Home::Folder(folder))
            }
        };
        let db = Db::connect(&url, DbOptions::default()).await.expect("connect");
        TestDb { db, url, home }
    }

    /// With the schema below.
    pub(super) async fn new() -> TestDb {
        let test = TestDb::empty().await;
        migrate(&test.db, MIGRATIONS, 1).await.expect("migrate");
        test
    }

    pub(super) async fn connect_again(&self) -> Db {
        Db::connect(&self.url, DbOptions::default()).await.expect("connect")
    }

    pub(super) async fn end(self) {
        self.db.close().await;
        match self.home {
            Home::Folder(folder) => std::fs::remove_dir_all(folder).expect("remove the temporary folder"),
            Home::Server { admin, name } => {
                run_as_admin(&admin, format!("DROP DATABASE {name} WITH (FORCE)")).await
            }
        }
    }
}

async fn run_as_admin(url: &str, statement: String) {
    use sqlx::Connection;
    let mut conn = sqlx::PgConnection::connect(url).await.expect("connect to TEST_DATABASE_URL");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await.expect("administrate");
    conn.close().await.expect("close");
}

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "matter",
        text: "CREATE TABLE staff (staff_id TEXT NOT NULL PRIMARY KEY, email TEXT NOT NULL UNIQUE);
               CREATE TABLE matter (
                   matter_id TEXT NOT NULL PRIMARY KEY,
                   owner_id TEXT NOT NULL REFERENCES staff (staff_id),
                   state TEXT NOT NULL DEFAULT 'open' CONSTRAINT matter_state CHECK (state IN ('open', 'closed')),
                   opened_at BIGINT NOT NULL,
                   closed_at BIGINT,
                   urgent BOOLEAN NOT NULL,
                   sealed_title BYTES, -- BYTES is a word here
                   version BIGINT NOT NULL DEFAULT 0
               );
               CREATE INDEX matter_by_owner ON matter (owner_id, opened_at DESC);
               CREATE UNIQUE INDEX matter_open ON matter (opened_at, matter_id) WHERE state = 'open';",
        pg: None,
    },
    Migration {
        number: 3,
        name: "member",
        text: "CREATE TABLE member (
                   matter_id TEXT NOT NULL REFERENCES matter (matter_id) ON DELETE CASCADE,
                   staff_id TEXT NOT NULL REFERENCES staff (staff_id),
                   PRIMARY KEY (matter_id, staff_id)
               );
               CREATE INDEX member_by_staff ON member (staff_id);",
        pg: None,
    },
    Migration {
        number: 4,
        name: "staff_is_kept",
        text: "CREATE TRIGGER staff_kept BEFORE DELETE ON staff BEGIN SELECT RAISE(ABORT, 'staff is kept'); END;",
        pg: Some(
            "CREATE FUNCTION staff_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'staff is kept'; END $$;
             CREATE TRIGGER staff_kept BEFORE DELETE ON staff FOR EACH ROW EXECUTE FUNCTION staff_kept();",
        ),
    },
];
