//! The structures of TPM 2.0 (Trusted Platform Module Library, Part 2) in a TPM attestation. Numbers are big-endian. Trailing
//! bytes are refused.

use crate::codec::der::encode::ecdsa_signature;
use crate::crypto::{Backend, Curve, Hash, Scheme};
use std::borrow::Cow;

/// TPM_ALG_NULL: no algorithm, so no details follow.
const NULL: u16 = 0x0010;
const RSA: u16 = 0x0001;
const ECC: u16 = 0x0023;
const RSASSA: u16 = 0x0014;
const RSAES: u16 = 0x0015;
const RSAPSS: u16 = 0x0016;
const ECDSA: u16 = 0x0018;
const ECDAA: u16 = 0x001a;

/// TPM_GENERATED_VALUE.
pub(super) const GENERATED: u32 = 0xff54_4347;
/// TPM_ST_ATTEST_CERTIFY.
pub(super) const ATTEST_CERTIFY: u16 = 0x8017;

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(|bytes| u32::from_be_bytes(*bytes))
    }

    /// Reads a TPM2B structure: a length of 16 bits and as many octets.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let len = self.u16()?;
        let (taken, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads a TPMT_RSA_SCHEME, TPMT_ECC_SCHEME or TPMT_KDF_SCHEME, and its hash algorithm if it has one.
    fn scheme(&mut self) -> Option<(u16, Option<u16>)> {
        let scheme = self.u16()?;
        let hash = if matches!(scheme, NULL | RSAES) { None } else { Some(self.u16()?) };
        if scheme == ECDAA {
            self.u16()?; // count
        }
        Some((scheme, hash))
    }

    /// Refuses trailing bytes.
    fn finish(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// TPM 2.0 Part 2, TPMI_ALG_HASH, as far as a backend may support it.
fn hash(algorithm: u16) -> Option<Hash> {
    match algorithm {
        0x0004 => Some(Hash::Sha1),
        0x000b => Some(Hash::Sha256),
        0x000c => Some(Hash::Sha384),
        0x000d => Some(Hash::Sha512),
        _ => None,
    }
}

/// The public key in a TPMT_PUBLIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unique<'a> {
    Rsa { modulus: &'a [u8], exponent: u32 },
    Ecc { curve: Curve, x: &'a [u8], y: &'a [u8] },
}

/// TPMT_PUBLIC (`pubArea`).
pub(super) struct Public<'a> {
    encoding: &'a [u8],
    name_algorithm: u16,
    pub(super) name_hash: Hash,
    /// TPMA_OBJECT.
    pub(super) object_attributes: u32,
    /// The algorithm of TPMT_SYM_DEF_OBJECT.
    symmetric: u16,
    /// TPMT_RSA_SCHEME or TPMT_ECC_SCHEME, and its hash algorithm if it has one.
    scheme: (u16, Option<u16>),
    /// TPMT_KDF_SCHEME. TPMS_RSA_PARMS does not have it; then this is NULL.
    kdf: u16,
    pub(super) unique: Unique<'a>,
}

impl<'a> Public<'a> {
    /// Reads a TPMT_PUBLIC (TPM 2.0 Part 2, 12.2.4).
    pub(super) fn read(encoding: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(encoding);
        let kind = reader.u16()?;
        let name_algorithm = reader.u16()?;
        let name_hash = hash(name_algorithm)?;
        let object_attributes = reader.u32()?;
        reader.sized()?; // authPolicy
        let symmetric = reader.u16()?;
        if symmetric != NULL {
            reader.u32()?; // keyBits, mode
        }
        let scheme = reader.scheme()?;
        let (kdf, unique) = match kind {
            // TPMS_RSA_PARMS and TPM2B_PUBLIC_KEY_RSA
            RSA => {
                let bits = reader.u16()?;
                let exponent = match reader.u32()? {
                    0 => 65537, // TPM 2.0 Part 2, TPMS_RSA_PARMS: the default
                    exponent => exponent,
                };
                let modulus = reader.sized()?;
                if modulus.len().checked_mul(8)? != usize::from(bits) {
                    return None;
                }
                (NULL, Unique::Rsa { modulus, exponent })
            }
            // TPMS_ECC_PARMS and TPMS_ECC_POINT
            ECC => {
                let curve = match reader.u16()? {
                    0x0003 => Curve::P256,
                    0x0004 => Curve::P384,
                    0x0005 => Curve::P521,
                    _ => return None,
                };
                let (kdf, _) = reader.scheme()?;
                (kdf, Unique::Ecc { curve, x: reader.sized()?, y: reader.sized()? })
            }
            _ => return None,
        };
        reader.finish()?;
        Some(Self { encoding, name_algorithm, name_hash, object_attributes, symmetric, scheme, kdf, unique })
    }

    /// Returns whether it has neither a symmetric algorithm nor a key derivation scheme: "If the key is not a restricted
    /// decryption key, this field shall be set to TPM_ALG_NULL" (Part 2, TPMS_RSA_PARMS and TPMS_ECC_PARMS), and `kdf` has no
    /// effect.
    pub(super) const fn uses_no_symmetric_algorithm(&self) -> bool {
        self.symmetric == NULL && self.kdf == NULL
    }

    /// Returns whether its key may sign under `scheme`: its scheme is either this one with its hash, or NULL, which allows any
    /// (Part 2, TPMI_ALG_RSA_SCHEME, TPMI_ALG_ECC_SCHEME).
    pub(super) fn may_sign(&self, scheme: Scheme) -> bool {
        let (named, by) = self.scheme;
        let is = |kind: u16, by_scheme: Hash| named == kind && by.is_some_and(|by| hash(by) == Some(by_scheme));
        named == NULL
            || match scheme {
                Scheme::RsaPkcs1(hash) => is(RSASSA, hash),
                Scheme::RsaPss(hash) => is(RSAPSS, hash),
                Scheme::Ecdsa(_, hash) => is(ECDSA, hash),
                _ => false,
            }
    }

    /// Returns whether `name` is the Name of this object: nameAlg and the hash of the structure (TPM 2.0 Part 1, 16).
    pub(super) fn has_name(&self, name: &[u8], backend: &dyn Backend) -> bool {
        let digest = backend.digest(self.name_hash, &[self.encoding]);
        let expected = self.name_algorithm.to_be_bytes();
        digest.is_some_and(|digest| name.strip_prefix(&expected) == Some(digest.as_ref()))
    }
}

/// TPMS_ATTEST (`certInfo`). The field `attested` is not parsed.
pub(super) struct Attest<'a> {
    attested: Reader<'a>,
    pub(super) magic: u32,
    pub(super) kind: u16,
    pub(super) extra_data: &'a [u8],
}

