//! §8.4 Android key attestation.
//!
//! Key descriptions of keymaster 1 to 4 and KeyMint 1 to 4 differ in tags that are read over here; what §8.4 asks for
//! has been the same in all of them.

use super::certificate::{self, Leaf, X5c};
use super::key::{AndroidProperties, KeyEnforcement, KeyProperties, RootOfTrust};
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::cbor::Map;
use crate::codec::der::{self, Reader, Tag};
use crate::x509::oid;

/// KM_ORIGIN_GENERATED.
const GENERATED: i64 = 0;
/// KM_PURPOSE_SIGN, and KM_PURPOSE_VERIFY, which anyone can do with the public key.
const SIGN: i64 = 2;
const VERIFY: i64 = 3;
/// SecurityLevel; software is 0, and Android's keystore calls itself 100.
const TRUSTED_ENVIRONMENT: i64 = 1;
const STRONG_BOX: i64 = 2;
/// Fields of an AuthorizationList; the most seen in use is 18.
const MAX_FIELDS: usize = 64;

struct Statement<'a> {
    alg: i64,
    sig: &'a [u8],
    x5c: X5c<'a>,
}

impl<'a> Statement<'a> {
    fn parse(map: Map<'a>) -> Option<Self> {
        let [alg, sig, x5c] = fields(map, ["alg", "sig", "x5c"])?;
        Some(Self { alg: alg.integer()?, sig: sig.bytes()?, x5c: certificate::x5c(x5c)? })
    }
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let Statement { alg, sig, x5c } = Statement::parse(statement).ok_or(Reason::Syntax)?;
    let leaf = Leaf::read(x5c.first().copied())?;
    let algorithm = leaf.verify(alg, inputs.signed(), sig, inputs)?;
    if leaf.key()? != *inputs.key.key() {
        return Err(Reason::CertificateKey);
    }
    let extension = leaf.certificate().extensions.find(oid::ANDROID_KEY_DESCRIPTION).ok_or(Reason::KeyDescription)?;
    let description = KeyDescription::read(extension.value).map_err(|_| Reason::KeyDescription)?;
    description.judge(inputs.client_data_hash(), inputs.key_enforcement)?;
    let in_hardware = description.judge(inputs.client_data_hash(), KeyEnforcement::Hardware).is_ok();
    let root_of_trust = description.hardware_enforced.root_of_trust.map_or(RootOfTrust::Absent, RootOfTrust::read);
    let properties = KeyProperties::Android(AndroidProperties { in_hardware, root_of_trust });
    properties.check(inputs.key_enforcement)?;
    let attestation = Attestation::with_path(Format::AndroidKey, AttestationType::BasicOrAttCa, leaf, x5c);
    let (key_in_hardware, key_properties) = (Some(in_hardware), Some(properties));
    Ok(Attestation { key_in_hardware, key_properties, ..attestation.signed_with(algorithm) })
}

/// §8.4.1: the extension data of 1.3.6.1.4.1.11129.2.1.17.
struct KeyDescription<'a> {
    attestation_security_level: i64,
    key_mint_security_level: i64,
    attestation_challenge: &'a [u8],
    software_enforced: AuthorizationList<'a>,
    hardware_enforced: AuthorizationList<'a>,
}

impl<'a> KeyDescription<'a> {
    fn read(value: &'a [u8]) -> Result<Self, der::Malformed> {
        der::read_all(value, |value| {
            let mut fields = value.sequence()?;
            fields.integer()?; // attestationVersion
            let attestation_security_level = der::number(fields.contents(Tag::ENUMERATED)?)?;
            fields.integer()?; // keymasterVersion, keyMintVersion
            let key_mint_security_level = der::number(fields.contents(Tag::ENUMERATED)?)?;
            let attestation_challenge = fields.octet_string()?;
            fields.octet_string()?; // uniqueId
            let software_enforced = AuthorizationList::read(&mut fields)?;
            let hardware_enforced = AuthorizationList::read(&mut fields)?;
            fields.finish()?;
            Ok(Self {
                attestation_security_level,
                key_mint_security_level,
                attestation_challenge,
                software_enforced,
                hardware_enforced,
            })
        })
    }

