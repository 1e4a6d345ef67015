//! §8.9 Compound attestation: several statements about one credential.

use super::{Format, Inputs};
use crate::cbor::Cbor;
use crate::seed::Seed;
use std::sync::Arc;

/// The format `compound`. Valid with two statements or more, none of them compound.
#[derive(Clone, Debug, Default)]
pub struct Compound {
    /// The statements.
    pub statements: Vec<Arc<dyn Format>>,
}

impl Compound {
    /// Makes a compound without statements.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a compound of two statements.
    pub fn both(first: impl Format + 'static, second: impl Format + 'static) -> Self {
        Self::new().with(first).with(second)
    }

    /// Adds a statement.
    pub fn with(mut self, statement: impl Format + 'static) -> Self {
        self.statements.push(Arc::new(statement));
        self
    }
}

impl Format for Compound {
    fn identifier(&self) -> String {
        "compound".into()
    }

    fn attestation_type(&self) -> &'static str {
        "compound"
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        let statement = |format: &Arc<dyn Format>| {
            Cbor::map([("fmt", format.identifier().into()), ("attStmt", format.statement(inputs, seed))])
        };
        Cbor::Array(self.statements.iter().map(statement).collect())
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        let mut anchors: Vec<_> = self.statements.iter().flat_map(Format::trust_anchors).collect();
        anchors.dedup();
        anchors
    }
}
