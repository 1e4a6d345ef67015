//! Descriptions of certificates, trust anchors and revocation lists as plain values, and a writer that turns each into
//! DER.

use wardkey::crypto::Algorithm;
use wardkey_fuzz::der::{attribute, extension, integer, named_bits, new_year, octets_of, tlv};
use wardkey_fuzz::keys::Key;
use wardkey_fuzz::{Parts, toy};

/// The kinds of keys in these certificates.
const KINDS: [Algorithm; 5] =
    [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa, Algorithm::Rs256, Algorithm::MlDsa44];

fn key(value: u8) -> Key {
    Key::new(KINDS[usize::from(value) % KINDS.len()], value >> 3)
}

/// How a name is written. RFC 5280, section 7.1, compares the first three as equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Usual,
    /// The organization as a PrintableString instead of a UTF8String.
    Printable,
    /// The organization in lower case.
    LowerCase,
    /// The organization as a TeletexString, whose characters the library does not read.
    Teletex,
    /// The relative distinguished names in the opposite order.
    Reversed,
    /// With an e-mail address.
    Address,
    Empty,
}

/// A name: country, organization, organizational unit, common name.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    pub organization: u8,
    pub common: u8,
    pub form: Form,
}

/// A relative distinguished name with one attribute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relative {
    /// An arc of 2.5.4; 0 for the e-mail address of PKCS #9.
    pub arc: u8,
    pub tag: u8,
    pub text: String,
}

impl Relative {
    fn der(&self) -> Vec<u8> {
        match self.arc {
            0 => {
                let address = tlv(6, &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1]]);
                tlv(0x31, &[&tlv(0x30, &[&address, &tlv(self.tag, &[self.text.as_bytes()])])])
            }
            arc => attribute(arc, self.tag, self.text.as_bytes()),
        }
    }
}

impl Name {
    fn new(value: u8) -> Self {
        use Form::*;
        let forms = [Usual, Printable, LowerCase, Teletex, Reversed, Address, Empty, Usual];
        Self { organization: value & 1, common: value >> 1 & 3, form: forms[usize::from(value >> 5)] }
    }

    pub fn relatives(self) -> Vec<Relative> {
        let relative = |arc, tag, text: &str| Relative { arc, tag, text: text.to_owned() };
        let organization = format!("O{}", self.organization);
        let organization = match self.form {
            Form::Empty => return Vec::new(),
            Form::Printable => relative(10, 0x13, &organization),
            Form::LowerCase => relative(10, 0x0c, &organization.to_lowercase()),
            Form::Teletex => relative(10, 0x14, &organization),
            _ => relative(10, 0x0c, &organization),
        };
        let unit = relative(11, 0x0c, "Authenticator Attestation");
        let common = relative(3, 0x0c, &format!("N{}", self.common));
        let mut all = vec![relative(6, 0x13, "AA"), organization, unit, common];
        match self.form {
            Form::Reversed => all.reverse(),
            Form::Address => all.push(relative(0, 0x16, "a@mail.example")),
            _ => {}
        }
        all
    }

    pub fn is_empty(self) -> bool {
        self.form == Form::Empty
    }

    fn der(self) -> Vec<u8> {
        Self::der_of(&self.relatives())
    }

    fn der_of(relatives: &[Relative]) -> Vec<u8> {
        let relatives: Vec<_> = relatives.iter().map(Relative::der).collect();
        tlv(0x30, &octets_of(&relatives))
    }
}

/// Compares names as they are written.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.relatives() == other.relatives()
    }
}

/// A general name of a subject, or the base of a subtree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum General {
    Directory(Vec<Relative>),
    Dns(&'static str),
    Address,
    Uri,
    Ip,
}

impl General {
    fn alternative(value: u8) -> Self {
        let hosts =
            ["corp.example", "a.corp.example", "evilcorp.example", "CORP.example", "*.corp.example", "else.example"];
        match value % 8 {
            0 => Self::Directory(Name::new(value).relatives()),
            1 => Self::Address,
            2 => Self::Uri,
            3 => Self::Ip,
            _ => Self::Dns(hosts[usize::from(value >> 3) % hosts.len()]),
        }
    }

