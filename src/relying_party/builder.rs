//! Configuration, judged once, with errors that say what to write instead.

use super::decoys::{Decoys, StandIns};
use super::{Attestation, RelyingParty, as_sent};
use crate::attestation::AttestationType;
use crate::authenticator::Aaguid;
use crate::ceremony::authentication::SignCountPolicy;
use crate::ceremony::{BackupEligibility, BackupState};
use crate::ceremony::{Origins, Site};
use crate::client::json::AttestationConveyance;
use crate::client::origin::{check_native_origin, check_rp_id, check_web_origin};
use crate::crypto::{Algorithm, Backend, default_backend};
use crate::invalid::InvalidValue;
use crate::policy::{AttestationPolicy, Trust};
use crate::quirk::{Quirk, Quirks};
use crate::state::MAX_LIFETIME_SECS;
use std::collections::BTreeMap;

/// Why a relying party cannot be built. Says what to write instead, where it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The RP ID, or an origin.
    #[error(transparent)]
    Origin(#[from] InvalidValue),
    /// Frames are accepted on pages of a list that is empty, or must be named and are not accepted at all.
    #[error("no origin whose pages may frame the portal; list them in `framed_by`, or do not call it")]
    NoTopOrigins,
    /// No algorithm to offer, or one twice.
    #[error("no algorithm to offer, or the same one twice")]
    Algorithms,
    /// An algorithm that this build cannot verify: offered, it would lock out whoever registers with it.
    #[error("an algorithm that this build cannot verify")]
    UnverifiableAlgorithm,
    /// An algorithm that is offered at registrations, or accepted at sign-ins by name, is also refused at sign-ins:
    /// whoever registered with it could never sign in.
    #[error("an algorithm that is offered or accepted by name, and refused at sign-ins")]
    AlgorithmRefused,
    /// A shape of decoys has an algorithm (a COSE number) that this relying party does not accept at sign-ins: such a
    /// decoy would take another time than every real account.
    #[error("decoys of COSE algorithm {0}, which is not accepted at sign-ins")]
    DecoyAlgorithm(i32),
    /// The secret of the decoys has fewer than 8 different bytes, so it is not random, and anybody could compute the decoys.
    #[error("expected 32 random bytes as secret of the decoys, found fewer than 8 different ones")]
    DecoySecret,
    /// The key of rotated decoys was encrypted for another secret.
    #[error("the key of the decoys was encrypted for another secret than this one")]
    RotatedDecoys,
    /// A timeout of zero, or of more than a day.
    #[error("a timeout must be of 1 second to 1 day")]
    Timeout,
    /// Credentials must be backed up, and may not be eligible for it.
    #[error("credentials that must be backed up, of authenticators that back up none")]
    Backup,
    /// No type of attestation is accepted, or compound ones alone, whose statements need types of their own.
    #[error("no type of attestation is accepted")]
    NoAttestationTypes,
    /// Only attestations are accepted, or only certain models, and clients are asked for none.
    #[error("attestation is required, and clients are asked for none; ask for direct or enterprise attestation")]
    AttestationNotAskedFor,
    /// Certificates must lead to a trust anchor, and there is none.
    #[error("certificates must lead to a trust anchor, and none was given")]
    NoTrustAnchors,
    /// Only certain models are accepted, and no model will ever be attested: certificates are not judged, or by no
    /// anchor, or the list is empty.
    #[error("a list of accepted models that no registration can meet; verify certificates, by anchors of these models")]
    UnattestableModels,
    /// This model is accepted, and no anchor can vouch for it: it has none of its own, and there is none for everything or
    /// for `packed`, in which alone the attestation key vouches for the AAGUID
    /// ([`voucher`](crate::attestation::voucher)). All zeros names no model.
    #[error("the accepted model {0} can never be attested; add its anchors, or leave it out")]
    UnattestableModel(Aaguid),
    /// The policy accepts enterprise attestation, and clients are asked for another.
    #[error("enterprise attestation is accepted and not asked for; ask for enterprise attestation")]
    EnterpriseNotAskedFor,
}

/// The choices of a [`RelyingParty`]. Everything not chosen is strict.
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct RelyingPartyBuilder {
    rp_id: String,
    name: String,
    origins: Vec<String>,
    related: Vec<String>,
    native: Vec<String>,
    subdomains: bool,
    any_port: bool,
    top_origins: Option<Vec<String>>,
    top_origin_required: bool,
    algorithms: Vec<Algorithm>,
    rs1_at_sign_in: bool,
    refused_at_sign_in: Vec<Algorithm>,
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
    decoys: Option<Decoys>,
    backend: &'static dyn Backend,
}

