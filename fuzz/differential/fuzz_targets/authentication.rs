//! Authentications, signed after they were mutated, judged by both libraries.
//!
//! Input: as for `authentication`. The algorithm in the record is always ES256.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use wardkey::ceremony::authentication::{ExpectedAuthentication, verify};
use wardkey::ceremony::{Origins, Site};
use wardkey::crypto::default_backend;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, UserHandle};
use wardkey_authenticator::{Algorithm, Authentication as Authenticator, hash::sha256};
use wardkey_differential::{Authentication, Record};
use wardkey_fuzz_differential::compare;

const RP_ID: &str = "example.org";

static AUTHENTICATOR: LazyLock<(Authenticator, Vec<u8>)> = LazyLock::new(|| {
    let authenticator = Authenticator::new("fuzz.differential", Algorithm::Es256);
    let key = authenticator.expected.credential.as_ref().expect("a record").public_key.encode();
    (authenticator, key)
});

fn block<'a>(input: &mut &'a [u8]) -> &'a [u8] {
    let [high, low, rest @ ..] = *input else { return &[] };
    let (block, rest) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])).min(rest.len()));
    *input = rest;
    block
}

fuzz_target!(|input: &[u8]| {
    let [choices, _, counter, _, rest @ ..] = input else { return };
    let mut rest = rest;
    let (client_data, data) = (block(&mut rest), block(&mut rest));
    // Seeds carry the digest of the other targets' backend where the hash of the RP ID belongs.
    let rp_id_hash = sha256(RP_ID.as_bytes());
    let data = [rp_id_hash.get(..32.min(data.len())).unwrap_or_default(), data.get(32..).unwrap_or_default()].concat();
    let (authenticator, key) = &*AUTHENTICATOR;
    let signature = authenticator.key.sign(&[&data[..], &sha256(client_data)].concat());
    let [id, client_data, authenticator_data, signature] =
        [&[1; 32][..], client_data, &data, &signature].map(|part| URL_SAFE_NO_PAD.encode(part));
    let json = format!(
        r#"{{"id":"{id}","rawId":"{id}","type":"public-key","clientExtensionResults":{{}},"response":{{"clientDataJSON":"{client_data}","authenticatorData":"{authenticator_data}","signature":"{signature}","userHandle":"AQ"}}}}"#
    );
    let (required, eligible) = (choices & 32 != 0, choices & 8 != 0);
    let origins = ["https://example.org".to_owned()];
    let theirs = Authentication {
        rp_id: RP_ID,
        origins: &origins,
        challenge: &URL_SAFE_NO_PAD.encode([0; 32]),
        user_verification_required: required,
        appid: None,
        record: Record {
            id: &[1; 32],
            public_key: key,
            sign_count: (*counter).into(),
            user_verified: false,
            backup_eligible: eligible,
            backup_state: false,
        },
    }
    .judge(&json);
    let response = AuthenticationResponse::from_json(&json).expect("a response");
    let (id, user) = (CredentialId::new([1; 32]).expect("an id"), UserHandle::new([1]).expect("a handle"));
    let mut record = CredentialRecord::new(id, user, key.clone());
    record.sign_count = (*counter).into();
    record.backup_eligible = Some(eligible);
    let site = Site::new(RP_ID, Origins::exact(origins));
    let challenge = [0; 32];
    let mut expected = ExpectedAuthentication::new(&site, &challenge);
    expected.user_verification_required = required;
    compare(verify(&expected, &response, &record, default_backend()), &theirs);
});
