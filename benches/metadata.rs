//! The FIDO Metadata Service, compared with the work that cannot be avoided: `cargo bench --bench metadata --features mds`.
//!
//! The big BLOB is made like that of 2026-10: 520 entries, 262 anchors of which one model has 45, and icons that are three quarters
//! of the payload. The small one is made like one of 2023: 174 entries, 129 anchors. The limit of a BLOB is base64 decoding and the
//! signatures of the BLOB and of its certificates, with their hashes. The goal compares with a limit that uses the portable
//! decoder of the crate base64. The library uses the SIMD decoder of that crate, so a second limit uses it too.

#![allow(unsafe_code, reason = "a global allocator that counts")]

#[path = "../tests/bounds/counting.rs"]
#[allow(dead_code, reason = "tests/bounds uses the rest")]
mod counting;
#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/metadata/make.rs"]
#[allow(dead_code, unused_imports, reason = "tests/metadata uses the rest")]
mod make;

use base64::Engine;
use base64::engine::general_purpose::{NO_PAD, URL_SAFE_NO_PAD};
use harness::{Table, contestant};
use make::{HOST, Service, at, entry, payload, report};
use serde_json::{Value, json};
use std::hint::black_box;
use wardkey::attestation::Format;
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::{Origins, Site, registration};
use wardkey::crypto::{Algorithm as Known, AwsLcRs, Backend, Curve, Hash, PublicKey, Scheme};
use wardkey::metadata::{Attested, Circumstance, Metadata, ModelId, Roots, Seen, verify};
use wardkey::policy::{AttestationPolicy, MetadataPolicy, MetadataTrust, Trust, TrustAnchors};
use wardkey::x509::TrustAnchor;
use wardkey::{RegistrationResponse, UserHandle};
use wardkey_authenticator::{Algorithm, Authority, Certified as _, Packed, Registration};

/// The AAGUID of a made-up model.
fn aaguid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn entries(models: usize, anchors: &[Vec<u8>], icon: usize) -> Vec<Value> {
    let icon = format!("data:image/png;base64,{}", "iVBORw0KGgo1".repeat(icon / 12));
    let made = |number: usize| {
        let count = if number == 0 { 45 } else { 1 + number % 3 };
        let own: Vec<Vec<u8>> = anchors.iter().cycle().skip(number).take(count.min(anchors.len())).cloned().collect();
        let reports = [report("FIDO_CERTIFIED_L1", "2024-05-14"), report("FIDO_CERTIFIED", "2024-05-14")];
        let mut entry = entry(&aaguid(number + 1), &reports, &own);
        entry["metadataStatement"]["description"] = format!("Made-up model number {number} of a vendor").into();
        entry["metadataStatement"]["icon"] = icon.clone().into();
        entry["metadataStatement"]["authenticatorGetInfo"] = json!({
            "versions": ["FIDO_2_1", "FIDO_2_0"], "extensions": ["credProtect", "hmac-secret"], "aaguid": "00",
            "options": { "rk": true, "clientPin": true, "up": true }, "maxMsgSize": 1200, "algorithms": [{ "alg": -7 }],
        });
        entry
    };
    (0..models).map(made).collect()
}

/// A BLOB, and the work that verifying it cannot avoid.
struct Blob {
    blob: String,
    roots: Roots,
    service: Service,
}

impl Blob {
    fn new(models: usize, anchors: usize, icon: usize) -> Self {
        let anchors: Vec<_> = (0..anchors)
            .map(|number| Authority::root(&format!("bench.anchor.{number}"), Algorithm::Es256).der())
            .collect();
        let service = Service::by(Algorithm::Rs256, &payload(&entries(models, &anchors, icon)));
        let roots = Roots::of(HOST, [TrustAnchor::from_der(&service.root.der()).unwrap()]);
        Self { blob: service.blob(), roots, service }
    }

    fn verify(&self) -> Metadata {
        verify(self.blob.as_bytes(), &self.roots, Seen::nothing(), at(), &AwsLcRs).unwrap()
    }
}

