//! §8.4 Android key attestation.
//!
//! Key descriptions of keymaster 1 to 4 and KeyMint 1 to 4 differ in fields that are ignored here. The fields that §8.4 names
//! are the same in all of them.

use super::certificate::{self, Leaf, X5c};
use super::key::{AndroidProperties, KeyEnforcement, KeyProperties, RootOfTrust};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields, oid};
use crate::codec::cbor::Map;
use crate::codec::der::{self, Reader, Tag};
use crate::x509::certificate::Certificate;
use crate::x509::extensions::{BasicConstraints, KeyUsage};
use crate::x509::name::Name;
use crate::x509::oid as x509;
use crate::x509::path::IssuerWithoutCa;

/// KM_ORIGIN_GENERATED.
const GENERATED: i64 = 0;
/// KM_PURPOSE_SIGN.
const SIGN: i64 = 2;
/// KM_PURPOSE_VERIFY. It is harmless, because everyone has the public key.
const VERIFY: i64 = 3;
/// SecurityLevel TrustedEnvironment. (Software is 0, and Android's keystore uses 100.)
const TRUSTED_ENVIRONMENT: i64 = 1;
/// SecurityLevel StrongBox.
const STRONG_BOX: i64 = 2;
/// The maximum number of fields of an AuthorizationList. The most seen in use is 18.
const MAX_FIELDS: usize = 64;

/// Returns `alg`, `sig` and `x5c`.
fn parse<'a>(statement: Map<'a>) -> Option<(i64, &'a [u8], X5c<'a>)> {
    let [alg, sig, x5c] = fields(statement, ["alg", "sig", "x5c"])?;
    Some((alg.integer()?, sig.bytes()?, certificate::x5c(x5c)?))
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    // §8.4: "attStmt is valid CBOR conforming to the syntax"
    let (alg, sig, x5c) = parse(statement).ok_or(Reason::Syntax)?;
    let leaf = Leaf::of(&x5c)?;
    // "sig is a valid signature [...] using the public key in the first certificate in x5c"
    let algorithm = certificate::algorithm(alg)?;
    leaf.verify(algorithm, inputs.signed(), sig, inputs)?;
    // "the public key in the first certificate in x5c matches the credentialPublicKey"
    if leaf.key()? != *inputs.key.key() {
        return Err(Reason::CertificateKey);
    }
    // §8.4.1: the extension data is identified by the OID 1.3.6.1.4.1.11129.2.1.17.
    let extension = leaf.certificate.extensions.find(oid::ANDROID_KEY_DESCRIPTION).ok_or(Reason::KeyDescription)?;
    let description = KeyDescription::read(extension.value).map_err(|_| Reason::KeyDescription)?;
    description.check(inputs.client_data_hash(), inputs.key_enforcement)?;
    let in_hardware = description.check(inputs.client_data_hash(), KeyEnforcement::Hardware).is_ok();
    let [_, hardware_enforced] = description.lists;
    let root_of_trust = hardware_enforced.root_of_trust.map_or(RootOfTrust::Absent, RootOfTrust::read);
    let properties = KeyProperties::Android(AndroidProperties { in_hardware, root_of_trust });
    properties.check(inputs.key_enforcement)?;
    let attestation =
        Attestation::with_path(Format::AndroidKey, AttestationType::BasicOrAttCa, x5c, Some(leaf), Some(algorithm));
    Ok(Attestation { key_properties: Some(properties), ..attestation })
}

/// §8.4.1: the extension data (Android's KeyDescription).
struct KeyDescription<'a> {
    /// attestationSecurityLevel, keyMintSecurityLevel
    security_levels: [i64; 2],
    attestation_challenge: &'a [u8],
    /// softwareEnforced, hardwareEnforced (teeEnforced)
    lists: [AuthorizationList<'a>; 2],
}

impl<'a> KeyDescription<'a> {
    fn read(value: &'a [u8]) -> Result<Self, der::Malformed> {
        der::read_all(value, |value| {
            let mut fields = value.sequence()?;
            let security_level = |fields: &mut Reader<'a>| {
                fields.integer()?; // attestationVersion, keyMintVersion
                der::number(fields.contents(Tag::ENUMERATED)?)
            };
            let security_levels = [security_level(&mut fields)?, security_level(&mut fields)?];
            let attestation_challenge = fields.octet_string()?;
            fields.octet_string()?; // uniqueId
            let lists = [AuthorizationList::read(&mut fields)?, AuthorizationList::read(&mut fields)?];
            fields.finish()?;
            Ok(Self { security_levels, attestation_challenge, lists })
        })
    }

    fn check(&self, client_data_hash: &[u8], enforcement: KeyEnforcement) -> Result<(), Reason> {
        // §8.4: "attestationChallenge [...] is identical to clientDataHash"
        if self.attestation_challenge != client_data_hash {
            return Err(Reason::Challenge);
        }
        // §8.4: "AuthorizationList.allApplications field is not present on either authorization list"
        if self.lists.iter().any(|list| list.all_applications) {
            return Err(Reason::AllApplications);
        }
        // §8.4: "use only the teeEnforced authorization list if the RP wants to accept only keys from a trusted execution
        // environment, otherwise use the union of teeEnforced and softwareEnforced"
        let lists = match enforcement {
            KeyEnforcement::Any => &self.lists[..],
            KeyEnforcement::Hardware | KeyEnforcement::VerifiedBoot => self.lists.get(1..).unwrap_or_default(),
        };
        // §8.4: "origin field is equal to KM_ORIGIN_GENERATED": every one, because two lists may contradict each other
        let mut origins = lists.iter().filter_map(|list| list.origin).peekable();
        if origins.peek().is_none() || origins.any(|origin| origin != GENERATED) {
            return Err(Reason::Origin);
        }
        // §8.4: "purpose field is equal to KM_PURPOSE_SIGN"
        let mut purposes = lists.iter().flat_map(|list| &list.purposes);
        if purposes.clone().all(|purpose| *purpose != SIGN)
            || !purposes.all(|purpose| matches!(*purpose, SIGN | VERIFY))
        {
            return Err(Reason::Purpose);
        }
        // Key enforcement: hardware made the attestation and keeps the key (Android's SecurityLevel; not in §8.4).
        let in_hardware = self.security_levels.iter().all(|level| matches!(*level, TRUSTED_ENVIRONMENT | STRONG_BOX));
        if enforcement != KeyEnforcement::Any && !in_hardware {
            return Err(Reason::SecurityLevel);
        }
        Ok(())
    }
}

