//! Attestation (§6.5, §8): the attestation object, and one file for each attestation statement format.
//!
//! Each format implements its verification procedure, with the checks in the order of the standard. It returns an
//! [`Attestation`] (an attestation type and a trust path) or a [`Reason`]. The [`policy`](crate::policy) decides whether the
//! trust path is trusted.

pub(crate) mod android_key;
pub(crate) mod android_safetynet;
mod apple;
mod certificate;
pub(crate) mod compound;
pub(crate) mod error;
mod fido_u2f;
pub(crate) mod key;
mod none;
pub(crate) mod oid;
mod packed;
mod tpm;
pub mod voucher;

pub use compound::CompoundPolicy;
pub(crate) use error::Reason;
pub use error::StatementError;
pub use key::{AndroidProperties, KeyEnforcement, KeyProperties, RootOfTrust, TpmProperties, VerifiedBootState};
use voucher::{Fact, Voucher};

use crate::authenticator::{AttestedCredentialData, AuthenticatorData};
use crate::budget::Budget;
use crate::codec::base64url::Bytes;
use crate::codec::cbor::{Map, Rules, Value};
use crate::crypto::{Algorithm, Backend, PublicKey, Scheme, cose::CoseKey};
use crate::macros::{getters, named};
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::path::CertificationPath;
use certificate::{Leaf, X5c};
use core::cell::{Cell, OnceCell};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

named! {
    /// An attestation statement format (§8).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Format;
    /// Returns the attestation statement format identifier (§8.1), the value of `fmt`.
    fn identifier, Display;

    /// §8.2.
    Packed = "packed";
    /// §8.3.
    Tpm = "tpm";
    /// §8.4.
    AndroidKey = "android-key";
    /// §8.5.
    AndroidSafetynet = "android-safetynet";
    /// §8.6.
    FidoU2f = "fido-u2f";
    /// §8.7.
    None = "none";
    /// §8.8.
    Apple = "apple";
    /// §8.9.
    Compound = "compound";
}

impl Format {
    /// Returns the format with this identifier. The comparison is case-sensitive (§8.1).
    #[must_use]
    pub fn from_identifier(identifier: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.identifier() == identifier)
    }
}

named! {
    /// An attestation type (§6.5.3), as far as the statement shows it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum AttestationType;
    /// Returns the name that logs and vectors use.
    fn name, Display;

    /// No attestation.
    None = "none";
    /// Self attestation: the credential key signed the statement. It does not show where the key is kept.
    #[serde(rename = "self")]
    SelfAttestation = "self";
    /// Basic or AttCA. Only metadata can tell them apart.
    #[serde(rename = "basic_or_attca")]
    BasicOrAttCa = "basic_or_attca";
    /// Attestation CA.
    #[serde(rename = "attca")]
    AttCa = "attca";
    /// Anonymization CA.
    #[serde(rename = "anonca")]
    AnonCa = "anonca";
    /// Several statements.
    Compound = "compound";
}

/// An attestation object (§6.5.4). The statement is not verified.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationObject<'a> {
    format: &'a str,
    statement: Value<'a>,
    authenticator_data: AuthenticatorData<'a>,
    quirks: Quirks,
}

impl<'a> AttestationObject<'a> {
    /// Reads an attestation object and refuses trailing bytes. Only the quirks of CBOR have an effect.
    ///
    /// # Errors
    /// [`StatementError`] without a format: [`Reason::Cbor`], [`Reason::Object`], [`Reason::StatementType`] or
    /// [`Reason::AuthenticatorData`].
    pub fn read(bytes: &'a [u8], quirks: Quirks) -> Result<Self, StatementError> {
        let rules = Rules {
            any_key_order: quirks.contains(Quirk::CborKeyOrder),
            indefinite_length: quirks.contains(Quirk::CborIndefiniteLength),
        };
        // §6.5.4: a map of fmt, attStmt and authData, in the CTAP2 canonical CBOR encoding form
        let (mut format, mut statement, mut authenticator_data) = (None, None, None);
        let (object, used) = Value::read_each(bytes, rules, |key, value| match key.text() {
            Some("fmt") => format = value.text(),
            Some("attStmt") => statement = Some(value),
            Some("authData") => authenticator_data = value.bytes(),
            _ => {}
        })
        .map_err(|error| Reason::Cbor(error.into()))?;
        let (Some(3), Some(format), Some(statement), Some(authenticator_data)) =
            (object.map().map(|map| map.len()), format, statement, authenticator_data)
        else {
            return Err(Reason::Object.into());
        };
        // §8.9, syntax: attStmt is an array under `compound` and a map elsewhere. It may be either under an unknown format, which
        // §7.1 step 21 refuses.
        match (statement, Format::from_identifier(format)) {
            (Value::Array(_), Some(Format::Compound) | None) | (Value::Map(_), None) => {}
            (Value::Map(_), Some(format)) if format != Format::Compound => {}
            _ => return Err(Reason::StatementType.into()),
        }
        // §6.1: authenticator data
        let authenticator_data =
            AuthenticatorData::read(authenticator_data).map_err(|error| Reason::AuthenticatorData(error.into()))?;
        let quirks = [(used.any_key_order, Quirk::CborKeyOrder), (used.indefinite_length, Quirk::CborIndefiniteLength)]
            .into_iter()
            .filter_map(|(used, quirk)| used.then_some(quirk))
            .collect();
        Ok(Self { format, statement, authenticator_data, quirks })
    }