/// Base64 decoding, the signature with its hash, and two signatures of certificates. `info` is the SubjectPublicKeyInfo of an RSA key
/// of 2048 bits.
fn limit(base64: &impl Engine, blob: &str, info: &[u8]) {
    let (signed, signature) = blob.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    for part in [header, payload, signature] {
        black_box(base64.decode(part).unwrap());
    }
    let signature = base64.decode(signature).unwrap();
    let key = PublicKey::rsa(&info[33..289], &info[291..]).unwrap();
    AwsLcRs.verify(Scheme::RsaPkcs1(Hash::Sha256), &key, signed.as_bytes(), &signature).unwrap();
    es256();
    es256();
}

/// One ES256 verification.
fn es256() {
    thread_local! {
        static MADE: (Vec<u8>, Vec<u8>, Vec<u8>) = {
            let key = wardkey_authenticator::Key::new("bench.es256", Algorithm::Es256);
            let info = key.spki();
            (info[27..59].to_vec(), info[59..].to_vec(), key.sign(&[0; 500]))
        };
    }
    MADE.with(|(x, y, signature)| {
        let key = PublicKey::ec(Curve::P256, x, y).unwrap();
        AwsLcRs.verify(Scheme::Ecdsa(Curve::P256, Hash::Sha256), &key, &[0; 500], signature).unwrap();
    });
}

fn main() {
    let big = Blob::new(520, 262, 11_100);
    let small = Blob::new(174, 129, 9_150);
    let metadata = big.verify();

    let shared = shared();
    let made = [("big", &big), ("small", &small)].map(|(name, made)| {
        let models = made.verify().models().len();
        let name = format!("{name}: {:.1} MB, {models} models", made.blob.len() as f64 / 1e6);
        (name, &made.blob, &made.roots, made.service.key.spki())
    });
    let real = shared.iter().map(|(blob, roots, info)| ("2026-10".to_owned(), blob, roots, info.clone()));
    let blobs: Vec<_> = made.into_iter().chain(real).collect();
    let verified = |blob: &str, roots: &Roots| verify(blob.as_bytes(), roots, Seen::nothing(), at(), &AwsLcRs).unwrap();

    let table = Table::new("Verifying a BLOB", &["BLOB", "limit", "limit, SIMD decoder", "verify"]);
    let simd = base64::engine::Simd::url_safe(NO_PAD);
    for (name, blob, roots, info) in &blobs {
        table.row(
            name,
            [
                Some(contestant(|| limit(&URL_SAFE_NO_PAD, blob, info))),
                Some(contestant(|| limit(&simd, blob, info))),
                Some(contestant(|| verified(blob, roots))),
            ],
        );
    }
    let table = Table::new("Reading the compact form back", &["BLOB", "verify", "from_bytes"]);
    for (name, blob, roots, _) in &blobs {
        let bytes = verified(blob, roots).to_bytes();
        table.row(
            name,
            [Some(contestant(|| verified(blob, roots))), Some(contestant(|| Metadata::from_bytes(&bytes).unwrap()))],
        );
    }
    if let Some((blob, roots, _)) = &shared {
        let (kept, peak) = counting::peak(|| verified(blob, roots));
        sizes("2026-10", blob.len(), peak, &kept);
    }
    let (_, peak) = counting::peak(|| big.verify());
    sizes("big", big.blob.len(), peak, &metadata);

    let many = Blob::new(50_000, 262, 0).verify();
    let few = Blob::new(500, 262, 0).verify();
    let ids: Vec<ModelId> = (0..64).map(|number| aaguid(1 + number * 7).parse().unwrap()).collect();
    let find = |metadata: &Metadata| ids.iter().map(|id| metadata.models_of(id).count()).sum::<usize>();
    let table = Table::new("64 look-ups", &["by", "64 ES256 verifications", "among 500 models", "among 50,000"]);
    table.row(
        "AAGUID",
        [
            Some(contestant(|| (0..64).for_each(|_| es256()))),
            Some(contestant(|| find(&few))),
            Some(contestant(|| find(&many))),
        ],
    );

    let root = Authority::root("bench.anchor.1", Algorithm::Es256);
    let anchor = TrustAnchor::from_der(&root.der()).unwrap();
    let model: Aaguid = aaguid(2).parse().unwrap();
    let leaf = root.der();
    let attested = Attested::from_chain(Format::Packed, model, [leaf.as_slice()], &anchor, at(), &AwsLcRs).unwrap();
    let policy = MetadataPolicy::known();
    let (calls, _) = counting::asked(|| {
        black_box(metadata.reassess(&attested, &policy, at()).decision);
    });
    println!("\nreassess: {:?}, {calls} allocations", metadata.reassess(&attested, &policy, at()).decision);
    let table = Table::new("Judging a model", &["what", "ES256 verification", "wardkey"]);
    table.row("reassess", [Some(contestant(es256)), Some(contestant(|| metadata.reassess(&attested, &policy, at())))]);
    let id = ModelId::Aaguid(model);
    table.row(
        "judge",
        [Some(contestant(es256)), Some(contestant(|| policy.judge(&metadata, &id, &Circumstance::at(at()))))],
    );
    registrations(&metadata);
}

