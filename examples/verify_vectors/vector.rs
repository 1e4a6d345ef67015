//! Ceremony vectors, format 1 (`tests/vectors/README.md`): one JSON object per line, bytes in base64url.
//!
//! Converts a vector to expectations and a response, and calls the pure functions of the library. A vector that they cannot
//! express fails, with the reason.

use base64::Engine as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use wardkey::attestation::AttestationType;
use wardkey::ceremony::authentication::SignCountPolicy;
use wardkey::ceremony::evidence::Evidence;
use wardkey::ceremony::{Ceremony, Failure, Origins, Refusal, Site, authentication, registration};
use wardkey::crypto::{Algorithm, Backend};
use wardkey::internals::{AuthenticatorData, ClientData, decode_client_data};
use wardkey::policy::{AttestationPolicy, Registered, Trust, TrustAnchors};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::TrustAnchor;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UnixTime, UserHandle};

/// A byte string.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
        bytes.map(Self).map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Vector {
    pub(crate) id: String,
    kind: Kind,
    rp: Rp,
    expected: Expected,
    response: Box<RawValue>,
    pub(crate) verdict: Verdict,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Registration,
    Authentication,
}

#[derive(Debug, Deserialize)]
struct Rp {
    id: String,
    origins: Vec<String>,
    #[serde(default)]
    allow_cross_origin: bool,
    #[serde(default)]
    top_origins: Vec<String>,
}

#[derive(Debug, Deserialize)]
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
    extensions: Option<Box<RawValue>>,
    credential: Option<Credential>,
    #[serde(default)]
    quirks: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Policy {
    accept_none: bool,
    accept_self: bool,
    trust: String,
}

#[derive(Debug, Deserialize)]
struct Credential {
    id: Bytes,
    public_key_cose: Bytes,
    sign_count: u32,
    user_handle: Option<Bytes>,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
    uv_initialized: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) accept: bool,
    step: Option<String>,
    pub(crate) reason: Option<String>,
    attestation_format: Option<String>,
    attestation_type: Option<String>,
}

/// The verdict of the library on a vector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) accept: bool,
    pub(crate) code: Option<&'static str>,
    pub(crate) step: Option<String>,
    pub(crate) attestation_format: Option<&'static str>,
    pub(crate) attestation_type: Option<&'static str>,
    pub(crate) reason: Option<String>,
    /// The evidence without the names of backend and module, so that the judgements of two backends can be compared. `None` for
    /// a vector without a record, which is only parsed.
    pub(crate) evidence: Option<Box<Evidence>>,
    /// Why there is no verdict. If set, ignore the other members.
    pub(crate) error: Option<String>,
}

/// Why a ceremony is not accepted: it is refused, or this runner cannot express the expectation.
enum Stop {
    Refused(Failure),
    Inexpressible(String),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

impl From<wardkey::Error> for Stop {
    fn from(error: wardkey::Error) -> Self {
        match error {
            wardkey::Error::Failed(failure) => Self::Refused(failure),
            other => inexpressible(other),
        }
    }
}

fn inexpressible(what: impl std::fmt::Display) -> Stop {
    Stop::Inexpressible(format!("this runner cannot say {what}"))
}

/// Returns which of the words that format 1 allows is the value of a member; the first word if the member is absent.
fn word<'w>(member: &str, value: Option<&str>, words: &[&'w str]) -> Result<&'w str, Stop> {
    let known = value.map_or(words.first(), |value| words.iter().find(|word| **word == value));
    known.copied().ok_or_else(|| inexpressible(format_args!("expected.{member}: {}", value.unwrap_or_default())))
}

fn credential_id(bytes: &Bytes) -> Result<CredentialId, Stop> {
    CredentialId::new(&bytes.0).map_err(inexpressible)
}

fn without_backend(mut evidence: Evidence) -> Box<Evidence> {
    (evidence.backend, evidence.module) = (None, None);
    Box::new(evidence)
}

impl Judgement {
    fn refused(failure: &Failure) -> Self {
        Self {
            code: Some(failure.code()),
            step: failure.step().map(|step| step.to_string()),
            reason: Some(failure.to_string()),
            evidence: Some(without_backend(failure.evidence())),
            ..Self::default()
        }
    }

    fn registered(registered: &Registered) -> Self {
        Self {
            accept: true,
            attestation_format: Some(registered.attestation_format().identifier()),
            attestation_type: Some(registered.attestation_type().name()),
            evidence: Some(without_backend(registered.evidence())),
            ..Self::default()
        }
    }
}

