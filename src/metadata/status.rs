//! What the reports of an entry say of a model at a given time (FIDO Metadata Service §3.1.3).
//!
//! Three axes, each judged by itself: the FIDO level, the FIPS 140 level, and incidents. Where the standard is silent, the
//! rule is the cautious one:
//!
//! - The order of the array means nothing, because the service lists reports of one day in any order. Dates decide.
//! - A report is in effect from its `effectiveDate` on, and ends before its `sunsetDate`. A report without a date is in effect
//!   and counts as the oldest.
//! - A certification does not end an incident. Only an update does, if the firmware is known to have it and the policy
//!   accepts that.

use super::model::short;
use crate::crypto::Backend;
use crate::macros::{bit_set, named};
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::{CertificateError, Rule};
use core::fmt;
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// A day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Reads `YYYY-MM-DD`; `None` if it is not that or there is no such day.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text.as_bytes() else { return None };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u16, |number, digit| {
                let digit = char::from(*digit).to_digit(10)?;
                number.checked_mul(10)?.checked_add(u16::try_from(digit).ok()?)
            })
        };
        let (month, day) = (number(&[m0, m1])?, number(&[d0, d1])?);
        Self::new(number(&[y0, y1, y2, y3])?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    pub(super) fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        crate::codec::der::time::midnight(year, month, day).map(|_| Self { year, month, day })
    }

    pub(super) const fn fields(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }

    /// Returns 00:00 UTC of the day.
    #[must_use]
    pub fn starts(self) -> UnixTime {
        let midnight = crate::codec::der::time::midnight(self.year, self.month, self.day);
        midnight.unwrap_or(UnixTime::from_secs(i64::MAX)) // there is no such value: `new` checks
    }

    /// Returns 00:00 UTC of the next day.
    #[must_use]
    pub fn ends(self) -> UnixTime {
        self.starts().plus(Duration::from_secs(24 * 60 * 60))
    }
}

/// A text that is not a date of the form `YYYY-MM-DD`, an AAGUID or a key identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a date YYYY-MM-DD, an AAGUID, or a key identifier of 40 hexadecimal digits")]
#[non_exhaustive]
pub struct NotReadable;

