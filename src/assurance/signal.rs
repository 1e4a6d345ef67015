//! Risk signals by name, and those that the library sees itself.

use super::model::ModelFacts;
use crate::ceremony::evidence::Evidence;
use crate::credential::CredentialRecord;
use crate::metadata::Incident;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::borrow::Cow;

/// Why a signal or a table of signals is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignalError {
    /// A name is empty, longer than [`Signal::MAX_LEN`] bytes, or has a control character.
    #[error("expected the name of a signal of 1 to 128 bytes without control characters, found another text")]
    Name,
    /// A table has more than [`SignalTable::MAX_SIGNALS`](super::SignalTable::MAX_SIGNALS) signals.
    #[error("expected at most 256 signals in a table, found more")]
    TooMany,
    /// The table does not name the signal.
    #[error("the table does not say what this signal asks for")]
    Unknown,
}

impl SignalError {
    /// Returns the code, which does not change: `signal-name`, `signals` or `unknown-signal`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "signal-name",
            Self::TooMany => "signals",
            Self::Unknown => "unknown-signal",
        }
    }
}

/// A risk signal: a name, and nothing else. It has no place in [`Facts`](super::Facts), so it changes no level (SP 800-63B-4,
/// section 2). A [`SignalTable`](super::SignalTable) says what it asks for.
///
/// Give verdicts, not data: `location_unusual`, never coordinates or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Signal(Cow<'static, str>);

impl Signal {
    /// The maximum length of a name in bytes. Names are read by people.
    pub const MAX_LEN: usize = 128;

    /// The signature counter did not advance.
    pub const SIGN_COUNT_REGRESSED: Self = Self(Cow::Borrowed("sign_count_regressed"));
    /// BS is not the one of the record.
    pub const BACKUP_STATE_CHANGED: Self = Self(Cow::Borrowed("backup_state_changed"));
    /// The account has not signed in at this origin before.
    pub const NEW_ORIGIN: Self = Self(Cow::Borrowed("new_origin"));
    /// No record has the credential id.
    pub const CREDENTIAL_UNKNOWN: Self = Self(Cow::Borrowed("credential_unknown"));
    /// The metadata of the model is not the one that you kept.
    pub const MODEL_CHANGED: Self = Self(Cow::Borrowed("model_changed"));
    /// The model is revoked.
    pub const MODEL_REVOKED: Self = Self(Cow::Borrowed("model_revoked"));

    /// Makes a signal of your own.
    ///
    /// # Errors
    /// [`SignalError::Name`].
    pub fn new(name: impl Into<String>) -> Result<Self, SignalError> {
        let name = name.into();
        let is_name = (1..=Self::MAX_LEN).contains(&name.len()) && !name.chars().any(char::is_control);
        if is_name { Ok(Self(name.into())) } else { Err(SignalError::Name) }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Returns the signals that the ceremony itself shows.
    ///
    /// * `evidence` is that of the ceremony, accepted or refused.
    /// * `record` is the record before [`RecordUpdate`](crate::RecordUpdate) was applied. `None`: there is none.
    /// * `known_origins` are the origins at which the account has signed in. Compare [`Evidence::origin`] and add it afterwards.
    /// * `models` is what you kept of the metadata, and what it says now.
    ///
    /// ```
    /// use wardkey::CredentialRecord;
    /// use wardkey::assurance::Signal;
    /// use wardkey::ceremony::evidence::Evidence;
    /// fn went_back(evidence: &Evidence, record: &CredentialRecord, known: &[&str]) -> bool {
    ///     Signal::seen(evidence, Some(record), known, None).contains(&Signal::SIGN_COUNT_REGRESSED)
    /// }
    /// ```
    #[must_use]
    pub fn seen(
        evidence: &Evidence,
        record: Option<&CredentialRecord>,
        known_origins: &[&str],
        models: Option<(&ModelFacts, &ModelFacts)>,
    ) -> Vec<Self> {
        let counters = evidence.sign_count_stored.zip(evidence.sign_count);
        let went_back = counters.is_some_and(|(stored, received)| received <= stored && (stored, received) != (0, 0));
        let backup =
            record.and_then(|record| record.backup_state).zip(evidence.flags.map(|flags| flags.backup_state()));
        let origin = evidence.origin.as_deref();
        let seen = [
            (Self::SIGN_COUNT_REGRESSED, went_back),
            (Self::BACKUP_STATE_CHANGED, backup.is_some_and(|(stored, now)| stored != now)),
            (Self::NEW_ORIGIN, origin.is_some_and(|origin| !known_origins.contains(&origin))),
            (Self::CREDENTIAL_UNKNOWN, record.is_none()),
            (Self::MODEL_CHANGED, models.is_some_and(|(kept, now)| kept != now)),
            (Self::MODEL_REVOKED, models.is_some_and(|(_, now)| now.incidents.contains(Incident::Revoked))),
        ];
        seen.into_iter().filter(|(_, holds)| *holds).map(|(signal, _)| signal).collect()
    }
}

impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(from)?).map_err(D::Error::custom)
    }
}
