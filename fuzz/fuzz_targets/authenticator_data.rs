//! Authenticator data: the parts of an accepted value encode to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::internals::AuthenticatorData;

fuzz_target!(|bytes: &[u8]| {
    let Ok(data) = AuthenticatorData::read(bytes) else { return };
    let mut again = data.rp_id_hash().to_vec();
    again.push(data.flags().bits());
    again.extend(data.sign_count().to_be_bytes());
    assert_eq!(data.flags().attested_credential_data(), data.attested_credential_data().is_some());
    assert_eq!(data.flags().extension_data(), data.extensions().is_some());
    if let Some(attested) = data.attested_credential_data() {
        again.extend(attested.aaguid().as_bytes());
        again.extend((attested.credential_id().len() as u16).to_be_bytes());
        again.extend(attested.credential_id());
        again.extend(attested.credential_public_key());
    }
    if let Some(extensions) = data.extensions() {
        let entries: Vec<_> = extensions.iter().collect();
        again.extend(wardkey_fuzz::cbor::head(5, entries.len() as u64));
        for (identifier, output) in entries {
            assert_eq!(extensions.get(identifier), Some(output));
            again.extend(wardkey_fuzz::cbor::string(3, identifier.as_bytes()));
            again.extend(wardkey_fuzz::cbor::encode(output));
        }
    }
    assert_eq!(again, bytes);
    assert_eq!(data.bytes(), bytes);
});
