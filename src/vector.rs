//! Ceremony vectors, format 1 (`tests/vectors/README.md`): a whole ceremony as data, what the relying party expected and what
//! the browser posted.
//!
//! One format serves the published vectors and the archived bundles, so a runner in any language can judge an archive. The
//! pure functions of [`ceremony`](crate::ceremony) and [`policy`](crate::policy) judge; this module only converts.

use crate::attestation::AttestationType;
#[cfg(feature = "audit")]
use crate::attestation::{CompoundPolicy, KeyEnforcement};
use crate::ceremony::authentication::{self, ExpectedAuthentication, SignCountPolicy};
use crate::ceremony::evidence::Evidence;
use crate::ceremony::registration::{self, ExpectedRegistration};
#[cfg(feature = "audit")]
use crate::ceremony::{BackupEligibility, BackupEligibilityChange, BackupState};
use crate::ceremony::{Ceremony, Failure, Origins, Refusal, Site};
use crate::client::data::{self, ClientData};
use crate::client::json::response::{AuthenticationResponse, RegistrationResponse};
use crate::codec::base64url;
use crate::credential::{CredentialId, CredentialRecord, UserHandle};
use crate::crypto::{Algorithm, Backend};
use crate::error::Error;
use crate::policy::{AttestationPolicy, Trust, TrustAnchors};
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;
use crate::x509::TrustAnchor;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A byte string, in base64url.
#[derive(Clone, Debug, Default)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        base64url::decode(&String::deserialize(from)?).map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&base64url::encode(&self.0))
    }
}

/// A ceremony of format 1.
#[derive(Debug, Serialize, Deserialize)]
pub struct Vector {
    kind: Kind,
    rp: Rp,
    expected: Expected,
    response: Box<RawValue>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Registration,
    Authentication,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rp {
    id: String,
    origins: Vec<String>,
    #[serde(default)]
    allow_cross_origin: bool,
    #[serde(default)]
    top_origins: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Expected {
    challenge: Bytes,
    uv_required: bool,
    mediation: Option<String>,
    algs: Option<Vec<i64>>,
    #[serde(default)]
    trust_anchors: Vec<Bytes>,
    validate_at: Option<i64>,
    attestation_policy: Option<Policy>,
    #[serde(default)]
    known_credential_ids: Vec<Bytes>,
    compound_policy: Option<String>,
    allow_credentials: Option<Vec<Bytes>>,
    user_identified: Option<bool>,
    appid: Option<String>,
    counter_policy: Option<String>,
    backup_policy: Option<String>,
    extensions: Option<Value>,
    credential: Option<Credential>,
    #[serde(default)]
    quirks: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Policy {
    accept_none: bool,
    accept_self: bool,
    trust: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Credential {
    id: Bytes,
    public_key_cose: Bytes,
    sign_count: u32,
    user_handle: Option<Bytes>,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
    uv_initialized: Option<bool>,
}

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

/// The member of a vector that the library cannot express, or that has a value outside of format 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the library cannot express this value of `{0}`")]
#[non_exhaustive]
pub struct Inexpressible(pub &'static str);

/// Why a ceremony is not accepted.
enum Stop {
    Refused(Box<Failure>),
    Inexpressible(Inexpressible),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Refused(Box::new(failure))
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Failed(failure) => Self::from(failure),
            _ => Self::Inexpressible(Inexpressible("expected.known_credential_ids")),
        }
    }
}

impl From<Inexpressible> for Stop {
    fn from(member: Inexpressible) -> Self {
        Self::Inexpressible(member)
    }
}

/// Returns which of the words that format 1 allows is the value of a member; the first word if the member is absent.
fn word(member: &'static str, value: Option<&str>, words: &[&'static str]) -> Result<&'static str, Inexpressible> {
    let known = value.map_or(words.first(), |value| words.iter().find(|word| **word == value));
    known.copied().ok_or(Inexpressible(member))
}

fn credential_id(bytes: &Bytes) -> Result<CredentialId, Inexpressible> {
    CredentialId::new(&bytes.0).map_err(|_| Inexpressible("credential id"))
}

fn without_backend(mut evidence: Evidence) -> Box<Evidence> {
    (evidence.backend, evidence.module) = (None, None);
    Box::new(evidence)
}

/// The ceremonies of this library, written as vectors of format 1. A choice that format 1 has no word for is
/// [`Inexpressible`].
#[cfg(feature = "audit")]
impl Vector {
    /// Writes a registration. `stored` is the record that the store has already under the id of the credential.
    pub(crate) fn of_registration(
        expected: &ExpectedRegistration<'_>,
        policy: &AttestationPolicy,
        posted: &str,
        stored: Option<&CredentialRecord>,
    ) -> Result<Self, Inexpressible> {
        let plain = |is: bool, member| if is { Ok(()) } else { Err(Inexpressible(member)) };
        plain(expected.backup_eligibility == BackupEligibility::Any, "backup eligibility")?;
        plain(expected.backup_state == BackupState::Any, "backup state")?;
        plain(expected.compound == CompoundPolicy::All && policy.compound == CompoundPolicy::All, "compound policy")?;
        plain(expected.key_enforcement == KeyEnforcement::default(), "key enforcement")?;
        plain(!expected.attestation_unjudged, "attestation that is not judged")?;
        plain(policy.key_enforcement == KeyEnforcement::default(), "key enforcement")?;
        plain(policy.allow_aaguids.is_none() && policy.deny_aaguids.is_empty(), "lists of models")?;
        let others = AttestationPolicy::any().types;
        let others =
            others.iter().filter(|kind| !matches!(kind, AttestationType::None | AttestationType::SelfAttestation));
        plain(others.copied().all(|kind| policy.types.contains(&kind)), "attestation types")?;
        let (trust, trust_anchors): (_, &[TrustAnchor]) = match &policy.trust {
            Trust::Ignore => ("ignore", &[]),
            Trust::Verify(anchors) => {
                plain(policy.accept_legacy_rs1, "RS1 in attestation")?;
                ("verify", anchors.for_all().ok_or(Inexpressible("trust anchors of one model or format"))?)
            }
            _ => return Err(Inexpressible("trust")),
        };
        let algorithms = expected.algorithms.iter().map(|algorithm| algorithm.cose().into()).collect();
        Ok(Self {
            kind: Kind::Registration,
            rp: Rp::of(expected.site)?,
            expected: Expected {
                mediation: expected.conditional.then(|| "conditional".to_owned()),
                algs: Some(algorithms),
                trust_anchors: trust_anchors.iter().map(|anchor| Bytes(anchor.der().to_vec())).collect(),
                attestation_policy: Some(Policy {
                    accept_none: policy.types.contains(&AttestationType::None),
                    accept_self: policy.types.contains(&AttestationType::SelfAttestation),
                    trust: trust.to_owned(),
                }),
                known_credential_ids: stored.iter().map(|record| Bytes(record.id.as_bytes().to_vec())).collect(),
                compound_policy: Some("all".to_owned()),
                ..Expected::of(
                    expected.challenge,
                    expected.user_verification_required,
                    expected.time,
                    expected.quirks,
                    &expected.extensions,
                )?
            },
            response: raw(posted)?,
        })
    }

