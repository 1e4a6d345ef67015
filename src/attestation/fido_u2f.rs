//! §8.6 FIDO U2F attestation.

use super::certificate::{self, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::cbor::Map;
use crate::crypto::{Algorithm, Curve, PublicKey};

/// Returns `sig` and `x5c`.
fn parse<'a>(statement: Map<'a>) -> Option<(&'a [u8], X5c<'a>)> {
    let [sig, x5c] = fields(statement, ["sig", "x5c"])?;
    Some((sig.bytes()?, certificate::x5c(x5c)?))
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    // §8.6 step 1: syntax
    let (sig, x5c) = parse(statement).ok_or(Reason::Syntax)?;
    // Step 2: "x5c has exactly one element"
    if x5c.len() != 1 {
        return Err(Reason::CertificateCount);
    }
    let leaf = Leaf::of(&x5c)?;
    // Step 2: "an Elliptic Curve (EC) public key over the P-256 curve"
    if !matches!(leaf.key()?, PublicKey::Ec { curve: Curve::P256, .. }) {
        return Err(Reason::NotP256);
    }
    // Steps 3 and 4: the coordinates of an ES256 key, of 32 bytes each
    let (x, y) = match *inputs.key.key() {
        PublicKey::Ec { x, y, .. } if inputs.key.algorithm() == Algorithm::Es256 => (x, y),
        _ => return Err(Reason::NotEs256),
    };
    // Step 5: verificationData
    let rp_id_hash = inputs.authenticator_data.rp_id_hash();
    let credential_id = inputs.attested.credential_id();
    let message = [&[0], rp_id_hash.as_slice(), inputs.client_data_hash(), credential_id, &[4], x, y].concat();
    // Step 6: the signature
    leaf.verify(Algorithm::Es256, &message, sig, inputs)?;
    // Step 8: the attestation type and the trust path
    Ok(Attestation::with_path(Format::FidoU2f, AttestationType::BasicOrAttCa, x5c, Some(leaf), Some(Algorithm::Es256)))
}
