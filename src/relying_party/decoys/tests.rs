use super::stand_ins::usual_shapes;
use super::*;
use crate::credential::CredentialDescriptor;
use crate::crypto::cose::CoseKey;

const OFFERED: [Algorithm; 3] = Algorithm::RECOMMENDED;

fn built(decoys: Decoys, rp_id: &str) -> StandIns {
    StandIns::new(Some(decoys), rp_id, &OFFERED, &Algorithm::OFFERABLE, default_backend()).unwrap()
}

fn credentials(decoys: &StandIns, name: &str) -> Vec<CredentialDescriptor> {
    decoys.account(name).unwrap().1
}

fn algorithm(decoys: &StandIns, id: &[u8]) -> Algorithm {
    CoseKey::read(&decoys.of(id).public_key()).unwrap().algorithm()
}

#[test]
fn lists_have_the_shapes_and_counts_that_were_asked_for() {
    let decoys = built(Decoys::new([1; 32]), "example.org");
    let lists: Vec<_> = (0..2000).map(|n| credentials(&decoys, &format!("user{n}"))).collect();
    let of_count = |count: usize| lists.iter().filter(|list| list.len() == count).count();
    assert!((1100..1300).contains(&of_count(1)), "{}", of_count(1));
    assert!((500..700).contains(&of_count(2)), "{}", of_count(2));
    assert!((150..250).contains(&of_count(3)), "{}", of_count(3));
    let all: Vec<_> = lists.concat();
    let looks = |credential: &CredentialDescriptor| {
        let id = credential.id.as_bytes();
        (id.len(), credential.transports.clone(), algorithm(&decoys, id))
    };
    let mut shares: Vec<_> = all.iter().map(|credential| (looks(credential), 0)).collect();
    shares.sort_by_key(|(looks, _)| format!("{looks:?}"));
    shares.dedup();
    for (looked_for, share) in &mut shares {
        *share = all.iter().filter(|credential| looks(credential) == *looked_for).count() * 100 / all.len();
    }
    let shapes = usual_shapes(&OFFERED);
    assert_eq!(shares.len(), shapes.len(), "{shares:?}");
    for shape in shapes {
        let looked_for = (shape.id_len, shape.transports, shape.algorithm);
        let (_, share) = shares.iter().find(|(looks, _)| *looks == looked_for).unwrap();
        assert!(share.abs_diff(usize::try_from(shape.weight).unwrap()) <= 3, "{looked_for:?}: {share} %");
    }
    let unique: std::collections::BTreeSet<_> = all.iter().map(|credential| &credential.id).collect();
    assert_eq!(unique.len(), all.len());
    assert_eq!(credentials(&decoys, "x"), credentials(&built(Decoys::new([1; 32]), "example.org"), "x"));
    for other in [built(Decoys::new([2; 32]), "example.org"), built(Decoys::new([1; 32]), "example.net")] {
        assert_ne!(credentials(&other, "x"), credentials(&decoys, "x"));
    }
    for said in [format!("{decoys:?}"), format!("{:?}", Decoys::new([1; 32]))] {
        assert!(!said.contains("key") && !said.contains("secret"), "{said}");
    }
}

#[test]
fn accounts_are_shaped_as_they_are_told() {
    let shaped = Decoys::new([1; 32]).with_counts(vec![0, 0, 0, 1]);
    let shaped = shaped.with_shape(1, 1023, Vec::new(), Algorithm::Es384).unwrap();
    let list = credentials(&built(shaped.clone(), "example.org"), "x");
    assert!(list.len() == 4 && list.iter().all(|credential| credential.id.as_bytes().len() == 1023));
    let unchanged = shaped.clone().with_counts(vec![]).with_counts(vec![0, 0]);
    let unchanged = unchanged.with_shape(0, 16, vec![], Algorithm::Es256).unwrap();
    assert_eq!(unchanged.learned(), shaped.learned());
    let unchanged = built(unchanged, "example.org");
    assert_eq!(credentials(&unchanged, "x"), list, "what adds up to nothing changes nothing");
    assert_eq!(algorithm(&unchanged, &[7; 1023]), Algorithm::Es384);
    assert_eq!(algorithm(&unchanged, &[7; 16]), Algorithm::Es384, "an id of another length has some shape");
}

/// The usual shapes have only offered algorithms. A shape with an algorithm that never signs in is refused.
#[test]
fn shapes_fit_the_algorithms() {
    use Algorithm::{EdDsa, Es256, Es384, Rs256};
    let algorithms = |offered: &[Algorithm]| {
        let shapes = usual_shapes(offered);
        shapes.into_iter().map(|shape| shape.algorithm).collect::<Vec<_>>()
    };
    assert_eq!(algorithms(&OFFERED), [Es256, Es256, Es256, Rs256, Es256, EdDsa]);
    assert_eq!(algorithms(&[Es384]), [Es384; 6]);
    assert_eq!(algorithms(&[EdDsa, Es256]), [Es256, Es256, Es256, Es256, Es256, EdDsa]);
    let shaped = || Some(Decoys::new([1; 32]).with_counts(vec![1]).with_shape(1, 16, Vec::new(), Rs256).unwrap());
    let new =
        |sign_in: &[Algorithm]| StandIns::new(shaped(), "example.org", &[Es256], sign_in, default_backend()).map(drop);
    assert_eq!(new(&[Es256, Rs256]), Ok(()), "it is no longer offered");
    assert_eq!(new(&[Es256]), Err(ConfigError::DecoyAlgorithm(-257)));
}

