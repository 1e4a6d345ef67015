//! Tests of wardkey together with the crates webauthn-rs and passkey.
//!
//! | file | what it proves |
//! |---|---|
//! | `tests/webauthn_rs.rs` | credentials registered with webauthn-rs sign in with wardkey, and the other way round |
//! | `tests/wire.rs` | a front end written for webauthn-rs works with wardkey, and the other way round |
//! | `tests/passkey_client.rs` | the crate `passkey` registers and signs in with wardkey |
//! | the guide | its examples compile and run |

#[cfg(doctest)]
#[doc = include_str!("../../../src/interop/guide.md")]
struct Guide;