    fn base(value: u8) -> Self {
        let hosts = ["corp.example", "example", ".corp.example", "", "EXAMPLE", "a.corp.example"];
        match value % 8 {
            0 => Self::Address,
            1 => Self::Uri,
            2 => Self::Ip,
            3 | 4 => Self::Dns(hosts[usize::from(value >> 3) % hosts.len()]),
            // Two relative names, the whole name, or none: every name is within an empty base.
            kind => {
                let mut relatives = Name::new(value).relatives();
                relatives.truncate([2, 5, 0][usize::from(kind - 5)]);
                Self::Directory(relatives)
            }
        }
    }

    fn der(&self) -> Vec<u8> {
        match self {
            Self::Directory(relatives) => tlv(0xa4, &[&Name::der_of(relatives)]),
            Self::Dns(host) => tlv(0x82, &[host.as_bytes()]),
            Self::Address => tlv(0x81, &[b"a@mail.example"]),
            Self::Uri => tlv(0x86, &[b"https://corp.example"]),
            Self::Ip => tlv(0x87, &[&[192, 0, 2, 1]]),
        }
    }
}

/// A certificate.
#[derive(Clone, PartialEq, Debug)]
pub struct Certificate {
    pub version: u8,
    pub serial: u8,
    pub issuer: Name,
    pub subject: Name,
    pub key: Key,
    pub signer: Key,
    /// The kind of key that the signature algorithm is for.
    pub signature: Algorithm,
    pub not_before: u16,
    pub not_after: u16,
    /// Basic constraints: cA and the path length.
    pub basic: Option<(bool, Option<u8>)>,
    pub usage: Option<u8>,
    pub permitted: Vec<General>,
    pub excluded: Vec<General>,
    pub alternatives: Vec<General>,
    pub unknown_critical: bool,
    pub unknown: bool,
    /// A critical extended key usage.
    pub purpose: bool,
    pub key_identifier: Option<u8>,
    /// One extension occurs twice.
    pub twice: bool,
    /// The BIT STRING of the signature has an unused bit.
    pub unused_bits: bool,
    /// The algorithm under the signature is not the one beside it.
    pub two_algorithms: bool,
    /// One bit of the signature was changed.
    pub damaged: bool,
}

/// Bits of the key usage.
pub const DIGITAL_SIGNATURE: u8 = 0x80;
pub const KEY_CERT_SIGN: u8 = 0x04;
pub const CRL_SIGN: u8 = 0x02;

impl Certificate {
    fn extensions(&self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        if let Some((ca, length)) = self.basic {
            let ca: &[u8] = if ca { &[1, 1, 0xff] } else { &[] };
            let length = length.map_or_else(Vec::new, |length| integer(length.into()));
            all.push(extension(&[0x55, 0x1d, 19], true, &tlv(0x30, &[ca, &length])));
        }
        if let Some(bits) = self.usage {
            all.push(extension(&[0x55, 0x1d, 15], true, &named_bits(bits)));
        }
        if !(self.permitted.is_empty() && self.excluded.is_empty()) {
            let subtrees = |tag, bases: &[General]| {
                let bases: Vec<_> = bases.iter().map(|base| tlv(0x30, &[&base.der()])).collect();
                if bases.is_empty() { Vec::new() } else { tlv(tag, &octets_of(&bases)) }
            };
            let (permitted, excluded) = (subtrees(0xa0, &self.permitted), subtrees(0xa1, &self.excluded));
            all.push(extension(&[0x55, 0x1d, 30], true, &tlv(0x30, &[&permitted, &excluded])));
        }
        if !self.alternatives.is_empty() {
            let names: Vec<_> = self.alternatives.iter().map(General::der).collect();
            all.push(extension(&[0x55, 0x1d, 17], false, &tlv(0x30, &octets_of(&names))));
        }
        if let Some(identifier) = self.key_identifier {
            all.push(extension(&[0x55, 0x1d, 14], false, &tlv(4, &[&[identifier]])));
        }
        if self.purpose {
            let server = tlv(6, &[&[0x2b, 6, 1, 5, 5, 7, 3, 1]]);
            all.push(extension(&[0x55, 0x1d, 37], true, &tlv(0x30, &[&server])));
        }
        if self.unknown_critical {
            all.push(extension(&[0x2a, 3, 4], true, &[5, 0]));
        }
        if self.unknown {
            all.push(extension(&[0x2a, 3, 5], false, &[5, 0]));
        }
        if self.twice {
            let again = all.first().cloned().unwrap_or_else(|| extension(&[0x2a, 3, 6], false, &[5, 0]));
            all.extend([again.clone()]);
            if all.len() == 1 {
                all.push(again);
            }
        }
        all
    }

