//! The error for invalid values that the caller passes.

/// Why a value that you passed cannot be used: an id, a handle, an AAGUID, an RP ID, an origin, the name of an app, or an
/// extension input.
///
/// Contains lengths, but no text of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidValue {
    /// A value has the wrong number of bytes.
    #[error("{what} must have 1 to {most} bytes, found {len}")]
    #[non_exhaustive]
    Length {
        /// The kind of value.
        what: &'static str,
        /// The number of bytes found.
        len: usize,
        /// The maximum number of bytes.
        most: usize,
    },
    /// Text that is not base64url without padding.
    #[error("expected base64url without padding, found other text")]
    NotBase64Url,
    /// Text that is not an AAGUID in the form of FIDO metadata.
    #[error("expected an AAGUID of 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, found other text")]
    Aaguid,
    /// The RP ID is not a domain name in lower case (an internationalised one in its `xn--` form), without scheme, port, path
    /// or trailing dot.
    #[error("expected a bare domain name in lower case as RP ID, such as clinic.example, found other text")]
    RpId,
    /// The RP ID is an IP address, which no client accepts.
    #[error("expected a domain name as RP ID, or localhost while developing, found an IP address")]
    RpIdIsAnAddress,
    /// An origin that is not in the form that clients send: scheme, host, and the port unless it is the default of the scheme.
    #[error("expected an origin of scheme, host and any port, such as https://portal.clinic.example, found other text")]
    Origin,
    /// `http` with a host other than localhost.
    #[error("expected an https origin, found http; clients allow http on localhost only")]
    InsecureOrigin,
    /// A web origin with an IP address, such as `http://127.0.0.1:3000` or `http://[::1]`. Clients send it, but no RP ID matches an
    /// IP address, so they refuse every ceremony there. Open the page at `http://localhost:3000` and use the RP ID `localhost`.
    #[error("expected an origin with a domain name, found an IP address, which no RP ID matches; use localhost")]
    AddressOrigin,
    /// The host of a web origin is neither the RP ID nor below it. Other sites need `related_origin`.
    #[error(
        "expected an origin within the RP ID, found another; add it as a related origin if /.well-known/webauthn lists it"
    )]
    OriginOutsideRpId,
    /// An origin for `native_origin` that is not of an app, a browser extension or a shell in the form that clients send. A web
    /// origin belongs to `origin`: iOS apps that use Apple's API send `https://` and the RP ID.
    #[error(
        "expected the origin of an app, a browser extension or a shell, such as android:apk-key-hash:… or \
         chrome-extension://…, found other text; web origins, which iOS apps send as well, belong to `origin`"
    )]
    NativeOrigin,
    /// An Android origin without base64url of a SHA-256, such as one in hexadecimal digits or of SHA-1.
    #[error(
        "expected android:apk-key-hash: and the SHA-256 of the signing certificate in base64url without padding, found \
         other text; `well_known::android_origin` makes it"
    )]
    AndroidOrigin,
    /// `file://`, `data:`, `about:`, `blob:` or `null`. Browsers serialise the origin of such a page as `null` or as `file://`, the
    /// same for every page, so accepting it would let any local file sign in your users.
    #[error("expected an origin of one application, found one that all local pages share, such as file://")]
    SharedOrigin,
    /// There is no origin, but a document or a payment must list at least one.
    #[error("expected at least one origin, found none")]
    NoOrigin,
    /// The identity of an app is malformed: an Android package with its certificates, or an Apple team id with a bundle id.
    #[error(
        "expected an app's name, such as org.example.portal, with its certificates or its team, such as A1B2C3D4E5"
    )]
    App,

    /// An AppID that is not an https URL.
    #[error("expected an https URL as AppID, such as https://clinic.example/u2f.json, found other text")]
    AppId,
    /// `credBlob` of more than [`Blob::MAX_CRED_BLOB_LEN`](crate::extensions::Blob::MAX_CRED_BLOB_LEN) bytes.
    #[error("expected a credBlob of at most 32 bytes, which every authenticator can store, found a longer one")]
    CredBlobTooLong,
    /// `prf.evalByCredential` has a credential that is not in `allowCredentials`, so clients would fail (§10.1.4).
    #[error("prf.evalByCredential names a credential that is not in allowCredentials")]
    PrfCredential,
    /// `largeBlob` both reads and writes, or does neither (§10.1.5).
    #[error("largeBlob must either read or write")]
    LargeBlobReadAndWrite,
    /// `largeBlob.write` without exactly one credential in `allowCredentials` (§10.1.5).
    #[error("largeBlob.write needs exactly one credential in allowCredentials")]
    LargeBlobWriteNeedsOne,
    /// A salt of `hmacGetSecret` does not have 32 bytes.
    #[error("expected salts of 32 bytes in hmacGetSecret, found another length")]
    HmacSaltLength,
    /// `enforceCredentialProtectionPolicy` without a policy (CTAP §12.1).
    #[error("enforceCredentialProtectionPolicy needs credentialProtectionPolicy")]
    EnforceWithoutPolicy,
    /// An input in `others` has a field of its own, so JSON would have the member twice.
    #[error("the input {0} has a field of its own, but was found in `others`")]
    HasAField(&'static str),
    /// `isPayment` is not true, its only valid value.
    #[error("expected true in isPayment, found another value")]
    NotTrue,
    /// `payment` without `authenticatorAttachment: "platform"`, so clients would fail (Secure Payment Confirmation §5).
    #[error("payment needs authenticatorAttachment platform")]
    PaymentAttachment,
    /// `payment` with `residentKey: "discouraged"`, so clients would fail.
    #[error("payment needs residentKey required or preferred")]
    PaymentResidentKey,
    /// `payment` without required user verification (for example in a conditional registration), so clients would fail.
    #[error("payment needs userVerification required")]
    PaymentUserVerification,
    /// An output is required of an extension that is not requested.
    #[error("an output of {0} is required, but not requested")]
    RequiredButNotRequested(&'static str),
    /// A signed output is required of a registration, but no attestation is requested, and `none` signs nothing.
    #[error("a signed output of {0} is required; ask for direct or enterprise attestation, because none signs nothing")]
    RequiredButNotAttested(&'static str),
}
