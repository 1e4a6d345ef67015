//! The crate webauthn-rs: its stored keys, its front ends, its configuration.
//!
//! All of this goes through the JSON that its types write and read, which is its published contract with databases
//! and browsers. So it works with the types of every release from 0.4 to 0.6, none of them is a dependency of this
//! crate, and the rows in a database can be read after webauthn-rs is gone from the build.
//!
//! | webauthn-rs | here |
//! |---|---|
//! | `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`, `DiscoverableKey`, `Credential`, in memory | [`record`] |
//! | the same, as JSON in a database | [`StoredCredential`] |
//! | a record for its types, or for its database | [`stored`] |
//! | `CreationChallengeResponse`, `RequestChallengeResponse`, as sent to its front ends | [`CreationChallenge`], [`RequestChallenge`] |
//! | the same, as its types | [`to_wire`], [`creation_options`], [`request_options`] |
//! | `RegisterPublicKeyCredential`, `PublicKeyCredential`, as its front ends post them | [`registration_response`], [`authentication_response`] |
//! | the same, with their bytes in any spelling that it read up to 0.5 | [`any_spelling`] |
//! | the same, as its types | [`posted_registration`], [`posted_authentication`] |
//! | `WebauthnBuilder` | [`Configuration`] |
//!
//! The [guide](super::guide) shows each of them in its place.

mod configuration;
mod export;
mod front_end;
mod spelling;
mod stored;

pub use configuration::Configuration;
pub use export::{NotExportable, stored};
pub use front_end::{
    CreationChallenge, NotRepresentable, RequestChallenge, authentication_response, creation_options,
    posted_authentication, posted_registration, registration_response, request_options, to_wire,
};
pub use spelling::any_spelling;
pub use stored::{ImportError, StoredCredential, record};
