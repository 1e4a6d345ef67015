//! Audit events: one small event for each ceremony, confirmation or change of an account.
//!
//! An event contains pseudonyms that the caller supplies, and of a credential a part of the digest of its id. It contains no
//! name, no address and no id of a credential. Who was only claimed is never the actor.

use crate::assurance::AssuranceLevel;
use crate::ceremony::Ceremony;
use crate::ceremony::evidence::{Evidence, Purpose};
use crate::codec::base64url;
use crate::credential::CredentialId;
use crate::crypto::Backend;
use crate::macros::setters;
use crate::metadata::short;
use crate::time::UnixTime;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// The greatest length of a pseudonym, and of each other text of an event, in bytes.
pub const MAX_LABEL_LEN: usize = 256;

/// A pseudonym, or the name of a service, a site, a policy or a purpose: 1 to 256 bytes without control characters, and
/// without white space at the ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

impl Label {
    /// Checks a text.
    ///
    /// # Errors
    /// [`EventError::Label`].
    pub fn new(text: impl Into<String>) -> Result<Self, EventError> {
        let text = text.into();
        let fits = (1..=MAX_LABEL_LEN).contains(&text.len()) && text.trim() == text;
        if fits && !text.chars().any(char::is_control) { Ok(Self(text)) } else { Err(EventError::Label) }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl TryFrom<String> for Label {
    type Error = EventError;
    fn try_from(text: String) -> Result<Self, EventError> {
        Self::new(text)
    }
}

/// Why a value cannot be in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The text is no [`Label`], or no [`CredentialDigest`].
    #[error("expected 1 to {MAX_LABEL_LEN} bytes without control characters and without white space at the ends")]
    Label,
    /// The time is before 1970 or after 9999, or the evidence has none.
    #[error("expected a time in the years 1970 to 9999")]
    Time,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EventType {
    /// A sign-in.
    SignIn,
    /// A re-authentication of a signed-in user.
    Reauthentication,
    /// A document or a payment (Secure Payment Confirmation) was confirmed: the user signed what it says.
    Confirmation,
    /// A passkey was registered.
    Registration,
    /// A passkey was suspended.
    PasskeySuspended,
    /// A suspended passkey may sign in again.
    PasskeyResumed,
    /// An account was recovered.
    Recovery,
    /// The phone number of an account changed.
    PhoneChanged,
    /// A signature counter went back: the key may have been copied.
    CloneSuspected,
    /// The metadata says that the model of a passkey is no longer to be trusted.
    ModelRevoked,
    /// A passkey was removed.
    PasskeyRemoved,
    /// SMS codes of an account were switched off.
    SmsRetired,
    /// Emergency access began.
    EmergencyStarted,
    /// Emergency access ended.
    EmergencyStopped,
}

impl EventType {
    /// Returns whether somebody must look at it, however it ended.
    #[must_use]
    pub const fn is_alert(self) -> bool {
        matches!(self, Self::CloneSuspected | Self::ModelRevoked)
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "a ceremony is accepted or refused")]
pub enum EventOutcome {
    /// It was accepted.
    Success,
    /// It was refused.
    Refused,
}

/// A part of the SHA-256 of a credential id: it tells credentials apart, and gives nobody the id. As text and in JSON
/// `sha256-128:` and base64url of 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CredentialDigest([u8; 16]);

const DIGEST_PREFIX: &str = "sha256-128:";

impl CredentialDigest {
    /// Makes the digest of an id.
    #[must_use]
    pub fn of(id: &CredentialId, backend: &dyn Backend) -> Self {
        Self(short(backend, &[id.as_bytes()]))
    }
}

impl fmt::Display for CredentialDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{DIGEST_PREFIX}{}", base64url::encode(&self.0))
    }
}

