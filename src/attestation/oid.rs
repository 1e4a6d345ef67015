//! Object identifiers of attestation certificates.

crate::x509::oid::oids! {
    /// §8.2.1: id-fido-gen-ce-aaguid.
    FIDO_AAGUID = "1.3.6.1.4.1.45724.1.1.4": [0x2b, 6, 1, 4, 1, 0x82, 0xe5, 0x1c, 1, 1, 4];
    /// §8.2.1: id-fido-gen-ce-fw-version.
    FIDO_FIRMWARE_VERSION = "1.3.6.1.4.1.45724.1.1.5": [0x2b, 6, 1, 4, 1, 0x82, 0xe5, 0x1c, 1, 1, 5];
    /// §8.2.2: id-fido-gen-ce-sernum.
    FIDO_SERIAL_NUMBER = "1.3.6.1.4.1.45724.1.1.2": [0x2b, 6, 1, 4, 1, 0x82, 0xe5, 0x1c, 1, 1, 2];
    /// §8.4.1: the Android key description.
    ANDROID_KEY_DESCRIPTION = "1.3.6.1.4.1.11129.2.1.17": [0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 1, 17];
    /// §8.8: Apple's nonce.
    APPLE_NONCE = "1.2.840.113635.100.8.2": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 100, 8, 2];
    /// §8.3.1: tcg-kp-AIKCertificate, an extended key usage.
    TCG_AIK_CERTIFICATE = "2.23.133.8.3": [0x67, 0x81, 0x05, 8, 3];
    /// TCG EK credential profile: tcg-at-tpmManufacturer.
    TPM_MANUFACTURER = "2.23.133.2.1": [0x67, 0x81, 0x05, 2, 1];
    /// TCG EK credential profile: tcg-at-tpmModel.
    TPM_MODEL = "2.23.133.2.2": [0x67, 0x81, 0x05, 2, 2];
    /// TCG EK credential profile: tcg-at-tpmVersion.
    TPM_VERSION = "2.23.133.2.3": [0x67, 0x81, 0x05, 2, 3];
}
