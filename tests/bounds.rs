//! The cost of hostile messages: peak memory, and calls of the crypto backend. Costs are counted, not timed, so that the
//! result does not depend on the machine.
//!
//! Memory: the peak while a message is read is a small multiple of its length.
//! Arithmetic: each certificate and each statement costs one verification, and their numbers are checked before the first.

#![allow(unsafe_code, reason = "a global allocator cannot be written without; it counts and hands on to the system's")]

#[path = "bounds/counting.rs"]
mod counting;
#[path = "../benches/harness/entry_points.rs"]
#[allow(dead_code, reason = "the bench prints the rest")]
mod entry_points;
#[path = "bounds/growth.rs"]
mod growth;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counting::peak;
use entry_points::Yes;
use wardkey::ceremony::{Failure, Origins, Refusal, Site, registration};
use wardkey::crypto::{Backend, CryptoError, PublicKey, Scheme};
use wardkey::internals::cbor::Value;
use wardkey::internals::{
    AttestationObject, AuthenticatorData, ClientData, ClientDataError, CoseError, CoseKey, Malformed, Reason, Rule,
    cbor, decode_client_data,
};
use wardkey::policy::{AttestationPolicy, Trust, TrustAnchors};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::TrustAnchor;
use wardkey::{AuthenticationResponse, RegistrationResponse, UnixTime, UserHandle};
use wardkey_authenticator::{
    Algorithm, AndroidSafetyNet, Authority, Cbor, Certified, Chain, Compound, Extension, NoAttestation, Packed,
    PackedSelf, Registration, der,
};

/// The maximum length of client data.
const CLIENT_DATA_LEN: usize = 128 * 1024;

/// Verifies a registration and applies a policy. Counts the calls of the backend.
fn register(registration: &Registration, anchors: &[Vec<u8>], backend: &Yes) -> Result<(), Failure> {
    measured(registration, anchors, backend).0
}

/// The same, and counts the peak memory in addition to response and policy.
fn measured(registration: &Registration, anchors: &[Vec<u8>], backend: &Yes) -> (Result<(), Failure>, usize) {
    let response = RegistrationResponse::from_json(&registration.response().to_string()).unwrap();
    let site = Site::new("example.org", Origins::exact(["https://example.org"]));
    let algorithms = wardkey::crypto::Algorithm::OFFERABLE;
    let mut expected = registration::ExpectedRegistration::new(&site, &registration.expected.challenge, &algorithms);
    expected.time = Some(UnixTime::from_secs(1_795_392_000));
    let mut policy = AttestationPolicy::any();
    policy.trust = Trust::Verify(TrustAnchors::new(anchors.iter().map(|der| TrustAnchor::from_der(der).unwrap())));
    let user = UserHandle::new([1]).unwrap();
    peak(|| {
        let verified = registration::verify(&expected, &response, backend)?;
        policy.decide(verified, &user).map(drop)
    })
}

#[test]
fn declared_lengths_are_not_allocated() {
    for head in [
        &b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"[..],
        b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x9b\x00\x00\x00\x01\x00\x00\x00\x00",
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x9a\xff\xff\xff\xff\x00\x00\x00",
    ] {
        let (read, bytes) = peak(|| Value::read(head));
        assert_eq!(read, Err(cbor::Error::Truncated));
        assert_eq!(bytes, 0, "{head:02x?}");
    }
    for certificate in [
        &b"\x30\x83\xff\xff\xff"[..],
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80",
        b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        let (read, bytes) = peak(|| TrustAnchor::from_der(certificate));
        assert!(read.is_err() && bytes == 0, "{certificate:02x?}");
    }
    let mut authenticator_data = [&[0; 32][..], &[0x41], &[0; 20], &[0xff, 0xff]].concat();
    authenticator_data.extend([0; 64]);
    let (read, bytes) = peak(|| AuthenticatorData::read(&authenticator_data));
    assert!(read.is_err() && bytes == 0);
}

