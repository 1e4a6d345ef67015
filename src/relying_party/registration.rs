//! Starts and finishes a registration (§7.1).

use super::{Attestation, RelyingParty, as_sent, check_time};
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
use crate::policy::{AttestationPolicy, Registered};
use crate::state::RegistrationState;
use crate::time::UnixTime;

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

/// The account that registers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The user handle: random bytes that you keep with the account. It must not contain a name.
    pub handle: UserHandle,
    /// The account name as its owner knows it, such as an e-mail address. Authenticators show it, and never send it back.
    pub name: String,
    /// The person's name as they chose it. Repeat the account name if they chose none, because some clients refuse an empty one.
    pub display_name: String,
}

impl User {
    /// Makes an account to register a passkey for.
    pub fn new(handle: UserHandle, name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self { handle, name: name.into(), display_name: display_name.into() }
    }
}

/// The choices of one registration that differ from those of the relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationRequest {
    /// Whether your front end calls `create()` with `mediation: "conditional"`, which shows no dialogue: a password manager
    /// upgrades a user who just signed in with a password. UP and UV may then be clear (§7.1 step 15), and the record's
    /// `uv_initialized` says whether UV was. Ask once after such a sign-in, if the client has the capability
    /// `conditionalCreate`, never in a frame. Most users will see nothing, and a refusal is no failure of theirs.
    pub conditional: bool,
    /// Whether the credential must be discoverable. Required by default, so that it is a passkey.
    pub resident_key: ResidentKey,
    /// The kind of authenticator. `None`: the one that the hints mean (§5.8.8), or any.
    pub attachment: Option<AuthenticatorAttachment>,
    /// The hints for the user interface of the client, most preferred first.
    pub hints: Vec<Hint>,
    /// The name of the attestation policy that decides: see
    /// [`attestation_named`](super::RelyingPartyBuilder::attestation_named). `None`: the default policy.
    pub attestation: Option<String>,
    /// The attestation formats, most preferred first.
    pub attestation_formats: Vec<Format>,
    /// User verification. `None`: the relying party's own choice. A conditional create never requires it.
    pub user_verification: Option<UserVerificationRequirement>,
    /// Seconds until the state expires, from 1 to 86 400 (a day). `None`: the relying party's own choice.
    pub timeout_secs: Option<u32>,
    /// The client extension inputs.
    pub extensions: CreationExtensions,
    /// The extension outputs that are required. Signed outputs need attestation, so the relying party must ask for it.
    pub outputs: RegistrationOutputs,
}