#[test]
fn decoys_are_like_the_records_of_a_store() {
    let key = |algorithm| {
        let decoys = Decoys::new([1; 32]).with_counts(vec![1]).with_shape(1, 16, Vec::new(), algorithm).unwrap();
        built(decoys, "example.org").of(&[1; 16]).public_key()
    };
    let record = |user: u8, id_len: u8, transports: &[Transport], algorithm| {
        let id = CredentialId::new(vec![user; id_len.into()]).unwrap();
        let mut record = CredentialRecord::new(id, UserHandle::new([user]).unwrap(), key(algorithm));
        record.transports = transports.to_vec();
        record
    };
    let (usb, phone) = ([Transport::Usb], [Transport::Internal, Transport::Hybrid, Transport::Internal]);
    let mut unreadable = record(9, 16, &usb, Algorithm::Es256);
    unreadable.public_key = vec![0xa0];
    let records = [
        record(1, 43, &phone, Algorithm::Es256),
        record(1, 64, &usb, Algorithm::Rs256),
        record(2, 43, &phone, Algorithm::Es256),
        record(3, 43, &phone, Algorithm::Es256),
        unreadable,
    ];
    let learned = Decoys::new([2; 32]).like(&records);
    assert_eq!(learned.learned(), "2 1;3 43 -7 hybrid,internal;1 64 -257 usb");
    let again = Decoys::new([2; 32]).as_learned(&learned.learned()).unwrap();
    let rp = built(again, "example.org");
    let before = built(learned, "example.org");
    for name in (0..20).map(|n| format!("user{n}")) {
        let list = credentials(&rp, &name);
        assert_eq!(list, credentials(&before, &name));
        for CredentialDescriptor { id, transports, .. } in &list {
            let expected = match id.as_bytes().len() {
                43 => (Algorithm::Es256, &[Transport::Hybrid, Transport::Internal][..]),
                64 => (Algorithm::Rs256, &usb[..]),
                other => panic!("no record has an id of {other} bytes"),
            };
            assert_eq!((algorithm(&rp, id.as_bytes()), &transports[..]), expected);
        }
    }
    let plain = Decoys::new([2; 32]);
    assert_eq!(plain.clone().like([]).learned(), plain.learned());
    for text in ["x", "1;", "1;1", "1;1 16 -7", "1;1 0 -7 usb", "1;1 16 99 usb", "1;1 16 -7 usb usb", "1;-1 16 -7 "] {
        assert_eq!(Decoys::new([2; 32]).as_learned(text).err(), Some(ConfigError::LearnedDecoys), "{text}");
    }
    assert!(Decoys::new([2; 32]).as_learned("1;1 16 -7 ").is_ok(), "a kind without transports");
    let unwritable = Transport::from("a;b".to_owned());
    let unlearned = plain.clone().with_shape(1, 16, vec![unwritable], Algorithm::Es256).unwrap();
    assert_eq!(unlearned.learned(), plain.learned(), "a transport whose name would end the entry");
}

/// The lists do not change when the learned text is read at the next start.
#[test]
fn learned_decoys_have_the_lists_of_those_that_learned() {
    let key = built(Decoys::new([1; 32]), "example.org").of(&[1; 16]).public_key();
    let record = |user: u8, id_len: usize, transport: &str| {
        let id = CredentialId::new(vec![user; id_len]).unwrap();
        let mut record = CredentialRecord::new(id, UserHandle::new([user]).unwrap(), key.clone());
        record.transports = vec![Transport::Other(transport.to_owned()), Transport::Ble];
        record
    };
    let account = |user: u8, count: usize| (0..count).map(move |_| record(user, 16, "internal"));
    let unwritable = || ["a;b", "", "a b", "a,b"].map(|name| record(7, 40, name)).into_iter();
    for (records, text) in [
        (account(1, 25).collect::<Vec<_>>(), "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1;25 16 -7 ble,internal"),
        (
            account(1, 25).chain(account(2, 20)).chain(account(3, 1)).collect(),
            "1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 2;46 16 -7 ble,internal",
        ),
        (account(1, 2).chain(unwritable()).collect(), "0 1 0 1;2 16 -7 ble,internal"),
        (unwritable().collect(), "0 0 0 1"),
        (vec![], "60 30 10"),
    ] {
        let decoys = || Decoys::new([2; 32]);
        let like = decoys().like(&records);
        assert_eq!(like.learned(), text);
        let shaped = decoys().with_shape(1, 64, Vec::new(), Algorithm::Es256).unwrap();
        let shaped_like = if records.is_empty() { decoys() } else { shaped.clone().like(&records) };
        let learned = [decoys(), shaped].map(|decoys| decoys.as_learned(text).unwrap());
        let [like, shaped_like] = [like, shaped_like].map(|decoys| built(decoys, "example.org"));
        let [learned, replaced] = learned.map(|decoys| built(decoys, "example.org"));
        for name in (0..20).map(|n| format!("user{n}")) {
            let list = credentials(&like, &name);
            for others in [&shaped_like, &learned, &replaced] {
                assert_eq!(credentials(others, &name), list, "{text}: {name}");
            }
        }
    }
}

