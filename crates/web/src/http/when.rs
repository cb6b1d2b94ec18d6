//! Times as people say them: "today 14:05", with the exact one beside. Sizes and fingerprints too.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use strongroom_domain::kernel::clock::{Micros, rfc3339};

use crate::view::parts::When;

/// Now, and the zone in which it is said.
#[derive(Clone)]
pub struct Clocks {
    zone: TimeZone,
    now: Micros,
}

impl Clocks {
    /// The clocks of one request.
    #[must_use]
    pub const fn new(zone: TimeZone, now: Micros) -> Self {
        Self { zone, now }
    }

    fn zoned(&self, at: Micros) -> Zoned {
        Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(self.zone.clone())
    }

    fn today(&self) -> Date {
        self.zoned(self.now).date()
    }

    /// A moment: past ones with their hour while it matters, later ones by their day.
    #[must_use]
    pub fn when(&self, at: Micros) -> When {
        let (then, today) = (self.zoned(at), self.today());
        let day = then.date();
        let text = if day == today {
            then.strftime("today %H:%M").to_string()
        } else if Some(day) == today.yesterday().ok() {
            then.strftime("yesterday %H:%M").to_string()
        } else if Some(day) == today.tomorrow().ok() {
            then.strftime("tomorrow %H:%M").to_string()
        } else {
            self.day_of(&then)
        };
        When::new(text, rfc3339(at), self.exact(&then))
    }

    /// A day without its hour.
    #[must_use]
    pub fn day(&self, at: Micros) -> When {
        let then = self.zoned(at);
        When::new(self.day_of(&then), rfc3339(at), self.exact(&then))
    }

    /// A day that is told as no more than a day, such as when a colleague was last here.
    #[must_use]
    pub fn whole_day(&self, at: Micros) -> When {
        let then = Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(TimeZone::UTC);
        let iso = then.strftime("%Y-%m-%d").to_string();
        When::new(self.day_of(&then), iso, then.strftime("%A %-d %B %Y").to_string())
    }

    /// An end: the last day on which it still holds.
    #[must_use]
    pub fn until(&self, at: Micros) -> When {
        self.day(at - 1)
    }

    fn day_of(&self, then: &Zoned) -> String {
        let today = self.today();
        if then.date().year() == today.year() {
            then.strftime("%-d %b").to_string()
        } else {
            then.strftime("%-d %B %Y").to_string()
        }
    }

    fn exact(&self, then: &Zoned) -> String {
        let zone = self.zone.iana_name().map_or("UTC", |n| n.rsplit('/').next().unwrap_or(n));
        format!("{} ({zone})", then.strftime("%A %-d %B %Y, %H:%M:%S"))
    }

    /// "Friday 21 November".
    #[must_use]
    pub fn date(&self) -> String {
        self.zoned(self.now).strftime("%A %-d %B").to_string()
    }

    /// "21 Nov".
    #[must_use]
    pub fn short(&self, at: Micros) -> String {
        self.zoned(at).strftime("%-d %b").to_string()
    }

    /// "Good afternoon".
    #[must_use]
    pub fn greeting(&self) -> &'static str {
        match self.zoned(self.now).hour() {
            4..=11 => "Good morning",
            12..=17 => "Good afternoon",
            _ => "Good evening",
        }
    }

    /// "in 6 days".
    #[must_use]
    pub fn left(&self, at: Micros) -> String {
        let days = self.today().until(self.zoned(at - 1).date()).map(|s| s.get_days()).unwrap_or(0);
        match days {
            ..=0 => String::from("today"),
            1 => String::from("tomorrow"),
            n => format!("in {n} days"),
        }
    }

    /// Reads `2026-11-30` as the end of that day.
    #[must_use]
    pub fn end_of(&self, day: &str) -> Option<Micros> {
        let next = day.trim().parse::<Date>().ok()?.checked_add(1.day()).ok()?;
        Some(next.to_zoned(self.zone.clone()).ok()?.timestamp().as_microsecond())
    }

    /// Reads `2026-11-30` as the beginning of that day, or `2026-11-30 14:05` as that minute.
    #[must_use]
    pub fn start_of(&self, text: &str) -> Option<Micros> {
        let text = text.trim().replace('T', " ");
        let at = match text.split_once(' ') {
            None => text.parse::<Date>().ok()?.to_zoned(self.zone.clone()).ok()?,
            Some(_) => jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", &text)
                .ok()?
                .to_zoned(self.zone.clone())
                .ok()?,
        };
        Some(at.timestamp().as_microsecond())
    }

    /// `2026-11-30`, for a field of a form: the last day on which it still holds.
    #[must_use]
    pub fn field(&self, end: Micros) -> String {
        self.zoned(end - 1).date().to_string()
    }
}

