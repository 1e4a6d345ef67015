//! UTCTime and GeneralizedTime in the form of RFC 5280 §4.1.2.5: GMT, with seconds and without fraction.

use super::{Element, Malformed, Tag};
use crate::time::UnixTime;

/// Reads either type, with years from 0000 to 9999.
pub(super) fn read(element: Element<'_>) -> Result<UnixTime, Malformed> {
    let (year, rest) = match (element.tag, element.contents) {
        (Tag::UTC_TIME, [y, z, rest @ ..]) => match two_digits(*y, *z)? {
            year @ 50.. => (year.saturating_add(1900), rest),
            year => (year.saturating_add(2000), rest),
        },
        (Tag::GENERALIZED_TIME, [w, x, y, z, rest @ ..]) => {
            (two_digits(*w, *x)?.saturating_mul(100).saturating_add(two_digits(*y, *z)?), rest)
        }
        (Tag::UTC_TIME | Tag::GENERALIZED_TIME, _) => return Err(Malformed::Time),
        _ => return Err(Malformed::Tag),
    };
    let [m, n, d, e, h, i, k, l, s, t, b'Z'] = rest else { return Err(Malformed::Time) };
    let (month, day) = (two_digits(*m, *n)?, two_digits(*d, *e)?);
    let (hour, minute, second) = (two_digits(*h, *i)?, two_digits(*k, *l)?, two_digits(*s, *t)?);
    let is_date = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if is_date && hour < 24 && minute < 60 && second < 60 {
        Ok(unix_time(year, month, day, hour, minute, second))
    } else {
        Err(Malformed::Time)
    }
}

fn two_digits(tens: u8, ones: u8) -> Result<i64, Malformed> {
    let digit = |c: u8| if c.is_ascii_digit() { Ok(i64::from(c & 0x0f)) } else { Err(Malformed::Time) };
    Ok(digit(tens)?.saturating_mul(10).saturating_add(digit(ones)?))
}

const fn days_in(year: i64, month: i64) -> i64 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns 00:00 UTC of a day; `None` if there is no such day. Years from 0000 to 9999, as above.
#[cfg(feature = "mds")]
pub(crate) fn midnight(year: u16, month: u8, day: u8) -> Option<UnixTime> {
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let is_date = year <= 9999 && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    is_date.then(|| unix_time(year, month, day, 0, 0, 0))
}

/// Counts days in a calendar whose year starts in March, so that the leap day is the last day of the year and five months have
/// 153 days. Day 0 is 0000-03-01, which is 719,468 days before 1970-01-01.
#[expect(clippy::arithmetic_side_effects, reason = "two-digit fields; the largest result has 39 bits")]
const fn unix_time(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> UnixTime {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468;
    UnixTime::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second)
}
