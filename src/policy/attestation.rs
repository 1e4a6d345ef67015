//! Which attestations are accepted (§7.1 steps 23 and 24), as data.
//!
//! A fact that an authenticator claims raises trust only if a certification path leads from its statement to an anchor, and the
//! statement vouches for the fact ([`voucher`](crate::attestation::voucher)).

use super::judged::{Judged, Trusted, evidence_of};
use super::path::known_bad;
use super::{Registered, TrustAnchors};
use crate::attestation::AndroidProperties;
use crate::attestation::android_key::SONY_INTERMEDIATE;
use crate::attestation::android_safetynet::HOST_NAME;
use crate::attestation::compound::independent;
use crate::attestation::voucher::Fact;
use crate::attestation::voucher::names_model;
use crate::attestation::{Attestation, AttestationType, CompoundPolicy, Format, oid};
use crate::attestation::{KeyEnforcement, KeyProperties, Reason};
use crate::authenticator::Aaguid;
use crate::budget::Budget;
use crate::ceremony::evidence::{StatementEvidence, TrustOutcome};
use crate::ceremony::registration::{ExpectedRegistration, VerifiedRegistration};
use crate::ceremony::{Failure, Refusal};
use crate::codec::der::{self, Reader};
use crate::credential::UserHandle;
use crate::crypto::{Algorithm, Backend};
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::path::{self, ValidPath};
use crate::x509::revocation::Revocation;

/// Whether the certificates of a statement must lead to a trust anchor (§7.1 step 24). The statement itself must always
/// verify.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Trust {
    /// The certificates are not checked, so nothing about the authenticator is known.
    #[default]
    Ignore,
    /// The certificates must lead to an anchor. Without anchors, every registration with certificates is refused.
    Verify(TrustAnchors),
    /// An authenticator whose certificates lead to no anchor is accepted, and the outcome and the evidence say so (§7.1 step 24
    /// permits it). It is refused, as under `Verify`, if it is known to be bad:
    ///
    /// * A certificate is revoked, or a revocation list of its issuer cannot be applied.
    /// * A certificate names an anchor, or a CA below one, as its issuer, and this issuer did not sign it, may not issue it, or may
    ///   not issue its name.
    /// * The checks exceed the budget of one message.
    /// * The model is denied.
    ///
    /// This choice keeps no attacker out, because a client can send `none`, or certificates of an unknown CA, instead.
    Prefer(TrustAnchors),
    /// The certificates must lead to an anchor that the FIDO metadata has for the model, and the policy must accept the model.
    /// The metadata is passed with each call:
    /// [`ExpectedRegistration::metadata`](crate::ceremony::registration::ExpectedRegistration::metadata).
    #[cfg(feature = "mds")]
    Metadata(super::MetadataTrust),
}

impl Trust {
    const fn anchors(&self) -> Option<&TrustAnchors> {
        match self {
            Self::Ignore => None,
            Self::Verify(anchors) | Self::Prefer(anchors) => Some(anchors),
            #[cfg(feature = "mds")]
            Self::Metadata(_) => None,
        }
    }

    /// Returns whether only the metadata of a call says which models can be attested.
    const fn is_by_metadata(&self) -> bool {
        #[cfg(feature = "mds")]
        return matches!(self, Self::Metadata(_));
        #[cfg(not(feature = "mds"))]
        return false;
    }
}