    getters! {
        /// Returns `fmt`.
        pub const fn format(&self) -> &'a str = self.format;
        /// Returns `attStmt`: a map, or an array under `compound`.
        pub const fn statement(&self) -> Value<'a> = self.statement;
        /// Returns the quirks that were needed.
        pub const fn quirks(&self) -> Quirks = self.quirks;
    }

    /// Returns `authData`.
    #[must_use]
    pub const fn authenticator_data(&self) -> &AuthenticatorData<'a> {
        &self.authenticator_data
    }

    /// Returns `authData`.
    pub(crate) fn into_authenticator_data(self) -> AuthenticatorData<'a> {
        self.authenticator_data
    }
}

/// The verification procedure inputs (§6.5.2), and the choices of the relying party.
pub(crate) struct Inputs<'i, 'a> {
    pub(crate) backend: &'i dyn Backend,
    /// The client data, as received.
    pub(crate) client_data_json: &'a [u8],
    pub(crate) authenticator_data: &'i AuthenticatorData<'a>,
    /// The attested credential data in the authenticator data.
    pub(crate) attested: &'i AttestedCredentialData<'a>,
    /// The credential key in it.
    pub(crate) key: CoseKey<'a>,
    /// The time of the ceremony; `None`: times are not checked.
    pub(crate) time: Option<UnixTime>,
    pub(crate) compound: CompoundPolicy,
    pub(crate) key_enforcement: KeyEnforcement,
    pub(crate) made: Made,
    /// The remaining budget of the message.
    pub(crate) budget: Cell<Budget>,
}

/// Values that only some formats need; computed on first use.
#[derive(Default)]
pub(crate) struct Made {
    client_data_hash: OnceCell<[u8; 32]>,
    signed: OnceCell<Bytes>,
    signed_sha256: OnceCell<[u8; 32]>,
}

impl Inputs<'_, '_> {
    /// Returns clientDataHash.
    fn client_data_hash(&self) -> &[u8; 32] {
        self.made.client_data_hash.get_or_init(|| self.backend.sha256(&[self.client_data_json]))
    }

    /// Returns authenticatorData ‖ clientDataHash, which most formats sign.
    pub(crate) fn signed(&self) -> &[u8] {
        self.made.signed.get_or_init(|| self.authenticator_data.followed_by(self.client_data_hash()))
    }

    /// Returns the SHA-256 of [`Self::signed`], which some formats sign, and which the evidence has.
    pub(crate) fn signed_sha256(&self) -> &[u8; 32] {
        self.made.signed_sha256.get_or_init(|| self.backend.sha256(&[self.signed()]))
    }

    /// Verifies a signature (§6.5.5), if the budget of the message covers its cost. If not, [`verify`] refuses the statement.
    fn verify_signature(
        &self,
        scheme: Scheme,
        key: &PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Reason> {
        let mut budget = self.budget.get();
        let spent = budget.spend_verification(key.cost(message.len()));
        self.budget.set(budget);
        spent.map_err(|_| Reason::VerificationBudget)?;
        self.backend.verify(scheme, key, message, signature).map_err(|_| Reason::Signature)
    }
}

/// The result of a verification procedure: an attestation type, a trust path, and the facts that the statement contains.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation<'a> {
    /// The format.
    pub format: Format,
    /// The type.
    pub attestation_type: AttestationType,
    /// The trust path: DER certificates, leaf first. Empty for `none`, self attestation and `compound`.
    pub trust_path: Vec<Cow<'a, [u8]>>,
    /// The algorithm with which the key of the leaf signed the statement. `None` if it signed none (`none`, `apple`, self
    /// attestation, `compound`).
    pub algorithm: Option<Algorithm>,
    /// How the credential key is kept, according to a `tpm` or `android-key` statement. `None` for other formats.
    pub key_properties: Option<KeyProperties>,
    /// The statements of a compound attestation that verify.
    pub statements: Vec<Self>,
    /// The number of statements of a compound attestation that do not verify and were dropped.
    pub dropped: usize,
    /// The first certificate of the trust path, if it borrows from the statement. It is kept because the policy needs it too, and
    /// reading it again would take 0.5 % of a registration. On the heap, because it is large and many statements have none.
    leaf: Option<Box<Certificate<'a>>>,
    /// The credential key, if it signed the statement (self attestation).
    own_key: Option<PublicKey<'a>>,
}