    /// Writes an authentication, with the record as it was before.
    pub(crate) fn of_authentication(
        expected: &ExpectedAuthentication<'_>,
        record: &CredentialRecord,
        posted: &str,
    ) -> Result<Self, Inexpressible> {
        let plain = |is: bool, member| if is { Ok(()) } else { Err(Inexpressible(member)) };
        plain(expected.backup_eligibility == BackupEligibility::Any, "backup eligibility")?;
        plain(expected.backup_state == BackupState::Any, "backup state")?;
        plain(expected.backup_eligibility_change == BackupEligibilityChange::Refuse, "changed backup eligibility")?;
        let all = Algorithm::OFFERABLE.iter().all(|algorithm| expected.algorithms.contains(algorithm));
        plain(all, "algorithms that may sign in")?;
        let identified = expected.user_handle.is_some();
        plain(
            expected.user_handle.is_none_or(|user| user == record.user_handle.as_bytes()),
            "a record of another user",
        )?;
        let rs1 = expected.algorithms.contains(&Algorithm::LegacyRs1);
        let counter = match expected.sign_count {
            SignCountPolicy::Reject => "reject",
            SignCountPolicy::Report => "report",
            SignCountPolicy::RejectDeviceBound => return Err(Inexpressible("counters of device-bound credentials")),
        };
        Ok(Self {
            kind: Kind::Authentication,
            rp: Rp::of(expected.site)?,
            expected: Expected {
                algs: rs1.then(|| expected.algorithms.iter().map(|algorithm| algorithm.cose().into()).collect()),
                allow_credentials: Some(
                    expected.allow_credentials.iter().map(|id| Bytes(id.as_bytes().to_vec())).collect(),
                ),
                user_identified: Some(identified),
                appid: expected.appid.map(str::to_owned),
                counter_policy: Some(counter.to_owned()),
                backup_policy: Some("verify".to_owned()),
                credential: Some(Credential {
                    id: Bytes(record.id.as_bytes().to_vec()),
                    public_key_cose: Bytes(record.public_key.clone()),
                    sign_count: record.sign_count,
                    user_handle: Some(Bytes(record.user_handle.as_bytes().to_vec())),
                    backup_eligible: record.backup_eligible,
                    backup_state: record.backup_state,
                    uv_initialized: Some(record.uv_initialized),
                }),
                ..Expected::of(
                    expected.challenge,
                    expected.user_verification_required,
                    expected.time,
                    expected.quirks,
                    &expected.extensions,
                )?
            },
            response: raw(posted)?,
        })
    }
}

#[cfg(feature = "audit")]
fn raw(posted: &str) -> Result<Box<RawValue>, Inexpressible> {
    RawValue::from_string(posted.to_owned()).map_err(|_| Inexpressible("response"))
}

#[cfg(feature = "audit")]
impl Rp {
    fn of(site: &Site) -> Result<Self, Inexpressible> {
        if site.top_origin_required {
            return Err(Inexpressible("frames whose page must be named"));
        }
        Ok(Self {
            id: site.rp_id.clone(),
            origins: site.origins.listed().ok_or(Inexpressible("subdomains and ports"))?,
            allow_cross_origin: site.top_origins.is_some(),
            top_origins: site.top_origins.clone().unwrap_or_default(),
        })
    }
}

#[cfg(feature = "audit")]
impl Expected {
    /// What both ceremonies have.
    fn of(
        challenge: &[u8],
        uv_required: bool,
        time: Option<UnixTime>,
        quirks: Quirks,
        extensions: &impl Serialize,
    ) -> Result<Self, Inexpressible> {
        Ok(Self {
            challenge: Bytes(challenge.to_vec()),
            uv_required,
            mediation: None,
            algs: None,
            trust_anchors: Vec::new(),
            validate_at: time.map(UnixTime::secs),
            attestation_policy: None,
            known_credential_ids: Vec::new(),
            compound_policy: None,
            allow_credentials: None,
            user_identified: None,
            appid: None,
            counter_policy: None,
            backup_policy: None,
            extensions: Some(serde_json::to_value(extensions).map_err(|_| Inexpressible("extensions"))?),
            credential: None,
            quirks: quirks.iter().map(|quirk| quirk.name().to_owned()).collect(),
        })
    }
}

impl Vector {
    /// Verifies the ceremony.
    #[must_use]
    pub fn judge(&self, backend: &dyn Backend) -> Judgement {
        let judged = match self.kind {
            Kind::Registration => self.registration(backend),
            Kind::Authentication => self.authentication(backend),
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

    /// The expectations of extensions, in the serde form of the states. States contain every member; a vector contains only
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

    fn algorithms(&self, backend: &dyn Backend) -> Vec<Algorithm> {
        match &self.expected.algs {
            Some(numbers) => numbers.iter().filter_map(|&number| Algorithm::from_cose(number)).collect(),
            None => Algorithm::OFFERABLE.into_iter().filter(|algorithm| backend.supports(algorithm.scheme())).collect(),
        }
    }

    /// An algorithm that is no longer offered still signs in, but RS1 only if it is named.
    fn sign_in_algorithms(&self) -> Vec<Algorithm> {
        let rs1 = Algorithm::LegacyRs1;
        let named = self.expected.algs.iter().flatten().any(|&number| number == i64::from(rs1.cose()));
        Algorithm::OFFERABLE.into_iter().chain(named.then_some(rs1)).collect()
    }

    /// Format 1 cannot express whether RS1 is accepted in attestation, so it is accepted.
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

    fn registration(&self, backend: &dyn Backend) -> Result<Judgement, Stop> {
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
        registered.claim(stored.as_ref())?;
        Ok(judged)
    }

    /// Absent: a modal ceremony.
    fn conditional(&self) -> Result<bool, Inexpressible> {
        let words = ["modal", "silent", "optional", "required", "conditional"];
        Ok(word("expected.mediation", self.expected.mediation.as_deref(), &words)? == "conditional")
    }

    fn authentication(&self, backend: &dyn Backend) -> Result<Judgement, Stop> {
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

/// The stored record. If the user handle is unknown it is not checked: the record then has that of the response, if any.
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

/// A user handle that nothing is compared with.
fn placeholder() -> Result<UserHandle, Inexpressible> {
    UserHandle::new([0]).map_err(|_| Inexpressible("user handle"))
}

/// A vector without a record: parsing must refuse the response.
fn parse_only(response: &AuthenticationResponse) -> Result<Judgement, Stop> {
    let refuse = |refusal| Failure::new(Ceremony::Authentication, refusal);
    let text = data::decode(response.client_data_json()).map_err(|e| refuse(Refusal::ClientData(e.into())))?;
    ClientData::parse(&text).map_err(|e| refuse(Refusal::ClientData(e.into())))?;
    crate::authenticator::data::AuthenticatorData::read(response.authenticator_data())
        .map_err(|e| refuse(Refusal::AuthenticatorData(e.into())))?;
    Ok(Judgement { accept: true, ..Judgement::default() })
}
