//! The front door: a relying party, what it asks browsers for, and what it makes of their answers.
//!
//! Thin on purpose. It fills in what is expected, calls the [`ceremony`](crate::ceremony), and asks the
//! [`policy`](crate::policy).

mod authentication;
mod builder;
mod decoys;
mod enumeration;
mod payment;
mod reauthentication;
mod registration;
mod signal;
mod stand_in;
mod well_known;

pub use authentication::{Authenticated, AuthenticationRequest};
pub use builder::{ConfigError, RelyingPartyBuilder};
pub use decoys::Decoys;
pub use payment::Paid;
pub use reauthentication::Reauthentication;
pub use registration::{RegistrationRequest, User};
pub use signal::SignedIn;

use crate::ceremony::Site;
use crate::ceremony::authentication::SignCountPolicy;
use crate::ceremony::{BackupEligibility, BackupState};
use crate::client::json::{AttestationConveyance, UserVerificationRequirement};
use crate::crypto::{Algorithm, Backend};
use crate::error::Error;
use crate::policy::AttestationPolicy;
use crate::quirk::Quirks;
use crate::state::MAX_LIFETIME_SECS;
use crate::time::UnixTime;
use decoys::StandIns;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// A relying party: one RP ID, its origins, and its policy. Build it once; it is cheap to share and never changes.
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
    name: String,
    algorithms: Vec<Algorithm>,
    sign_in_algorithms: Vec<Algorithm>,
    user_verification_required: bool,
    timeout_secs: u32,
    attestation: Attestation,
    attestation_named: BTreeMap<String, Attestation>,
    backup_eligibility: BackupEligibility,
    backup_state_at_registration: BackupState,
    backup_state_at_authentication: BackupState,
    sign_count: SignCountPolicy,
    refuse_unsolicited: bool,
    refuse_secret_results: bool,
    quirks: Quirks,
    stand_ins: StandIns,
    backend: &'static dyn Backend,
}

/// Which attestations are accepted, and what clients are asked for.
#[derive(Clone, Debug)]
struct Attestation {
    policy: AttestationPolicy,
    conveyance: AttestationConveyance,
}

/// The bytes of a challenge: twice the least that §13.4.3 allows.
const CHALLENGE_LEN: usize = 32;

/// How far the clock of the machine that finishes a ceremony may be behind that of the machine that started it.
const CLOCK_SKEW_SECS: u32 = 300;

impl RelyingParty {
    /// A relying party at `https://` and its RP ID, with user verification required and the recommended algorithms.
    ///
    /// `rp_id` is a domain name, such as `clinic.example`; `name` is what clients may show.
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

    /// A relying party with choices of its own.
    ///
    /// ```
    /// use wardkey::RelyingParty;
    /// let rp = RelyingParty::builder("localhost", "Clinic").origin("http://localhost:3000").build()?;
    /// # Ok::<(), wardkey::ConfigError>(())
    /// ```
    pub fn builder(rp_id: impl Into<String>, name: impl Into<String>) -> RelyingPartyBuilder {
        RelyingPartyBuilder::new(rp_id.into(), name.into())
    }

    /// RP ID, origins and frames.
    ///
    /// ```
    /// # use wardkey::RelyingParty;
    /// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
    /// assert_eq!(rp.site().rp_id, "clinic.example");
    /// # Ok::<(), wardkey::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// The algorithms that are offered, best first.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, crypto::Algorithm};
    /// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
    /// assert_eq!(rp.algorithms(), Algorithm::RECOMMENDED);
    /// # Ok::<(), wardkey::ConfigError>(())
    /// ```
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The algorithms that may sign in: every one but RS1, less those that are
    /// [refused](RelyingPartyBuilder::refuse_at_sign_in), and RS1 where it is offered or
    /// [accepted](RelyingPartyBuilder::accept_rs1_at_sign_in).
    ///
    /// ```
    /// # use wardkey::{RelyingParty, crypto::Algorithm};
    /// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
    /// assert_eq!(rp.sign_in_algorithms(), Algorithm::OFFERABLE);
    /// # Ok::<(), wardkey::ConfigError>(())
    /// ```
    #[must_use]
    pub fn sign_in_algorithms(&self) -> &[Algorithm] {
        &self.sign_in_algorithms
    }

    pub(crate) fn backend(&self) -> &'static dyn Backend {
        self.backend
    }

    /// Whether the policies on backup let a credential of this eligibility sign in at any time: what is not eligible is
    /// never backed up.
    pub(crate) fn admits_backup_eligibility(&self, backup_eligible: bool) -> bool {
        let backed_up = self.backup_state_at_authentication == BackupState::BackedUp;
        self.backup_eligibility.admits(backup_eligible) && (backup_eligible || !backed_up)
    }

    fn challenge(&self) -> Result<Vec<u8>, Error> {
        let mut challenge = vec![0; CHALLENGE_LEN];
        self.backend.random(&mut challenge).map_err(|_| Error::Random)?;
        Ok(challenge)
    }

    /// Checks that the state is of this relying party, and of a ceremony that has begun and is not over.
    fn admit(&self, rp_id: &str, issued_at: UnixTime, expires_at: UnixTime, now: UnixTime) -> Result<(), Error> {
        check_time(now)?;
        if rp_id != self.site.rp_id {
            return Err(Error::WrongRelyingParty);
        }
        if issued_at > now.plus_secs(CLOCK_SKEW_SECS) {
            return Err(Error::NotYetIssued);
        }
        if now > expires_at { Err(Error::Expired) } else { Ok(()) }
    }

    /// User verification as a request wants it, or as the relying party does.
    fn user_verification(&self, wanted: Option<&UserVerificationRequirement>) -> UserVerificationRequirement {
        match wanted {
            Some(wanted) => as_sent(wanted),
            None if self.user_verification_required => UserVerificationRequirement::Required,
            None => UserVerificationRequirement::Preferred,
        }
    }

    /// The policy of this name, or the one without.
    fn attestation(&self, name: Option<&str>) -> Result<&Attestation, Error> {
        name.map_or(Some(&self.attestation), |name| self.attestation_named.get(name)).ok_or(Error::UnknownPolicy)
    }

    /// Seconds, as a request wants it, or as the relying party does: at least 1, at most a day.
    fn timeout(&self, wanted: Option<u32>) -> u32 {
        wanted.unwrap_or(self.timeout_secs).clamp(1, MAX_LIFETIME_SECS)
    }
}

/// Refuses a time that is not in seconds: with milliseconds, no state would ever expire.
fn check_time(now: UnixTime) -> Result<(), Error> {
    if now > UnixTime::MAX_PLAUSIBLE { Err(Error::TimeNotInSeconds) } else { Ok(()) }
}

/// A choice as it will be read: `Other("required")` is sent as `required`, so it is judged as `Required` too.
fn as_sent<T: Clone + Serialize + DeserializeOwned>(choice: &T) -> T {
    serde_json::to_value(choice).and_then(serde_json::from_value).unwrap_or_else(|_| choice.clone())
}
