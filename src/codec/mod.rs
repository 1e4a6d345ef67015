//! Readers and writers of encodings. This module does not depend on WebAuthn.
//!
//! | notation | reader | source |
//! |---|---|---|
//! | base64url | `base64url` | RFC 4648 §5, without padding |
//! | CBOR | [`cbor`] | CTAP2 canonical form (§2.4 of the standard, FIDO CTAP 2.2 §8) |
//! | hexadecimal | `hex` | RFC 4648 §8, of either case |
//! | DER | `der` | X.690 §8 to §11, with the times of RFC 5280 §4.1.2.5 |
//! | JSON | `json`, on top of serde_json | RFC 8259, each member of an object once |
//! | PEM | `pem` | RFC 7468 |

pub(crate) mod base64url;
#[cfg(feature = "audit")]
pub(crate) mod canonical;
pub mod cbor;
pub(crate) mod der;
pub(crate) mod hex;
pub(crate) mod json;
pub(crate) mod jws;
#[cfg(feature = "assurance")]
pub(crate) mod lengths;
pub(crate) mod pem;

/// A list that stores up to `N` items inline.
pub(crate) type Few<T, const N: usize> = smallvec::SmallVec<[T; N]>;

/// Returns the part of `start` before `rest`, which a reader of `start` has left.
pub(crate) fn before<'a>(start: &'a [u8], rest: &[u8]) -> &'a [u8] {
    start.get(..start.len().saturating_sub(rest.len())).unwrap_or_default()
}
