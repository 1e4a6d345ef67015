//! The builder of a relying party. It checks the configuration once, with errors that say what to write instead.

use super::decoys::{Decoys, StandIns};
use super::{Attestation, Choices, ConfigError, RelyingParty, as_sent};
use crate::attestation::AttestationType;
use crate::ceremony::authentication::SignCountPolicy;
use crate::ceremony::{BackupEligibility, BackupEligibilityChange, BackupState};
use crate::ceremony::{Origins, Site};
use crate::client::json::AttestationConveyance;
use crate::client::origin::{check_native_origin, check_rp_id, check_web_origin};
use crate::crypto::{Algorithm, Backend, default_backend};
use crate::policy::{AttestationPolicy, Trust};
use crate::quirk::{Quirk, Quirks};
use crate::state::lifetime_secs;
use core::time::Duration;
use std::collections::BTreeMap;

/// The configuration of a [`RelyingParty`]. By default user verification is required, frames and quirks are refused, and any
/// attestation and any backup state are accepted.
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct RelyingPartyBuilder {
    rp_id: String,
    origins: Vec<String>,
    related: Vec<String>,
    native: Vec<String>,
    subdomains: bool,
    any_port: bool,
    top_origins: Option<Vec<String>>,
    top_origin_required: bool,
    rs1_at_sign_in: bool,
    refused_at_sign_in: Vec<Algorithm>,
    timeout: Duration,
    decoys: Option<Decoys>,
    backend: &'static dyn Backend,
    choices: Choices,
}

impl RelyingPartyBuilder {
    pub(super) fn new(rp_id: String, name: String) -> Self {
        Self {
            rp_id,
            origins: Vec::new(),
            related: Vec::new(),
            native: Vec::new(),
            subdomains: false,
            any_port: false,
            top_origins: None,
            top_origin_required: false,
            rs1_at_sign_in: false,
            refused_at_sign_in: Vec::new(),
            timeout: Duration::from_secs(300),
            decoys: None,
            backend: default_backend(),
            choices: Choices {
                name,
                algorithms: Algorithm::RECOMMENDED.to_vec(),
                user_verification_required: true,
                attestation: Attestation { policy: AttestationPolicy::any(), conveyance: AttestationConveyance::None },
                attestation_named: BTreeMap::new(),
                backup_eligibility: BackupEligibility::Any,
                backup_eligibility_change: BackupEligibilityChange::Refuse,
                backup_state_at_registration: BackupState::Any,
                backup_state_at_authentication: BackupState::Any,
                sign_count: SignCountPolicy::Reject,
                ignore_unrequested_attestation: false,
                refuse_unsolicited: false,
                refuse_secret_results: false,
                quirks: Quirks::NONE,
            },
        }
    }

    /// Accepts ceremonies from this web origin, whose host is the RP ID or below it: `https://portal.clinic.example`. Without this
    /// call, `https://` and the RP ID is accepted.
    ///
    /// `http://` works on localhost only. Clients also load pages at `http://127.0.0.1` and `http://[::1]`, but an IP address is
    /// no RP ID, so no ceremony works there: use `http://localhost` while developing.
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

    /// Accepts ceremonies from this origin of another site, which `/.well-known/webauthn` of the RP ID must list (§5.11). It must
    /// match exactly, even with [`allow_subdomains`](Self::allow_subdomains) and [`allow_any_port`](Self::allow_any_port).
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
    ///   `app://…`, and other schemes of such frameworks. Every app of such a framework may have the same origin, so only what the
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

    /// Also accepts every host below the host of an [`origin`](Self::origin), but not of a related one. Every site that is hosted
    /// there can then sign your users in (§13.4.8).
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

    /// Also accepts every port of the host of an [`origin`](Self::origin), but not of a related one.
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

    /// Accepts ceremonies in a cross-origin frame on a page of one of these origins. The list must not be empty. Clients of
    /// Level 2 do not name that page (`topOrigin`), so their frames are accepted on every page, unless you call
    /// [`Self::require_top_origin`].
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