#[test]
fn nesting_is_bounded() {
    const DEEP: usize = 100_000;
    for (open, errors) in [
        (&b"\x81"[..], [cbor::Error::TooDeep, cbor::Error::TooDeep]),
        (b"\xa1\x00", [cbor::Error::TooDeep, cbor::Error::TooDeep]),
        (b"\xa1", [cbor::Error::TooDeep, cbor::Error::TooDeep]),
        (b"\xc1", [cbor::Error::Tag, cbor::Error::Tag]),
        (b"\x9f", [cbor::Error::Indefinite, cbor::Error::TooDeep]),
        (b"\xbf\x00", [cbor::Error::Indefinite, cbor::Error::TooDeep]),
    ] {
        let bytes = open.repeat(DEEP);
        let (read, held) = peak(|| Value::read(&bytes));
        assert_eq!((read, held), (Err(errors[0]), 0));
        let quirks = Quirks::NONE.with(Quirk::CborIndefiniteLength).with(Quirk::CborKeyOrder);
        let (read, held) = peak(|| AttestationObject::read(&bytes, quirks));
        assert_eq!((read.unwrap_err(), held), (Reason::Cbor(errors[1].into()).into(), 0));
    }
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let text = open.repeat(DEEP / 10);
        for text in [text.clone(), format!("{{\"type\":{text}"), format!("{{\"unknown\":{text}")] {
            let (read, bytes) = peak(|| ClientData::parse(&text).map(drop));
            // serde_json keeps an octet for each open bracket of a skipped value, in a vector that doubles.
            assert!(read.is_err() && bytes <= 4 * text.len(), "{bytes} of {}", text.len());
            assert!(RegistrationResponse::from_json(&text).is_err());
            assert!(AuthenticationResponse::from_json(&text).is_err());
        }
    }
}

/// Nested SEQUENCEs, as deep as 16 KiB of a certificate allow, in a place that is parsed.
#[test]
fn certificates_are_read_without_recursion() {
    let nested = (0..3_000).fold(der::null(), |inner, _| der::sequence(&[&inner]));
    let (read, bytes) = peak(|| TrustAnchor::from_der(&nested));
    assert_eq!((read, bytes), (Err(Rule::Malformed(Malformed::Truncated).into()), 0));
    let permitted = |base: &[u8]| der::sequence(&[&der::explicit(0, &der::sequence(&[base]))]);
    let qualifier = der::sequence(&[&der::oid("1.3.6.1.5.5.7.2.2"), &nested]);
    let policy = der::sequence(&[&der::oid("2.5.29.32.0"), &der::sequence(&[&qualifier])]);
    let refused = |error| Err(Rule::Malformed(error).at(1));
    let anchors = Chain::new().trust_anchors();
    let packed = || Packed::new().chain(Chain::of(2, Algorithm::Es256));
    let registration = |packed| Registration::new("bounds.nested", Algorithm::Es256).format(packed);
    let (registered, usual) = measured(&registration(packed()), &anchors, &Yes::default());
    assert_eq!(registered, Ok(()));
    for (oid, value, verdict, what) in [
        ("2.5.29.30", nested.clone(), refused(Malformed::TrailingBytes), "name constraints"),
        ("2.5.29.30", permitted(&der::explicit(4, &nested)), refused(Malformed::Tag), "a directoryName of theirs"),
        ("2.5.29.30", permitted(&der::explicit(0, &nested)), Ok(()), "an otherName of theirs, which the leaf has not"),
        ("2.5.29.32", der::sequence(&[&policy]), Ok(()), "a qualifier of a policy"),
        ("1.2.3", nested.clone(), Err(Rule::UnknownCritical.at(1)), "an unknown one"),
    ] {
        let change = move |ca: &mut Authority| ca.certificate.set(Extension::new(oid, value).critical());
        let registration = registration(packed().authority(1, change));
        let (registered, bytes) = measured(&registration, &anchors, &Yes::default());
        let expected = verdict.map_err(Refusal::AttestationUntrusted);
        assert_eq!(registered.map_err(|failure| failure.refusal), expected, "{what}");
        // The failure keeps its evidence on the heap.
        let evidence = size_of::<wardkey::ceremony::evidence::Evidence>() + 256;
        assert!(bytes <= usual + evidence, "{what}: {bytes}, where {usual} are usual");
    }
}

