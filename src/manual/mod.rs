//! The manual: one page for each task. The reference is the rest of this documentation.
//!
//! | to learn | page |
//! |---|---|
//! | a server with passkeys, from nothing | [`tutorial`] |
//!
//! | to do | page |
//! |---|---|
//! | sign in by autofill, by a button, by name, after a password | [`sign_in`] |
//! | add, list, remove and suspend passkeys; change a name; delete an account | [`accounts`] |
//! | move off SMS codes; recover an account | [`sms`] |
//! | ask for the passkey again before something that matters | [`confirming`] |
//! | let a prescription or a consent be confirmed | [`documents`] |
//! | serve carers, shared workstations and emergencies | [`people`] |
//! | decide about attestation | [`attestation`] |
//! | use the FIDO metadata | [`metadata`] |
//! | tell how strong a sign-in was, and decide about an act | [`levels`] |
//! | choose the domain; serve several hosts, apps and frames; set headers | [`domains`] |
//! | store states and records; limit requests; keep sessions | [`stores`] |
//! | test without a phone | [`testing`] |
//! | log, alert, measure, upgrade | [`operating`] |
//! | keep audit logs and archives | [`audit`] |
//! | come from webauthn-rs; from other libraries: [`interop`](crate::interop) | [`webauthn_rs`] |
//! | use it from a portal in another language: a process that answers JSON | `json/README.md` in the repository |
//!
//! | to look up | page |
//! |---|---|
//! | an error code: what to tell the person, what to do | [`errors`] |
//! | a browser: what it supports | [`browsers`] |
//!
//! | to understand | page |
//! |---|---|
//! | why the checks are strict, what each one protects against, what evidence proves | [`why`] |
//! | what a level means, what an auditor may be told | [`officers`] |
//!
//! Every Rust example compiles in the tests of this crate. Where a page says "ours" or "suggestion", it is advice of this project, not
//! a rule of a standard.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | relying party | your portal, as the standard calls it. Its RP ID is the domain that its passkeys belong to |
//! | ceremony | one registration, sign-in, re-authentication, confirmation or payment: options to the browser, a response back |
//! | state | what you store between the two halves of a ceremony |
//! | credential record | what you store of a passkey. Its credential id is unique over all accounts |
//! | UP, UV | the flags "user present" and "user verified" (face, finger or PIN) that an authenticator signs |
//! | BE, BS | the flags "backup eligible" and "backed up": whether the passkey can be copied to other devices, and whether it is |
//! | model, AAGUID | which product an authenticator is, and the number of that product |
//! | metadata, BLOB | what the FIDO Metadata Service knows of models, and the signed file in which it publishes this |
//! | refusal | the verdict that a step of the standard fails; it has a step (`7.1/8`: §7.1 step 8) and a code |
//! | evidence | the record of a ceremony for logs and auditors: each step with its outcome |
//! | AAL1, AAL2, AAL3 | levels of assurance of NIST SP 800-63B-4: one factor, two factors, two with a key that stays in its hardware |
//!
//! # Questions
//!
//! | question | page |
//! |---|---|
//! | How do I add it, which Rust version? | [`tutorial`](tutorial#1-a-new-crate); Rust 1.88 |
//! | What is the smallest flow? | [`tutorial`] |
//! | How do I use it in axum, actix or leptos? | [`tutorial`], then `examples/portal` in the repository |
//! | What does the page need; which browsers lack functions? | [`browsers`] |
//! | How do I sign in by autofill? | [`sign_in`](sign_in#autofill) |
//! | How do I sign in without a user name? | [`sign_in`](sign_in#a-button) |
//! | Where do states live, with several instances? How long? | [`stores`](stores#several-instances) |
//! | Which tables and columns? | [`stores`](stores#sql) |
//! | Several domains and sub-domains? | [`domains`](domains#several-hosts-of-one-domain) |
//! | Apps of iOS and Android? | [`domains`](domains#native-apps) |
//! | The phone was lost: how does the person come back? | [`sms`](sms#losing-a-device) |
//! | Attestation: yes or no? | [`attestation`] |
//! | Who fetches the FIDO metadata? | [`metadata`](metadata#who-fetches-and-when) |
//! | How do I test without a phone? | [`testing`] |
//! | Does it work in a frame; which headers? | [`domains`](domains#frames) |
//! | Which Content-Security-Policy? | [`domains`](domains#headers-of-a-portal-without-frames) |
//! | How do I come from another library? | [`interop`](crate::interop); from webauthn-rs: [`webauthn_rs`] |
//! | How do I move from passwords and SMS codes to passkeys? | [`sms`] |
//! | Many passkeys: names, list, removal? | [`accounts`](accounts#the-list) |
//! | What do I tell the user, what do I log? | [`errors`], [`operating`](operating#logs) |
//! | Which rate limits? | [`stores`](stores#rate-limits) |
//! | What does a name that nobody has get? | [`sign_in`](sign_in#by-name) |
//! | How do I ask for a confirmation before something that matters? | [`confirming`] |
//! | AAL2, HIPAA, EPCS, carers? | [`levels`], [`officers`](officers#rules-outside-of-the-tables), [`people`] |
//! | Which session and cookies after the sign-in? | [`stores`](stores#sessions-after-the-sign-in) |

// The pages are the same in every build, but without the features their links lead nowhere.
#![cfg_attr(not(feature = "audit"), allow(rustdoc::broken_intra_doc_links, rustdoc::private_intra_doc_links))]

#[doc = include_str!("tutorial.md")]
pub mod tutorial {}
#[doc = include_str!("sign_in.md")]
pub mod sign_in {}
#[doc = include_str!("accounts.md")]
pub mod accounts {}
#[cfg(any(not(doctest), feature = "assurance"))]
#[doc = include_str!("sms.md")]
pub mod sms {}
#[doc = include_str!("confirming.md")]
pub mod confirming {}
#[cfg(any(not(doctest), feature = "assurance"))]
#[doc = include_str!("documents.md")]
pub mod documents {}
#[cfg(any(not(doctest), feature = "assurance"))]
#[doc = include_str!("people.md")]
pub mod people {}
#[doc = include_str!("attestation.md")]
pub mod attestation {}
#[cfg(any(not(doctest), feature = "mds"))]
#[doc = include_str!("metadata.md")]
pub mod metadata {}
#[cfg(any(not(doctest), feature = "assurance"))]
#[doc = include_str!("levels.md")]
pub mod levels {}
#[doc = include_str!("domains.md")]
pub mod domains {}
#[doc = include_str!("stores.md")]
pub mod stores {}
#[doc = include_str!("testing.md")]
pub mod testing {}
#[doc = include_str!("operating.md")]
pub mod operating {}
#[cfg(any(not(doctest), feature = "audit"))]
#[doc = include_str!("audit.md")]
pub mod audit {}
#[cfg(any(not(doctest), feature = "webauthn-rs"))]
#[doc = include_str!("webauthn_rs.md")]
pub mod webauthn_rs {}
#[doc = include_str!("errors.md")]
pub mod errors {}
#[doc = include_str!("browsers.md")]
pub mod browsers {}
#[doc = include_str!("why.md")]
pub mod why {}
#[doc = include_str!("officers.md")]
pub mod officers {}
