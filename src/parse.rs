//! Received bytes that are not what the standard says.

use crate::authenticator::data;
use crate::client::data as client_data;
use crate::codec::cbor;
use crate::crypto::{CryptoError, cose};

/// Why client data, authenticator data, a COSE_Key or an attestation object could not be read.
///
/// The text names the notation and the rule that is broken. It contains numbers, but nothing of what was received.
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

/// The key of a COSE_Key is not usable.
impl From<CryptoError> for ParseError {
    fn from(error: CryptoError) -> Self {
        cose::Error::Key(error).into()
    }
}
