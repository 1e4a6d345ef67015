//! Names, general names and name constraints.

use super::*;
use crate::attestation::oid as tpm;
use crate::codec::der::Malformed;
use crate::codec::der::Tag;
use crate::x509::certificate::Certificate;

fn alternative(names: &[&[u8]]) -> Vec<u8> {
    extension(oid::SUBJECT_ALT_NAME, false, &seq(names))
}

fn dns(text: &str) -> Vec<u8> {
    tlv(0x82, &[text.as_bytes()])
}

fn directory(name: &[u8]) -> Vec<u8> {
    tlv(0xa4, &[name])
}

#[test]
fn attributes_show_their_string_type() {
    let subject = seq(&[
        &attribute(oid::COUNTRY, 0x13, "SE"),
        &attribute(oid::ORGANIZATION, 0x0c, "Yubico"),
        &attribute(oid::ORGANIZATIONAL_UNIT, 0x0c, "Authenticator Attestation"),
        &attribute(oid::COMMON_NAME, 0x1e, "\0B\0M\0P"),
    ]);
    let der = Draft { subject, ..Draft::leaf(("", 1), ("root", 9)) }.make();
    let subject = Certificate::read(&der).unwrap().subject;
    let only = |oid| {
        let mut found = subject.attributes_of(oid);
        let first = found.next().unwrap();
        assert_eq!(found.next(), None);
        first
    };
    assert_eq!((only(oid::COUNTRY).tag, only(oid::COUNTRY).text()), (Tag::PRINTABLE_STRING, Ok("SE")));
    assert_eq!((only(oid::ORGANIZATION).tag, only(oid::ORGANIZATION).text()), (Tag::UTF8_STRING, Ok("Yubico")));
    assert_eq!(only(oid::COMMON_NAME).text(), Err(Malformed::Tag));
    assert_eq!(subject.attributes().count(), 4);
    assert!(!subject.is_empty());
}

#[test]
fn tpm_names_stand_in_the_alternative_name() {
    let value = |oid, text: &str| seq(&[&object(oid), &tlv(0x0c, &[text.as_bytes()])]);
    let (maker, model) = (value(tpm::TPM_MANUFACTURER, "id:414D4400"), value(tpm::TPM_MODEL, "AMD"));
    let version = value(tpm::TPM_VERSION, "id:2");
    let one_set = seq(&[&tlv(0x31, &[&maker, &model, &version])]);
    let three_sets = seq(&[&tlv(0x31, &[&maker]), &tlv(0x31, &[&model]), &tlv(0x31, &[&version])]);
    for name in [one_set, three_sets] {
        let der = Draft { subject: name_of_nobody(), ..Draft::leaf(("", 1), ("root", 9)) }
            .with(alternative(&[&dns("a.example"), &directory(&name), &tlv(0x87, &[&[127, 0, 0, 1]])]))
            .make();
        let certificate = Certificate::read(&der).unwrap();
        assert!(certificate.subject.is_empty());
        let names = certificate.extensions.subject_alt_name().unwrap().unwrap();
        assert_eq!(names.iter().count(), 3);
        assert_eq!(names.dns().collect::<Vec<_>>(), ["a.example"]);
        let directory = names.directory().next().unwrap();
        let texts = [tpm::TPM_MANUFACTURER, tpm::TPM_MODEL, tpm::TPM_VERSION]
            .map(|oid| directory.attributes_of(oid).next().unwrap().text().unwrap());
        assert_eq!(texts, ["id:414D4400", "AMD", "id:2"]);
    }
}

fn name_of_nobody() -> Vec<u8> {
    name("")
}

