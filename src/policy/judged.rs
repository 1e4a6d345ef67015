//! The decision of a policy about an attestation, and what it rests on.

use crate::attestation::Attestation;
use crate::attestation::voucher::{Fact, Voucher};
use crate::authenticator::Aaguid;
use crate::ceremony::evidence::{StatementEvidence, TrustOutcome, voucher};
use crate::ceremony::{Recorder, Step};
use crate::quirk::Quirks;
use crate::x509::revocation::Revocation;
use crate::x509::{self, TrustAnchor};

/// The anchors for a statement, and what they decide.
pub(super) struct Trusted<'t> {
    pub(super) anchors: &'t [TrustAnchor],
    pub(super) revocation: Revocation<'t>,
    /// Whether a path that leads to no anchor is refused.
    pub(super) required: bool,
    /// Whether such an anchor vouches for the AAGUID.
    pub(super) vouched: bool,
}

/// Returns the evidence of a statement without a certification path.
pub(super) const fn evidence_of(attestation: &Attestation<'_>, trust: Option<TrustOutcome>) -> StatementEvidence {
    StatementEvidence {
        format: attestation.format,
        attestation_type: attestation.attestation_type,
        trust,
        algorithm: attestation.algorithm,
        key: attestation.key_properties,
        anchor: None,
        certificates: 0,
        checked_for_revocation: 0,
    }
}

/// The decision of a policy about an attestation that it accepts.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) trust: TrustOutcome,
    /// Why the certificates are untrusted.
    pub(super) reason: Option<x509::CertificateError>,
    /// Whether the AAGUID is attested.
    pub(super) attested: bool,
    /// id-fido-gen-ce-sernum (§8.2.2) of a trusted certificate.
    pub(super) device_serial: Option<Vec<u8>>,
    pub(super) quirks: Quirks,
    /// The statement, or those of a compound attestation, accepted and refused.
    pub(super) statements: Vec<StatementEvidence>,
    /// What the metadata says of each statement.
    #[cfg(feature = "mds")]
    pub(super) metadata: Vec<crate::metadata::MetadataEvidence>,
    /// The valid certification paths.
    #[cfg(feature = "mds")]
    pub(super) proofs: Vec<crate::metadata::Proof>,
}

impl Judged {
    pub(super) const fn new(trust: TrustOutcome) -> Self {
        Self {
            trust,
            reason: None,
            attested: false,
            device_serial: None,
            quirks: Quirks::NONE,
            statements: Vec::new(),
            #[cfg(feature = "mds")]
            metadata: Vec::new(),
            #[cfg(feature = "mds")]
            proofs: Vec::new(),
        }
    }

    /// Returns the decision about one statement without a certification path.
    pub(super) fn of(attestation: &Attestation<'_>, trust: TrustOutcome) -> Self {
        Self { statements: vec![evidence_of(attestation, Some(trust))], ..Self::new(trust) }
    }

    /// Returns who vouches for `fact`: the strongest voucher of the accepted statements.
    pub(super) fn voucher(&self, fact: Fact) -> Voucher {
        voucher(&self.statements, fact)
    }

    /// Records step 24 and the decision. Moves the statements into the evidence.
    pub(super) fn record(&mut self, aaguid: Aaguid, recorder: &mut Recorder) {
        recorder.record(Step::AttestationTrust, self.trust.outcome());
        let evidence = &mut recorder.evidence;
        evidence.attestation_trust = Some(self.trust);
        evidence.attestation_trust_reason = self.reason.map(|reason| reason.to_string());
        evidence.attested_aaguid = self.attested.then_some(aaguid);
        evidence.statements = core::mem::take(&mut self.statements);
        #[cfg(feature = "mds")]
        {
            evidence.metadata = core::mem::take(&mut self.metadata);
        }
        evidence.quirks = evidence.quirks.union(self.quirks);
    }

    /// Adds one more statement of a compound attestation.
    pub(super) fn add(&mut self, other: Self) {
        self.trust = least(self.trust, other.trust);
        let trusted = self.trust == TrustOutcome::Trusted;
        self.reason = self.reason.or(other.reason);
        self.attested = trusted && (self.attested || other.attested);
        self.device_serial = self.device_serial.take().or(other.device_serial).filter(|_| trusted);
        self.quirks = self.quirks.union(other.quirks);
        self.statements.extend(other.statements);
        #[cfg(feature = "mds")]
        {
            self.metadata.extend(other.metadata);
            self.proofs.extend(other.proofs);
            if !trusted {
                self.proofs.clear(); // the model is then only a claim
            }
        }
    }
}

/// Returns the less trusted of two outcomes, and the first if they have the same rank. So the order of the statements, which
/// the authenticator chooses, has no effect on trust.
pub(super) fn least(one: TrustOutcome, other: TrustOutcome) -> TrustOutcome {
    let rank = |outcome| match outcome {
        TrustOutcome::Untrusted => 0,
        TrustOutcome::LegacyRs1 => 1,
        TrustOutcome::NotJudged => 2,
        TrustOutcome::NoCertificates => 3,
        TrustOutcome::Trusted => 4,
    };
    if rank(other) < rank(one) { other } else { one }
}
