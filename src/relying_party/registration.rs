//! Starts and finishes a registration (§7.1).

use super::request::choice_setters;
use super::{RelyingParty, as_sent, check_time};
use crate::attestation::Format;
use crate::ceremony::registration::{self, ExpectedRegistration};
use crate::ceremony::{Failure, payment};
use crate::client::RegistrationResponse;
use crate::client::json::{
    AuthenticatorAttachment, AuthenticatorSelection, CreationOptions, Hint, ResidentKey, RpEntity, UserEntity,
    UserVerificationRequirement,
};
use crate::credential::{
    CredentialDescriptor, CredentialParameters, CredentialRecord, PublicKeyCredentialType, Transport, UserHandle,
    Version,
};
use crate::crypto::{Algorithm, default_backend};
use crate::error::Error;
use crate::extensions::{CreationExtensions, Extension, RegistrationExtensions, RegistrationOutputs};
use crate::invalid::InvalidValue;
use crate::macros::setters;
use crate::policy::{AttestationPolicy, Registered};
use crate::state::{RegistrationState, Session};
use crate::time::UnixTime;
use core::time::Duration;

impl UserHandle {
    /// Makes a handle of 64 random bytes, as §14.6.1 recommends. Make one for each account, and never change it.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn random() -> Result<Self, Error> {
        let mut bytes = vec![0; Self::MAX_LEN];
        default_backend().random(&mut bytes).map_err(|_| Error::Random)?;
        Self::new(bytes).map_err(|_| Error::Random)
    }
}

/// One registration: whose, what the account has already, and the choices that differ from those of the relying party.
///
/// ```
/// # use std::time::Duration;
/// # use wardkey::{CredentialRecord, RegistrationRequest, UserHandle, client::json::Hint};
/// fn request(user: &UserHandle, existing: &[CredentialRecord]) -> RegistrationRequest {
///     RegistrationRequest::new(user, "ada@mail.example", existing)
///         .display_name("Ada Lovelace")
///         .hints([Hint::SecurityKey])
///         .timeout(Duration::from_secs(600))
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `start_registration`"]
pub struct RegistrationRequest {
    user: UserEntity,
    existing: Vec<CredentialDescriptor>,
    /// Whether a record belongs to another account.
    foreign: bool,
    conditional: bool,
    resident_key: ResidentKey,
    attachment: Option<AuthenticatorAttachment>,
    hints: Vec<Hint>,
    attestation_policy: Option<String>,
    attestation_formats: Vec<Format>,
    user_verification: Option<UserVerificationRequirement>,
    timeout: Option<Duration>,
    extensions: CreationExtensions,
    outputs: RegistrationOutputs,
}

impl RegistrationRequest {
    /// Asks for a passkey for the account `user`. `name` is the account name as its owner knows it, such as an e-mail address.
    /// Authenticators show it, and never send it back. `existing` are all records of the account, so that the same
    /// authenticator is not registered twice; for a new account, none.
    pub fn new(user: &UserHandle, name: impl Into<String>, existing: &[CredentialRecord]) -> Self {
        let name = name.into();
        Self {
            user: UserEntity { id: user.clone(), display_name: name.clone(), name },
            existing: existing.iter().map(descriptor).collect(),
            foreign: existing.iter().any(|record| record.user_handle != *user),
            conditional: false,
            resident_key: ResidentKey::Required,
            attachment: None,
            hints: Vec::new(),
            attestation_policy: None,
            attestation_formats: Vec::new(),
            user_verification: None,
            timeout: None,
            extensions: CreationExtensions::default(),
            outputs: RegistrationOutputs::default(),
        }
    }

