//! ASP.NET Core Identity (.NET): the rows of its table `AspNetUserPasskeys`, or its `UserPasskeyInfo`.
//!
//! Source: learn.microsoft.com, "Enable Web Authentication API (WebAuthn) passkeys" (ASP.NET Core 10);
//! github.com/dotnet/aspnetcore, `IdentityUserPasskey.cs`, `IdentityPasskeyData.cs` and `IdentityUserContext.cs` (schema
//! version 3): the columns `CredentialId`, `UserId`, and `Data`, which is JSON. In `Data`, EF Core writes bytes in base64, or
//! with SQLite in hexadecimal digits. In the second case `CredentialId` may be in hexadecimal digits too.
//!
//! The user handle is the text of the user's id in UTF-8. Ids of type `Guid` are in lower case; convert the column if your
//! database writes them in upper case.
//!
//! UV at registration is taken from the attestation object, or else from `IsUserVerified`, which no sign-in changes.

use super::{ImportError, Imported, Items, Members, Reason, import};
use crate::codec::hex;

/// Converts stored passkeys: an array, JSON lines or one object. Each row holds its user handle.
pub fn records(json: &str) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, |_| None)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    let json = row.json(&["Data"])?;
    let data = json.as_deref().map(Members::read).transpose();
    let data = data.map_err(|_| Reason::Malformed { member: "Data", expected: "an object, or the JSON of one" })?;
    let data = data.as_ref().unwrap_or(row); // `UserPasskeyInfo` has all members in one object
    let digits = data.text(&["PublicKey"]).ok().flatten().and_then(|text| hex::decode(&text));
    let notation = Notation { hexadecimal: digits.is_some_and(|key| is_map(&key)) };
    to.id = notation.bytes(row, "CredentialId")?.ok_or(Reason::Missing { member: "CredentialId" })?;
    to.public_key = match notation.bytes(data, "PublicKey") {
        Ok(Some(key)) => key,
        _ => data.public_key(&["PublicKey"])?,
    };
    to.sign_count = data.count(&["SignCount"])?;
    to.transports = data.transports(&["Transports"])?;
    to.user_verified = data.flag(&["IsUserVerified"])?;
    to.backup_eligible = data.flag(&["IsBackupEligible"])?;
    to.backup_state = data.flag(&["IsBackedUp"])?;
    to.attestation_object = notation.bytes(data, "AttestationObject")?;
    to.user_handle = row.name(&["UserId"])?.map(String::into_bytes);
    Ok(())
}

/// The notation of byte strings in a row.
#[derive(Clone, Copy)]
struct Notation {
    hexadecimal: bool,
}

impl Notation {
    fn bytes(self, from: &Members<'_>, member: &'static str) -> Result<Option<Vec<u8>>, Reason> {
        let digits = if self.hexadecimal { from.text(&[member]).unwrap_or_default() } else { None };
        match digits.and_then(|digits| hex::decode(&digits)) {
            Some(bytes) => Ok(Some(bytes)),
            None => from.optional_bytes(&[member]),
        }
    }
}

/// Returns whether bytes begin with the head of a CBOR map, as a COSE_Key does. In base64 such bytes begin with a letter from
/// `o` to `v`. None of these is a hexadecimal digit, so a text has one meaning.
fn is_map(key: &[u8]) -> bool {
    key.first().is_some_and(|head| head >> 5 == 5)
}
