//! §8.2 Packed attestation: signed by an attestation key with certificates (`x5c`), or by the credential key.

use super::certificate::{self, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields, oid};
use crate::codec::cbor::Map;
use crate::codec::der::{self, Reader};
use crate::x509::certificate::Certificate;
use crate::x509::oid::{COMMON_NAME, COUNTRY, ORGANIZATION, ORGANIZATIONAL_UNIT};

/// Returns `alg`, `sig` and `x5c`.
fn parse<'a>(statement: Map<'a>) -> Option<(i64, &'a [u8], Option<X5c<'a>>)> {
    let (alg, sig, x5c) = match fields(statement, ["alg", "sig", "x5c"]) {
        Some([alg, sig, x5c]) => (alg, sig, Some(certificate::x5c(x5c)?)),
        None => fields(statement, ["alg", "sig"]).map(|[alg, sig]| (alg, sig, None))?,
    };
    Some((alg.integer()?, sig.bytes()?, x5c))
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    // §8.2 step 1: syntax
    let (alg, sig, x5c) = parse(statement).ok_or(Reason::Syntax)?;
    match x5c {
        Some(x5c) => verify_x5c(alg, sig, x5c, inputs),
        None => verify_self(alg, sig, inputs),
    }
}

/// §8.2 step 2: "If x5c is present"
fn verify_x5c<'a>(alg: i64, sig: &[u8], x5c: X5c<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let leaf = Leaf::of(&x5c)?;
    // "sig is a valid signature over the concatenation of authenticatorData and clientDataHash"
    let algorithm = certificate::algorithm(alg)?;
    leaf.verify(algorithm, inputs.signed(), sig, inputs)?;
    // "attestnCert meets the requirements in § 8.2.1"
    check_certificate(&leaf)?;
    // "this extension matches the aaguid in authenticatorData"
    leaf.check_aaguid(inputs.attested.aaguid())?;
    Ok(Attestation::with_path(Format::Packed, AttestationType::BasicOrAttCa, x5c, Some(leaf), Some(algorithm)))
}

/// §8.2.1 Certificate requirements for packed attestation statements. PrintableString, UTF8String and IA5String are
/// interchangeable here, because certificates in use differ. An attribute of another type counts as missing.
fn check_certificate(leaf: &Leaf<'_>) -> Result<(), Reason> {
    leaf.check_version_3()?;
    let (mut country, mut organization, mut common_name, mut units, mut unit) = (false, false, false, 0_usize, "");
    for attribute in leaf.certificate.subject.attributes() {
        let Ok(text) = attribute.text() else { continue };
        match attribute.oid {
            // "ISO 3166 code"; RFC 5280 appendix A.1, X520countryName: two letters
            COUNTRY if text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_alphabetic()) => country = true,
            COUNTRY => return Err(Reason::Subject),
            ORGANIZATION => organization |= !text.is_empty(),
            COMMON_NAME => common_name |= !text.is_empty(),
            ORGANIZATIONAL_UNIT => (units, unit) = (units.saturating_add(1), text),
            _ => {}
        }
    }
    // "Subject field MUST be set to": Subject-C, Subject-O, Subject-CN
    if !(country && organization && common_name) {
        return Err(Reason::Subject);
    }
    // "Subject-OU: Literal string “Authenticator Attestation”"
    if (units, unit) != (1, "Authenticator Attestation") {
        return Err(Reason::OrganizationalUnit);
    }
    leaf.check_end_entity()?;
    check_firmware_version(&leaf.certificate)?;
    check_serial_number(&leaf.certificate)
}

/// §8.2.1: id-fido-gen-ce-fw-version "contains an INTEGER with a non-negative value" and "MUST NOT be marked as critical".
fn check_firmware_version(certificate: &Certificate<'_>) -> Result<(), Reason> {
    let Some(extension) = certificate.extensions.find(oid::FIDO_FIRMWARE_VERSION) else { return Ok(()) };
    let number: Result<_, der::Malformed> = der::read_all(extension.value, Reader::unsigned);
    if number.is_ok() && !extension.critical { Ok(()) } else { Err(Reason::FirmwareVersion) }
}

/// §8.2.2: id-fido-gen-ce-sernum "MUST NOT be marked as critical, and the corresponding value is encoded as an OCTET STRING".
fn check_serial_number(certificate: &Certificate<'_>) -> Result<(), Reason> {
    let Some(extension) = certificate.extensions.find(oid::FIDO_SERIAL_NUMBER) else { return Ok(()) };
    let value: Result<_, der::Malformed> = der::read_all(extension.value, Reader::octet_string);
    if value.is_ok() && !extension.critical { Ok(()) } else { Err(Reason::SerialNumber) }
}

/// §8.2 step 3: "If x5c is not present, self attestation is in use."
fn verify_self<'a>(alg: i64, sig: &[u8], inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let (algorithm, key) = (inputs.key.algorithm(), *inputs.key.key());
    // "alg matches the algorithm of the credentialPublicKey in authenticatorData"
    if alg != i64::from(algorithm.cose()) {
        return Err(Reason::AlgorithmMismatch);
    }
    // "sig is a valid signature [...] using the credential public key with alg"
    inputs.verify_signature(algorithm.scheme(), &key, inputs.signed(), sig)?;
    let attestation = Attestation::without_path(Format::Packed, AttestationType::SelfAttestation);
    Ok(Attestation { own_key: Some(key), ..attestation })
}