/// A JSON string of this many bytes in base64url.
fn long(bytes: usize) -> String {
    URL_SAFE_NO_PAD.encode(vec![0x20; bytes])
}

#[test]
fn a_message_of_1_mib_needs_a_small_multiple_of_its_length() {
    const MEBIBYTE: usize = 1024 * 1024;
    let response = |client_data: &str| {
        format!(
            r#"{{"id":"AQ","rawId":"AQ","type":"public-key","response":{{"clientDataJSON":"{client_data}","attestationObject":"oA","authenticatorData":"oA","signature":"oA"}},"clientExtensionResults":{{}}}}"#
        )
    };
    // Too long as a whole: not parsed.
    let json = response(&long(MEBIBYTE));
    let (read, bytes) = peak(|| RegistrationResponse::from_json(&json));
    assert_eq!((read.is_err(), bytes), (true, 0));
    // The maximum length: parsed, and then the client data is too long.
    let json = response(&long((MEBIBYTE - 16 * 1024) * 3 / 4 - 1024));
    let (read, bytes) = peak(|| RegistrationResponse::from_json(&json).unwrap());
    assert!(bytes < 2 * json.len(), "{bytes} of {}", json.len());
    let (decoded, bytes) = peak(|| decode_client_data(read.client_data_json()).map(drop));
    assert_eq!((decoded, bytes), (Err(ClientDataError::TooLong), 0));
    // Client data of maximum length with distinct names, of which 256 are kept.
    let names: String = (0..CLIENT_DATA_LEN / 12).map(|name| format!(",\"{name:06x}\":0")).collect();
    let members = format!("{{\"type\":\"x\"{names}}}");
    assert!(members.len() <= CLIENT_DATA_LEN);
    let (read, bytes) = peak(|| ClientData::parse(&members).map(drop));
    assert_eq!(read, Err(ClientDataError::TooManyMembers));
    assert!(bytes < members.len() / 8, "{bytes} of {}", members.len());
    // The same name many times, with and without escapes.
    let twice = format!("{{\"type\":\"x\"{}}}", r#","a":0,"\u0061":0"#.repeat(5_000));
    let (read, bytes) = peak(|| ClientData::parse(&twice).map(drop));
    assert!(read.is_err() && bytes < twice.len(), "{bytes} of {}", twice.len());
    // Transports and unknown members.
    let transports = vec!["\"pigeon\""; 100_000].join(",");
    let json = response("e30").replacen("\"signature\"", &format!("\"transports\":[{transports}],\"signature\""), 1);
    let (read, bytes) = peak(|| RegistrationResponse::from_json(&json));
    assert!(read.is_ok() && bytes < json.len() / 100, "{bytes} of {}", json.len());
    let (read, bytes) = peak(|| AuthenticationResponse::from_json(&json));
    assert!(read.is_ok() && bytes < json.len(), "{bytes} of {}", json.len());
}

#[test]
fn unsorted_map_keys_are_compared_in_pairs_only_up_to_a_bound() {
    let map = |entries: u32| -> Vec<u8> {
        // 23, 22, ... down: each key before the last one.
        let keys = (0..entries).rev().flat_map(|key| [&[0x1a][..], &(key + 0x1_0000).to_be_bytes(), &[0]].concat());
        [wardkey_authenticator::cbor::head(5, entries.into()), keys.collect()].concat()
    };
    let quirks = Quirks::NONE.with(Quirk::CborKeyOrder);
    let read = |entries| AttestationObject::read(&map(entries), quirks).unwrap_err();
    assert_eq!(read(100_000), Reason::Cbor(cbor::Error::TooLarge.into()).into());
    assert_eq!(read(65), Reason::Cbor(cbor::Error::TooLarge.into()).into());
    assert_eq!(read(64), Reason::Object.into(), "as large as may be, and no attestation object");
}

/// Makes x5c with `count` copies of the leaf.
fn copies(count: usize) -> Registration {
    let packed = Packed::new().x5c(move |x5c| *x5c = vec![x5c[0].clone(); count]);
    Registration::new("bounds.copies", Algorithm::Es256).format(packed)
}

#[test]
fn a_path_costs_one_verification_per_certificate_and_is_bounded() {
    let anchors = Chain::new().trust_anchors();
    let budget = Yes::default();
    assert_eq!(register(&copies(1), &anchors, &budget), Ok(()));
    assert_eq!(budget.spent().0, 2, "the statement and its one certificate");
    for count in [2, 10, 11, 128, 129, 500] {
        let budget = Yes::default();
        assert!(register(&copies(count), &anchors, &budget).is_err(), "{count}");
        assert!(budget.spent().0 <= 1, "{count} certificates cost {:?}", budget.spent());
    }
    // The longest path: nine intermediates.
    let budget = Yes::default();
    let chain = Chain::of(10, Algorithm::Es256);
    let anchors = chain.trust_anchors();
    let long = Registration::new("bounds.long", Algorithm::Es256).format(Packed::new().chain(chain));
    assert_eq!(register(&long, &anchors, &budget), Ok(()));
    assert_eq!(budget.spent().0, 11);
}

/// CA certificates with one name and one key, so that each is an issuer of all others.
fn loops(certificates: usize) -> (Registration, Vec<Vec<u8>>) {
    let authority = Authority::root("bounds.loop", Algorithm::Es256);
    let own = authority.der();
    let chain = Packed::new().chain(Chain::under(vec![authority])).x5c(move |x5c| {
        let leaf = x5c[0].clone();
        *x5c = std::iter::once(leaf).chain(vec![own.clone(); certificates - 1]).collect();
    });
    (Registration::new("bounds.loop", Algorithm::Es256).format(chain), Chain::new().trust_anchors())
}

#[test]
fn certificates_that_issue_each_other_lead_nowhere() {
    let (registration, anchors) = loops(10);
    let budget = Yes::default();
    assert!(matches!(
        register(&registration, &anchors, &budget).unwrap_err().refusal,
        Refusal::AttestationUntrusted(_)
    ));
    assert_eq!(budget.spent().0, 1, "only the statement: there is no anchor to begin at");
}

#[test]
fn at_most_eight_anchors_of_one_name_are_tried() {
    let name = Authority::root("bounds.name", Algorithm::Es256);
    let chain = Packed::new().chain(Chain::under(vec![name.clone()]));
    let registration = Registration::new("bounds.name", Algorithm::Es256).format(chain);
    let others = (0..100).map(|i| {
        let mut other = Authority::root(&format!("bounds.name.{i}"), Algorithm::Es256);
        other.certificate.subject = name.certificate.subject.clone();
        other.certificate.issuer = name.certificate.subject.clone();
        other.der()
    });
    let anchors: Vec<_> = others.collect();
    /// A limit that refuses the signatures of certificates, because certificates are the longest messages.
    #[derive(Debug)]
    struct NoChain(Yes);
    impl Backend for NoChain {
        fn name(&self) -> &'static str {
            "no chain"
        }
        fn supports(&self, scheme: Scheme) -> bool {
            self.0.supports(scheme)
        }
        fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
            self.0.sha256(parts)
        }
        fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
            self.0.hmac_sha256(key, parts)
        }
        fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError> {
            self.0.check_key(key)
        }
        fn verify(&self, a: Scheme, b: &PublicKey<'_>, c: &[u8], d: &[u8]) -> Result<(), CryptoError> {
            let is_statement = self.0.spent().0 == 0;
            self.0.verify(a, b, c, d)?;
            if is_statement { Ok(()) } else { Err(CryptoError::BadSignature) }
        }
        fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
            self.0.random(out)
        }
    }
    let response = RegistrationResponse::from_json(&registration.response().to_string()).unwrap();
    let site = Site::new("example.org", Origins::exact(["https://example.org"]));
    let algorithms = wardkey::crypto::Algorithm::OFFERABLE;
    let expected = registration::ExpectedRegistration::new(&site, &registration.expected.challenge, &algorithms);
    let backend = NoChain(Yes::default());
    let verified = registration::verify(&expected, &response, &backend).unwrap();
    let mut policy = AttestationPolicy::any();
    policy.trust = Trust::Verify(TrustAnchors::new(anchors.iter().map(|der| TrustAnchor::from_der(der).unwrap())));
    let user = UserHandle::new([1]).unwrap();
    assert!(policy.decide(verified, &user).is_err());
    assert_eq!(backend.0.spent().0, 1 + 8, "the statement, and the certificates");
}

