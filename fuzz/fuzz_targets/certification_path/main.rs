//! Certification paths: names, keys, CA flags, path lengths, validity, key usage, extensions, name constraints,
//! revocation lists and trust anchors. The input describes them, and the target writes them as DER for the library. The
//! oracle (`oracle.rs`) judges the description by RFC 5280, section 6.1. The target checks that both give the same
//! verdict: the same anchor and path, or a refusal for one of the reasons that the oracle finds.
//!
//! Input: three octets for the length of the path, the year and a few choices, then edits: see `description.rs`.
#![no_main]

mod description;
mod oracle;

use description::{Scene, Scope};
use libfuzzer_sys::fuzz_target;
use oracle::{Fault, Path};
use wardkey::attestation::Format;
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::Refusal;
use wardkey::ceremony::registration::{ExpectedRegistration, verify};
use wardkey::crypto::Algorithm;
use wardkey::internals::Rule;
use wardkey::policy::{AttestationPolicy, Registered, Trust, TrustAnchors};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::{Crl, TrustAnchor};
use wardkey::{RegistrationResponse, UnixTime, UserHandle};
use wardkey_fuzz::keys::Key;
use wardkey_fuzz::toy::{self, Toy};
use wardkey_fuzz::{CHALLENGE, Parts, cbor, creation_client_data, der, registration_json, site};

/// The AAGUID of the authenticator.
const MODEL: [u8; 16] = [7; 16];
const ID: [u8; 16] = [1; 16];

/// A registration with a packed attestation, signed by the key of the leaf.
fn response(scene: &Scene) -> RegistrationResponse {
    let client_data = creation_client_data();
    let credential = Key::new(Algorithm::Es256, 3).cose();
    let hash = toy::sha256(&[b"example.org"]);
    let data = [&hash[..], b"\x45\0\0\0\0", &MODEL, &[0, 16], &ID, &credential].concat();
    let leaf = scene.x5c[0].key;
    let signature = toy::sign(leaf, &[&data[..], &toy::sha256(&[&client_data])].concat());
    let certificates: Vec<_> = scene.x5c.iter().map(|sent| cbor::string(2, &sent.der())).collect();
    let parts: [&[u8]; 6] = [
        b"\xa3\x63alg",
        &cbor::head(1, (-1 - i64::from(leaf.algorithm.cose())) as u64),
        b"\x63sig",
        &cbor::string(2, &signature),
        b"\x63x5c",
        &[cbor::head(4, scene.x5c.len() as u64), certificates.concat()].concat(),
    ];
    let object = cbor::attestation_object("packed", &parts.concat(), &data);
    RegistrationResponse::from_json(&registration_json(&ID, &client_data, &object)).expect("a response")
}

/// The anchor with this certificate. Checks that every certificate that can be read is an anchor.
fn anchor(certificate: &description::Certificate) -> Option<TrustAnchor> {
    let anchor = TrustAnchor::from_der(&certificate.der());
    assert_eq!(anchor.is_ok(), oracle::is_certificate(certificate), "{anchor:?} {certificate:#?}");
    anchor.ok()
}

/// A policy with the anchors and lists of the scene.
fn policy(scene: &Scene) -> AttestationPolicy {
    let of = |wanted: Scope| -> Vec<TrustAnchor> {
        let anchors = scene.anchors.iter().filter(|(scope, _)| *scope == wanted);
        anchors.filter_map(|(_, certificate)| anchor(certificate)).collect()
    };
    let mut anchors = TrustAnchors::new(of(Scope::Everything));
    for (format, scope) in [(Format::Packed, Scope::Format), (Format::Tpm, Scope::OtherFormat)] {
        let own = of(scope);
        anchors = if own.is_empty() { anchors } else { anchors.for_format(format, own) };
    }
    for (model, scope) in [(MODEL, Scope::Model), ([8; 16], Scope::OtherModel)] {
        let own = of(scope);
        anchors = if own.is_empty() { anchors } else { anchors.for_aaguid(Aaguid::from_bytes(model), own) };
    }
    let lists = scene.lists.iter().filter(|list| !list.issuer.is_empty());
    let lists = lists.map(|list| Crl::from_der(&list.der()).expect("a revocation list"));
    let mut policy = AttestationPolicy::any();
    policy.trust = Trust::Verify(anchors.with_crls(lists));
    policy
}

