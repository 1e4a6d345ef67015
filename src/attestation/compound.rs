//! §8.9 Compound attestation: several statements about one credential.

use super::{Attestation, AttestationType, Format, Inputs, Reason, StatementError, fields};
use crate::codec::cbor::{Array, Value};
use crate::crypto::PublicKey;
use core::borrow::Borrow;

/// How many statements must verify (§8.9 leaves it to the relying party).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompoundPolicy {
    /// All of them. Where the policy judges certificates, each must have an attestation key of its own.
    #[default]
    All,
    /// At least so many, and at least one, each under an attestation key of its own (for self attestation, the credential
    /// key). Statements that do not verify, or are of an unknown format, are dropped.
    AtLeast(usize),
}

/// Statements that are looked at. Each costs a signature or more.
const MAX_STATEMENTS: u64 = 8;

pub(super) fn verify<'a>(statements: Array<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, StatementError> {
    if !(2..=MAX_STATEMENTS).contains(&statements.len()) {
        return Err(Reason::Syntax.of(Format::Compound));
    }
    // All are read before the first is verified: an array that breaks the syntax is refused, whatever else it holds.
    let parsed = statements.iter().map(parse).collect::<Result<Vec<_>, _>>();
    let parsed = parsed.map_err(|reason| reason.of(Format::Compound))?;
    let total = parsed.len();
    let mut verified = Vec::with_capacity(total);
    for (format, statement) in parsed {
        let result = match format {
            Some(format) => super::verify(format, statement, inputs),
            None => Err(Reason::UnknownFormat.of(Format::Compound)),
        };
        match (result, inputs.compound) {
            (Ok(attestation), _) => verified.push(attestation),
            (Err(error), CompoundPolicy::All) => return Err(error),
            (Err(_), CompoundPolicy::AtLeast(_)) => {}
        }
    }
    match inputs.compound {
        CompoundPolicy::AtLeast(least) if verified.len() < least.max(1) => {
            return Err(Reason::TooFew.of(Format::Compound));
        }
        CompoundPolicy::AtLeast(least) if independent(&verified) < least.max(1) => {
            return Err(Reason::NotIndependent.of(Format::Compound));
        }
        _ => {}
    }
    let mut attestation = Attestation::without_path(Format::Compound, AttestationType::Compound);
    attestation.dropped = total.saturating_sub(verified.len());
    attestation.statements = verified;
    Ok(attestation)
}

/// How many different attestation keys signed these statements. Two with the same certificate have the same key. The
/// statements that nobody signs count as one.
pub(crate) fn independent<'s, 'a: 's>(statements: &'s [impl Borrow<Attestation<'a>>]) -> usize {
    let mut keys: Vec<Option<PublicKey<'s>>> = Vec::with_capacity(statements.len());
    for statement in statements {
        let statement: &'s Attestation<'a> = statement.borrow();
        let key = statement.key();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.len()
}

/// The format of a statement, where it is a known one, and the statement.
fn parse(item: Value<'_>) -> Result<(Option<Format>, Value<'_>), Reason> {
    let map = item.map().ok_or(Reason::Syntax)?;
    let [identifier, statement] = fields(map, ["fmt", "attStmt"]).ok_or(Reason::Syntax)?;
    let identifier = identifier.text().ok_or(Reason::Syntax)?;
    match Format::from_identifier(identifier) {
        Some(Format::Compound) => Err(Reason::Nested),
        Some(_) if statement.map().is_none() => Err(Reason::Syntax),
        format => Ok((format, statement)),
    }
}
