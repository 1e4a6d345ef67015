#![doc = include_str!("../README.md")]
//!
//! # Layers
//!
//! A ceremony consists of layers. Each layer is a plain value, and has a method of its name that takes a change. The table says
//! whether the change is made before or after hashing and signing. Everything that is derived from the layer changes with it:
//!
//! | layer | meaning | registration | authentication |
//! |---|---|---|---|
//! | `expecting` | the expectations of the relying party | [`RegistrationExpected`] | [`AuthenticationExpected`] |
//! | `client_data` | the members of the client data | [`ClientData`] | [`ClientData`] |
//! | `client_data_json` | its text, before it is hashed | bytes | bytes |
//! | `public_key` | the COSE_Key | [`Cbor`] | |
//! | `authenticator_data` | the members of the authenticator data | [`AuthenticatorData`] | [`AuthenticatorData`] |
//! | `authenticator_data_bytes` | its bytes, before they are signed | bytes | bytes |
//! | `format` | the attestation, with layers of its own | a [`Format`] | |
//! | `message` | what is signed | of the format | bytes |
//! | `signature` | the signature | of the format | bytes |
//! | `statement` | the attestation statement, after it is signed | [`Cbor`] | |
//! | `attestation_object` | `fmt`, `attStmt`, `authData` | [`Cbor`] | |
//! | `posted` | what the browser posts, as bytes | [`PostedRegistration`] | [`PostedAuthentication`] |
//! | `json` | the same, as JSON | [`serde_json::Value`] | [`serde_json::Value`] |
//!
//! [`Vector`] writes a ceremony with its verdict as one line, so that other libraries can run it.
//!
//! A format has the layers of its own section: `leaf` and `x5c` where it has certificates ([`Certified`]), `pub_area`
//! and `cert_info` for TPMs, `key_description` for Android keys, `nonce` for Apple, `header`, `payload` and `jws` for
//! SafetyNet. If a layer cannot express a value, write bytes: [`Cbor::Raw`], or the functions of [`der`].
//!
//! # Example
//!
//! ```
//! use wardkey_authenticator::*;
//!
//! // A valid registration, and what the relying party needs to verify it.
//! let registration = Registration::new("docs.tpm", Algorithm::Es256).format(Tpm::new());
//! let (challenge, anchors) = (&registration.expected.challenge, &registration.expected.trust_anchors);
//! let response: serde_json::Value = registration.response();
//! # assert_eq!((challenge.len(), anchors.len()), (32, 1));
//! # assert_eq!(response["type"], "public-key");
//!
//! // The same with one thing broken: in the client data,
//! let broken = registration.clone().client_data(|data| data.set("origin", "https://evil.example"));
//! // in the authenticator data before it is signed,
//! let broken = registration.clone().authenticator_data(|data| data.clear_flags(flags::UP));
//! // in the statement before it is signed,
//! let broken = registration.clone().format(Tpm::new().cert_info(|info| info.magic = 0));
//! // in the certificate before it is signed,
//! let broken = registration.clone().format(Tpm::new().leaf(|leaf| leaf.remove(extension::EXTENDED_KEY_USAGE)));
//! // in the statement after it is signed,
//! let broken = registration.clone().statement(|statement| statement.remove("ver"));
//! // in the JSON.
//! let broken = registration.clone().json(|json| json["rawId"] = "AA==".into());
//! # assert_ne!(broken.response(), response);
//!
//! // An authentication with that credential, and one signed with the wrong key.
//! let authentication = Authentication::of(&registration);
//! let forged = authentication.clone().key(Key::new("docs.forger", Algorithm::Es256));
//! # assert_ne!(forged.response(), authentication.response());
//! ```

#![warn(missing_docs)]

pub mod attestation;
mod authentication;
pub mod authenticator_data;
pub mod cbor;
mod change;
mod client_data;
pub mod der;
pub mod expected;
pub mod hash;
pub mod json;
pub mod keys;
mod options;
mod registration;
pub mod seed;
mod vector;
pub mod w3c;
pub mod x509;

pub use attestation::{
    AndroidKey, AndroidSafetyNet, Apple, Compound, FidoU2f, Format, NoAttestation, Packed, PackedSelf, Tpm,
};
pub use authentication::{Authentication, PostedAuthentication};
pub use authenticator_data::{AuthenticatorData, flags};
pub use cbor::Cbor;
pub use change::Changes;
pub use client_data::ClientData;
pub use expected::{AuthenticationExpected, CredentialRecord, RegistrationExpected, RelyingParty};
pub use keys::{Algorithm, Key, Modulus};
pub use options::OptionsError;
pub use registration::{PostedRegistration, Registration};
pub use seed::Seed;
pub use vector::Vector;
pub use x509::{Authority, Certificate, Certified, Chain, Extension, Name, RevocationList, extension, name};
