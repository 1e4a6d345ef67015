//! Makes cases: a metadata service of the software authenticator, its BLOBs, and models in them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use wardkey::UnixTime;
use wardkey_authenticator::{Algorithm, Authority, Certificate, Extension, Key, Name, der};

/// 2026-11-23, on which the cases are judged.
pub(crate) const AT: i64 = 1_795_392_000;
pub(crate) const HOST: &str = "mds.fidoalliance.org";
pub(crate) const MODEL: &str = "4d2a85c5-bed7-3a79-19b6-08c88a9afe48";
pub(crate) const OTHER: &str = "2048aa72-90ea-32a0-8eb7-85d68fe66d0e";

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn dns_name(name: &str) -> Vec<u8> {
    der::implicit(2, name.as_bytes())
}

/// A metadata service that signs a payload.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) algorithm: Algorithm,
    pub(crate) root: Authority,
    pub(crate) intermediate: Authority,
    pub(crate) key: Key,
    pub(crate) leaf: Certificate,
    /// The JWS header; `x5c` is added unless it is there.
    pub(crate) header: Value,
    pub(crate) payload: String,
}

impl Service {
    pub(crate) fn new(payload: &Value) -> Self {
        Self::by(Algorithm::Es256, payload)
    }

    pub(crate) fn by(algorithm: Algorithm, payload: &Value) -> Self {
        let root = Authority::root("metadata.root", Algorithm::Es256);
        let intermediate = Authority::intermediate("metadata.intermediate", Algorithm::Es256, &root);
        let key = Key::new(&format!("metadata.signer.{}", algorithm.name()), algorithm);
        let subject = Name::new(HOST, "wardkey", "Metadata Service");
        let mut leaf = Certificate::new(intermediate.certificate.subject.clone(), subject, vec![7; 16], &key);
        leaf.set(Extension::basic_constraints(false, None));
        leaf.set(Extension::digital_signature());
        leaf.set(Extension::subject_alt_name(&[&dns_name(HOST)]));
        let header = json!({ "alg": algorithm.name(), "typ": "JWT" });
        Self { algorithm, root, intermediate, key, leaf, header, payload: payload.to_string() }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn x5c(&self) -> Vec<Vec<u8>> {
        vec![self.leaf.sign(&self.intermediate.key), self.intermediate.der()]
    }

    pub(crate) fn blob(&self) -> String {
        let mut header = self.header.clone();
        if header.get("x5c").is_none() {
            header["x5c"] = self.x5c().iter().map(|der| base64(der)).collect();
        }
        self.sign(header.to_string().as_bytes())
    }

    /// Signs with this header, whatever it is.
    pub(crate) fn sign(&self, header: &[u8]) -> String {
        let signed = format!("{}.{}", base64url(header), base64url(self.payload.as_bytes()));
        let signature = match self.algorithm {
            Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => {
                let signature = self.key.sign_ecdsa(signed.as_bytes());
                [signature.r, signature.s].concat()
            }
            _ => self.key.sign(signed.as_bytes()),
        };
        format!("{signed}.{}", base64url(&signature))
    }

    /// A case about the BLOB itself.
    pub(crate) fn case(&self, id: &str, expect: Value) -> Value {
        case(id, "blob", self, self.blob(), expect)
    }
}

pub(crate) fn case(id: &str, kind: &str, service: &Service, blob: String, expect: Value) -> Value {
    json!({
        "id": id, "kind": kind, "blob": blob, "roots": [base64url(&service.root.der())], "at": AT,
        "leaf_name": HOST, "expect": expect,
    })
}

pub(crate) fn payload(entries: &[Value]) -> Value {
    json!({ "legalHeader": "made up", "no": 291, "nextUpdate": "2026-12-01", "entries": entries })
}

pub(crate) fn report(status: &str, date: &str) -> Value {
    json!({ "status": status, "effectiveDate": date })
}

/// A report with more members.
pub(crate) fn report_with(status: &str, date: &str, more: Value) -> Value {
    let mut report = report(status, date);
    merge(&mut report, more);
    report
}

pub(crate) fn merge(into: &mut Value, more: Value) {
    let Value::Object(more) = more else { panic!("an object") };
    for (name, value) in more {
        into[name] = value;
    }
}

/// An entry of a FIDO2 model.
pub(crate) fn entry(aaguid: &str, reports: &[Value], anchors: &[Vec<u8>]) -> Value {
    let roots: Vec<String> = anchors.iter().map(|der| base64(der)).collect();
    json!({
        "aaguid": aaguid,
        "metadataStatement": {
            "aaguid": aaguid, "description": "Made-up model", "authenticatorVersion": 5, "protocolFamily": "fido2",
            "keyProtection": ["hardware", "secure_element"], "matcherProtection": ["on_chip"],
            "attachmentHint": ["external", "nfc"], "tcDisplay": [], "attestationTypes": ["basic_full"],
            "userVerificationDetails": [[{ "userVerificationMethod": "passcode_external" }]],
            "attestationRootCertificates": roots, "icon": "data:image/png;base64,iVBORw0KGgo=",
        },
        "statusReports": reports,
        "timeOfLastStatusChange": "2024-06-01",
    })
}

/// A policy in JSON: the known models, with changes.
pub(crate) fn policy(change: Value) -> Value {
    let mut policy = serde_json::to_value(wardkey::policy::MetadataPolicy::known()).unwrap();
    merge(&mut policy, change);
    policy
}

pub(crate) fn at() -> UnixTime {
    UnixTime::from_secs(AT)
}
