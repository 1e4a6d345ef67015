//! §7.1 step 24: attestations that verify, but that the policy refuses. `tests/policy` has more.

use crate::android_key::software;
use crate::row::{Row, row};
use wardkey::attestation::{AttestationType, CompoundPolicy, Format as Known, KeyEnforcement};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::Refusal;
use wardkey::internals::{Reason, Rule};
use wardkey_authenticator::attestation::android_key::KEY_DESCRIPTION;
use wardkey_authenticator::*;

pub(crate) fn rows() -> Vec<Row> {
    let not_accepted = |kind| Refusal::AttestationTypeNotAccepted(kind);
    let none = |r: Registration| r.expecting(|expected| expected.accept_none = false);
    let own = |r: Registration| r.expecting(|expected| expected.accept_self = false);
    let ignore = |r: Registration| r.expecting(|expected| expected.verify_trust = false);
    let quirk = |r: Registration| r.expecting(|e| e.quirks.push("attestation-intermediate-without-ca".into()));
    let serial_number = || Packed::new().leaf(|leaf| leaf.set(Extension::serial_number(b"device 7")));
    let mut rows = vec![
        row("trust/none-not-accepted", NoAttestation).then(none).refusal(not_accepted(AttestationType::None)),
        row("trust/self-not-accepted", PackedSelf::new())
            .then(own)
            .refusal(not_accepted(AttestationType::SelfAttestation)),
        row("trust/self-within-compound-not-accepted", Compound::new().with(Packed::new()).with(PackedSelf::new()))
            .then(own)
            .refusal(not_accepted(AttestationType::SelfAttestation)),
        row("trust/untrusted-within-compound", {
            Compound::new().with(Packed::new()).with(AndroidKey::new().chain(Chain::self_signed()))
        })
        .untrusted(Rule::NoAnchor),
        row("trust/ignored-without-anchors", Packed::new().chain(Chain::self_signed())).then(ignore),
        row("trust/ignored-but-the-statement-is-not", Packed::new().signature(Vec::clear))
            .then(ignore)
            .refused(Reason::Signature.of(Known::Packed)),
        row("trust/compound-not-accepted", Compound::new().with(Packed::new()).with(Tpm::new()))
            .policy(|policy| policy.types.retain(|kind| *kind != AttestationType::Compound))
            .refusal(not_accepted(AttestationType::Compound)),
        row("trust/compound-one-dropped", Compound::new().with(Packed::new().signature(Vec::clear)).with(Tpm::new()))
            .only_policy(|policy| policy.compound = CompoundPolicy::All)
            .refusal(Refusal::AttestationStatementsTooFew),
        row("trust/compound-one-of-two", Compound::new().with(Packed::new().signature(Vec::clear)).with(Tpm::new()))
            .only_policy(|policy| policy.compound = CompoundPolicy::AtLeast(2))
            .refusal(Refusal::AttestationStatementsTooFew),
        row("trust/compound-one-is-enough", Compound::new().with(Packed::new().signature(Vec::clear)).with(Tpm::new()))
            .only_policy(|policy| policy.compound = CompoundPolicy::AtLeast(1)),
        row("trust/key-in-software", AndroidKey::new().key_description(software))
            .only_policy(|policy| policy.key_enforcement = KeyEnforcement::Hardware)
            .refusal(Refusal::AttestedKeyNotInHardware),
        row("trust/key-in-hardware", AndroidKey::new())
            .only_policy(|policy| policy.key_enforcement = KeyEnforcement::Hardware),
        row("trust/rs1", Tpm::by(Algorithm::Rs1))
            .policy(|policy| policy.accept_legacy_rs1 = false)
            .refusal(Refusal::AttestationLegacyRs1),
        row("trust/enterprise", serial_number()).policy(|policy| policy.enterprise = true),
        row("trust/enterprise-not-asked-for", serial_number()).policy(|_| {}).refusal(Refusal::EnterpriseAttestation),
        row("trust/aaguid-of-nobody", PackedSelf::new())
            .policy(|policy| policy.allow_aaguids = Some(vec![Aaguid::ZERO]))
            .refusal(Refusal::AaguidNotAttested),
        row("trust/aaguid-not-on-the-list", Packed::new())
            .policy(|policy| policy.allow_aaguids = Some(vec![Aaguid::ZERO]))
            .refusal(Refusal::AaguidNotAccepted),
    ];
    rows.extend(sony_intermediates().into_iter().map(|row| row.then(quirk)));
    rows
}

/// The quirk accepts an intermediate without `cA` for one format, below one root, in one shape.
fn sony_intermediates() -> Vec<Row> {
    let not_ca = |row: Row| row.untrusted(Rule::NotCa.at(1));
    let name = |what: &str| format!("trust/intermediate-without-ca-{what}");
    let with = |what: &str, change: fn(&mut Authority)| {
        not_ca(row(&name(what), AndroidKey::new().chain(Chain::of_a_sony_phone()).authority(2, change)))
    };
    let other_root = || {
        let mut chain = Chain::of_a_sony_phone();
        let other = Name(vec![("2.5.4.5".into(), der::printable("0000000000000000"))]);
        let [root, intermediate, _] = &mut chain.authorities[..] else { panic!("three authorities") };
        (root.certificate.subject, root.certificate.issuer) = (other.clone(), other.clone());
        intermediate.certificate.issuer = other;
        AndroidKey::new().chain(chain)
    };
    vec![
        row(&name("by-quirk"), AndroidKey::new().chain(Chain::of_a_sony_phone())),
        not_ca(row(&name("under-packed"), Packed::new().chain(Chain::of_a_sony_phone()))),
        not_ca(row(&name("under-tpm"), Tpm::new().chain(Chain::of_a_sony_phone()))),
        not_ca(row(&name("under-apple"), Apple::new().chain(Chain::of_a_sony_phone()))),
        not_ca(row(&name("under-android-safetynet"), AndroidSafetyNet::new().chain(Chain::of_a_sony_phone()))),
        not_ca(row(&name("below-another-root"), other_root())),
        with("for-mail", |ca| ca.certificate.set(Extension::extended_key_usage(&["1.3.6.1.5.5.7.3.4"]))),
        with("that-describes-a-key", |ca| ca.certificate.set(Extension::new(KEY_DESCRIPTION, der::sequence(&[])))),
    ]
}