/// The faults that a refusal may mean.
fn meant(refusal: Refusal) -> [Fault; 4] {
    let error = match refusal {
        Refusal::AttestationStatement(_) => return [Fault::Statement; 4],
        Refusal::AttestationUntrusted(error) => error,
        other => panic!("a path is not refused for this: {other:?}"),
    };
    let at = error.certificate().unwrap_or_default();
    let fault = match error.rule() {
        Rule::TooLong => Fault::TooLong,
        Rule::NoAnchors => Fault::NoAnchors,
        Rule::IssuerName => Fault::IssuerName(at),
        Rule::NoAnchor => Fault::NoAnchor,
        Rule::NotYetValid => Fault::NotYetValid(at),
        Rule::Expired => Fault::Expired(at),
        Rule::NotCa => Fault::NotCa(at),
        Rule::KeyUsage => Fault::KeyUsage(at),
        Rule::PathLength => Fault::PathLength,
        Rule::UnknownCritical => Fault::Critical(at),
        Rule::NameNotPermitted | Rule::NameConstraintUnsupported => Fault::NameConstraints(at),
        Rule::KeyMismatch
        | Rule::Signature
        | Rule::UnknownSignature
        | Rule::UnknownKey
        | Rule::Parameters
        | Rule::BrokenHash
        | Rule::PointFormat
        | Rule::Key(_) => Fault::Signature(at),
        Rule::Revoked => Fault::Revoked(at),
        rule if rule.code().starts_with("x509-crl-") => Fault::List(at),
        // Each value is read when it is needed: unused bits of a signature when it is verified, extensions when they count.
        Rule::Malformed(_)
        | Rule::TooLarge
        | Rule::Version
        | Rule::NoIssuer
        | Rule::AlgorithmsDiffer
        | Rule::DuplicateExtension
        | Rule::TooManyExtensions => {
            return [Fault::Unreadable(at), Fault::Signature(at), Fault::Critical(at), Fault::NameConstraints(at)];
        }
        other => panic!("the oracle has no rule for this: {other:?}"),
    };
    [fault; 4]
}

/// The accepted path, by its evidence.
fn path(registered: &Registered, scene: &Scene) -> Path {
    assert_eq!(registered.attested_aaguid(), Some(Aaguid::from_bytes(MODEL)));
    let evidence = registered.evidence();
    let [statement] = &evidence.statements[..] else { panic!("one statement") };
    let fingerprint = statement.anchor.expect("an anchor");
    let is_it = |certificate: &description::Certificate| toy::sha256(&[&certificate.der()]) == fingerprint;
    let anchor = scene.anchors.iter().position(|(_, certificate)| is_it(certificate)).expect("an anchor of the scene");
    Path { anchor, certificates: statement.certificates, checked_for_revocation: statement.checked_for_revocation }
}

fuzz_target!(|input: &[u8]| {
    toy::begin();
    let scene = Scene::read(&mut Parts(input));
    let expected = oracle::judge(&scene);
    let response = response(&scene);
    let site = site(0);
    let mut expectations = ExpectedRegistration::new(&site, &CHALLENGE, &Algorithm::OFFERABLE);
    expectations.time = scene.year.map(|year| UnixTime::from_secs(der::seconds(year)));
    if scene.quirk {
        expectations.quirks = Quirks::NONE.with(Quirk::AttestationIntermediateWithoutCa);
    }
    let decided = verify(&expectations, &response, &Toy)
        .and_then(|verified| policy(&scene).decide(verified, &UserHandle::new([1]).expect("a handle")));
    match (decided, expected) {
        (Ok(registered), Ok(expected)) => {
            let found = path(&registered, &scene);
            let same = scene.anchors[found.anchor].1.der() == scene.anchors[expected.anchor].1.der();
            assert!(same, "another anchor: {found:?} {expected:?} {scene:#?}");
            assert_eq!(Path { anchor: expected.anchor, ..found }, expected, "{scene:#?}");
        }
        (Ok(_), Err(faults)) => panic!("accepted although {faults:?}: {scene:#?}"),
        (Err(failure), Ok(_)) => panic!("refused although nothing is wrong: {failure}: {scene:#?}"),
        (Err(failure), Err(faults)) => {
            let found = meant(failure.refusal).iter().any(|meant| faults.contains(meant));
            assert!(found, "{failure}, not one of {faults:?}: {scene:#?}");
        }
    }
});