impl From<CredentialDigest> for String {
    fn from(digest: CredentialDigest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for CredentialDigest {
    type Error = EventError;
    fn try_from(text: String) -> Result<Self, EventError> {
        let bytes = text.strip_prefix(DIGEST_PREFIX).and_then(|text| base64url::decode(text).ok());
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(EventError::Label)
    }
}

/// An audit event. Append it to a chain, and give it to others as a FHIR AuditEvent ([`AuditEvent::fhir`]).
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wardkey::UnixTime;
/// use wardkey::audit::{AuditEvent, EventOutcome, EventType, FhirVersion, Label};
///
/// let service = Label::new("auth-svc-3")?;
/// let event = AuditEvent::new(EventType::PasskeyRemoved, EventOutcome::Success, UnixTime::from_secs(1_795_392_007), service)?
///     .by(Label::new("pseud-7")?);
/// let json = event.fhir(FhirVersion::R4);
/// assert!(json.contains("\"action\":\"D\""));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditEvent {
    #[serde(rename = "type")]
    pub(super) kind: EventType,
    pub(super) outcome: EventOutcome,
    /// Of a refusal.
    pub(super) code: Option<Label>,
    pub(super) step: Option<Label>,
    pub(super) time: EventTime,
    /// Who was authenticated.
    pub(super) actor: Option<Label>,
    /// Who was only claimed.
    pub(super) claimed: Option<Label>,
    /// For whom the actor acted.
    pub(super) subject: Option<Label>,
    pub(super) credential: Option<CredentialDigest>,
    pub(super) level: Option<AssuranceLevel>,
    pub(super) policy: Option<Label>,
    pub(super) service: Label,
    pub(super) site: Option<Label>,
    pub(super) purpose: Option<Label>,
}

/// A time that a FHIR instant can say: in the years 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UnixTime", into = "UnixTime")]
pub(super) struct EventTime(u64);

impl EventTime {
    pub(super) fn as_system_time(self) -> SystemTime {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.0)).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl TryFrom<UnixTime> for EventTime {
    type Error = EventError;
    fn try_from(time: UnixTime) -> Result<Self, EventError> {
        let seconds = time.secs().try_into().ok().filter(|_| time <= UnixTime::MAX_PLAUSIBLE);
        seconds.map(Self).ok_or(EventError::Time)
    }
}

impl From<EventTime> for UnixTime {
    fn from(time: EventTime) -> Self {
        Self::from_secs(i64::try_from(time.0).unwrap_or(i64::MAX)) // at most MAX_PLAUSIBLE
    }
}

impl AuditEvent {
    /// Makes an event of a change of an account. [`Self::of`] makes that of a ceremony.
    ///
    /// # Errors
    /// [`EventError::Time`].
    pub fn new(kind: EventType, outcome: EventOutcome, time: UnixTime, service: Label) -> Result<Self, EventError> {
        Ok(Self {
            kind,
            outcome,
            code: None,
            step: None,
            time: time.try_into()?,
            actor: None,
            claimed: None,
            subject: None,
            credential: None,
            level: None,
            policy: None,
            service,
            site: None,
            purpose: None,
        })
    }

    /// Makes the event of a ceremony from its evidence. `account` is your pseudonym for the user: it is the actor if the
    /// ceremony was accepted, and only claimed if it was refused.
    ///
    /// # Errors
    /// [`EventError::Time`].
    pub fn of(
        evidence: &Evidence,
        account: Option<Label>,
        service: Label,
        backend: &dyn Backend,
    ) -> Result<Self, EventError> {
        let kind = match (evidence.purpose, evidence.ceremony) {
            (Some(Purpose::Reauthentication), _) => EventType::Reauthentication,
            (Some(Purpose::Payment | Purpose::Confirmation), _) => EventType::Confirmation,
            (_, Ceremony::Registration) => EventType::Registration,
            (_, Ceremony::Authentication) => EventType::SignIn,
        };
        let outcome = if evidence.accepted { EventOutcome::Success } else { EventOutcome::Refused };
        let mut event = Self::new(kind, outcome, evidence.time.ok_or(EventError::Time)?, service)?;
        event.code = evidence.refusal.as_deref().and_then(|code| Label::new(code).ok());
        event.step = evidence.steps_refused.first().and_then(|step| Label::new(step.to_string()).ok());
        event.credential = evidence.credential_id.as_ref().map(|id| CredentialDigest::of(id, backend));
        event.policy = evidence.policy.as_deref().and_then(|policy| Label::new(policy).ok());
        *(if evidence.accepted { &mut event.actor } else { &mut event.claimed }) = account;
        Ok(event)
    }

    setters! {
        /// Names who was authenticated.
        pub fn by(self, actor: Label) { actor: Some(actor) }
        /// Names who was only claimed.
        pub fn claimed_by(self, claimed: Label) { claimed: Some(claimed) }
        /// Names for whom the actor acted, such as a child.
        pub fn acting_for(self, subject: Label) { subject: Some(subject) }
        /// Adds the credential.
        pub const fn credential(self, credential: CredentialDigest) { credential: Some(credential) }
        /// Adds the code of the refusal, and the step that refused (`7.2/21`).
        pub fn refused_by(self, code: Label, step: Option<Label>) { code: Some(code), step: step }
        /// Adds the level with which the evidence is consistent.
        pub const fn level(self, level: AssuranceLevel) { level: Some(level) }
        /// Adds the name of your policy.
        pub fn policy(self, policy: Label) { policy: Some(policy) }
        /// Adds where the service runs.
        pub fn site(self, site: Label) { site: Some(site) }
        /// Adds the purpose of use: a code of the HL7 value set v3-ActReason, such as `TREAT`.
        pub fn purpose(self, purpose: Label) { purpose: Some(purpose) }
    }
}
