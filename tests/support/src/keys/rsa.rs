//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 §8, §9). The encodings are written out so that a test can change them.
//!
//! RSA keys are fixed: a search for primes takes seconds. Each prime is the first one at or after a number drawn from
//! a seed (its two highest bits and its lowest bit set), and the source holds only how far it lies after it.

use crate::hash::Hash;
use crate::seed::Seed;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, NonZero, Odd};
use std::sync::LazyLock;

/// The public exponent of every key: 65537.
pub const EXPONENT: [u8; 3] = [1, 0, 1];

/// A fixed RSA key, named after its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modulus {
    /// A credential: 2048 bits.
    Credential,
    /// A credential: 3072 bits.
    Credential3072,
    /// A credential: 4096 bits.
    Credential4096,
    /// A credential that is too weak: 1024 bits.
    Credential1024,
    /// A key for signatures with the wrong key: 2048 bits.
    Other,
    /// An attestation certificate: 2048 bits.
    Attestation,
    /// A root: 2048 bits.
    Root,
    /// An intermediate: 2048 bits.
    Intermediate,
    /// §16: 2^1279 − 1 and 2^2203 − 1, which makes 3482 bits.
    Mersenne,
}

struct PrivateKey {
    n: Odd<BoxedUint>,
    d: BoxedUint,
}

/// The keys whose primes are drawn: the bits, the name of the seed, how far each prime lies after what is drawn.
const DRAWN: [(Modulus, usize, &str, [u32; 2]); 8] = [
    (Modulus::Credential, 2048, "wardkey.rsa.credential", [16, 6]),
    (Modulus::Credential3072, 3072, "wardkey.rsa.credential.3072", [84, 554]),
    (Modulus::Credential4096, 4096, "wardkey.rsa.credential.4096", [2, 1354]),
    (Modulus::Credential1024, 1024, "wardkey.rsa.credential.1024", [540, 522]),
    (Modulus::Other, 2048, "wardkey.rsa.other", [1512, 188]),
    (Modulus::Attestation, 2048, "wardkey.rsa.attestation", [358, 728]),
    (Modulus::Root, 2048, "wardkey.rsa.root", [374, 1398]),
    (Modulus::Intermediate, 2048, "wardkey.rsa.intermediate", [66, 2406]),
];

static KEYS: [LazyLock<PrivateKey>; 9] = [
    LazyLock::new(|| drawn(0)),
    LazyLock::new(|| drawn(1)),
    LazyLock::new(|| drawn(2)),
    LazyLock::new(|| drawn(3)),
    LazyLock::new(|| drawn(4)),
    LazyLock::new(|| drawn(5)),
    LazyLock::new(|| drawn(6)),
    LazyLock::new(|| drawn(7)),
    LazyLock::new(|| private_key(mersenne_prime(1279), mersenne_prime(2203))),
];

impl Modulus {
    fn key(self) -> &'static PrivateKey {
        &KEYS[self as usize]
    }

    /// Returns the modulus, big-endian, without leading zeros.
    pub fn n(self) -> Vec<u8> {
        big_endian(&self.key().n)
    }

    /// Returns the length of the modulus, and of a signature, in bytes.
    pub fn byte_len(self) -> usize {
        self.n().len()
    }

    /// RSASP1 (RFC 8017 §5.2.1) of an encoded message.
    pub fn raw(self, encoded: &[u8]) -> Vec<u8> {
        let PrivateKey { n, d } = self.key();
        let message = BoxedUint::from_be_slice(encoded, n.bits_precision()).expect("no longer than the modulus");
        let modulus = BoxedMontyParams::new_vartime(n.clone());
        let signature = BoxedMontyForm::new(message, &modulus).pow(d).retrieve();
        left_pad(&big_endian(&signature), self.byte_len())
    }

    /// RSASSA-PKCS1-v1_5.
    pub fn sign_pkcs1(self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let digest_info = [digest_info_prefix(hash), &hash.digest(&[message])].concat();
        self.raw(&emsa_pkcs1(&digest_info, self.byte_len()))
    }

    /// RSASSA-PSS as COSE has it: MGF1 with the same hash, a salt as long as the hash.
    pub fn sign_pss(self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let salt = Seed::new("wardkey.pss.salt").value(0, hash.output_len());
        self.sign_pss_with(hash, hash, &salt, message)
    }

    /// RSASSA-PSS with any mask and any salt.
    pub fn sign_pss_with(self, hash: Hash, mgf: Hash, salt: &[u8], message: &[u8]) -> Vec<u8> {
        let n = self.n();
        let bits = n.len() * 8 - n[0].leading_zeros() as usize;
        self.raw(&emsa_pss(hash, mgf, salt, message, bits - 1))
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2) of a DigestInfo, right or wrong.
pub fn emsa_pkcs1(digest_info: &[u8], len: usize) -> Vec<u8> {
    [&[0, 1], &vec![0xff; len - digest_info.len() - 3][..], &[0], digest_info].concat()
}

