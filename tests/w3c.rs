//! The test vectors of §16, made from their seeds.
//!
//! This repository does not contain the published values. If they are present next to it, every byte is compared with them.
//! Otherwise the digests below are compared; they were taken when all bytes were equal.

#![allow(clippy::expect_used)]

#[path = "../examples/verify_vectors/vector.rs"]
mod vector;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use wardkey::crypto::{AwsLcRs, Backend, RustCrypto};
use wardkey_authenticator::Vector;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::w3c::{Ceremony, attestation_root, ceremonies};

/// The name of each vector, and the SHA-256 of attestationObject, of clientDataJSON of the registration, and of the signature
/// of the authentication.
const DIGESTS: [(&str, [&str; 3]); 17] = [
    (
        "none-es256",
        [
            "c0aa49c57f59765c9f47e6000c04dfe66547a3bd2a6e003a82e336a6e569cb7f",
            "090d1e7dfd42dcc631e7a4f02070fe3be8a0019a480153e0603d0b7cebc17d98",
            "e6b84e03104e4fc5f59dee5f5bab455b61775d2725e21d87c11e894815b36119",
        ],
    ),
    (
        "packed-self-es256",
        [
            "69499bf5257be4e618f4462e458666d9827a713bca423b8bb77e8ef214f49f9f",
            "dba5494aa6958e286220403054776b48578239a1fd3bb5233a0e170bec926dce",
            "3d937eef718b4b203b5b6946ed87aa575d3cbfa9d0dd659f9a5fd024ab62705a",
        ],
    ),
    (
        "none-es256-cross-origin",
        [
            "967a55ac8209a99f56256db28c4d03cd16b7c1557bbe57021227204a5932c106",
            "7c50806271f10c33dd940bc65334517395439f415e3e1eabeb84630fc0f423ff",
            "f5cddf0485f53ec467c0b5207a1bb74e7022cc94b6a015390ce21b2f64527113",
        ],
    ),
    (
        "none-es256-top-origin",
        [
            "e88a736a22ffaf294316d8b00da95a96ae8ec0113ddeed605e3283199102ad2f",
            "bdec4b206994e95a790a47dd42819decb7f03ce16ea39298b69f69b567a92742",
            "62363fd190f6effa21867a32faf18fcafb286673ab70fb8dd375fe945b060c9b",
        ],
    ),
    (
        "none-es256-long-credential-id",
        [
            "c70087bde55d1a8207667876cfe14924d9caf8f522a9db4c7493ea9f3b5e4e5b",
            "aed6ca40d39066d79556a637e5b255e26650175fcd084b4a228fa4504d0e81b4",
            "8a535737a42267202487c63354aeb8e4eba349605a3708533ff707fb0a49605f",
        ],
    ),
    (
        "packed-es256",
        [
            "c1bf702bac165f17a6c450e726d549f2d0e4cd0fae3ced4b8a900a5efd61d981",
            "cee5d6466550d0f1e228c0284a59caa3d3972ae80dafc32a0c5722ee9509d14e",
            "b0aca0f05fe415d3769bbb8a5ec36adcda0184a12ae337abb8360a6ae78b46c3",
        ],
    ),
    (
        "packed-es384",
        [
            "14e3d1de4e72192357fad579f7a39ad463c79dab3afd2419be24245f5d6ba65a",
            "a6bd843b9ded40d3ebde73b095f1d99b9687430990ad6f76ba5bc041917c836b",
            "2f42cb81fee850922d8268b5514a27327fe437aea4843b182e0a0d23fa2333f1",
        ],
    ),
    (
        "packed-es512",
        [
            "342df2067e760ff21fa7b847c47f39844b32afc1a11ce926b02b882deb4a287e",
            "cefe364c524b0d61289db9d8bf4af6779448eecb7f35aacc25ba28b79077fc3f",
            "669827dc3f71149c4d50dd3bce9a7016ee24132b5f4e8e828aeb8e12083e34ef",
        ],
    ),
    (
        "packed-rs256",
        [
            "55803b9a593a4f965f3fceae108bbf7cc4d6f218438175fcf94ce3a4dc5edcb6",
            "7cac6a56c3dfcd82a508239de4249cbfe00a00520cfffed7f9fe99ea7e40524e",
            "5968d9d3a20c517688fe7e7c8d8d8bbc8436d9572f3a3c02b84d99abfeff25e7",
        ],
    ),
    (
        "packed-eddsa",
        [
            "b4bad136a711231e46696006716a16a06229ce75a1ebc103f8c7d16901bc8bbc",
            "d03e51a83301ce11d8da5137027e278dccd9e53d4800692f658871d6162400d3",
            "63cdbd608d9eae1bcbff5a3fcb2e1472a2807b7f5d1a01d6385860c603ed3e96",
        ],
    ),
    (
        "packed-ed448",
        [
            "2eb321e600beb1389bf8191aa097008a6d1bed4e66ea3fd614bc9a3b0d494ca0",
            "027cf3a47e4515dcb0a8641f8791532a25498d99c3469b2a8c3983f13a0ac23f",
            "e63e77260d32c2a40cb8cb25f9ec2fcdae0c6f3bef2978ec7fc74ce7730815d5",
        ],
    ),
    (
        "tpm-es256",
        [
            "84b354fd9daa1df47131a07f13eaa5f435d8543cd31a70c55943b342d9604264",
            "729b813de91b2d25cafd3a6ec240b6b9e451d5394b8edb20d5aac9bb7a543b6c",
            "22d542b003918131e8c818d5d9950eb80871bab14ae8632ab4d0e548e7d9f5aa",
        ],
    ),
    (
        "android-key-es256",
        [
            "2ee15737a1b977d2a918e7f0f7b4274072eb220b7801280121f356e9d94568ec",
            "b435028d7b6a8f83bb461d41c19b053a9d3cdb30351a4f374cd4cde8dbefb606",
            "711f02cf0fe56f03e00f149a68438c946b9bc28f587b69b0a8312faff0d426dc",
        ],
    ),
    (
        "apple-es256",
        [
            "cd0bf0c818d9a9078f2bfc2d10b7b3c7901f5ad1794d9368df07dc0ad91a2d4a",
            "7c07579a0d6417c2ebff99c50e439d5a8b9e65424ecdeadfbecb093b8375b456",
            "938230cf48f179fdea8ce8f9d4e47be656e8b8d00ff8dbe4587e37b91a72322f",
        ],
    ),
    (
        "fido-u2f-es256",
        [
            "e6e3c76723c5ce4a8a9ae2f0ad1035063ce1f2192a7b2bc590159e67751bf033",
            "6970f8e417cf371997186aa92d7a63dc545d280c3ba8887bc1765a9700e23729",
            "b0608ec74375dbafdf8d75bf0919f58cd054a2fb922d9b2a41c4df4ac4b6c110",
        ],
    ),
    (
        "android-key-es256-ed",
        [
            "b537cb59ca2a824ddd85508f64a88845b7c72713e2c629e41f9588294f33ad4f",
            "b435028d7b6a8f83bb461d41c19b053a9d3cdb30351a4f374cd4cde8dbefb606",
            "711f02cf0fe56f03e00f149a68438c946b9bc28f587b69b0a8312faff0d426dc",
        ],
    ),
    (
        "android-key-es256-cr20260113",
        [
            "fd4924a4ca203ad6ada482782d45db698eea7affb49c502bfb38aeda2bafbcbb",
            "b435028d7b6a8f83bb461d41c19b053a9d3cdb30351a4f374cd4cde8dbefb606",
            "711f02cf0fe56f03e00f149a68438c946b9bc28f587b69b0a8312faff0d426dc",
        ],
    ),
];