    /// Refuses a cross-origin frame if the client does not name its page (`topOrigin`). Needs [`Self::framed_by`].
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
    /// # use wardkey::{ConfigError, RelyingParty, crypto::Algorithm};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .algorithms([Algorithm::Es384, Algorithm::Es256])
    ///     .build()?;
    /// assert_eq!(rp.algorithms(), [Algorithm::Es384, Algorithm::Es256]);
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.choices.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Also accepts RS1 (RSA with SHA-1) at sign-ins without offering it, for keys that were imported from a library that
    /// registered them. Without this call, RS1 can sign in only if it is offered.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, crypto::Algorithm};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").accept_rs1_at_sign_in().build()?;
    /// assert!(rp.sign_in_algorithms().contains(&Algorithm::LegacyRs1));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn accept_rs1_at_sign_in(mut self) -> Self {
        self.rs1_at_sign_in = true;
        self
    }

    /// Refuses these algorithms at sign-ins. Users who have only credentials of these algorithms are locked out, so run
    /// [`interop::check`](crate::interop::check) over your records before.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, crypto::Algorithm};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").refuse_at_sign_in([Algorithm::Es256k]).build()?;
    /// assert!(!rp.sign_in_algorithms().contains(&Algorithm::Es256k));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn refuse_at_sign_in(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.refused_at_sign_in = algorithms.into_iter().collect();
        self
    }

    /// Asks for user verification without requiring it. In both cases, `user_verification` of each sign-in says whether it counts
    /// as a factor. The first user verification of a credential does not count (§4, uvInitialized).
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
        self.choices.user_verification_required = false;
        self
    }

    /// Sets how long a ceremony may take, in whole seconds, from 1 second to 1 day. The default is 5 minutes; §15.1 recommends 5
    /// to 10.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").timeout(Duration::from_secs(600)).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets which attestations are accepted, and which attestation clients are asked for.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, client::json::AttestationConveyance, policy::AttestationPolicy};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .attestation(AttestationPolicy::any(), AttestationConveyance::Direct)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn attestation(mut self, policy: AttestationPolicy, conveyance: AttestationConveyance) -> Self {
        self.choices.attestation = Attestation { policy, conveyance };
        self
    }

    /// Adds a policy for registrations that name it
    /// ([`RegistrationRequest::attestation_policy`](super::RegistrationRequest::attestation_policy)), such as known hardware for prescribers
    /// while patients may use any authenticator. The state keeps the name, so that a registration is finished under the policy
    /// that it was started under. (A second relying party of the same RP ID would not make sure of that.)
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// # use wardkey::{RegistrationRequest, UserHandle, client::json::AttestationConveyance, policy::AttestationPolicy};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .attestation_named("staff", AttestationPolicy::any(), AttestationConveyance::Direct)
    ///     .build()?;
    /// let user = UserHandle::random().unwrap();
    /// let request = RegistrationRequest::new(&user, "ada@mail.example", &[]).attestation_policy("staff");
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn attestation_named(
        mut self,
        name: impl Into<String>,
        policy: AttestationPolicy,
        conveyance: AttestationConveyance,
    ) -> Self {
        self.choices.attestation_named.insert(name.into(), Attestation { policy, conveyance });
        self
    }

    /// Does not judge an attestation statement that clients were not asked for
    /// ([`AttestationConveyance::None`]): the registration is treated as one with `none`, so nothing in the statement is trusted, and
    /// its contents cannot refuse. It must be canonical CBOR of a map or an array all the same, and that of `none` must be empty. The
    /// evidence reports it: steps 21 and 22 are not required. Without this call every statement
    /// must verify, because the standard makes no exception; some authenticators send broken ones although nobody asked.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").ignore_unrequested_attestation().build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn ignore_unrequested_attestation(mut self) -> Self {
        self.choices.ignore_unrequested_attestation = true;
        self
    }

    /// Sets which backup eligibility is accepted, at registrations and at sign-ins (§7.1 step 18, §7.2 step 19). Users who have
    /// only credentials that are refused now are locked out, so run [`interop::check`](crate::interop::check) over your records
    /// before you set it.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, ceremony::BackupEligibility};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .backup_eligibility(BackupEligibility::SingleDevice)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backup_eligibility(mut self, wanted: BackupEligibility) -> Self {
        self.choices.backup_eligibility = wanted;
        self
    }

    /// Accepts a sign-in whose backup eligibility differs from that of the record, and reports it:
    /// [`Authenticated::backup_eligibility_changed`](super::Authenticated::backup_eligibility_changed), and step 19 among the
    /// waived steps of the evidence. The update sets the record to the new value. Without this call such a sign-in is refused
    /// (§7.2 step 19), because BE never changes, so another authenticator may have signed.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").report_backup_eligibility_change().build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn report_backup_eligibility_change(mut self) -> Self {
        self.choices.backup_eligibility_change = BackupEligibilityChange::Report;
        self
    }

    /// Accepts a sign-in whose backup eligibility is set although that of the record is clear. Use this if a passkey provider
    /// corrects BE from 0 to 1 and so locks its users out. A change from 1 to 0 stays refused.
    ///
    /// The sign-in then has [`backup_eligibility_changed`](super::Authenticated::backup_eligibility_changed), step 19 is waived in
    /// the evidence, and user verification does not count as a factor
    /// ([`UserVerification::First`](crate::ceremony::authentication::UserVerification::First)). Ask for the factor that the
    /// account had before, such as a code by post, and then write
    /// [`update_after_additional_factor`](super::Authenticated::update_after_additional_factor). From then on the record has the
    /// new value, and the passkey signs in as before. Turn this off when the provider's users have signed in.
    ///
    /// ```
    /// # use wardkey::{RelyingParty, ConfigError};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").accept_backup_eligibility_correction().build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn accept_backup_eligibility_correction(mut self) -> Self {
        self.choices.backup_eligibility_change = BackupEligibilityChange::AcceptCorrection;
        self
    }

    /// Sets which backup state is accepted at registrations (§7.1 step 19).
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, ceremony::BackupState};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .backup_state_at_registration(BackupState::BackedUp)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backup_state_at_registration(mut self, wanted: BackupState) -> Self {
        self.choices.backup_state_at_registration = wanted;
        self
    }

    /// Sets which backup state is accepted at sign-ins (§7.2 step 19). Users who have only credentials that are refused are locked
    /// out.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, ceremony::BackupState};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic")
    ///     .backup_state_at_authentication(BackupState::BackedUp)
    ///     .build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backup_state_at_authentication(mut self, wanted: BackupState) -> Self {
        self.choices.backup_state_at_authentication = wanted;
        self
    }

    /// Sets what happens if a signature counter does not increase (§7.2 step 22).
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, ceremony::authentication::SignCountPolicy};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").sign_count(SignCountPolicy::Report).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn sign_count(mut self, policy: SignCountPolicy) -> Self {
        self.choices.sign_count = policy;
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
        self.choices.refuse_unsolicited = true;
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
        self.choices.refuse_secret_results = true;
        self
    }

    /// Accepts a deviation from the standard by name.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, quirk::Quirk};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").quirk(Quirk::EmptyUserHandle).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn quirk(mut self, quirk: Quirk) -> Self {
        self.choices.quirks = self.choices.quirks.with(quirk);
        self
    }

    /// Answers for names without an account with these decoys, and makes a refusal take the same time whether the credential is
    /// stored or not: see [`Decoys`].
    ///
    /// ```
    /// # use wardkey::{ConfigError, Decoys, RelyingParty};
    /// let secret = *b"32 random bytes, from a vault :)"; // made by a random source, from where you keep secrets
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").decoys(Decoys::new(secret)).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn decoys(mut self, decoys: Decoys) -> Self {
        self.decoys = Some(decoys);
        self
    }

    /// Verifies signatures with this backend.
    ///
    /// ```
    /// # use wardkey::{ConfigError, RelyingParty, crypto::default_backend};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").backend(default_backend()).build()?;
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub const fn backend(mut self, backend: &'static dyn Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Checks the configuration and returns the relying party.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use wardkey::{ConfigError, RelyingParty};
    /// let refused = RelyingParty::builder("clinic.example", "Clinic").timeout(Duration::ZERO).build();
    /// assert_eq!(refused.unwrap_err(), ConfigError::Timeout);
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`]: the first problem found.
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
        let stand_ins = StandIns::new(decoys, &self.rp_id, &self.choices.algorithms, &sign_in_algorithms, backend)?;
        for attestation in self.choices.attestation_named.values_mut().chain([&mut self.choices.attestation]) {
            attestation.conveyance = as_sent(&attestation.conveyance);
            attestation.check(self.choices.ignore_unrequested_attestation)?;
        }
        self.check_backup()?;
        let timeout_secs = lifetime_secs(self.timeout).ok_or(ConfigError::Timeout)?;
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
        Ok(RelyingParty { site, choices: self.choices, sign_in_algorithms, timeout_secs, stand_ins, backend })
    }

    /// §7.1 steps 10 and 11, §7.2 steps 13 and 14. An empty list would accept a frame on every page that the client does not
    /// name. `require_top_origin` alone would have no effect, because frames are refused.
    fn check_framing(&self) -> Result<(), ConfigError> {
        let Some(top_origins) = &self.top_origins else {
            return if self.top_origin_required { Err(ConfigError::NoTopOrigins) } else { Ok(()) };
        };
        if top_origins.is_empty() {
            return Err(ConfigError::NoTopOrigins);
        }
        Ok(top_origins.iter().try_for_each(|origin| check_web_origin(origin, None))?)
    }

    /// A credential that is backed up must be eligible for backup (§7.1 step 17, §7.2 step 18).
    fn check_backup(&self) -> Result<(), ConfigError> {
        let choices = &self.choices;
        let backed_up = [choices.backup_state_at_registration, choices.backup_state_at_authentication];
        if choices.backup_eligibility == BackupEligibility::SingleDevice && backed_up.contains(&BackupState::BackedUp) {
            return Err(ConfigError::Backup);
        }
        Ok(())
    }

    /// Every offered algorithm must be one that the backend verifies: otherwise users could register but never sign in.
    fn check_algorithms(&self) -> Result<(), ConfigError> {
        let algorithms = &self.choices.algorithms;
        let twice = |(i, algorithm)| algorithms.iter().take(i).any(|earlier| earlier == algorithm);
        if algorithms.is_empty() || algorithms.iter().enumerate().any(twice) {
            return Err(ConfigError::Algorithms);
        }
        if !algorithms.iter().all(|algorithm| self.backend.supports(algorithm.scheme())) {
            return Err(ConfigError::UnverifiableAlgorithm);
        }
        Ok(())
    }

    /// Returns the algorithms that may sign in. They must contain every offered algorithm.
    fn sign_in_algorithms(&self) -> Result<Vec<Algorithm>, ConfigError> {
        let legacy = Algorithm::LegacyRs1;
        let offered = &self.choices.algorithms;
        let by_name = self.rs1_at_sign_in || offered.contains(&legacy);
        let refused = |algorithm: &Algorithm| self.refused_at_sign_in.contains(algorithm);
        if offered.iter().any(refused) || (by_name && refused(&legacy)) {
            return Err(ConfigError::AlgorithmRefused);
        }
        let all = Algorithm::OFFERABLE.into_iter().chain(by_name.then_some(legacy));
        Ok(all.filter(|algorithm| !refused(algorithm)).collect())
    }
}

impl Attestation {
    /// Returns whether clients are asked for attestation. They treat an unknown value as `none` (§5.4.7).
    pub(super) const fn is_asked_for(&self) -> bool {
        !matches!(self.conveyance, AttestationConveyance::None | AttestationConveyance::Other(_))
    }

    /// Refuses a policy that no registration can meet. `unasked_is_none`: a statement that nobody asked for counts as `none`.
    fn check(&self, unasked_is_none: bool) -> Result<(), ConfigError> {
        let Self { policy, conveyance: asked } = self;
        if policy.types.iter().all(|kind| *kind == AttestationType::Compound) {
            return Err(ConfigError::NoAttestationTypes);
        }
        let without_certificates = policy.accepts_without_certificates();
        if matches!(&policy.trust, Trust::Verify(anchors) if anchors.is_empty()) && !without_certificates {
            return Err(ConfigError::NoTrustAnchors);
        }
        if policy.allow_aaguids.as_ref().is_some_and(Vec::is_empty) {
            return Err(ConfigError::NoModels);
        }
        if let Some(model) = policy.unattestable_model() {
            return Err(ConfigError::UnattestableModel(model));
        }
        let enough = if unasked_is_none { policy.types.contains(&AttestationType::None) } else { without_certificates };
        if !self.is_asked_for() && (!enough || policy.allow_aaguids.is_some()) {
            return Err(ConfigError::AttestationNotAskedFor);
        }
        if policy.enterprise && *asked != AttestationConveyance::Enterprise {
            return Err(ConfigError::EnterpriseNotAskedFor);
        }
        Ok(())
    }
}
