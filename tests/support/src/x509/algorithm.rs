//! AlgorithmIdentifier of a signature (RFC 5758 §3.2, RFC 8017 §A.2, RFC 8410 §3, RFC 9881 §3).

use crate::der;
use crate::hash::Hash;
use crate::keys::{Algorithm, ml_dsa_oid};

/// The AlgorithmIdentifier of what a key of this algorithm signs.
pub fn signature_algorithm(algorithm: Algorithm) -> Vec<u8> {
    use Algorithm::*;
    match algorithm {
        Es256 | Esp256 | Es256k => bare("1.2.840.10045.4.3.2"),
        Es384 | Esp384 => bare("1.2.840.10045.4.3.3"),
        Es512 | Esp512 => bare("1.2.840.10045.4.3.4"),
        EdDsa | Ed25519 => bare("1.3.101.112"),
        Ed448 => bare("1.3.101.113"),
        Rs1 => with("1.2.840.113549.1.1.5", &der::null()),
        Rs256 => with("1.2.840.113549.1.1.11", &der::null()),
        Rs384 => with("1.2.840.113549.1.1.12", &der::null()),
        Rs512 => with("1.2.840.113549.1.1.13", &der::null()),
        Ps256 | Ps384 | Ps512 => with("1.2.840.113549.1.1.10", &pss_parameters(algorithm.hash())),
        MlDsa44 | MlDsa65 | MlDsa87 => bare(ml_dsa_oid(algorithm)),
    }
}

fn bare(oid: &str) -> Vec<u8> {
    with(oid, &[])
}

fn with(oid: &str, parameters: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(oid), parameters])
}

/// RSASSA-PSS-params: the hash, MGF1 with the same hash, a salt as long.
fn pss_parameters(hash: Hash) -> Vec<u8> {
    let oid = match hash {
        Hash::Sha1 => "1.3.14.3.2.26",
        Hash::Sha256 => "2.16.840.1.101.3.4.2.1",
        Hash::Sha384 => "2.16.840.1.101.3.4.2.2",
        Hash::Sha512 => "2.16.840.1.101.3.4.2.3",
    };
    let digest = with(oid, &der::null());
    der::sequence(&[
        &der::explicit(0, &digest),
        &der::explicit(1, &with("1.2.840.113549.1.1.8", &digest)),
        &der::explicit(2, &der::integer(hash.output_len() as u32)),
    ])
}
