//! Whoever guesses is slowed, however many addresses they have; whoever has been here is not.

use strongroom_storage::sql::Sql;

use crate::features::firm::fixture::Fixture;
use crate::features::session::{password, sign_in_password};
use crate::kernel::clock::SECOND;
use crate::kernel::error::Error;
use crate::kernel::id::StaffId;

async fn try_password(
    f: &Fixture,
    from: &str,
    staff: StaffId,
    password: &str,
    device: Option<&str>,
) -> Result<(), Error> {
    let ctx = f.anonymous_from(from);
    sign_in_password(&ctx, &f.secrets(staff).email, password, device).await.map(drop)
}

#[tokio::test]
async fn a_guesser_is_slowed_and_the_owner_is_not_locked_out() {
    let f = Fixture::new().await;
    let ann = f.second().await;
    let device = f.browser(ann, None).await.unwrap().device;
    let right = f.secrets(ann).password;
    let mut waits = Vec::new();
    for guess in 0..12 {
        let answer = try_password(&f, "203.0.113.7", ann, &format!("guess number {guess}"), None).await;
        assert!(matches!(answer, Err(Error::Invalid { field: "password", .. })), "{answer:?}");
        let Err(Error::Throttled { retry_after }) = try_password(&f, "203.0.113.99", ann, &right, None).await
        else {
            panic!("the same network must wait, even with the right password");
        };
        waits.push(retry_after);
        f.clock.advance(i64::try_from(retry_after).unwrap() * SECOND);
    }
    assert_eq!(&waits[..6], [1, 2, 4, 8, 16, 32]);
    assert_eq!(waits.last(), Some(&900), "a quarter of an hour, and no longer");
    try_password(&f, "203.0.113.7", ann, "one more guess", None).await.unwrap_err();
    // from elsewhere, and from the guesser's own network with the device that was here before
    try_password(&f, "198.51.100.4", ann, &right, None).await.unwrap();
    try_password(&f, "203.0.113.7", ann, &right, Some(&device)).await.unwrap();
    // a device of someone else is no such device
    let other = f.browser(f.administrator, None).await.unwrap().device;
    assert!(matches!(
        try_password(&f, "203.0.113.7", ann, &right, Some(&other)).await,
        Err(Error::Throttled { .. })
    ));
}

#[tokio::test]
async fn a_guesser_with_ten_thousand_addresses_gets_a_hundred_guesses_and_then_one_a_minute() {
    const KEPT: Sql = Sql::new("TEST_KEPT", "SELECT COUNT(*) AS n FROM throttle");
    let f = Fixture::new().await;
    let ann = f.second().await;
    let device = f.browser(ann, None).await.unwrap().device;
    let right = f.secrets(ann).password;
    let (mut guessed, mut sent_away) = (0, 0);
    let addresses: Vec<String> = (0..10_000).map(|n| format!("10.{}.{}.1", n / 250, n % 250)).collect();
    for crowd in addresses.chunks(20) {
        let tries = crowd.iter().map(|address| try_password(&f, address, ann, "not her password", None));
        for answer in futures_util::future::join_all(tries).await {
            match answer {
                Err(Error::Invalid { field: "password", .. }) => guessed += 1,
                Err(Error::Throttled { retry_after: 1..=60 }) => sent_away += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((guessed, sent_away), (101, 9_899));
    // who is sent away leaves no row; and she, from where she was before, is let in
    let kept: i64 = f.room.db.one(&KEPT, &[]).await.unwrap().get("n").unwrap();
    assert!(kept < 3 * 101 + 10, "{kept} rows");
    try_password(&f, "10.0.0.9", ann, &right, Some(&device)).await.unwrap();
}

#[tokio::test]
async fn a_crowd_that_waits_for_its_turn_is_bounded_and_keeps_no_known_device_out() {
    let f = Fixture::new().await;
    let ann = f.second().await;
    let device = f.browser(ann, None).await.unwrap().device;
    let right = f.secrets(ann).password;
    // one is looked at, the others wait for their turn
    let turn = password::turn(false).await.unwrap();
    let mut crowd = Vec::new();
    for _ in 0..24 {
        let mut waits = Box::pin(password::turn(false));
        assert!(futures_util::poll!(&mut waits).is_pending());
        crowd.push(waits);
    }
    let before = try_password(&f, "203.0.113.7", ann, "not her password", None).await;
    assert!(matches!(before, Err(Error::Throttled { retry_after: 5 })), "{before:?}");
    try_password(&f, "203.0.113.7", ann, &right, Some(&device)).await.unwrap();
    drop((turn, crowd));
    // being sent away was no wrong guess
    try_password(&f, "203.0.113.7", ann, &right, None).await.unwrap();
}
