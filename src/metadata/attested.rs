//! What to keep of a registration, so that its model can be judged again at each sign-in without its certificates.

use super::model::{KeyIdentifier, short};
use super::status::Short;
use super::{Anchor, Metadata, Model, ModelId, key_identifier_of};
use crate::attestation::{Format, oid};
use crate::authenticator::Aaguid;
use crate::codec::base64url;
use crate::codec::der::{self, Reader};
use crate::crypto::Backend;
use crate::macros::getters;
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::{CertificateError, Rule, TrustAnchor};
use serde::{Deserialize, Serialize};

/// What was known of an authenticator when it was registered: the claimed model, and digests of the certification paths that
/// were verified. It contains no certificate. As JSON it has about 300 bytes; keep it beside the credential record.
///
/// This value is trusted input: whoever can change it can exempt a credential from later incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire")]
pub struct Attested {
    pub(crate) aaguid: Aaguid,
    pub(crate) proofs: Vec<Proof>,
    pub(crate) firmware: Option<u32>,
    registered_at: UnixTime,
}

/// One certification path that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    format: Format,
    key_identifier: Option<KeyIdentifier>,
    /// Whether the anchor was of a list of the relying party, not of the metadata.
    pub(crate) own_anchor: bool,
    /// The firmware version in the leaf (id-fido-gen-ce-fw-version).
    pub(crate) firmware: Option<u32>,
    /// The leaf.
    leaf: Short,
    /// The keys of the leaf and of each CA, up to the anchor.
    keys: Vec<Short>,
    /// The names of these CAs.
    names: Vec<Short>,
}

impl Attested {
    /// Makes the value of a registration of which nothing is known: there were no certificates, or they were not verified.
    #[must_use]
    pub const fn unattested(claimed: Aaguid, registered_at: UnixTime) -> Self {
        Self { aaguid: claimed, proofs: Vec::new(), firmware: None, registered_at }
    }

    /// Makes the value of a registration before this library kept one. You state that `x5c`, leaf first, was verified up to
    /// `anchor` at that time, and that the attestation vouches for the AAGUID. Nothing of it is checked here.
    ///
    /// # Errors
    /// [`CertificateError`] if `x5c` is empty or a certificate cannot be read.
    pub fn from_chain<'a>(
        format: Format,
        aaguid: Aaguid,
        x5c: impl IntoIterator<Item = &'a [u8]>,
        anchor: &TrustAnchor,
        registered_at: UnixTime,
        backend: &dyn Backend,
    ) -> Result<Self, CertificateError> {
        let x5c = x5c.into_iter().enumerate();
        let read = x5c.map(|(number, der)| Certificate::read(der).map_err(|rule: Rule| rule.at(number)));
        let x5c: Vec<_> = read.collect::<Result<_, _>>()?;
        // The leaf may be the anchor. What stands above the anchor was not verified.
        let is_anchor = |(number, one): (usize, &Certificate<'_>)| match number {
            0 => anchor.der() == one.encoding,
            _ => anchor.has_name_and_key_of(one),
        };
        let below = x5c.iter().enumerate().position(is_anchor).map_or(x5c.len(), |place| place.max(1));
        let proof = Proof::of(format, x5c.get(..below).unwrap_or_default(), anchor, backend).ok_or(Rule::Empty)?;
        Ok(Self { proofs: vec![proof], ..Self::unattested(aaguid, registered_at) })
    }

    /// Adds the firmware version. You state that somebody vouches for it. Without a certification path it is not used.
    #[must_use]
    pub fn with_firmware(self, version: u32) -> Self {
        Self { firmware: Some(version), ..self }
    }

    getters! {
        /// Returns the AAGUID, which is only claimed if [`Self::is_attested`] is false.
        pub const fn aaguid(&self) -> Aaguid = self.aaguid;
        /// Returns the time of the registration.
        pub const fn registered_at(&self) -> UnixTime = self.registered_at;
    }

    /// Returns whether a certification path was verified.
    #[must_use]
    pub fn is_attested(&self) -> bool {
        !self.proofs.is_empty()
    }

    pub(crate) fn with_proofs(self, proofs: Vec<Proof>) -> Self {
        Self { proofs, ..self }
    }
}