/// The prefix of the digest in a DigestInfo (RFC 8017 §9.2, note 1).
pub fn digest_info_prefix(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        Hash::Sha256 => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        Hash::Sha384 => b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        Hash::Sha512 => b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
    }
}

/// EMSA-PSS (RFC 8017 §9.1.1).
fn emsa_pss(hash: Hash, mgf: Hash, salt: &[u8], message: &[u8], bits: usize) -> Vec<u8> {
    let h = hash.digest(&[&[0; 8], &hash.digest(&[message]), salt]);
    let db_len = bits.div_ceil(8) - h.len() - 1;
    let db = [&vec![0; db_len - salt.len() - 1][..], &[1], salt].concat();
    let mut masked: Vec<u8> = db.iter().zip(mgf1(mgf, &h, db_len)).map(|(byte, mask)| byte ^ mask).collect();
    masked[0] &= 0xff >> (bits.div_ceil(8) * 8 - bits);
    [&masked, &h[..], &[0xbc]].concat()
}

/// MGF1 (RFC 8017 §B.2.1).
fn mgf1(hash: Hash, seed: &[u8], len: usize) -> Vec<u8> {
    let blocks = (0_u32..).flat_map(|counter| hash.digest(&[seed, &counter.to_be_bytes()]));
    blocks.take(len).collect()
}

/// The key in this row of [`DRAWN`].
fn drawn(row: usize) -> PrivateKey {
    let (modulus, bits, info, after) = DRAWN[row];
    assert_eq!(modulus as usize, row, "the rows stand in the order of the names");
    let prime = |i: usize| {
        let mut octets = Seed::new(info).value(i as u8, bits / 16);
        octets[0] |= 0xc0;
        *octets.last_mut().expect("not empty") |= 1;
        let drawn = BoxedUint::from_be_slice(&octets, bits as u32 / 2).expect("as many bits");
        drawn.wrapping_add(BoxedUint::from(after[i]))
    };
    private_key(prime(0), prime(1))
}

/// 2^exponent − 1.
fn mersenne_prime(exponent: usize) -> BoxedUint {
    let ones = vec![0xff; exponent / 8];
    let octets = [&[(1 << (exponent % 8)) - 1], &ones[..]].concat();
    BoxedUint::from_be_slice_vartime(&octets)
}

fn private_key(p: BoxedUint, q: BoxedUint) -> PrivateKey {
    let one = BoxedUint::one();
    let phi = (&p - &one).concatenating_mul(&(&q - &one));
    let e = BoxedUint::from_be_slice(&EXPONENT, phi.bits_precision()).expect("smaller");
    let d = e.invert_mod(&NonZero::new(phi).expect("not zero")).expect("prime to the exponent");
    PrivateKey { n: Odd::new(p.concatenating_mul(&q)).expect("two odd primes"), d }
}

fn big_endian(number: &BoxedUint) -> Vec<u8> {
    number.to_be_bytes().iter().copied().skip_while(|byte| *byte == 0).collect()
}

fn left_pad(octets: &[u8], len: usize) -> Vec<u8> {
    [&vec![0; len - octets.len()], octets].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RSAVP1: it gives the message back only if both factors are prime.
    #[test]
    fn every_key_undoes_what_it_does() {
        for (modulus, bits) in DRAWN.map(|row| (row.0, row.1)).into_iter().chain([(Modulus::Mersenne, 3482)]) {
            let n = &modulus.key().n;
            assert_eq!(n.bit_width_vartime() as usize, bits, "{modulus:?}");
            let encoded = emsa_pkcs1(b"message", modulus.byte_len());
            let signature = BoxedUint::from_be_slice(&modulus.raw(&encoded), n.bits_precision()).expect("as long");
            let signature = BoxedMontyForm::new(signature, &BoxedMontyParams::new_vartime(n.clone()));
            let undone = signature.pow(&BoxedUint::from(65_537_u32)).retrieve();
            assert_eq!(left_pad(&big_endian(&undone), modulus.byte_len()), encoded, "{modulus:?}");
        }
    }
}
