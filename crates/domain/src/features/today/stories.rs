//! The page of the day as each role sees it.

use super::{health, today};
use crate::features::ledger::stories::Story;
use crate::features::ledger::{EntryRef, entry};
use crate::features::matter::GiveSeat;
use crate::kernel::actor::Role;
use crate::kernel::clock::{DAY, HOUR};
use crate::kernel::error::Error;

#[tokio::test]
async fn the_day_of_each_role() {
    let s = Story::new().await;
    let day = today(&s.his).await.unwrap();
    assert_eq!(day.matters.len(), 1);
    assert_eq!(day.matters[0].view.name, "Share purchase dispute");
    assert!(
        day.new_records
            .iter()
            .any(|r| r.title == "deed" && r.kind.is_some() && r.added_by.as_deref() == Some("A. Poole"))
    );
    assert!(
        day.compliance.is_none()
            && day.administrator.is_none()
            && day.records_manager.is_none()
            && day.auditor.is_none()
    );
    // the page's entry names what stands on it
    s.f.room.sequence_all().await.unwrap();
    let full = entry(&s.his, EntryRef::Id(s.his.last_entry().unwrap())).await;
    assert!(full.is_ok());
    let day = today(&s.lead).await.unwrap();
    assert!(day.new_records.is_empty(), "one's own records are no news");
    let soon = s.f.room.now() + 3 * DAY;
    s.lead
        .perform(GiveSeat { matter: s.matter, staff: s.tom, seat: "reader", until: Some(soon) })
        .await
        .unwrap();
    let day = today(&s.his).await.unwrap();
    assert_eq!(day.ending.iter().map(|e| (e.seat, e.until)).collect::<Vec<_>>(), [("reader", soon)]);

    s.bar(s.tom).await;
    let day = today(&s.his).await.unwrap();
    assert!(
        day.matters.is_empty() && day.new_records.is_empty() && day.ending.is_empty(),
        "a wall empties the page"
    );

    let nora = s.f.second().await;
    s.f.clock.advance(HOUR);
    let officer = s.f.sign_in(nora).await;
    let compliance = today(&officer).await.unwrap().compliance.unwrap();
    assert_eq!(compliance.walls.iter().map(|w| w.name.as_str()).collect::<Vec<_>>(), ["Earlier retainer"]);
    assert_eq!(compliance.refusals.len(), 31);

    let admin = s.f.admin().await;
    let day = today(&admin).await.unwrap();
    let administrator = day.administrator.unwrap();
    assert!(!administrator.sealed && administrator.replicas.len() == 2 && day.matters.is_empty());
    assert!(
        administrator.unsealed_at.is_some_and(|at| at <= s.f.room.now()),
        "since when the keys are in memory"
    );
    let state = health(&admin).await.unwrap();
    assert!(state.database.is_ok() && state.blobs.is_ok() && state.entries >= state.signed && !state.sealed);
    assert!(matches!(health(&s.lead).await, Err(Error::Refused(_))));

    let rita = s.f.person(Role::RecordsManager, "Rita Moss").await;
    let rita = s.f.sign_in(rita).await;
    let kept = today(&rita).await.unwrap().records_manager.unwrap();
    assert!(kept.without_lead.is_empty() && kept.closed.is_empty());
    assert_eq!(kept.opened.iter().map(|m| m.id).collect::<Vec<_>>(), [s.matter]);
    let audra = s.f.person(Role::Auditor, "Audra Venn").await;
    let auditor = s.f.sign_in(audra).await;
    s.f.room.sequence_all().await.unwrap();
    let ledger = today(&auditor).await.unwrap().auditor.unwrap();
    assert!(ledger.checkpoint.unwrap().size > 0 && ledger.entries > 0 && ledger.checked_at.is_none());
    assert_eq!(ledger.refusals.len(), 31);
}