/// Which attestations are accepted.
///
/// `deny_aaguids` refuses every authenticator that claims a denied model, under any [`Trust`], but `allow_aaguids` accepts only an
/// attested AAGUID. So `allow_aaguids` needs anchors that can vouch for the models: those of [`Trust::Verify`] or [`Trust::Prefer`]
/// ([`TrustAnchors`]), or those of the FIDO metadata.
///
/// ```
/// use wardkey::authenticator::Aaguid;
/// use wardkey::policy::{AttestationPolicy, TrustAnchors};
/// use wardkey::x509::TrustAnchor;
///
/// fn only(model: Aaguid, vendor: &str) -> Result<AttestationPolicy, Box<dyn std::error::Error>> {
///     let anchors = TrustAnchors::default().for_aaguid(model, TrustAnchor::from_pem(vendor)?);
///     let mut policy = AttestationPolicy::trusted(anchors);
///     policy.allow_aaguids = Some(vec![model]);
///     Ok(policy)
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttestationPolicy {
    /// The accepted types. Each statement of a compound attestation must have an accepted type too.
    pub types: Vec<AttestationType>,
    /// Whether the certificates must lead to a trust anchor.
    pub trust: Trust,
    /// The accepted models; `None` accepts any. With a list, the AAGUID must be attested: the attestation key of a trusted
    /// statement vouches for it, or the anchors are only for that model, or a trusted certificate contains it
    /// ([`voucher`](crate::attestation::voucher)). `fido-u2f` attests no AAGUID, and an AAGUID of zeros is not a model.
    pub allow_aaguids: Option<Vec<Aaguid>>,
    /// The refused models. The AAGUID that the authenticator claims counts, attested or not, and so does the one in an
    /// attestation certificate, trusted or not. This keeps out honest devices of a model with a defect, but not an attacker,
    /// who can claim another AAGUID: for that, use `allow_aaguids`. An AAGUID of zeros in this list refuses authenticators that
    /// claim no model.
    pub deny_aaguids: Vec<Aaguid>,
    /// Whether statements signed with RS1 (RSA with SHA-1, which old TPMs use) count as trusted.
    pub accept_legacy_rs1: bool,
    /// Whether you asked for enterprise attestation, so that certificates may identify the individual device (§8.2.2).
    pub enterprise: bool,
    /// How many statements of a compound attestation must verify and be accepted, each with an attestation key of its own.
    /// Statements that [`ExpectedRegistration::compound`](crate::ceremony::registration::ExpectedRegistration::compound) dropped count as not
    /// verified. This field does not apply to an attestation that is not compound.
    pub compound: CompoundPolicy,
    /// How the credential key must be kept, if the statement has a format that says so. This applies in addition to
    /// [`ExpectedRegistration::key_enforcement`](crate::ceremony::registration::ExpectedRegistration::key_enforcement).
    pub key_enforcement: KeyEnforcement,
}

/// What the checks of certificates need to know, the same for every statement of a registration.
#[derive(Clone, Copy)]
pub(super) struct Circumstances<'c> {
    /// The AAGUID that the authenticator claims.
    pub(super) aaguid: Aaguid,
    /// The time at which certificates must be valid; `None`: dates are not checked.
    pub(super) time: Option<UnixTime>,
    /// The enabled quirks.
    quirks: Quirks,
    pub(super) backend: &'c dyn Backend,
    #[cfg(feature = "mds")]
    pub(super) metadata: Option<&'c crate::metadata::Metadata>,
}

impl AttestationPolicy {
    /// Accepts every attestation that verifies, without checking its certificates. This suits consumer portals.
    ///
    /// ```
    /// use wardkey::policy::{AttestationPolicy, Trust};
    ///
    /// assert!(matches!(AttestationPolicy::any().trust, Trust::Ignore));
    /// ```
    #[must_use]
    pub fn any() -> Self {
        use AttestationType::{AnonCa, AttCa, BasicOrAttCa, Compound, None as NoAttestation, SelfAttestation};
        Self {
            types: vec![NoAttestation, SelfAttestation, BasicOrAttCa, AttCa, AnonCa, Compound],
            trust: Trust::Ignore,
            allow_aaguids: None,
            deny_aaguids: Vec::new(),
            accept_legacy_rs1: false,
            enterprise: false,
            compound: CompoundPolicy::All,
            key_enforcement: KeyEnforcement::Any,
        }
    }

    /// Accepts only authenticators whose certificates lead to one of these anchors. This suits organizations that admit only
    /// known hardware.
    ///
    /// ```
    /// use wardkey::attestation::AttestationType;
    /// use wardkey::policy::{AttestationPolicy, TrustAnchors};
    ///
    /// let policy = AttestationPolicy::trusted(TrustAnchors::default());
    /// assert!(!policy.types.contains(&AttestationType::None));
    /// ```
    #[must_use]
    pub fn trusted(anchors: TrustAnchors) -> Self {
        let mut policy = Self::any();
        policy.trust = Trust::Verify(anchors);
        policy.types.retain(|kind| !matches!(kind, AttestationType::None | AttestationType::SelfAttestation));
        policy
    }

