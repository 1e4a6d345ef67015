//! §8.6 FIDO U2F attestation.

use super::certificate::{self, CertificateError, Leaf, X5c};
use super::{Attestation, AttestationType, Format, Inputs, fields};
use crate::codec::cbor::Map;
use crate::crypto::{Algorithm, Curve, PublicKey};

/// Why a fido-u2f statement is refused; one for each check, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not the map of `sig` and `x5c`, each of its type.
    #[error("not the map of sig and x5c")]
    Syntax,
    /// `x5c` is not exactly one certificate.
    #[error("x5c is not exactly one certificate")]
    CertificateCount,
    /// The attestation certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate's key is not on P-256.
    #[error("the certificate's key is not on P-256")]
    CertificateKey,
    /// The credential is not one of ES256, all that U2F knows.
    #[error("the credential's algorithm is not ES256")]
    CredentialKey,
    /// The signature.
    #[error("the signature does not verify")]
    Signature,
}

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

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Problem> {
    let Statement { sig, x5c } = Statement::parse(statement).ok_or(Problem::Syntax)?;
    if x5c.len() != 1 {
        return Err(Problem::CertificateCount);
    }
    let leaf = Leaf::read(x5c.first().copied())?;
    if !matches!(leaf.key()?, PublicKey::Ec { curve: Curve::P256, .. }) {
        return Err(Problem::CertificateKey);
    }
    let (x, y) = match *inputs.key.key() {
        PublicKey::Ec { x, y, .. } if inputs.key.algorithm() == Algorithm::Es256 => (x, y),
        _ => return Err(Problem::CredentialKey),
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
    leaf.verify(es256, &message, sig, inputs, Problem::Signature)?;
    Ok(Attestation::with_path(Format::FidoU2f, AttestationType::BasicOrAttCa, leaf, x5c).signed_with(Algorithm::Es256))
}
