//! The error for received bytes that cannot be parsed.

use crate::authenticator::data;
use crate::client::data as client_data;
use crate::codec::cbor;
use crate::crypto::{CryptoError, cose};

/// Why client data, authenticator data, a COSE_Key or an attestation object cannot be parsed.
///
/// The text contains the notation, the broken rule, and numbers, but no received text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error(transparent)]
pub struct ParseError(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
enum Kind {
    #[error(transparent)]
    Cbor(cbor::Error),
    #[error(transparent)]
    ClientData(client_data::Error),
    #[error(transparent)]
    AuthenticatorData(data::Error),
    #[error(transparent)]
    CoseKey(cose::Error),
}

impl From<cbor::Error> for ParseError {
    fn from(error: cbor::Error) -> Self {
        Self(Kind::Cbor(error))
    }
}

impl From<client_data::Error> for ParseError {
    fn from(error: client_data::Error) -> Self {
        Self(Kind::ClientData(error))
    }
}

impl From<data::Error> for ParseError {
    fn from(error: data::Error) -> Self {
        Self(Kind::AuthenticatorData(error))
    }
}

impl From<cose::Error> for ParseError {
    fn from(error: cose::Error) -> Self {
        Self(Kind::CoseKey(error))
    }
}

/// Converts the error of an unusable key in a COSE_Key.
impl From<CryptoError> for ParseError {
    fn from(error: CryptoError) -> Self {
        cose::Error::Key(error).into()
    }
}
