//! RFC 5280 §6.1: the certification path to an anchor. Certificates are counted from the leaf, which is 0.

use crate::row::{Row, aaguid, row, x5c};
use wardkey::attestation::Format as Known;
use wardkey::internals::{Malformed, Reason, Rule};
use wardkey_authenticator::extension::{BASIC_CONSTRAINTS, SUBJECT_ALT_NAME};
use wardkey_authenticator::name::COMMON_NAME;
use wardkey_authenticator::x509::signature_algorithm;
use wardkey_authenticator::*;

const NAME_CONSTRAINTS: &str = "2.5.29.30";
const CERTIFICATE_POLICIES: &str = "2.5.29.32";

pub(crate) fn rows() -> Vec<Row> {
    [good(), anchors(), links(), extensions(), constraints(), algorithms(), budgets()].concat()
}

pub(crate) fn es256(certificates: usize) -> Chain {
    Chain::of(certificates, Algorithm::Es256)
}

fn path(name: &str, chain: Chain) -> Row {
    row(&format!("path/{name}"), Packed::new().chain(chain))
}

/// A leaf below an intermediate. Changes the CA with this number, root first.
pub(crate) fn authority(name: &str, i: usize, change: impl FnOnce(&mut Authority)) -> Row {
    row(&format!("path/{name}"), Packed::new().chain(es256(2)).authority(i, change))
}

/// A leaf below an intermediate. Changes the leaf.
pub(crate) fn leaf(name: &str, change: impl Fn(&mut Certificate) + Send + Sync + 'static) -> Row {
    row(&format!("path/{name}"), Packed::new().chain(es256(2)).leaf(change))
}

/// A leaf below an intermediate. Changes the list of certificates.
fn list(name: &str, change: impl Fn(&mut Vec<Vec<u8>>) + Send + Sync + 'static) -> Row {
    row(&format!("path/{name}"), Packed::new().chain(es256(2)).x5c(change))
}

fn good() -> Vec<Row> {
    use Algorithm::{Ed448, Ed25519, Es256, Es384, Es512, MlDsa44, Ps256, Ps384, Rs256, Rs512};
    let mut rows = Vec::new();
    for algorithm in [Es256, Es384, Es512, Ed25519, Ed448, Rs256, Rs512, Ps256, Ps384, MlDsa44] {
        for certificates in 1..=if algorithm == MlDsa44 { 1 } else { 3 } {
            let name = format!("{certificates}-by-{}", algorithm.name().to_lowercase());
            rows.push(path(&name, Chain::of(certificates, algorithm)));
        }
    }
    let mixed = || {
        let root = Authority::root("wardkey.root.mixed", Rs256);
        let middle = Authority::intermediate("wardkey.intermediate.mixed.1", Ed25519, &root);
        let last = Authority::intermediate("wardkey.intermediate.mixed.2", Es384, &middle);
        Chain::under(vec![root, middle, last])
    };
    let root = es256(1).trust_anchors().remove(0);
    let mut reissued = es256(1).authorities.remove(0);
    reissued.certificate.not_after = der::utc_time("250101000000Z");
    let reissued = reissued.der();
    let included = |name: &str, below: usize| {
        let reissued = reissued.clone();
        let packed = Packed::new().chain(es256(below)).x5c(move |x5c| x5c.push(reissued.clone()));
        row(&format!("path/{name}"), packed)
    };
    let intermediate = es256(2).authorities.remove(1).der();
    let policies = Extension::new(CERTIFICATE_POLICIES, der::sequence(&[&der::sequence(&[&der::oid("2.23.133.6.1")])]));
    let policies = policies.critical();
    let permitted =
        subtrees(0, &der::explicit(4, &Name(vec![(COMMON_NAME.into(), der::utf8("wardkey test vectors"))]).encode()));
    rows.extend([
        path("of-three-kinds", mixed()),
        path("of-10", es256(10)),
        path("by-rs256-without-parameters", Chain::of(1, Rs256)).then(|r| {
            let identifier = || Some(der::sequence(&[&der::oid("1.2.840.113549.1.1.11")]));
            let leaf = move |leaf: &mut Certificate| {
                (leaf.signature, leaf.signature_algorithm) = (identifier(), identifier());
            };
            r.format(Packed::new().chain(Chain::of(1, Rs256)).leaf(leaf))
        }),
        list("root-included", move |x5c| x5c.push(root.clone())),
        included("older-issue-of-the-root-included", 2),
        // An anchor is recognised at any place in the list, and its validity period is not checked.
        included("older-issue-of-the-root-included-sixth", 5),
        authority("anchor-without-basic-constraints", 0, |ca| {
            ca.certificate.remove(BASIC_CONSTRAINTS);
            ca.certificate.remove(extension::KEY_USAGE);
        }),
        authority("anchor-that-is-no-ca-but-may-sign", 0, not_a_ca),
        authority("anchor-that-is-no-ca-but-may-sign-included", 0, not_a_ca).then(with_the_root),
        authority("anchor-that-has-expired", 0, |ca| ca.certificate.not_after = der::utc_time("250101000000Z")),
        path("intermediate-is-the-anchor", es256(2)).trusting(vec![intermediate]),
        path("leaf-is-the-anchor", Chain::self_signed()).then(trust_the_leaf),
        path("leaf-of-a-chain-is-the-anchor", es256(3)).then(trust_the_leaf),
        authority("path-length-0", 1, |ca| ca.certificate.set(Extension::basic_constraints(true, Some(0)))),
        leaf("critical-certificate-policies", move |leaf| leaf.set(policies.clone())),
        authority("name-constraints-kept", 1, |ca| ca.certificate.set(permitted)),
        authority("ca-without-key-usage", 1, |ca| ca.certificate.remove(extension::KEY_USAGE)),
    ]);
    for (name, format) in [("2-of-tpm", chain_of(Tpm::new(), 2)), ("3-of-tpm", chain_of(Tpm::new(), 3))] {
        rows.push(row(&format!("path/{name}"), format));
    }
    rows.push(row("path/3-of-android-key", chain_of(AndroidKey::new(), 3)));
    rows.push(row("path/3-of-android-safetynet", chain_of(AndroidSafetyNet::new(), 3)));
    rows.push(row("path/2-of-apple", chain_of(Apple::new(), 2)));
    rows.push(row("path/fido-u2f-leaf-is-the-anchor", FidoU2f::new().chain(Chain::self_signed())).then(trust_the_leaf));
    let name = "path/tpm-aaguid-extension";
    let extension = Extension::aaguid(&aaguid(name));
    rows.push(row(name, Tpm::new().leaf(move |leaf| leaf.set(extension.clone()))));
    rows
}