impl<'a> Attest<'a> {
    /// Reads a TPMS_ATTEST (TPM 2.0 Part 2, 10.12.8).
    pub(super) fn read(encoding: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(encoding);
        let magic = reader.u32()?;
        let kind = reader.u16()?;
        reader.sized()?; // qualifiedSigner
        let extra_data = reader.sized()?;
        reader.take::<17>()?; // clockInfo
        reader.take::<8>()?; // firmwareVersion
        Some(Self { attested: reader, magic, kind, extra_data })
    }

    /// Returns the name in `attested`, a TPMS_CERTIFY_INFO (TPM 2.0 Part 2, 10.12.3).
    pub(super) fn certified_name(mut self) -> Option<&'a [u8]> {
        let name = self.attested.sized()?;
        self.attested.sized()?; // qualifiedName
        self.attested.finish()?;
        Some(name)
    }
}

/// Reads a TPMT_SIGNATURE of this scheme and hash (TPM 2.0 Part 2, 11.3.4). Returns the signature in the form of §6.5.5, or `None`
/// for anything else: Windows and the test vectors of the standard send the form of §6.5.5. The length tells the two apart.
pub(super) fn signature(encoding: &[u8], scheme: Scheme) -> Option<Cow<'_, [u8]>> {
    let mut reader = Reader(encoding);
    let kind = reader.u16()?;
    let named = hash(reader.u16()?)?;
    let signature = match (kind, scheme) {
        (RSASSA, Scheme::RsaPkcs1(hash)) | (RSAPSS, Scheme::RsaPss(hash)) if hash == named => {
            Cow::Borrowed(reader.sized()?)
        }
        // Ecdsa-Sig-Value (RFC 3279 §2.2.3), the form of §6.5.5
        (ECDSA, Scheme::Ecdsa(_, hash)) if hash == named => {
            Cow::Owned(ecdsa_signature(reader.sized()?, reader.sized()?))
        }
        _ => return None,
    };
    reader.finish()?;
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: &[u8] = &[0, 0x10];

    fn ecc([symmetric, scheme, kdf]: [&[u8]; 3]) -> Vec<u8> {
        let before = [&[0, 0x23, 0, 0x0b][..], &[0; 4], &[0, 0]].concat();
        [&before, symmetric, scheme, &[0, 3], kdf, &[0, 1, 7], &[0, 1, 8]].concat()
    }

    fn rsa(scheme: &[u8]) -> Vec<u8> {
        [&[0, 1, 0, 0x0b][..], &[0; 4], &[0, 0], NONE, scheme, &[0, 8], &[0; 4], &[0, 1, 0xff]].concat()
    }

    /// The symmetric algorithm, the scheme and the key derivation scheme are of different lengths.
    #[test]
    fn a_public_area_names_symmetric_algorithm_scheme_and_key_derivation() {
        for (named, alone, es256, es384, why) in [
            ([NONE; 3], true, true, true, "nothing"),
            ([NONE, &[0, 0x18, 0, 0x0b], NONE], true, true, false, "ECDSA with SHA-256"),
            ([NONE, &[0, 0x18, 0, 0x0c], NONE], true, false, true, "ECDSA with SHA-384"),
            ([NONE, &[0, 0x18, 0, 0x27], NONE], true, false, false, "ECDSA with SHA3-256"),
            ([NONE, &[0, 0x19, 0, 0x0b], NONE], true, false, false, "ECDH"),
            ([NONE, &[0, 0x14, 0, 0x0b], NONE], true, false, false, "RSASSA"),
            ([NONE, &[0, 0x1a, 0, 0x0b, 0, 1], NONE], true, false, false, "ECDAA, which has a count as well"),
            ([&[0, 6, 0, 128, 0, 0x43], NONE, NONE], false, true, true, "AES with 128 bits in CFB mode"),
            ([NONE, NONE, &[0, 0x20, 0, 0x0b]], false, true, true, "KDF1 with SHA-256"),
        ] {
            let bytes = ecc(named);
            let area = Public::read(&bytes).unwrap_or_else(|| panic!("{why}"));
            assert_eq!(area.unique, Unique::Ecc { curve: Curve::P256, x: &[7], y: &[8] }, "{why}");
            assert_eq!(area.uses_no_symmetric_algorithm(), alone, "{why}");
            let may = [(Curve::P256, Hash::Sha256), (Curve::P384, Hash::Sha384)]
                .map(|(curve, hash)| area.may_sign(Scheme::Ecdsa(curve, hash)));
            assert_eq!(may, [es256, es384], "{why}");
            for end in 0..bytes.len() {
                assert!(Public::read(&bytes[..end]).is_none(), "{why}: {end} bytes");
            }
            assert!(Public::read(&[&bytes[..], &[0]].concat()).is_none(), "{why}, and a byte more");
        }
        for (named, rs256, rs1, ps256, why) in [
            (NONE, true, true, true, "nothing"),
            (&[0, 0x14, 0, 0x0b], true, false, false, "RSASSA with SHA-256"),
            (&[0, 0x14, 0, 4], false, true, false, "RSASSA with SHA-1"),
            (&[0, 0x16, 0, 0x0b], false, false, true, "RSAPSS with SHA-256"),
            (&[0, 0x15], false, false, false, "RSAES, which has no hash"),
            (&[0, 0x17, 0, 0x0b], false, false, false, "OAEP"),
            (&[0, 0x18, 0, 0x0b], false, false, false, "ECDSA"),
        ] {
            let bytes = rsa(named);
            let area = Public::read(&bytes).unwrap_or_else(|| panic!("{why}"));
            assert_eq!(area.unique, Unique::Rsa { modulus: &[0xff], exponent: 65537 }, "{why}");
            let schemes = [Scheme::RsaPkcs1(Hash::Sha256), Scheme::RsaPkcs1(Hash::Sha1), Scheme::RsaPss(Hash::Sha256)];
            assert_eq!(schemes.map(|scheme| area.may_sign(scheme)), [rs256, rs1, ps256], "{why}");
        }
    }
}