    fn judge(&self, client_data_hash: &[u8], enforcement: KeyEnforcement) -> Result<(), Reason> {
        if self.attestation_challenge != client_data_hash {
            return Err(Reason::Challenge);
        }
        let both = [&self.software_enforced, &self.hardware_enforced];
        if both.iter().any(|list| list.all_applications) {
            return Err(Reason::AllApplications);
        }
        // "use only the teeEnforced authorization list if the RP wants to accept only keys from a trusted execution
        // environment, otherwise use the union of teeEnforced and softwareEnforced".
        let lists = match enforcement {
            KeyEnforcement::Any => &both[..],
            KeyEnforcement::Hardware | KeyEnforcement::VerifiedBoot => both.get(1..).unwrap_or_default(),
        };
        // Whatever these lists say must agree: one that is right does not outweigh another.
        let mut origins = lists.iter().filter_map(|list| list.origin).peekable();
        if origins.peek().is_none() || origins.any(|origin| origin != GENERATED) {
            return Err(Reason::Origin);
        }
        let purposes = || lists.iter().flat_map(|list| list.purposes());
        if purposes().any(|purpose| !matches!(purpose, SIGN | VERIFY)) || purposes().all(|purpose| purpose != SIGN) {
            return Err(Reason::Purpose);
        }
        let levels = [self.attestation_security_level, self.key_mint_security_level];
        let in_hardware = levels.iter().all(|level| matches!(*level, TRUSTED_ENVIRONMENT | STRONG_BOX));
        if enforcement != KeyEnforcement::Any && !in_hardware {
            return Err(Reason::SecurityLevel);
        }
        Ok(())
    }
}

/// An AuthorizationList, as far as §8.4 looks into it.
#[derive(Default)]
struct AuthorizationList<'a> {
    purposes: &'a [u8],
    all_applications: bool,
    origin: Option<i64>,
    /// The contents of the field; §8.4 does not look into it.
    root_of_trust: Option<&'a [u8]>,
}

impl<'a> AuthorizationList<'a> {
    const PURPOSE: Tag = Tag::constructed(1);
    const ALL_APPLICATIONS: Tag = Tag::constructed(600);
    const ORIGIN: Tag = Tag::constructed(702);
    const ROOT_OF_TRUST: Tag = Tag::constructed(704);

    /// Fields in any order, none twice. The schema has them in ascending order of their tags, but phones write them as
    /// they like (the Motorola Edge of 2022: 717, 716, 712, 711, 710, 718), and §8.4 asks for no order.
    fn read(from: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let mut fields = from.sequence()?;
        let mut list = Self::default();
        let mut seen = [None; MAX_FIELDS];
        while !fields.is_empty() {
            let field = fields.any()?;
            // `[n] EXPLICIT`: context-specific, constructed, one value in it. allApplications in another form must not be missed.
            if !field.tag.is_explicit() {
                return Err(der::Malformed::Tag);
            }
            der::read_all(field.contents, Reader::any)?;
            match seen.iter_mut().find(|slot| slot.is_none_or(|tag| tag == field.tag)) {
                Some(slot @ None) => *slot = Some(field.tag),
                _ => return Err(der::Malformed::Tag), // it is there already, or there are too many
            }
            match field.tag {
                Self::PURPOSE => {
                    list.purposes = der::read_all(field.contents, |set| set.contents(Tag::SET))?;
                    let mut purposes = Reader::new(list.purposes);
                    while !purposes.is_empty() {
                        der::number(purposes.integer()?)?;
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

    /// Checked when the list was read.
    fn purposes(&self) -> impl Iterator<Item = i64> + use<'a> {
        let mut purposes = Reader::new(self.purposes);
        core::iter::from_fn(move || der::number(purposes.integer().ok()?).ok())
    }
}