#[test]
fn a_compound_attestation_has_at_most_eight_statements() {
    for (count, verifications) in [(2, 2), (8, 8), (9, 0), (1000, 0)] {
        let compound = (0..count).fold(Compound::new(), |compound, _| compound.with(PackedSelf::new()));
        let registration = Registration::new("bounds.compound", Algorithm::Es256).format(compound);
        let budget = Yes::default();
        // What verifies is refused by the policy, because one key signed all of it.
        let refused = register(&registration, &[], &budget).unwrap_err().refusal;
        assert_eq!(refused == Refusal::AttestationStatementsNotIndependent, verifications > 0, "{count}: {refused:?}");
        // The RP ID; and once for all statements the client data and, for the evidence, the signed bytes.
        assert_eq!(budget.spent(), (verifications, 3), "{count}");
    }
}

/// Statements signed with distinct keys of this algorithm, each with its own certificate below this path.
fn compound(count: usize, algorithm: Algorithm, chain: &Chain) -> Registration {
    let statement = || Packed::by(algorithm).chain(chain.clone());
    let compound = (0..count).fold(Compound::new(), |compound, _| compound.with(statement()));
    Registration::new("bounds.verifications", Algorithm::Es256).format(compound)
}

/// The budget of `src/budget.rs`, in units of about 10 µs: Ed448 takes 164, P-521 33, P-384 19, P-256 5, RSA by its length.
#[test]
fn a_message_has_a_budget_for_its_signatures() {
    use Algorithm::{Ed448, Es256, Es384, Es512, Rs256};
    let too_much = |refusal: Refusal| match refusal {
        Refusal::AttestationStatement(error) if error.reason() == Reason::VerificationBudget => "statement",
        Refusal::AttestationUntrusted(error) if error.rule() == Rule::VerificationBudget => "path",
        Refusal::AttestationStatementsNotIndependent => "one key",
        other => panic!("{other:?}"),
    };
    for (count, algorithm, chain, verifications, refused, why) in [
        (3, Es384, Chain::of(4, Es384), 15, None, "three statements with full chains"),
        (8, Es256, Chain::of(10, Es256), 88, None, "eight with the longest chains of P-256"),
        (8, Es256, Chain::of(3, Es384), 32, None, "eight with chains of P-384"),
        (8, Rs256, Chain::of(3, Rs256), 32, Some("one key"), "eight with chains of RSA, whose keys are fixed"),
        (3, Ed448, Chain::of(1, Es256), 6, None, "three by Ed448"),
        (4, Ed448, Chain::of(1, Es256), 3, Some("statement"), "four by Ed448"),
        (8, Ed448, Chain::of(1, Es256), 3, Some("statement"), "eight by Ed448"),
        (8, Es512, Chain::of(3, Es512), 15, Some("path"), "eight with chains of P-521"),
    ] {
        let budget = Yes::default();
        let made = compound(count, algorithm, &chain);
        let verdict = register(&made, &chain.trust_anchors(), &budget).map_err(|failure| too_much(failure.refusal));
        assert_eq!(verdict.err(), refused, "{why}");
        assert_eq!(budget.spent().0, verifications, "{why}");
    }
}

