//! The time. The caller passes it in, because the library has no clock; so the same call gives the same verdict in ten years.

use core::time::Duration;
use serde::{Deserialize, Serialize};

/// A point in time: seconds since 1970-01-01T00:00:00Z without leap seconds, negative before 1970.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use wardkey::UnixTime;
/// let now = UnixTime::from(SystemTime::now());
/// assert!(now.plus(Duration::from_secs(300)) > now);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixTime(i64);

impl UnixTime {
    /// Makes a time from seconds (not milliseconds) since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0
    }

    /// The last second of the year 9999. A later time is none in practice: it was given in milliseconds.
    pub(crate) const MAX_PLAUSIBLE: Self = Self(253_402_300_799);

    /// Returns the time that is later by the whole seconds of `duration`, at most `i64::MAX`.
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(duration.as_secs()))
    }
}

impl From<std::time::SystemTime> for UnixTime {
    fn from(time: std::time::SystemTime) -> Self {
        let seconds = |elapsed: Duration| i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Self(seconds(after)),
            Err(before) => Self(seconds(before.duration()).saturating_neg()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{SystemTime, UNIX_EPOCH};

    #[test]
    fn system_time_converts_to_whole_seconds() {
        let second = Duration::from_secs(1);
        for (time, seconds) in [
            (UNIX_EPOCH, 0),
            (UNIX_EPOCH + second / 2, 0),
            (UNIX_EPOCH + 1_767_225_600 * second, 1_767_225_600),
            (UNIX_EPOCH - 2 * second, -2),
        ] {
            assert_eq!(UnixTime::from(time), UnixTime::from_secs(seconds), "{time:?}");
        }
        assert!(UnixTime::from(SystemTime::now()).secs() > 1_767_225_600, "after 2025");
    }

    #[test]
    fn adding_a_duration_saturates() {
        assert_eq!(UnixTime::from_secs(-1).plus(Duration::from_millis(3999)).secs(), 2);
        assert_eq!(UnixTime::from_secs(i64::MAX - 1).plus(Duration::MAX).secs(), i64::MAX);
    }
}