fn chain_of<F: Certified>(format: F, certificates: usize) -> F {
    format.chain(es256(certificates))
}

/// basicConstraints without cA, together with a keyUsage with keyCertSign.
fn not_a_ca(ca: &mut Authority) {
    ca.certificate.set(Extension::basic_constraints(false, None));
}

fn with_the_root(registration: Registration) -> Registration {
    let root = registration.expected.trust_anchors[0].clone();
    let format = Packed::new().chain(es256(2)).authority(0, not_a_ca).x5c(move |x5c| x5c.push(root.clone()));
    registration.format(format)
}

fn trust_the_leaf(registration: Registration) -> Registration {
    let leaf = x5c(&registration).remove(0);
    registration.expecting(|expected| expected.trust_anchors = vec![leaf])
}

/// §6.1.1 (d): no certificate of the message becomes an anchor.
fn anchors() -> Vec<Row> {
    let root = || es256(1).trust_anchors();
    let evil = || Chain::under(vec![Authority::root("wardkey.evil", Algorithm::Es256)]);
    let evil_root = evil().trust_anchors().remove(0);
    let (evil_first, evil_then_root) = (evil_root.clone(), [evil_root, root().remove(0)]);
    let other = Authority::root("wardkey.other", Algorithm::Es256).der();
    let same_name = |i: usize| {
        let mut other = Authority::root(&format!("wardkey.other.{i}"), Algorithm::Es256);
        let name = es256(1).authorities.remove(0).certificate.subject;
        (other.certificate.issuer, other.certificate.subject) = (name.clone(), name);
        other
    };
    let mut fake_intermediate = es256(2);
    fake_intermediate.authorities[1].issuer = same_name(0).key;
    let (fake_name, real_name) = (same_name(0).der(), es256(1).trust_anchors().remove(0));
    let mut no_ca_intermediate = es256(2).authorities.remove(1);
    not_a_ca(&mut no_ca_intermediate);
    let no_ca_intermediate = no_ca_intermediate.der();
    let forged = {
        // A certificate signed by the leaf of a different registration, which is an end entity.
        let device = Key::new("attestation.path.device", Algorithm::Es256);
        let mut end_entity = Authority::intermediate("wardkey.device", Algorithm::Es256, &es256(1).authorities[0]);
        end_entity.key = device.clone();
        end_entity.certificate.public_key = device.spki();
        end_entity.certificate.set(Extension::basic_constraints(false, None));
        end_entity.certificate.set(Extension::digital_signature());
        Chain::under(vec![es256(1).authorities.remove(0), end_entity])
    };
    vec![
        path("no-anchors", es256(1)).trusting(Vec::new()).untrusted(Rule::NoAnchors),
        path("other-anchor", es256(1)).trusting(vec![other]).untrusted(Rule::NoAnchor),
        path("leaf-that-signed-itself", Chain::self_signed()).trusting(root()).untrusted(Rule::NoAnchor),
        row("path/attackers-root-in-x5c", Packed::new().chain(evil()).x5c(move |x5c| x5c.push(evil_first.clone())))
            .trusting(root())
            .untrusted(Rule::NoAnchor),
        row(
            "path/attackers-root-then-the-anchor",
            Packed::new().chain(evil()).x5c(move |x5c| x5c.extend(evil_then_root.clone())),
        )
        .trusting(root())
        .untrusted(Rule::IssuerName.at(1)),
        path("anchor-of-the-name-but-another-key", es256(1))
            .trusting(vec![fake_name.clone()])
            .untrusted(Rule::Signature.at(0)),
        path("two-anchors-of-one-name", es256(1)).trusting(vec![fake_name, real_name]),
        path("intermediate-by-a-namesake-of-the-root", fake_intermediate)
            .trusting(root())
            .untrusted(Rule::Signature.at(1)),
        path("9-anchors-of-one-name", es256(1))
            .trusting((0..9).map(|i| same_name(i).der()).collect())
            .bound()
            .untrusted(Rule::TooManyAnchors),
        path("intermediate-left-out", es256(2))
            .then(|r| r.format(Packed::new().chain(es256(2)).x5c(|x5c| x5c.truncate(1))))
            .untrusted(Rule::NoAnchor),
        authority("anchor-that-is-an-end-entity", 0, |ca| {
            not_a_ca(ca);
            ca.certificate.set(Extension::digital_signature());
        })
        .untrusted(Rule::NoAnchor),
        authority("anchor-that-is-no-ca", 0, |ca| {
            not_a_ca(ca);
            ca.certificate.remove(extension::KEY_USAGE);
        })
        .strict()
        .untrusted(Rule::NoAnchor),
        path("intermediate-that-is-no-ca-but-may-sign-is-the-anchor", es256(2))
            .then(|r| r.format(Packed::new().chain(es256(2)).authority(1, not_a_ca)))
            .trusting(vec![no_ca_intermediate])
            .untrusted(Rule::NotCa.at(1)),
        path("end-entity-that-issues", forged).untrusted(Rule::NotCa.at(1)),
    ]
}

