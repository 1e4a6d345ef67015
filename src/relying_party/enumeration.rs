//! Protection against enumeration (§14.6.2, §14.6.3): an attacker cannot find out whether an account exists.

use super::decoys::StandIn;
use super::{AuthenticationRequest, RelyingParty};
use crate::authenticator::AuthenticatorData;
use crate::ceremony::authentication::{self, ExpectedAuthentication, VerifiedAuthentication};
use crate::ceremony::{Ceremony, Failure, Outcome, Recorder, Refusal, Step};
use crate::client::AuthenticationResponse;
use crate::client::json::RequestOptions;
use crate::codec::base64url;
use crate::credential::{CredentialId, CredentialRecord, UserHandle};
use crate::crypto::Backend;
use crate::error::Error;
use crate::state::{AuthenticationState, Purpose};
use crate::time::UnixTime;

impl RelyingParty {
    /// Starts a sign-in for a name without an account, or for an account without a passkey. An attacker cannot
    /// distinguish it from [`Self::start_authentication`]. Store the state as for a real account, and answer the response
    /// with [`Self::refuse_authentication`].
    ///
    /// ```
    /// # use wardkey::{Decoys, RelyingParty, UnixTime};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").decoys(Decoys::new(*b"decoy secret number 7, 32 bytes.")).build()?;
    /// # let now = UnixTime::from_secs(1_795_392_000);
    /// let (options, state) = rp.start_decoy_authentication("nobody@mail.example", now)?;
    /// # let _ = (options, state);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoDecoys`] if the relying party was built without [`decoys`](super::RelyingPartyBuilder::decoys),
    /// [`Error::TimeNotInSeconds`], [`Error::Random`].
    pub fn start_decoy_authentication(
        &self,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_decoy_authentication_with(&AuthenticationRequest::default(), name, now)
    }

    /// As [`Self::start_decoy_authentication`], with the choices of a request: pass the same as for a real account. The credentials
    /// in `prf.evalByCredential` are replaced by those of the decoy, with inputs of the same length that never change.
    ///
    /// ```
    /// # use wardkey::AuthenticationRequest;
    /// # use wardkey::{Decoys, RelyingParty, UnixTime};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").decoys(Decoys::new(*b"decoy secret number 7, 32 bytes.")).build()?;
    /// # let now = UnixTime::from_secs(1_795_392_000);
    /// let request = AuthenticationRequest::default(); // as for a real account
    /// let (options, state) = rp.start_decoy_authentication_with(&request, "nobody@mail.example", now)?;
    /// # let _ = (options, state);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoDecoys`], [`Error::Random`], and [`Error::Extension`] as for an account with as many credentials:
    /// `largeBlob.write` needs exactly one credential, so use it only for users who have signed in.
    pub fn start_decoy_authentication_with(
        &self,
        request: &AuthenticationRequest,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_decoy(Purpose::SignIn, request, name, now)
    }

    /// Starts a payment for a name without an account. An attacker cannot distinguish it from
    /// [`Self::start_payment`]. Answer the response with [`Self::refuse_payment`].
    ///
    /// ```
    /// # use wardkey::{Decoys, RelyingParty, UnixTime};
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").decoys(Decoys::new(*b"decoy secret number 7, 32 bytes.")).build()?;
    /// # let now = UnixTime::from_secs(1_795_392_000);
    /// let (options, state) = rp.start_decoy_payment("nobody@mail.example", now)?;
    /// # let _ = (options, state);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoDecoys`], [`Error::Random`].
    pub fn start_decoy_payment(
        &self,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_decoy(Purpose::Payment, &Self::payment_request(), name, now)
    }

    fn start_decoy(
        &self,
        purpose: Purpose,
        request: &AuthenticationRequest,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        let (user_handle, credentials) = self.stand_ins.account(name).ok_or(Error::NoDecoys)?;
        let mut request = request.clone();
        if let Some(prf) = &mut request.extensions.prf {
            prf.eval_by_credential = self.stand_ins.prf(&prf.eval_by_credential, &credentials);
        }
        self.start(purpose, &request, Some(user_handle), credentials, now)
    }

