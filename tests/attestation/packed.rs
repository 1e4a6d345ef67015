//! §8.2 Packed attestation.

use crate::row::{Row, aaguid, row, row_of};
use wardkey::attestation::Format as Known;
use wardkey::internals::Reason;
use wardkey_authenticator::extension::{BASIC_CONSTRAINTS, FIRMWARE_VERSION, SERIAL_NUMBER};
use wardkey_authenticator::name::{COMMON_NAME, COUNTRY, ORGANIZATION, ORGANIZATIONAL_UNIT};
use wardkey_authenticator::*;

const FORMAT: Known = Known::Packed;

pub(crate) fn rows() -> Vec<Row> {
    [good(), syntax(), signatures(), subjects(), aaguids(), firmware_versions(), serial_numbers()].concat()
}

fn good() -> Vec<Row> {
    let mut rows = Vec::new();
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != Algorithm::Rs1) {
        let name = algorithm.name().to_lowercase();
        rows.push(row_of(&format!("packed/self-{name}"), algorithm, PackedSelf::new()));
        rows.push(row_of(&format!("packed/credential-{name}"), algorithm, Packed::new()));
        rows.push(row(&format!("packed/attestation-key-{name}"), Packed::by(algorithm)));
    }
    let firmware =
        |number| Packed::new().leaf(move |leaf| leaf.set(Extension::new(FIRMWARE_VERSION, der::integer(number))));
    rows.extend([
        row("packed/aaguid-extension", with_aaguid("packed/aaguid-extension", |_| {})),
        row("packed/firmware-version", firmware(42)),
        row("packed/firmware-version-0", firmware(0)),
        row(
            "packed/organization-printable",
            Packed::new().leaf(|l| l.subject.set(ORGANIZATION, der::printable("wardkey"))),
        ),
        row(
            "packed/organization-twice",
            Packed::new().leaf(|leaf| leaf.subject.0.push((ORGANIZATION.into(), der::utf8("and others")))),
        ),
        row("packed/no-key-usage", Packed::new().leaf(|leaf| leaf.remove(extension::KEY_USAGE))),
    ]);
    rows
}

fn syntax() -> Vec<Row> {
    let full =
        |name: &str, change: fn(&mut Cbor)| row(&format!("packed/{name}"), Packed::new()).then(|r| r.statement(change));
    let own = |name: &str, change: fn(&mut Cbor)| {
        row(&format!("packed/self-{name}"), PackedSelf::new()).then(|r| r.statement(change))
    };
    let rows = [
        full("no-alg", |statement| statement.remove("alg")),
        full("no-sig", |statement| statement.remove("sig")),
        full("alg-text", |statement| statement.set("alg", "ES256")),
        full("sig-text", |statement| statement.set("sig", "signature")),
        full("x5c-empty", |statement| statement.get("x5c").items().clear()),
        full("x5c-bytes", |statement| *statement.get("x5c") = statement.get("x5c").items()[0].clone()),
        full("x5c-of-text", |statement| statement.get("x5c").items()[0] = "certificate".into()),
        full("x5c-null", |statement| statement.set("x5c", Cbor::Null)),
        full("another-member", |statement| statement.set("ver", "2.0")),
        own("no-alg", |statement| statement.remove("alg")),
        own("no-sig", |statement| statement.remove("sig")),
        own("empty-x5c", |statement| statement.set("x5c", Cbor::Array(Vec::new()))),
        own("ecdaa-key-id", |statement| statement.set("ecdaaKeyId", vec![0])),
        own("empty-map", |statement| statement.entries().clear()),
    ];
    rows.into_iter().map(|row| row.refused(Reason::Syntax.of(FORMAT))).collect()
}

