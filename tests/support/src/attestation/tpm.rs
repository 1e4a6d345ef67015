//! §8.3 TPM attestation: a TPM certifies the credential's key (TPM 2.0 Library, Part 2: Structures).

use super::{Format, Inputs, attestation_key, x5c};
use crate::cbor::Cbor;
use crate::change::{Changes, kept};
use crate::der;
use crate::hash::Hash;
use crate::keys::ecdsa::Curve;
use crate::keys::{Algorithm, Key, PublicKey};
use crate::seed::Seed;
use crate::x509::name::attribute;
use crate::x509::{Certificate, Certified, Chain, Extension, Name};

/// TPM_ALG_NULL.
const NULL: u16 = 0x0010;

/// The format `tpm`.
#[derive(Clone, Debug)]
pub struct Tpm {
    /// The algorithm of the attestation identity key.
    pub algorithm: Algorithm,
    /// Whether `sig` is a TPMT_SIGNATURE, as the syntax of the standard says. Otherwise it is the bare signature, as in the test
    /// vector of the standard and in practice.
    pub tpmt_signature: bool,
    chain: Chain,
    pub_area: Changes<PubArea>,
    pub_area_bytes: Changes<Vec<u8>>,
    cert_info: Changes<CertInfo>,
    cert_info_bytes: Changes<Vec<u8>>,
    signature: Changes<Vec<u8>>,
}

/// TPMT_PUBLIC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PubArea {
    /// type: 0001 RSA, 0023 ECC.
    pub kind: u16,
    /// nameAlg.
    pub name_alg: u16,
    /// objectAttributes.
    pub object_attributes: u32,
    /// authPolicy.
    pub auth_policy: Vec<u8>,
    /// symmetric.
    pub symmetric: u16,
    /// scheme.
    pub scheme: u16,
    /// The parameters of the type.
    pub parameters: Parameters,
    /// unique.
    pub unique: Unique,
}

/// TPMU_PUBLIC_PARMS, after symmetric and scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Parameters {
    Rsa { key_bits: u16, exponent: u32 },
    Ecc { curve_id: u16, kdf: u16 },
}

/// TPMU_PUBLIC_ID.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unique {
    Rsa { n: Vec<u8> },
    Ecc { x: Vec<u8>, y: Vec<u8> },
}

/// TPMS_ATTEST, of type TPM_ST_ATTEST_CERTIFY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertInfo {
    /// magic: TPM_GENERATED_VALUE.
    pub magic: u32,
    /// type: TPM_ST_ATTEST_CERTIFY.
    pub kind: u16,
    /// qualifiedSigner.
    pub qualified_signer: Vec<u8>,
    /// extraData: the hash of authenticatorData ‖ clientDataHash.
    pub extra_data: Vec<u8>,
    /// clockInfo: clock, resetCount, restartCount, safe.
    pub clock_info: [u8; 17],
    /// firmwareVersion.
    pub firmware_version: u64,
    /// attested.name: the name of the pubArea.
    pub name: Vec<u8>,
    /// attested.qualifiedName.
    pub qualified_name: Vec<u8>,
}

impl PubArea {
    /// Makes the public area of the credential key, for signing only.
    fn new(key: &Key) -> Self {
        let (kind, parameters, unique) = match key.public() {
            PublicKey::Rsa { n, .. } => {
                // Exponent 0 stands for 65537.
                (0x0001, Parameters::Rsa { key_bits: n.len() as u16 * 8, exponent: 0 }, Unique::Rsa { n })
            }
            PublicKey::Ec2 { curve, x, y } => {
                (0x0023, Parameters::Ecc { curve_id: curve_id(curve), kdf: NULL }, Unique::Ecc { x, y })
            }
            other => panic!("no TPM holds {other:?}"),
        };
        Self {
            kind,
            name_alg: 0x000b,
            object_attributes: 0x0004_0000,
            auth_policy: Vec::new(),
            symmetric: NULL,
            scheme: NULL,
            parameters,
            unique,
        }
    }

