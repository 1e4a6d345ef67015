//! The oracle: certification path validation by RFC 5280, section 6.1, over descriptions. It reads no DER. Comments say
//! where the library documents a stricter rule.

use crate::description::{
    CRL_SIGN, Certificate, DIGITAL_SIGNATURE, Form, General, KEY_CERT_SIGN, Name, Relative, Scene, Scope,
};
use wardkey_fuzz::keys::Key;

/// One thing that is wrong. Certificates are counted from the leaf, which is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The leaf does not meet WebAuthn, section 8.2.1, or claims powers of a CA.
    Statement,
    TooLong,
    /// Not a certificate by RFC 5280, section 4.1.
    Unreadable(usize),
    NoAnchors,
    IssuerName(usize),
    NoAnchor,
    NotYetValid(usize),
    Expired(usize),
    NotCa(usize),
    KeyUsage(usize),
    PathLength,
    Critical(usize),
    NameConstraints(usize),
    Signature(usize),
    Revoked(usize),
    List(usize),
}

/// A path that was accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path {
    /// The position of the anchor in the scene.
    pub anchor: usize,
    pub certificates: usize,
    pub checked_for_revocation: usize,
}

/// The most certificates that the library accepts.
const MAX_CERTIFICATES: usize = 10;

/// Section 4.1: the issuer has a name, no extension occurs twice, and both algorithm identifiers are equal.
pub fn is_certificate(certificate: &Certificate) -> bool {
    let twice = certificate.twice && certificate.version == 3;
    !(certificate.issuer.is_empty() || twice || certificate.two_algorithms)
}

/// Extensions exist in version 3 only.
fn extended<T>(certificate: &Certificate, extension: Option<T>) -> Option<T> {
    extension.filter(|_| certificate.version == 3)
}

fn basic(certificate: &Certificate) -> Option<(bool, Option<u8>)> {
    extended(certificate, certificate.basic)
}

fn usage(certificate: &Certificate) -> Option<u8> {
    extended(certificate, certificate.usage)
}

fn is_self_issued(certificate: &Certificate) -> bool {
    certificate.issuer == certificate.subject
}

/// Whether this key made the signature, under the algorithm that the certificate names.
fn is_signed_by(certificate: &Certificate, key: Key) -> bool {
    let whole = !(certificate.damaged || certificate.unused_bits);
    whole && certificate.signer == key && certificate.signature == certificate.signer.algorithm
}

/// Whether an anchor may issue certificates, as the library documents it: an end-entity certificate may not. A
/// self-issued certificate without `cA` may if its key usage has keyCertSign, or if it has neither extension.
fn issues(anchor: &Certificate) -> bool {
    let may = match basic(anchor) {
        Some((true, _)) => true,
        None if anchor.version < 3 => true,
        _ if !is_self_issued(anchor) => false,
        says => usage(anchor).map_or(says.is_none(), |usage| usage & KEY_CERT_SIGN != 0),
    };
    may && !anchor.subject.is_empty()
}

/// WebAuthn, section 8.2.1, and RFC 5280, sections 4.2.1.3 and 4.2.1.9: a certificate without `cA` has neither
/// keyCertSign nor a path length.
fn statement(leaf: &Certificate) -> bool {
    let names = !matches!(leaf.subject.form, Form::Empty | Form::Teletex);
    let usage = usage(leaf).unwrap_or(DIGITAL_SIGNATURE);
    let no_ca = basic(leaf) == Some((false, None)) && usage & KEY_CERT_SIGN == 0;
    is_certificate(leaf) && leaf.version == 3 && names && usage & DIGITAL_SIGNATURE != 0 && no_ca
}

/// The anchors for this format and AAGUID: the narrowest list that exists decides.
fn trusted(scene: &Scene) -> Vec<usize> {
    let of = |scope: Scope| -> Vec<usize> {
        let anchors = scene.anchors.iter().enumerate();
        anchors.filter(|(_, anchor)| anchor.0 == scope && is_certificate(&anchor.1)).map(|(at, _)| at).collect()
    };
    let has = |scope: Scope| scene.anchors.iter().any(|anchor| anchor.0 == scope && is_certificate(&anchor.1));
    let narrowest = [Scope::Model, Scope::Format].into_iter().find(|scope| has(*scope));
    of(narrowest.unwrap_or(Scope::Everything))
}

