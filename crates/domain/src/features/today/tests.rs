//! Days of the chart, devices not seen before, and what is not claimed.

use std::collections::BTreeMap;

use super::day::unfamiliar;
use super::roles::{days, first_day};
use super::{NOT_CLAIMED, NewSignIn};
use crate::kernel::clock::{DAY, HOUR, parse_rfc3339, rfc3339};
use crate::kernel::id::SessionId;

fn sign_in(at: i64, device: &str) -> NewSignIn {
    let session = SessionId::new(at, [1; 10]);
    NewSignIn { session, at, device: device.to_owned(), address: String::new(), current: false }
}

#[test]
fn a_device_is_unfamiliar_once_and_the_first_never() {
    let now = 100 * DAY;
    let all = [
        sign_in(now, "phone"),
        sign_in(now - DAY, "phone"),
        sign_in(now - 2 * DAY, "laptop"),
        sign_in(now - 8 * DAY, "tablet"),
        sign_in(now - 20 * DAY, "laptop"),
    ];
    // the phone came within the week; the tablet before it; the laptop was the first of all
    assert_eq!(unfamiliar(&all, now - 7 * DAY), [sign_in(now - DAY, "phone")]);
    assert_eq!(
        unfamiliar(&all, now - 30 * DAY),
        [sign_in(now - DAY, "phone"), sign_in(now - 8 * DAY, "tablet")]
    );
    assert_eq!(unfamiliar(&all[2..3], now - 7 * DAY), []);
    assert_eq!(unfamiliar(&[], 0), []);
}

#[test]
fn the_chart_has_every_day_of_thirty_and_today() {
    let now = parse_rfc3339("2026-11-22T02:30:00Z").unwrap();
    let first = first_day(now);
    assert_eq!(rfc3339(first), "2026-10-23T00:00:00.000000Z");
    let found = BTreeMap::from([(0, 2), (30, 5)]);
    let chart = days(first, &found);
    assert_eq!(chart.len(), 31);
    assert_eq!((chart[0].count, chart[1].count, chart[30].count), (2, 0, 5));
    assert!(chart[30].day <= now && now < chart[30].day + DAY);
    assert_eq!(first_day(first + 23 * HOUR), first - 30 * DAY);
}

#[test]
fn what_is_not_claimed_is_said_in_whole_sentences() {
    assert!(NOT_CLAIMED.len() >= 3);
    for sentence in NOT_CLAIMED {
        assert!(sentence.ends_with('.') && sentence.len() > 40, "{sentence}");
    }
}