impl RelyingPartyBuilder {
    pub(super) fn new(rp_id: String, name: String) -> Self {
        Self {
            rp_id,
            name,
            origins: Vec::new(),
            related: Vec::new(),
            native: Vec::new(),
            subdomains: false,
            any_port: false,
            top_origins: None,
            top_origin_required: false,
            algorithms: Algorithm::RECOMMENDED.to_vec(),
            rs1_at_sign_in: false,
            refused_at_sign_in: Vec::new(),
            user_verification_required: true,
            timeout_secs: 300,
            attestation: Attestation { policy: AttestationPolicy::any(), conveyance: AttestationConveyance::None },
            attestation_named: BTreeMap::new(),
            backup_eligibility: BackupEligibility::Any,
            backup_state_at_registration: BackupState::Any,
            backup_state_at_authentication: BackupState::Any,
            sign_count: SignCountPolicy::Reject,
            refuse_unsolicited: false,
            refuse_secret_results: false,
            quirks: Quirks::NONE,
            decoys: None,
            backend: default_backend(),
        }
    }

    /// Accepts ceremonies from this web origin, on the RP ID's domain or below: `https://portal.clinic.example`.
    /// Without any, `https://` and the RP ID is accepted.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").origin("https://portal.clinic.example").build()?;
    /// assert!(rp.site().origins.allow("https://portal.clinic.example"));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Accepts ceremonies from this origin elsewhere, which `/.well-known/webauthn` of the RP ID lists (§5.11). As it
    /// stands: neither its sub-domains nor its ports come with it.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").related_origin("https://clinic.test").build()?;
    /// assert!(rp.related_origins().is_some(), "publish it at /.well-known/webauthn");
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn related_origin(mut self, origin: impl Into<String>) -> Self {
        self.related.push(origin.into());
        self
    }

