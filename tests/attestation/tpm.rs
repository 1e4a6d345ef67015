//! §8.3 TPM attestation.

use crate::row::{Row, aaguid, row, row_from, row_of};
use wardkey::attestation::{Format as Known, KeyEnforcement};
use wardkey::ceremony::Refusal;
use wardkey::internals::{Malformed, Reason, Rule};
use wardkey_authenticator::attestation::tpm::{CertInfo, Parameters, PubArea, Unique, tpm_names};
use wardkey_authenticator::extension::{BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, SUBJECT_ALT_NAME};
use wardkey_authenticator::keys::PublicKey;
use wardkey_authenticator::name::attribute;
use wardkey_authenticator::*;

const FORMAT: Known = Known::Tpm;

pub(crate) fn rows() -> Vec<Row> {
    [good(), statements(), areas(), schemes(), infos(), certificates(), properties()].concat()
}

fn good() -> Vec<Row> {
    use Algorithm::{Es256, Es384, Es512, Ps256, Ps384, Rs1, Rs256, Rs384, Rs512};
    let mut rows = Vec::new();
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != Rs1 && Tpm::can_hold(*algorithm)) {
        rows.push(row_of(&format!("tpm/credential-{}", algorithm.name().to_lowercase()), algorithm, Tpm::new()));
    }
    for aik in [Rs1, Rs256, Rs384, Rs512, Ps256, Ps384, Es256, Es384, Es512] {
        let name = aik.name().to_lowercase();
        rows.push(row(&format!("tpm/aik-{name}"), Tpm::by(aik)));
        rows.push(row(&format!("tpm/aik-{name}-tpmt-signature"), Tpm::by(aik).tpmt_signature()));
    }
    for (name, algorithm) in [("sha-1", 0x0004), ("sha-384", 0x000c), ("sha-512", 0x000d)] {
        rows.push(row(&format!("tpm/name-of-{name}"), Tpm::new().pub_area(move |area| area.name_alg = algorithm)));
    }
    let exponent = |area: &mut PubArea| area.parameters = Parameters::Rsa { key_bits: 2048, exponent: 65537 };
    let ignored = |info: &mut CertInfo| {
        (info.qualified_signer, info.qualified_name) = (vec![1; 34], vec![2; 34]);
        (info.clock_info, info.firmware_version) = ([0xff; 17], u64::MAX);
    };
    let name = "tpm/aaguid-extension";
    let extension = Extension::aaguid(&aaguid(name));
    rows.extend([
        trimmed("tpm/coordinates-without-leading-zeros"),
        row_of("tpm/rsa-exponent-written-down", Rs256, Tpm::new().pub_area(exponent)),
        row("tpm/fields-that-are-ignored", Tpm::new().cert_info(ignored)),
        row("tpm/scheme-named", Tpm::new().pub_area_bytes(|area| drop(area.splice(12..14, [0, 0x18, 0, 0x0b])))),
        row_of(
            "tpm/rsa-scheme-named",
            Rs256,
            Tpm::new().pub_area_bytes(|area| drop(area.splice(12..14, [0, 0x14, 0, 0x0b]))),
        ),
        row("tpm/with-a-policy", Tpm::new().pub_area(|area| area.auth_policy = vec![9; 32])),
        row(
            "tpm/alternative-name-not-critical",
            Tpm::new().leaf(|leaf| leaf.extension(SUBJECT_ALT_NAME).critical = false),
        ),
        row("tpm/alternative-name-in-three-parts", Tpm::new().leaf(|leaf| leaf.set(names_apart(&[1, 2, 3])))),
        row(
            "tpm/further-purposes",
            Tpm::new().leaf(|leaf| {
                leaf.set(Extension::extended_key_usage(&["1.3.6.1.4.1.311.21.36", "2.23.133.8.3"]));
            }),
        ),
        row(name, Tpm::new().leaf(move |leaf| leaf.set(extension.clone()))),
    ]);
    rows
}

