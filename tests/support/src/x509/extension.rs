//! Certificate extensions (RFC 5280 §4.2), and those of FIDO (§8.2.1, §8.2.2).

use crate::der;
use crate::hash::Hash;
use crate::keys::Key;

/// subjectKeyIdentifier.
pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
/// keyUsage.
pub const KEY_USAGE: &str = "2.5.29.15";
/// subjectAltName.
pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
/// basicConstraints.
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
/// authorityKeyIdentifier.
pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
/// extKeyUsage.
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
/// id-fido-gen-ce-aaguid (§8.2.1).
pub const AAGUID: &str = "1.3.6.1.4.1.45724.1.1.4";
/// id-fido-gen-ce-fw-version (§8.2.1).
pub const FIRMWARE_VERSION: &str = "1.3.6.1.4.1.45724.1.1.5";
/// id-fido-gen-ce-sernum (§8.2.2).
pub const SERIAL_NUMBER: &str = "1.3.6.1.4.1.45724.1.1.2";

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// extnID, dotted.
    pub oid: String,
    /// critical: a reader that does not know the extension must refuse the certificate.
    pub critical: bool,
    /// The contents of the OCTET STRING extnValue.
    pub value: Vec<u8>,
}

impl Extension {
    /// Makes an extension that is not critical.
    pub fn new(oid: &str, value: Vec<u8>) -> Self {
        Self { oid: oid.into(), critical: false, value }
    }

    /// Makes the extension critical.
    pub fn critical(self) -> Self {
        Self { critical: true, ..self }
    }

    /// basicConstraints, critical.
    pub fn basic_constraints(ca: bool, path_len: Option<u32>) -> Self {
        let ca = if ca { der::boolean(true) } else { Vec::new() };
        let path_len = path_len.map(der::integer).unwrap_or_default();
        Self::new(BASIC_CONSTRAINTS, der::sequence(&[&ca, &path_len])).critical()
    }

    /// keyUsage, critical: digitalSignature.
    pub fn digital_signature() -> Self {
        Self::new(KEY_USAGE, der::bit_string(&[0x80], 7)).critical()
    }

    /// keyUsage, critical: keyCertSign and cRLSign.
    pub fn certificate_signing() -> Self {
        Self::new(KEY_USAGE, der::bit_string(&[0x06], 1)).critical()
    }

    /// subjectKeyIdentifier: the SHA-1 of the key (RFC 5280 §4.2.1.2, method 1).
    pub fn subject_key_identifier(key: &Key) -> Self {
        Self::new(SUBJECT_KEY_IDENTIFIER, der::octet_string(&key_identifier(key)))
    }

    /// authorityKeyIdentifier with only the identifier of the key.
    pub fn authority_key_identifier(key: &Key) -> Self {
        Self::new(AUTHORITY_KEY_IDENTIFIER, der::sequence(&[&der::implicit(0, &key_identifier(key))]))
    }

    /// extKeyUsage with these purposes.
    pub fn extended_key_usage(purposes: &[&str]) -> Self {
        let purposes: Vec<u8> = purposes.iter().flat_map(|purpose| der::oid(purpose)).collect();
        Self::new(EXTENDED_KEY_USAGE, der::sequence(&[&purposes]))
    }

    /// subjectAltName with these GeneralNames.
    pub fn subject_alt_name(names: &[&[u8]]) -> Self {
        Self::new(SUBJECT_ALT_NAME, der::sequence(names))
    }

    /// id-fido-gen-ce-aaguid: an OCTET STRING in the OCTET STRING.
    pub fn aaguid(aaguid: &[u8]) -> Self {
        Self::new(AAGUID, der::octet_string(aaguid))
    }

    /// id-fido-gen-ce-sernum: only in an enterprise attestation.
    pub fn serial_number(serial: &[u8]) -> Self {
        Self::new(SERIAL_NUMBER, der::octet_string(serial))
    }

    /// Returns the encoding.
    pub fn encode(&self) -> Vec<u8> {
        let critical = if self.critical { der::boolean(true) } else { Vec::new() };
        der::sequence(&[&der::oid(&self.oid), &critical, &der::octet_string(&self.value)])
    }
}

fn key_identifier(key: &Key) -> Vec<u8> {
    Hash::Sha1.digest(&[&key.public_key_bits()])
}
