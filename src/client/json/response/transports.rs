//! `response.transports` (§5.2.1): hints, as far as they are kept.

use super::Text;
use crate::codec::Few;
use crate::credential::Transport;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

/// The most transports that are kept of a registration: twice as many as the standard has, and then some.
pub const MAX_TRANSPORTS: usize = 16;
/// The most bytes of a transport that is kept.
pub const MAX_TRANSPORT_LEN: usize = 32;

/// Hints that are kept with the record and sent back in every request: each once, and neither many nor long. Those beyond
/// are dropped, since nobody is to be locked out for the sake of a hint.
#[derive(Clone, Debug, Default)]
pub(super) struct Transports(pub(super) Few<Transport, 4>);

impl<'de> Deserialize<'de> for Transports {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Transports;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of strings")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Transports, A::Error> {
                let mut kept = Few::new();
                while let Some(text) = texts.next_element::<Text<'de>>()? {
                    if kept.len() < MAX_TRANSPORTS && text.0.len() <= MAX_TRANSPORT_LEN {
                        let transport = text.read(PhantomData::<Transport>)?;
                        if !kept.contains(&transport) {
                            kept.push(transport);
                        }
                    }
                }
                Ok(Transports(kept))
            }
        }
        from.deserialize_seq(Texts)
    }
}
