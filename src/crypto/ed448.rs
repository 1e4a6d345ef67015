//! Ed448.
use super::{BadSignature, KeyError};
pub(super) fn check_key(_key: &[u8; 57]) -> Result<(), KeyError> {
    Err(KeyError::Unsupported)
}
pub(super) fn verify(_key: &[u8; 57], _message: &[u8], _signature: &[u8]) -> Result<(), BadSignature> {
    Err(BadSignature)
}
