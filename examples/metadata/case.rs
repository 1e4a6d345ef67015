//! Metadata cases: one JSON object per line. A case says what is handed in and the one right answer.
//!
//! `tests/metadata/README.md` describes the format. A case that this runner cannot express fails, with the reason.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use wardkey::attestation::{AttestationType, Format};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::registration::{self, ExpectedRegistration};
use wardkey::ceremony::{Origins, Refusal, Site};
use wardkey::crypto::{Algorithm, default_backend};
use wardkey::metadata::{
    self, Attested, BlobError, ChainKeys, Circumstance, Metadata, ModelId, Reason, Reasons, Roots, Seen,
};
use wardkey::policy::{AttestationPolicy, MetadataPolicy, MetadataTrust, Trust};
use wardkey::x509::{Crl, TrustAnchor};
use wardkey::{CredentialId, RegistrationResponse, UnixTime, UserHandle};

/// A byte string.
#[derive(Clone, Debug, Default)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Blob,
    Status,
    Registration,
    SignIn,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    kind: Kind,
    blob: String,
    roots: Vec<Bytes>,
    at: i64,
    #[serde(default)]
    leaf_name: Option<String>,
    last_no: Option<u64>,
    grace_secs: Option<u64>,
    #[serde(default)]
    crls: Vec<Bytes>,
    model: Option<Model>,
    judged_at: Option<i64>,
    policy: Option<MetadataPolicy>,
    vector: Option<Vector>,
    record: Option<Record>,
    expect: Value,
}

#[derive(Debug, Deserialize)]
struct Model {
    aaguid: Option<Aaguid>,
    key_identifier: Option<String>,
    firmware: Option<u32>,
    chain: Option<Vec<Bytes>>,
}

#[derive(Debug, Deserialize)]
struct Vector {
    rp: Rp,
    expected: Expected,
    response: Box<RawValue>,
}

#[derive(Debug, Deserialize)]
struct Rp {
    id: String,
    origins: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Expected {
    challenge: Bytes,
    uv_required: bool,
    algs: Option<Vec<i64>>,
    mediation: Option<String>,
    attestation_policy: Option<Types>,
    #[serde(default)]
    known_credential_ids: Vec<Bytes>,
}

#[derive(Debug, Deserialize)]
struct Types {
    accept_none: bool,
    accept_self: bool,
}

#[derive(Debug, Deserialize)]
struct Record {
    format: String,
    aaguid: Aaguid,
    trust: String,
    registered_at: i64,
    #[serde(default)]
    x5c: Vec<Bytes>,
    anchor: Option<Bytes>,
    firmware: Option<u32>,
}

/// What the library says of a case.
pub(crate) struct Answer {
    members: Value,
    /// How it differs from the expectation, or why there is no answer.
    pub(crate) disagreement: Option<String>,
}

impl Answer {
    /// No answer, for this reason.
    pub(crate) fn none(why: String) -> Self {
        Self { members: json!({ "accept": null, "error": why }), disagreement: Some(why) }
    }

    pub(crate) fn with_id(&self, id: &str) -> Value {
        let mut members = self.members.clone();
        members["id"] = id.into();
        members
    }
}

/// The members of the answer about a BLOB that is accepted.
pub(crate) fn accepted(metadata: &Metadata, seen: Seen, at: UnixTime) -> Value {
    let mut answer = json!({
        "accept": true,
        "no": metadata.number(),
        "next_update": metadata.next_update(),
        "fresh": metadata.is_fresh(at),
        "entries": metadata.models().len(),
        "skipped": metadata.skipped().len(),
        "duplicates": metadata.duplicates(),
        "checked_for_revocation": metadata.signer().checked_for_revocation,
    });
    if let Some(last) = seen.number {
        answer["newer"] = (metadata.number() > last).into();
    }
    answer
}

fn refused(reason: &str) -> Value {
    json!({ "accept": false, "reasons": [reason] })
}

fn names(reasons: Reasons) -> Vec<&'static str> {
    reasons.iter().map(Reason::name).collect()
}

impl Case {
    pub(crate) fn answer(&self) -> Answer {
        match self.judge() {
            Ok(members) => {
                let disagreement = disagreement(&self.expect, &members);
                Answer { members, disagreement }
            }
            Err(why) => Answer::none(why),
        }
    }

