//! The metadata statement of an entry (FIDO Metadata Statement §4): what a policy may ask for, and the anchors.

use super::entry::Shared;
use super::members::{Array, Items, Members, Reader, Texts, names, value, words};
use super::model::Traits;
use super::vocabulary::{UserVerificationMethod, Word};
use crate::authenticator::Aaguid;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A metadata statement as far as it was read.
#[derive(Default)]
pub(super) struct Statement<'de> {
    /// Not a text, or no AAGUID: `Some(None)`.
    pub(super) aaguid: Option<Option<Aaguid>>,
    pub(super) name: Option<Cow<'de, str>>,
    pub(super) authenticator_version: Option<u32>,
    pub(super) anchors: Vec<u32>,
    pub(super) unusable_anchors: usize,
    pub(super) no_array_of_anchors: bool,
    pub(super) traits: Traits,
}

pub(super) struct StatementReader<'d, 'de, 's, 'b> {
    pub(super) statement: &'d mut Statement<'de>,
    pub(super) shared: &'s mut Shared<'de, 'b>,
}

impl<'de> Reader<'de> for StatementReader<'_, 'de, '_, '_> {
    const NAMES: &'static [&'static str] = names! {
        legalHeader aaid aaguid attestationCertificateKeyIdentifiers description friendlyNames
        alternativeDescriptions authenticatorVersion protocolFamily schema upv
        authenticationAlgorithms publicKeyAlgAndEncodings attestationTypes userVerificationDetails
        keyProtection isKeyRestricted isFreshUserVerificationRequired matcherProtection
        cryptoStrength operatingEnv attachmentHint tcDisplay tcDisplayContentType
        tcDisplayPNGCharacteristics attestationRootCertificates ecdaaTrustAnchors icon iconDark
        providerLogoLight providerLogoDark supportedExtensions keyScope multiDeviceCredentialSupport
        cxConfigURL authenticatorGetInfo
    };

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        let statement = &mut *self.statement;
        let traits = &mut statement.traits;
        let texts = self.shared.texts;
        match name {
            "aaguid" => statement.aaguid = Some(texts.member(map)?.and_then(|text| text.parse().ok())),
            "description" => statement.name = texts.member(map)?,
            "authenticatorVersion" => statement.authenticator_version = value(map.next_value()?),
            "attestationRootCertificates" => {
                let is_array = texts.each_long(map, |text| match text.and_then(|text| self.shared.anchor(text)) {
                    Some(anchor) => statement.anchors.push(anchor),
                    None => statement.unusable_anchors = statement.unusable_anchors.saturating_add(1),
                })?;
                statement.no_array_of_anchors = !is_array;
            }
            "keyProtection" => traits.key_protection = words(texts, map)?,
            "matcherProtection" => traits.matcher_protection = words(texts, map)?,
            "attachmentHint" => traits.attachment_hint = words(texts, map)?,
            "tcDisplay" => traits.transaction_display = words(texts, map)?,
            "attestationTypes" => traits.attestation_types = words(texts, map)?,
            "multiDeviceCredentialSupport" => traits.multi_device = texts.member(map)?.map(|word| Word::of(&word)),
            "isKeyRestricted" => traits.key_restricted = value(map.next_value()?),
            "isFreshUserVerificationRequired" => traits.fresh_user_verification_required = value(map.next_value()?),
            "userVerificationDetails" => {
                let mut alternatives = Alternatives { texts, read: Vec::new() };
                match texts {
                    Texts::Plain => map.next_value_seed(Array(&mut alternatives)).map(drop)?,
                    // No verdict needs the member, so what cannot be read of it is left out.
                    Texts::Any => {
                        let raw: &RawValue = map.next_value()?;
                        let mut json = serde_json::Deserializer::from_str(raw.get());
                        let _all = Array(&mut alternatives).deserialize(&mut json);
                    }
                }
                traits.user_verification = alternatives.read;
            }
            "legalHeader" | "icon" | "iconDark" | "providerLogoLight" | "providerLogoDark" => texts.skip(map)?,
            _ => map.next_value::<IgnoredAny>().map(drop)?,
        }
        Ok(())
    }
}

/// Reads `userVerificationDetails`: alternatives, each an array of objects with a method.
struct Alternatives {
    texts: Texts,
    read: Vec<Vec<UserVerificationMethod>>,
}

impl<'de> Items<'de> for Alternatives {
    fn item<A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut methods = Methods { texts: self.texts, method: None, read: Vec::new() };
        let found = items.next_element_seed(Array(&mut methods))?.is_some();
        self.read.extend(found.then_some(methods.read));
        Ok(found)
    }
}

/// Reads one alternative. Items without a method are left out.
struct Methods {
    texts: Texts,
    /// The method of the item that is read.
    method: Option<UserVerificationMethod>,
    read: Vec<UserVerificationMethod>,
}

impl<'de> Items<'de> for Methods {
    fn item<A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let Some(found) = items.next_element_seed(Members(self))? else { return Ok(false) };
        self.read.extend(self.method.take().filter(|_| !found.twice));
        Ok(true)
    }
}

impl<'de> Reader<'de> for Methods {
    const NAMES: &'static [&'static str] = &["userVerificationMethod", "caDesc", "baDesc", "paDesc"];

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "userVerificationMethod" => self.method = self.texts.member(map)?.map(|word| Word::of(&word)),
            _ => map.next_value::<IgnoredAny>().map(drop)?,
        }
        Ok(())
    }
}