fn judge(permitted: &[&Vec<u8>], excluded: &[&Vec<u8>], leaf: &Draft) -> Result<(), Rule> {
    let subtrees = |tag, bases: &[&Vec<u8>]| {
        let bases: Vec<_> = bases.iter().map(|base| seq(&[base])).collect();
        if bases.is_empty() { vec![] } else { tlv(tag, &[&bases.concat()]) }
    };
    let value = seq(&[&subtrees(0xa0, permitted), &subtrees(0xa1, excluded)]);
    let ca = Draft::ca(("ca", 2), ("root", 9)).with(extension(oid::NAME_CONSTRAINTS, true, &value)).make();
    let constraints = Certificate::read(&ca).unwrap().extensions.name_constraints().unwrap().unwrap();
    let leaf = leaf.make();
    let leaf = Certificate::read(&leaf).unwrap();
    constraints.allow(leaf.subject, leaf.extensions.subject_alt_name().unwrap(), &mut Budget::of_a_message())
}

#[test]
fn name_constraints() {
    let plain = Draft::leaf(("leaf", 1), ("ca", 2));
    let nameless = Draft { subject: name(""), ..plain.clone() };
    let host = |text: &str| nameless.clone().with(alternative(&[&dns(text)]));
    let below = seq(&[&attribute(oid::ORGANIZATION, 0x0c, "org"), &attribute(oid::COMMON_NAME, 0x0c, "leaf")]);
    let org = directory(&seq(&[&attribute(oid::ORGANIZATION, 0x0c, "org")]));
    let member = Draft { subject: below.clone(), ..plain.clone() };
    let of = |tag, text: &str| Draft { subject: seq(&[&attribute(oid::ORGANIZATION, tag, text)]), ..plain.clone() };
    let value = |oid, text: &str| seq(&[&object(oid), &tlv(0x0c, &[text.as_bytes()])]);
    let (org_value, unit_value) =
        (|text: &str| value(oid::ORGANIZATION, text), |text: &str| value(oid::ORGANIZATIONAL_UNIT, text));
    let both = |org: &str, unit: &str| seq(&[&tlv(0x31, &[&org_value(org), &unit_value(unit)])]);
    let turned = seq(&[&tlv(0x31, &[&unit_value("UNIT"), &org_value("ORG")])]);
    let turned = Draft { subject: turned, ..plain.clone() };
    let mail = Draft { subject: seq(&[&attribute(oid::EMAIL_ADDRESS, 0x16, "a@b")]), ..plain.clone() };
    let address = tlv(0x87, &[&[10, 0, 0, 0, 255, 0, 0, 0]]);
    let with_address = nameless.clone().with(alternative(&[&tlv(0x87, &[&[10, 0, 0, 1]])]));
    let violated = Err(Rule::NameNotPermitted);
    let unsupported = Err(Rule::NameConstraintUnsupported);
    for (permitted, excluded, leaf, verdict, why) in [
        (&[&dns("example.com")][..], &[][..], &host("example.com"), Ok(()), "the host itself"),
        (&[&dns("example.com")], &[], &host("A.EXAMPLE.com"), Ok(()), "a subdomain"),
        (&[&dns("example.com")], &[], &host("evil-example.com"), violated, "no label boundary"),
        (&[&dns("example.com")], &[], &host("com"), violated, "a parent"),
        (&[&dns("example.com")], &[], &host("other.org"), violated, "another host"),
        (&[&dns("example.com")], &[], &plain, Ok(()), "no host name at all"),
        (&[&dns("a.org"), &dns("b.org")], &[], &host("b.org"), Ok(()), "the second"),
        (&[&dns("")], &[], &host("b.org"), Ok(()), "every host"),
        (&[&dns(".example.com")], &[], &host("a.example.com"), unsupported, "a leading dot"),
        (&[&dns("example.com")], &[], &host("*.example.com"), unsupported, "a wildcard"),
        (&[&dns("example.com")], &[], &host(".example.com"), unsupported, "an empty first label"),
        (&[&dns("example.com")], &[], &host("a..example.com"), unsupported, "an empty label"),
        (&[&dns("")], &[], &host(""), unsupported, "an empty name"),
        (&[], &[&dns("example.com")], &host("example.com."), unsupported, "an excluded name with a trailing dot"),
        (&[], &[&dns("example.com.")], &host("a.example.com"), unsupported, "excluded with a trailing dot"),
        (&[], &[&dns("*.example.com")], &host("a.example.com"), unsupported, "excluded with a wildcard"),
        (&[], &[&dns("a..example.com")], &host("a.example.com"), unsupported, "excluded with an empty label"),
        (&[], &[&dns("example.com")], &host("a.example.com"), violated, "excluded"),
        (&[], &[&dns("example.com")], &host("a.example.org"), Ok(()), "not excluded"),
        (&[&dns("example.com")], &[&dns("a.example.com")], &host("b.a.example.com"), violated, "excluded of permitted"),
        (&[&org], &[], &member, Ok(()), "a name below"),
        (&[&org], &[], &plain, violated, "a name elsewhere"),
        (&[&org], &[], &nameless, Ok(()), "no name"),
        (&[], &[&org], &member, violated, "an excluded name"),
        (&[], &[&org], &of(0x0c, "ORG"), unsupported, "an excluded name in capitals"),
        (&[], &[&org], &of(0x13, " o.rg"), unsupported, "the same with spaces, in another string type"),
        (&[], &[&org], &of(0x0c, "örg"), unsupported, "a name that is not ASCII"),
        (&[], &[&org], &of(0x1e, "\0x\0y"), unsupported, "a string type that is not read"),
        (
            &[],
            &[&directory(&both("org", "unit"))],
            &turned,
            unsupported,
            "two attributes the other way round, in capitals",
        ),
        (&[], &[&directory(&both("org", "other"))], &turned, Ok(()), "one of two attributes is another"),
        (&[], &[&org], &turned, Ok(()), "an attribute more"),
        (&[], &[&directory(&both("org", "unit"))], &of(0x0c, "ORG"), Ok(()), "an attribute fewer"),
        (&[], &[&org], &of(0x0c, "other"), Ok(()), "another value"),
        (&[], &[&org], &plain, Ok(()), "another attribute"),
        (&[], &[&directory(&below)], &of(0x0c, "ORG"), Ok(()), "a name shorter than the excluded one"),
        (&[], &[&org, &dns("a")], &nameless, Ok(()), "no name, nothing excluded"),
        (&[&tlv(0x81, &[b"b"])], &[], &mail, unsupported, "an address in the subject"),
        (&[&tlv(0x81, &[b"b"])], &[], &plain, Ok(()), "no address"),
        (&[&address], &[], &with_address, unsupported, "an IP address"),
        (&[], &[&address], &with_address, unsupported, "an IP address, excluded"),
        (&[&address], &[], &plain, Ok(()), "no IP address"),
        (&[&address], &[], &mail, Ok(()), "no IP address, but an address in the subject"),
    ] {
        assert_eq!(judge(permitted, excluded, leaf), verdict, "{why}");
    }
}

/// X.690 §8.19.
fn encode(dotted: &str) -> Vec<u8> {
    let mut arcs = dotted.split('.').map(|arc| arc.parse::<u64>().unwrap());
    let (first, second) = (arcs.next().unwrap(), arcs.next().unwrap());
    let mut bytes = Vec::new();
    for arc in [first * 40 + second].into_iter().chain(arcs) {
        let groups = (0..9).rev().map(|group| (arc >> (group * 7)) as u8 & 0x7f).skip_while(|group| *group == 0);
        let mut groups: Vec<u8> = groups.map(|group| group | 0x80).collect();
        let last = groups.pop().unwrap_or(0) & 0x7f;
        bytes.extend(groups);
        bytes.push(last);
    }
    bytes
}

#[test]
fn object_identifiers_are_what_their_dotted_form_says() {
    for (bytes, dotted) in oid::ALL.iter().chain(crate::attestation::oid::ALL) {
        assert_eq!(*bytes, encode(dotted), "{dotted}");
    }
}
