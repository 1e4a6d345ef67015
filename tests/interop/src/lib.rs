//! wardkey beside the crates that people come from and the clients that they use, each in the other's place.
//!
//! | file | shows |
//! |---|---|
//! | `tests/webauthn_rs.rs` | what was registered with webauthn-rs signs in with wardkey, and the other way round |
//! | `tests/wire.rs` | a front end written for webauthn-rs works with wardkey, and the other way round |
//! | `tests/passkey_client.rs` | the crate `passkey` registers and signs in with wardkey |
//! | the guide | compiles, and runs |

#[cfg(doctest)]
#[doc = include_str!("../../../src/interop/guide.md")]
struct Guide;