/// The SHA-256 of the attestation root certificate.
const ROOT_DIGEST: &str = "68ff927708f5d229252ffe4a1c6842c11998d1e1fa2b46138bb5642eff9b161b";

/// The fifteen ceremonies of the Recommendation verify, with the published root as trust anchor. The two superseded Android
/// registrations do not, because their key descriptions contain neither origin nor purpose (§8.4).
#[test]
fn ceremonies_verify() {
    let mut passed = 0;
    for ceremony in ceremonies() {
        let registration = Vector::registration(ceremony.name, &ceremony.registration);
        let registration =
            if ceremony.superseded { registration.refused("§7.1 step 22", "§8.4") } else { registration };
        let authentication = Vector::authentication(ceremony.name, &ceremony.authentication);
        for backend in [&AwsLcRs as &dyn Backend, &RustCrypto] {
            for line in [registration.line(), authentication.line()] {
                let vector: vector::Vector = serde_json::from_str(&line).expect("format 1");
                assert_eq!(vector.disagreement(&vector.judge(backend)), None, "{} on {}", vector.id, backend.name());
            }
        }
        passed += usize::from(!ceremony.superseded);
    }
    assert_eq!(passed, 15);
}

#[test]
fn ceremonies_have_the_recorded_digests() {
    assert_eq!(hex(&sha256(&attestation_root().der())), ROOT_DIGEST);
    let ceremonies = ceremonies();
    assert_eq!(ceremonies.len(), DIGESTS.len());
    for (ceremony, (name, digests)) in ceremonies.iter().zip(DIGESTS) {
        let (registered, authenticated) = (ceremony.registration.make(), ceremony.authentication.make());
        let values = [registered.attestation_object, registered.client_data_json, authenticated.signature];
        assert_eq!(ceremony.name, name);
        assert_eq!(values.map(|value| hex(&sha256(&value))), digests, "{name}");
    }
}

