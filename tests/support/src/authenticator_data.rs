//! §6.1 Authenticator data, §6.5.1 Attested credential data.

use crate::cbor::Cbor;
use crate::hash::sha256;
use crate::keys::Key;
use flags::{AT, ED, UP, UV};

/// The bits of `flags` (§6.1).
pub mod flags {
    /// User present.
    pub const UP: u8 = 0x01;
    /// User verified.
    pub const UV: u8 = 0x04;
    /// Backup eligible.
    pub const BE: u8 = 0x08;
    /// Backed up.
    pub const BS: u8 = 0x10;
    /// Attested credential data included.
    pub const AT: u8 = 0x40;
    /// Extension data included.
    pub const ED: u8 = 0x80;
}

/// Authenticator data, member by member. Flags are independent of the members, so that tests can make them disagree.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthenticatorData {
    /// rpIdHash, 32 bytes.
    pub rp_id_hash: Vec<u8>,
    /// flags.
    pub flags: u8,
    /// signCount.
    pub sign_count: u32,
    /// attestedCredentialData; in registrations.
    pub attested: Option<AttestedCredential>,
    /// extensions: a map.
    pub extensions: Option<Cbor>,
}

/// Attested credential data.
#[derive(Clone, Debug, PartialEq)]
pub struct AttestedCredential {
    /// aaguid, 16 bytes.
    pub aaguid: Vec<u8>,
    /// credentialId.
    pub credential_id: Vec<u8>,
    /// credentialPublicKey: a COSE_Key.
    pub public_key: Cbor,
}

impl AuthenticatorData {
    /// Makes the data of a registration: user present and verified, not eligible for backup, counter 0.
    pub fn registration(rp_id: &str, aaguid: Vec<u8>, credential_id: Vec<u8>, key: &Key) -> Self {
        let attested = AttestedCredential { aaguid, credential_id, public_key: key.cose() };
        Self { flags: UP | UV | AT, attested: Some(attested), ..Self::authentication(rp_id) }
    }

    /// Makes the data of a sign-in: user present and verified, not eligible for backup, counter 0.
    pub fn authentication(rp_id: &str) -> Self {
        Self { rp_id_hash: sha256(rp_id.as_bytes()), flags: UP | UV, sign_count: 0, attested: None, extensions: None }
    }

    /// Returns the attested credential data of a registration.
    pub fn attested(&mut self) -> &mut AttestedCredential {
        self.attested.as_mut().expect("a registration")
    }

    /// Sets these flags.
    pub fn set_flags(&mut self, flags: u8) {
        self.flags |= flags;
    }

    /// Clears these flags.
    pub fn clear_flags(&mut self, flags: u8) {
        self.flags &= !flags;
    }

    /// Adds an extension output, and sets ED.
    pub fn extension(&mut self, identifier: &str, output: impl Into<Cbor>) {
        self.set_flags(ED);
        self.extensions.get_or_insert_with(|| Cbor::Map(Vec::new())).push(identifier, output);
    }

    /// Returns the encoding.
    pub fn encode(&self) -> Vec<u8> {
        let attested = self.attested.as_ref().map(AttestedCredential::encode).unwrap_or_default();
        let extensions = self.extensions.as_ref().map(Cbor::encode).unwrap_or_default();
        [&self.rp_id_hash, &[self.flags][..], &self.sign_count.to_be_bytes(), &attested, &extensions].concat()
    }
}

impl AttestedCredential {
    /// Returns the encoding. The length of the credential id is at bytes 53 and 54 of the authenticator data.
    fn encode(&self) -> Vec<u8> {
        let len = (self.credential_id.len() as u16).to_be_bytes();
        [&self.aaguid, &len[..], &self.credential_id, &self.public_key.encode()].concat()
    }
}