/// Certificates bring RSA keys of up to 8192 bits and exponents of up to 33: one verification takes up to 72 units.
#[test]
fn rsa_keys_cost_by_their_length() {
    for (exponent, verifications, refused) in [(&[1, 0, 1][..], 16, false), (&[1, 0xff, 0xff, 0xff, 0xff], 7, true)] {
        let algorithm = der::sequence(&[&der::oid("1.2.840.113549.1.1.1"), &der::null()]);
        let numbers = der::sequence(&[&der::unsigned(&[0xff; 1024]), &der::unsigned(exponent)]);
        let key = der::sequence(&[&algorithm, &der::bit_string(&numbers, 0)]);
        let statement = || {
            let key = key.clone();
            Packed::by(Algorithm::Rs256).leaf(move |leaf| leaf.public_key = key.clone())
        };
        let compound = (0..8).fold(Compound::new(), |compound, _| compound.with(statement()));
        let made = Registration::new("bounds.rsa", Algorithm::Es256).format(compound);
        let budget = Yes::default();
        let verdict = register(&made, &Chain::new().trust_anchors(), &budget).map_err(|failure| failure.refusal);
        let too_much = Refusal::AttestationStatement(Reason::VerificationBudget.into());
        // What verifies is refused by the policy, because one key signed all of it.
        let one_key = Refusal::AttestationStatementsNotIndependent;
        assert_eq!(verdict, Err(if refused { too_much } else { one_key }), "{exponent:02x?}");
        assert_eq!(budget.spent().0, verifications, "{exponent:02x?}");
    }
}