/// The form is stored, so it must not change.
#[test]
fn a_rotated_key_is_encrypted_with_a_pad_and_has_a_tag() {
    let (old, new) = ([1; 32], [2; 32]);
    let mac = |parts: &[&[u8]]| default_backend().hmac_sha256(&new, parts);
    let pad = mac(&[b"wardkey decoy key pad"]);
    let encrypted: Vec<u8> = old.iter().zip(pad).map(|(old, pad)| old ^ pad).collect();
    let tag = mac(&[b"wardkey decoy key tag", &old]);
    assert_eq!(Decoys::new(old).rotate(&new)[..], [&encrypted, &tag[..16]].concat());
}

/// The secret recognises its own ids, also without the name.
#[test]
fn a_decoy_is_recognised_by_its_id() {
    let decoys = built(Decoys::new([1; 32]), "example.org");
    let other = built(Decoys::new([2; 32]), "example.org");
    for credential in (0..50).flat_map(|n| credentials(&decoys, &format!("user{n}"))) {
        let id = credential.id.as_bytes();
        assert!(decoys.of(id).decoy && !other.of(id).decoy);
        let mut changed = id.to_vec();
        changed[0] ^= 1;
        assert!(!decoys.of(&changed).decoy);
    }
    assert!(!decoys.of(&[7; 16]).decoy);
    assert!(decoys.of(&[7; 15]).decoy, "too short to tell");
    let none = StandIns::new(None, "example.org", &OFFERED, &Algorithm::OFFERABLE, default_backend()).unwrap();
    assert!(!none.of(&[7; 15]).decoy && !none.of(&[7; 16]).decoy);
}

/// A modulus that is the same for all credentials could be found out.
#[test]
fn each_credential_has_a_modulus_of_its_own() {
    let rsa = |secret| {
        Decoys::new([secret; 32]).with_counts(vec![1]).with_shape(1, 16, Vec::new(), Algorithm::Rs256).unwrap()
    };
    let decoys = built(rsa(1), "example.org");
    let keys: std::collections::BTreeSet<_> = (0..50).map(|id| decoys.of(&[id; 16]).public_key()).collect();
    assert_eq!(keys.len(), 50);
    let elsewhere = rsa(2);
    assert!(!keys.contains(&built(elsewhere, "example.org").of(&[0; 16]).public_key()), "and no stranger knows it");
}

/// Whatever the secret is changed to, and however often, nothing that can be seen changes.
#[test]
fn a_rotation_changes_no_list() {
    let old = Decoys::new([1; 32]);
    let once = Decoys::rotated(&[2; 32], &old.rotate(&[2; 32])).unwrap();
    let twice = Decoys::rotated(&[3; 32], &once.rotate(&[3; 32])).unwrap();
    let [old, once, twice] = [&old, &once, &twice].map(|decoys| built(decoys.clone(), "example.org"));
    for name in (0..50).map(|n| format!("user{n}")) {
        let list = credentials(&old, &name);
        assert!(list == credentials(&once, &name) && list == credentials(&twice, &name), "{name}");
        for credential in list {
            let id = credential.id.as_bytes();
            assert_eq!(old.of(id).public_key(), twice.of(id).public_key());
        }
    }
    let key = Decoys::new([1; 32]).rotate(&[2; 32]);
    assert_eq!(Decoys::rotated(&[3; 32], &key).err(), Some(ConfigError::RotatedDecoys));
    for at in 0..48 {
        let mut key = key;
        key[at] ^= 1;
        assert_eq!(Decoys::rotated(&[2; 32], &key).err(), Some(ConfigError::RotatedDecoys), "{at}");
    }
}

/// Without decoys, the algorithm that most passkeys have stands in for all.
#[test]
fn without_decoys_one_algorithm_stands_in() {
    use Algorithm::{EdDsa, Es256, Es384, MlDsa44, Rs256};
    for (offered, expected) in
        [(&OFFERED[..], Es256), (&[EdDsa, Es384], EdDsa), (&[Rs256], Rs256), (&[MlDsa44, Es256], Es256)]
    {
        let none = StandIns::new(None, "example.org", offered, &Algorithm::OFFERABLE, default_backend()).unwrap();
        assert_eq!(none.account("x"), None);
        for id in [&[1; 16][..], &[2; 32]] {
            assert_eq!(algorithm(&none, id), expected, "{offered:?}");
        }
    }
}
