//! Keycloak (Java): the WebAuthn credentials of a realm's export, or the rows of its table `CREDENTIAL`.
//!
//! Source: keycloak.org, "Importing and exporting realms" (`kc.sh export`, with users), and the API documentation of
//! `WebAuthnCredentialModel` and `WebAuthnCredentialData` (releases 8 to 26): `credentialData` is the text of a JSON object
//! with `credentialId` in base64, `credentialPublicKey` in base64url, `counter` and `transports`.
//!
//! | text | rows |
//! |---|---|
//! | the export of a realm, or of its users: `{"users": [{"id": …, "credentials": […]}]}` | the credentials of all users, counted in one sequence |
//! | users, each with `credentials`: an array, JSON lines or one | the same |
//! | rows of the table, with `user_id`, `type` and `credential_data` | the rows |
//!
//! Credentials of types other than `webauthn` and `webauthn-passwordless`, such as passwords, are counted and skipped. The
//! answer of the Admin REST API for the credentials of one user has no user id, so put it into `{"id": …, "credentials": …}`.
//!
//! The user handle is the text of the user's id in UTF-8. Keycloak stores neither UV nor backup flags.

use super::rows::{one, split};
use super::{ImportError, Imported, Items, Members, Reason};

/// Converts the WebAuthn credentials of a realm's export, of users, or of rows of the table `CREDENTIAL`.
pub fn records(json: &str) -> impl Iterator<Item = Result<Imported, ImportError>> {
    let credentials = credentials(json).into_iter().enumerate();
    let webauthn = credentials.filter(|(_, (_, row))| row.map_or(true, is_webauthn));
    webauthn.map(|(index, (user, row))| one(index, row, |json, items| read(json, user, items), |_| None))
}

/// The id of the user if it is stored outside of the credential, and the credential.
type Credential<'a> = (Option<String>, Result<&'a str, Reason>);

/// Returns the credentials of a text.
fn credentials(json: &str) -> Vec<Credential<'_>> {
    let mut all = Vec::new();
    for row in split(json) {
        let users = member(row, "users").map_or_else(|| vec![row], split);
        users.into_iter().for_each(|user| of_user(user, &mut all));
    }
    all
}

/// Adds the credentials of a user. A row that is not a user is itself a credential.
fn of_user<'a>(row: Result<&'a str, Reason>, all: &mut Vec<Credential<'a>>) {
    match member(row, "credentials") {
        Some(json) => {
            let id = row.and_then(Members::read).and_then(|user| user.name(&["id"])).unwrap_or_default();
            all.extend(split(json).into_iter().map(|credential| (id.clone(), credential)));
        }
        None if member(row, "username").is_some() => {}
        None => all.push((None, row)),
    }
}

/// Returns the JSON of a member, if the row is an object that has it.
fn member<'a>(row: Result<&'a str, Reason>, name: &'static str) -> Option<&'a str> {
    Members::read(row.ok()?).ok()?.raw(&[name]).ok()?.map(|(_, json)| json)
}

/// Returns whether the type of a credential is WebAuthn or missing.
fn is_webauthn(json: &str) -> bool {
    let kind = Members::read(json).and_then(|row| row.text(&["type"]));
    kind.map_or(true, |kind| kind.is_none_or(|kind| matches!(&*kind, "webauthn" | "webauthn-passwordless")))
}

fn read(json: &str, user: Option<String>, to: &mut Items) -> Result<(), Reason> {
    const DATA: &str = "credentialData";
    let row = Members::read(json)?;
    let data = row.json(&[DATA])?.ok_or(Reason::Missing { member: DATA })?;
    let expected = "an object, or the JSON of one";
    let data = Members::read(&data).map_err(|_| Reason::Malformed { member: DATA, expected })?;
    to.id = data.bytes(&["credentialId"])?;
    to.public_key = data.public_key(&["credentialPublicKey"])?;
    to.sign_count = data.count(&["counter"])?;
    to.transports = data.transports(&["transports"])?;
    to.user_handle = user.map_or_else(|| row.name(&["user_id"]), |user| Ok(Some(user)))?.map(String::into_bytes);
    Ok(())
}