fn links() -> Vec<Row> {
    let root = es256(1).trust_anchors().remove(0);
    let unreadable = Rule::Malformed(Malformed::Truncated).at(1);
    vec![
        path("of-11", es256(11)).bound().untrusted(Rule::TooLong),
        list("of-128", |x5c| x5c.resize(128, x5c[0].clone())).bound().untrusted(Rule::TooLong),
        list("of-129", |x5c| x5c.resize(129, x5c[0].clone())).bound().refused(Reason::Syntax.of(Known::Packed)),
        list("unreadable-intermediate", |x5c| {
            x5c[1].pop();
        })
        .untrusted(unreadable),
        list("intermediate-without-issuer", |x5c| {
            let mut authorities = es256(2).authorities;
            authorities[1].certificate.issuer = Name::default();
            x5c[1] = authorities[1].der();
        })
        .untrusted(Rule::NoIssuer.at(1)),
        list("in-the-wrong-order", move |x5c| x5c.insert(1, root.clone())).untrusted(Rule::IssuerName.at(0)),
        leaf("not-yet-valid", |leaf| leaf.not_before = der::utc_time("270101000000Z"))
            .untrusted(Rule::NotYetValid.at(0)),
        leaf("expired", |leaf| leaf.not_after = der::utc_time("260101000000Z")).untrusted(Rule::Expired.at(0)),
        authority("intermediate-not-yet-valid", 1, |ca| ca.certificate.not_before = der::utc_time("270101000000Z"))
            .untrusted(Rule::NotYetValid.at(1)),
        authority("intermediate-expired", 1, |ca| ca.certificate.not_after = der::utc_time("260101000000Z"))
            .untrusted(Rule::Expired.at(1)),
        authority("intermediate-without-basic-constraints", 1, |ca| ca.certificate.remove(BASIC_CONSTRAINTS))
            .untrusted(Rule::NotCa.at(1)),
        authority("intermediate-without-ca", 1, |ca| ca.certificate.set(Extension::basic_constraints(false, None)))
            .untrusted(Rule::NotCa.at(1)),
        authority("intermediate-of-version-1", 1, |ca| {
            (ca.certificate.version, ca.certificate.extensions) = (None, Vec::new());
        })
        .untrusted(Rule::NotCa.at(1)),
        authority("intermediate-that-may-not-sign", 1, |ca| ca.certificate.set(Extension::digital_signature()))
            .untrusted(Rule::KeyUsage.at(1)),
        row(
            "path/longer-than-allowed",
            Packed::new().chain(es256(3)).authority(1, |ca| {
                ca.certificate.set(Extension::basic_constraints(true, Some(0)));
            }),
        )
        .untrusted(Rule::PathLength.at(2)),
        list("leaf-signature-bit", |x5c| *x5c[0].last_mut().unwrap() ^= 1).untrusted(Rule::Signature.at(0)),
        list("intermediate-signature-bit", |x5c| *x5c[1].last_mut().unwrap() ^= 1).untrusted(Rule::Signature.at(1)),
    ]
}

