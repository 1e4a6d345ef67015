//! A relying party: it makes the options for browsers and verifies their responses.
//!
//! This layer is thin. It fills in the expectations, calls the [`ceremony`](crate::ceremony), and then the
//! [`policy`](crate::policy).

mod authentication;
mod builder;
mod config_error;
#[cfg(feature = "assurance")]
mod confirmation;
mod decoys;
mod enumeration;
#[cfg(feature = "mds")]
mod metadata;
mod payment;
mod reauthentication;
mod registration;
mod request;
mod signal;
mod stand_in;
mod well_known;

pub use authentication::{Authenticated, AuthenticationRequest};
pub use builder::RelyingPartyBuilder;
pub use config_error::ConfigError;
#[cfg(feature = "assurance")]
pub use confirmation::{Confirmation, ConfirmationState};
pub use decoys::Decoys;
pub use payment::Paid;
pub use reauthentication::{Reauthentication, ReauthenticationRequest};
pub use registration::RegistrationRequest;

use crate::ceremony::Site;
use crate::ceremony::authentication::SignCountPolicy;
use crate::ceremony::{BackupEligibility, BackupEligibilityChange, BackupState};
use crate::client::json::{AttestationConveyance, UserVerificationRequirement};
use crate::crypto::{Algorithm, Backend};
use crate::error::Error;
use crate::macros::getters;
use crate::policy::AttestationPolicy;
use crate::quirk::Quirks;
use crate::state::{Session, SessionHash, lifetime_secs};
use crate::time::UnixTime;
use core::ops::RangeInclusive;
use core::time::Duration;
use decoys::StandIns;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// A relying party: one RP ID, its origins and its policy. Build it once and share it. It never changes.
///
/// ```
/// use wardkey::RelyingParty;
/// let rp = RelyingParty::new("clinic.example", "Example Clinic")?; // origin https://clinic.example, UV required
/// # Ok::<(), wardkey::ConfigError>(())
/// ```
///
/// While developing: `RelyingParty::builder("localhost", "Clinic").origin("http://localhost:3000")`.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    site: Site,
    choices: Choices,
    sign_in_algorithms: Vec<Algorithm>,
    timeout_secs: u32,
    stand_ins: StandIns,
    backend: &'static dyn Backend,
}

/// The choices that the builder and the relying party share.
#[derive(Clone, Debug)]
struct Choices {
    name: String,
    algorithms: Vec<Algorithm>,
    user_verification_required: bool,
    attestation: Attestation,
    attestation_named: BTreeMap<String, Attestation>,
    backup_eligibility: BackupEligibility,
    backup_eligibility_change: BackupEligibilityChange,
    backup_state_at_registration: BackupState,
    backup_state_at_authentication: BackupState,
    sign_count: SignCountPolicy,
    ignore_unrequested_attestation: bool,
    refuse_unsolicited: bool,
    refuse_secret_results: bool,
    quirks: Quirks,
}

/// Which attestations are accepted, and what clients are asked for.
#[derive(Clone, Debug)]
struct Attestation {
    policy: AttestationPolicy,
    conveyance: AttestationConveyance,
}

/// The length of a challenge in bytes: twice the minimum of §13.4.3.
const CHALLENGE_LEN: usize = 32;

/// How far the clock of the machine that finishes a ceremony may be behind that of the machine that started it.
const CLOCK_SKEW: Duration = Duration::from_secs(300);