/// Long signed messages cost too: authenticator data is hashed once per statement.
#[test]
fn signed_messages_cost_by_their_length() {
    let extension = Cbor::Bytes(vec![0; 374 * 1024]);
    let long = |count| {
        compound(count, Algorithm::Es384, &Chain::new())
            .authenticator_data(|data| data.extension("x", extension.clone()))
    };
    for (count, verifications, accepted) in [(7, 14, true), (8, 7, false)] {
        let budget = Yes::default();
        assert_eq!(register(&long(count), &Chain::new().trust_anchors(), &budget).is_ok(), accepted, "{count}");
        assert_eq!(budget.spent().0, verifications, "{count} statements of 47 units each, and 19 for the key");
    }
}

/// An untrusted path is searched again for contradictions, but no signature is verified twice.
#[test]
fn preferred_trust_costs_no_extra_verification() {
    let expired = |packed: Packed| packed.leaf(|leaf| leaf.not_after = der::utc_time("260101000000Z"));
    let packed = || Packed::new().chain(Chain::of(3, Algorithm::Es256));
    let no_ca =
        |packed: Packed| packed.authority(2, |ca| ca.certificate.set(Extension::basic_constraints(false, None)));
    for (made, untrusted, verifications) in [
        (packed(), None, 4),
        (expired(packed()), Some(Rule::Expired.at(0)), 4),
        (expired(no_ca(packed())), Some(Rule::NotCa.at(1)), 1),
        (packed().chain(Chain::self_signed()), Some(Rule::NoAnchor.into()), 1),
    ] {
        let registration = Registration::new("bounds.prefer", Algorithm::Es256).format(made);
        let response = RegistrationResponse::from_json(&registration.response().to_string()).unwrap();
        let site = Site::new("example.org", Origins::exact(["https://example.org"]));
        let algorithms = wardkey::crypto::Algorithm::OFFERABLE;
        let mut expected =
            registration::ExpectedRegistration::new(&site, &registration.expected.challenge, &algorithms);
        expected.time = Some(UnixTime::from_secs(1_795_392_000));
        let mut policy = AttestationPolicy::any();
        let anchor = TrustAnchor::from_der(&Chain::new().trust_anchors()[0]).unwrap();
        policy.trust = Trust::Prefer(TrustAnchors::new([anchor]));
        let budget = Yes::default();
        let verified = registration::verify(&expected, &response, &budget).unwrap();
        let decided = policy.decide(verified, &UserHandle::new([1]).unwrap());
        let found = decided.map(|decided| decided.untrusted_reason()).unwrap_or_else(|failure| match failure.refusal {
            Refusal::AttestationUntrusted(error) => Some(error),
            other => panic!("{other:?}"),
        });
        assert_eq!(found, untrusted);
        assert_eq!(budget.spent().0, verifications, "the statement, and each certificate at most once");
    }
}