    /// The encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = [self.kind.to_be_bytes(), self.name_alg.to_be_bytes()].concat();
        out.extend(self.object_attributes.to_be_bytes());
        out.extend(sized(&self.auth_policy));
        out.extend(self.symmetric.to_be_bytes());
        out.extend(self.scheme.to_be_bytes());
        match self.parameters {
            Parameters::Rsa { key_bits, exponent } => {
                out.extend(key_bits.to_be_bytes());
                out.extend(exponent.to_be_bytes());
            }
            Parameters::Ecc { curve_id, kdf } => {
                out.extend(curve_id.to_be_bytes());
                out.extend(kdf.to_be_bytes());
            }
        }
        match &self.unique {
            Unique::Rsa { n } => out.extend(sized(n)),
            Unique::Ecc { x, y } => out.extend([sized(x), sized(y)].concat()),
        }
        out
    }
}

impl CertInfo {
    /// The encoding.
    pub fn encode(&self) -> Vec<u8> {
        [
            &self.magic.to_be_bytes()[..],
            &self.kind.to_be_bytes(),
            &sized(&self.qualified_signer),
            &sized(&self.extra_data),
            &self.clock_info,
            &self.firmware_version.to_be_bytes(),
            &sized(&self.name),
            &sized(&self.qualified_name),
        ]
        .concat()
    }
}

impl Tpm {
    /// Attests with an ES256 attestation identity key, whose certificate is issued by the default root.
    pub fn new() -> Self {
        Self::by(Algorithm::Es256)
    }

    /// Sets the algorithm of the attestation identity key.
    pub fn by(algorithm: Algorithm) -> Self {
        let chain = Chain::new().subject(Name::default());
        Self {
            algorithm,
            tpmt_signature: false,
            chain,
            pub_area: Changes::default(),
            pub_area_bytes: Changes::default(),
            cert_info: Changes::default(),
            cert_info_bytes: Changes::default(),
            signature: Changes::default(),
        }
    }

    /// Returns whether a TPM has keys of this algorithm.
    pub fn can_hold(algorithm: Algorithm) -> bool {
        use Algorithm::{Es256, Es384, Es512, Esp256, Esp384, Esp512};
        algorithm.is_rsa() || matches!(algorithm, Es256 | Es384 | Es512 | Esp256 | Esp384 | Esp512)
    }

    /// Writes `sig` as a TPMT_SIGNATURE.
    pub fn tpmt_signature(self) -> Self {
        Self { tpmt_signature: true, ..self }
    }

    kept! {
        /// Changes pubArea, member by member. Its name in certInfo follows.
        pub_area(PubArea);
        /// Changes the bytes of pubArea. Its name in certInfo follows.
        pub_area_bytes(Vec<u8>);
        /// Changes certInfo, member by member, before it is signed.
        cert_info(CertInfo);
        /// Changes the bytes of certInfo, before they are signed.
        cert_info_bytes(Vec<u8>);
        /// Changes the signature.
        signature(Vec<u8>);
    }

    fn certify(&self, inputs: &Inputs<'_>, name_alg: u16, pub_area: &[u8]) -> CertInfo {
        self.cert_info.apply(CertInfo {
            magic: 0xff54_4347,
            kind: 0x8017,
            qualified_signer: Vec::new(),
            extra_data: self.algorithm.hash().digest(&[&inputs.to_be_signed()]),
            clock_info: *b"\0\0\0\0\0\0\0\0\x11\x11\x11\x11\x22\x22\x22\x22\x33",
            firmware_version: 0,
            name: [&name_alg.to_be_bytes()[..], &name_hash(name_alg).digest(&[pub_area])].concat(),
            qualified_name: Vec::new(),
        })
    }

    fn sign(&self, key: &Key, cert_info: &[u8]) -> Vec<u8> {
        let signature = if self.tpmt_signature { tpmt_signature(key, cert_info) } else { key.sign(cert_info) };
        self.signature.apply(signature)
    }
}

impl Default for Tpm {
    fn default() -> Self {
        Self::new()
    }
}

