//! wardkey
pub mod codec;
pub mod crypto;
pub mod time;