/// The fields of an AuthorizationList that are checked.
#[derive(Default)]
struct AuthorizationList<'a> {
    purposes: Vec<i64>,
    all_applications: bool,
    origin: Option<i64>,
    /// The contents of the field. §8.4 does not require anything of it.
    root_of_trust: Option<&'a [u8]>,
}

impl<'a> AuthorizationList<'a> {
    const PURPOSE: Tag = Tag::constructed(1);
    const ALL_APPLICATIONS: Tag = Tag::constructed(600);
    const ORIGIN: Tag = Tag::constructed(702);
    const ROOT_OF_TRUST: Tag = Tag::constructed(704);

    /// Reads the fields in any order and refuses duplicates. Android's schema has them in ascending order of their tags, but
    /// phones write them in other orders (Motorola Edge of 2022: 717, 716, 712, 711, 710, 718), and §8.4 requires none.
    fn read(from: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let mut fields = from.sequence()?;
        let mut list = Self::default();
        let mut seen = [None; MAX_FIELDS];
        while !fields.is_empty() {
            let field = fields.any()?;
            // X.690 §8.14: `[n] EXPLICIT` is constructed and contains one value. Another form of allApplications would be
            // overlooked.
            if !field.tag.is_explicit() {
                return Err(der::Malformed::Tag);
            }
            der::read_all(field.contents, Reader::any)?;
            match seen.iter_mut().find(|slot| slot.is_none_or(|tag| tag == field.tag)) {
                Some(slot @ None) => *slot = Some(field.tag),
                _ => return Err(der::Malformed::Tag), // a duplicate, or too many
            }
            match field.tag {
                Self::PURPOSE => {
                    let mut purposes = der::read_all(field.contents, |set| set.nested(Tag::SET))?;
                    while !purposes.is_empty() {
                        list.purposes.push(der::number(purposes.integer()?)?);
                    }
                }
                Self::ALL_APPLICATIONS => list.all_applications = true,
                Self::ROOT_OF_TRUST => list.root_of_trust = Some(field.contents),
                Self::ORIGIN => list.origin = Some(der::number(der::read_all(field.contents, Reader::integer)?)?),
                _ => {}
            }
        }
        Ok(list)
    }
}

/// The intermediate certificate of some Sony phones, which Google issued with `cA = FALSE`. The path must end at Google's
/// hardware attestation root, whose subject is serialNumber = f92009e853b6b045.
pub(crate) const SONY_INTERMEDIATE: IssuerWithoutCa = IssuerWithoutCa {
    matches: is_sony_intermediate,
    anchor: b"\x30\x1b\x31\x19\x30\x17\x06\x03\x55\x04\x05\x13\x10f92009e853b6b045",
};

/// Returns whether the certificate has the shape of that intermediate (recorded: Xperia 10 III): subject and issuer are one
/// serial number each, `cA` is FALSE, the key usage is digitalSignature alone, and it has only extensions that the recorded
/// one has. So no certificate with a key description (§8.4.1), an extended key usage or a subject alternative name matches.
fn is_sony_intermediate(certificate: &Certificate<'_>) -> bool {
    const EXTENSIONS: &[&[u8]] = &[
        x509::SUBJECT_KEY_IDENTIFIER,
        x509::AUTHORITY_KEY_IDENTIFIER,
        x509::BASIC_CONSTRAINTS,
        x509::KEY_USAGE,
        x509::NAME_CONSTRAINTS,
        x509::CRL_DISTRIBUTION_POINTS,
    ];
    let is_serial_number = |name: Name<'_>| name.attributes().map(|one| one.oid).eq([x509::SERIAL_NUMBER]);
    let Certificate { subject, issuer, extensions, .. } = *certificate;
    is_serial_number(subject)
        && is_serial_number(issuer)
        && extensions.basic_constraints() == Ok(Some(BasicConstraints { ca: false, path_length: None }))
        && extensions.key_usage() == Ok(Some(KeyUsage::DIGITAL_SIGNATURE))
        && extensions.iter().all(|extension| EXTENSIONS.contains(&extension.oid))
}

#[cfg(test)]
mod tests;