fn sizes(name: &str, len: usize, peak: usize, metadata: &Metadata) {
    let (copy, held) = counting::peak(|| metadata.clone());
    let bytes = copy.to_bytes().len();
    println!(
        "\n{name}: peak {:.3} of the BLOB's length, compact form {:.0} kB kept (anchors shared), {:.0} kB as bytes",
        peak as f64 / len as f64,
        held as f64 / 1e3,
        bytes as f64 / 1e3
    );
}

/// The BLOB of the project's shared folder, where it exists, its roots, and the SubjectPublicKeyInfo of its signer.
fn shared() -> Option<(String, Roots, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/mds");
    let blob = std::fs::read_to_string(folder.join("big-2026-10.jwt")).ok()?;
    let pem = std::fs::read_to_string(folder.join("roots/big-2026-10-root.pem")).ok()?;
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(blob.split_once('.')?.0).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    let leaf = base64::engine::general_purpose::STANDARD.decode(header["x5c"][0].as_str()?).ok()?;
    let (_, leaf) = x509_parser::parse_x509_certificate(&leaf).ok()?;
    let info = leaf.tbs_certificate.subject_pki.raw.to_vec();
    Some((blob, Roots::any_name(TrustAnchor::from_pem(&pem).ok()?), info))
}

/// A registration with the metadata, beside one with the same anchors configured for the model.
fn registrations(metadata: &Metadata) {
    let made = Registration::new("bench.metadata", Algorithm::Es256)
        .format(
            Packed::new()
                .chain(wardkey_authenticator::Chain::under(vec![Authority::root("bench.anchor.1", Algorithm::Es256)])),
        )
        .authenticator_data(|data| {
            let model: Aaguid = aaguid(2).parse().unwrap();
            data.attested().aaguid = model.as_bytes().to_vec();
        });
    let site = Site::new(&made.expected.rp.id, Origins::exact(&made.expected.rp.origins));
    let response = made.response().to_string();
    let algorithms = [Known::Es256];
    let model: Aaguid = aaguid(2).parse().unwrap();
    let anchors: Vec<TrustAnchor> =
        metadata.models_of(&ModelId::Aaguid(model)).flat_map(|model| metadata.anchors_of(model)).cloned().collect();
    let finish = |trust: &AttestationPolicy| {
        let response = RegistrationResponse::from_json(&response).unwrap();
        let mut expected = registration::ExpectedRegistration::new(&site, &made.expected.challenge, &algorithms);
        expected.time = Some(at());
        expected.metadata = Some(metadata);
        let verified = registration::verify(&expected, &response, &AwsLcRs).unwrap();
        trust.decide(verified, &UserHandle::new([0]).unwrap()).unwrap()
    };
    let with = |trust: Trust| {
        let mut policy = AttestationPolicy::any();
        policy.trust = trust;
        policy
    };
    let by_anchors = with(Trust::Verify(TrustAnchors::default().for_aaguid(model, anchors)));
    let by_metadata = with(Trust::Metadata(MetadataTrust::verify(MetadataPolicy::known())));
    let table = Table::new("A registration", &["format", "with the anchors", "with the metadata"]);
    table.row("packed", [Some(contestant(|| finish(&by_anchors))), Some(contestant(|| finish(&by_metadata)))]);
}
