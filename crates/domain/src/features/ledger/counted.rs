//! The daily count of a matter's entries, and what its activity says by it.

use super::stories::{Story, add};
use super::{Complete, count_if_due, matter_activity};
use crate::kernel::clock::{Clock as _, DAY};

#[tokio::test]
async fn a_matters_activity_says_up_to_when_it_is_complete_and_when_it_is_not() {
    let s = Story::new().await;
    let seen = matter_activity(&s.lead, s.matter, None, 50).await.unwrap();
    assert_eq!(seen.complete, None, "nothing was counted yet");

    assert_eq!(count_if_due(&s.f.room).await.unwrap(), 1);
    assert_eq!(count_if_due(&s.f.room).await.unwrap(), 0, "once a day");
    s.f.room.sequence_all().await.unwrap();
    let counted = Some(Complete { to: s.f.clock.now(), holds: true });
    let seen = matter_activity(&s.lead, s.matter, None, 50).await.unwrap();
    assert_eq!(seen.complete, counted);
    assert!(!seen.items.iter().any(|e| e.verb == "ledger.count"), "the count speaks for itself");

    // a day later the count goes on from there
    s.f.clock.advance(DAY);
    let lead = s.f.sign_in(s.ann).await;
    add(&lead, s.matter, "letter.txt").await;
    s.f.room.sequence_all().await.unwrap();
    assert_eq!(count_if_due(&s.f.room).await.unwrap(), 1);
    s.f.room.sequence_all().await.unwrap();
    let counted = Some(Complete { to: s.f.clock.now(), holds: true });
    assert_eq!(matter_activity(&lead, s.matter, None, 50).await.unwrap().complete, counted);

    // an entry that no list finds any more, though it is in the log with its exact bytes
    let hidden = "UPDATE ledger_entry SET matter_id = NULL WHERE verb = 'record.add' AND idx = \
        (SELECT MAX(idx) FROM ledger_entry WHERE verb = 'record.add')";
    s.sql(hidden.to_owned(), hidden.to_owned()).await;
    let seen = matter_activity(&lead, s.matter, None, 50).await.unwrap();
    assert!(seen.complete.is_some_and(|c| !c.holds));
}

#[tokio::test]
async fn a_count_that_was_cut_off_is_made_again() {
    let s = Story::new().await;
    assert_eq!(count_if_due(&s.f.room).await.unwrap(), 1);
    // as if the program had been killed after the matter's count and before the day's last entry
    let gone = "DELETE FROM ledger_entry WHERE verb = 'ledger.count' AND matter_id IS NULL";
    s.sql(gone.to_owned(), gone.to_owned()).await;
    assert_eq!(count_if_due(&s.f.room).await.unwrap(), 1, "the same day once more");
    assert_eq!(count_if_due(&s.f.room).await.unwrap(), 0);
}