impl RelyingParty {
    /// Builds a relying party with the origin `https://` and the RP ID, user verification required, and the recommended algorithms.
    ///
    /// `rp_id` is a domain name, such as `clinic.example`. `name` is the name that clients may show.
    ///
    /// ```
    /// use wardkey::RelyingParty;
    /// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
    /// assert!(rp.site().origins.allow("https://clinic.example"));
    /// # Ok::<(), wardkey::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn new(rp_id: impl Into<String>, name: impl Into<String>) -> Result<Self, ConfigError> {
        Self::builder(rp_id, name).build()
    }

    /// Returns a builder, to configure more.
    ///
    /// ```
    /// use wardkey::RelyingParty;
    /// let rp = RelyingParty::builder("localhost", "Clinic").origin("http://localhost:3000").build()?;
    /// # Ok::<(), wardkey::ConfigError>(())
    /// ```
    pub fn builder(rp_id: impl Into<String>, name: impl Into<String>) -> RelyingPartyBuilder {
        RelyingPartyBuilder::new(rp_id.into(), name.into())
    }

    getters! {
        /// Returns the RP ID, the origins and the frames that are accepted.
        ///
        /// ```
        /// # use wardkey::RelyingParty;
        /// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
        /// assert_eq!(rp.site().rp_id, "clinic.example");
        /// # Ok::<(), wardkey::ConfigError>(())
        /// ```
        pub const fn site(&self) -> &Site = &self.site;
        /// Returns the algorithms that are offered, most preferred first.
        ///
        /// ```
        /// # use wardkey::{RelyingParty, crypto::Algorithm};
        /// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
        /// assert_eq!(rp.algorithms(), Algorithm::RECOMMENDED);
        /// # Ok::<(), wardkey::ConfigError>(())
        /// ```
        pub fn algorithms(&self) -> &[Algorithm] = &self.choices.algorithms;
        /// Returns the algorithms that may sign in: all except those that are [refused](RelyingPartyBuilder::refuse_at_sign_in).
        /// RS1 is among them only if it is offered or [accepted](RelyingPartyBuilder::accept_rs1_at_sign_in).
        ///
        /// ```
        /// # use wardkey::{RelyingParty, crypto::Algorithm};
        /// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
        /// assert_eq!(rp.sign_in_algorithms(), Algorithm::OFFERABLE);
        /// # Ok::<(), wardkey::ConfigError>(())
        /// ```
        pub fn sign_in_algorithms(&self) -> &[Algorithm] = &self.sign_in_algorithms;
    }

    pub(crate) fn backend(&self) -> &'static dyn Backend {
        self.backend
    }

    /// Returns whether a credential of this backup eligibility can ever sign in. A credential that is not eligible is never backed
    /// up.
    pub(crate) fn admits_backup_eligibility(&self, backup_eligible: bool) -> bool {
        let backed_up = self.choices.backup_state_at_authentication == BackupState::BackedUp;
        self.choices.backup_eligibility.admits(backup_eligible) && (backup_eligible || !backed_up)
    }

    fn challenge(&self) -> Result<Vec<u8>, Error> {
        let mut challenge = vec![0; CHALLENGE_LEN];
        self.backend.random(&mut challenge).map_err(|_| Error::Random)?;
        Ok(challenge)
    }

    /// Checks that a state is of this relying party and this session, and of a ceremony that has begun and is not over. `valid` is
    /// the time from issue to expiry.
    fn admit(
        &self,
        rp_id: &str,
        started_in: Option<&SessionHash>,
        session: Session,
        valid: RangeInclusive<UnixTime>,
        now: UnixTime,
    ) -> Result<(), Error> {
        check_time(now)?;
        if rp_id != self.site.rp_id {
            return Err(Error::WrongRelyingParty);
        }
        if session.is_empty() {
            return Err(Error::SessionEmpty);
        }
        if started_in.is_some_and(|started_in| !started_in.is_of(session)) {
            return Err(Error::SessionMismatch);
        }
        if *valid.start() > now.plus(CLOCK_SKEW) {
            return Err(Error::NotYetIssued);
        }
        if now > *valid.end() { Err(Error::Expired) } else { Ok(()) }
    }

    /// Returns the user verification of a request, or that of the relying party.
    fn user_verification(&self, wanted: Option<&UserVerificationRequirement>) -> UserVerificationRequirement {
        match wanted {
            Some(wanted) => as_sent(wanted),
            None if self.choices.user_verification_required => UserVerificationRequirement::Required,
            None => UserVerificationRequirement::Preferred,
        }
    }

    /// Returns the policy with this name, or the default policy.
    fn attestation(&self, name: Option<&str>) -> Result<&Attestation, Error> {
        name.map_or(Some(&self.choices.attestation), |name| self.choices.attestation_named.get(name))
            .ok_or(Error::UnknownPolicy)
    }

    /// Returns the timeout of a request, or that of the relying party, in seconds.
    fn timeout_secs(&self, wanted: Option<Duration>) -> Result<u32, Error> {
        wanted.map_or(Some(self.timeout_secs), lifetime_secs).ok_or(Error::Timeout)
    }
}

/// Refuses a time that is not in seconds: with milliseconds, no state would ever expire.
fn check_time(now: UnixTime) -> Result<(), Error> {
    if now > UnixTime::MAX_PLAUSIBLE { Err(Error::TimeNotInSeconds) } else { Ok(()) }
}

/// Returns a choice as clients will read it: `Other("required")` is sent as `required`, so it is judged as `Required` too.
fn as_sent<T: Clone + Serialize + DeserializeOwned>(choice: &T) -> T {
    serde_json::to_value(choice).and_then(serde_json::from_value).unwrap_or_else(|_| choice.clone())
}
