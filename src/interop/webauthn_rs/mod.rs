//! Conversion from and to the crate webauthn-rs: its stored keys, its front ends, its configuration.
//!
//! All conversions use the JSON that its types write and read, which is its published contract with databases and browsers.
//! So they work with the types of every release from 0.4 to 0.6 without a dependency on any of them, and the rows of a
//! database can still be read when webauthn-rs is no longer part of the build.
//!
//! | webauthn-rs | here |
//! |---|---|
//! | `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`, `DiscoverableKey`, `Credential`, as JSON in a database | [`records`] |
//! | the same, in memory | [`record`] |
//! | a record for its types, or for its database | [`stored()`] |
//! | `CreationChallengeResponse`, `RequestChallengeResponse`, as sent to its front ends | [`creation_challenge`], [`request_challenge`], [`conditional_request_challenge`] |
//! | the same, as its types | [`to_wire`], [`creation_options`], [`request_options`] |
//! | `RegisterPublicKeyCredential`, `PublicKeyCredential`, as its front ends post them | [`registration_response`], [`authentication_response`] |
//! | the same, with bytes in any spelling that it accepted up to 0.5 | [`any_spelling`] |
//! | the same, as its types | [`posted_registration`], [`posted_authentication`] |
//! | `WebauthnBuilder` | [`relying_party()`] |
//!
//! The [guide](super::guide) shows each function in use.
//!
//! # Why no type of it is named
//!
//! [`record`], [`to_wire`], [`creation_options`] and [`request_options`] accept any type that serde accepts, and return an
//! error for a wrong one. The compiler could check the type only if this crate depended on those crates. It does not, for
//! three reasons:
//!
//! * webauthn-rs 0.6.2 depends on 0.10.0-rc of the crate `rsa`, a release candidate. The second crypto backend needs 0.10.0,
//!   and one lock file can hold only one of the two.
//! * webauthn-rs-proto 0.6 has the wire types, but not the keys. It needs Rust 1.89, while this crate promises 1.88, which a
//!   feature cannot raise. Its licence is MPL-2.0, which `deny.toml` does not allow. It adds 9 crates to a build and 53
//!   packages to the lock file, among them a second `base64`.
//! * A feature could support the types of only one release, while stored rows and front ends come from four.
//!
//! So write a small function that fixes the type, as the guide does. `tests/interop` compiles and runs such functions for the
//! types of webauthn-rs 0.6 in the table.

mod export;
mod front_end;
mod relying_party;
mod spelling;
mod stored;

pub use export::stored;
pub use front_end::{
    authentication_response, conditional_request_challenge, creation_challenge, creation_options,
    posted_authentication, posted_registration, registration_response, request_challenge, request_options, to_wire,
};
pub use relying_party::relying_party;
pub use spelling::any_spelling;
pub use stored::{record, records};
