//! What an act asks of a session, and what the session lacks.

use super::assess::Assurance;
use super::level::AssuranceLevel;
use super::signal::{Signal, SignalError};
use crate::macros::{named, setters};
use crate::time::UnixTime;
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an act asks of a session. [`Default`] asks nothing.
///
/// Demands only join ([`Self::join`]), so whatever is added can only ask for more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a demand of its own")]
#[non_exhaustive]
pub struct Demand {
    /// The lowest level that is enough.
    pub level: AssuranceLevel,
    /// The maximum number of seconds since the sign-in. `None`: no limit.
    #[serde(deserialize_with = "Option::deserialize")]
    pub fresh_secs: Option<u64>,
    /// Whether a ceremony must confirm the document of the act.
    pub confirmation: bool,
    /// Whether a second credential must sign.
    pub second_credential: bool,
    /// Whether to notify the user, on a way that this session does not control.
    pub notify: bool,
    /// Whether to hold the act until a person has looked at it, or a time has passed.
    pub hold: bool,
    /// Whether to refuse the act.
    pub deny: bool,
}

impl Demand {
    /// Asks for a level.
    #[must_use]
    pub fn at(level: AssuranceLevel) -> Self {
        Self { level, ..Self::default() }
    }

    setters! {
        /// Asks for a sign-in or a re-authentication that is not older than this. Parts of a second do not count.
        pub const fn within(self, age: Duration) { fresh_secs: Some(age.as_secs()) }
        /// Asks for a ceremony that confirms the document of the act.
        pub const fn confirmed(self) { confirmation: true }
        /// Asks for a second credential.
        pub const fn by_two_credentials(self) { second_credential: true }
        /// Asks to notify the user.
        pub const fn with_notice(self) { notify: true }
        /// Asks to hold the act.
        pub const fn held(self) { hold: true }
        /// Asks to refuse the act.
        pub const fn denied(self) { deny: true }
    }

    /// Joins two demands: what meets the result meets both. Order, repetition and grouping do not matter.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            level: self.level.max(other.level),
            fresh_secs: self.fresh_secs.into_iter().chain(other.fresh_secs).min(),
            confirmation: self.confirmation || other.confirmation,
            second_credential: self.second_credential || other.second_credential,
            notify: self.notify || other.notify,
            hold: self.hold || other.hold,
            deny: self.deny || other.deny,
        }
    }

    /// Returns what a session lacks at `now`, in the order of [`Lack`]. Empty: the act is allowed.
    #[must_use]
    pub fn lacks(&self, session: &ProvenSession, now: UnixTime) -> Vec<Lack> {
        let lacks = [
            (Lack::Denied, self.deny),
            (Lack::Hold, self.hold),
            (Lack::Level, session.level < self.level),
            (Lack::Freshness, self.fresh_secs.is_some_and(|most| !session.is_fresh(most, now))),
            (Lack::Confirmation, self.confirmation && !session.confirmed),
            (Lack::SecondCredential, self.second_credential && !session.second_credential),
        ];
        lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(lack, _)| lack).collect()
    }
}

named! {
    /// What a session lacks.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Lack without ALL;
    /// Returns the word, which does not change, such as `second-credential`.
    fn name;

    /// The act is refused, whatever the session proves.
    Denied = "denied";
    /// The act has to wait.
    Hold = "hold";
    /// The level is too low: another sign-in with two factors, or with another credential.
    Level = "level";
    /// The sign-in is too long ago: a re-authentication.
    Freshness = "freshness";
    /// The document was not confirmed.
    Confirmation = "confirmation";
    /// A second credential has not signed.
    SecondCredential = "second-credential";
}

/// What the ceremonies of a web session have proved. Keep it with the session at the server.
///
/// SP 800-63B-4 5.1: a session never has a higher level than the ceremony that it comes from.
///
/// ```
/// use wardkey::assurance::{Assurance, Demand, Lack, ProvenSession};
/// use wardkey::UnixTime;
/// // A re-authentication is a new ceremony: its assurance replaces that of the sign-in.
/// fn after_reauthentication(assurance: &Assurance, demand: &Demand, now: UnixTime) -> (ProvenSession, Vec<Lack>) {
///     let session = ProvenSession::of(assurance);
///     (session, demand.lacks(&session, now))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProvenSession {
    /// The level of the last sign-in or re-authentication.
    pub level: AssuranceLevel,
    /// Its time.
    pub authenticated_at: UnixTime,
    /// Whether a ceremony confirmed the document of the act in question.
    pub confirmed: bool,
    /// Whether a second credential of the account signed for the act in question.
    pub second_credential: bool,
}

