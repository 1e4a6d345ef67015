//! §8.3 TPM attestation.

mod structures;

use super::certificate::{self, Leaf, X5c};
use super::key::{KeyProperties, TpmProperties};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::cbor::Map;
use crate::crypto::{Algorithm, Hash, PublicKey, Scheme};
use crate::x509::certificate::Certificate;
use crate::x509::oid;
use std::borrow::Cow;
use structures::{Attest, Public, Signature, Unique};

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
    let statement = Statement::parse(statement).ok_or(Reason::Syntax)?;
    if statement.ver != "2.0" {
        return Err(Reason::TpmVersion);
    }
    let public = Public::read(statement.pub_area).map_err(|_| Reason::PublicArea)?;
    if !is_key(&public.unique, inputs.key.key()) {
        return Err(Reason::PublicAreaKey);
    }
    if !public.uses_no_symmetric_algorithm() {
        return Err(Reason::SymmetricAlgorithm);
    }
    if !public.may_sign(inputs.key.algorithm().scheme()) {
        return Err(Reason::Scheme);
    }
    let leaf = Leaf::read(statement.x5c.first().copied())?;
    certificate_requirements(leaf.certificate())?;
    leaf.check_aaguid(inputs.attested.aaguid())?;
    let signer = leaf.signer(statement.alg)?;
    let algorithm = signer.algorithm;
    let hash = hash(algorithm).ok_or(Reason::Algorithm)?;
    let signature = bare(statement.sig, algorithm.scheme());
    signer.verify(statement.cert_info, &signature, inputs)?;
    cert_info(statement.cert_info, &public, hash, inputs)?;
    let (object_attributes, name_algorithm) = (public.object_attributes, public.name_hash);
    let properties = KeyProperties::Tpm(TpmProperties { object_attributes, name_algorithm });
    properties.check(inputs.key_enforcement)?;
    let attestation = Attestation::with_path(Format::Tpm, AttestationType::AttCa, leaf, statement.x5c);
    Ok(Attestation { key_properties: Some(properties), ..attestation.signed_with(algorithm) })
}

/// "Verify that the public key specified by the parameters and unique fields of pubArea is identical to the
/// credentialPublicKey". Coordinates are compared as integers: TPMs leave leading zeros out.
fn is_key(unique: &Unique<'_>, key: &PublicKey<'_>) -> bool {
    let integer = |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().skip_while(|&byte| byte == 0).collect() };
    match (*unique, *key) {
        (Unique::Rsa { modulus, exponent }, PublicKey::Rsa { modulus: n, exponent: e, .. }) => {
            modulus == n && integer(&exponent.to_be_bytes()) == e
        }
        (Unique::Ecc { curve, x, y }, PublicKey::Ec { curve: c, x: cx, y: cy, .. }) => {
            curve == c && integer(x) == integer(cx) && integer(y) == integer(cy)
        }
        _ => false,
    }
}

/// "the hash algorithm employed in alg".
const fn hash(algorithm: Algorithm) -> Option<Hash> {
    match algorithm.scheme() {
        Scheme::Ecdsa(_, hash) | Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) => Some(hash),
        _ => None,
    }
}

/// "Validate that certInfo is valid".
fn cert_info(encoding: &[u8], public: &Public<'_>, hash: Hash, inputs: &Inputs<'_, '_>) -> Result<(), Reason> {
    let attest = Attest::read(encoding).map_err(|_| Reason::CertInfo)?;
    if !attest.is_generated() {
        return Err(Reason::Magic);
    }
    if !attest.is_certify() {
        return Err(Reason::Type);
    }
    if inputs.backend.digest(hash, &[inputs.signed()]).is_none_or(|digest| attest.extra_data != digest.as_ref()) {
        return Err(Reason::ExtraData);
    }
    let name = attest.certified_name().map_err(|_| Reason::CertInfo)?;
    if public.has_name(name, inputs.backend) { Ok(()) } else { Err(Reason::Name) }
}

/// The signature as `alg` has it, out of either form in which it is sent.
fn bare(sig: &[u8], scheme: Scheme) -> Cow<'_, [u8]> {
    match structures::signature(sig, scheme) {
        Some(Signature::Rsa(signature)) => Cow::Borrowed(signature),
        Some(Signature::Ecdsa { r, s }) => Cow::Owned(structures::ecdsa_sig_value(r, s)),
        None => Cow::Borrowed(sig),
    }
}

/// §8.3.1 TPM attestation statement certificate requirements. The manufacturer is not looked up in a list of vendors:
/// the standard asks for none, and its own vector's is in none. An empty value names nothing.
fn certificate_requirements(certificate: &Certificate<'_>) -> Result<(), Reason> {
    certificate::version_3(certificate)?;
    if !certificate.subject.is_empty() {
        return Err(Reason::SubjectNotEmpty);
    }
    let names = certificate.extensions.subject_alt_name()?;
    let names = names.ok_or(Reason::SubjectAltName)?;
    let (mut manufacturer, mut model, mut version) = (false, false, false);
    for value in names.directory().flat_map(|name| name.attributes()).filter(|value| !value.contents.is_empty()) {
        match value.oid {
            oid::TPM_MANUFACTURER => manufacturer = true,
            oid::TPM_MODEL => model = true,
            oid::TPM_VERSION => version = true,
            _ => {}
        }
    }
    if !(manufacturer && model && version) {
        return Err(Reason::SubjectAltName);
    }
    let usage = certificate.extensions.extended_key_usage()?;
    if !usage.is_some_and(|usage| usage.contains(oid::TCG_AIK_CERTIFICATE)) {
        return Err(Reason::ExtendedKeyUsage);
    }
    certificate::end_entity(certificate)
}
