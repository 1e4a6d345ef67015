//! §8.3 TPM attestation.

mod structures;

use super::certificate::{self, Leaf, X5c};
use super::key::{KeyProperties, TpmProperties};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields, oid};
use crate::codec::cbor::Map;
use crate::crypto::{Algorithm, Hash, PublicKey, Scheme};
use std::borrow::Cow;
use structures::{Attest, Public, Unique};

struct Statement<'a> {
    ver: &'a str,
    alg: i64,
    x5c: X5c<'a>,
    sig: &'a [u8],
    cert_info: &'a [u8],
    pub_area: &'a [u8],
}

impl<'a> Statement<'a> {
    fn parse(map: Map<'a>) -> Option<Self> {
        let [ver, alg, x5c, sig, cert_info, pub_area] =
            fields(map, ["ver", "alg", "x5c", "sig", "certInfo", "pubArea"])?;
        Some(Self {
            ver: ver.text()?,
            alg: alg.integer()?,
            x5c: certificate::x5c(x5c)?,
            sig: sig.bytes()?,
            cert_info: cert_info.bytes()?,
            pub_area: pub_area.bytes()?,
        })
    }
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    // §8.3: "attStmt is valid CBOR conforming to the syntax"
    let statement = Statement::parse(statement).ok_or(Reason::Syntax)?;
    // §8.3, syntax: `ver: "2.0"`
    if statement.ver != "2.0" {
        return Err(Reason::TpmVersion);
    }
    // §8.3: pubArea is a TPMT_PUBLIC (TPM 2.0 Part 2, 12.2.4).
    let public = Public::read(statement.pub_area).ok_or(Reason::PublicArea)?;
    // "the public key specified by the parameters and unique fields of pubArea is identical to the credentialPublicKey"
    if !is_key(&public.unique, inputs.key.key()) {
        return Err(Reason::PublicAreaKey);
    }
    // TPM 2.0 Part 2, TPMS_RSA_PARMS and TPMS_ECC_PARMS: a signing key has no symmetric algorithm and no KDF.
    if !public.uses_no_symmetric_algorithm() {
        return Err(Reason::SymmetricAlgorithm);
    }
    // TPM 2.0 Part 2, TPMI_ALG_RSA_SCHEME and TPMI_ALG_ECC_SCHEME: the key signs only under its scheme.
    if !public.may_sign(inputs.key.algorithm().scheme()) {
        return Err(Reason::Scheme);
    }
    let leaf = Leaf::of(&statement.x5c)?;
    // "aikCert meets the requirements in § 8.3.1"
    check_certificate(&leaf)?;
    // "this extension matches the aaguid in authenticatorData"
    leaf.check_aaguid(inputs.attested.aaguid())?;
    // "sig is a valid signature over certInfo using the attestation public key in aikCert"
    let algorithm = certificate::algorithm(statement.alg)?;
    let hash = hash(algorithm).ok_or(Reason::Algorithm)?;
    let sig = structures::signature(statement.sig, algorithm.scheme()).unwrap_or(Cow::Borrowed(statement.sig));
    leaf.verify(algorithm, statement.cert_info, &sig, inputs)?;
    check_cert_info(statement.cert_info, &public, hash, inputs)?;
    let (object_attributes, name_algorithm) = (public.object_attributes, public.name_hash);
    let properties = KeyProperties::Tpm(TpmProperties { object_attributes, name_algorithm });
    properties.check(inputs.key_enforcement)?;
    let attestation =
        Attestation::with_path(Format::Tpm, AttestationType::AttCa, statement.x5c, Some(leaf), Some(algorithm));
    Ok(Attestation { key_properties: Some(properties), ..attestation })
}

/// Returns whether the key in `pubArea` is the credential key. Coordinates are compared as integers, because TPMs omit leading
/// zeros.
fn is_key(unique: &Unique<'_>, key: &PublicKey<'_>) -> bool {
    let equal =
        |a: &[u8], b: &[u8]| a.iter().skip_while(|&&byte| byte == 0).eq(b.iter().skip_while(|&&byte| byte == 0));
    match (*unique, *key) {
        (Unique::Rsa { modulus, exponent }, PublicKey::Rsa { modulus: n, exponent: e, .. }) => {
            modulus == n && equal(&exponent.to_be_bytes(), e)
        }
        (Unique::Ecc { curve, x, y }, PublicKey::Ec { curve: c, x: cx, y: cy, .. }) => {
            curve == c && equal(x, cx) && equal(y, cy)
        }
        _ => false,
    }
}

/// §8.3: "the hash algorithm employed in alg"
const fn hash(algorithm: Algorithm) -> Option<Hash> {
    match algorithm.scheme() {
        Scheme::Ecdsa(_, hash) | Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) => Some(hash),
        _ => None,
    }
}

/// §8.3: "Validate that certInfo is valid"
fn check_cert_info(encoding: &[u8], public: &Public<'_>, hash: Hash, inputs: &Inputs<'_, '_>) -> Result<(), Reason> {
    // "certInfo is a TPMS_ATTEST structure" (TPM 2.0 Part 2, 10.12.8).
    let attest = Attest::read(encoding).ok_or(Reason::CertInfo)?;
    // "magic is set to TPM_GENERATED_VALUE"
    if attest.magic != structures::GENERATED {
        return Err(Reason::Magic);
    }
    // "type is set to TPM_ST_ATTEST_CERTIFY"
    if attest.kind != structures::ATTEST_CERTIFY {
        return Err(Reason::Type);
    }
    // "extraData is set to the hash of attToBeSigned using the hash algorithm employed in alg"
    if inputs.backend.digest(hash, &[inputs.signed()]).is_none_or(|digest| attest.extra_data != digest.as_ref()) {
        return Err(Reason::ExtraData);
    }
    // "attested contains a TPMS_CERTIFY_INFO structure [...] whose name field contains a valid Name for pubArea"
    let name = attest.certified_name().ok_or(Reason::CertInfo)?;
    if public.has_name(name, inputs.backend) { Ok(()) } else { Err(Reason::Name) }
}

/// §8.3.1 TPM attestation statement certificate requirements. The manufacturer is not compared with a list of vendors: the
/// standard requires none, and the manufacturer of its test vector is in no list.
fn check_certificate(leaf: &Leaf<'_>) -> Result<(), Reason> {
    leaf.check_version_3()?;
    let certificate = &leaf.certificate;
    // "Subject field MUST be set to empty."
    if !certificate.subject.is_empty() {
        return Err(Reason::SubjectNotEmpty);
    }
    // "The Subject Alternative Name extension MUST be set as defined in [TPMv2-EK-Profile] section 3.2.9": tpmManufacturer,
    // tpmModel and tpmVersion, none of them empty
    let names = certificate.extensions.subject_alt_name()?.ok_or(Reason::SubjectAltName)?;
    let has = |oid| {
        let mut values = names.directory().flat_map(|name| name.attributes());
        values.any(|value| value.oid == oid && !value.contents.is_empty())
    };
    if ![oid::TPM_MANUFACTURER, oid::TPM_MODEL, oid::TPM_VERSION].into_iter().all(has) {
        return Err(Reason::SubjectAltName);
    }
    // "The Extended Key Usage extension MUST contain the OID 2.23.133.8.3"
    if !certificate.extensions.has_purpose(oid::TCG_AIK_CERTIFICATE)? {
        return Err(Reason::ExtendedKeyUsage);
    }
    leaf.check_end_entity()
}