impl Proof {
    /// Of the certificates below an anchor, or of a leaf that is one; `None` without certificates.
    pub(crate) fn of(
        format: Format,
        path: &[Certificate<'_>],
        anchor: &TrustAnchor,
        backend: &dyn Backend,
    ) -> Option<Self> {
        let (leaf, cas) = path.split_first()?;
        let key_identifier = match format {
            Format::FidoU2f => key_identifier_of(leaf.spki, backend),
            _ => None,
        };
        let mut proof = Self {
            format,
            key_identifier,
            own_anchor: false,
            firmware: firmware_of(leaf),
            leaf: short(backend, &[leaf.encoding]),
            keys: vec![short(backend, &[leaf.spki])],
            names: Vec::new(),
        };
        let mut add = |name: &[u8], key: &[u8]| {
            proof.names.push(short(backend, &[name]));
            proof.keys.push(short(backend, &[key]));
        };
        for ca in cas {
            add(ca.subject.encoding, ca.spki);
        }
        if anchor.der() != leaf.encoding {
            add(anchor.subject(), anchor.spki());
        }
        Some(proof)
    }

    pub(crate) fn by(self, own_anchor: bool) -> Self {
        Self { own_anchor, ..self }
    }

    /// The id by which the model is looked up; `None` if it cannot be.
    pub(crate) fn id(&self, aaguid: Aaguid) -> Option<ModelId> {
        match self.format {
            Format::FidoU2f => self.key_identifier.map(ModelId::KeyIdentifier),
            _ => Some(ModelId::Aaguid(aaguid)),
        }
    }

    /// The keys of the path.
    pub(crate) fn keys(&self) -> &[Short] {
        &self.keys
    }

    /// Whether a certificate of the path, or its anchor, is this anchor: a CA by name and key, the leaf by its bytes.
    fn leads_to(&self, anchor: &Anchor) -> bool {
        let mut cas = self.names.iter().zip(self.keys.iter().skip(1));
        let is_ca = |(name, key): (&Short, &Short)| anchor.authority == [*name, *key];
        self.leaf == anchor.certificate || (anchor.anchor.issues && cas.any(is_ca))
    }
}

/// The firmware version that a certificate names (id-fido-gen-ce-fw-version, §8.2.1).
pub(crate) fn firmware_of(leaf: &Certificate<'_>) -> Option<u32> {
    let extension = leaf.extensions.find(oid::FIDO_FIRMWARE_VERSION)?;
    let version: Result<u32, der::Malformed> = der::read_all(extension.value, Reader::small);
    version.ok()
}

impl Metadata {
    /// Whether the path of a proof leads to an anchor that the model has now.
    pub(crate) fn has_anchor_of(&self, model: &Model, proof: &Proof) -> bool {
        self.anchors_with_digests(model).any(|anchor| proof.leads_to(anchor))
    }
}

/// The version of the serde form.
const VERSION: u8 = 1;

/// The serde form. The digests of a proof are one text: the leaf, the keys, the names.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    v: u8,
    aaguid: Aaguid,
    at: UnixTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    firmware: Option<u32>,
    proofs: Vec<WireProof>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireProof {
    format: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    path: String,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    own: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    firmware: Option<u32>,
}

impl From<Attested> for Wire {
    fn from(attested: Attested) -> Self {
        let proof = |proof: Proof| {
            let digests = [proof.leaf].into_iter().chain(proof.keys).chain(proof.names);
            WireProof {
                format: proof.format.identifier().to_owned(),
                key: proof.key_identifier.map(|key| base64url::encode(&key)),
                path: base64url::encode(&digests.flatten().collect::<Vec<u8>>()),
                own: proof.own_anchor,
                firmware: proof.firmware,
            }
        };
        Self {
            v: VERSION,
            aaguid: attested.aaguid,
            at: attested.registered_at,
            firmware: attested.firmware,
            proofs: attested.proofs.into_iter().map(proof).collect(),
        }
    }
}

impl TryFrom<Wire> for Attested {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, &'static str> {
        if wire.v != VERSION {
            return Err("expected version 1 of the kept attestation facts");
        }
        let proof = |wire: WireProof| {
            let digests = base64url::decode(&wire.path).ok()?;
            let (digests, []) = digests.as_chunks::<16>() else { return None };
            let (leaf, digests) = digests.split_first()?;
            let cas = digests.len().checked_sub(1)?.checked_div(2)?;
            let (keys, names) = digests.split_at_checked(cas.checked_add(1)?)?;
            let key_identifier = match wire.key {
                Some(key) => Some(base64url::decode(&key).ok()?.try_into().ok()?),
                None => None,
            };
            (names.len() == cas).then_some(())?;
            Some(Proof {
                format: Format::from_identifier(&wire.format)?,
                key_identifier,
                own_anchor: wire.own,
                firmware: wire.firmware,
                leaf: *leaf,
                keys: keys.to_vec(),
                names: names.to_vec(),
            })
        };
        let proofs: Option<Vec<_>> = wire.proofs.into_iter().map(proof).collect();
        Ok(Self {
            aaguid: wire.aaguid,
            proofs: proofs.ok_or("expected digests of a certification path")?,
            firmware: wire.firmware,
            registered_at: wire.at,
        })
    }
}