/// "412 KB".
#[must_use]
pub fn size(bytes: u64) -> String {
    let mut value = bytes;
    let mut rest = 0;
    let mut unit = "bytes";
    for next in ["KB", "MB", "GB", "TB"] {
        if value < 1000 {
            break;
        }
        rest = value % 1000 / 100;
        value /= 1000;
        unit = next;
    }
    if unit != "bytes" && value < 10 { format!("{value}.{rest} {unit}") } else { format!("{value} {unit}") }
}

/// "1,204".
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 record", "128 records".
#[must_use]
pub fn many(n: u64, one: &str, several: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { several })
}

/// "9f2c 41aa … 77d0".
#[must_use]
pub fn fingerprint(hex: &str) -> String {
    match (hex.get(..4), hex.get(4..8), hex.get(hex.len().saturating_sub(4)..)) {
        (Some(a), Some(b), Some(z)) if hex.len() > 12 => format!("{a} {b} … {z}"),
        _ => hex.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strongroom_domain::kernel::clock::{DAY, HOUR, parse_rfc3339};

    fn at(text: &str) -> Micros {
        parse_rfc3339(text).expect("a time")
    }

    fn clocks() -> Clocks {
        Clocks::new(TimeZone::get("Europe/London").expect("zone"), at("2026-07-14T13:05:00Z"))
    }

    #[test]
    fn times_are_said_in_the_firms_zone() {
        let c = clocks();
        assert_eq!(c.when(at("2026-07-14T13:05:00Z")).text, "today 14:05");
        assert_eq!(c.when(at("2026-07-13T23:30:00Z")).text, "today 00:30");
        assert_eq!(c.when(at("2026-07-13T10:00:00Z")).text, "yesterday 11:00");
        assert_eq!(c.when(at("2026-01-03T10:00:00Z")).text, "3 Jan");
        assert_eq!(c.when(at("2025-03-03T10:00:00Z")).text, "3 March 2025");
        assert_eq!(c.when(at("2026-07-14T13:05:00Z")).exact, "Tuesday 14 July 2026, 14:05:00 (London)");
        assert_eq!(c.greeting(), "Good afternoon");
    }

    #[test]
    fn days_of_forms_are_whole_days() {
        let c = clocks();
        let end = c.end_of("2026-07-20").expect("a day");
        assert_eq!(end, at("2026-07-20T23:00:00Z"));
        assert_eq!(c.field(end), "2026-07-20");
        assert_eq!(c.left(end), "in 6 days");
        assert_eq!(c.until(end).text, "20 Jul");
        assert_eq!(c.start_of("2026-07-20"), Some(end - DAY));
        assert_eq!(c.start_of("2026-07-20T01:00"), Some(end - DAY + HOUR));
        assert_eq!(c.end_of("20.7.2026"), None);
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_200_000), "1.2 MB");
        assert_eq!(size(412_345), "412 KB");
        assert_eq!(count(1_204_000), "1,204,000");
        assert_eq!(count(12), "12");
        assert_eq!(many(1, "record", "records"), "1 record");
        assert_eq!(fingerprint("9f2c41aa000000000000000077d0"), "9f2c 41aa … 77d0");
    }
}
