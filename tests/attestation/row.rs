//! A row: a registration of the software authenticator with one change, and its verdict.

use std::sync::Arc;
use wardkey::attestation::{AttestationType, CompoundPolicy, StatementError};
use wardkey::ceremony::{Failure, Origins, Refusal, Site, registration};
use wardkey::crypto::{Algorithm as Known, Backend};
use wardkey::internals::AttestationObject;
use wardkey::internals::cbor::Value;
use wardkey::policy::{AttestationPolicy, Registered, Trust, TrustAnchors};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::TrustAnchor;
use wardkey::{RegistrationResponse, UnixTime, UserHandle, x509};
use wardkey_authenticator::{Algorithm, Format, Registration};

type Policy = Arc<dyn Fn(&mut AttestationPolicy) + Send + Sync>;

/// One row of the table.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) registration: Registration,
    /// Choices of the policy in addition to `expected` of the registration.
    pub(crate) policy: Option<Policy>,
    pub(crate) verdict: Result<(), Refusal>,
    /// Only a strict reader refuses it.
    pub(crate) strict: bool,
    /// The verification requires less than the policy, and the policy must not rely on it.
    pub(crate) asking_less: bool,
    /// A bound of this library refuses it. Other libraries have other bounds, so it is not a vector.
    pub(crate) bound: bool,
}

/// A valid registration of an ES256 credential.
pub(crate) fn row(name: &str, format: impl Format + 'static) -> Row {
    row_of(name, Algorithm::Es256, format)
}

/// A valid registration of a credential with this algorithm.
pub(crate) fn row_of(name: &str, algorithm: Algorithm, format: impl Format + 'static) -> Row {
    row_from(name, Registration::new(&format!("attestation.{name}"), algorithm).format(format))
}

/// A row of this registration, without the optional copy `publicKey`, which would be a tenth of the size of the vectors.
pub(crate) fn row_from(name: &str, registration: Registration) -> Row {
    let registration = registration.posted(|posted| posted.public_key = None);
    Row {
        name: name.into(),
        registration,
        policy: None,
        verdict: Ok(()),
        strict: false,
        asking_less: false,
        bound: false,
    }
}

/// The AAGUID of the row with this name.
pub(crate) fn aaguid(name: &str) -> Vec<u8> {
    let mut registration = Registration::new(&format!("attestation.{name}"), Algorithm::Es256);
    registration.authenticator_data.attested().aaguid.clone()
}

/// The certificates of a statement.
pub(crate) fn x5c(registration: &Registration) -> Vec<Vec<u8>> {
    let posted = registration.make();
    let object = AttestationObject::read(&posted.attestation_object, Quirks::NONE).unwrap();
    let x5c = object.statement().map().and_then(|map| map.get("x5c")).and_then(|value| value.array()).unwrap();
    x5c.iter().filter_map(Value::bytes).map(<[u8]>::to_vec).collect()
}

impl Row {
    /// Changes the registration.
    pub(crate) fn then(self, change: impl FnOnce(Registration) -> Registration) -> Self {
        Self { registration: change(self.registration), ..self }
    }

    /// Trusts these certificates.
    pub(crate) fn trusting(self, anchors: Vec<Vec<u8>>) -> Self {
        self.then(|registration| registration.expecting(|expected| expected.trust_anchors = anchors))
    }

    /// Changes the policy. Format 1 cannot express that, so the row is not a vector.
    pub(crate) fn policy(self, change: impl Fn(&mut AttestationPolicy) + Send + Sync + 'static) -> Self {
        Self { policy: Some(Arc::new(change)), ..self }
    }

    /// Changes the policy on certificates.
    pub(crate) fn trust(self, trust: impl Fn(TrustAnchors) -> Trust + Send + Sync + 'static) -> Self {
        let anchors = self.anchors();
        self.policy(move |policy| policy.trust = trust(anchors.clone()))
    }

    /// Changes the policy, but not the expectations of the verification.
    pub(crate) fn only_policy(self, change: impl Fn(&mut AttestationPolicy) + Send + Sync + 'static) -> Self {
        Self { asking_less: true, ..self.policy(change) }
    }

    /// Marks the row: only a strict reader refuses it.
    pub(crate) fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Marks the row: a bound of this library refuses it.
    pub(crate) fn bound(self) -> Self {
        Self { bound: true, ..self }
    }

    /// Refused, because the statement does not verify.
    pub(crate) fn refused(self, error: StatementError) -> Self {
        self.refusal(Refusal::AttestationStatement(error))
    }

    /// Refused, because its certificates lead to no anchor.
    pub(crate) fn untrusted(self, error: impl Into<x509::CertificateError>) -> Self {
        self.refusal(Refusal::AttestationUntrusted(error.into()))
    }

    /// Refused.
    pub(crate) fn refusal(self, refusal: Refusal) -> Self {
        Self { verdict: Err(refusal), ..self }
    }

