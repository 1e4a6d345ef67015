//! §8.2 Packed attestation: with a certificate chain (`x5c`), or by the credential's own key.

use super::{Attestation, AttestationType, Format, Inputs, StatementError, has_exactly};
use crate::codec::cbor::{Map, Value};

/// Why a packed statement is refused; one for each check, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not the map of `alg`, `sig` and, where there is a chain, `x5c`, each of its type.
    #[error("not the map of alg, sig and x5c")]
    Syntax,
    /// Self attestation: `alg` is not the credential's.
    #[error("alg is not the credential's algorithm")]
    AlgorithmMismatch,
    /// The signature.
    #[error("the signature does not verify")]
    Signature,
}

struct Statement<'a> {
    alg: i64,
    sig: &'a [u8],
}

impl<'a> Statement<'a> {
    fn parse(map: Map<'a>) -> Option<Self> {
        if !has_exactly(map, &["alg", "sig"]) {
            return None;
        }
        Some(Self { alg: map.get("alg")?.integer()?, sig: map.get("sig").and_then(Value::bytes)? })
    }
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, StatementError> {
    if statement.get("x5c").is_some() {
        return Err(StatementError::Unsupported(Format::Packed));
    }
    Ok(verify_self(Statement::parse(statement).ok_or(Problem::Syntax)?, inputs)?)
}

/// "If x5c is not present, self attestation is in use."
fn verify_self<'a>(statement: Statement<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Problem> {
    let algorithm = inputs.key.algorithm();
    if statement.alg != i64::from(algorithm.cose()) {
        return Err(Problem::AlgorithmMismatch);
    }
    inputs
        .backend
        .verify(algorithm.scheme(), inputs.key.key(), inputs.signed, statement.sig)
        .map_err(|_| Problem::Signature)?;
    Ok(Attestation::without_path(Format::Packed, AttestationType::SelfAttestation))
}
