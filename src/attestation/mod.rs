//! Attestation (§6.5, §8): the attestation object, and one file for each statement format.
//!
//! Every format has the same shape: the standard's verification procedure takes its inputs and answers an
//! [`Attestation`] (an attestation type and a trust path) or its own `Problem`, one variant a check, in order.
//! Whether the path is trusted is not judged here, but by the [`policy`](crate::policy).

mod android_key;
pub(crate) mod android_safetynet;
mod apple;
mod certificate;
pub(crate) mod compound;
pub(crate) mod error;
mod fido_u2f;
mod key;
mod none;
mod packed;
mod tpm;
pub mod voucher;

pub use compound::CompoundPolicy;
pub(crate) use error::Reason;
pub use error::StatementError;
pub use key::{AndroidProperties, KeyEnforcement, KeyProperties, RootOfTrust, TpmProperties, VerifiedBootState};
use voucher::{Fact, Voucher};

use crate::authenticator::{Aaguid, AttestedCredentialData, AuthenticatorData};
use crate::budget::Budget;
use crate::codec::base64url::Bytes;
use crate::codec::cbor::{Map, Rules, Value};
use crate::codec::der::{self, Reader};
use crate::crypto::{Algorithm, Backend, CryptoError, PublicKey, Scheme, cose::CoseKey};
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::chain::Chain;
use crate::x509::oid;
use certificate::{Leaf, X5c};
use core::cell::{Cell, OnceCell};
use core::fmt;
use std::borrow::Cow;

/// An attestation statement format (§8): the closed table that `fmt` is looked up in, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// §8.2.
    Packed,
    /// §8.3.
    Tpm,
    /// §8.4.
    AndroidKey,
    /// §8.5.
    AndroidSafetynet,
    /// §8.6.
    FidoU2f,
    /// §8.7.
    None,
    /// §8.8.
    Apple,
    /// §8.9.
    Compound,
}

impl Format {
    /// Every format of the standard.
    pub const ALL: [Self; 8] = [
        Self::Packed,
        Self::Tpm,
        Self::AndroidKey,
        Self::AndroidSafetynet,
        Self::FidoU2f,
        Self::None,
        Self::Apple,
        Self::Compound,
    ];

    /// The attestation statement format identifier (§8.1).
    #[must_use]
    pub const fn identifier(self) -> &'static str {
        match self {
            Self::Packed => "packed",
            Self::Tpm => "tpm",
            Self::AndroidKey => "android-key",
            Self::AndroidSafetynet => "android-safetynet",
            Self::FidoU2f => "fido-u2f",
            Self::None => "none",
            Self::Apple => "apple",
            Self::Compound => "compound",
        }
    }

    /// The format with this identifier, compared byte for byte.
    #[must_use]
    pub fn from_identifier(identifier: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.identifier() == identifier)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

/// An attestation type (§6.5.3), as far as a statement can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationType {
    /// No attestation.
    None,
    /// Signed by the credential's own key: says nothing of where the key is.
    SelfAttestation,
    /// Basic or AttCA: only metadata can tell them apart.
    BasicOrAttCa,
    /// Attestation CA.
    AttCa,
    /// Anonymization CA.
    AnonCa,
    /// Several statements.
    Compound,
}

impl AttestationType {
    /// Its name, in logs and vectors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SelfAttestation => "self",
            Self::BasicOrAttCa => "basic_or_attca",
            Self::AttCa => "attca",
            Self::AnonCa => "anonca",
            Self::Compound => "compound",
        }
    }
}

impl fmt::Display for AttestationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An attestation object (§6.5.4), read whole; the statement is not looked into yet.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestationObject<'a> {
    format: &'a str,
    statement: Value<'a>,
    authenticator_data: AuthenticatorData<'a>,
    quirks: Quirks,
}