/// With `none`, the RP ID alone: nothing is signed.
#[test]
fn only_signed_data_is_hashed() {
    let budget = Yes::default();
    let registration = Registration::new("bounds.none", Algorithm::Es256).format(NoAttestation);
    assert!(register(&registration, &[], &budget).is_ok());
    assert_eq!(budget.spent(), (0, 1));
}

#[test]
fn the_certificates_of_a_jws_are_bounded_too() {
    for count in [11, 128, 129, 400] {
        let safetynet = AndroidSafetyNet::new().x5c(move |x5c| *x5c = vec![x5c[0].clone(); count]);
        let registration = Registration::new("bounds.jws", Algorithm::Es256).format(safetynet);
        let json = registration.response().to_string();
        let budget = Yes::default();
        let (registered, bytes) = peak(|| register(&registration, &Chain::new().trust_anchors(), &budget));
        assert!(registered.is_err() && budget.spent().0 <= 1, "{count}: {registered:?}");
        assert!(bytes < 24 * json.len(), "{bytes} of {}", json.len());
    }
}

#[test]
fn extensions_need_little_memory_and_are_bounded_in_certificates() {
    for count in [0, 5_000] {
        let extensions = (0..count).map(|i| (Cbor::Text(format!("x{i:05}")), Cbor::Integer(0)));
        let map = Cbor::Map(extensions.collect()).encode();
        let bytes = [&[0; 32][..], &[0x81], &[0; 4], &map].concat();
        let (read, held) =
            peak(|| AuthenticatorData::read(&bytes).map(|data| data.extensions().unwrap().iter().count()));
        assert_eq!(read, Ok(count));
        assert!(held < 1024, "{held}: only the index of the known extensions");
    }
    // In a certificate, where each extension is compared with the earlier ones.
    for (count, too_many) in [(32, false), (33, true), (400, true)] {
        let mut root = Authority::root("bounds.extensions", Algorithm::Es256);
        for i in root.certificate.extensions.len()..count {
            root.certificate.extensions.push(Extension::new(&format!("1.3.6.1.4.1.{i}"), vec![5, 0]));
        }
        let certificate = root.der();
        let (read, held) = peak(|| TrustAnchor::from_der(&certificate).map(drop));
        let refused = Rule::TooManyExtensions.into();
        assert_eq!(read, if too_many { Err(refused) } else { Ok(()) }, "{count}");
        // A shared copy: with its two counters, at a multiple of 8.
        let copy = (certificate.len() + 16).next_multiple_of(8);
        assert_eq!(held, if too_many { 0 } else { copy }, "{count}: a copy of what was accepted");
    }
}

/// A COSE_Key of RSA.
fn rsa(modulus: Vec<u8>, exponent: Vec<u8>) -> Vec<u8> {
    let key =
        [(1, Cbor::Integer(3)), (3, Cbor::Integer(-257)), (-1, Cbor::Bytes(modulus)), (-2, Cbor::Bytes(exponent))];
    Cbor::map(key.map(|(label, value)| (Cbor::Integer(label), value))).encode()
}

#[test]
fn expensive_rsa_keys_are_refused_before_any_verification() {
    let odd = |bytes: usize| vec![0xff; bytes];
    let read = |modulus, exponent| CoseKey::read(&rsa(modulus, exponent)).map(drop);
    let key = |error| Err(CoseError::Key(error));
    assert_eq!(read(odd(256), vec![1, 0, 1]), Ok(()));
    assert_eq!(read(odd(2048), vec![1, 0, 1]), key(CryptoError::Modulus), "16 kbit");
    assert_eq!(read(odd(65_536), vec![1, 0, 1]), key(CryptoError::Modulus), "512 kbit");
    assert_eq!(read(odd(256), odd(256)), key(CryptoError::Exponent), "as long as the modulus");
    assert_eq!(read(odd(256), odd(9)), key(CryptoError::Exponent));
}
