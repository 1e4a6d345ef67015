//! Passkeys for healthcare portals: a pure FIDO2/WebAuthn Level 3 relying-party library.
//!
//! You pass in the posted bytes, what you expect, and the time; the library returns a verdict. It has no network, no store,
//! no clock, no logging and no mutable global state. Behaviour and numbers follow Web Authentication Level 3, the W3C
//! Recommendation of 2026-08-25: `§7.1` is a section of it, and `7.1/8` is step 8 of §7.1. Each step has a name;
//! [`ceremony::Step`] maps names to numbers. The [`manual`] says what the other words mean.
//!
//! # Start here
//!
//! [`RelyingParty`] is the front door. Build one, then call `start_…` and `finish_…` for each ceremony. The [`manual`] has a
//! tutorial, a page for each task, every error code, and the questions that people ask first.
//!
//! | to | use |
//! |---|---|
//! | register a passkey | [`RegistrationRequest`], [`RelyingParty::start_registration`], [`RelyingParty::finish_registration`], [`policy::Registered::claim`] |
//! | sign in without a user name, or with autofill | [`AuthenticationRequest::discoverable`], [`RelyingParty::start_authentication`], [`RelyingParty::finish_authentication`] |
//! | sign in with a user name, and hide whether the account exists | [`AuthenticationRequest::named`], [`Decoys`], [`Error::public`] |
//! | ask for a passkey after a password | [`AuthenticationRequest::known`] |
//! | bind a ceremony to a web session | [`Session`] |
//! | re-authenticate before a critical action | [`ReauthenticationRequest`], [`RelyingParty::start_reauthentication`], [`RelyingParty::finish_reauthentication`], [`Reauthentication::spend`] |
//! | call the browser, and explain failures to people | [`BROWSER_JS`] |
//! | use extensions | [`extensions`]: inputs, outputs, and the table of what is checked where |
//! | confirm payments, also when a merchant starts them | [`RelyingParty::start_payment`], [`RelyingParty::finish_payment`], [`ceremony::payment::ExpectedPayment`] |
//! | tell passkey providers which credentials are current | [`Authenticated::signal_all_accepted_credentials`] and [`client::signal`] |
//! | serve related sites and native apps | [`RelyingParty::related_origins`], [`client::well_known`] |
//! | check your options | [`client::json::CreationOptions::lint`], [`client::json::RequestOptions::lint`] |
//! | store records and states | [`CredentialRecord`], [`RecordUpdate`], [`RegistrationState`], [`AuthenticationState`] |
//! | migrate from webauthn-rs, another library, or U2F | [`interop`] |
//! | accept only certain authenticators or credentials | [`policy::AttestationPolicy`], [`RelyingPartyBuilder`], [`attestation::voucher`]: who vouches for which fact |
//! | answer, log and alert | [`Error::fault`](Error::fault), [`Error::public`], [`Error::log_line`], [`Error::code`], [`Error::step`] |
//! | accept users whose passkey provider corrected backup eligibility | [`RelyingPartyBuilder::accept_backup_eligibility_correction`] |
//! | tell how strong a sign-in was, and whether that is enough for an act | `assurance` (feature `assurance`) |
//! | confirm a document, and verify the receipt years later | `confirmation` (feature `assurance`) |
//! | move accounts from SMS codes to passkeys | `account` (feature `assurance`) |
//! | show an auditor the reasons of a verdict | [`ceremony::evidence`] |
//! | verify with your own expectations, or again years later | [`ceremony::registration::verify`], [`ceremony::authentication::verify`], [`ceremony::payment::verify`] |
//!
//! # Modules
//!
//! Each module covers a chapter of the standard, and each file a section. The types of the front door are in the crate root.
//!
//! | module | what it has |
//! |---|---|
//! | [`manual`] | pages for people |
//! | `audit` | events, chains, bundles (feature `audit`) |
//! | `account` | accounts on the way from SMS codes to passkeys (feature `assurance`) |
//! | `assurance` | levels, rules, demands and profiles (feature `assurance`) |
//! | `confirmation` | documents that one ceremony signs, and their receipts (feature `assurance`) |
//! | `metadata` | the FIDO Metadata Service: BLOB, models, status (feature `mds`) |
//! | [`interop`] | conversion from other libraries' stored credentials, responses and configuration |
//! | [`policy`] | what a relying party accepts, as data (§7.1 steps 23 and 24); the claim (step 26) |
//! | [`ceremony`] | §7: verification, the table of steps, refusals, the evidence for logs and auditors |
//! | [`client`], [`authenticator`] | §5 and §6: parsed, untrusted values |
//! | [`attestation`] | §8: the formats, and who vouches for which fact |
//! | [`extensions`] | §9, §10: inputs, outputs and checks |
//! | [`x509`] | certificates and validation of certification paths |
//! | [`crypto`] | signature schemes, validated public keys, the `Backend` trait, two backends |
//! | [`quirk`] | named deviations from the standard |
//!
//! # Features
//!
//! `aws-lc-rs` and `ml-dsa` (default), `fips`, `rustcrypto`, `ed448`, `mds`, `assurance`, `audit`, `webauthn-rs`. Each adds algorithms
//! or a backend; `mds` adds the FIDO Metadata Service, `assurance` levels of assurance, `audit` events and bundles, and `webauthn-rs`
//! conversions by type ([`interop::webauthn_rs`]). A build that cannot verify an algorithm never offers it, and refuses its keys.
//!
//! # FIPS 140-3
//!
//! With `fips`, AWS-LC is linked as its FIPS 140-3 module, and the [evidence](ceremony::evidence) of each ceremony contains
//! `AWS-LC FIPS`. This name comes from the linked module, not from the feature. In the evidence, `backend` is the backend that
//! computed the hashes of the ceremony and generated the challenge; `module` is the module that verified the signature of the
//! credential. Two things are computed outside of the FIPS module: Ed448 (feature `ed448`), and the check that an Ed25519 key
//! does not have low order, which FIPS 140-3 does not count as cryptography. Not every service of the module is approved:
//! secp256k1 (ES256K) is not, and SHA-1 (RS1; names and signatures of old TPMs) is approved only for verification, as legacy
//! use. The certificate of the module lists the validated version and platforms.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(unreachable_pub, unnameable_types, clippy::missing_errors_doc)]
#![cfg_attr(
    not(test),
    deny(
        clippy::as_conversions,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable
    ),
    warn(clippy::exhaustive_enums, clippy::exhaustive_structs)
)]
#![cfg_attr(docsrs, feature(doc_cfg))] // docs.rs then names the feature of each item