    pub fn der(&self) -> Vec<u8> {
        let algorithm = Key { algorithm: self.signature, number: 0 }.signature_algorithm();
        let inside = match self.two_algorithms {
            true => Key { algorithm: KINDS[usize::from(self.signature == KINDS[0])], number: 0 }.signature_algorithm(),
            false => algorithm.clone(),
        };
        let version = match self.version {
            1 => Vec::new(),
            version => tlv(0xa0, &[&integer(u16::from(version) - 1)]),
        };
        let validity = tlv(0x30, &[&new_year(self.not_before), &new_year(self.not_after)]);
        let extensions = self.extensions();
        let extensions = match extensions.is_empty() || self.version < 3 {
            true => Vec::new(),
            false => tlv(0xa3, &[&tlv(0x30, &octets_of(&extensions))]),
        };
        let serial = integer(self.serial.into());
        let (issuer, subject, spki) = (self.issuer.der(), self.subject.der(), self.key.spki());
        let tbs = tlv(0x30, &[&version, &serial, &inside, &issuer, &validity, &subject, &spki, &extensions]);
        let mut signature = toy::sign(self.signer, &tbs);
        signature[0] ^= u8::from(self.damaged);
        signature[31] &= !u8::from(self.unused_bits);
        tlv(0x30, &[&tbs, &algorithm, &tlv(3, &[&[u8::from(self.unused_bits)], &signature])])
    }
}

/// A certificate revocation list.
#[derive(Clone, PartialEq, Debug)]
pub struct List {
    pub issuer: Name,
    pub signer: Key,
    /// The authority key identifier.
    pub key_identifier: Option<u8>,
    pub revoked: Vec<u8>,
    pub this_update: u16,
    pub next_update: u16,
    pub damaged: bool,
}

impl List {
    pub fn der(&self) -> Vec<u8> {
        let algorithm = self.signer.signature_algorithm();
        let entry = |serial: &u8| tlv(0x30, &[&integer((*serial).into()), &new_year(2001)]);
        let entries: Vec<_> = self.revoked.iter().map(entry).collect();
        let entries = if entries.is_empty() { Vec::new() } else { tlv(0x30, &octets_of(&entries)) };
        let extensions = self.key_identifier.map_or_else(Vec::new, |identifier| {
            let identifier = tlv(0x30, &[&tlv(0x80, &[&[identifier]])]);
            tlv(0xa0, &[&tlv(0x30, &[&extension(&[0x55, 0x1d, 35], false, &identifier)])])
        });
        let dates = [new_year(self.this_update), new_year(self.next_update)].concat();
        let tbs = tlv(0x30, &[&integer(1), &algorithm, &self.issuer.der(), &dates, &entries, &extensions]);
        let mut signature = toy::sign(self.signer, &tbs);
        signature[0] ^= u8::from(self.damaged);
        tlv(0x30, &[&tbs, &algorithm, &tlv(3, &[&[0], &signature])])
    }
}