impl Vector {
    /// Verifies the ceremony.
    pub(crate) fn judge(&self, backend: &dyn Backend) -> Judgement {
        let judged = match self.kind {
            Kind::Registration => self.registration(backend),
            Kind::Authentication => self.authentication(backend),
        };
        judged.unwrap_or_else(|stop| match stop {
            Stop::Refused(failure) => Judgement::refused(&failure),
            Stop::Inexpressible(why) => Judgement { error: Some(why), ..Judgement::default() },
        })
    }

    /// Returns how the verdict differs from that of the vector, or `None`.
    pub(crate) fn disagreement(&self, judged: &Judgement) -> Option<String> {
        let verdict = &self.verdict;
        if judged.error.is_some() {
            return judged.error.clone();
        }
        if judged.accept != verdict.accept {
            let (is, should) = if judged.accept { ("accepted", "refused") } else { ("refused", "accepted") };
            let why = judged.reason.as_deref().or(verdict.reason.as_deref()).unwrap_or_default();
            return Some(format!("{is}, must be {should}: {why}"));
        }
        let reported = |what: &str, is: Option<&str>, should: Option<&str>| match should {
            Some(should) if is != Some(should) => Some(format!("{what} is {is:?}, must be {should:?}")),
            _ => None,
        };
        if judged.accept {
            reported("attestation_format", judged.attestation_format, verdict.attestation_format.as_deref())
                .or_else(|| reported("attestation_type", judged.attestation_type, verdict.attestation_type.as_deref()))
        } else {
            reported("step", judged.step.as_deref(), verdict.step().as_deref())
        }
    }

    fn site(&self) -> Site {
        let site = Site::new(&self.rp.id, Origins::exact(&self.rp.origins));
        if self.rp.allow_cross_origin { site.framed_by(&self.rp.top_origins) } else { site }
    }

    fn quirks(&self) -> Result<Quirks, Stop> {
        let named = |name: &String| Quirk::from_name(name).ok_or_else(|| inexpressible(format_args!("quirk {name}")));
        self.expected.quirks.iter().map(named).collect()
    }