#[cfg(feature = "assurance")]
pub mod account;
#[cfg(feature = "assurance")]
pub mod assurance;
pub mod attestation;
#[cfg(feature = "audit")]
pub mod audit;
pub mod authenticator;
mod budget;
pub mod ceremony;
pub mod client;
mod codec;
#[cfg(feature = "assurance")]
pub mod confirmation;
mod credential;
pub mod crypto;
mod error;
pub mod extensions;
pub mod interop;
mod invalid;
mod macros;
pub mod manual;
#[cfg(feature = "mds")]
pub mod metadata;
mod parse;
pub mod policy;
pub mod quirk;
mod relying_party;
mod state;
mod time;
mod vector;
pub mod x509;

pub use client::json::response::{AuthenticationResponse, RegistrationResponse};
pub use credential::{CredentialId, CredentialRecord, RecordState, RecordUpdate, Transport, UserHandle};
pub use error::{Error, Fault, PublicFailure};
pub use invalid::InvalidValue;
pub use parse::ParseError;
pub use relying_party::{
    Authenticated, AuthenticationRequest, ConfigError, Decoys, Paid, Reauthentication, ReauthenticationRequest,
    RegistrationRequest, RelyingParty, RelyingPartyBuilder,
};
#[cfg(feature = "assurance")]
pub use relying_party::{Confirmation, ConfirmationState};
pub use state::{AuthenticationState, RegistrationState, Session};
pub use time::UnixTime;

/// `browser/wardkey.js`: the half that runs in the page. An ES module without dependencies; serve it as it is, as
/// `text/javascript`. It calls the browser, converts the JSON, and turns every failure into a code with words for a person.
///
/// ```
/// assert!(wardkey::BROWSER_JS.contains("export async function register"));
/// ```
pub const BROWSER_JS: &str = include_str!("../browser/wardkey.js");

/// Items for the tests, fuzz targets and benches of this repository: the parsers of single structures, the members of the
/// options, and the reasons behind the codes of errors.
///
/// Not part of the public API: a minor release may change or remove any of it.
#[doc(hidden)]
pub mod internals {
    pub use crate::attestation::AttestationObject;
    pub use crate::attestation::error::Reason;
    pub use crate::authenticator::data::{AttestedCredentialData, AuthenticatorData, Error as AuthenticatorDataError};
    pub use crate::client::data::{ClientData, Error as ClientDataError, Member, decode as decode_client_data};
    pub use crate::client::json::creation::{AuthenticatorSelection, RpEntity, UserEntity};
    pub use crate::codec::cbor;
    pub use crate::codec::der::Malformed;
    pub use crate::credential::{CredentialDescriptor, CredentialParameters, PublicKeyCredentialType};
    pub use crate::crypto::cose::{CoseKey, Error as CoseError};
    pub use crate::extensions::expected::{AuthenticationExtensions, RegistrationExtensions};
    pub use crate::extensions::signed::SignedMap;
    pub use crate::vector::{Inexpressible, Judgement, Vector};
    pub use crate::x509::error::Rule;
}

#[cfg(doctest)]
#[doc = include_str!("../docs/crate.md")] // its example is that of README.md: tests/manual.rs
struct Readme;