impl core::str::FromStr for Day {
    type Err = NotReadable;
    fn from_str(text: &str) -> Result<Self, NotReadable> {
        Self::read(text).ok_or(NotReadable)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

named! {
    /// A level of FIDO certification.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum Level;
    /// Returns the name: `functional`, `L1`, `L1plus` and so on.
    fn name;

    /// `FIDO_CERTIFIED`: the functional certification, which says nothing of security.
    #[serde(rename = "functional")]
    Functional = "functional";
    /// Level 1.
    L1 = "L1";
    /// Level 1+.
    #[serde(rename = "L1plus")]
    L1Plus = "L1plus";
    /// Level 2.
    L2 = "L2";
    /// Level 2+.
    #[serde(rename = "L2plus")]
    L2Plus = "L2plus";
    /// Level 3.
    L3 = "L3";
    /// Level 3+.
    #[serde(rename = "L3plus")]
    L3Plus = "L3plus";
}

named! {
    /// A weakness or an end of a model that its vendor or the FIDO Alliance reported.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Incident;
    /// Returns the name in the metadata, such as `USER_KEY_REMOTE_COMPROMISE`.
    fn name;

    /// The FIDO Alliance revoked the certification because the model must not be used.
    Revoked = "REVOKED";
    /// The vendor no longer supports the model.
    Retired = "RETIRED";
    /// Malware or another person can get past user verification.
    UserVerificationBypass = "USER_VERIFICATION_BYPASS";
    /// An attestation key is known to be compromised.
    AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE";
    /// Keys of users can be taken without the device.
    UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE";
    /// Keys of users can be taken by someone who holds the device.
    UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE";
}

impl Incident {
    /// Whether an update of the firmware can end it.
    const fn is_mendable(self) -> bool {
        !matches!(self, Self::Revoked | Self::Retired)
    }
}

bit_set! {
    /// A set of incidents.
    Incidents of Incident, by name
}

/// The `status` of a report.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// `NOT_FIDO_CERTIFIED`.
    NotCertified,
    /// `FIDO_CERTIFIED` and `FIDO_CERTIFIED_L1` to `L3plus`.
    Certified(Level),
    /// `FIPS140_CERTIFIED_L1` to `L4`.
    Fips(u8),
    /// An incident.
    Incident(Incident),
    /// `UPDATE_AVAILABLE`.
    UpdateAvailable,
    /// A status that this library does not judge, by its name: `SELF_ASSERTION_SUBMITTED`, or one that is newer.
    Other(Box<str>),
}

impl Status {
    pub(super) fn of(name: &str) -> Self {
        let level = |level: &Level| match level {
            Level::Functional => name == "FIDO_CERTIFIED",
            level => name.strip_prefix("FIDO_CERTIFIED_") == Some(level.name()),
        };
        if let Some(level) = Level::ALL.iter().find(|one| level(one)) {
            return Self::Certified(*level);
        }
        if let Some(incident) = Incident::ALL.iter().find(|incident| incident.name() == name) {
            return Self::Incident(*incident);
        }
        match name {
            "NOT_FIDO_CERTIFIED" => Self::NotCertified,
            "UPDATE_AVAILABLE" => Self::UpdateAvailable,
            "FIPS140_CERTIFIED_L1" => Self::Fips(1),
            "FIPS140_CERTIFIED_L2" => Self::Fips(2),
            "FIPS140_CERTIFIED_L3" => Self::Fips(3),
            "FIPS140_CERTIFIED_L4" => Self::Fips(4),
            other => Self::Other(other.into()),
        }
    }
}

impl fmt::Display for Status {
    /// As the metadata writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCertified => f.write_str("NOT_FIDO_CERTIFIED"),
            Self::Certified(Level::Functional) => f.write_str("FIDO_CERTIFIED"),
            Self::Certified(level) => write!(f, "FIDO_CERTIFIED_{}", level.name()),
            Self::Fips(level) => write!(f, "FIPS140_CERTIFIED_L{level}"),
            Self::Incident(incident) => f.write_str(incident.name()),
            Self::UpdateAvailable => f.write_str("UPDATE_AVAILABLE"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// The first 16 bytes of a SHA-256.
pub(crate) type Short = [u8; 16];

/// A status report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The status.
    pub status: Status,
    /// The first day on which the report is in effect.
    pub effective: Option<Day>,
    /// The first day on which the report is no longer in effect.
    pub sunset: Option<Day>,
    /// The firmware version that the report is about.
    pub authenticator_version: Option<u32>,
    /// The revision of FIPS 140: 2 or 3.
    pub fips_revision: Option<u32>,
    /// The level of physical security under FIPS 140.
    pub fips_physical_level: Option<u32>,
    /// The keys of the certificates that an attestation key compromise is about; `None`: every certificate of the model.
    pub(super) batch: Option<Box<[Short]>>,
}

impl Report {
    /// Returns whether the report is in effect.
    #[must_use]
    pub fn is_in_effect(&self, at: UnixTime) -> bool {
        self.effective.is_none_or(|day| day.starts() <= at) && self.sunset.is_none_or(|day| at < day.starts())
    }

    /// Whether an incident is about a path with these keys.
    fn concerns(&self, keys: Option<&[Short]>) -> bool {
        match (&self.batch, keys) {
            (Some(batch), Some(keys)) => batch.iter().any(|key| keys.contains(key)),
            _ => true,
        }
    }

    /// Whether a certification holds for the firmware. The certification of a newer firmware does not.
    fn fits(&self, circumstance: &Circumstance<'_>) -> bool {
        let known = self.authenticator_version.zip(circumstance.firmware);
        known.is_none_or(|(certified, firmware)| certified <= firmware)
    }

    /// Whether this is an update that the firmware is known to have.
    fn is_installed(&self, circumstance: &Circumstance<'_>) -> bool {
        let known = self.authenticator_version.zip(circumstance.firmware);
        self.status == Status::UpdateAvailable && known.is_some_and(|(update, firmware)| update <= firmware)
    }
}

/// What is known of the authenticator that a model is judged for, besides its model.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Circumstance<'a> {
    /// The time at which reports are read.
    pub at: UnixTime,
    /// The firmware version, if somebody vouches for it.
    pub firmware: Option<u32>,
    /// Whether an update ends the weaknesses before it, for firmware that is known to have it.
    pub update_resolves: bool,
    /// Digests of the keys in the certification path; `None` if it is not known.
    pub(crate) keys: Option<&'a [Short]>,
}

/// Digests of the keys in a certification path, for incidents that concern some certificates of a model only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainKeys(Vec<Short>);

impl ChainKeys {
    /// Computes the digests of the keys in these certificates, each in DER.
    ///
    /// # Errors
    /// [`CertificateError`] if a certificate cannot be read.
    pub fn of<'d>(chain: impl IntoIterator<Item = &'d [u8]>, backend: &dyn Backend) -> Result<Self, CertificateError> {
        let read = |(number, der)| Certificate::read(der).map_err(|rule: Rule| rule.at(number));
        let key = |one| read(one).map(|certificate| short(backend, &[certificate.spki]));
        chain.into_iter().enumerate().map(key).collect::<Result<_, _>>().map(Self)
    }
}

