//! Who took a client on: kept with the row, bound by its seal, and missing for clients of before it was kept.

use strongroom_storage::{params, statements};

use super::{CreateClient, RenameClient, client};
use crate::features::firm::fixture::Fixture;
use crate::kernel::actor::Role;
use crate::kernel::error::Error;
use crate::kernel::text::{Name, Reference};

statements! {
    AS_BEFORE = "UPDATE client SET created_by = NULL, mac = $1 WHERE client_id = $2";
    FORGED = "UPDATE client SET created_by = $1 WHERE client_id = $2";
}

#[tokio::test]
async fn who_took_a_client_on_stands_in_the_row_and_is_not_written_in_by_others() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let cora = f.person(Role::Partner, "Cora Adeyemi").await;
    let (hers, other) = (f.sign_in(ann).await, f.sign_in(cora).await);
    let (name, reference) = (Name::parse("Northwind").unwrap(), Reference::parse("NW-1").unwrap());
    let id = hers.perform(CreateClient { name, reference }).await.unwrap();
    assert_eq!(client(&hers, id).await.unwrap().0.name, "Northwind");
    assert!(matches!(client(&other, id).await, Err(Error::NotFound)));
    let forged = async |by: &str| {
        let mut tx = f.room.db.begin().await.unwrap();
        tx.exec_one(&FORGED, &params![by, id.to_string()]).await.unwrap();
        tx.commit().await.unwrap();
    };
    forged(&cora.to_string()).await;
    assert!(matches!(client(&other, id).await, Err(Error::Tampered { table: "client", .. })));
    forged(&ann.to_string()).await;

    // a client of before: nobody took it on, and its row holds as it was bound then
    let mut facts = hers.load(async |loader| loader.client(id).await).await.unwrap().unwrap();
    facts.created_by = None;
    let mac = facts.bind().mac(&f.room.vault).unwrap();
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec_one(&AS_BEFORE, &params![mac, id.to_string()]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(client(&hers, id).await, Err(Error::NotFound)));
    let rita = f.person(Role::RecordsManager, "Rita Calloway").await;
    let keeper = f.sign_in(rita).await;
    let name = Some(Name::parse("Northwind Holdings").unwrap());
    keeper.perform(RenameClient { client: id, name, reference: None, version: None }).await.unwrap();
    assert_eq!(client(&keeper, id).await.unwrap().0.name, "Northwind Holdings");
    forged(&ann.to_string()).await;
    assert!(matches!(client(&hers, id).await, Err(Error::Tampered { table: "client", .. })));
}