impl<'a> Attestation<'a> {
    /// Returns what `none` proves, for a statement that nobody judges.
    pub(crate) const fn unjudged() -> Self {
        Self::without_path(Format::None, AttestationType::None)
    }

    const fn without_path(format: Format, attestation_type: AttestationType) -> Self {
        Self {
            format,
            attestation_type,
            trust_path: Vec::new(),
            algorithm: None,
            key_properties: None,
            statements: Vec::new(),
            dropped: 0,
            leaf: None,
            own_key: None,
        }
    }

    fn with_path(
        format: Format,
        attestation_type: AttestationType,
        trust_path: X5c<'a>,
        leaf: Option<Leaf<'a>>,
        algorithm: Option<Algorithm>,
    ) -> Self {
        let leaf = leaf.map(|leaf| Box::new(leaf.certificate));
        Self { trust_path, leaf, algorithm, ..Self::without_path(format, attestation_type) }
    }

    /// Returns who vouches for `fact`; for a compound attestation, the strongest voucher of its statements.
    #[must_use]
    pub fn voucher(&self, fact: Fact) -> Voucher {
        let own = Voucher::of(self.format, self.attestation_type, fact);
        self.statements.iter().map(|statement| statement.voucher(fact)).fold(own, Voucher::max)
    }

    /// Returns the key of the leaf, or the credential key under self attestation. `None` if the statement has no certificate and is
    /// no self attestation.
    fn key(&self) -> Option<PublicKey<'_>> {
        self.own_key.or_else(|| Some(self.leaf()?.public_key().ok()?.key))
    }

    /// Returns the first certificate of the trust path.
    pub(crate) fn leaf(&self) -> Option<Certificate<'_>> {
        self.leaf.as_deref().copied().or_else(|| Certificate::read(self.trust_path.first()?).ok())
    }

    /// Reads the trust path below its first certificate, which is [`Self::leaf`].
    pub(crate) fn certification_path<'p>(
        &'p self,
        leaf: Option<&Certificate<'p>>,
    ) -> Result<CertificationPath<'p>, crate::x509::CertificateError> {
        CertificationPath::read(leaf, self.trust_path.iter().map(AsRef::as_ref))
    }
}

/// Runs the verification procedure of `format`.
pub(crate) fn verify<'a>(
    format: Format,
    statement: Value<'a>,
    inputs: &Inputs<'_, 'a>,
) -> Result<Attestation<'a>, StatementError> {
    let verified = procedure(format, statement, inputs);
    // §7.1 step 22 needs the result of every signature. Without budget there is none, so the message is refused, also if the
    // policy would drop a statement that does not verify.
    if inputs.budget.get().lacks_verifications() { Err(Reason::VerificationBudget.into()) } else { verified }
}

fn procedure<'a>(
    format: Format,
    statement: Value<'a>,
    inputs: &Inputs<'_, 'a>,
) -> Result<Attestation<'a>, StatementError> {
    if format == Format::Compound {
        // §8.9, syntax: an array
        return compound::verify(statement.array().ok_or(Reason::Syntax.of(format))?, inputs);
    }
    // §8.2 to §8.8, syntax: a map
    let map = statement.map().ok_or(Reason::Syntax.of(format))?;
    let verified = match format {
        Format::Packed => packed::verify(map, inputs),
        Format::Tpm => tpm::verify(map, inputs),
        Format::AndroidKey => android_key::verify(map, inputs),
        Format::AndroidSafetynet => android_safetynet::verify(map, inputs),
        Format::FidoU2f => fido_u2f::verify(map, inputs),
        Format::Apple => apple::verify(map, inputs),
        Format::None | Format::Compound => none::verify(map),
    };
    verified.map_err(|reason| reason.of(format))
}

/// Returns the values of a map that has exactly these keys, in the order of `keys`. The syntax of §8 allows no other keys.
fn fields<'a, const N: usize>(map: Map<'a>, keys: [&str; N]) -> Option<[Value<'a>; N]> {
    let mut values = [Value::Null; N];
    for (key, value) in map.iter() {
        let key = key.text()?;
        let place = keys.iter().position(|known| *known == key)?;
        *values.get_mut(place)? = value;
    }
    // No key occurs twice, so a map with `N` known keys has all of them.
    usize::try_from(map.len()).is_ok_and(|len| len == N).then_some(values)
}
