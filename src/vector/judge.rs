//! Verifies a vector with the pure functions of the library.

use super::{Bytes, Credential, Inexpressible, Kind, Vector};
use crate::attestation::AttestationType;
use crate::authenticator::data::{self as authenticator_data, AuthenticatorData};
use crate::ceremony::authentication::{self, ExpectedAuthentication, SignCountPolicy};
use crate::ceremony::evidence::Evidence;
use crate::ceremony::registration::{self, ExpectedRegistration};
use crate::ceremony::{Ceremony, Failure, Origins, Refusal, Site};
use crate::client::data::{self, ClientData};
use crate::client::json::response::{AuthenticationResponse, RegistrationResponse};
use crate::credential::{CredentialId, CredentialRecord, UserHandle};
use crate::crypto::{Algorithm, Backend};
use crate::error::Error;
use crate::policy::{AttestationPolicy, Trust, TrustAnchors};
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;
use crate::x509::TrustAnchor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;

/// What the library says of a ceremony.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The verdict.
    pub accept: bool,
    /// The code of the refusal.
    pub code: Option<&'static str>,
    /// The step that refuses: `7.1/8`.
    pub step: Option<String>,
    /// The format of an accepted attestation.
    pub attestation_format: Option<&'static str>,
    /// The type of an accepted attestation.
    pub attestation_type: Option<&'static str>,
    /// The text of the refusal.
    pub reason: Option<String>,
    /// The evidence without the names of backend and module, so that the judgements of two backends can be compared. `None` for
    /// a vector without a record, which is only parsed.
    pub evidence: Option<Box<Evidence>>,
    /// The member that the library cannot express. If set, ignore the others.
    pub error: Option<Inexpressible>,
}

/// Why a vector is not accepted.
enum Stop {
    Refused(Box<Failure>),
    Inexpressible(Inexpressible),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Refused(Box::new(failure))
    }
}

impl From<Inexpressible> for Stop {
    fn from(member: Inexpressible) -> Self {
        Self::Inexpressible(member)
    }
}

impl Vector {
    /// Verifies the ceremony.
    #[must_use]
    pub fn judge(&self, backend: &dyn Backend) -> Judgement {
        let judged = match self.kind {
            Kind::Registration => self.judge_registration(backend),
            Kind::Authentication => self.judge_authentication(backend),
        };
        judged.unwrap_or_else(|stop| match stop {
            Stop::Refused(failure) => Judgement {
                code: Some(failure.code()),
                step: failure.step().map(|step| step.to_string()),
                reason: Some(failure.to_string()),
                evidence: Some(without_backend(failure.evidence())),
                ..Judgement::default()
            },
            Stop::Inexpressible(member) => Judgement { error: Some(member), ..Judgement::default() },
        })
    }

    fn site(&self) -> Site {
        let site = Site::new(&self.rp.id, Origins::exact(&self.rp.origins));
        if self.rp.allow_cross_origin { site.framed_by(&self.rp.top_origins) } else { site }
    }

    fn quirks(&self) -> Result<Quirks, Inexpressible> {
        let named = |name: &String| Quirk::from_name(name).ok_or(Inexpressible("expected.quirks"));
        self.expected.quirks.iter().map(named).collect()
    }

    /// Reads the expectations of extensions, which have the JSON form of the states. A state has every member; a vector has only
    /// those that differ from the default.
    fn extensions<T: Default + Serialize + DeserializeOwned>(&self) -> Result<T, Inexpressible> {
        let Some(stated) = &self.expected.extensions else { return Ok(T::default()) };
        let read = || {
            let mut all = serde_json::to_value(T::default())?;
            overlay(&mut all, stated);
            serde_json::from_value(all)
        };
        read().map_err(|_: serde_json::Error| Inexpressible("expected.extensions"))
    }

    /// Returns the algorithms that were offered: those that are named and known, or all that the backend supports.
    fn algorithms(&self, backend: &dyn Backend) -> Vec<Algorithm> {
        match &self.expected.algs {
            Some(numbers) => numbers.iter().filter_map(|&number| Algorithm::from_cose(number)).collect(),
            None => Algorithm::OFFERABLE.into_iter().filter(|algorithm| backend.supports(algorithm.scheme())).collect(),
        }
    }