impl<'a> Circumstance<'a> {
    /// Sets the keys of the certification path.
    #[must_use]
    pub fn with_keys(self, keys: &'a ChainKeys) -> Self {
        Self { keys: Some(&keys.0), ..self }
    }

    /// Makes the circumstance of this time, with unknown firmware and an unknown certification path.
    #[must_use]
    pub const fn at(at: UnixTime) -> Self {
        Self { at, firmware: None, update_resolves: false, keys: None }
    }
}

/// What the reports in effect say, on each axis with the day of the report that decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// The FIDO level; `None` without one.
    pub level: Option<Level>,
    /// The day of the certification at that level.
    pub level_since: Option<Day>,
    /// Whether the functional certification is in effect.
    pub functional: bool,
    /// The highest level of FIPS 140 in effect.
    pub fips: Option<u8>,
    /// The day of that certification.
    pub fips_since: Option<Day>,
    /// The incidents in effect.
    pub incidents: Incidents,
    /// The day of the latest of them.
    pub incident_since: Option<Day>,
    /// Whether there is an update that the firmware is not known to have.
    pub update_available: bool,
}

impl Standing {
    /// Reads the reports.
    pub(crate) fn of(reports: &[Report], circumstance: &Circumstance<'_>) -> Self {
        let mut standing = Self::default();
        let in_effect = || reports.iter().filter(|report| report.is_in_effect(circumstance.at));
        let latest = |is: &dyn Fn(&&Report) -> bool| in_effect().filter(is).map(|report| report.effective).max();
        let ended = latest(&|report| report.status == Status::NotCertified);
        let updated = latest(&|report| circumstance.update_resolves && report.is_installed(circumstance));
        let is_mended = |incident: Incident, report: &Report| {
            incident.is_mendable() && updated.is_some_and(|updated| updated >= report.effective)
        };
        for report in in_effect() {
            match report.status {
                Status::Certified(level)
                    if report.fits(circumstance) && ended.is_none_or(|ended| report.effective >= ended) =>
                {
                    if level == Level::Functional {
                        standing.functional = true;
                    } else if standing.level.is_none()
                        || (standing.level_since, standing.level) < (report.effective, Some(level))
                    {
                        (standing.level, standing.level_since) = (Some(level), report.effective);
                    }
                }
                Status::Fips(level) if report.fits(circumstance) => {
                    // Of reports of one level, the latest counts, wherever it stands.
                    (standing.fips, standing.fips_since) =
                        (standing.fips, standing.fips_since).max((Some(level), report.effective));
                }
                Status::Incident(incident) if report.concerns(circumstance.keys) && !is_mended(incident, report) => {
                    standing.incidents = standing.incidents.with(incident);
                    standing.incident_since = standing.incident_since.max(report.effective);
                }
                Status::UpdateAvailable => standing.update_available |= !report.is_installed(circumstance),
                _ => {}
            }
        }
        standing
    }
}

/// A demand on FIPS 140 certification. One report must meet all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FipsLevel {
    /// The overall level, 1 to 4.
    pub level: u8,
    /// The revision of the standard, 2 or 3.
    pub revision: Option<u32>,
    /// The level of physical security, 1 to 4.
    pub physical: Option<u32>,
}

impl FipsLevel {
    /// Returns a demand for this overall level, 1 to 4, of this revision or a later one.
    #[must_use]
    pub const fn new(level: u8, revision: Option<u32>) -> Self {
        Self { level, revision, physical: None }
    }

    /// Whether a report in effect meets all of it.
    pub(crate) fn is_met(&self, reports: &[Report], circumstance: &Circumstance<'_>) -> bool {
        let at_least = |demand: Option<u32>, stated: Option<u32>| demand.is_none_or(|demand| stated >= Some(demand));
        reports.iter().any(|report| {
            matches!(report.status, Status::Fips(level) if level >= self.level)
                && report.is_in_effect(circumstance.at)
                && report.fits(circumstance)
                && at_least(self.revision, report.fips_revision)
                && at_least(self.physical, report.fips_physical_level)
        })
    }
}
