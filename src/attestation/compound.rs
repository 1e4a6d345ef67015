//! §8.9 Compound attestation: several statements about one credential.

use super::{Attestation, AttestationType, Format, Inputs, Reason, StatementError, fields};
use crate::codec::cbor::{Array, Value};

/// How many statements must verify. §8.9 leaves it to the relying party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompoundPolicy {
    /// All of them. If the policy judges certificates, each statement must have an attestation key of its own. Statements without
    /// a signature, such as `none`, count as one key.
    #[default]
    All,
    /// At least this number, and at least one, each with an attestation key of its own (the credential key under self
    /// attestation). Statements without a signature, such as `none`, count as one key. Statements that do not verify or have an
    /// unknown format are dropped.
    AtLeast(usize),
}

/// The maximum number of statements, because each costs at least one signature.
const MAX_STATEMENTS: u64 = 8;

pub(super) fn verify<'a>(statements: Array<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, StatementError> {
    let refuse = |reason: Reason| reason.of(Format::Compound);
    // §8.9, syntax: `attStmt: [2* nonCompoundAttStmt]`
    if !(2..=MAX_STATEMENTS).contains(&statements.len()) {
        return Err(refuse(Reason::Syntax));
    }
    // All statements are read before the first is verified, so that wrong syntax is always refused.
    let parsed = statements.iter().map(parse).collect::<Result<Vec<_>, _>>().map_err(refuse)?;
    let mut attestation = Attestation::without_path(Format::Compound, AttestationType::Compound);
    for (format, statement) in parsed {
        // §8.9 step 1: "evaluate the verification procedure corresponding to the attestation statement format identifier"
        let result = match format {
            Some(format) => super::verify(format, statement, inputs),
            None => Err(refuse(Reason::UnknownFormat)),
        };
        match (result, inputs.compound) {
            (Ok(verified), _) => attestation.statements.push(verified),
            (Err(error), CompoundPolicy::All) => return Err(error),
            (Err(_), CompoundPolicy::AtLeast(_)) => attestation.dropped = attestation.dropped.saturating_add(1),
        }
    }
    // §8.9 step 2: "If sufficiently many (as determined by Relying Party policy) items of attStmt verify successfully"
    if let CompoundPolicy::AtLeast(least) = inputs.compound {
        if attestation.statements.len() < least.max(1) {
            return Err(refuse(Reason::TooFew));
        }
        if independent(attestation.statements.iter()) < least.max(1) {
            return Err(refuse(Reason::NotIndependent));
        }
    }
    Ok(attestation)
}

/// Returns the number of different attestation keys that signed the statements. All statements without a signature count as
/// one.
pub(crate) fn independent<'s>(statements: impl Iterator<Item = &'s Attestation<'s>>) -> usize {
    let mut keys = Vec::new();
    for key in statements.map(Attestation::key) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.len()
}

/// Returns the format of a statement, if it is known, and the statement.
fn parse(item: Value<'_>) -> Result<(Option<Format>, Value<'_>), Reason> {
    // §6.5.4: a map of `fmt` and `attStmt`
    let map = item.map().ok_or(Reason::Syntax)?;
    let [identifier, statement] = fields(map, ["fmt", "attStmt"]).ok_or(Reason::Syntax)?;
    let identifier = identifier.text().ok_or(Reason::Syntax)?;
    match Format::from_identifier(identifier) {
        // §8.9, syntax: `fmt: text .ne "compound"`
        Some(Format::Compound) => Err(Reason::Nested),
        Some(_) if statement.map().is_none() => Err(Reason::Syntax),
        format => Ok((format, statement)),
    }
}
