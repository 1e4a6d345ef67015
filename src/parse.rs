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

/// Defines the kinds, and makes a [`ParseError`] of each error.
macro_rules! kinds {
    ($($kind:ident($error:ty),)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
        enum Kind {
            $(#[error(transparent)] $kind($error),)*
        }

        $(impl From<$error> for ParseError {
            fn from(error: $error) -> Self {
                Self(Kind::$kind(error))
            }
        })*
    };
}

kinds! {
    Cbor(cbor::Error),
    ClientData(client_data::Error),
    AuthenticatorData(data::Error),
    CoseKey(cose::Error),
}

/// Converts the error of an unusable key in a COSE_Key.
impl From<CryptoError> for ParseError {
    fn from(error: CryptoError) -> Self {
        cose::Error::Key(error).into()
    }
}
