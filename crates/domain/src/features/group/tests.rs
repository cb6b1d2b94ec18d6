//! Tests of groups.

use super::{AddMember, MakeGroup, RemoveMember, RenameGroup, groups};
use crate::features::firm::fixture::Fixture;
use crate::kernel::actor::Role;
use crate::kernel::error::Error;
use crate::kernel::text::Name;
use strongroom_storage::sql::Sql;

const SLIPPED_OUT: Sql = Sql::new("TEST_SLIPPED_OUT", "DELETE FROM group_member");

#[tokio::test]
async fn members_come_and_go() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let admin = f.admin().await;
    let group = admin.perform(MakeGroup { name: Name::parse("Litigation").unwrap() }).await.unwrap();
    let twice = admin.perform(MakeGroup { name: Name::parse("litigation").unwrap() }).await;
    assert!(matches!(twice, Err(Error::Conflict { code: "group.name", .. })));
    admin.perform(AddMember { group, staff: ann }).await.unwrap();
    admin.perform(RenameGroup { group, name: Name::parse("Disputes").unwrap() }).await.unwrap();
    let all = groups(&admin).await.unwrap();
    assert_eq!((all[0].name.as_str(), all[0].members.len()), ("Disputes", 1));
    // in one and the same instant out and in again
    admin.perform(RemoveMember { group, staff: ann }).await.unwrap();
    assert!(groups(&admin).await.unwrap()[0].members.is_empty());
    admin.perform(AddMember { group, staff: ann }).await.unwrap();
    assert_eq!(groups(&admin).await.unwrap()[0].members.len(), 1);
    let ann = f.sign_in(ann).await;
    let refused = ann.perform(RenameGroup { group, name: Name::parse("Mine").unwrap() }).await;
    assert!(matches!(refused, Err(Error::Refused(_))));
}

#[tokio::test]
async fn a_member_who_vanishes_from_the_rows_is_missed() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let admin = f.admin().await;
    let group = admin.perform(MakeGroup { name: Name::parse("Behind the wall").unwrap() }).await.unwrap();
    admin.perform(AddMember { group, staff: ann }).await.unwrap();
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec(&SLIPPED_OUT, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(groups(&admin).await, Err(Error::Tampered { .. })));
}