fn signatures() -> Vec<Row> {
    let alg = |name: &str, format: Packed, alg: i64| {
        row(&format!("packed/{name}"), format).then(|r| r.statement(move |statement| statement.set("alg", alg)))
    };
    let (es256, ed25519) = (Packed::new, || Packed::by(Algorithm::EdDsa));
    let own = |name: &str, alg: i64| {
        row(&format!("packed/self-{name}"), PackedSelf::new())
            .then(|r| r.statement(move |statement| statement.set("alg", alg)))
    };
    let other = Key::new("attestation.packed.other", Algorithm::Es256);
    vec![
        row("packed/signature-bit", Packed::new().signature(|sig| *sig.last_mut().unwrap() ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/signature-empty", Packed::new().signature(Vec::clear)).refused(Reason::Signature.of(FORMAT)),
        row("packed/signature-trailing-byte", Packed::new().signature(|sig| sig.push(0)))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/signature-rsa-bit", Packed::by(Algorithm::Rs256).signature(|sig| sig[9] ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/message-without-hash", Packed::new().message(|m| m.truncate(m.len() - 32)))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/message-other-flags", Packed::new().message(|m| m[32] ^= flags::UV))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/certificate-other-key", Packed::new().leaf(move |leaf| leaf.public_key = other.spki()))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/self-signature-bit", PackedSelf::new().signature(|sig| *sig.last_mut().unwrap() ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/self-message-other", PackedSelf::new().message(|m| m[0] ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("packed/x5c-by-the-credential-key", PackedSelf::new())
            .then(|r| {
                let x5c = crate::row::x5c(
                    &Registration::new("attestation.packed.lender", Algorithm::Es256).format(Packed::new()),
                );
                let x5c: Vec<Cbor> = x5c.into_iter().map(Cbor::Bytes).collect();
                r.statement(move |statement| statement.set("x5c", Cbor::Array(x5c.clone())))
            })
            .trusting(Chain::new().trust_anchors())
            .refused(Reason::Signature.of(FORMAT)),
        own("alg-rs256", -257).refused(Reason::AlgorithmMismatch.of(FORMAT)),
        own("alg-esp256", -9).refused(Reason::AlgorithmMismatch.of(FORMAT)),
        own("alg-unknown", -70_000).refused(Reason::AlgorithmMismatch.of(FORMAT)),
        alg("alg-rs256-of-an-ec-key", es256(), -257).refused(Reason::Algorithm.of(FORMAT)),
        alg("alg-es384-of-a-p256-key", es256(), -35).refused(Reason::Algorithm.of(FORMAT)),
        alg("alg-es256k-of-a-p256-key", es256(), -47).refused(Reason::Algorithm.of(FORMAT)),
        alg("alg-es256-of-an-ed25519-key", ed25519(), -7).refused(Reason::Algorithm.of(FORMAT)),
        alg("alg-unknown", es256(), -70_000).refused(Reason::Algorithm.of(FORMAT)),
        alg("alg-ps256-signed-as-rs256", Packed::by(Algorithm::Rs256), -37).refused(Reason::Signature.of(FORMAT)),
        alg("alg-rs384-signed-as-rs256", Packed::by(Algorithm::Rs256), -258).refused(Reason::Signature.of(FORMAT)),
    ]
}

/// §8.2.1
fn subjects() -> Vec<Row> {
    let with = |name: &str, change: fn(&mut Certificate)| row(&format!("packed/{name}"), Packed::new().leaf(change));
    vec![
        with("no-country", |leaf| leaf.subject.remove(COUNTRY)).refused(Reason::Subject.of(FORMAT)),
        with("country-in-full", |leaf| leaf.subject.set(COUNTRY, der::utf8("Germany")))
            .refused(Reason::Subject.of(FORMAT)),
        with("country-of-digits", |leaf| leaf.subject.set(COUNTRY, der::utf8("04")))
            .refused(Reason::Subject.of(FORMAT)),
        with("no-organization", |leaf| leaf.subject.remove(ORGANIZATION)).refused(Reason::Subject.of(FORMAT)),
        with("no-common-name", |leaf| leaf.subject.remove(COMMON_NAME)).refused(Reason::Subject.of(FORMAT)),
        with("empty-organization", |leaf| leaf.subject.set(ORGANIZATION, der::utf8("")))
            .refused(Reason::Subject.of(FORMAT)),
        with("empty-subject", |leaf| leaf.subject = Name::default()).refused(Reason::Subject.of(FORMAT)),
        with("no-organizational-unit", |leaf| leaf.subject.remove(ORGANIZATIONAL_UNIT))
            .refused(Reason::OrganizationalUnit.of(FORMAT)),
        with("organizational-unit-in-capitals", |leaf| unit(leaf, "AUTHENTICATOR ATTESTATION"))
            .refused(Reason::OrganizationalUnit.of(FORMAT)),
        with("organizational-unit-longer", |leaf| unit(leaf, "Authenticator Attestation "))
            .refused(Reason::OrganizationalUnit.of(FORMAT)),
        with("organizational-unit-twice", |leaf| {
            leaf.subject.0.push((ORGANIZATIONAL_UNIT.into(), der::utf8("Sales")));
        })
        .refused(Reason::OrganizationalUnit.of(FORMAT)),
        with("organizational-unit-after-another", |leaf| {
            leaf.subject.0.insert(0, (ORGANIZATIONAL_UNIT.into(), der::utf8("Sales")));
        })
        .refused(Reason::OrganizationalUnit.of(FORMAT)),
        with("organizational-unit-after-an-empty-one", |leaf| {
            leaf.subject.0.insert(0, (ORGANIZATIONAL_UNIT.into(), der::utf8("")));
        })
        .refused(Reason::OrganizationalUnit.of(FORMAT)),
        with("certificate-version-2", |leaf| (leaf.version, leaf.extensions) = (Some(1), Vec::new()))
            .refused(Reason::CertificateVersion.of(FORMAT)),
        with("ca", |leaf| leaf.set(Extension::basic_constraints(true, None)))
            .refused(Reason::BasicConstraints.of(FORMAT)),
        with("no-basic-constraints", |leaf| leaf.remove(BASIC_CONSTRAINTS))
            .refused(Reason::BasicConstraints.of(FORMAT)),
        with("key-usage-certificates-only", |leaf| leaf.set(Extension::certificate_signing()))
            .strict()
            .refused(Reason::KeyCertSign.of(FORMAT)),
        with("key-usage-encryption-only", |leaf| leaf.set(key_encipherment()))
            .strict()
            .refused(Reason::KeyUsage.of(FORMAT)),
    ]
}

/// keyUsage: keyEncipherment.
pub(crate) fn key_encipherment() -> Extension {
    Extension::new(extension::KEY_USAGE, der::bit_string(&[0x20], 5)).critical()
}

fn unit(leaf: &mut Certificate, unit: &str) {
    leaf.subject.set(ORGANIZATIONAL_UNIT, der::utf8(unit));
}

/// Has id-fido-gen-ce-aaguid of the row with this name, changed.
fn with_aaguid(name: &str, change: fn(&mut Extension)) -> Packed {
    let mut extension = Extension::aaguid(&aaguid(name));
    change(&mut extension);
    Packed::new().leaf(move |leaf| leaf.set(extension.clone()))
}

fn aaguids() -> Vec<Row> {
    let with = |name: &str, change: fn(&mut Extension)| {
        let name = format!("packed/aaguid-extension-{name}");
        row(&name, with_aaguid(&name, change))
    };
    vec![
        with("of-another-model", |extension| *extension = Extension::aaguid(&[7; 16]))
            .refused(Reason::Aaguid.of(FORMAT)),
        with("of-zeros", |extension| *extension = Extension::aaguid(&[0; 16])).refused(Reason::Aaguid.of(FORMAT)),
        with("critical", |extension| extension.critical = true).refused(Reason::AaguidExtension.of(FORMAT)),
        with("wrapped-once", |extension| drop(extension.value.drain(..2))).refused(Reason::AaguidExtension.of(FORMAT)),
        with("15-bytes", |extension| *extension = Extension::aaguid(&[7; 15]))
            .refused(Reason::AaguidExtension.of(FORMAT)),
        with("trailing-byte", |extension| extension.value.push(0)).refused(Reason::AaguidExtension.of(FORMAT)),
    ]
}

/// "an INTEGER […] a non-negative value […] MUST NOT be marked as critical".
fn firmware_versions() -> Vec<Row> {
    let with = |name: &str, extension: Extension| {
        let format = Packed::new().leaf(move |leaf| leaf.set(extension.clone()));
        row(&format!("packed/firmware-version-{name}"), format).strict().refused(Reason::FirmwareVersion.of(FORMAT))
    };
    let of = |value: Vec<u8>| Extension::new(FIRMWARE_VERSION, value);
    vec![
        with("critical", of(der::integer(42)).critical()),
        with("negative", of(vec![2, 1, 0xff])),
        with("of-bytes", of(vec![4, 1, 42])),
        with("without-a-value", of(Vec::new())),
    ]
}

/// "MUST NOT be marked as critical, and the corresponding value is encoded as an OCTET STRING".
fn serial_numbers() -> Vec<Row> {
    let with = |name: &str, extension: Extension| {
        let format = Packed::new().leaf(move |leaf| leaf.set(extension.clone()));
        row(&format!("packed/serial-number-{name}"), format).strict().refused(Reason::SerialNumber.of(FORMAT))
    };
    let of = |value: Vec<u8>| Extension::new(SERIAL_NUMBER, value);
    vec![
        with("critical", Extension::serial_number(b"device 7").critical()),
        with("wrapped-once", of(b"device 7".to_vec())),
        with("of-a-number", of(der::integer(7))),
        with("trailing-byte", of([der::octet_string(b"device 7"), vec![0]].concat())),
    ]
}