impl Certified for Tpm {
    fn chain_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }

    /// A chain's leaf has the empty subject of §8.3.1, whatever the chain says.
    fn chain(mut self, chain: Chain) -> Self {
        self.chain = chain.subject(Name::default());
        self
    }
}

impl Format for Tpm {
    fn identifier(&self) -> String {
        "tpm".into()
    }

    fn attestation_type(&self) -> &'static str {
        "attca"
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        let key = attestation_key(self.algorithm, seed);
        let certificates = self.chain.issue(&key, seed.draw(16), aik_profile);
        let pub_area = self.pub_area.apply(PubArea::new(inputs.key));
        let pub_area_bytes = self.pub_area_bytes.apply(pub_area.encode());
        let cert_info = self.certify(inputs, pub_area.name_alg, &pub_area_bytes).encode();
        let cert_info = self.cert_info_bytes.apply(cert_info);
        Cbor::map([
            ("ver", "2.0".into()),
            ("alg", key.algorithm.id().into()),
            ("x5c", x5c(certificates)),
            ("sig", self.sign(&key, &cert_info).into()),
            ("certInfo", cert_info.into()),
            ("pubArea", pub_area_bytes.into()),
        ])
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        self.chain.trust_anchors()
    }
}

/// §8.3.1: the purpose of an attestation identity key, and what TPM it is in.
fn aik_profile(leaf: &mut Certificate) {
    leaf.set(Extension::extended_key_usage(&["2.23.133.8.3"]));
    leaf.set(tpm_names("id:00000000", "WebAuthn test vectors", "id:00000000"));
}

/// subjectAltName with a directory name of manufacturer, model and version (TCG EK Credential Profile), critical
/// because the subject is empty.
pub fn tpm_names(manufacturer: &str, model: &str, version: &str) -> Extension {
    let attribute = |oid, text| attribute(oid, &der::utf8(text));
    let rdn = der::set(&[
        &attribute("2.23.133.2.1", manufacturer),
        &attribute("2.23.133.2.2", model),
        &attribute("2.23.133.2.3", version),
    ]);
    Extension::subject_alt_name(&[&der::explicit(4, &der::sequence(&[&rdn]))]).critical()
}

/// TPM_ALG_ID of a hash; what the TPM does not know is hashed with SHA-256.
fn name_hash(name_alg: u16) -> Hash {
    match name_alg {
        0x0004 => Hash::Sha1,
        0x000c => Hash::Sha384,
        0x000d => Hash::Sha512,
        _ => Hash::Sha256,
    }
}

fn hash_id(hash: Hash) -> u16 {
    match hash {
        Hash::Sha1 => 0x0004,
        Hash::Sha256 => 0x000b,
        Hash::Sha384 => 0x000c,
        Hash::Sha512 => 0x000d,
    }
}

/// TPM_ECC_CURVE.
fn curve_id(curve: Curve) -> u16 {
    match curve {
        Curve::P256 => 3,
        Curve::P384 => 4,
        Curve::P521 => 5,
        Curve::Secp256k1 => panic!("no TPM holds secp256k1 keys"),
    }
}

/// TPMT_SIGNATURE: the scheme, the hash, and the signature in the TPM's own form.
fn tpmt_signature(key: &Key, message: &[u8]) -> Vec<u8> {
    use Algorithm::{Ps256, Ps384, Ps512};
    let (scheme, signature) = match key.public() {
        PublicKey::Ec2 { .. } => {
            let signature = key.sign_ecdsa(message);
            (0x0018_u16, [sized(&signature.r), sized(&signature.s)].concat())
        }
        _ if matches!(key.algorithm, Ps256 | Ps384 | Ps512) => (0x0016, sized(&key.sign(message))),
        _ => (0x0014, sized(&key.sign(message))),
    };
    [&scheme.to_be_bytes()[..], &hash_id(key.algorithm.hash()).to_be_bytes(), &signature].concat()
}

/// TPM2B: a length of two bytes, and so many bytes.
fn sized(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
}
