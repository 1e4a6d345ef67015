//! §8.8 Apple anonymous attestation.

use super::certificate::{self, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::cbor::Map;
use crate::codec::der::{self, Reader, Tag};
use crate::x509::oid;

fn parse<'a>(map: Map<'a>) -> Option<X5c<'a>> {
    let x5c = match fields(map, ["x5c"]) {
        Some([x5c]) => x5c,
        None => {
            let [alg, x5c] = fields(map, ["alg", "x5c"])?;
            alg.integer()?;
            x5c
        }
    };
    certificate::x5c(x5c)
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let x5c = parse(statement).ok_or(Reason::Syntax)?;
    let leaf = Leaf::read(x5c.first().copied())?;
    let extension = leaf.certificate().extensions.find(oid::APPLE_NONCE).ok_or(Reason::NonceExtension)?;
    let nonce = nonce(extension.value).map_err(|_| Reason::NonceExtension)?;
    if nonce != inputs.backend.sha256(&[inputs.signed()]) {
        return Err(Reason::Nonce);
    }
    if leaf.key()? != *inputs.key.key() {
        return Err(Reason::CertificateKey);
    }
    Ok(Attestation::with_path(Format::Apple, AttestationType::AnonCa, leaf, x5c))
}

/// `SEQUENCE { [1] EXPLICIT OCTET STRING }`: not in the text of the standard, but in its vector and in the field.
fn nonce(value: &[u8]) -> Result<&[u8], der::Malformed> {
    der::read_all(value, |value| {
        let mut sequence = value.sequence()?;
        let explicit = sequence.contents(Tag::constructed(1))?;
        sequence.finish()?;
        der::read_all(explicit, Reader::octet_string)
    })
}
