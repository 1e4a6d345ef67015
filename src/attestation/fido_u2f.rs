//! §8.6 FIDO U2F attestation.

use super::certificate::{self, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::cbor::Map;
use crate::crypto::{Algorithm, Curve, PublicKey};

struct Statement<'a> {
    sig: &'a [u8],
    x5c: X5c<'a>,
}

impl<'a> Statement<'a> {
    fn parse(map: Map<'a>) -> Option<Self> {
        let [sig, x5c] = fields(map, ["sig", "x5c"])?;
        Some(Self { sig: sig.bytes()?, x5c: certificate::x5c(x5c)? })
    }
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let Statement { sig, x5c } = Statement::parse(statement).ok_or(Reason::Syntax)?;
    if x5c.len() != 1 {
        return Err(Reason::CertificateCount);
    }
    let leaf = Leaf::read(x5c.first().copied())?;
    if !matches!(leaf.key()?, PublicKey::Ec { curve: Curve::P256, .. }) {
        return Err(Reason::NotP256);
    }
    let (x, y) = match *inputs.key.key() {
        PublicKey::Ec { x, y, .. } if inputs.key.algorithm() == Algorithm::Es256 => (x, y),
        _ => return Err(Reason::NotEs256),
    };
    let message = [
        &[0],
        inputs.authenticator_data.rp_id_hash().as_slice(),
        inputs.client_data_hash(),
        inputs.attested.credential_id(),
        &[4],
        x,
        y,
    ]
    .concat();
    let es256 = Algorithm::Es256.cose().into();
    leaf.verify(es256, &message, sig, inputs)?;
    Ok(Attestation::with_path(Format::FidoU2f, AttestationType::BasicOrAttCa, leaf, x5c).signed_with(Algorithm::Es256))
}