    /// Accepts ceremonies from this app, browser extension or shell, whose origin must be exactly this one.
    ///
    /// * Android apps: `android:apk-key-hash:` and base64url of the SHA-256 of the signing certificate. Let
    ///   [`android_origin`](crate::client::well_known::android_origin) make it.
    /// * iOS and macOS apps that use Apple's API send `https://` and the RP ID, so they need no call, only
    ///   [`origin`](Self::origin) if you list origins. `ios:bundle-id:…` is for other libraries that send it.
    /// * Browser extensions: `chrome-extension://…` (Edge too), `moz-extension://…`, `safari-web-extension://…`. Firefox and Safari
    ///   make a new origin for each installation, so it cannot be listed in advance.
    /// * Shells of web apps: `ms-appx://…`, `ms-appx-web://…`, `capacitor://localhost`, `ionic://localhost`, `tauri://localhost`,
    ///   `app://…`, and other schemes of one's own. Every app of such a framework may have the same origin, so only what the
    ///   client checks (associated domains) ties the app to your RP ID.
    ///
    /// `file://` is refused, because all local pages share it.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .native_origin("ios:bundle-id:example.clinic.portal")
    ///     .native_origin("chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio")
    ///     .build()?;
    /// assert!(rp.site().origins.allow("chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio"));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn native_origin(mut self, origin: impl Into<String>) -> Self {
        self.native.push(origin.into());
        self
    }

    /// Also accepts every host below the host of an [`origin`](Self::origin) of one's own, not of a related one. Any site
    /// that can be put there can then sign your users in (§13.4.8).
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").allow_subdomains().build()?;
    /// assert!(rp.site().origins.allow("https://portal.clinic.example"));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn allow_subdomains(mut self) -> Self {
        self.subdomains = true;
        self
    }

    /// Also accepts every port of the host of an [`origin`](Self::origin) of one's own, not of a related one.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").allow_any_port().build()?;
    /// assert!(rp.site().origins.allow("https://clinic.example:8443"));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn allow_any_port(mut self) -> Self {
        self.any_port = true;
        self
    }

    /// Accepts ceremonies in a cross-origin frame on a page of one of these origins, at least one. Clients of Level 2 do
    /// not name that page (`topOrigin`), so their frames are accepted on any page: [`Self::require_top_origin`] refuses
    /// them.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").framed_by(["https://hospital.example"]).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn framed_by(mut self, top_origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.top_origins = Some(top_origins.into_iter().map(Into::into).collect());
        self
    }

    /// Refuses a cross-origin frame whose page the client does not name (`topOrigin`). Needs [`Self::framed_by`].
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .framed_by(["https://hospital.example"]).require_top_origin()
    ///     .build()?;
    /// assert!(rp.site().top_origin_required);
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn require_top_origin(mut self) -> Self {
        self.top_origin_required = true;
        self
    }

    /// Offers these algorithms at registrations, best first, instead of [`Algorithm::RECOMMENDED`]. An algorithm that is
    /// no longer offered still signs in, so that nobody is locked out: [`Self::refuse_at_sign_in`] ends that.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::crypto::Algorithm;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .algorithms([Algorithm::Es384, Algorithm::Es256])
    ///     .build()?;
    /// assert_eq!(rp.algorithms(), [Algorithm::Es384, Algorithm::Es256]);
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Also accepts RS1 (RSA with SHA-1) at sign-ins, without offering it: for keys that were imported from a library
    /// that registered them. Without this call, RS1 signs in only where it is offered by name.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::crypto::Algorithm;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").accept_rs1_at_sign_in().build()?;
    /// assert!(rp.sign_in_algorithms().contains(&Algorithm::LegacyRs1));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn accept_rs1_at_sign_in(mut self) -> Self {
        self.rs1_at_sign_in = true;
        self
    }

    /// Refuses these algorithms at sign-ins. Whoever has no credential of another algorithm is locked out, so run
    /// [`interop::check`](crate::interop::check) over your records before.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::crypto::Algorithm;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").refuse_at_sign_in([Algorithm::Es256k]).build()?;
    /// assert!(!rp.sign_in_algorithms().contains(&Algorithm::Es256k));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn refuse_at_sign_in(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.refused_at_sign_in = algorithms.into_iter().collect();
        self
    }

    /// Asks for user verification without requiring it. Required or not, `user_verification` of each sign-in says
    /// whether it counts as a factor: the first one ever of a credential does not (§4, uvInitialized).
    ///
    /// Chromium then asks security keys for `credProtect` level 3 when it registers a discoverable credential, unless you choose
    /// a level. A later request with user verification discouraged does not find such a credential.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").user_verification_preferred().build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn user_verification_preferred(mut self) -> Self {
        self.user_verification_required = false;
        self
    }

    /// How long a ceremony may take, in seconds, at most a day; 300 without this call, 300 to 600 recommended (§15.1).
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").timeout_secs(600).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn timeout_secs(mut self, seconds: u32) -> Self {
        self.timeout_secs = seconds;
        self
    }

    /// Which attestations are accepted, and what clients are asked for so that there is one.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::{client::json::AttestationConveyance, policy::AttestationPolicy};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .attestation(AttestationPolicy::any(), AttestationConveyance::Direct)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn attestation(mut self, policy: AttestationPolicy, conveyance: AttestationConveyance) -> Self {
        self.attestation = Attestation { policy, conveyance };
        self
    }

    /// The same for registrations that name it
    /// ([`RegistrationRequest::attestation`](super::RegistrationRequest::attestation)): known hardware for those who
    /// prescribe, say, beside anything for patients. Their states remember the name, so that what was started under one
    /// policy is not finished under another. (A second relying party of the same RP ID would finish it.)
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::{RegistrationRequest, client::json::AttestationConveyance, policy::AttestationPolicy};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .attestation_named("staff", AttestationPolicy::any(), AttestationConveyance::Direct)
    ///     .build()?;
    /// let mut request = RegistrationRequest::default();
    /// request.attestation = Some("staff".to_owned());
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn attestation_named(
        mut self,
        name: impl Into<String>,
        policy: AttestationPolicy,
        conveyance: AttestationConveyance,
    ) -> Self {
        self.attestation_named.insert(name.into(), Attestation { policy, conveyance });
        self
    }

    /// Which credentials are accepted as to backup eligibility, at registrations and at sign-ins (§7.1 step 18, §7.2 step
    /// 19). Whoever registered before and has only credentials that are refused now is locked out, so run
    /// [`interop::check`](crate::interop::check) over your records before you set it.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::ceremony::BackupEligibility;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .backup_eligibility(BackupEligibility::SingleDevice)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backup_eligibility(mut self, wanted: BackupEligibility) -> Self {
        self.backup_eligibility = wanted;
        self
    }

    /// Which credentials may be registered as to whether they are backed up now (§7.1 step 19).
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::ceremony::BackupState;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .backup_state_at_registration(BackupState::BackedUp)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backup_state_at_registration(mut self, wanted: BackupState) -> Self {
        self.backup_state_at_registration = wanted;
        self
    }

    /// Which credentials may sign in as to whether they are backed up now (§7.2 step 19). What is refused here was
    /// registered once, and who has nothing else is locked out.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::ceremony::BackupState;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .backup_state_at_authentication(BackupState::BackedUp)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backup_state_at_authentication(mut self, wanted: BackupState) -> Self {
        self.backup_state_at_authentication = wanted;
        self
    }

    /// What is done about a signature counter that does not advance.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::ceremony::authentication::SignCountPolicy;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").sign_count(SignCountPolicy::Report).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn sign_count(mut self, policy: SignCountPolicy) -> Self {
        self.sign_count = policy;
        self
    }

    /// Refuses responses with extension outputs that nobody asked for, including those that this version does not know.
    /// Without this call they are ignored, whatever their type, and named in the evidence: a relying party must cope with them
    /// (§9). Chromium asks security keys for `credProtect` on its own for discoverable credentials, so refusing locks people
    /// out.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").refuse_unsolicited_extensions().build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn refuse_unsolicited_extensions(mut self) -> Self {
        self.refuse_unsolicited = true;
        self
    }

    /// Refuses a response with results of a pseudo-random function, which should stay in the browser, so that a front end that
    /// leaks them does not go unnoticed. Without this call they are reported in the evidence. They are never kept.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").refuse_secret_results().build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn refuse_secret_results(mut self) -> Self {
        self.refuse_secret_results = true;
        self
    }

    /// Switches on a leniency by name.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::quirk::Quirk;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").quirk(Quirk::EmptyUserHandle).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn quirk(mut self, quirk: Quirk) -> Self {
        self.quirks = self.quirks.with(quirk);
        self
    }

    /// Answers names that nobody has with these decoys, and levels the time of all refusals by them: see [`Decoys`].
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::Decoys;
    /// let secret = *b"32 random bytes, from a vault :)"; // made by a random source, from where you keep secrets
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").decoys(Decoys::new(secret)).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn decoys(mut self, decoys: Decoys) -> Self {
        self.decoys = Some(decoys);
        self
    }

    /// Verifies with this backend.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::crypto::default_backend;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").backend(default_backend()).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backend(mut self, backend: &'static dyn Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Judges the choices.
    ///
    /// ```
    /// use wardkey::{ConfigError, RelyingParty};
    /// let refused = RelyingParty::builder("clinic.example", "Clinic").timeout_secs(0).build();
    /// assert_eq!(refused.unwrap_err(), ConfigError::Timeout);
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`]: the first that cannot be used.
    pub fn build(mut self) -> Result<RelyingParty, ConfigError> {
        check_rp_id(&self.rp_id)?;
        if self.origins.is_empty() {
            self.origins.push(format!("https://{}", self.rp_id));
        }
        for origin in &self.origins {
            check_web_origin(origin, Some(&self.rp_id))?;
        }
        for origin in &self.related {
            check_web_origin(origin, None)?;
        }
        for origin in &self.native {
            check_native_origin(origin)?;
        }
        self.check_framing()?;
        self.check_algorithms()?;
        let sign_in_algorithms = self.sign_in_algorithms()?;
        if self.decoys.as_ref().is_some_and(|decoys| decoys.guessable) {
            return Err(ConfigError::DecoySecret);
        }
        let (decoys, backend) = (self.decoys.take(), self.backend);
        let stand_ins = StandIns::new(decoys, &self.rp_id, &self.algorithms, &sign_in_algorithms, backend)?;
        for attestation in self.attestation_named.values_mut().chain([&mut self.attestation]) {
            attestation.conveyance = as_sent(&attestation.conveyance);
            attestation.check()?;
        }
        self.check_backup()?;
        if !(1..=MAX_LIFETIME_SECS).contains(&self.timeout_secs) {
            return Err(ConfigError::Timeout);
        }
        let mut origins = Origins::exact(self.origins).and_exactly(self.related.into_iter().chain(self.native));
        if self.subdomains {
            origins = origins.with_subdomains();
        }
        if self.any_port {
            origins = origins.with_any_port();
        }
        let mut site = Site::new(self.rp_id, origins);
        site.top_origins = self.top_origins;
        site.top_origin_required = self.top_origin_required;
        Ok(RelyingParty {
            site,
            name: self.name,
            algorithms: self.algorithms,
            sign_in_algorithms,
            user_verification_required: self.user_verification_required,
            timeout_secs: self.timeout_secs,
            attestation: self.attestation,
            attestation_named: self.attestation_named,
            backup_eligibility: self.backup_eligibility,
            backup_state_at_registration: self.backup_state_at_registration,
            backup_state_at_authentication: self.backup_state_at_authentication,
            sign_count: self.sign_count,
            refuse_unsolicited: self.refuse_unsolicited,
            refuse_secret_results: self.refuse_secret_results,
            quirks: self.quirks,
            stand_ins,
            backend: self.backend,
        })
    }

    /// §7.1 steps 10 and 11, §7.2 steps 13 and 14: an empty list would accept the frames of any page that the client does
    /// not name, and requiring a name of frames that are refused would do nothing.
    fn check_framing(&self) -> Result<(), ConfigError> {
        let Some(top_origins) = &self.top_origins else {
            return if self.top_origin_required { Err(ConfigError::NoTopOrigins) } else { Ok(()) };
        };
        if top_origins.is_empty() {
            return Err(ConfigError::NoTopOrigins);
        }
        Ok(top_origins.iter().try_for_each(|origin| check_web_origin(origin, None))?)
    }

    /// What is backed up must be eligible for it (§7.1 step 17, §7.2 step 18).
    fn check_backup(&self) -> Result<(), ConfigError> {
        let backed_up = [self.backup_state_at_registration, self.backup_state_at_authentication];
        if self.backup_eligibility == BackupEligibility::SingleDevice && backed_up.contains(&BackupState::BackedUp) {
            return Err(ConfigError::Backup);
        }
        Ok(())
    }

    /// What cannot be verified is not offered: whoever registered with it could never sign in.
    fn check_algorithms(&self) -> Result<(), ConfigError> {
        let twice = |(i, algorithm)| self.algorithms.iter().take(i).any(|earlier| earlier == algorithm);
        if self.algorithms.is_empty() || self.algorithms.iter().enumerate().any(twice) {
            return Err(ConfigError::Algorithms);
        }
        if self.algorithms.iter().all(|algorithm| self.backend.supports(algorithm.scheme())) {
            Ok(())
        } else {
            Err(ConfigError::UnverifiableAlgorithm)
        }
    }
}

impl RelyingPartyBuilder {
    /// What may sign in. What is offered must be among it, or whoever registers is locked out.
    fn sign_in_algorithms(&self) -> Result<Vec<Algorithm>, ConfigError> {
        let legacy = Algorithm::LegacyRs1;
        let by_name = self.rs1_at_sign_in || self.algorithms.contains(&legacy);
        let refused = |algorithm: &Algorithm| self.refused_at_sign_in.contains(algorithm);
        if self.algorithms.iter().any(refused) || (by_name && refused(&legacy)) {
            return Err(ConfigError::AlgorithmRefused);
        }
        let all = Algorithm::OFFERABLE.into_iter().chain(by_name.then_some(legacy));
        Ok(all.filter(|algorithm| !refused(algorithm)).collect())
    }
}

impl Attestation {
    /// Whether clients are asked for attestation. What they do not know is `none` to them (§5.4.7).
    pub(super) const fn is_asked_for(&self) -> bool {
        !matches!(self.conveyance, AttestationConveyance::None | AttestationConveyance::Other(_))
    }

    /// What no registration can meet is not built.
    fn check(&self) -> Result<(), ConfigError> {
        let Self { policy, conveyance: asked } = self;
        if policy.types.iter().all(|kind| *kind == AttestationType::Compound) {
            return Err(ConfigError::NoAttestationTypes);
        }
        let without_certificates = policy.accepts_without_certificates();
        if matches!(&policy.trust, Trust::Verify(anchors) if anchors.is_empty()) && !without_certificates {
            return Err(ConfigError::NoTrustAnchors);
        }
        if policy.models_cannot_be_attested() {
            return Err(ConfigError::UnattestableModels);
        }
        if let Some(model) = policy.unattestable_model() {
            return Err(ConfigError::UnattestableModel(model));
        }
        if !self.is_asked_for() && (!without_certificates || policy.allow_aaguids.is_some()) {
            return Err(ConfigError::AttestationNotAskedFor);
        }
        if policy.enterprise && *asked != AttestationConveyance::Enterprise {
            return Err(ConfigError::EnterpriseNotAskedFor);
        }
        Ok(())
    }
}