impl Default for RegistrationRequest {
    fn default() -> Self {
        Self {
            conditional: false,
            resident_key: ResidentKey::Required,
            attachment: None,
            hints: Vec::new(),
            attestation: None,
            attestation_formats: Vec::new(),
            user_verification: None,
            timeout_secs: None,
            extensions: CreationExtensions::default(),
            outputs: RegistrationOutputs::default(),
        }
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
    CredentialDescriptor {
        credential_type: PublicKeyCredentialType::PublicKey,
        id: record.id.clone(),
        transports: sorted(record.transports.clone()),
    }
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
    /// Starts the registration of a passkey. `existing` are all credentials that the account has already, so that the same
    /// authenticator is not registered twice.
    ///
    /// Send the options to the browser as JSON. Store the state under its id, bound to the user's web session. Re-authenticate
    /// the user before, because a new passkey gives access to the account.
    ///
    /// ```
    /// # use wardkey::{CredentialRecord, Error, RegistrationState, RelyingParty, UnixTime, User};
    /// fn begin(rp: &RelyingParty, user: &User, own: &[CredentialRecord], now: UnixTime) -> Result<RegistrationState, Error> {
    ///     let (options, state) = rp.start_registration(user, own, now)?;
    ///     // Send `options` as JSON to the page, and store `state` under `state.id()`.
    ///     # let _ = options;
    ///     Ok(state)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Random`], [`Error::ForeignCredential`].
    pub fn start_registration(
        &self,
        user: &User,
        existing: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<(CreationOptions, RegistrationState), Error> {
        self.start_registration_with(&RegistrationRequest::default(), user, existing, now)
    }

    /// As [`Self::start_registration`], with the choices of a request.
    ///
    /// ```
    /// # use wardkey::{Error, RegistrationRequest, RegistrationState, RelyingParty, UnixTime, User};
    /// fn begin(rp: &RelyingParty, user: &User, now: UnixTime) -> Result<RegistrationState, Error> {
    ///     let mut request = RegistrationRequest::default();
    ///     request.extensions.cred_props = true;
    ///     let (options, state) = rp.start_registration_with(&request, user, &[], now)?;
    ///     # let _ = options;
    ///     Ok(state)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Random`], [`Error::ForeignCredential`], [`Error::Extension`], [`Error::UnknownPolicy`].
    pub fn start_registration_with(
        &self,
        request: &RegistrationRequest,
        user: &User,
        existing: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<(CreationOptions, RegistrationState), Error> {
        check_time(now)?;
        if existing.iter().any(|record| record.user_handle != user.handle) {
            return Err(Error::ForeignCredential);
        }
        let attestation = self.attestation(request.attestation.as_deref())?;
        request.extensions.check().map_err(Error::Extension)?;
        let mut extensions = RegistrationExtensions::of(&request.extensions).requiring(request.outputs);
        if let Some(extension) = extensions.required_but_not_requested() {
            return Err(Error::Extension(InvalidValue::RequiredButNotRequested(extension.identifier())));
        }
        if let Some(extension) = extensions.required_signed().filter(|_| !attestation.is_asked_for()) {
            return Err(Error::Extension(InvalidValue::RequiredButNotAttested(extension.identifier())));
        }
        extensions.refuse_unsolicited = self.refuse_unsolicited;
        extensions.refuse_secret_results = self.refuse_secret_results;
        let challenge = self.challenge()?;
        let conditional = request.conditional;
        let hints: Vec<Hint> = request.hints.iter().map(as_sent).collect();
        let selection = self.selection(request, &hints).map_err(Error::Extension)?;
        let timeout = self.timeout(request.timeout_secs);
        let user_verification_required = selection.user_verification == UserVerificationRequirement::Required;
        let algorithms: Vec<i32> = self.algorithms.iter().map(|algorithm| algorithm.cose()).collect();
        let options = CreationOptions {
            rp: RpEntity { id: Some(self.site.rp_id.clone()), name: self.name.clone() },
            user: UserEntity {
                id: user.handle.clone(),
                name: user.name.clone(),
                display_name: user.display_name.clone(),
            },
            challenge: challenge.clone(),
            pub_key_cred_params: self.algorithms.iter().copied().map(CredentialParameters::of).collect(),
            timeout: timeout.saturating_mul(1000),
            exclude_credentials: existing.iter().map(descriptor).collect(),
            authenticator_selection: selection,
            hints,
            attestation: attestation.conveyance.clone(),
            attestation_formats: request
                .attestation_formats
                .iter()
                .map(|format| format.identifier().to_owned())
                .collect(),
            extensions: request.extensions.clone(),
        };
        let state = RegistrationState {
            version: Version,
            rp_id: self.site.rp_id.clone(),
            challenge,
            user_handle: user.handle.clone(),
            algorithms,
            user_verification_required,
            conditional,
            attestation: request.attestation.clone(),
            extensions,
            issued_at: now,
            expires_at: now.plus_secs(timeout),
        };
        Ok((options, state))
    }

    /// Returns the algorithm that a state offers. A different build may have offered one that this build cannot verify: nobody could
    /// sign in with such a credential.
    fn verifiable(&self, number: i32) -> Result<Algorithm, Error> {
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
    /// # use wardkey::{Error, RegistrationResponse, RegistrationState, RelyingParty, UnixTime, policy::Registered};
    /// fn end(rp: &RelyingParty, state: RegistrationState, posted: &str, now: UnixTime) -> Result<Registered, Error> {
    ///     let response = RegistrationResponse::from_json(posted)?;
    ///     rp.finish_registration(state, &response, now) // then look up the credential id, and claim the record
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Failed`] with the step that refuses, [`Error::Expired`], [`Error::NotYetIssued`], [`Error::TimeNotInSeconds`],
    /// [`Error::WrongRelyingParty`], [`Error::UnknownPolicy`], [`Error::UnverifiableAlgorithm`].
    pub fn finish_registration(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        now: UnixTime,
    ) -> Result<Registered, Error> {
        self.finish_registration_by(state, response, None, now)
    }

    pub(super) fn finish_registration_by(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        metadata: Option<&Metadata>,
        now: UnixTime,
    ) -> Result<Registered, Error> {
        self.admit(&state.rp_id, state.issued_at, state.expires_at, now)?;
        let Attestation { policy, .. } = self.attestation(state.attestation.as_deref())?;
        let algorithms: Vec<Algorithm> =
            state.algorithms.iter().map(|number| self.verifiable(*number)).collect::<Result<_, _>>()?;
        let mut expected = ExpectedRegistration::new(&self.site, &state.challenge, &algorithms);
        expected.user_verification_required = state.user_verification_required;
        expected.conditional = state.conditional;
        expected.extensions = state.extensions;
        expected.backup_eligibility = self.backup_eligibility;
        expected.backup_state = self.backup_state_at_registration;
        expected.time = Some(now);
        expected.compound = policy.compound;
        expected.key_enforcement = policy.key_enforcement;
        expected.quirks = self.quirks;
        #[cfg(feature = "mds")]
        {
            expected.metadata = metadata;
        }
        #[cfg(not(feature = "mds"))]
        let _: Option<&Metadata> = metadata;
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