/// The list of anchors that an anchor belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    Everything,
    /// The format of the statement.
    Format,
    OtherFormat,
    /// The model in the authenticator data.
    Model,
    OtherModel,
}

/// All inputs of one verdict.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The certificates as sent: the leaf first.
    pub x5c: Vec<Certificate>,
    pub anchors: Vec<(Scope, Certificate)>,
    pub lists: Vec<List>,
    /// The time is the first second of this year; `None`: dates are not judged.
    pub year: Option<u16>,
    pub quirk: bool,
}

/// The most edits of an input.
const MAX_EDITS: usize = 24;

impl Scene {
    /// Starts from a valid path of the length that the first octet gives, and applies edits of three octets each: the
    /// object, the kind of change, and a value.
    pub fn read(p: &mut Parts<'_>) -> Self {
        let (length, year, bits) = (p.octet(), p.octet(), p.octet());
        let mut chain = usual(usize::from(length % 8));
        let mut order: Vec<usize> = (0..chain.len()).rev().collect();
        if bits & 1 == 0 && chain.len() > 1 {
            order.pop(); // the root is left out
        }
        let mut anchors = vec![(Scope::Everything, chain[0].clone())];
        if bits >> 6 == 3 {
            anchors.clear();
        }
        let mut lists = Vec::new();
        for _ in 0..MAX_EDITS {
            if p.0.is_empty() {
                break;
            }
            let (what, how, value) = (usize::from(p.octet()), p.octet() % 32, p.octet());
            match how {
                24..=28 => reorder(&mut order, chain.len(), how, what, value),
                29 if anchors.len() < 4 => {
                    anchors.push((scope(value >> 4), chain[what % chain.len()].clone()));
                }
                30 if !anchors.is_empty() => {
                    let at = what % anchors.len();
                    if value & 1 == 0 { anchors[at].0 = scope(value >> 4) } else { drop(anchors.remove(at)) }
                }
                31 if lists.len() < 3 => lists.push(list_of(&chain[what % chain.len()], value)),
                29..=31 => {}
                _ => {
                    let certificates = chain.len() + anchors.len();
                    match what % (certificates + lists.len()) {
                        at if at < chain.len() => edit_chain(&mut chain, at, how, value),
                        at if at < certificates => edit(&mut anchors[at - chain.len()].1, how, value),
                        at => edit_list(&mut lists[at - certificates], how, value),
                    }
                }
            }
        }
        let year = match year {
            0 => Some(2030),
            0xff => None,
            year => Some(1990 + u16::from(year) % 120),
        };
        let x5c = order.iter().map(|&at| chain[at].clone()).collect();
        Self { x5c, anchors, lists, year, quirk: bits & 4 != 0 }
    }
}

/// A valid path: the root first, then the intermediates, then the leaf.
fn usual(intermediates: usize) -> Vec<Certificate> {
    let mut chain: Vec<Certificate> = Vec::new();
    let leaf = intermediates + 1;
    for at in 0..=leaf {
        let subject = Name { organization: 0, common: at as u8, form: Form::Usual };
        let key = Key::new(KINDS[at % KINDS.len()], at as u8);
        let issuer = chain.last().map_or((subject, key), |above| (above.subject, above.key));
        chain.push(Certificate {
            version: 3,
            serial: at as u8 + 1,
            issuer: issuer.0,
            subject,
            key,
            signer: issuer.1,
            signature: issuer.1.algorithm,
            not_before: 2000,
            not_after: 2100,
            basic: Some((at != leaf, None)),
            usage: Some(if at == leaf { DIGITAL_SIGNATURE } else { KEY_CERT_SIGN | CRL_SIGN }),
            permitted: Vec::new(),
            excluded: Vec::new(),
            alternatives: Vec::new(),
            unknown_critical: false,
            unknown: false,
            purpose: false,
            key_identifier: None,
            twice: false,
            unused_bits: false,
            two_algorithms: false,
            damaged: false,
        });
    }
    chain
}