/// The accepted path, or everything that is wrong.
pub fn judge(scene: &Scene) -> Result<Path, Vec<Fault>> {
    let Scene { x5c, anchors, .. } = scene;
    if !statement(&x5c[0]) {
        return Err(vec![Fault::Statement]);
    }
    if x5c.len() > MAX_CERTIFICATES {
        return Err(vec![Fault::TooLong]);
    }
    let unreadable = x5c.iter().enumerate().filter(|(_, certificate)| !is_certificate(certificate));
    let unreadable: Vec<_> = unreadable.map(|(at, _)| Fault::Unreadable(at)).collect();
    if !unreadable.is_empty() {
        return Err(unreadable);
    }
    let trusted = trusted(scene);
    if trusted.is_empty() {
        return Err(vec![Fault::NoAnchors]);
    }
    let certificate = |at: usize| &anchors[at].1;
    // The leaf is a trusted certificate itself (WebAuthn, section 7.1, step 24).
    if let Some(&anchor) = trusted.iter().find(|&&at| *certificate(at) == x5c[0]) {
        return Ok(Path { anchor, certificates: 1, checked_for_revocation: 0 });
    }

    // The path ends below the first certificate that has the name and key of an anchor.
    let mut included = None;
    let mut path = &x5c[..];
    for (at, sent) in x5c.iter().enumerate() {
        let is_it = |&&anchor: &&usize| {
            let anchor = certificate(anchor);
            issues(anchor) && anchor.subject == sent.subject && anchor.key == sent.key
        };
        included = trusted.iter().find(is_it).filter(|_| at > 0);
        if included.is_some() {
            path = &x5c[..at];
            break;
        }
        if x5c.get(at + 1).is_some_and(|next| next.subject != sent.issuer) {
            return Err(vec![Fault::IssuerName(at)]);
        }
    }
    let top = path.len() - 1;
    let in_its_name = |&&at: &&usize| issues(certificate(at)) && certificate(at).subject == path[top].issuer;
    let candidates: Vec<usize> = match included {
        Some(&anchor) => vec![anchor],
        None => trusted.iter().filter(in_its_name).copied().collect(),
    };
    let signed = |&&at: &&usize| is_signed_by(&path[top], certificate(at).key);
    let anchor = candidates.iter().find(signed).copied();
    let mut faults = Vec::new();
    if candidates.is_empty() {
        faults.push(Fault::NoAnchor);
    } else if anchor.is_none() {
        faults.push(Fault::Signature(top));
    }
    validate(path, scene.year, &mut faults);
    let mut checked_for_revocation = 0;
    if let Some(anchor) = anchor {
        checked_for_revocation = revocation(path, certificate(anchor), scene, &mut faults);
    }
    match anchor {
        Some(anchor) if faults.is_empty() => Ok(Path { anchor, certificates: path.len(), checked_for_revocation }),
        _ => Err(faults),
    }
}

/// Section 6.1, from the certificate below the anchor down to the leaf. The caller checks names and the signature by
/// the anchor, because it looks for the anchor.
fn validate(path: &[Certificate], year: Option<u16>, faults: &mut Vec<Fault>) {
    let mut max_path_length = path.len(); // 6.1.2 (k)
    let mut constraints: Vec<(&[General], &[General])> = Vec::new(); // 6.1.2 (b), (c)
    for (at, certificate) in path.iter().enumerate().rev() {
        let is_final = at == 0;
        // 6.1.3 (a) (1)
        if path.get(at + 1).is_some_and(|issuer| !is_signed_by(certificate, issuer.key)) {
            faults.push(Fault::Signature(at));
        }
        // 6.1.3 (a) (2)
        if year.is_some_and(|year| year < certificate.not_before) {
            faults.push(Fault::NotYetValid(at));
        }
        if year.is_some_and(|year| year > certificate.not_after) {
            faults.push(Fault::Expired(at));
        }
        // 6.1.3 (b), (c)
        if is_final || !is_self_issued(certificate) {
            let names = names(certificate);
            if !constraints.iter().all(|(permitted, excluded)| allowed(&names, permitted, excluded)) {
                faults.push(Fault::NameConstraints(at));
            }
        }
        // 6.1.4 (o), 6.1.5 (f)
        if extended(certificate, Some(certificate.unknown_critical)) == Some(true) {
            faults.push(Fault::Critical(at));
        }
        if is_final {
            break;
        }
        // 6.1.4 (g)
        constraints.extend(extended(certificate, Some((&certificate.permitted[..], &certificate.excluded[..]))));
        // 6.1.4 (k)
        let Some((true, path_length)) = basic(certificate) else {
            faults.push(Fault::NotCa(at));
            continue;
        };
        // 6.1.4 (l)
        if !is_self_issued(certificate) {
            match max_path_length.checked_sub(1) {
                Some(less) => max_path_length = less,
                None => faults.push(Fault::PathLength),
            }
        }
        // 6.1.4 (m)
        max_path_length = path_length.map_or(max_path_length, |length| max_path_length.min(length.into()));
        // 6.1.4 (n)
        if usage(certificate).is_some_and(|usage| usage & KEY_CERT_SIGN == 0) {
            faults.push(Fault::KeyUsage(at));
        }
    }
}

/// The names of a certificate that constraints apply to. An e-mail address in the subject counts as an rfc822Name.
fn names(certificate: &Certificate) -> Vec<General> {
    let mut names = Vec::new();
    if !certificate.subject.is_empty() {
        names.push(General::Directory(certificate.subject.relatives()));
    }
    if certificate.subject.form == Form::Address {
        names.push(General::Address);
    }
    names.extend(extended(certificate, Some(certificate.alternatives.clone())).into_iter().flatten());
    names
}

/// The place of a name relative to a subtree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The subtree constrains another kind of name.
    Elsewhere,
    Within,
    Outside,
    /// The library cannot judge it, so it refuses.
    Unknown,
}

