//! Values of the caller that cannot be used.

/// Why a value that you passed cannot be used: an id, a handle, an AAGUID, an RP ID, an origin, or the name of an app.
///
/// Contains lengths, but no text of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidValue {
    /// The wrong number of bytes.
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
    /// The host of a web origin is neither the RP ID nor below it. Other sites need `related_origin`.
    #[error(
        "expected an origin within the RP ID, found another; add it as a related origin if /.well-known/webauthn lists it"
    )]
    OriginOutsideRpId,
    /// A native origin that is not `android:apk-key-hash:` and a SHA-256 in base64url, or `ios:bundle-id:` and a name.
    #[error("expected a native origin, such as android:apk-key-hash:… or ios:bundle-id:…, found other text")]
    NativeOrigin,
    /// No origin, where a document or a payment must list some.
    #[error("expected at least one origin, found none")]
    NoOrigin,
    /// Not the identity of an app: an Android package and its certificates, or an Apple team and bundle.
    #[error(
        "expected an app's name, such as org.example.portal, with its certificates or its team, such as A1B2C3D4E5"
    )]
    App,
}
