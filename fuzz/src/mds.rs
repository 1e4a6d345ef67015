//! A metadata service whose signatures all verify, because the backend is [`Yes`].

use crate::Yes;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::sync::LazyLock;
use wardkey::UnixTime;
use wardkey::metadata::{Metadata, Roots, Seen, verify};
use wardkey::x509::TrustAnchor;
use wardkey_authenticator::{Algorithm, Authority, Certificate, Extension, Key, Name};

/// 2026-11-23.
pub const AT: UnixTime = UnixTime::from_secs(1_795_392_000);

/// The root of the service, and the header and signature of its BLOBs.
struct Service {
    roots: Roots,
    header: String,
    signature: String,
}

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let root = Authority::root("metadata.root", Algorithm::Es256);
    let key = Key::new("metadata.signer", Algorithm::Es256);
    let name = Name::new("mds.fidoalliance.org", "wardkey", "Metadata Service");
    let mut leaf = Certificate::new(root.certificate.subject.clone(), name, vec![7; 16], &key);
    leaf.set(Extension::basic_constraints(false, None));
    leaf.set(Extension::digital_signature());
    let header = format!(r#"{{"alg":"ES256","x5c":["{}"]}}"#, STANDARD.encode(leaf.sign(&root.key)));
    Service {
        roots: Roots::any_name([TrustAnchor::from_der(&root.der()).expect("a root")]),
        header: URL_SAFE_NO_PAD.encode(header),
        signature: URL_SAFE_NO_PAD.encode([1; 64]),
    }
});

/// The roots of the service.
pub fn roots() -> &'static Roots {
    &SERVICE.roots
}

/// A BLOB with this payload.
pub fn blob(payload: &[u8]) -> String {
    format!("{}.{}.{}", SERVICE.header, URL_SAFE_NO_PAD.encode(payload), SERVICE.signature)
}

/// The metadata of this payload, if it is one.
pub fn metadata(payload: &[u8]) -> Option<Metadata> {
    verify(blob(payload).as_bytes(), roots(), Seen::nothing(), AT, &Yes).ok()
}
