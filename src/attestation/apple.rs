//! §8.8 Apple anonymous attestation.

use super::certificate::{self, CertificateError, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, fields};
use crate::codec::cbor::Map;
use crate::codec::der::{self, Reader, Tag};
use crate::x509::oid;

/// Why an apple statement is refused; one for each check, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not the map of `x5c`. (Early iOS and macOS also sent `alg`, an integer, which is tolerated and means nothing.)
    #[error("not the map of x5c")]
    Syntax,
    /// The credential certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate has no nonce, or not in its form.
    #[error("the certificate has no nonce")]
    NonceExtension,
    /// The nonce is not that of this ceremony.
    #[error("the certificate's nonce is of another ceremony")]
    Nonce,
    /// The certificate's key is not the credential's.
    #[error("the certificate is of another key")]
    Key,
}

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

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Problem> {
    let x5c = parse(statement).ok_or(Problem::Syntax)?;
    let leaf = Leaf::read(x5c.first().copied())?;
    let extension = leaf.certificate().extensions.find(oid::APPLE_NONCE).ok_or(Problem::NonceExtension)?;
    let nonce = nonce(extension.value).map_err(|_| Problem::NonceExtension)?;
    if nonce != inputs.backend.sha256(&[inputs.signed()]) {
        return Err(Problem::Nonce);
    }
    if leaf.key()? != *inputs.key.key() {
        return Err(Problem::Key);
    }
    Ok(Attestation::with_path(Format::Apple, AttestationType::AnonCa, leaf, x5c))
}

/// `SEQUENCE { [1] EXPLICIT OCTET STRING }`: not in the text of the standard, but in its vector and in the field.
fn nonce(value: &[u8]) -> Result<&[u8], der::Error> {
    der::read_all(value, |value| {
        let mut sequence = value.sequence()?;
        let explicit = sequence.contents(Tag::constructed(1))?;
        sequence.finish()?;
        der::read_all(explicit, Reader::octet_string)
    })
}
