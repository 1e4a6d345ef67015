//! Conversion from and to the crate webauthn-rs: its stored keys, its front ends, its configuration.
//!
//! All conversions use the JSON that its types write and read, which is its published contract with databases and browsers.
//! So they work with the types of every release from 0.4 to 0.6 without a dependency on any of them, and the rows of a
//! database can still be read when webauthn-rs is no longer part of the build. The feature `webauthn-rs` adds conversions
//! whose types the compiler checks.
//!
//! | webauthn-rs | here |
//! |---|---|
//! | `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`, `DiscoverableKey`, `Credential`, as JSON in a database | [`records`] |
//! | the same, in memory | [`record`]; [by type](#by-type) |
//! | a record for its types, or for its database | [`stored()`] |
//! | `CreationChallengeResponse`, `RequestChallengeResponse`, as sent to its front ends | [`creation_challenge`], [`request_challenge`], [`conditional_request_challenge`] |
//! | the same, as its types | [`to_wire`], [`creation_options`], [`request_options`] |
//! | `RegisterPublicKeyCredential`, `PublicKeyCredential`, as its front ends post them | [`registration_response`], [`authentication_response`] |
//! | the same, with bytes in any spelling that it accepted up to 0.5 | [`any_spelling`] |
//! | the same, as its types | [`posted_registration`], [`posted_authentication`] |
//! | `WebauthnBuilder` | [`relying_party()`] |
//!
//! The [manual](crate::manual::webauthn_rs) shows each function in use.
//!
//! # By type
//!
//! [`record`], [`to_wire`], [`creation_options`] and [`request_options`] accept any type that serde accepts, and return an
//! error for a wrong one. With the feature `webauthn-rs` the compiler checks the type, for webauthn-rs 0.6:
//!
//! | from | to | by |
//! |---|---|---|
//! | `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`, `DiscoverableKey`, `Credential` | [`CredentialRecord`](crate::CredentialRecord) | `ToRecord::to_record`, with the user handle |
//! | [`CredentialRecord`](crate::CredentialRecord) | `Passkey`, `SecurityKey`, `DiscoverableKey`, `Credential` | `try_from` |
//! | [`CreationOptions`](crate::client::json::CreationOptions) | `CreationChallengeResponse`, and back | `try_from` |
//! | [`RequestOptions`](crate::client::json::RequestOptions) | `RequestChallengeResponse`, and back | `try_from` |
//! | [`RegistrationResponse`](crate::RegistrationResponse) | `RegisterPublicKeyCredential`, and back | `try_from` |
//! | [`AuthenticationResponse`](crate::AuthenticationResponse) | `PublicKeyCredential`, and back | `try_from` |
//!
//! The feature is off by default, because it adds about 120 crates, some of them under the licence MPL-2.0, and needs
//! Rust 1.89. Without it, write a small function that fixes the type.

mod export;
mod front_end;
mod relying_party;
mod spelling;
mod stored;
#[cfg(feature = "webauthn-rs")]
mod typed;

pub use export::stored;
pub use front_end::{
    authentication_response, conditional_request_challenge, creation_challenge, creation_options,
    posted_authentication, posted_registration, registration_response, request_challenge, request_options, to_wire,
};
pub use relying_party::relying_party;
pub use spelling::any_spelling;
pub use stored::{record, records};
#[cfg(feature = "webauthn-rs")]
pub use typed::ToRecord;