impl<'a> AttestationObject<'a> {
    /// Reads the attestation object that `bytes` are. Of `quirks` only those of CBOR matter here.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn read(bytes: &'a [u8], quirks: Quirks) -> Result<Self, StatementError> {
        let rules = Rules {
            any_key_order: quirks.contains(Quirk::CborKeyOrder),
            indefinite_length: quirks.contains(Quirk::CborIndefiniteLength),
        };
        let (object, used) = Value::read_with(bytes, rules).map_err(|error| Reason::Cbor(error.into()))?;
        let [format, statement, authenticator_data] =
            object.map().and_then(|map| fields(map, ["fmt", "attStmt", "authData"])).ok_or(Reason::Object)?;
        let (Some(format), Some(authenticator_data)) = (format.text(), authenticator_data.bytes()) else {
            return Err(Reason::Object.into());
        };
        // A format that is not known may have either; step 21 refuses it.
        match (statement, Format::from_identifier(format)) {
            (Value::Array(_), Some(Format::Compound) | None) | (Value::Map(_), None) => {}
            (Value::Map(_), Some(format)) if format != Format::Compound => {}
            _ => return Err(Reason::StatementType.into()),
        }
        let authenticator_data =
            AuthenticatorData::read(authenticator_data).map_err(|error| Reason::AuthenticatorData(error.into()))?;
        let quirks = [(used.any_key_order, Quirk::CborKeyOrder), (used.indefinite_length, Quirk::CborIndefiniteLength)]
            .into_iter()
            .filter_map(|(used, quirk)| used.then_some(quirk))
            .collect();
        Ok(Self { format, statement, authenticator_data, quirks })
    }

    /// `fmt`, as received.
    #[must_use]
    pub const fn format(&self) -> &'a str {
        self.format
    }

    /// `attStmt`: a map, or an array under `compound`.
    #[must_use]
    pub const fn statement(&self) -> Value<'a> {
        self.statement
    }

    /// `authData`.
    #[must_use]
    pub const fn authenticator_data(&self) -> &AuthenticatorData<'a> {
        &self.authenticator_data
    }

    /// The quirks that reading took.
    #[must_use]
    pub const fn quirks(&self) -> Quirks {
        self.quirks
    }
}

/// The verification procedure inputs (§6.5.2), and what the relying party chose.
pub(crate) struct Inputs<'i, 'a> {
    /// Who does the arithmetic.
    pub(crate) backend: &'i dyn Backend,
    /// The client data, as received.
    pub(crate) client_data_json: &'a [u8],
    /// The authenticator data.
    pub(crate) authenticator_data: &'i AuthenticatorData<'a>,
    /// What is attested in it.
    pub(crate) attested: &'i AttestedCredentialData<'a>,
    /// The credential's key, as attested.
    pub(crate) key: CoseKey<'a>,
    /// The time; `None`: no time matters.
    pub(crate) time: Option<UnixTime>,
    /// How many statements of a compound one must verify.
    pub(crate) compound: CompoundPolicy,
    /// What a statement must say of its key.
    pub(crate) key_enforcement: KeyEnforcement,
    /// What statements sign.
    pub(crate) made: Made,
    /// What the signatures of the message may still cost.
    pub(crate) budget: Cell<Budget>,
}

/// What is hashed and put together only where a statement signs it, and then once: `none` signs nothing.
#[derive(Default)]
pub(crate) struct Made {
    client_data_hash: OnceCell<[u8; 32]>,
    signed: OnceCell<Bytes>,
}

impl Inputs<'_, '_> {
    /// clientDataHash alone.
    fn client_data_hash(&self) -> &[u8; 32] {
        self.made.client_data_hash.get_or_init(|| self.backend.sha256(&[self.client_data_json]))
    }

    /// authenticatorData ‖ clientDataHash: what most formats sign.
    fn signed(&self) -> &[u8] {
        self.made.signed.get_or_init(|| self.authenticator_data.followed_by(self.client_data_hash()))
    }

    /// Verifies a signature, if the budget of the message has its cost left. If not, [`verify`] refuses the statement.
    fn verify_signature(
        &self,
        scheme: Scheme,
        key: &PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let mut budget = self.budget.get();
        let spent = budget.spend_verification(key.cost(message.len()));
        self.budget.set(budget);
        spent.map_err(|_| CryptoError::BadSignature)?;
        self.backend.verify(scheme, key, message, signature)
    }
}

/// What a verification procedure returns: an attestation type, and the certificates that lead to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation<'a> {
    /// The format.
    pub format: Format,
    /// The type.
    pub attestation_type: AttestationType,
    /// The trust path, leaf first, each a DER certificate; empty for `none`, self and compound attestation.
    pub trust_path: Vec<Cow<'a, [u8]>>,
    /// The algorithm by which the leaf signed the statement, where it signed one.
    pub algorithm: Option<Algorithm>,
    /// Whether hardware made the attestation and enforces the key's origin and purpose, as an `android-key` statement says;
    /// `None` under any other format.
    pub key_in_hardware: Option<bool>,
    /// What the statement says of how the key is kept: a `tpm` and an `android-key` statement say something.
    pub key_properties: Option<KeyProperties>,
    /// The statements of a compound attestation that verify.
    pub statements: Vec<Self>,
    /// How many of them do not, and were dropped.
    pub dropped: usize,
    /// The credential key, where it signs the statement itself (self attestation).
    own_key: Option<PublicKey<'a>>,
    /// The first certificate of the trust path, where it was read from the statement itself; boxed, since most have none.
    leaf: Option<Box<Certificate<'a>>>,
}