    /// Decides whether a verified registration for the account with this user handle is accepted. Time, quirks and backend are
    /// those with which the registration was verified.
    ///
    /// # Errors
    /// [`Failure`] at [`Step::AttestationTrust`](crate::ceremony::Step::AttestationTrust); or at
    /// [`Step::Extensions`](crate::ceremony::Step::Extensions) if an extension output must be signed, and no accepted statement
    /// signs it.
    ///
    /// ```
    /// use wardkey::UserHandle;
    /// use wardkey::ceremony::Failure;
    /// use wardkey::ceremony::registration::VerifiedRegistration;
    /// use wardkey::policy::{AttestationPolicy, Registered};
    ///
    /// fn decide(verified: VerifiedRegistration<'_>, user: &UserHandle) -> Result<Registered, Failure> {
    ///     AttestationPolicy::any().decide(verified, user)
    /// }
    /// ```
    pub fn decide(&self, verified: VerifiedRegistration<'_>, user: &UserHandle) -> Result<Registered, Failure> {
        // Step 24: trust in the attestation
        let mut judged = match self.judge_registration(&verified) {
            Ok(judged) => judged,
            Err(refusal) => return Err(Failure::after(verified.recorder, refusal)),
        };
        // Step 28, again: a policy that accepts only some of the statements has fewer that vouch for extension outputs.
        match verified.check_extensions_vouched(judged.voucher(Fact::Extensions)) {
            Ok(()) => Ok(Registered::new(verified, user, judged)),
            Err(refusal) => {
                let (aaguid, mut recorder) = (verified.claimed_aaguid(), verified.recorder);
                judged.record(aaguid, &mut recorder);
                Err(Failure::after(recorder, refusal))
            }
        }
    }

    /// Judges the attestation and the model.
    fn judge_registration(&self, verified: &VerifiedRegistration<'_>) -> Result<Judged, Refusal> {
        let ExpectedRegistration { time, quirks, .. } = verified.expected;
        let (attestation, aaguid) = (verified.attestation(), verified.claimed_aaguid());
        let circumstances = Circumstances {
            aaguid,
            time,
            quirks,
            backend: verified.backend,
            #[cfg(feature = "mds")]
            metadata: verified.expected.metadata,
        };
        let judged = self.judge(attestation, &circumstances, &mut verified.budget())?;
        self.check_models(attestation, aaguid, judged.attested)?;
        Ok(judged)
    }

    /// Returns whether it accepts a credential without certificates.
    pub(crate) fn accepts_without_certificates(&self) -> bool {
        let without = |kind: &AttestationType| matches!(kind, AttestationType::None | AttestationType::SelfAttestation);
        self.types.iter().any(without)
    }

    /// Returns the first accepted model for which no anchor can vouch.
    pub(crate) fn unattestable_model(&self) -> Option<Aaguid> {
        let cannot = |model: &&Aaguid| {
            !self.trust.is_by_metadata() && self.trust.anchors().is_none_or(|anchors| !anchors.can_attest(**model))
        };
        self.allow_aaguids.iter().flatten().find(cannot).copied()
    }

    fn judge(
        &self,
        attestation: &Attestation<'_>,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<Judged, Refusal> {
        let attestation_type = attestation.attestation_type;
        if !self.types.contains(&attestation_type) {
            return Err(Refusal::AttestationTypeNotAccepted(attestation_type));
        }
        if let Some(key) = attestation.key_properties {
            let in_software = matches!(key, KeyProperties::Android(AndroidProperties { in_hardware: false, .. }));
            if self.key_enforcement != KeyEnforcement::Any && in_software {
                return Err(Refusal::AttestedKeyNotInHardware);
            }
            let unmet = |reason: Reason| Refusal::AttestedKey(reason.of(attestation.format));
            key.check(self.key_enforcement).map_err(unmet)?;
        }
        match attestation_type {
            AttestationType::None | AttestationType::SelfAttestation => {
                #[cfg(feature = "mds")]
                if let Trust::Metadata(trust) = &self.trust {
                    return super::by_metadata::without_certificates(trust, attestation, circumstances);
                }
                Ok(Judged::of(attestation, TrustOutcome::NoCertificates))
            }
            AttestationType::Compound => self.compound(attestation, circumstances, budget),
            _ => {
                let leaf = attestation.leaf();
                let device_serial = self.device_serial(leaf.as_ref())?;
                let judged = self.certificates(attestation, leaf.as_ref(), circumstances, budget)?;
                Ok(Judged { device_serial: device_serial.filter(|_| judged.trust == TrustOutcome::Trusted), ..judged })
            }
        }
    }

