//! The receipt of a confirmation, which anybody with the public key can verify years later.

use super::digest::Nonce;
use super::document::Document;
use super::part::Part;
use crate::ceremony::authentication::{self, ExpectedAuthentication, SignCountPolicy, UserVerification};
use crate::ceremony::evidence::Evidence;
use crate::ceremony::{Failure, Site};
use crate::client::AuthenticationResponse;
use crate::codec::base64url;
use crate::credential::{CredentialId, CredentialRecord, UserHandle, Version};
use crate::crypto::Backend;
use crate::extensions::Blob;
use crate::macros::getters;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A document, its nonce, and the response that confirms it. Store it with the record of the act, for as long as that is kept.
///
/// Reading verifies nothing, so a receipt from a store or from somebody else is a claim until [`Self::verify`] accepts it. The
/// JSON has the document with its nonce: give it only to whoever may read all of it. For others there is [`Self::part`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    document: Document,
    nonce: Nonce,
    response: AuthenticationResponse,
}

/// A confirmation that was verified. Only [`Receipt::verify`], [`Part::verify`] and the front door make it.
///
/// It proves what was hashed, not what was seen: WebAuthn has no trusted display.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "check whether it is the credential, the account and the document that you expect"]
pub struct Confirmed {
    challenge: [u8; 32],
    user: UserHandle,
    credential_id: CredentialId,
    user_verification: UserVerification,
    items: usize,
    head: Option<(bool, bool)>,
    evidence: Evidence,
}

impl Receipt {
    /// Makes a receipt of its parts. Nothing is verified.
    ///
    /// Of the response, only what is signed and the user handle are kept, as in the JSON of the receipt. [`Self::verify`] judges
    /// nothing else.
    #[must_use]
    pub fn new(document: Document, nonce: Nonce, response: AuthenticationResponse) -> Self {
        let kept = AuthenticationResponse::from_json(&Signed::of(&response).to_json());
        Self { document, nonce, response: kept.unwrap_or(response) }
    }

    getters! {
        /// Returns the document.
        pub const fn document(&self) -> &Document = &self.document;
        /// Returns the nonce. Only who may read the whole document may have it.
        pub const fn nonce(&self) -> &Nonce = &self.nonce;
    }

    /// Verifies the receipt: §7.2 with the challenge that follows from the document. User verification is required, frames
    /// are refused, and the counter is reported and not judged, because the record may be newer.
    ///
    /// `record` is the record at the time of the act: credential id, user handle, public key, and the flags. A record that changed
    /// since may refuse the receipt (BE), or count its user verification as a factor although it was not one then
    /// (`uv_initialized`). If `uv_initialized` is false, user verification does not count as a factor
    /// ([`Confirmed::user_verification`]).
    ///
    /// ```
    /// use wardkey::CredentialRecord;
    /// use wardkey::ceremony::{Failure, Origins, Site};
    /// use wardkey::confirmation::Receipt;
    /// use wardkey::crypto::default_backend;
    /// fn years_later(receipt: &Receipt, record: &CredentialRecord) -> Result<bool, Failure> {
    ///     let site = Site::new("clinic.example", Origins::exact(["https://portal.clinic.example"]));
    ///     let confirmed = receipt.verify(&site, record, default_backend())?;
    ///     Ok(confirmed.user_verification().is_factor())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Failure`] with the step that refuses. A changed document is refused at step 11: `challenge-mismatch`.
    pub fn verify(&self, site: &Site, record: &CredentialRecord, backend: &dyn Backend) -> Result<Confirmed, Failure> {
        let digests = self.document.digests(&site.rp_id, &self.nonce, backend);
        let stated = Some((self.document.signer(), self.document.meaning()));
        verify(digests.challenge, (digests.items.len(), stated), site, record, &self.response, backend)
    }

    /// Returns what one reader may see: the members that are not items if `head`, and the items with these numbers, from 1.
    ///
    /// ```
    /// use wardkey::confirmation::{Part, Receipt};
    /// use wardkey::crypto::default_backend;
    /// fn for_the_pharmacy(receipt: &Receipt) -> (Part, String) {
    ///     let part = receipt.part("clinic.example", true, &[3], default_backend());
    ///     (part, receipt.response_json()) // with the public key of the credential
    /// }
    /// ```
    #[must_use]
    pub fn part(&self, rp_id: &str, head: bool, items: &[u32], backend: &dyn Backend) -> Part {
        Part::of(&self.document, &self.nonce, rp_id, (head, items), backend)
    }

    /// Returns the response as AuthenticationResponseJSON (§5.1), with what is signed and without what is not.
    #[must_use]
    pub fn response_json(&self) -> String {
        Signed::of(&self.response).to_json()
    }
}