    /// Sets the person's name as they chose it. Without this call it is the account name, because some clients refuse an empty
    /// one.
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.user.display_name = name.into();
        self
    }

    setters! {
        /// Says that your front end calls `create()` with `mediation: "conditional"`, which shows no dialogue: a password manager
        /// upgrades a user who just signed in with a password. UP may then be clear (§7.1 step 15). So may UV: user verification is
        /// never required, whatever [`Self::user_verification`] asks, and the record's `uv_initialized` says whether UV was set.
        ///
        /// Ask once after such a sign-in, if the client has the capability `conditionalCreate`, never in a frame. Most users will see
        /// nothing, and a refusal is no failure of theirs.
        pub const fn conditional(self) { conditional: true }
        /// Sets whether the credential must be discoverable. Required by default, so that it is a passkey.
        pub fn resident_key(self, wanted: ResidentKey) { resident_key: wanted }
        /// Sets the kind of authenticator. The default is the kind that belongs to the hints (§5.8.8); without hints, any kind.
        pub fn attachment(self, wanted: AuthenticatorAttachment) { attachment: Some(wanted) }
    }

    choice_setters!();

    setters! {
        /// Names the attestation policy that decides: see
        /// [`attestation_named`](super::RelyingPartyBuilder::attestation_named). Without this call it is the default policy.
        pub fn attestation_policy(self, name: impl Into<String>) { attestation_policy: Some(name.into()) }
        /// Sets the attestation formats, most preferred first.
        pub fn attestation_formats(self, formats: impl IntoIterator<Item = Format>) { attestation_formats: formats.into_iter().collect() }
        /// Sets the client extension inputs.
        pub fn extensions(self, inputs: CreationExtensions) { extensions: inputs }
        /// Sets the extension outputs that are required. Signed outputs need attestation, so the relying party must ask for it.
        pub const fn require(self, outputs: RegistrationOutputs) { outputs: outputs }
    }
}

/// Returns the attachment that all hints mean (§5.8.8), for clients that do not know hints.
pub(super) fn attachment_of(hints: &[Hint]) -> Option<AuthenticatorAttachment> {
    let mut attachments = hints.iter().filter_map(Hint::attachment);
    let first = attachments.next()?;
    attachments.all(|other| other == first).then_some(first)
}

/// Returns the descriptor of a stored credential. Its transports are sorted and unique, as those of a decoy, because the order in
/// which a browser sent them would tell a real credential from a decoy (§14.6.2).
pub(super) fn descriptor(record: &CredentialRecord) -> CredentialDescriptor {
    let transports = sorted(record.transports.clone());
    CredentialDescriptor::new(PublicKeyCredentialType::PublicKey, record.id.clone(), transports)
}

pub(super) fn sorted(mut transports: Vec<Transport>) -> Vec<Transport> {
    transports.sort();
    transports.dedup();
    transports
}

/// The FIDO metadata. There is no value of it without the feature.
#[cfg(feature = "mds")]
use crate::metadata::Metadata;
#[cfg(not(feature = "mds"))]
type Metadata = core::convert::Infallible;

