//! Conversion from other libraries' stored credentials, responses and configuration, so that nobody registers again.
//!
//! Each module reads the documented shape of one library, without a dependency on it: its function `records` takes the
//! JSON of the stored rows (an array, JSON lines or one object) and returns a
//! [`CredentialRecord`](crate::CredentialRecord) or an [`ImportError`] for each row, in order. A bad row never stops the
//! good ones; its error has the row's place and, where it can be read, its credential id.
//!
//! | from | read by |
//! |---|---|
//! | webauthn-rs 0.3 to 0.6 | [`webauthn_rs::records`]; the [guide] puts its calls and ours side by side |
//! | SimpleWebAuthn | [`simplewebauthn::records`] |
//! | go-webauthn | [`go_webauthn::records`] |
//! | py_webauthn | [`py_webauthn::records`] |
//! | java-webauthn-server | [`java_webauthn_server::records`] |
//! | webauthn4j | [`webauthn4j::records`] |
//! | fido2-net-lib | [`fido2_net_lib::records`] |
//! | python-fido2 | [`python_fido2::records`] |
//! | webauthn-framework (PHP) | [`webauthn_framework::records`] |
//! | lbuchs/WebAuthn (PHP) | [`lbuchs::records`] |
//! | webauthn-ruby | [`webauthn_ruby::records`] |
//! | Spring Security | [`spring_security::records`] |
//! | ASP.NET Core Identity | [`aspnet_identity::records`] |
//! | Keycloak | [`keycloak::records`] |
//! | U2F | [`u2f::records`] |
//!
//! # In three steps
//!
//! 1. Import every row. A row that is stored in a form that is not read here, or could be no credential, is an error now.
//! 2. [`check()`] the records: it lists those that could never verify, before you switch.
//! 3. Store the others, and sign people in.
//!
//! ```
//! use wardkey::interop::{check, simplewebauthn};
//! use wardkey::{RelyingParty, UserHandle};
//!
//! let stored = r#"[
//!     {"id": "Y3JlZGVudGlhbA", "publicKey": "pAEBAycgBiFYIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm",
//!      "counter": 7, "deviceType": "singleDevice", "backedUp": false, "transports": ["usb"]},
//!     {"id": "YSBiYWQgcm93", "publicKey": "none", "counter": 0}
//! ]"#;
//! // The handle of the account: what was sent as `user.id` when the credential was registered.
//! let user = UserHandle::new(*b"\x8f\x1a\x52\xe0\x5c\x3b\x44\x0f\x9d\x67\x2a\x10\xb4\x7e\xc9\x21")?;
//!
//! let (mut records, mut errors) = (Vec::new(), Vec::new());
//! for row in simplewebauthn::records(stored, |_| Some(user.clone())) {
//!     match row {
//!         Ok(imported) => records.push(imported.record),
//!         Err(error) => errors.push(error),
//!     }
//! }
//! assert_eq!((records[0].sign_count, records[0].backup_eligible), (7, Some(false)));
//! assert_eq!((errors[0].row, errors[0].code()), (Some(1), "public-key"));
//! let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
//! assert!(check(&records, &rp).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Rows of a database that are no JSON yet become JSON with `serde_json::json!`, one object for each row.
//!
//! # The user handle
//!
//! It must be the very bytes that were sent as `user.id` when the credential was registered: authenticators answer
//! with them, and a record with others refuses every discoverable sign-in. Where a library stores no user handle, a
//! function returns it for a [`Row`]: by the row's place, by its credential id, or by a column of the application in its
//! JSON. Where the row holds it too, both must be the same.
//!
//! ```
//! # use wardkey::interop::go_webauthn;
//! # use wardkey::UserHandle;
//! #[derive(serde::Deserialize)]
//! struct Owner {
//!     user_handle: UserHandle, // a column of yours beside those of the library
//! }
//!
//! # let dump = r#"{"user_handle": "jxpS4Fw7RA-dZyoQtH7JIQ", "id": "Y3JlZGVudGlhbA==", "authenticator": {"signCount": 0},
//! #   "publicKey": "pAEBAycgBiFYIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm"}"#;
//! let rows = go_webauthn::records(dump, |row| serde_json::from_str(row.json()).ok().map(|owner: Owner| owner.user_handle));
//! # assert_eq!(rows.map(|row| row.unwrap().record.user_handle.to_base64url()).collect::<Vec<_>>(), ["jxpS4Fw7RA-dZyoQtH7JIQ"]);
//! ```
//!
//! # Stored keys
//!
//! Every importer reads a COSE_Key, a raw point of U2F, a SubjectPublicKeyInfo in DER or PEM, or a JWK, and makes a canonical
//! COSE_Key of it, because sign-ins read keys strictly. An RSA key that comes without an algorithm is RS256, the only RSA
//! algorithm that libraries offer for keys that they store so. A COSE_Key with members out of order or with bytes behind
//! it is mended, and [`Imported::concerns`] reports it.
//!
//! # Facts that were not stored stay unknown
//!
//! | not stored there | becomes | what the ceremonies make of it |
//! |---|---|---|
//! | backup eligibility, backup state | `None` | the next sign-in sets it, and it is fixed from then on |
//! | signature counter | 0 | any counter is an advance, so the first sign-in cannot tell a clone from the original; it sets the counter, and the next one can |
//! | UV at registration | `false` | [`First`](crate::ceremony::authentication::UserVerification::First): not yet a factor; [the guide](guide#from-first-to-a-factor) says how it becomes one |
//! | transports | the empty sequence | as the standard has it for unknown (§5.2.1): the client asks everywhere |
//!
//! A `false` that a library wrote because it had never looked is unknown too; where the stored shape shows that it was
//! so, it becomes `None`. A `true` recorded at a sign-in does not count either: uvInitialized (§4) is UV at registration,
//! or at a sign-in beside another factor.
//!
//! | from | UV is taken from |
//! |---|---|
//! | webauthn-rs | `user_verified`, which no sign-in changes |
//! | go-webauthn, fido2-net-lib, webauthn4j | the attestation object, where it was kept: go-webauthn and webauthn4j let sign-ins set their own columns, fido2-net-lib has none |
//! | py_webauthn | the attestation object, else `user_verified` of the verified registration |
//! | SimpleWebAuthn | `userVerified` of the registration, where the application kept it |
//! | python-fido2 | the authenticator data of the registration, where the application kept it whole |
//! | webauthn-framework | nothing: sign-ins change its `uvInitialized` |
//! | lbuchs/WebAuthn | `userVerified` of the registration |
//! | Spring Security, ASP.NET Core Identity | the attestation object, else `uv_initialized` or `IsUserVerified`, which no sign-in changes |
//! | java-webauthn-server, webauthn-ruby, Keycloak, U2F | nothing: they store none |

pub mod aspnet_identity;
mod check;
mod error;
pub mod fido2_net_lib;
pub mod go_webauthn;
#[cfg(not(doctest))] // its examples need webauthn-rs: tests/interop compiles and runs them
#[doc = include_str!("guide.md")]
pub mod guide {}
mod items;
pub mod java_webauthn_server;
mod key;
pub mod keycloak;
pub mod lbuchs;
mod members;
mod octets;
pub mod py_webauthn;
pub mod python_fido2;
mod rows;
mod scalar;
pub mod simplewebauthn;
pub mod spring_security;
mod transports;
pub mod u2f;
pub mod webauthn4j;
pub mod webauthn_framework;
pub mod webauthn_rs;
pub mod webauthn_ruby;

pub use check::{Concern, check};
pub use error::ImportError;
pub(crate) use error::Reason;
pub use items::Imported;
pub use rows::Row;

use items::Items;
use members::Members;
use rows::import;

#[cfg(test)]
mod tests;
