//! Conversion from other libraries' stored credentials, responses and configuration, so that no user has to register again.
//!
//! Each module reads the documented shape of one library, without a dependency on it. Its function `records` takes the JSON
//! of the stored rows (an array, JSON lines or one object) and returns an [`Imported`] record or an [`ImportError`] for each
//! row, in order. A bad row does not stop the others. Its error has the number of the row and, if it can be read, the
//! credential id.
//!
//! | from | read by |
//! |---|---|
//! | webauthn-rs 0.3 to 0.6 | [`webauthn_rs::records`]; the [manual](crate::manual::webauthn_rs) compares the calls of both libraries |
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
//! 1. Import every row. A row that cannot be read, or that cannot be a credential, is reported as an error.
//! 2. Call [`check()`] with the records before you switch. It lists those that can never sign in.
//! 3. Store the other records.
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
//! // The user handle of the account: the `user.id` that was sent when the credential was registered.
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
//! If the rows of a database are not JSON, convert each row to an object with `serde_json::json!`.
//!
//! # The user handle
//!
//! It must have the same bytes that were sent as `user.id` when the credential was registered, because authenticators return
//! them, and with other bytes every discoverable sign-in is refused. If a library does not store the user handle, you pass a
//! function that returns it for a [`Row`]: by the number of the row, by its credential id, or by a column of your application
//! in its JSON. If the row has a user handle too, both must be equal.
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
//! Every importer reads a COSE_Key, a raw point of U2F, a SubjectPublicKeyInfo in DER or PEM, or a JWK, and converts it to a
//! canonical COSE_Key, because sign-ins read keys strictly. An RSA key without an algorithm becomes RS256, because libraries
//! offer no other RSA algorithm for keys that they store in this way. A COSE_Key with parameters out of order or with
//! trailing bytes is corrected, and [`Imported::concerns`] reports it.
//!
//! # Facts that were not stored stay unknown
//!
//! | fact that was not stored | becomes | effect |
//! |---|---|---|
//! | backup eligibility, backup state | `None` | the next sign-in sets it, and it is fixed from then on |
//! | signature counter | 0 | the first sign-in accepts any counter and stores it, so it cannot detect a clone; later sign-ins can |
//! | UV at registration | `false` | [`First`](crate::ceremony::authentication::UserVerification::First): not yet a factor; [the manual](crate::manual::webauthn_rs#from-first-to-a-factor) says how it becomes one |
//! | transports | the empty list | means unknown, as in the standard (§5.2.1): the client tries all transports |
//!
//! Some libraries wrote `false` for facts that they did not know. If the stored shape shows this, the value becomes `None`.
//! UV that was recorded at a sign-in does not count either, because uvInitialized (§4) is UV at registration, or at a sign-in
//! together with another factor.
//!
//! | library | source of UV at registration |
//! |---|---|
//! | webauthn-rs | `user_verified`, which no sign-in changes |
//! | go-webauthn, fido2-net-lib, webauthn4j | the attestation object, if it was stored; sign-ins change the column of go-webauthn and webauthn4j, and fido2-net-lib has none |
//! | py_webauthn | the attestation object, else `user_verified` of the verified registration |
//! | SimpleWebAuthn | `userVerified` of the registration, if the application stored it |
//! | python-fido2 | the authenticator data of the registration, if the application stored all of it |
//! | webauthn-framework | none, because sign-ins change its `uvInitialized` |
//! | lbuchs/WebAuthn | `userVerified` of the registration |
//! | Spring Security, ASP.NET Core Identity | the attestation object, else `uv_initialized` or `IsUserVerified`, which no sign-in changes |
//! | java-webauthn-server, webauthn-ruby, Keycloak, U2F | none, because they do not store it |

pub mod aspnet_identity;
mod check;
mod error;
pub mod fido2_net_lib;
pub mod go_webauthn;
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

use crate::credential::UserHandle;
use items::Items;
use members::Members;
use rows::import;

#[cfg(test)]
mod tests;