fn extensions() -> Vec<Row> {
    let unknown = || Extension::new("1.3.6.1.4.1.55555.1", der::null()).critical();
    let critical = |oid: &str, value: &[u8]| Extension::new(oid, value.to_vec()).critical();
    let policies = critical(CERTIFICATE_POLICIES, &[0x30, 0]);
    let usage = critical(extension::KEY_USAGE, &[3, 2, 1]);
    let no_names = critical(NAME_CONSTRAINTS, &[0x30, 0]);
    vec![
        leaf("unknown-critical-extension", move |leaf| leaf.set(unknown())).untrusted(Rule::UnknownCritical.at(0)),
        authority("unknown-critical-extension-of-the-intermediate", 1, |ca| ca.certificate.set(unknown()))
            .untrusted(Rule::UnknownCritical.at(1)),
        leaf("empty-critical-certificate-policies", move |leaf| leaf.set(policies.clone()))
            .untrusted(Rule::Malformed(Malformed::Empty).at(0)),
        leaf("empty-critical-name-constraints-of-the-leaf", move |leaf| leaf.set(no_names.clone()))
            .untrusted(Rule::Malformed(Malformed::Empty).at(0)),
        authority("malformed-key-usage-of-the-intermediate", 1, |ca| ca.certificate.set(usage))
            .untrusted(Rule::Malformed(Malformed::Truncated).at(1)),
    ]
}

/// nameConstraints with one subtree: permitted (0) or excluded (1).
fn subtrees(list: u32, base: &[u8]) -> Extension {
    let subtrees = der::explicit(list, &der::sequence(&[base]));
    Extension::new(NAME_CONSTRAINTS, der::sequence(&[&subtrees])).critical()
}

