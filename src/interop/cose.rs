//! COSE_Keys of others, written again in canonical form.
//!
//! What signs is the point or the modulus, not its notation, so a stored key may be rewritten: an authentication
//! reads keys strictly, and a member out of order must not lock anybody out.

use crate::codec::cbor::{Map, Rules, Value};
use crate::crypto::cose::{CoseKey, Error};
pub(super) use crate::crypto::cose::{Parameter, encode};
use Parameter::{Bytes, Integer};

/// An ES256 key from a raw point (FIDO registry §3.6.2, ALG_KEY_ECC_X962_RAW): 04, x, y.
pub(super) fn es256(point: &[u8]) -> Option<Vec<u8>> {
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
    let parameters = [(1, Integer(2)), (3, Integer(-7)), (-1, Integer(1)), (-2, Bytes(x)), (-3, Bytes(y))];
    (y.len() == 32).then(|| encode(&parameters))
}

/// The key as an authentication will read it: as it is where it can be read, else written again, without parameters
/// that its kind does not require. A raw point of U2F, which cannot be a COSE_Key, becomes one.
///
/// # Errors
/// Why it cannot be read as it is, where writing it again does not help.
pub(super) fn canonical(key: &[u8]) -> Result<Vec<u8>, Error> {
    match CoseKey::read(key) {
        Ok(_) => Ok(key.to_vec()),
        Err(error) => {
            let again = es256(key).or_else(|| rewrite(key));
            again.filter(|again| CoseKey::read(again).is_ok()).ok_or(error)
        }
    }
}

fn rewrite(key: &[u8]) -> Option<Vec<u8>> {
    let rules = Rules { any_key_order: true, indefinite_length: true };
    let map = Value::read_with(key, rules).ok()?.0.map()?;
    let kty = map.label(1)?.integer()?;
    let labels: &[i64] = match kty {
        2 => &[1, 3, -1, -2, -3],
        7 => &[1, 3, -1],
        _ => &[1, 3, -1, -2],
    };
    let parameters: Option<Vec<_>> =
        labels.iter().map(|&label| Some((label, parameter(map, label, kty == 3)?))).collect();
    parameters.map(|parameters| encode(&parameters))
}

/// RSA's are numbers: zeros in front mean nothing.
fn parameter(map: Map<'_>, label: i64, number: bool) -> Option<Parameter<'_>> {
    let value = map.label(label)?;
    let bytes = |bytes: &'_ [u8]| bytes.iter().position(|&byte| number && byte != 0).unwrap_or_default();
    match value.bytes() {
        Some(all) => all.get(bytes(all)..).map(Bytes),
        None => value.integer().map(Integer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [u8; 32] = [0x11; 32];

    fn es256_key() -> Vec<u8> {
        es256(&[&[4][..], &X, &X].concat()).unwrap()
    }

    #[test]
    fn a_raw_point_becomes_a_key() {
        let key = es256_key();
        assert_eq!(key[..10], [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        assert!(CoseKey::read(&key).is_ok());
        assert_eq!(canonical(&[&[4][..], &X, &X].concat()).unwrap(), key);
        for point in
            [&[][..], &[4], &[&[4][..], &X].concat(), &[&[2][..], &X].concat(), &[&[4][..], &X, &X, &[0]].concat()]
        {
            assert_eq!(es256(point), None);
            assert!(canonical(point).is_err());
        }
    }

    #[test]
    fn what_is_out_of_form_is_written_again_and_means_the_same() {
        let key = es256_key();
        let (x, y) = (&key[7..42], &key[42..]); // each with its label and head
        let unsorted = [&[0xa5, 0x03, 0x26, 0x01, 0x02][..], y, x, &[0x20, 0x01]].concat();
        let indefinite = [&[0xbf][..], &key[1..], &[0xff]].concat();
        let with_kid = [&[0xa6, 0x01, 0x02, 0x02, 0x41, 0x07][..], &key[3..]].concat();
        for other in [unsorted, indefinite, with_kid] {
            assert!(CoseKey::read(&other).is_err());
            assert_eq!(canonical(&other).unwrap(), key);
        }
    }

    #[test]
    fn zeros_before_a_modulus_go() {
        let modulus = [&[0x80][..], &[0x11; 255]].concat();
        let rsa = |n: &[u8], e: &[u8]| encode(&[(1, Integer(3)), (3, Integer(-257)), (-1, Bytes(n)), (-2, Bytes(e))]);
        let padded = rsa(&[&[0][..], &modulus].concat(), &[0, 1, 0, 1]);
        assert!(CoseKey::read(&padded).is_err());
        assert_eq!(canonical(&padded).unwrap(), rsa(&modulus, &[1, 0, 1]));
        assert!(canonical(&rsa(&[0], &[0])).is_err());
    }

    #[test]
    fn what_cannot_be_read_says_why_it_cannot_be_read_as_it_is() {
        assert_eq!(canonical(&[0xa0]), Err(Error::NoAlgorithm));
        let unknown = encode(&[(1, Integer(2)), (3, Integer(-999))]);
        assert_eq!(canonical(&unknown), Err(Error::UnknownAlgorithm(-999)));
        let compressed = [&es256_key()[..42], &[0x22, 0xf5]].concat();
        assert_eq!(canonical(&compressed), Err(Error::Parameter));
    }
}