    /// Refuses a response whose credential your store does not have. It takes as long as a wrong signature.
    ///
    /// The error is for your log: `credential-unknown`, unless an earlier step refuses the response.
    ///
    /// ```
    /// # use wardkey::{AuthenticationResponse, AuthenticationState, PublicFailure, RelyingParty, UnixTime};
    /// fn refuse(rp: &RelyingParty, state: AuthenticationState, response: &AuthenticationResponse, now: UnixTime) -> PublicFailure {
    ///     let error = rp.refuse_authentication(state, response, now);
    ///     eprintln!("{error} ({})", error.code()); // your log
    ///     error.public()
    /// }
    /// ```
    pub fn refuse_authentication(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        now: UnixTime,
    ) -> Error {
        if let Err(error) = self.admit_for(|purpose| *purpose != Purpose::Payment, &state, now) {
            return error;
        }
        let mut failure = self.refuse(self.expected_of(&state, now), response, authentication::verify);
        state.identify(&mut failure.recorder.evidence);
        Error::Failed(failure)
    }

    /// Refuses a sign-in or a payment with a credential that is not stored.
    pub(super) fn refuse(
        &self,
        expected: ExpectedAuthentication<'_>,
        response: &AuthenticationResponse,
        verify: Verify,
    ) -> Failure {
        let stand_in = self.stand_ins.of(response.credential_id());
        let verified =
            stand_in_record(&stand_in).map(|record| self.verify_as_known(expected, response, record, verify));
        match verified {
            Some(Err(mut failure)) if failure.refusal != Refusal::Signature => {
                failure.recorder.without_record();
                failure.recorder.evidence.user = expected.user_handle.map(base64url::encode);
                failure
            }
            _ => {
                let mut recorder = expected.begin(response, self.backend);
                recorder.passed(Step::Response);
                recorder.record(Step::AllowCredentials, Outcome::NotKnown);
                Failure::after(recorder, Refusal::CredentialUnknown)
            }
        }
    }

    /// Verifies a response with the key of `record`, as if the response were for the credential and the account of that record.
    /// So no step refuses early because the credential belongs to someone else.
    fn verify_as_known(
        &self,
        expected: ExpectedAuthentication<'_>,
        response: &AuthenticationResponse,
        mut record: CredentialRecord,
        verify: Verify,
    ) -> Result<(), Failure> {
        let unknown = |_| Failure::new(Ceremony::Authentication, Refusal::CredentialUnknown);
        record.id = CredentialId::new(response.credential_id()).map_err(unknown)?;
        if let Some(handle) = response.user_handle().and_then(|handle| UserHandle::new(handle).ok()) {
            record.user_handle = handle;
        }
        record.backup_eligible = None;
        let mut expected: ExpectedAuthentication<'_> = expected;
        expected.allow_credentials = &[];
        expected.user_handle = Some(record.user_handle.as_bytes());
        verify(&expected, response, &record, self.backend).map(drop)
    }

    /// Does the work that an early refusal skipped because of the owner of the credential or the content of its record, so that
    /// the time of the answer does not reveal the account (§14.6.2). Work that was done before the refusal is not done again. The
    /// work is that of the record's key. `stand_in` replaces a key that cannot verify anything.
    pub(super) fn level(
        &self,
        refusal: &Refusal,
        expected: ExpectedAuthentication<'_>,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        stand_in: StandIn<'_>,
        verify: Verify,
    ) {
        let refused = match refusal {
            Refusal::CredentialNotAllowed
            | Refusal::CredentialMismatch
            | Refusal::UserMismatch
            | Refusal::UserHandleMismatch
            | Refusal::UserHandleMissing => {
                self.verify_as_known(expected, response, record.clone(), verify).err().map(|failure| failure.refusal)
            }
            // Step 19, before the signature.
            Refusal::BackupEligibilityChanged => self.verify_signature(response, record).err(),
            other => Some(*other),
        };
        if let (Some(Refusal::StoredPublicKey(_)), Some(stand_in)) = (refused, stand_in_record(&stand_in)) {
            let _ = self.verify_signature(response, &stand_in);
        }
    }

    /// Verifies only steps 20 and 21.
    fn verify_signature(&self, response: &AuthenticationResponse, record: &CredentialRecord) -> Result<(), Refusal> {
        let data = AuthenticatorData::read(response.authenticator_data())
            .map_err(|error| Refusal::AuthenticatorData(error.into()))?;
        let mut unused = Recorder::new(Ceremony::Authentication);
        authentication::signature(response, &data, record, self.backend, &mut unused).map(drop)
    }
}

/// A record for a credential that is not stored.
fn stand_in_record(stand_in: &StandIn<'_>) -> Option<CredentialRecord> {
    let (id, user) = (CredentialId::new([0]).ok()?, UserHandle::new([0]).ok()?);
    Some(CredentialRecord::new(id, user, stand_in.public_key()))
}

/// The function that verifies one kind of ceremony: a sign-in or a payment.
pub(super) type Verify = for<'a> fn(
    &ExpectedAuthentication<'a>,
    &'a AuthenticationResponse,
    &CredentialRecord,
    &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure>;
