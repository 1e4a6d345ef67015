//! The crate webauthn-rs: its stored keys, its front ends, its configuration.
//!
//! All of this goes through the JSON that its types write and read, which is its published contract with databases
//! and browsers. So it works with the types of every release from 0.4 to 0.6, none of them is a dependency of this
//! crate, and the rows of a database can be read after webauthn-rs is gone from the build.
//!
//! | webauthn-rs | here |
//! |---|---|
//! | `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`, `DiscoverableKey`, `Credential`, as JSON in a database | [`records`] |
//! | the same, in memory | [`record`] |
//! | a record for its types, or for its database | [`stored()`] |
//! | `CreationChallengeResponse`, `RequestChallengeResponse`, as sent to its front ends | [`creation_challenge`], [`request_challenge`], [`conditional_request_challenge`] |
//! | the same, as its types | [`to_wire`], [`creation_options`], [`request_options`] |
//! | `RegisterPublicKeyCredential`, `PublicKeyCredential`, as its front ends post them | [`registration_response`], [`authentication_response`] |
//! | the same, with their bytes in any spelling that it read up to 0.5 | [`any_spelling`] |
//! | the same, as its types | [`posted_registration`], [`posted_authentication`] |
//! | `WebauthnBuilder` | [`relying_party()`] |
//!
//! The [guide](super::guide) shows each of them in its place.
//!
//! # Why no type of it is named
//!
//! A conversion that names the types would be checked when it is compiled; [`record`], [`to_wire`],
//! [`creation_options`] and [`request_options`] take any type that serde takes, and return an error for a wrong one when
//! they run. That is the price of depending on none of these crates. The facts are:
//!
//! * webauthn-rs 0.6.2 brings a release candidate of the crate `rsa`, 0.10.0-rc; the second crypto backend needs 0.10.0,
//!   and one lock file holds only one of the two.
//! * webauthn-rs-proto 0.6 alone, with the wire types but none of the keys, could be a dependency. It needs Rust 1.89
//!   where this crate promises 1.88, which a feature cannot raise; it is under the MPL-2.0, which `deny.toml` does not
//!   let into a build; and it brings 9 crates to a build and 53 packages to the lock file, a second `base64` among them.
//! * Such a feature could name the types of one release only; rows and front ends are of four.
//!
//! So name the type where you call, in a function of your own as the guide does; `tests/interop` compiles and runs
//! such functions for the types of webauthn-rs 0.6 in the table.

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