    /// Judges every statement of a compound attestation by this policy. The result has the trust of the least trusted accepted
    /// statement.
    ///
    /// Two statements with the same attestation key prove no more than one. So [`CompoundPolicy::AtLeast`] counts keys, not
    /// statements. [`CompoundPolicy::All`] refuses a second statement with the same key, except under [`Trust::Ignore`], where
    /// statements prove nothing about the authenticator and §8.9 allows the repetition.
    fn compound(
        &self,
        attestation: &Attestation<'_>,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<Judged, Refusal> {
        if self.compound == CompoundPolicy::All && attestation.dropped > 0 {
            return Err(Refusal::AttestationStatementsTooFew);
        }
        let mut accepted = Vec::new();
        let mut whole = Judged::new(TrustOutcome::Trusted);
        let mut last = Refusal::AttestationStatementsTooFew;
        for statement in &attestation.statements {
            match (self.judge(statement, circumstances, budget), self.compound) {
                (Ok(judged), _) => {
                    accepted.push(statement);
                    whole.add(judged);
                }
                (Err(refusal), CompoundPolicy::All) => return Err(refusal),
                (Err(refusal), CompoundPolicy::AtLeast(_)) => {
                    last = refusal;
                    whole.statements.push(evidence_of(statement, None));
                }
            }
        }
        let keys = independent(accepted.iter().copied());
        match self.compound {
            CompoundPolicy::AtLeast(least) if accepted.len() < least.max(1) => Err(last),
            CompoundPolicy::AtLeast(least) if keys < least.max(1) => Err(Refusal::AttestationStatementsNotIndependent),
            CompoundPolicy::All if keys < accepted.len() && !matches!(self.trust, Trust::Ignore) => {
                Err(Refusal::AttestationStatementsNotIndependent)
            }
            _ => Ok(whole),
        }
    }

