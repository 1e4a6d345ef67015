//! Name constraints (RFC 5280 §4.2.1.10): honoured for dNSName and directoryName, refused where they speak of names that
//! are not judged here.
//!
//! A directoryName is within a subtree if it begins with the base, byte for byte. It is outside an excluded one only if
//! it differs however names may be compared: what may be another spelling of an excluded name is not let through.

use super::error::Rule;
use super::name::{GeneralName, GeneralNames, Name};
use super::oid;
use crate::budget::{Budget, Exhausted};
use crate::codec::der::{self, Reader, Tag};

impl From<Exhausted> for Rule {
    fn from(_: Exhausted) -> Self {
        Self::ComparisonBudget
    }
}

/// The extension of one CA certificate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameConstraints<'a> {
    permitted: Reader<'a>,
    excluded: Reader<'a>,
}

impl<'a> NameConstraints<'a> {
    /// One subtree or more, of either kind.
    pub(super) fn read(value: &'a [u8]) -> Result<Self, der::Malformed> {
        let (permitted, excluded) = der::read_all(value, |value| {
            let mut fields = value.sequence()?;
            let lists = (fields.optional(Tag::constructed(0))?, fields.optional(Tag::constructed(1))?);
            fields.finish()?;
            Ok::<_, der::Malformed>(lists)
        })?;
        if permitted.or(excluded).is_none() || permitted == Some(&[]) || excluded == Some(&[]) {
            return Err(der::Malformed::Empty);
        }
        let lists = [permitted, excluded].map(|subtrees| Reader::new(subtrees.unwrap_or_default()));
        for mut subtrees in lists {
            while !subtrees.is_empty() {
                base(&mut subtrees)?;
            }
        }
        let [permitted, excluded] = lists;
        Ok(Self { permitted, excluded })
    }

    /// Whether every name of a certificate is allowed (§6.1.3 (b) and (c)).
    pub(crate) fn allow(
        &self,
        subject: Name<'a>,
        alternatives: Option<GeneralNames<'a>>,
        budget: &mut Budget,
    ) -> Result<(), Rule> {
        if !subject.is_empty() {
            self.allow_name(GeneralName::Directory(subject), budget)?;
        }
        // An address in the subject counts as an rfc822Name.
        if subject.attributes_of(oid::EMAIL_ADDRESS).next().is_some() {
            self.allow_name(GeneralName::Other(Tag::primitive(1)), budget)?;
        }
        alternatives.iter().flat_map(GeneralNames::iter).try_for_each(|name| self.allow_name(name, budget))
    }

    /// Whether this host name is allowed, wherever in the certificate it was found.
    pub(crate) fn allow_host(&self, host: &'a str, budget: &mut Budget) -> Result<(), Rule> {
        self.allow_name(GeneralName::Dns(host), budget)
    }

    fn allow_name(&self, name: GeneralName<'a>, budget: &mut Budget) -> Result<(), Rule> {
        let (mut constrained, mut permitted) = (false, false);
        for base in bases(self.permitted) {
            budget.spend_comparison(cost(name, base))?;
            if let Some(within) = is_within(name, base)? {
                constrained = true;
                permitted |= within;
            }
        }
        if constrained && !permitted {
            return Err(Rule::NameNotPermitted);
        }
        for base in bases(self.excluded) {
            budget.spend_comparison(cost(name, base))?;
            if is_within(name, base)? == Some(true) {
                return Err(Rule::NameNotPermitted);
            }
            if let (GeneralName::Directory(name), GeneralName::Directory(base)) = (name, base)
                && !name.is_plainly_outside(base, budget)?
            {
                return Err(Rule::NameConstraintUnsupported);
            }
        }
        Ok(())
    }
}

/// What it costs to read a name and a base and to compare them once.
fn cost(name: GeneralName<'_>, base: GeneralName<'_>) -> u32 {
    Budget::comparison_of(name.len().saturating_add(base.len()))
}

/// GeneralSubtree: minimum is its default, 0, and maximum is absent, so the base is all there is.
fn base<'a>(subtrees: &mut Reader<'a>) -> Result<GeneralName<'a>, der::Malformed> {
    let mut subtree = subtrees.sequence()?;
    let base = GeneralName::read(&mut subtree)?;
    subtree.finish()?;
    Ok(base)
}

/// The bases of subtrees that were read before.
fn bases(mut subtrees: Reader<'_>) -> impl Iterator<Item = GeneralName<'_>> {
    core::iter::from_fn(move || base(&mut subtrees).ok())
}

/// Whether the name lies within the subtree; `None` where they are of different kinds.
fn is_within(name: GeneralName<'_>, base: GeneralName<'_>) -> Result<Option<bool>, Rule> {
    match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => is_subdomain(name, base).map(Some),
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Ok(Some(starts_with(name, base))),
        (GeneralName::Other(name), GeneralName::Other(base)) if name == base => Err(Rule::NameConstraintUnsupported),
        _ => Ok(None),
    }
}

fn starts_with(name: Name<'_>, base: Name<'_>) -> bool {
    let mut names = name.relative_names();
    base.relative_names().all(|base| names.next() == Some(base))
}

/// Returns whether the name is the base with zero or more labels added on the left (RFC 5280 §4.2.1.10). Refuses a wildcard, a
/// base with a leading dot and a name with an empty label: RFC 5280 §4.2.1.6 requires the preferred name syntax, so it does
/// not say whether they are within the base.
fn is_subdomain(name: &str, base: &str) -> Result<bool, Rule> {
    if name.contains('*') || base.starts_with('.') || name.split('.').any(str::is_empty) {
        return Err(Rule::NameConstraintUnsupported);
    }
    let Some((more, end)) = name.len().checked_sub(base.len()).and_then(|at| name.split_at_checked(at)) else {
        return Ok(false);
    };
    Ok(end.eq_ignore_ascii_case(base) && (more.is_empty() || base.is_empty() || more.ends_with('.')))
}