    /// The step that refuses, and the code.
    fn step_and_code(&self) -> (&'static str, &'static str) {
        match self.verdict {
            Ok(()) => ("", ""),
            Err(Refusal::AttestationObject(_)) => ("§7.1 step 13", "attestation-object-malformed"),
            Err(Refusal::AttestationFormat) => ("§7.1 step 21", "attestation-format-unknown"),
            Err(Refusal::AttestationStatement(_)) => ("§7.1 step 22", "attestation-invalid"),
            Err(Refusal::AttestationTypeNotAccepted(_)) => ("§7.1 step 24", "attestation-type-not-accepted"),
            Err(Refusal::AttestationStatementsTooFew) => ("§7.1 step 24", "attestation-statements-too-few"),
            Err(Refusal::AttestationStatementsNotIndependent) => {
                ("§7.1 step 24", "attestation-statements-not-independent")
            }
            Err(Refusal::AttestedKey(_)) => ("§7.1 step 24", "attested-key-not-accepted"),
            Err(Refusal::AttestedKeyNotInHardware) => ("§7.1 step 24", "attested-key-not-in-hardware"),
            Err(Refusal::AttestationUntrusted(_)) => ("§7.1 step 24", "attestation-untrusted"),
            Err(Refusal::AttestationLegacyRs1) => ("§7.1 step 24", "attestation-legacy-rs1"),
            Err(Refusal::EnterpriseAttestation) => ("§7.1 step 24", "enterprise-attestation-not-accepted"),
            Err(Refusal::AaguidNotAttested) => ("§7.1 step 24", "aaguid-not-attested"),
            Err(Refusal::AaguidNotAccepted) => ("§7.1 step 24", "aaguid-not-accepted"),
            Err(other) => panic!("{}: {other:?} is not of this table", self.name),
        }
    }

    pub(crate) fn step(&self) -> &'static str {
        self.step_and_code().0
    }

    /// Checks that the verdict of the library is that of the row.
    pub(crate) fn check(&self, response: &RegistrationResponse, backend: &dyn Backend) -> Result<(), String> {
        let (step, code) = self.step_and_code();
        match (self.judge(response, backend), self.verdict) {
            (Ok(registered), Ok(())) => {
                let (format, kind) = (registered.attestation_format(), registered.attestation_type());
                let attestation = &self.registration.attestation;
                let right =
                    format.identifier() == attestation.identifier() && kind.name() == attestation.attestation_type();
                if right { Ok(()) } else { Err(format!("reported as {format}, {kind}")) }
            }
            (Err(failure), Err(refusal)) if failure.refusal == refusal => {
                let number = failure.step().map(|step| step.to_string()).unwrap_or_default();
                let (section, at) = (format!("§{}", number.replace('/', " step ")), failure.code());
                if (&*section, at) == (step, code) { Ok(()) } else { Err(format!("{at} at {section}")) }
            }
            (Ok(_), Err(refusal)) => Err(format!("accepted, must be {refusal:?}")),
            (Err(failure), verdict) => Err(format!("{:?}, must be {verdict:?}", failure.refusal)),
        }
    }

    fn anchors(&self) -> TrustAnchors {
        let ders = &self.registration.expected.trust_anchors;
        TrustAnchors::new(ders.iter().map(|der| TrustAnchor::from_der(der).unwrap()))
    }

    /// The response that the browser posts.
    pub(crate) fn response(&self) -> RegistrationResponse {
        RegistrationResponse::from_json(&self.registration.response().to_string()).unwrap()
    }

    /// The verdict of the library.
    fn judge(&self, response: &RegistrationResponse, backend: &dyn Backend) -> Result<Registered, Failure> {
        let given = &self.registration.expected;
        let mut policy = AttestationPolicy::any();
        policy.accept_legacy_rs1 = true; // as in the vectors
        policy.types.retain(|kind| match kind {
            AttestationType::None => given.accept_none,
            AttestationType::SelfAttestation => given.accept_self,
            _ => true,
        });
        if given.verify_trust {
            policy.trust = Trust::Verify(self.anchors());
        }
        if let Some(change) = &self.policy {
            change(&mut policy);
        }
        let site = Site::new(&given.rp.id, Origins::exact(&given.rp.origins));
        let algorithms: Vec<_> =
            Known::OFFERABLE.into_iter().filter(|known| backend.supports(known.scheme())).collect();
        let mut expected = registration::ExpectedRegistration::new(&site, &given.challenge, &algorithms);
        expected.user_verification_required = given.uv_required;
        expected.time = given.validate_at.map(UnixTime::from_secs);
        if self.asking_less {
            expected.compound = CompoundPolicy::AtLeast(1);
        } else {
            expected.compound = policy.compound;
            expected.key_enforcement = policy.key_enforcement;
        }
        expected.quirks = given.quirks.iter().map(|name| Quirk::from_name(name).unwrap()).collect();
        let verified = registration::verify(&expected, response, backend)?;
        policy.decide(verified, &UserHandle::new(given.user_handle.clone()).unwrap())
    }
}