#[test]
fn ceremonies_equal_the_published_ones() {
    let Some(published) = published() else { return };
    let root = read(&published, "attestation-root-cert");
    let certificate = root.pointer("/attestation_ca_cert").and_then(Value::as_str);
    assert_eq!(certificate, Some(&*hex(&attestation_root().der())), "attestation root certificate");
    for ceremony in ceremonies() {
        let vector = read(&published, ceremony.name);
        for (pointer, made) in values(&ceremony) {
            let value = vector.pointer(pointer).and_then(Value::as_str);
            assert_eq!(value, Some(&*hex(&made)), "{}{pointer}", ceremony.name);
        }
    }
}

/// Every value of a vector, and its place in the published file.
fn values(ceremony: &Ceremony) -> [(&'static str, Vec<u8>); 9] {
    let (registration, authentication) = (&ceremony.registration, &ceremony.authentication);
    let (registered, authenticated) = (registration.make(), authentication.make());
    [
        ("/credential/id", registration.credential_id().to_vec()),
        ("/credential/cose_public_key", registration.public_key_bytes()),
        ("/registration/challenge", registration.expected.challenge.clone()),
        ("/registration/clientDataJSON", registered.client_data_json),
        ("/registration/attestationObject", registered.attestation_object),
        ("/authentication/challenge", authentication.expected.challenge.clone()),
        ("/authentication/clientDataJSON", authenticated.client_data_json),
        ("/authentication/authenticatorData", authenticated.authenticator_data),
        ("/authentication/signature", authenticated.signature),
    ]
}

/// The directory of the published vectors.
fn published() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/w3c"));
    if !folder.is_dir() {
        println!("not compared with the published vectors: they do not lie beside this repository");
        return None;
    }
    Some(folder.to_path_buf())
}

fn read(folder: &Path, name: &str) -> Value {
    let text = fs::read_to_string(folder.join(name).with_extension("json")).expect("a published vector");
    serde_json::from_str(&text).expect("JSON")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