impl<'a> Attestation<'a> {
    const fn without_path(format: Format, attestation_type: AttestationType) -> Self {
        Self {
            format,
            attestation_type,
            trust_path: Vec::new(),
            algorithm: None,
            key_in_hardware: None,
            key_properties: None,
            statements: Vec::new(),
            dropped: 0,
            own_key: None,
            leaf: None,
        }
    }

    fn with_path(format: Format, attestation_type: AttestationType, leaf: Leaf<'a>, path: X5c<'a>) -> Self {
        let trust_path = path.into_iter().map(Cow::Borrowed).collect();
        Self { trust_path, leaf: Some(Box::new(leaf.into())), ..Self::without_path(format, attestation_type) }
    }

    /// Who vouches for `fact`: of a compound attestation, the strongest voucher of its statements.
    #[must_use]
    pub fn voucher(&self, fact: Fact) -> Voucher {
        let own = Voucher::of(self.format, self.attestation_type, fact);
        self.statements.iter().map(|statement| statement.voucher(fact)).fold(own, Voucher::max)
    }

    /// The model that the attestation certificate names (id-fido-gen-ce-aaguid, §8.2.1), in whatever format.
    pub(crate) fn certified_model(&self) -> Option<Aaguid> {
        let leaf = self.leaf()?;
        let extension = leaf.extensions.find(oid::FIDO_AAGUID)?;
        let value: Result<&[u8], der::Malformed> = der::read_all(extension.value, Reader::octet_string);
        value.ok()?.try_into().ok().map(Aaguid::from_bytes)
    }

    /// The key that signs the statement: that of its certificate, or the credential key under self attestation. `None` where
    /// nobody signs.
    fn key(&self) -> Option<PublicKey<'_>> {
        self.own_key.or_else(|| Some(self.leaf()?.public_key().ok()?.key))
    }

    /// The first certificate of the trust path.
    pub(crate) fn leaf(&self) -> Option<Certificate<'_>> {
        self.leaf.as_deref().copied().or_else(|| Certificate::read(self.trust_path.first()?).ok())
    }

    /// The trust path.
    pub(crate) fn chain(&self) -> Result<Chain<'_>, crate::x509::CertificateError> {
        Chain::continued(self.leaf.as_deref(), self.trust_path.iter().map(AsRef::as_ref))
    }

    fn signed_with(self, algorithm: Algorithm) -> Self {
        Self { algorithm: Some(algorithm), ..self }
    }
}

/// Runs the verification procedure of `format`.
pub(crate) fn verify<'a>(
    format: Format,
    statement: Value<'a>,
    inputs: &Inputs<'_, 'a>,
) -> Result<Attestation<'a>, StatementError> {
    let verified = procedure(format, statement, inputs);
    // Whatever a policy lets drop: a signature that was not verified is not one that does not verify.
    if inputs.budget.get().lacks_verifications() { Err(Reason::VerificationBudget.into()) } else { verified }
}

fn procedure<'a>(
    format: Format,
    statement: Value<'a>,
    inputs: &Inputs<'_, 'a>,
) -> Result<Attestation<'a>, StatementError> {
    // The attestation object has maps for every format but compound, which has an array: nothing else arrives here.
    let map = statement.map().unwrap_or_default();
    let verified = match format {
        Format::Packed => packed::verify(map, inputs),
        Format::Tpm => tpm::verify(map, inputs),
        Format::AndroidKey => android_key::verify(map, inputs),
        Format::AndroidSafetynet => android_safetynet::verify(map, inputs),
        Format::FidoU2f => fido_u2f::verify(map, inputs),
        Format::None => statement.map().ok_or(Reason::NotEmpty).and_then(none::verify),
        Format::Apple => apple::verify(map, inputs),
        Format::Compound => {
            let statements = statement.array().ok_or(Reason::Syntax.of(format))?;
            return compound::verify(statements, inputs);
        }
    };
    verified.map_err(|reason| reason.of(format))
}

/// The values of a map that has these keys and no others, in their order: statements are closed maps.
fn fields<'a, const N: usize>(map: Map<'a>, keys: [&str; N]) -> Option<[Value<'a>; N]> {
    let mut values = [Value::Null; N];
    for (key, value) in map.iter() {
        let place = keys.iter().position(|known| key.text() == Some(known))?;
        *values.get_mut(place)? = value;
    }
    // No key occurs twice, so that as many as there are to be are all of them.
    usize::try_from(map.len()).is_ok_and(|len| len == N).then_some(values)
}