    /// The expectations of extensions, in the serde form of the states. States contain every member; a vector contains only
    /// those that differ from the default.
    fn extensions<T: Default + Serialize + DeserializeOwned>(&self) -> Result<T, Stop> {
        let Some(json) = &self.expected.extensions else { return Ok(T::default()) };
        let read = || {
            let mut all = serde_json::to_value(T::default())?;
            overlay(&mut all, serde_json::from_str(json.get())?);
            serde_json::from_value(all)
        };
        read().map_err(|error: serde_json::Error| inexpressible(format_args!("expected.extensions: {error}")))
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
    fn policy(&self) -> Result<AttestationPolicy, Stop> {
        let mut policy = AttestationPolicy::any();
        policy.accept_legacy_rs1 = true;
        let Some(wanted) = &self.expected.attestation_policy else { return Ok(policy) };
        policy.types.retain(|kind| match kind {
            AttestationType::None => wanted.accept_none,
            AttestationType::SelfAttestation => wanted.accept_self,
            _ => true,
        });
        if word("attestation_policy.trust", Some(&wanted.trust), &["verify", "ignore"])? == "verify" {
            let anchors = self.expected.trust_anchors.iter().map(|anchor| TrustAnchor::from_der(&anchor.0));
            let anchors: Vec<TrustAnchor> = anchors.collect::<Result<_, _>>().map_err(inexpressible)?;
            policy.trust = Trust::Verify(TrustAnchors::new(anchors));
        }
        Ok(policy)
    }

    fn registration(&self, backend: &dyn Backend) -> Result<Judgement, Stop> {
        let policy = self.policy()?;
        word("compound_policy", self.expected.compound_policy.as_deref(), &["all"])?;
        let malformed = |error| failure(Ceremony::Registration, Refusal::Response(error));
        let response = RegistrationResponse::from_json(self.response.get()).map_err(malformed)?;
        let (site, algorithms) = (self.site(), self.algorithms(backend));
        let mut expected = registration::ExpectedRegistration::new(&site, &self.expected.challenge.0, &algorithms);
        expected.user_verification_required = self.expected.uv_required;
        expected.conditional = self.conditional()?;
        expected.extensions = self.extensions()?;
        expected.time = self.expected.validate_at.map(UnixTime::from_secs);
        expected.quirks = self.quirks()?;
        let verified = registration::verify(&expected, &response, backend)?;
        let registered = policy.decide(verified, &placeholder())?;
        let judged = Judgement::registered(&registered);
        let known = &self.expected.known_credential_ids;
        let id = registered.credential_id();
        let stored = known.iter().any(|known| known.0 == id.as_bytes());
        let stored = stored.then(|| CredentialRecord::new(id.clone(), placeholder(), Vec::new()));
        registered.claim(stored.as_ref())?;
        Ok(judged)
    }

    /// Absent: a modal ceremony.
    fn conditional(&self) -> Result<bool, Stop> {
        Ok(word(
            "mediation",
            self.expected.mediation.as_deref(),
            &["modal", "silent", "optional", "required", "conditional"],
        )? == "conditional")
    }

    fn authentication(&self, backend: &dyn Backend) -> Result<Judgement, Stop> {
        let counter = word("counter_policy", self.expected.counter_policy.as_deref(), &["reject", "report"])?;
        word("backup_policy", self.expected.backup_policy.as_deref(), &["verify"])?;
        self.conditional()?;
        let malformed = |error| failure(Ceremony::Authentication, Refusal::Response(error));
        let response = AuthenticationResponse::from_json(self.response.get()).map_err(malformed)?;
        let Some(credential) = &self.expected.credential else { return parse_only(&response) };
        let record = record(credential, response.user_handle())?;
        let ids = self.expected.allow_credentials.iter().flatten();
        let allow_credentials: Vec<_> = ids.map(credential_id).collect::<Result<_, _>>()?;
        let (site, algorithms) = (self.site(), self.sign_in_algorithms());
        let mut expected = authentication::ExpectedAuthentication::new(&site, &self.expected.challenge.0);
        expected.algorithms = &algorithms;
        expected.allow_credentials = &allow_credentials;
        expected.user_handle = self.expected.user_identified.unwrap_or(true).then(|| record.user_handle.as_bytes());
        expected.user_verification_required = self.expected.uv_required;
        expected.appid = self.expected.appid.as_deref();
        expected.sign_count = if counter == "report" { SignCountPolicy::Report } else { SignCountPolicy::Reject };
        expected.extensions = self.extensions()?;
        expected.quirks = self.quirks()?;
        let verified = authentication::verify(&expected, &response, &record, backend)?;
        Ok(Judgement { accept: true, evidence: Some(without_backend(verified.evidence())), ..Judgement::default() })
    }
}

fn overlay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                overlay(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

/// The stored record. If the user handle is unknown it is not checked: the record then has that of the response, if any.
fn record(credential: &Credential, received: Option<&[u8]>) -> Result<CredentialRecord, Stop> {
    let user = match &credential.user_handle {
        Some(known) => UserHandle::new(&known.0).map_err(inexpressible)?,
        None => received.and_then(|handle| UserHandle::new(handle).ok()).unwrap_or_else(placeholder),
    };
    let id = credential_id(&credential.id)?;
    let mut record = CredentialRecord::new(id, user, credential.public_key_cose.0.clone());
    record.sign_count = credential.sign_count;
    record.uv_initialized = credential.uv_initialized.unwrap_or_default();
    record.backup_eligible = credential.backup_eligible;
    record.backup_state = credential.backup_state;
    Ok(record)
}

fn placeholder() -> UserHandle {
    UserHandle::new([0]).expect("one byte is a user handle")
}

/// A vector without a record: parsing must refuse the response.
fn parse_only(response: &AuthenticationResponse) -> Result<Judgement, Stop> {
    let refuse = |refusal| failure(Ceremony::Authentication, refusal);
    let text = decode_client_data(response.client_data_json()).map_err(|e| refuse(Refusal::ClientData(e.into())))?;
    ClientData::parse(&text).map_err(|e| refuse(Refusal::ClientData(e.into())))?;
    AuthenticatorData::read(response.authenticator_data()).map_err(|e| refuse(Refusal::AuthenticatorData(e.into())))?;
    Ok(Judgement { accept: true, ..Judgement::default() })
}

fn failure(ceremony: Ceremony, refusal: Refusal) -> Failure {
    Failure::new(ceremony, refusal)
}

impl Verdict {
    /// The step of §7.1 or §7.2 that decides, if the vector names one: `7.1/8`.
    pub(crate) fn step(&self) -> Option<String> {
        let (_, named) = self.step.as_deref()?.split_once("§7.")?;
        let (section, rest) = named.split_once(" step ")?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("7.{section}/{digits}"))
    }
}
