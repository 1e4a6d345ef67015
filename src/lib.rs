//! Passkeys for healthcare portals: a pure FIDO2/WebAuthn Level 3 relying-party library.
//!
//! Posted bytes, expectations and a time go in; a verdict comes out. No network, no store, no clock, no logging, no
//! global state. Behaviour and numbers follow the W3C Recommendation of 2026-08-25; steps have names, and their
//! numbers stand in one table ([`ceremony::Step`]).
//!
//! # Start here
//!
//! [`RelyingParty`] is the front door. Build one, then `start_…` and `finish_…` each ceremony; the
//! [README](https://docs.rs/crate/wardkey/latest) shows the whole journey, and `examples/portal` a whole back
//! end with its page.
//!
//! | you want to | use |
//! |---|---|
//! | register a passkey | [`RelyingParty::start_registration`], [`RelyingParty::finish_registration`], [`policy::Registered::claim`] |
//! | sign in without a user name, or by autofill | [`RelyingParty::start_discoverable_authentication`], [`RelyingParty::finish_authentication`] |
//! | ask a known user | [`RelyingParty::start_authentication`], [`RelyingParty::finish_authentication`] |
//! | ask again before something that matters | [`RelyingParty::start_reauthentication`], [`RelyingParty::finish_reauthentication`] |
//! | answer names that nobody has | [`relying_party::Decoys`], [`RelyingParty::refuse_authentication`], [`RelyingParty::refuse_payment`], [`Error::public`] |
//! | use extensions | [`extensions`]: inputs, outputs, and the table of what is checked where |
//! | confirm payments, called for by merchants too | [`RelyingParty::start_payment`], [`RelyingParty::finish_payment`], [`relying_party::ExpectedPayment`] |
//! | tell passkey providers what is current | [`RelyingParty::signal_all_accepted_credentials`] and [`client::signal`] |
//! | serve other sites and native apps | [`RelyingParty::related_origins`], [`client::well_known`] |
//! | look over your options | [`client::json::CreationOptions::lint`], [`client::json::RequestOptions::lint`] |
//! | keep what has to be kept | [`CredentialRecord`], [`RecordUpdate`], [`RegistrationState`], [`AuthenticationState`] |
//! | come from webauthn-rs or another library, from U2F | [`interop`] |
//! | admit certain authenticators, or certain credentials, alone | [`policy::AttestationPolicy`], [`relying_party::RelyingPartyBuilder`], [`attestation::voucher`]: who vouches for what |
//! | answer, log and alert | [`Error::fault`](error::Error::fault), [`Error::public`], [`Error::code`], [`Error::step`] |
//! | show what a verdict rests on | [`Evidence`], of [`policy::Registered::evidence`] and of each sign-in and payment |
//! | verify by your own expectations, or again years later | [`ceremony::registration::verify`], [`ceremony::authentication::verify`], [`ceremony::payment::verify`], [`Evidence::of_authentication`] |
//!
//! # The house
//!
//! One module a chapter of the standard, one file a section. Dependencies point down; a test reads every import.
//!
//! ```text
//! interop                  what other libraries stored, sent and configured, made ours
//! relying_party            the front door: fills in what is expected, calls the ceremony, asks the policy
//! state  error             what is kept between the halves of a ceremony; what can go wrong
//! policy                   what a relying party accepts, as data (§7.1 steps 23, 24, 26)
//! evidence                 what a verdict rests on, for logs and auditors
//! ceremony                 §7: the only code that verifies; the table of steps; refusals
//! attestation              §8: one file a format
//! client  authenticator    §5 and §6: what each of them says, parsed and untrusted
//! x509                     certificates, and validation of certification paths
//! extensions               §9, §10: one file per extension, with its inputs, outputs and checks
//! credential               §4: ids, user handles, records
//! crypto                   the seam: algorithms as whole combinations, keys judged when made, two backends
//! codec                    bytes and notations
//! time  quirk              the time that is handed in; leniencies by name
//! budget  set              bounds on the work that one message can cause; sets of enumerations
//! ```
//!
//! # Features
//!
//! `aws-lc-rs` and `ml-dsa` (default), `fips`, `rustcrypto`, `ed448`: each adds what can be verified, and none changes
//! what is refused.
//!
//! With `fips`, AWS-LC is its FIPS 140-3 module, and the evidence of each ceremony says `AWS-LC FIPS`, which the module is
//! asked for: [`Basis::backend`](ceremony::Basis::backend) made the hashes of the ceremony and drew the challenge,
//! [`Basis::module`](ceremony::Basis::module) verifies signatures of the credential. For Ed448 (feature `ed448`) that is
//! another one, outside of it, as is the check that an Ed25519 key has no small order, which is not cryptography by FIPS
//! 140-3. Not every service of the module is an approved one: secp256k1 (ES256K) is none, and SHA-1 (RS1, and names and
//! signatures of old TPMs) is one for verifying alone, as legacy use. Which version of the module is validated, and for
//! which platforms, its certificate says.

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
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attestation;
pub mod authenticator;
mod budget;
pub mod ceremony;
pub mod client;
pub mod codec;
pub mod credential;
pub mod crypto;
pub mod error;
pub mod evidence;
pub mod extensions;
pub mod interop;
pub mod policy;
pub mod quirk;
pub mod relying_party;
mod set;
pub mod state;
pub mod time;
pub mod x509;

pub use client::{AuthenticationResponse, RegistrationResponse};
pub use credential::{CredentialId, CredentialRecord, RecordUpdate, UserHandle};
pub use error::Error;
pub use evidence::Evidence;
pub use relying_party::{RelyingParty, User};
pub use state::{AuthenticationState, RegistrationState};
pub use time::UnixTime;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