    /// Returns the algorithms that may sign in, also if they are no longer offered: all except RS1, which must be named.
    fn sign_in_algorithms(&self) -> Vec<Algorithm> {
        let rs1 = Algorithm::LegacyRs1;
        let named = self.expected.algs.iter().flatten().any(|&number| number == i64::from(rs1.cose()));
        Algorithm::OFFERABLE.into_iter().chain(named.then_some(rs1)).collect()
    }

    /// Returns the attestation policy. Format 1 cannot express whether RS1 is accepted in attestation, so it is accepted.
    fn policy(&self) -> Result<AttestationPolicy, Inexpressible> {
        let mut policy = AttestationPolicy::any();
        policy.accept_legacy_rs1 = true;
        let Some(wanted) = &self.expected.attestation_policy else { return Ok(policy) };
        policy.types.retain(|kind| match kind {
            AttestationType::None => wanted.accept_none,
            AttestationType::SelfAttestation => wanted.accept_self,
            _ => true,
        });
        if word("expected.attestation_policy.trust", Some(&wanted.trust), &["verify", "ignore"])? == "verify" {
            let anchors = self.expected.trust_anchors.iter().map(|anchor| TrustAnchor::from_der(&anchor.0));
            let anchors: Result<Vec<TrustAnchor>, _> = anchors.collect();
            let anchors = anchors.map_err(|_| Inexpressible("expected.trust_anchors"))?;
            policy.trust = Trust::Verify(TrustAnchors::new(anchors));
        }
        Ok(policy)
    }

    fn judge_registration(&self, backend: &dyn Backend) -> Result<Judgement, Stop> {
        let policy = self.policy()?;
        word("expected.compound_policy", self.expected.compound_policy.as_deref(), &["all"])?;
        let malformed = |error| Failure::new(Ceremony::Registration, Refusal::Response(error));
        let response = RegistrationResponse::from_json(self.response.get()).map_err(malformed)?;
        let (site, algorithms) = (self.site(), self.algorithms(backend));
        let mut expected = ExpectedRegistration::new(&site, &self.expected.challenge.0, &algorithms);
        expected.user_verification_required = self.expected.uv_required;
        expected.conditional = self.conditional()?;
        expected.extensions = self.extensions()?;
        expected.time = self.expected.validate_at.map(UnixTime::from_secs);
        expected.quirks = self.quirks()?;
        let verified = registration::verify(&expected, &response, backend)?;
        let user = placeholder()?;
        let registered = policy.decide(verified, &user)?;
        let judged = Judgement {
            accept: true,
            attestation_format: Some(registered.attestation_format().identifier()),
            attestation_type: Some(registered.attestation_type().name()),
            evidence: Some(without_backend(registered.evidence())),
            ..Judgement::default()
        };
        let known = &self.expected.known_credential_ids;
        let id = registered.credential_id();
        let stored = known.iter().any(|known| known.0 == id.as_bytes());
        let stored = stored.then(|| CredentialRecord::new(id.clone(), user, Vec::new()));
        registered.claim(stored.as_ref()).map_err(|error| match error {
            Error::Failed(failure) => Stop::from(failure),
            _ => Stop::from(Inexpressible("expected.known_credential_ids")), // never: `claim` returns no other variant
        })?;
        Ok(judged)
    }

    /// Returns whether the mediation is conditional. An absent one is modal.
    fn conditional(&self) -> Result<bool, Inexpressible> {
        let words = ["modal", "silent", "optional", "required", "conditional"];
        Ok(word("expected.mediation", self.expected.mediation.as_deref(), &words)? == "conditional")
    }