impl RelyingParty {
    /// Starts the registration of a passkey.
    ///
    /// Send the options to the browser as JSON, and store the state under its id. A new passkey gives access to the account, so
    /// re-authenticate the user before: with a passkey if the account has one, otherwise with the factor that it has.
    ///
    /// ```
    /// # use wardkey::{CredentialRecord, Error, RegistrationRequest, RelyingParty, Session, UnixTime, UserHandle};
    /// # use wardkey::{RegistrationState, client::json::CreationOptions};
    /// fn begin(
    ///     rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], session: Session, now: UnixTime,
    /// ) -> Result<(CreationOptions, RegistrationState), Error> {
    ///     rp.start_registration(RegistrationRequest::new(user, "ada@mail.example", own), session, now)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignCredential`], [`Error::Extension`], [`Error::UnknownPolicy`], [`Error::Timeout`],
    /// [`Error::SessionEmpty`], [`Error::TimeNotInSeconds`], [`Error::Random`].
    pub fn start_registration(
        &self,
        request: RegistrationRequest,
        session: Session,
        now: UnixTime,
    ) -> Result<(CreationOptions, RegistrationState), Error> {
        check_time(now)?;
        let session = session.hash().ok_or(Error::SessionEmpty)?;
        if request.foreign {
            return Err(Error::ForeignCredential);
        }
        let attestation = self.attestation(request.attestation_policy.as_deref())?;
        request.extensions.check().map_err(Error::Extension)?;
        let mut extensions = RegistrationExtensions::of(&request.extensions).requiring(request.outputs);
        if let Some(extension) = extensions.required_but_not_requested() {
            return Err(Error::Extension(InvalidValue::RequiredButNotRequested(extension.identifier())));
        }
        if let Some(extension) = extensions.required_signed().filter(|_| !attestation.is_asked_for()) {
            return Err(Error::Extension(InvalidValue::RequiredButNotAttested(extension.identifier())));
        }
        extensions.refuse_unsolicited = self.choices.refuse_unsolicited;
        extensions.refuse_secret_results = self.choices.refuse_secret_results;
        let challenge = self.challenge()?;
        let hints: Vec<Hint> = request.hints.iter().map(as_sent).collect();
        let selection = self.selection(&request, &hints).map_err(Error::Extension)?;
        let timeout_secs = self.timeout_secs(request.timeout)?;
        let user_verification_required = selection.user_verification == UserVerificationRequirement::Required;
        let algorithms: Vec<i32> = self.choices.algorithms.iter().map(|algorithm| algorithm.cose()).collect();
        let options = CreationOptions {
            rp: RpEntity { id: Some(self.site.rp_id.clone()), name: self.choices.name.clone() },
            user: request.user,
            challenge: challenge.clone(),
            pub_key_cred_params: self.choices.algorithms.iter().copied().map(CredentialParameters::of).collect(),
            timeout: timeout_secs.saturating_mul(1000),
            exclude_credentials: request.existing,
            authenticator_selection: selection,
            hints,
            attestation: attestation.conveyance.clone(),
            attestation_formats: request
                .attestation_formats
                .iter()
                .map(|format| format.identifier().to_owned())
                .collect(),
            extensions: request.extensions,
        };
        let state = RegistrationState {
            version: Version,
            rp_id: self.site.rp_id.clone(),
            challenge,
            user_handle: options.user.id.clone(),
            algorithms,
            user_verification_required,
            conditional: request.conditional,
            attestation: request.attestation_policy,
            extensions,
            issued_at: now,
            expires_at: now.plus(Duration::from_secs(timeout_secs.into())),
            session: Some(session),
        };
        Ok((options, state))
    }

    /// Returns the algorithm that a state offers. A different build may have offered one that this build cannot verify: nobody could
    /// sign in with such a credential.
    pub(crate) fn verifiable(&self, number: i32) -> Result<Algorithm, Error> {
        let known = Algorithm::from_cose(number.into());
        known.filter(|algorithm| self.backend.supports(algorithm.scheme())).ok_or(Error::UnverifiableAlgorithm(number))
    }

    /// Returns which authenticators a request is for. The defaults for payments are the client device and user verification.
    /// Refuses a selection that no client accepts.
    fn selection(&self, request: &RegistrationRequest, hints: &[Hint]) -> Result<AuthenticatorSelection, InvalidValue> {
        let payment = request.extensions.payment.is_some();
        let attachment = request.attachment.as_ref().map(as_sent).or_else(|| attachment_of(hints));
        let resident_key = as_sent(&request.resident_key);
        let wanted = request.user_verification.clone().or(payment.then_some(UserVerificationRequirement::Required));
        let selection = AuthenticatorSelection {
            authenticator_attachment: attachment.or(payment.then_some(AuthenticatorAttachment::Platform)),
            require_resident_key: resident_key == ResidentKey::Required,
            resident_key,
            user_verification: match self.user_verification(wanted.as_ref()) {
                UserVerificationRequirement::Required if request.conditional => UserVerificationRequirement::Preferred,
                chosen => chosen,
            },
        };
        if payment {
            selection.check_payment()?;
        }
        Ok(selection)
    }

    /// Finishes a registration. Then look up the credential id in your store and [`claim`](Registered::claim) the record.
    ///
    /// ```
    /// # use wardkey::{Error, RegistrationResponse, RegistrationState, RelyingParty, Session, UnixTime, policy::Registered};
    /// fn end(
    ///     rp: &RelyingParty, state: RegistrationState, posted: &str, session: Session, now: UnixTime,
    /// ) -> Result<Registered, Error> {
    ///     let response = RegistrationResponse::from_json(posted)?;
    ///     rp.finish_registration(state, &response, session, now)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Failed`] with the step that refuses, [`Error::SessionMismatch`], [`Error::Expired`], [`Error::NotYetIssued`],
    /// [`Error::TimeNotInSeconds`], [`Error::SessionEmpty`], [`Error::WrongRelyingParty`], [`Error::UnknownPolicy`],
    /// [`Error::UnverifiableAlgorithm`].
    pub fn finish_registration(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        session: Session,
        now: UnixTime,
    ) -> Result<Registered, Error> {
        self.finish_registration_by(state, response, None, session, now)
    }