/// §7.2 with a challenge that follows from a document. `stated` is the signer and the meaning, if the head is disclosed.
pub(super) fn verify(
    challenge: [u8; 32],
    (items, stated): (usize, Option<(&str, &str)>),
    site: &Site,
    record: &CredentialRecord,
    response: &AuthenticationResponse,
    backend: &dyn Backend,
) -> Result<Confirmed, Failure> {
    let site = site.without_frames();
    let mut expected = ExpectedAuthentication::new(&site, &challenge);
    expected.user_handle = Some(record.user_handle.as_bytes());
    expected.sign_count = SignCountPolicy::Report;
    let verified = authentication::verify(&expected, response, record, backend)?;
    Ok(Confirmed::of(challenge, (items, stated), record, verified.user_verification(), verified.evidence()))
}

impl Confirmed {
    /// `items` is the number of items of the document. `stated` is the signer and the meaning, if the head is disclosed.
    pub(crate) fn of(
        challenge: [u8; 32],
        (items, stated): (usize, Option<(&str, &str)>),
        record: &CredentialRecord,
        user_verification: UserVerification,
        evidence: Evidence,
    ) -> Self {
        Self {
            challenge,
            user: record.user_handle.clone(),
            credential_id: record.id.clone(),
            user_verification,
            items,
            head: stated.map(|(signer, meaning)| (!signer.is_empty(), !meaning.is_empty())),
            evidence,
        }
    }

    getters! {
        /// Returns the challenge that was signed.
        pub const fn challenge(&self) -> &[u8; 32] = &self.challenge;
        /// Returns the account.
        pub const fn user(&self) -> &UserHandle = &self.user;
        /// Returns the credential that signed.
        pub const fn credential_id(&self) -> &CredentialId = &self.credential_id;
        /// Returns user verification, and whether it counts as a factor.
        pub const fn user_verification(&self) -> UserVerification = self.user_verification;
        /// Returns the number of items of the document, disclosed or not.
        pub const fn items(&self) -> usize = self.items;
        /// Returns the evidence of the ceremony.
        pub const fn evidence(&self) -> &Evidence = &self.evidence;
    }

    /// Whether the head is known, and whether it names a signer and states a meaning.
    pub(crate) const fn head(&self) -> Option<(bool, bool)> {
        self.head
    }
}

/// What is kept of a response: what is signed, and whose it is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signed {
    #[serde(with = "base64url::text")]
    raw_id: Vec<u8>,
    #[serde(rename = "clientDataJSON", with = "base64url::text")]
    client_data_json: Vec<u8>,
    #[serde(with = "base64url::text")]
    authenticator_data: Vec<u8>,
    #[serde(with = "base64url::text")]
    signature: Vec<u8>,
    /// As posted, also if it is no [`UserHandle`], so that a receipt is judged like its response.
    #[serde(deserialize_with = "Option::deserialize")]
    user_handle: Option<Blob>,
}

impl Signed {
    fn of(response: &AuthenticationResponse) -> Self {
        Self {
            raw_id: response.credential_id().to_vec(),
            client_data_json: response.client_data_json().to_vec(),
            authenticator_data: response.authenticator_data().to_vec(),
            signature: response.signature().to_vec(),
            user_handle: response.user_handle().map(|handle| handle.to_vec().into()),
        }
    }

    /// Every value is base64url, which needs no escapes.
    fn to_json(&self) -> String {
        let [id, client_data, authenticator_data, signature] =
            [&self.raw_id, &self.client_data_json, &self.authenticator_data, &self.signature]
                .map(|bytes| base64url::encode(bytes));
        let handle = self
            .user_handle
            .as_ref()
            .map_or_else(String::new, |handle| format!(r#","userHandle":"{}""#, base64url::encode(handle.as_bytes())));
        format!(
            r#"{{"id":"{id}","rawId":"{id}","type":"public-key","clientExtensionResults":{{}},"response":{{"clientDataJSON":"{client_data}","authenticatorData":"{authenticator_data}","signature":"{signature}"{handle}}}}}"#
        )
    }
}

/// The serde form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: Version,
    document: Document,
    nonce: Nonce,
    response: Signed,
}

impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self { document, nonce, response } = self.clone();
        Wire { version: Version, document, nonce, response: Signed::of(&response) }.serialize(to)
    }
}

/// Reading checks the bounds, and verifies nothing.
impl<'de> Deserialize<'de> for Receipt {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Wire { document, nonce, response, .. } = Wire::deserialize(from)?;
        let response = AuthenticationResponse::from_json(&response.to_json()).map_err(D::Error::custom)?;
        Ok(Self { document, nonce, response })
    }
}
