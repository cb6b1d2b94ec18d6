//! Migrations and the catalog.

use super::super::{Db, DbError, Migration, catalog, migrate, params, shape};
use super::{MIGRATIONS, TestDb};

const SCHEMA: &str = "\
table matter
  column matter_id TEXT not null
  column owner_id TEXT not null
  column state TEXT not null default 'open'
  column opened_at BIGINT not null
  column closed_at BIGINT
  column urgent BOOLEAN not null
  column sealed_title BYTES
  column version BIGINT not null default 0
  foreign key (owner_id) -> staff (staff_id)
  index matter_by_owner (owner_id, opened_at desc)
  primary key (matter_id)
  unique index matter_open (opened_at, matter_id) partial
  checks 1
table member
  column matter_id TEXT not null
  column staff_id TEXT not null
  foreign key (matter_id) -> matter (matter_id) on delete cascade
  foreign key (staff_id) -> staff (staff_id)
  index member_by_staff (staff_id)
  primary key (matter_id, staff_id)
table staff
  column staff_id TEXT not null
  column email TEXT not null
  primary key (staff_id)
  trigger staff_kept
  unique (email)
";

fn step(number: u32, name: &'static str, text: &'static str) -> Migration {
    Migration { number, name, text, pg: None }
}

#[tokio::test]
async fn the_catalog_is_the_same_on_both_engines() {
    let test = TestDb::new().await;
    assert_eq!(catalog(&test.db).await.unwrap(), SCHEMA);
    test.end().await;
}

#[tokio::test]
async fn migrating_twice_and_from_several_nodes_at_once_is_once() {
    let test = TestDb::empty().await;
    let nodes: Vec<Db> = vec![test.connect_again().await, test.connect_again().await];
    let (a, b, c) = tokio::join!(
        migrate(&test.db, MIGRATIONS, 1),
        migrate(&nodes[0], MIGRATIONS, 2),
        migrate(&nodes[1], MIGRATIONS, 3)
    );
    for node in [a, b, c] {
        node.unwrap();
    }
    migrate(&test.db, MIGRATIONS, 4).await.unwrap();
    assert_eq!(catalog(&test.db).await.unwrap(), SCHEMA);
    for node in nodes {
        node.close().await;
    }
    test.end().await;
}

#[tokio::test]
async fn a_changed_text_a_newer_database_and_gaps_are_refused() {
    let test = TestDb::new().await;
    let mut changed = MIGRATIONS.to_vec();
    changed[1].text = "CREATE TABLE member (member_id TEXT)";
    let error = migrate(&test.db, &changed, 2).await.unwrap_err();
    assert_eq!(error, DbError::Changed { number: 3, name: "member".to_owned() });

    let error = migrate(&test.db, &MIGRATIONS[..2], 2).await.unwrap_err();
    assert_eq!(error, DbError::TooNew { found: 4, known: 3 });

    let mut late = MIGRATIONS.to_vec();
    late.insert(1, step(2, "late", "CREATE TABLE late (late_id TEXT)"));
    assert!(matches!(migrate(&test.db, &late, 2).await, Err(DbError::Unsuitable(_))));

    let mut unordered = MIGRATIONS.to_vec();
    unordered.reverse();
    assert!(matches!(migrate(&test.db, &unordered, 2).await, Err(DbError::Unsuitable(_))));

    let mut deferred = MIGRATIONS.to_vec();
    deferred.push(step(
        5,
        "later",
        "CREATE TABLE a (b TEXT REFERENCES staff (staff_id) DEFERRABLE INITIALLY DEFERRED)",
    ));
    assert!(matches!(migrate(&test.db, &deferred, 2).await, Err(DbError::Unsuitable(_))));
    assert_eq!(catalog(&test.db).await.unwrap(), SCHEMA);
    test.end().await;
}