/// Section 4.2.1.10: the place of a name relative to a base.
fn place(name: &General, base: &General, excluded: bool) -> Place {
    let told = |within| if within { Place::Within } else { Place::Outside };
    match (name, base) {
        // Stricter than section 7.1: names are compared octet by octet. A name that section 7.1 might find within an
        // excluded subtree is refused as well.
        (General::Directory(name), General::Directory(base)) => {
            let exactly = name.len() >= base.len() && name[..base.len()] == base[..];
            let perhaps = name.len() >= base.len() && name.iter().zip(base).all(|(a, b)| may_be_the_same(a, b));
            if excluded && perhaps && !exactly { Place::Unknown } else { told(exactly) }
        }
        // Labels are added on the left. Wildcards and leading dots have no meaning in RFC 5280.
        (General::Dns(name), General::Dns(base)) => {
            if name.contains('*') || base.starts_with('.') {
                return Place::Unknown;
            }
            let (name, base) = (name.to_lowercase(), base.to_lowercase());
            told(base.is_empty() || name == base || name.ends_with(&format!(".{base}")))
        }
        // The library does not implement constraints on these kinds of names.
        (General::Address, General::Address) | (General::Uri, General::Uri) | (General::Ip, General::Ip) => {
            Place::Unknown
        }
        _ => Place::Elsewhere,
    }
}

/// Whether section 7.1 might compare two attributes as equal: text without case; a TeletexString may be any text.
fn may_be_the_same(a: &Relative, b: &Relative) -> bool {
    const TELETEX: u8 = 0x14;
    a.arc == b.arc && (a.tag == TELETEX || b.tag == TELETEX || a.text.eq_ignore_ascii_case(&b.text))
}

/// Whether each name is within a permitted subtree of its kind, if there is one, and within no excluded subtree.
fn allowed(names: &[General], permitted: &[General], excluded: &[General]) -> bool {
    names.iter().all(|name| {
        let permitted: Vec<Place> = permitted.iter().map(|base| place(name, base, false)).collect();
        let excluded = excluded.iter().map(|base| place(name, base, true));
        let mut excluded = excluded.filter(|place| matches!(place, Place::Within | Place::Unknown));
        let constrained = permitted.iter().any(|place| *place != Place::Elsewhere);
        let unknown = permitted.contains(&Place::Unknown);
        !unknown && (!constrained || permitted.contains(&Place::Within)) && excluded.next().is_none()
    })
}

/// Section 6.3, with the lists of the relying party. A list belongs to an issuer of the path by its name and by a key that
/// the path has for that name; then it must be current, and covers everything that was issued in that name. A list that
/// verifies with another key is another issuer's if the relying party has an anchor with that name and key; otherwise it
/// cannot be applied, and the path is refused. Returns how many certificates were checked.
fn revocation(path: &[Certificate], anchor: &Certificate, scene: &Scene, faults: &mut Vec<Fault>) -> usize {
    let issuer = |at: usize| path.get(at + 1).unwrap_or(anchor);
    let mut checked = vec![false; path.len()];
    for list in scene.lists.iter().filter(|list| !list.issuer.is_empty()) {
        let issued = |at: &usize| same_name(issuer(*at).subject, list.issuer);
        let in_its_name: Vec<usize> = (0..path.len()).rev().filter(issued).collect();
        if in_its_name.is_empty() {
            continue;
        }
        let made = |certificate: &&Certificate| certificate.key == list.signer && !list.damaged;
        let Some(signer) = in_its_name.iter().map(|at| issuer(*at)).find(made) else {
            let anchors = scene.anchors.iter().map(|(_, anchor)| anchor).filter(|anchor| is_certificate(anchor));
            let mut others = anchors.filter(|anchor| same_name(anchor.subject, list.issuer));
            if !others.any(|anchor| made(&anchor)) {
                faults.extend(in_its_name.iter().map(|at| Fault::List(*at)));
            }
            continue;
        };
        let may_sign = usage(signer).is_none_or(|usage| usage & CRL_SIGN != 0); // 6.3.3 (f)
        let current = scene.year.is_none_or(|year| (list.this_update..=list.next_update).contains(&year));
        for at in in_its_name {
            if !(may_sign && current) {
                faults.push(Fault::List(at));
            }
            if list.revoked.contains(&path[at].serial) {
                faults.push(Fault::Revoked(at));
            }
            checked[at] = true;
        }
    }
    checked.into_iter().filter(|checked| *checked).count()
}

/// Section 7.1: string types and case make no difference.
fn same_name(a: Name, b: Name) -> bool {
    const TELETEX: u8 = 0x14;
    let same = |(a, b): (&Relative, &Relative)| {
        let text = |relative: &Relative| match relative.tag {
            TELETEX => relative.text.clone(), // its characters are not read
            _ => relative.text.to_lowercase(),
        };
        a.arc == b.arc && text(a) == text(b)
    };
    let (a, b) = (a.relatives(), b.relatives());
    a.len() == b.len() && a.iter().zip(&b).all(same)
}