    fn judge_authentication(&self, backend: &dyn Backend) -> Result<Judgement, Stop> {
        let expected = &self.expected;
        let counter = word("expected.counter_policy", expected.counter_policy.as_deref(), &["reject", "report"])?;
        word("expected.backup_policy", expected.backup_policy.as_deref(), &["verify"])?;
        self.conditional()?;
        let malformed = |error| Failure::new(Ceremony::Authentication, Refusal::Response(error));
        let response = AuthenticationResponse::from_json(self.response.get()).map_err(malformed)?;
        let Some(credential) = &expected.credential else { return parse_only(&response) };
        let record = record(credential, response.user_handle())?;
        let ids = expected.allow_credentials.iter().flatten();
        let allow_credentials: Vec<_> = ids.map(credential_id).collect::<Result<_, _>>()?;
        let (site, algorithms) = (self.site(), self.sign_in_algorithms());
        let mut against = ExpectedAuthentication::new(&site, &expected.challenge.0);
        against.algorithms = &algorithms;
        against.allow_credentials = &allow_credentials;
        against.user_handle = expected.user_identified.unwrap_or(true).then(|| record.user_handle.as_bytes());
        against.user_verification_required = expected.uv_required;
        against.appid = expected.appid.as_deref();
        against.sign_count = if counter == "report" { SignCountPolicy::Report } else { SignCountPolicy::Reject };
        against.extensions = self.extensions()?;
        against.time = expected.validate_at.map(UnixTime::from_secs);
        against.quirks = self.quirks()?;
        let verified = authentication::verify(&against, &response, &record, backend)?;
        Ok(Judgement { accept: true, evidence: Some(without_backend(verified.evidence())), ..Judgement::default() })
    }
}

/// Replaces the members of `under` that `over` has, at every depth.
fn overlay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                overlay(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

/// Makes the stored record. If its user handle is unknown it cannot be checked, so the record gets that of the response, if any.
fn record(credential: &Credential, received: Option<&[u8]>) -> Result<CredentialRecord, Inexpressible> {
    let user = match &credential.user_handle {
        Some(known) => UserHandle::new(&known.0).map_err(|_| Inexpressible("expected.credential.user_handle"))?,
        None => match received.and_then(|handle| UserHandle::new(handle).ok()) {
            Some(handle) => handle,
            None => placeholder()?,
        },
    };
    let id = credential_id(&credential.id)?;
    let mut record = CredentialRecord::new(id, user, credential.public_key_cose.0.clone());
    record.sign_count = credential.sign_count;
    record.uv_initialized = credential.uv_initialized.unwrap_or_default();
    record.backup_eligible = credential.backup_eligible;
    record.backup_state = credential.backup_state;
    Ok(record)
}

/// Returns a user handle for a place where nothing is compared with it.
fn placeholder() -> Result<UserHandle, Inexpressible> {
    UserHandle::new([0]).map_err(|_| Inexpressible("user handle"))
}

/// Judges a vector without a record, which is only parsed.
fn parse_only(response: &AuthenticationResponse) -> Result<Judgement, Stop> {
    let refuse = |refusal| Failure::new(Ceremony::Authentication, refusal);
    let text = data::decode(response.client_data_json()).map_err(|e| refuse(Refusal::ClientData(e.into())))?;
    ClientData::parse(&text).map_err(|e| refuse(Refusal::ClientData(e.into())))?;
    if let Cow::Owned(_) = text {
        return Err(refuse(Refusal::ClientDataNotUtf8).into());
    }
    let data = AuthenticatorData::read(response.authenticator_data());
    let data = data.map_err(|e| refuse(Refusal::AuthenticatorData(e.into())))?;
    if data.attested_credential_data().is_some() {
        let error = authenticator_data::Error::AttestedCredentialData;
        return Err(refuse(Refusal::AuthenticatorData(error.into())).into());
    }
    Ok(Judgement { accept: true, ..Judgement::default() })
}

/// Returns which of the words that format 1 allows is the value of a member; the first word if the member is absent.
fn word(member: &'static str, value: Option<&str>, words: &[&'static str]) -> Result<&'static str, Inexpressible> {
    let known = value.map_or(words.first(), |value| words.iter().find(|word| **word == value));
    known.copied().ok_or(Inexpressible(member))
}

fn credential_id(bytes: &Bytes) -> Result<CredentialId, Inexpressible> {
    CredentialId::new(&bytes.0).map_err(|_| Inexpressible("credential id"))
}

/// Removes the names of backend and module, so that the judgements of two backends can be compared.
fn without_backend(mut evidence: Evidence) -> Box<Evidence> {
    (evidence.backend, evidence.module) = (None, None);
    Box::new(evidence)
}
