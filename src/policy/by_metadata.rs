//! §7.1 steps 23 and 24 with the FIDO metadata: the anchors are those of the model, and its reports decide.

use super::attestation::Circumstances;
use super::judged::{Judged, Trusted};
use super::reassessment::keys_of;
use super::{AttestationPolicy, MetadataTrust, ModelVerdict};
use crate::attestation::voucher::{Fact, Voucher};
use crate::attestation::{Attestation, AttestationType, Format};
use crate::budget::Budget;
use crate::ceremony::Refusal;
use crate::ceremony::evidence::TrustOutcome;
use crate::metadata::{
    Circumstance, Lookup, Metadata, MetadataEvidence, ModelId, Proof, Reason, Reasons, firmware_of, key_identifier_of,
};
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::revocation::Revocation;
use crate::x509::{Rule, TrustAnchor};

/// The metadata and the time at which its reports are read. Without a time, that of the receipt of the BLOB.
fn metadata<'c>(circumstances: &Circumstances<'c>) -> Result<(&'c Metadata, UnixTime), Refusal> {
    let metadata = circumstances.metadata.ok_or(Refusal::Metadata(Reasons::NONE.with(Reason::NoMetadata)))?;
    Ok((metadata, circumstances.time.unwrap_or_else(|| metadata.received_at())))
}

/// Refuses if the verdict has a reason that counts. If the trust requires what the policy demands, every reason counts; otherwise
/// only those that are known to be bad. If none counts, adds the evidence of the metadata to `judged`.
fn accept(
    trust: &MetadataTrust,
    metadata: &Metadata,
    id: ModelId,
    verdict: ModelVerdict,
    judged: Judged,
) -> Result<Judged, Refusal> {
    let ModelVerdict { reasons, standing } = verdict;
    let refusing = if trust.required { reasons } else { reasons.known_bad() };
    if !refusing.is_empty() {
        return Err(Refusal::Metadata(reasons));
    }
    Ok(Judged { metadata: vec![MetadataEvidence::new(metadata, id, standing, reasons)], ..judged })
}

impl MetadataTrust {
    /// Joins the reasons of an unknown model with what is bad of the model that the AAGUID claims: under `fido-u2f` that is another id.
    /// `not-in-metadata` and `entry-unreadable` stand alone where they refuse.
    fn with_claim(&self, reasons: Reasons, of_claim: Reasons) -> Reasons {
        let (unknown, against) = (reasons.contains(Reason::NotInMetadata), of_claim.known_bad());
        if against.is_empty() || reasons.contains(Reason::EntryUnreadable) || (unknown && self.required) {
            reasons
        } else if unknown || against.contains(Reason::EntryUnreadable) {
            against
        } else {
            reasons.union(against)
        }
    }
}

/// A statement without certificates: nothing is known of the model.
pub(super) fn without_certificates(
    trust: &MetadataTrust,
    attestation: &Attestation<'_>,
    circumstances: &Circumstances<'_>,
) -> Result<Judged, Refusal> {
    let (metadata, at) = metadata(circumstances)?;
    let aaguid = circumstances.aaguid;
    let verdict = trust.policy.judge_claim(metadata, aaguid, at);
    let judged = Judged::of(attestation, TrustOutcome::NoCertificates);
    accept(trust, metadata, ModelId::Aaguid(aaguid), verdict, judged)
}

/// Returns the id of the model. Under `fido-u2f` nobody signs the AAGUID, so the key of the certificate names the model.
fn model_of(
    attestation: &Attestation<'_>,
    leaf: Option<&Certificate<'_>>,
    circumstances: &Circumstances<'_>,
) -> Result<ModelId, Refusal> {
    if attestation.format != Format::FidoU2f {
        return Ok(ModelId::Aaguid(circumstances.aaguid));
    }
    let identifier = leaf.and_then(|leaf| key_identifier_of(leaf.spki, circumstances.backend));
    // Without SHA-1 no model can be looked up.
    identifier.map(ModelId::KeyIdentifier).ok_or(Refusal::Metadata(Reasons::NONE.with(Reason::NoMetadata)))
}