#[tokio::test]
async fn a_failing_migration_leaves_nothing() {
    let test = TestDb::new().await;
    let mut more = MIGRATIONS.to_vec();
    more.push(step(
        5,
        "half",
        "CREATE TABLE half (half_id TEXT NOT NULL PRIMARY KEY); INSERT INTO nowhere (a) VALUES (1);",
    ));
    migrate(&test.db, &more, 2).await.unwrap_err();
    assert_eq!(catalog(&test.db).await.unwrap(), SCHEMA);
    more[3] = step(5, "half", "CREATE TABLE half (half_id TEXT NOT NULL PRIMARY KEY)");
    migrate(&test.db, &more, 3).await.unwrap();
    assert!(catalog(&test.db).await.unwrap().contains("table half"));
    test.end().await;
}

const CHAIN: Migration = Migration {
    number: 1,
    name: "chain",
    text: "CREATE TABLE a_leaf (leaf_id TEXT PRIMARY KEY, branch_id TEXT NOT NULL REFERENCES branch (branch_id), bytes BYTES);
        CREATE TABLE branch (branch_id TEXT PRIMARY KEY, parent_id TEXT REFERENCES branch (branch_id), n BIGINT, ok BOOLEAN NOT NULL);
        CREATE TABLE pair (one TEXT NOT NULL, two BIGINT NOT NULL, PRIMARY KEY (one, two))",
    pg: Some(
        "CREATE TABLE branch (branch_id TEXT PRIMARY KEY, parent_id TEXT REFERENCES branch (branch_id), n BIGINT, ok BOOLEAN NOT NULL);
        CREATE TABLE a_leaf (leaf_id TEXT PRIMARY KEY, branch_id TEXT NOT NULL REFERENCES branch (branch_id), bytes BYTES);
        CREATE TABLE pair (one TEXT NOT NULL, two BIGINT NOT NULL, PRIMARY KEY (one, two))",
    ),
};

#[tokio::test]
async fn tables_are_copied_whole_in_an_order_in_which_no_row_misses_another() {
    let (one, other) = (TestDb::empty().await, TestDb::empty().await);
    for db in [&one.db, &other.db] {
        migrate(db, &[CHAIN], 1).await.unwrap();
    }
    let shapes = shape::tables(&one.db).await.unwrap();
    let names: Vec<&str> = shapes.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["branch", "a_leaf", "pair"]);
    let (branch, leaf, pair) = (&shapes[0], &shapes[1], &shapes[2]);
    assert!(branch.names_itself() && !leaf.names_itself());
    // the first by its key names the second
    let branches =
        vec![params!["b1", "b2", None::<i64>, true].to_vec(), params!["b2", None::<&str>, 7, false].to_vec()];
    let leaves: Vec<_> = (0..5).map(|n| params![format!("l{n}"), "b1", Some(vec![n])].to_vec()).collect();
    let pairs = vec![params!["x", -3].to_vec(), params!["x", 4].to_vec()];
    let mut tx = one.db.begin().await.unwrap();
    for row in &branches {
        branch.put(&mut tx, &branch.alone(row)).await.unwrap();
    }
    for (table, rows) in [(branch, &branches), (leaf, &leaves), (pair, &pairs)] {
        for row in rows {
            table.put(&mut tx, row).await.unwrap();
        }
    }
    tx.commit().await.unwrap();

    let (mut from, mut to) = (one.db.snapshot().await.unwrap(), other.db.begin().await.unwrap());
    for table in &shapes {
        let (mut after, mut all) = (None, Vec::new());
        loop {
            let page = table.page(&mut from, after.as_ref(), 2).await.unwrap();
            after = page.last().map(|row| table.key_of(row)).or(after);
            let last = page.len() < 2;
            all.extend(page);
            if last {
                break;
            }
        }
        for row in &all {
            table.put(&mut to, &table.alone(row)).await.unwrap();
        }
        for row in &all {
            table.put(&mut to, row).await.unwrap();
        }
    }
    let found = branch.page(&mut to, None, 10).await.unwrap();
    assert!(found == branches);
    assert!(leaf.rows_of(&mut to, "branch_id", "b1").await.unwrap() == leaves);
    leaf.remove_of(&mut to, "branch_id", "b1").await.unwrap();
    assert!(leaf.page(&mut to, None, 10).await.unwrap().is_empty());
    assert!(pair.page(&mut to, None, 10).await.unwrap() == pairs);
    to.commit().await.unwrap();
}
