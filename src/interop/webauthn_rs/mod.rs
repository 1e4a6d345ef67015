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
//!
//! # Why no type of it is named
//!
//! A conversion that names the types would be checked when it is compiled; [`record`], [`to_wire`],
//! [`creation_options`] and [`request_options`] take whatever serde takes, and answer any other type with an error when
//! they are called. That is the price of depending on none of these crates, and the facts are:
//!
//! * webauthn-rs 0.6.2 brings a release candidate of the crate `rsa`, 0.10.0-rc; the second crypto backend needs 0.10.0,
//!   and one lock file holds only one of the two.
//! * webauthn-rs-proto 0.6 alone, with the wire types but none of the keys, could stand beside us. It needs Rust 1.89
//!   where this crate promises 1.88, which a feature cannot raise; it is under the MPL-2.0, which `deny.toml` does not
//!   let into a build; and it brings 9 crates to a build and 53 packages to the lock file, a second `base64` among them.
//! * One release's types are all that such a feature could name; rows and front ends are of four.
//!
//! So name the type where you call, in a function of your own as the guide has them; `tests/interop` compiles and runs
//! such functions for the types of webauthn-rs 0.6 in the table.

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