    fn seen(&self) -> Seen {
        let mut seen = Seen::nothing();
        (seen.number, seen.grace) = (self.last_no, self.grace_secs.map(Duration::from_secs));
        seen
    }

    fn at(&self) -> UnixTime {
        UnixTime::from_secs(self.at)
    }

    /// The metadata, or why the BLOB is refused. What is no root and no revocation list refuses as if it were missing.
    fn metadata(&self) -> Result<Metadata, &'static str> {
        let anchors = self.roots.iter().filter_map(|root| TrustAnchor::from_der(&root.0).ok());
        let roots = match &self.leaf_name {
            Some(name) => Roots::of(name.as_str(), anchors),
            None => Roots::any_name(anchors),
        };
        let crls: Result<Vec<Crl>, _> = self.crls.iter().map(|crl| Crl::from_der(&crl.0)).collect();
        let roots = roots.with_crls(crls.map_err(|_| "revoked")?);
        let verified = metadata::verify(self.blob.as_bytes(), &roots, self.seen(), self.at(), default_backend());
        verified.map_err(|error: BlobError| error.code())
    }

    fn judge(&self) -> Result<Value, String> {
        let metadata = match (self.metadata(), self.kind) {
            (Ok(metadata), Kind::Blob) => return Ok(accepted(&metadata, self.seen(), self.at())),
            (Err(class), Kind::Blob) => return Ok(json!({ "accept": false, "class": class })),
            (Ok(metadata), _) => metadata,
            (Err(class), _) => return Err(format!("the BLOB is refused: {class}")),
        };
        let policy = self.policy.ok_or("the case has no policy")?;
        match self.kind {
            Kind::Blob => Err("answered above".to_owned()),
            Kind::Status => self.status(&metadata, policy),
            Kind::Registration => self.registration(&metadata, policy),
            Kind::SignIn => self.sign_in(&metadata, policy),
        }
    }

    fn status(&self, metadata: &Metadata, policy: MetadataPolicy) -> Result<Value, String> {
        let model = self.model.as_ref().ok_or("the case has no model")?;
        let id = match (model.aaguid, &model.key_identifier) {
            (Some(aaguid), None) => ModelId::Aaguid(aaguid),
            (None, Some(text)) => match text.parse() {
                Ok(id @ ModelId::KeyIdentifier(_)) => id,
                _ => return Err("expected a key identifier of 40 hexadecimal digits".to_owned()),
            },
            _ => return Err("expected an aaguid or a key identifier".to_owned()),
        };
        let mut circumstance = Circumstance::at(UnixTime::from_secs(self.judged_at.unwrap_or(self.at)));
        circumstance.firmware = model.firmware;
        let chain = model.chain.iter().flatten().map(|der| der.0.as_slice());
        let keys = model.chain.as_ref().filter(|chain| !chain.is_empty());
        let keys = keys.map(|_| ChainKeys::of(chain, default_backend()));
        let keys = keys.transpose().map_err(|error| error.to_string())?;
        let verdict = policy.judge(
            metadata,
            &id,
            &match &keys {
                Some(keys) => circumstance.with_keys(keys),
                None => circumstance,
            },
        );
        let mut answer = json!({ "accept": verdict.reasons.is_empty(), "reasons": names(verdict.reasons) });
        answer["found"] = match (verdict.standing, metadata.is_unreadable(&id)) {
            (_, true) => "unreadable".into(),
            (Some(standing), false) => {
                answer["level"] = standing.level.map_or("none", |level| level.name()).into();
                answer["functional"] = standing.functional.into();
                answer["fips"] = standing.fips.into();
                answer["incidents"] = standing.incidents.iter().map(|incident| incident.name()).collect();
                "entry".into()
            }
            (None, false) => "absent".into(),
        };
        Ok(answer)
    }

    fn registration(&self, metadata: &Metadata, policy: MetadataPolicy) -> Result<Value, String> {
        let vector = self.vector.as_ref().ok_or("the case has no vector")?;
        let backend = default_backend();
        let site = Site::new(&vector.rp.id, Origins::exact(&vector.rp.origins));
        let algorithms: Vec<Algorithm> = match &vector.expected.algs {
            Some(numbers) => numbers.iter().filter_map(|number| Algorithm::from_cose(*number)).collect(),
            None => Algorithm::OFFERABLE.into_iter().filter(|algorithm| backend.supports(algorithm.scheme())).collect(),
        };
        let mut expected = ExpectedRegistration::new(&site, &vector.expected.challenge.0, &algorithms);
        expected.user_verification_required = vector.expected.uv_required;
        expected.conditional = vector.expected.mediation.as_deref() == Some("conditional");
        expected.time = Some(self.at());
        expected.metadata = Some(metadata);
        let Ok(response) = RegistrationResponse::from_json(vector.response.get()) else {
            return Ok(refused("ceremony"));
        };
        let Ok(verified) = registration::verify(&expected, &response, backend) else { return Ok(refused("ceremony")) };
        let mut attestation = AttestationPolicy::any();
        attestation.accept_legacy_rs1 = true;
        if let Some(types) = &vector.expected.attestation_policy {
            attestation.types.retain(|kind| match kind {
                AttestationType::None => types.accept_none,
                AttestationType::SelfAttestation => types.accept_self,
                _ => true,
            });
        }
        attestation.trust = Trust::Metadata(MetadataTrust::verify(policy));
        let user = UserHandle::new([0]).map_err(|error| error.to_string())?;
        let is_known =
            |id: &CredentialId| vector.expected.known_credential_ids.iter().any(|known| known.0 == id.as_bytes());
        Ok(match attestation.decide(verified, &user) {
            Ok(registered) if is_known(registered.credential_id()) => refused("ceremony"),
            Ok(registered) => {
                json!({ "accept": true, "reasons": [], "attested": registered.attested_aaguid().is_some() })
            }
            Err(failure) => match failure.refusal {
                Refusal::Metadata(reasons) => json!({ "accept": false, "reasons": names(reasons) }),
                Refusal::AttestationTypeNotAccepted(_) => refused("type-not-accepted"),
                Refusal::AttestationUntrusted(_) | Refusal::AttestationLegacyRs1 => refused("untrusted"),
                _ => refused("ceremony"),
            },
        })
    }

    fn sign_in(&self, metadata: &Metadata, policy: MetadataPolicy) -> Result<Value, String> {
        let record = self.record.as_ref().ok_or("the case has no record")?;
        let registered_at = UnixTime::from_secs(record.registered_at);
        let mut attested = match record.trust.as_str() {
            "no_certificates" => Attested::unattested(record.aaguid, registered_at),
            "trusted" => {
                let format = Format::from_identifier(&record.format).ok_or("unknown format")?;
                let anchor = record.anchor.as_ref().ok_or("the record has no anchor")?;
                let anchor = TrustAnchor::from_der(&anchor.0).map_err(|error| error.to_string())?;
                let x5c = record.x5c.iter().map(|der| der.0.as_slice());
                Attested::from_chain(format, record.aaguid, x5c, &anchor, registered_at, default_backend())
                    .map_err(|error| error.to_string())?
            }
            other => return Err(format!("unknown trust {other}")),
        };
        if let Some(version) = record.firmware {
            attested = attested.with_firmware(version);
        }
        // What is kept is the JSON.
        let kept = serde_json::to_string(&attested).map_err(|error| error.to_string())?;
        let attested: Attested = serde_json::from_str(&kept).map_err(|error| error.to_string())?;
        let found = metadata.reassess(&attested, &policy, self.at());
        Ok(json!({ "decision": found.decision.name(), "reasons": names(found.reasons), "notes": names(found.notes) }))
    }
}

/// How an answer differs from the expectation: members that the expectation does not have are not compared, lists are sets.
fn disagreement(expect: &Value, answer: &Value) -> Option<String> {
    let set =
        |value: &Value| -> BTreeSet<String> { value.as_array().into_iter().flatten().map(Value::to_string).collect() };
    for (name, wanted) in expect.as_object()? {
        let is = &answer[name];
        let agrees = match (name.as_str(), wanted) {
            ("accept", Value::Null) => true,
            ("class", Value::Array(classes)) => classes.contains(is),
            (_, Value::Array(_)) => is.is_array() && set(wanted) == set(is),
            _ => wanted == is,
        };
        if !agrees {
            return Some(format!("{name} is {is}, must be {wanted}"));
        }
    }
    None
}