    /// Judges a statement with certificates by the trust of this policy (§7.1 step 24: "otherwise, use the X.509 certificates
    /// returned as the attestation trust path").
    fn certificates<'a>(
        &self,
        attestation: &'a Attestation<'_>,
        leaf: Option<&Certificate<'a>>,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<Judged, Refusal> {
        let (anchors, required) = match &self.trust {
            Trust::Ignore => return Ok(Judged::of(attestation, TrustOutcome::NotJudged)),
            Trust::Verify(anchors) => (anchors, true),
            Trust::Prefer(anchors) => (anchors, false),
            #[cfg(feature = "mds")]
            Trust::Metadata(trust) => {
                return super::by_metadata::certificates(self, trust, attestation, leaf, circumstances, budget);
            }
        };
        let all = if anchors.crls.is_empty() { Vec::new() } else { anchors.all().collect() };
        let trusted = Trusted {
            anchors: anchors.of(attestation.format, circumstances.aaguid),
            revocation: Revocation { crls: &anchors.crls, anchors: &all },
            required,
            vouched: anchors.vouch(attestation.format, circumstances.aaguid),
        };
        self.path(attestation, leaf, &trusted, circumstances, budget).map(|(judged, _)| judged)
    }

    /// Validates the certification path. Returns the decision, and the path if it is valid; `None` if it is not valid and the policy
    /// accepts that.
    pub(super) fn path<'a>(
        &self,
        attestation: &'a Attestation<'_>,
        leaf: Option<&Certificate<'a>>,
        trusted: &Trusted<'_>,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<(Judged, Option<ValidPath>), Refusal> {
        let quirk = Quirk::AttestationIntermediateWithoutCa;
        let sony = circumstances.quirks.contains(quirk) && attestation.format == Format::AndroidKey;
        let inputs = path::Inputs {
            anchors: trusted.anchors,
            revocation: trusted.revocation,
            time: circumstances.time,
            outside_validity: false,
            host: (attestation.format == Format::AndroidSafetynet).then_some(HOST_NAME),
            issuer_without_ca: sony.then_some(SONY_INTERMEDIATE),
            backend: circumstances.backend,
        };
        let path = attestation.certification_path(leaf);
        let valid = match path.as_ref().map_err(|error| *error).and_then(|path| path.validate(&inputs, budget)) {
            Ok(valid) => valid,
            Err(error) => {
                let bad = if trusted.required {
                    Some(error)
                } else {
                    path.ok().and_then(|path| known_bad(error, &path, inputs, budget))
                };
                let judged = Judged::of(attestation, TrustOutcome::Untrusted);
                return match bad {
                    Some(bad) => Err(Refusal::AttestationUntrusted(bad)),
                    None => Ok((Judged { reason: Some(error), ..judged }, None)),
                };
            }
        };
        let legacy = attestation.algorithm == Some(Algorithm::LegacyRs1) && !self.accept_legacy_rs1;
        if legacy && trusted.required {
            return Err(Refusal::AttestationLegacyRs1);
        }
        let trust = if legacy { TrustOutcome::LegacyRs1 } else { TrustOutcome::Trusted };
        // The verification procedure compared the AAGUID in the certificate with that in the authenticator data.
        let named = names_model(attestation.format) && leaf.and_then(certified_model) == Some(circumstances.aaguid);
        let anchor = inputs.anchors.get(valid.anchor).map(|anchor| anchor.fingerprint(circumstances.backend));
        let statement = StatementEvidence {
            anchor,
            certificates: valid.certificates,
            checked_for_revocation: valid.checked_for_revocation,
            ..evidence_of(attestation, Some(trust))
        };
        let judged = Judged {
            attested: !legacy && circumstances.aaguid != Aaguid::ZERO && (trusted.vouched || named),
            quirks: if valid.issuer_without_ca { Quirks::NONE.with(quirk) } else { Quirks::NONE },
            statements: vec![statement],
            ..Judged::new(trust)
        };
        Ok((judged, Some(valid)))
    }

    /// Returns the serial number of the device in the certificate, if there is one (§8.2.2). It "MUST NOT be present in
    /// non-enterprise attestations".
    fn device_serial(&self, leaf: Option<&Certificate<'_>>) -> Result<Option<Vec<u8>>, Refusal> {
        match leaf.and_then(|leaf| leaf.extensions.find(oid::FIDO_SERIAL_NUMBER)) {
            None => Ok(None),
            Some(_) if !self.enterprise => Err(Refusal::EnterpriseAttestation),
            Some(serial) => Ok(der::read_all(serial.value, Reader::octet_string).ok().map(<[u8]>::to_vec)),
        }
    }

    /// Checks `deny_aaguids` against the claimed AAGUID, attested or not, and the AAGUIDs in the certificates. Checks that the AAGUID
    /// is attested and in `allow_aaguids`, if there is such a list.
    fn check_models(&self, attestation: &Attestation<'_>, aaguid: Aaguid, attested: bool) -> Result<(), Refusal> {
        let leaves = || attestation.statements.iter().chain([attestation]).filter_map(Attestation::leaf);
        let certified = || leaves().filter_map(|leaf| certified_model(&leaf));
        let denied = |model: Aaguid| self.deny_aaguids.contains(&model);
        if denied(aaguid) || (!self.deny_aaguids.is_empty() && certified().any(denied)) {
            return Err(Refusal::AaguidNotAccepted);
        }
        match &self.allow_aaguids {
            Some(_) if !attested => Err(Refusal::AaguidNotAttested),
            Some(allowed) if !allowed.contains(&aaguid) => Err(Refusal::AaguidNotAccepted),
            _ => Ok(()),
        }
    }
}

/// Returns the AAGUID in an attestation certificate (id-fido-gen-ce-aaguid, §8.2.1).
fn certified_model(leaf: &Certificate<'_>) -> Option<Aaguid> {
    let extension = leaf.extensions.find(oid::FIDO_AAGUID)?;
    let value: Result<&[u8], der::Malformed> = der::read_all(extension.value, Reader::octet_string);
    value.ok()?.try_into().ok().map(Aaguid::from_bytes)
}

impl Default for AttestationPolicy {
    fn default() -> Self {
        Self::any()
    }
}