/// A statement with certificates.
pub(super) fn certificates<'a>(
    policy: &AttestationPolicy,
    trust: &MetadataTrust,
    attestation: &'a Attestation<'_>,
    leaf: Option<&Certificate<'a>>,
    circumstances: &Circumstances<'_>,
    budget: &mut Budget,
) -> Result<Judged, Refusal> {
    let (metadata, at) = metadata(circumstances)?;
    let Circumstances { aaguid, backend, .. } = *circumstances;
    let id = model_of(attestation, leaf, circumstances)?;
    let mut circumstance = Circumstance::at(at);
    let own = trust.own.of_aaguid(attestation.format, aaguid);
    let numbers = match (metadata.lookup(&id), own) {
        (Lookup::Entries(numbers), _) => numbers,
        (Lookup::Absent, Some(_)) => &[],
        (Lookup::Absent | Lookup::Unreadable(_), _) => {
            let mut verdict = trust.policy.judge(metadata, &id, &circumstance);
            verdict.reasons = trust.with_claim(verdict.reasons, trust.policy.judge_claim(metadata, aaguid, at).reasons);
            let reason = Some(Rule::NoAnchors.into());
            let judged = Judged { reason, ..Judged::of(attestation, TrustOutcome::Untrusted) };
            return accept(trust, metadata, id, verdict, judged);
        }
    };
    let of_model: Vec<TrustAnchor>;
    let anchors = match own {
        Some(own) => own,
        None => {
            let models = numbers.iter().filter_map(|number| metadata.model(*number));
            of_model = models.flat_map(|model| metadata.anchors_of(model).cloned()).collect();
            &of_model
        }
    };
    let all = if trust.own.crls.is_empty() { Vec::new() } else { anchors.iter().chain(trust.own.all()).collect() };
    let revocation = Revocation { crls: &trust.own.crls, anchors: &all };
    // These anchors are listed for the model, so they vouch for an AAGUID that somebody signs: see SECURITY.md.
    let vouched = Voucher::of(attestation.format, AttestationType::BasicOrAttCa, Fact::Aaguid).is_signature();
    let trusted = Trusted { anchors, revocation, required: trust.required, vouched };
    let (judged, path) = policy.path(attestation, leaf, &trusted, circumstances, budget)?;
    // A path that the policy does not trust, because the statement is signed with RS1, proves no more than none.
    let proven = path.filter(|_| judged.trust == TrustOutcome::Trusted);
    let end = proven.and_then(|path| Some((path, anchors.get(path.anchor)?)));
    let Some((path, anchor)) = end else {
        // The model is only a claim.
        return accept(trust, metadata, id, trust.policy.judge_claim(metadata, aaguid, at), judged);
    };
    let x5c: Vec<Certificate<'_>> =
        attestation.trust_path.iter().filter_map(|der| Certificate::read(der).ok()).collect();
    let has_batch = numbers.iter().filter_map(|number| metadata.model(*number)).any(|model| model.names_a_batch());
    let keys = match has_batch {
        true => keys_of(x5c.iter().map(|certificate| certificate.spki).chain([anchor.spki()]), backend),
        false => Vec::new(),
    };
    circumstance.keys = Some(&keys);
    circumstance.firmware = leaf.and_then(firmware_of);
    let verdict = match numbers {
        // The relying party knows the model by its own anchors.
        [] => ModelVerdict::without_entry(trust.policy.below_for_unknown()),
        _ => trust.policy.judge(metadata, &id, &circumstance),
    };
    let judged = accept(trust, metadata, id, verdict, judged)?;
    let below = x5c.get(..path.certificates).unwrap_or_default();
    let proof = Proof::of(attestation.format, below, anchor, backend);
    let proofs = proof.into_iter().map(|proof| proof.by(own.is_some())).collect();
    Ok(Judged { proofs, ..judged })
}
