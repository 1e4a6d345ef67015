//! wardkey
pub mod codec;
pub mod crypto;
pub mod time;
#[cfg_attr(not(test), expect(dead_code, reason = "until the attestation formats use it"))]
pub mod x509;
