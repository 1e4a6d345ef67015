//! §8.8 Apple anonymous attestation.

use super::certificate::{self, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields, oid};
use crate::codec::cbor::Map;
use crate::codec::der::{self, Reader, Tag};

/// Returns `x5c`. `alg`, which is not in the standard but in use, is ignored.
fn parse<'a>(statement: Map<'a>) -> Option<X5c<'a>> {
    let x5c = match fields(statement, ["x5c"]) {
        Some([x5c]) => x5c,
        None => {
            let [alg, x5c] = fields(statement, ["alg", "x5c"])?;
            alg.integer()?;
            x5c
        }
    };
    certificate::x5c(x5c)
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    // §8.8 step 1: syntax
    let x5c = parse(statement).ok_or(Reason::Syntax)?;
    let leaf = Leaf::of(&x5c)?;
    // Steps 2 to 4: "nonce equals the value of the extension with OID 1.2.840.113635.100.8.2 in credCert"
    let extension = leaf.certificate.extensions.find(oid::APPLE_NONCE).ok_or(Reason::NonceExtension)?;
    let nonce = nonce(extension.value).map_err(|_| Reason::NonceExtension)?;
    if nonce != inputs.signed_sha256() {
        return Err(Reason::Nonce);
    }
    // Step 5: "the credential public key equals the Subject Public Key of credCert"
    if leaf.key()? != *inputs.key.key() {
        return Err(Reason::CertificateKey);
    }
    // Step 6: the attestation type and the trust path
    Ok(Attestation::with_path(Format::Apple, AttestationType::AnonCa, x5c, Some(leaf), None))
}

/// Reads `SEQUENCE { [1] EXPLICIT OCTET STRING }`, the form in the standard's test vector and in use. The standard's text
/// does not define it.
fn nonce(value: &[u8]) -> Result<&[u8], der::Malformed> {
    der::read_all(value, |value| {
        let mut sequence = value.sequence()?;
        let explicit = sequence.contents(Tag::constructed(1))?;
        sequence.finish()?;
        der::read_all(explicit, Reader::octet_string)
    })
}
