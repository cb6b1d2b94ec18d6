//! Days as people write them. A day is a number of days since 1 January 1970.

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

/// The date of a day number (proleptic Gregorian).
#[must_use]
pub fn date(day: i64) -> Date {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    Date {
        year: yoe + era * 400 + i64::from(month <= 2),
        month: u32::try_from(month).unwrap_or(1),
        day: u32::try_from(doy - (153 * mp + 2) / 5 + 1).unwrap_or(1),
    }
}

/// "4 March 2024".
#[must_use]
pub fn long(day: i64) -> String {
    let d = date(day);
    format!("{} {} {}", d.day, month_name(d.month), d.year)
}

/// "04/03/2024".
#[must_use]
pub fn short(day: i64) -> String {
    let d = date(day);
    format!("{:02}/{:02}/{}", d.day, d.month, d.year)
}

/// "20240304", for file names.
#[must_use]
pub fn compact(day: i64) -> String {
    let d = date(day);
    format!("{}{:02}{:02}", d.year, d.month, d.day)
}

/// The `Date:` of a message: "Mon, 04 Mar 2024 09:15:00 +0000".
#[must_use]
pub fn rfc5322(day: i64, seconds: u32) -> String {
    let d = date(day);
    format!(
        "{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
        weekday(day).get(..3).unwrap_or(""),
        d.day,
        month_name(d.month).get(..3).unwrap_or(""),
        d.year,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The English name of a month.
#[must_use]
pub fn month_name(month: u32) -> &'static str {
    MONTHS.get(month.saturating_sub(1) as usize).copied().unwrap_or("January")
}

/// The English name of the day of the week.
#[must_use]
pub fn weekday(day: i64) -> &'static str {
    WEEKDAYS.get(usize::try_from(day.rem_euclid(7)).unwrap_or(0)).copied().unwrap_or("Thursday")
}

/// Saturday or Sunday.
#[must_use]
pub fn is_weekend(day: i64) -> bool {
    matches!(day.rem_euclid(7), 2 | 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_names() {
        assert_eq!(long(0), "1 January 1970");
        assert_eq!(weekday(0), "Thursday");
        assert_eq!(long(19_786), "4 March 2024");
        assert_eq!(weekday(19_786), "Monday");
        assert_eq!(rfc5322(19_786, 33_300), "Mon, 04 Mar 2024 09:15:00 +0000");
        assert!(is_weekend(19_784) && is_weekend(19_785) && !is_weekend(19_786));
        assert_eq!(long(11_016), "29 February 2000");
    }
}