    pub(super) fn finish_registration_by(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        metadata: Option<&Metadata>,
        session: Session,
        now: UnixTime,
    ) -> Result<Registered, Error> {
        self.admit(&state.rp_id, state.session.as_ref(), session, state.issued_at..=state.expires_at, now)?;
        let policy = &self.attestation(state.attestation.as_deref())?.policy;
        let algorithms = self.algorithms_of(&state)?;
        let expected = self.expected_registration(&state, policy, &algorithms, metadata, now);
        match self.verify_registration(&expected, policy, &state, response) {
            Ok(mut registered) => {
                state.identify(&mut registered.recorder.evidence);
                if let Err(failure) = &mut registered.browser_bound_key {
                    state.identify(&mut failure.recorder.evidence);
                }
                Ok(registered)
            }
            Err(mut failure) => {
                state.identify(&mut failure.recorder.evidence);
                Err(Error::Failed(failure))
            }
        }
    }

    /// Returns the algorithms that a state offers, without those that may not sign in here: a state of another configuration may
    /// offer such an algorithm.
    pub(crate) fn algorithms_of(&self, state: &RegistrationState) -> Result<Vec<Algorithm>, Error> {
        let mut offered: Vec<Algorithm> =
            state.algorithms.iter().map(|number| self.verifiable(*number)).collect::<Result<_, _>>()?;
        offered.retain(|algorithm| self.sign_in_algorithms.contains(algorithm));
        Ok(offered)
    }

    /// Returns the attestation policy under which a registration was started.
    #[cfg(feature = "audit")]
    pub(crate) fn policy_of(&self, state: &RegistrationState) -> Result<&AttestationPolicy, Error> {
        self.attestation(state.attestation.as_deref()).map(|attestation| &attestation.policy)
    }

    /// Returns the expectations that a state keeps for its response.
    pub(crate) fn expected_registration<'s>(
        &'s self,
        state: &'s RegistrationState,
        policy: &AttestationPolicy,
        algorithms: &'s [Algorithm],
        metadata: Option<&'s Metadata>,
        now: UnixTime,
    ) -> ExpectedRegistration<'s> {
        let mut expected = ExpectedRegistration::new(&self.site, &state.challenge, algorithms);
        expected.user_verification_required = state.user_verification_required;
        expected.conditional = state.conditional;
        expected.extensions = state.extensions;
        expected.backup_eligibility = self.choices.backup_eligibility;
        expected.backup_state = self.choices.backup_state_at_registration;
        expected.time = Some(now);
        expected.compound = policy.compound;
        expected.key_enforcement = policy.key_enforcement;
        let unasked = || self.attestation(state.attestation.as_deref()).is_ok_and(|found| !found.is_asked_for());
        expected.attestation_unjudged = self.choices.ignore_unrequested_attestation && unasked();
        expected.quirks = self.choices.quirks;
        #[cfg(feature = "mds")]
        {
            expected.metadata = metadata;
        }
        #[cfg(not(feature = "mds"))]
        let _: Option<&Metadata> = metadata;
        expected
    }

    fn verify_registration<'a>(
        &'a self,
        expected: &ExpectedRegistration<'a>,
        policy: &AttestationPolicy,
        state: &RegistrationState,
        response: &'a RegistrationResponse,
    ) -> Result<Registered, Failure> {
        let verified = registration::verify(expected, response, self.backend)?;
        let browser_bound_key = match state.extensions.requested.contains(Extension::Payment) {
            true => payment::browser_bound_key(&verified, self.backend),
            false => Ok(None),
        };
        let mut registered = policy.decide(verified, &state.user_handle)?;
        registered.browser_bound_key = browser_bound_key;
        Ok(registered)
    }
}