fn constraints() -> Vec<Row> {
    let other = || der::explicit(4, &Name::new("other", "other", "other").encode());
    let host = |name: &str| Extension::subject_alt_name(&[&der::implicit(2, name.as_bytes())]);
    let with = |name: &str, constraints: Extension, alternative: Option<Extension>| {
        let format = Packed::new().chain(es256(2)).authority(1, |ca| ca.certificate.set(constraints));
        row(
            &format!("path/{name}"),
            format.leaf(move |leaf| alternative.iter().cloned().for_each(|name| leaf.set(name))),
        )
    };
    let excluded = |change: fn(&str) -> String| {
        let mut name = Name::new("wardkey test vectors", "wardkey", "Authenticator Attestation");
        name.set(COMMON_NAME, der::utf8(&change("wardkey test vectors")));
        subtrees(1, &der::explicit(4, &name.encode()))
    };
    let dns = || subtrees(0, &der::implicit(2, b"example.org"));
    let unreadable = Extension::new(SUBJECT_ALT_NAME, vec![0x30, 0]);
    let refused = |at, rule: Rule| rule.at(at);
    vec![
        with("host-name-permitted", dns(), Some(host("attest.example.org"))),
        with("host-name-not-permitted", dns(), Some(host("example.com"))).untrusted(refused(0, Rule::NameNotPermitted)),
        with("host-name-with-a-longer-label", dns(), Some(host("evilexample.org")))
            .untrusted(refused(0, Rule::NameNotPermitted)),
        with("host-name-excluded", subtrees(1, &der::implicit(2, b"example.org")), Some(host("a.example.org")))
            .untrusted(refused(0, Rule::NameNotPermitted)),
        with("subject-not-permitted", subtrees(0, &other()), None).untrusted(refused(0, Rule::NameNotPermitted)),
        with("subject-not-excluded", subtrees(1, &other()), None),
        with("subject-excluded", excluded(str::to_owned), None).untrusted(refused(0, Rule::NameNotPermitted)),
        with("subject-excluded-in-capitals", excluded(str::to_uppercase), None)
            .strict()
            .untrusted(refused(0, Rule::NameConstraintUnsupported)),
        with("name-constraints-without-any", Extension::new(NAME_CONSTRAINTS, der::sequence(&[])).critical(), None)
            .untrusted(Rule::Malformed(Malformed::Empty).at(1)),
        with("name-constraints-without-any-not-critical", Extension::new(NAME_CONSTRAINTS, der::sequence(&[])), None)
            .untrusted(Rule::Malformed(Malformed::Empty).at(1)),
        with("name-constraints-on-unreadable-names", dns(), Some(unreadable))
            .untrusted(Rule::Malformed(Malformed::Empty).at(0)),
    ]
}

fn algorithms() -> Vec<Row> {
    let named = |name: &str, identifier: Vec<u8>| {
        leaf(name, move |leaf| {
            (leaf.signature, leaf.signature_algorithm) = (Some(identifier.clone()), Some(identifier.clone()));
        })
    };
    let (null, none) = (der::null(), Vec::new());
    let identifier = |oid: &str, parameters: &[u8]| der::sequence(&[&der::oid(oid), parameters]);
    let at = |rule: Rule| rule.at(0);
    vec![
        named("signature-algorithm-unknown", identifier("1.2.840.10040.4.3", &none))
            .untrusted(at(Rule::UnknownSignature)),
        named("signature-with-sha-1", signature_algorithm(Algorithm::Rs1)).untrusted(at(Rule::BrokenHash)),
        named("signature-with-ecdsa-sha-1", identifier("1.2.840.10045.4.1", &none)).untrusted(at(Rule::BrokenHash)),
        named("signature-with-md5", identifier("1.2.840.113549.1.1.4", &null)).untrusted(at(Rule::BrokenHash)),
        named("signature-algorithm-with-parameters", identifier("1.2.840.10045.4.3.2", &null))
            .untrusted(at(Rule::Parameters)),
        named("signature-algorithm-of-another-key", signature_algorithm(Algorithm::Rs256))
            .untrusted(at(Rule::KeyMismatch)),
        authority("intermediate-key-unusable", 1, |ca| {
            let algorithm = der::sequence(&[&der::oid("1.2.840.10040.4.1")]);
            ca.certificate.public_key = der::sequence(&[&algorithm, &der::bit_string(&[0], 0)]);
        })
        .untrusted(at(Rule::UnknownKey)),
    ]
}

/// The budget for the certificates of a message (`src/budget.rs`).
fn budgets() -> Vec<Row> {
    let many = || {
        let constraints = der::explicit(1, &der::sequence(&[&der::implicit(2, b"x")]).repeat(1000));
        let constraints = Extension::new(NAME_CONSTRAINTS, der::sequence(&[&constraints])).critical();
        let names = Extension::new(SUBJECT_ALT_NAME, der::sequence(&[&der::implicit(2, b"y").repeat(1000)]));
        let format = Packed::new().chain(es256(2)).authority(1, |ca| ca.certificate.set(constraints));
        format.leaf(move |leaf| leaf.set(names.clone()))
    };
    vec![
        path("4-by-ed448", Chain::of(4, Algorithm::Ed448)).bound().untrusted(Rule::VerificationBudget),
        row("path/1000-names-by-1000-name-constraints", many()).bound().untrusted(Rule::ComparisonBudget.at(0)),
    ]
}