fn scope(value: u8) -> Scope {
    use Scope::*;
    [Everything, Format, OtherFormat, Model, OtherModel][usize::from(value) % 5]
}

fn reorder(order: &mut Vec<usize>, certificates: usize, how: u8, what: usize, value: u8) {
    let at = what % order.len();
    match how {
        24 if order.len() > 1 => drop(order.remove(at)),
        25 if order.len() < 12 => {
            let again = order[at];
            order.insert(at, again);
        }
        26 => {
            let other = usize::from(value) % order.len();
            order.swap(at, other);
        }
        27 if order.len() < 12 => order.push(usize::from(value) % certificates),
        _ => {}
    }
}

/// A list of this issuer that revokes nothing.
fn list_of(issuer: &Certificate, value: u8) -> List {
    List {
        issuer: issuer.subject,
        signer: issuer.key,
        key_identifier: (value & 1 != 0).then_some(value >> 6),
        revoked: Vec::new(),
        this_update: 2001,
        next_update: 2099,
        damaged: false,
    }
}

/// Changes a certificate. The certificate below follows a new name or key.
fn edit_chain(chain: &mut [Certificate], at: usize, how: u8, value: u8) {
    match how {
        0 => chain[at].subject = Name::new(value),
        1 => chain[at].subject = chain[at].issuer,
        2 => chain[at].key = key(value),
        _ => return edit(&mut chain[at], how, value),
    }
    let Certificate { subject, key, .. } = chain[at];
    if at == 0 {
        (chain[0].issuer, chain[0].signer, chain[0].signature) = (subject, key, key.algorithm);
    }
    if let Some(below) = chain.get_mut(at + 1) {
        (below.issuer, below.signer, below.signature) = (subject, key, key.algorithm);
    }
}

/// Changes a certificate, and no other one.
fn edit(certificate: &mut Certificate, how: u8, value: u8) {
    let year = 1990 + u16::from(value) % 120;
    match how {
        0 | 3 => certificate.subject = Name::new(value),
        1 | 4 => certificate.issuer = Name::new(value),
        2 | 5 => certificate.key = key(value),
        6 => (certificate.signer, certificate.signature) = (key(value), key(value).algorithm),
        7 => certificate.signature = KINDS[usize::from(value) % KINDS.len()],
        8 => certificate.not_before = year,
        9 => certificate.not_after = year,
        10 => {
            let length = (value & 4 != 0).then_some(value >> 3 & 7);
            certificate.basic = [None, Some((false, length)), Some((true, length)), None][usize::from(value & 3)];
        }
        11 => {
            certificate.usage =
                [None, Some(0x80), Some(4), Some(6), Some(2), Some(0x84), Some(0x86), Some(0)][usize::from(value & 7)]
        }
        12 => certificate.permitted.push(General::base(value)),
        13 => certificate.excluded.push(General::base(value)),
        14 => certificate.alternatives.push(General::alternative(value)),
        15 => certificate.unknown_critical = true,
        16 => (certificate.unknown, certificate.purpose) = (value & 1 == 0, value & 2 == 0),
        17 => certificate.key_identifier = (value & 1 == 0).then_some(value >> 6),
        18 => certificate.twice = true,
        19 => certificate.unused_bits = true,
        20 => certificate.two_algorithms = true,
        21 => certificate.damaged = true,
        22 => certificate.version = 1 + value % 3,
        _ => certificate.serial = value,
    }
}

fn edit_list(list: &mut List, how: u8, value: u8) {
    let year = 1990 + u16::from(value) % 120;
    match how {
        0 | 3 => list.issuer = Name::new(value),
        2 | 5 | 6 => list.signer = key(value),
        8 => list.this_update = year,
        9 => list.next_update = year,
        17 => list.key_identifier = (value & 1 == 0).then_some(value >> 6),
        21 => list.damaged = true,
        _ => list.revoked.push(value % 16),
    }
}