/// A credential with a coordinate that starts with a zero octet, which TPMs leave out.
fn trimmed(name: &str) -> Row {
    let mut keys = (0..).map(|i| Key::new(&format!("attestation.{name}.{i}"), Algorithm::Es256));
    let key = keys.find(|key| matches!(key.public(), PublicKey::Ec2 { x, .. } if x[0] == 0)).unwrap();
    let trim = |area: &mut PubArea| _ = coordinates(area)[0].remove(0);
    row_from(name, Registration::of(&format!("attestation.{name}"), key).format(Tpm::new().pub_area(trim)))
}

/// subjectAltName with these attributes of the TPM, each in a separate RDN.
fn names_apart(attributes: &[u8]) -> Extension {
    let name = |i: &u8| der::set(&[&attribute(&format!("2.23.133.2.{i}"), &der::utf8("id:00000000"))]);
    let names: Vec<u8> = attributes.iter().flat_map(name).collect();
    Extension::subject_alt_name(&[&der::explicit(4, &der::sequence(&[&names]))]).critical()
}

fn statements() -> Vec<Row> {
    let with =
        |name: &str, change: fn(&mut Cbor)| row(&format!("tpm/{name}"), Tpm::new()).then(|r| r.statement(change));
    let syntax = [
        with("no-ver", |statement| statement.remove("ver")),
        with("no-alg", |statement| statement.remove("alg")),
        with("no-x5c", |statement| statement.remove("x5c")),
        with("no-sig", |statement| statement.remove("sig")),
        with("no-cert-info", |statement| statement.remove("certInfo")),
        with("no-pub-area", |statement| statement.remove("pubArea")),
        with("x5c-empty", |statement| statement.get("x5c").items().clear()),
        with("ver-a-number", |statement| statement.set("ver", 2)),
        with("another-member", |statement| statement.set("ecdaaKeyId", vec![0])),
    ];
    let mut rows: Vec<_> = syntax.into_iter().map(|row| row.refused(Reason::Syntax.of(FORMAT))).collect();
    rows.extend([
        with("ver-1", |statement| statement.set("ver", "1.2")).refused(Reason::TpmVersion.of(FORMAT)),
        with("ver-2", |statement| statement.set("ver", "2")).refused(Reason::TpmVersion.of(FORMAT)),
        with("alg-rs256-of-an-ec-key", |statement| statement.set("alg", -257)).refused(Reason::Algorithm.of(FORMAT)),
        with("alg-unknown", |statement| statement.set("alg", -70_000)).refused(Reason::Algorithm.of(FORMAT)),
        row("tpm/aik-that-hashes-for-itself", Tpm::by(Algorithm::EdDsa)).refused(Reason::Algorithm.of(FORMAT)),
        row("tpm/signature-bit", Tpm::new().signature(|sig| *sig.last_mut().unwrap() ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("tpm/signature-empty", Tpm::new().signature(Vec::clear)).refused(Reason::Signature.of(FORMAT)),
        row("tpm/tpmt-signature-bit", Tpm::new().tpmt_signature().signature(|sig| sig[6] ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("tpm/tpmt-signature-other-hash", Tpm::new().tpmt_signature().signature(|sig| sig[3] = 0x0c))
            .refused(Reason::Signature.of(FORMAT)),
        row(
            "tpm/tpmt-signature-rsa-other-hash",
            Tpm::by(Algorithm::Rs256).tpmt_signature().signature(|sig| sig[3] = 0x0c),
        )
        .refused(Reason::Signature.of(FORMAT)),
        row("tpm/tpmt-signature-of-pss-around-pkcs1", scheme(Algorithm::Rs256, 0x16))
            .refused(Reason::Signature.of(FORMAT)),
        row("tpm/tpmt-signature-of-pkcs1-around-pss", scheme(Algorithm::Ps256, 0x14))
            .refused(Reason::Signature.of(FORMAT)),
        row("tpm/tpmt-signature-of-rsa-around-ecdsa", scheme(Algorithm::Es256, 0x14))
            .refused(Reason::Signature.of(FORMAT)),
        row("tpm/tpmt-signature-trailing-byte", Tpm::new().tpmt_signature().signature(|sig| sig.push(0)))
            .refused(Reason::Signature.of(FORMAT)),
        row("tpm/rsa-signature-bit", Tpm::by(Algorithm::Rs256).signature(|sig| sig[9] ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
    ]);
    rows
}

/// A TPMT_SIGNATURE that names the wrong scheme.
fn scheme(aik: Algorithm, named: u8) -> Tpm {
    Tpm::by(aik).tpmt_signature().signature(move |sig| sig[1] = named)
}

fn areas() -> Vec<Row> {
    let with = |name: &str, change: fn(&mut PubArea)| row(&format!("tpm/pub-area-{name}"), Tpm::new().pub_area(change));
    let bytes =
        |name: &str, change: fn(&mut Vec<u8>)| row(&format!("tpm/pub-area-{name}"), Tpm::new().pub_area_bytes(change));
    let rsa = |name: &str, change: fn(&mut PubArea)| {
        row_of(&format!("tpm/pub-area-rsa-{name}"), Algorithm::Rs256, Tpm::new().pub_area(change))
    };
    let malformed = [
        bytes("empty", Vec::clear),
        bytes("cut-short", |area| {
            area.pop();
        }),
        bytes("trailing-byte", |area| area.push(0)),
        bytes("sized-as-tpm2b", |area| drop(area.splice(..0, (area.len() as u16).to_be_bytes()))),
        with("of-a-keyed-hash", |area| area.kind = 0x0008),
        with("unknown-name-algorithm", |area| area.name_alg = 0x0010),
        with("unknown-curve", |area| area.parameters = Parameters::Ecc { curve_id: 0x0010, kdf: 0x0010 }),
        rsa("other-size", |area| area.parameters = Parameters::Rsa { key_bits: 1024, exponent: 0 }),
    ];
    let mut rows: Vec<_> = malformed.into_iter().map(|row| row.refused(Reason::PublicArea.of(FORMAT))).collect();
    rows.extend([
        with("other-x", |area| coordinates(area)[0][9] ^= 1).refused(Reason::PublicAreaKey.of(FORMAT)),
        with("other-y", |area| coordinates(area)[1][9] ^= 1).refused(Reason::PublicAreaKey.of(FORMAT)),
        with("other-curve", |area| area.parameters = Parameters::Ecc { curve_id: 4, kdf: 0x0010 })
            .refused(Reason::PublicAreaKey.of(FORMAT)),
        with("of-an-rsa-key", |area| {
            let PublicKey::Rsa { n, .. } = Key::rsa(Algorithm::Rs256, Modulus::Credential).public() else { return };
            (area.kind, area.parameters) = (1, Parameters::Rsa { key_bits: 2048, exponent: 0 });
            area.unique = Unique::Rsa { n };
        })
        .refused(Reason::PublicAreaKey.of(FORMAT)),
        rsa("other-exponent", |area| area.parameters = Parameters::Rsa { key_bits: 2048, exponent: 3 })
            .refused(Reason::PublicAreaKey.of(FORMAT)),
        rsa("other-modulus", |area| {
            if let Unique::Rsa { n } = &mut area.unique {
                n[9] ^= 1;
            }
        })
        .refused(Reason::PublicAreaKey.of(FORMAT)),
        row("tpm/pub-area-changed-afterwards", Tpm::new())
            .then(|r| r.statement(|statement| statement.get("pubArea").bytes()[7] ^= 1))
            .refused(Reason::Name.of(FORMAT)),
    ]);
    rows
}

/// The fields of pubArea after objectAttributes and an empty authPolicy: symmetric, scheme, curve and kdf.
fn schemes() -> Vec<Row> {
    use Algorithm::{Es256, Es384, Es512, Ps256, Ps512, Rs256, Rs512};
    let named = |name: &str, algorithm: Algorithm, at: usize, id: &'static [u8]| {
        let change = move |area: &mut Vec<u8>| drop(area.splice(at..at + 2, id.iter().copied()));
        row_of(&format!("tpm/pub-area-{name}"), algorithm, Tpm::new().pub_area_bytes(change))
    };
    let scheme = |name: &str, algorithm: Algorithm, id: &'static [u8]| named(name, algorithm, 12, id);
    let good = [
        scheme("ecdsa-sha-384-of-es384", Es384, &[0, 0x18, 0, 0x0c]),
        scheme("ecdsa-sha-512-of-es512", Es512, &[0, 0x18, 0, 0x0d]),
        scheme("rsassa-sha-512-of-rs512", Rs512, &[0, 0x14, 0, 0x0d]),
        scheme("rsapss-sha-256-of-ps256", Ps256, &[0, 0x16, 0, 0x0b]),
        scheme("rsapss-sha-512-of-ps512", Ps512, &[0, 0x16, 0, 0x0d]),
    ];
    let other_scheme = [
        scheme("ecdsa-of-an-rsa-key", Rs256, &[0, 0x18, 0, 0x0b]),
        scheme("oaep-of-an-rsa-key", Rs256, &[0, 0x17, 0, 0x0b]),
        scheme("rsaes-of-an-rsa-key", Rs256, &[0, 0x15]),
        scheme("rsapss-of-rs256", Rs256, &[0, 0x16, 0, 0x0b]),
        scheme("rsassa-of-ps256", Ps256, &[0, 0x14, 0, 0x0b]),
        scheme("rsassa-sha-1-of-rs256", Rs256, &[0, 0x14, 0, 0x04]),
        scheme("rsassa-sha-384-of-rs256", Rs256, &[0, 0x14, 0, 0x0c]),
        scheme("rsassa-of-an-ecc-key", Es256, &[0, 0x14, 0, 0x0b]),
        scheme("ecdsa-sha-384-of-es256", Es256, &[0, 0x18, 0, 0x0c]),
        scheme("ecdsa-by-an-unknown-hash", Es256, &[0, 0x18, 0, 0x27]),
        scheme("ecdaa-of-an-ecc-key", Es256, &[0, 0x1a, 0, 0x0b, 0, 1]),
        scheme("ecdh-of-an-ecc-key", Es256, &[0, 0x19, 0, 0x0b]),
        scheme("sm2-of-an-ecc-key", Es256, &[0, 0x1b, 0, 0x0b]),
        scheme("ecschnorr-of-an-ecc-key", Es256, &[0, 0x1c, 0, 0x0b]),
    ];
    let symmetric = [
        named("aes-of-an-ecc-key", Es256, 10, &[0, 6, 0, 128, 0, 0x43]),
        named("aes-of-an-rsa-key", Rs256, 10, &[0, 6, 0, 128, 0, 0x43]),
        named("kdf1-of-an-ecc-key", Es256, 16, &[0, 0x20, 0, 0x0b]),
    ];
    let other_scheme = other_scheme.into_iter().map(|row| row.refused(Reason::Scheme.of(FORMAT)));
    let symmetric = symmetric.into_iter().map(|row| row.refused(Reason::SymmetricAlgorithm.of(FORMAT)));
    good.into_iter().chain(other_scheme).chain(symmetric).collect()
}

fn coordinates(area: &mut PubArea) -> [&mut Vec<u8>; 2] {
    match &mut area.unique {
        Unique::Ecc { x, y } => [x, y],
        Unique::Rsa { .. } => panic!("an ECC key"),
    }
}

fn infos() -> Vec<Row> {
    let with =
        |name: &str, change: fn(&mut CertInfo)| row(&format!("tpm/cert-info-{name}"), Tpm::new().cert_info(change));
    let bytes = |name: &str, change: fn(&mut Vec<u8>)| {
        row(&format!("tpm/cert-info-{name}"), Tpm::new().cert_info_bytes(change))
    };
    vec![
        bytes("empty", Vec::clear).refused(Reason::CertInfo.of(FORMAT)),
        bytes("cut-short", |info| {
            info.pop();
        })
        .refused(Reason::CertInfo.of(FORMAT)),
        bytes("trailing-byte", |info| info.push(0)).refused(Reason::CertInfo.of(FORMAT)),
        with("made-outside", |info| info.magic = 0).refused(Reason::Magic.of(FORMAT)),
        with("magic-bit", |info| info.magic ^= 1).refused(Reason::Magic.of(FORMAT)),
        with("of-a-quote", |info| info.kind = 0x8018).refused(Reason::Type.of(FORMAT)),
        with("of-another-ceremony", |info| info.extra_data[0] ^= 1).refused(Reason::ExtraData.of(FORMAT)),
        with("extra-data-empty", |info| info.extra_data.clear()).refused(Reason::ExtraData.of(FORMAT)),
        with("extra-data-longer", |info| info.extra_data.push(0)).refused(Reason::ExtraData.of(FORMAT)),
        row(
            "tpm/cert-info-extra-data-by-another-hash",
            Tpm::by(Algorithm::Es384).cert_info(|info| info.extra_data.truncate(32)),
        )
        .refused(Reason::ExtraData.of(FORMAT)),
        with("name-of-another-object", |info| info.name[9] ^= 1).refused(Reason::Name.of(FORMAT)),
        with("name-algorithm-other", |info| info.name[1] = 0x0c).refused(Reason::Name.of(FORMAT)),
        with("name-without-algorithm", |info| drop(info.name.drain(..2))).refused(Reason::Name.of(FORMAT)),
        with("name-empty", |info| info.name.clear()).refused(Reason::Name.of(FORMAT)),
    ]
}

/// §8.3.1
fn certificates() -> Vec<Row> {
    let with =
        |name: &str, change: fn(&mut Certificate)| row(&format!("tpm/aik-certificate-{name}"), Tpm::new().leaf(change));
    vec![
        with("subject", |leaf| leaf.subject = Name::new("TPM", "wardkey", "AIK"))
            .refused(Reason::SubjectNotEmpty.of(FORMAT)),
        with("no-alternative-name", |leaf| leaf.remove(SUBJECT_ALT_NAME)).refused(Reason::SubjectAltName.of(FORMAT)),
        with("no-manufacturer", |leaf| leaf.set(names_apart(&[2, 3]))).refused(Reason::SubjectAltName.of(FORMAT)),
        with("no-model", |leaf| leaf.set(names_apart(&[1, 3]))).refused(Reason::SubjectAltName.of(FORMAT)),
        with("no-version", |leaf| leaf.set(names_apart(&[1, 2]))).refused(Reason::SubjectAltName.of(FORMAT)),
        with("empty-manufacturer", |leaf| leaf.set(tpm_names("", "SLB9670", "id:0007003D")))
            .refused(Reason::SubjectAltName.of(FORMAT)),
        with("empty-model", |leaf| leaf.set(tpm_names("id:49465800", "", "id:0007003D")))
            .refused(Reason::SubjectAltName.of(FORMAT)),
        with("empty-version", |leaf| leaf.set(tpm_names("id:49465800", "SLB9670", "")))
            .refused(Reason::SubjectAltName.of(FORMAT)),
        with("host-name-instead", |leaf| {
            leaf.set(Extension::subject_alt_name(&[&der::implicit(2, b"tpm.example.org")]));
        })
        .refused(Reason::SubjectAltName.of(FORMAT)),
        with("alternative-name-malformed", |leaf| leaf.extension(SUBJECT_ALT_NAME).value.push(0))
            .refused(Reason::Certificate(Malformed::TrailingBytes.into()).of(FORMAT)),
        with("no-extended-key-usage", |leaf| leaf.remove(EXTENDED_KEY_USAGE))
            .refused(Reason::ExtendedKeyUsage.of(FORMAT)),
        with("any-extended-key-usage", |leaf| leaf.set(Extension::extended_key_usage(&["2.5.29.37.0"])))
            .refused(Reason::ExtendedKeyUsage.of(FORMAT)),
        with("other-purpose", |leaf| leaf.set(Extension::extended_key_usage(&["2.23.133.8.1"])))
            .refused(Reason::ExtendedKeyUsage.of(FORMAT)),
        with("extended-key-usage-empty", |leaf| leaf.set(Extension::extended_key_usage(&[])))
            .refused(Reason::Certificate(Malformed::Empty.into()).of(FORMAT)),
        with("ca", |leaf| leaf.set(Extension::basic_constraints(true, None)))
            .refused(Reason::BasicConstraints.of(FORMAT)),
        with("no-basic-constraints", |leaf| leaf.remove(BASIC_CONSTRAINTS))
            .refused(Reason::BasicConstraints.of(FORMAT)),
        with("version-1", |leaf| (leaf.version, leaf.extensions) = (None, Vec::new()))
            .refused(Reason::CertificateVersion.of(FORMAT)),
        with("version-1-with-extensions", |leaf| leaf.version = None)
            .refused(Reason::Certificate(Rule::Version).of(FORMAT)),
        with("of-another-model", |leaf| leaf.set(Extension::aaguid(&[7; 16]))).refused(Reason::Aaguid.of(FORMAT)),
        with("aaguid-critical", |leaf| leaf.set(Extension::aaguid(&[7; 16]).critical()))
            .refused(Reason::AaguidExtension.of(FORMAT)),
        with("names-of-real-vendors", |leaf| leaf.set(tpm_names("id:49465800", "SLB9670", "id:0007003D"))),
    ]
}

/// Key properties: §8.3 does not require them, but a policy can.
fn properties() -> Vec<Row> {
    /// fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth and sign, as Windows Hello sets them.
    const KEPT: u32 = 0x0004_0072;
    let area = |name: &str, attributes: u32, name_alg: u16| {
        let change = move |area: &mut PubArea| (area.object_attributes, area.name_alg) = (attributes, name_alg);
        row(&format!("tpm/key/{name}"), Tpm::new().pub_area(change))
    };
    let mut rows = Vec::new();
    for (name, attributes, name_alg, problem) in [
        ("kept", KEPT, 0x000b, None),
        ("kept-and-named-by-sha-384", KEPT, 0x000c, None),
        ("that-moves-with-its-parent", KEPT & !0x02, 0x000b, Some(Reason::ObjectAttributes)),
        ("that-changes-its-parent", KEPT & !0x10, 0x000b, Some(Reason::ObjectAttributes)),
        ("imported", KEPT & !0x20, 0x000b, Some(Reason::ObjectAttributes)),
        ("of-no-attributes", 0x0004_0000, 0x000b, Some(Reason::ObjectAttributes)),
        ("named-by-sha-1", KEPT, 0x0004, Some(Reason::NameAlgorithm)),
    ] {
        rows.push(area(&format!("{name}/any"), attributes, name_alg).policy(|_| {}));
        for enforcement in [KeyEnforcement::Hardware, KeyEnforcement::VerifiedBoot] {
            let row = area(&format!("{name}/{enforcement:?}"), attributes, name_alg);
            let asked = row.clone().policy(move |policy| policy.key_enforcement = enforcement);
            let mut by_policy = row.only_policy(move |policy| policy.key_enforcement = enforcement);
            by_policy.name += "/by-policy";
            match problem {
                None => rows.extend([asked, by_policy]),
                Some(problem) => rows.extend([
                    asked.refused(problem.of(FORMAT)),
                    by_policy.refusal(Refusal::AttestedKey(problem.of(FORMAT))),
                ]),
            }
        }
    }
    rows
}
