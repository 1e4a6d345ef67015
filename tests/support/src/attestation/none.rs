//! §8.7 None attestation: an empty map.

use super::{Format, Inputs};
use crate::cbor::Cbor;
use crate::seed::Seed;

/// The format `none`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAttestation;

impl Format for NoAttestation {
    fn identifier(&self) -> String {
        "none".into()
    }

    fn attestation_type(&self) -> &'static str {
        "none"
    }

    fn statement(&self, _: &Inputs<'_>, _: &mut Seed) -> Cbor {
        Cbor::Map(Vec::new())
    }
}
