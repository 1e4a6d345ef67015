//! U2F registrations: a key handle and a raw point on P-256 become a credential with ES256.
//!
//! Source: FIDO U2F Raw Message Formats 1.2, §4.3 (registration response); `keyHandle` and `publicKey` in base64, as U2F
//! libraries store them.
//!
//! The key handle is the credential id. The credential was made for an AppID instead of the RP ID, so request it with
//! [`RequestExtensions::appid`](crate::extensions::RequestExtensions::appid). The client then reports whether it used the AppID
//! (§10.1.1), and the ceremony checks that. U2F has no user verification and no discoverable credentials, so it works only at a
//! relying party that does not require user verification, and only for a known account.
//!
//! ```
//! use wardkey::extensions::{AppId, RequestExtensions};
//! use wardkey::interop::u2f;
//! use wardkey::{AuthenticationRequest, RelyingParty, Session, UnixTime, UserHandle};
//! # let stored = r#"{"keyHandle": "a2V5IGhhbmRsZQ", "publicKey":
//! #   "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU", "counter": 3}"#;
//! let user = UserHandle::random()?; // store it with the account, which had none
//! let mut records = Vec::new();
//! for row in u2f::records(stored, |_| Some(user.clone())) {
//!     records.push(row?.record);
//! }
//!
//! let rp = RelyingParty::builder("clinic.example", "Example Clinic").user_verification_preferred().build()?;
//! let appid = RequestExtensions::default().appid(AppId::new("https://clinic.example/u2f.json")?);
//! let request = AuthenticationRequest::known(&user, &records).extensions(appid);
//! let session = Session::bound("oSBnvPbCgZ"); // the id of the web session
//! let (options, state) = rp.start_authentication(request, session, UnixTime::from_secs(0))?;
//! # assert_eq!(serde_json::to_value(&options)?["extensions"]["appid"], "https://clinic.example/u2f.json");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored registrations: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row. Create one for an account that has none.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["keyHandle"])?;
    to.public_key = row.public_key(&["publicKey"])?;
    to.sign_count = row.optional_count(&["counter", "signCount"])?.unwrap_or_default();
    to.transports = row.transports(&["transports"])?;
    Ok(())
}
