//! Tests of setting up and opening.

use strongroom_storage::sql::Sql;

use super::fixture::Fixture;
use crate::kernel::error::Error;

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
