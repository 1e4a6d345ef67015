//! §8.2 Packed attestation: with a certificate chain (`x5c`), or by the credential's own key.

use super::certificate::{self, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::cbor::Map;
use crate::codec::der::{self, Reader};
use crate::x509::certificate::Certificate;
use crate::x509::oid;

struct Statement<'a> {
    alg: i64,
    sig: &'a [u8],
    x5c: Option<X5c<'a>>,
}

impl<'a> Statement<'a> {
    fn parse(map: Map<'a>) -> Option<Self> {
        let (alg, sig, x5c) = match fields(map, ["alg", "sig", "x5c"]) {
            Some([alg, sig, x5c]) => (alg, sig, Some(certificate::x5c(x5c)?)),
            None => fields(map, ["alg", "sig"]).map(|[alg, sig]| (alg, sig, None))?,
        };
        Some(Self { alg: alg.integer()?, sig: sig.bytes()?, x5c })
    }
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let Statement { alg, sig, x5c } = Statement::parse(statement).ok_or(Reason::Syntax)?;
    match x5c {
        Some(x5c) => verify_x5c(alg, sig, x5c, inputs),
        None => verify_self(alg, sig, inputs),
    }
}

/// "If x5c is present".
fn verify_x5c<'a>(alg: i64, sig: &[u8], x5c: X5c<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let leaf = Leaf::read(x5c.first().copied())?;
    let algorithm = leaf.verify(alg, inputs.signed(), sig, inputs)?;
    certificate_requirements(leaf.certificate())?;
    leaf.check_aaguid(inputs.attested.aaguid())?;
    Ok(Attestation::with_path(Format::Packed, AttestationType::BasicOrAttCa, leaf, x5c).signed_with(algorithm))
}

/// §8.2.1 Certificate requirements for packed attestation statements. PrintableString, UTF8String and IA5String stand
/// for each other, for certificates in the field differ there; what is written in another type counts as missing.
fn certificate_requirements(certificate: &Certificate<'_>) -> Result<(), Reason> {
    certificate::version_3(certificate)?;
    let (mut country, mut organization, mut common_name, mut units, mut unit) = (false, false, false, 0_usize, "");
    for attribute in certificate.subject.attributes() {
        let Ok(text) = attribute.text() else { continue };
        match attribute.oid {
            oid::COUNTRY => country |= !text.is_empty(),
            oid::ORGANIZATION => organization |= !text.is_empty(),
            oid::COMMON_NAME => common_name |= !text.is_empty(),
            oid::ORGANIZATIONAL_UNIT => (units, unit) = (units.saturating_add(1), text),
            _ => {}
        }
    }
    if !(country && organization && common_name) {
        return Err(Reason::Subject);
    }
    if (units, unit) != (1, "Authenticator Attestation") {
        return Err(Reason::OrganizationalUnit);
    }
    certificate::end_entity(certificate)?;
    firmware_version(certificate)
}

/// id-fido-gen-ce-fw-version (§8.2.1): an INTEGER that is not negative, not critical.
fn firmware_version(certificate: &Certificate<'_>) -> Result<(), Reason> {
    let Some(extension) = certificate.extensions.find(oid::FIDO_FIRMWARE_VERSION) else { return Ok(()) };
    let number: Result<_, der::Malformed> = der::read_all(extension.value, Reader::unsigned);
    if number.is_ok() && !extension.critical { Ok(()) } else { Err(Reason::FirmwareVersion) }
}

/// "If x5c is not present, self attestation is in use."
fn verify_self<'a>(alg: i64, sig: &[u8], inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let algorithm = inputs.key.algorithm();
    if alg != i64::from(algorithm.cose()) {
        return Err(Reason::AlgorithmMismatch);
    }
    let verified = inputs.verify_signature(algorithm.scheme(), inputs.key.key(), inputs.signed(), sig);
    verified.map_err(|_| Reason::Signature)?;
    let attestation = Attestation::without_path(Format::Packed, AttestationType::SelfAttestation);
    Ok(Attestation { own_key: Some(*inputs.key.key()), ..attestation })
}