impl ProvenSession {
    /// Makes the session of one sign-in or re-authentication, which has confirmed nothing.
    #[must_use]
    pub fn of(assurance: &Assurance) -> Self {
        Self::new(assurance.ceiling().unwrap_or_default(), assurance.auth_time())
    }

    /// Makes a session of this level and time, which has confirmed nothing.
    #[must_use]
    pub const fn new(level: AssuranceLevel, authenticated_at: UnixTime) -> Self {
        Self { level, authenticated_at, confirmed: false, second_credential: false }
    }

    /// Whether the sign-in is at most so many seconds ago. A time before the sign-in never counts.
    fn is_fresh(&self, most: u64, now: UnixTime) -> bool {
        let age = now.secs().checked_sub(self.authenticated_at.secs());
        age.and_then(|age| u64::try_from(age).ok()).is_some_and(|age| age <= most)
    }
}

/// What each signal asks for. A signal can only ask for more, because it is a demand.
///
/// ```
/// use wardkey::UnixTime;
/// use wardkey::assurance::{AssuranceLevel, Demand, Lack, ProvenSession, Signal, SignalError, SignalTable};
/// let stolen = Signal::new("device_reported_stolen")?;
/// let table = SignalTable::new([
///     (stolen.clone(), Demand::default().denied()),
///     (Signal::SIGN_COUNT_REGRESSED, Demand::default().by_two_credentials().with_notice()),
/// ])?;
/// let now = UnixTime::from_secs(1_795_392_000);
/// let session = ProvenSession::new(AssuranceLevel::Aal2, now);
/// let read = Demand::at(AssuranceLevel::Aal2);
/// assert!(table.ask(read, &[])?.lacks(&session, now).is_allowed());
/// let asked = table.ask(read, &[stolen])?;
/// let lacks = asked.lacks(&session, now);
/// assert_eq!(lacks.missing, [Lack::Denied]);
/// assert_eq!(lacks.because, ["device_reported_stolen"]); // so that the person can be told
/// # Ok::<(), SignalError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SignalTable(BTreeMap<Signal, Demand>);

impl SignalTable {
    /// The maximum number of signals. A table that a person keeps in mind has a dozen.
    pub const MAX_SIGNALS: usize = 256;

    /// Makes a table. If a signal has several rows, their demands are joined.
    ///
    /// # Errors
    /// [`SignalError::TooMany`].
    pub fn new(rows: impl IntoIterator<Item = (Signal, Demand)>) -> Result<Self, SignalError> {
        let mut table = BTreeMap::<Signal, Demand>::new();
        for (signal, demand) in rows {
            table.entry(signal).and_modify(|row| *row = row.join(demand)).or_insert(demand);
            if table.len() > Self::MAX_SIGNALS {
                return Err(SignalError::TooMany);
            }
        }
        Ok(Self(table))
    }

    /// Joins the demand of an act with those of the signals that were seen. Order and repetition do not matter.
    ///
    /// # Errors
    /// [`SignalError::Unknown`] if the table does not name a signal: nobody decided what it asks for.
    pub fn ask(&self, base: Demand, signals: &[Signal]) -> Result<Asked<'_>, SignalError> {
        let mut by_signal = BTreeMap::new();
        for signal in signals {
            let (signal, demand) = self.0.get_key_value(signal).ok_or(SignalError::Unknown)?;
            by_signal.insert(signal.name(), *demand);
        }
        let demand = by_signal.values().fold(base, |joined, demand| joined.join(*demand));
        Ok(Asked { demand, by_signal })
    }
}

impl<'de> Deserialize<'de> for SignalTable {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(BTreeMap::<Signal, Demand>::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// What an act and its signals ask together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    demand: Demand,
    by_signal: BTreeMap<&'a str, Demand>,
}

impl Asked<'_> {
    /// Returns the joined demand.
    #[must_use]
    pub const fn demand(&self) -> Demand {
        self.demand
    }

    /// Returns what a session lacks at `now`, and which signals asked for what it lacks.
    #[must_use]
    pub fn lacks(&self, session: &ProvenSession, now: UnixTime) -> Lacks<'_> {
        let missing = self.demand.lacks(session, now);
        let unmet = self.by_signal.iter().filter(|(_, demand)| !demand.lacks(session, now).is_empty());
        let because = unmet.map(|(name, _)| *name);
        Lacks { because: because.collect(), missing }
    }
}

/// What a session lacks for an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lacks<'a> {
    /// What is missing, in the order of [`Lack`].
    pub missing: Vec<Lack>,
    /// The names of the signals whose own demand the session does not meet, sorted.
    pub because: Vec<&'a str>,
}

impl Lacks<'_> {
    /// Returns whether nothing is missing.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.missing.is_empty()
    }
}
