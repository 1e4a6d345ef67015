//! Name constraints (RFC 5280 §4.2.1.10), for dNSName and directoryName. A certificate with a name of another kind is refused
//! if a constraint of that kind exists.
//!
//! A directoryName is within a subtree if it begins with the base, octet by octet. It is outside of an excluded subtree only
//! if it differs under every comparison that §7.1 allows, so that another spelling of an excluded name does not pass.

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
    /// Reads the extension.
    pub(super) fn read(value: &'a [u8]) -> Result<Self, der::Malformed> {
        let (permitted, excluded) = der::read_all(value, |value| {
            let mut fields = value.sequence()?;
            let lists = (fields.optional(Tag::constructed(0))?, fields.optional(Tag::constructed(1))?);
            fields.finish()?;
            Ok::<_, der::Malformed>(lists)
        })?;
        // §4.2.1.10: at least one of the two lists, each with at least one subtree
        if permitted.or(excluded).is_none() {
            return Err(der::Malformed::Empty);
        }
        for subtrees in permitted.iter().chain(&excluded) {
            der::each(Reader::new(subtrees), |subtrees| base(subtrees).map(drop))?;
        }
        let [permitted, excluded] = [permitted, excluded].map(|subtrees| Reader::new(subtrees.unwrap_or_default()));
        Ok(Self { permitted, excluded })
    }

    /// Checks every name of a certificate (§6.1.3 (b) and (c)).
    pub(crate) fn allow(
        &self,
        subject: Name<'a>,
        alternatives: Option<GeneralNames<'a>>,
        budget: &mut Budget,
    ) -> Result<(), Rule> {
        if !subject.is_empty() {
            self.allow_name(GeneralName::Directory(subject), budget)?;
        }
        // §4.2.1.10: an emailAddress in the subject counts as an rfc822Name.
        if subject.attributes_of(oid::EMAIL_ADDRESS).next().is_some() {
            self.allow_name(GeneralName::Other(Tag::primitive(1)), budget)?;
        }
        alternatives.iter().flat_map(GeneralNames::iter).try_for_each(|name| self.allow_name(name, budget))
    }

    /// Checks one name: of the certificate, or the host for which the caller accepted it.
    pub(super) fn allow_name(&self, name: GeneralName<'a>, budget: &mut Budget) -> Result<(), Rule> {
        let (mut constrained, mut permitted) = (false, false);
        for base in bases(self.permitted) {
            budget.spend_comparison(cost(name, base))?;
            if let Some(within) = is_within(name, base)? {
                constrained = true;
                permitted |= within;
            }
        }
        // §6.1.3 (b): within one of the permitted subtrees
        if constrained && !permitted {
            return Err(Rule::NameNotPermitted);
        }
        for base in bases(self.excluded) {
            budget.spend_comparison(cost(name, base))?;
            // §6.1.3 (c): not within an excluded subtree
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

/// Returns the cost of comparing a name with a base.
fn cost(name: GeneralName<'_>, base: GeneralName<'_>) -> u32 {
    Budget::comparison_of(name.len().saturating_add(base.len()))
}

/// Reads a GeneralSubtree, which contains only its base: §4.2.1.10 "minimum MUST be zero, and maximum MUST be absent".
fn base<'a>(subtrees: &mut Reader<'a>) -> Result<GeneralName<'a>, der::Malformed> {
    let mut subtree = subtrees.sequence()?;
    let base = GeneralName::read(&mut subtree)?;
    subtree.finish()?;
    Ok(base)
}

/// Returns the bases of subtrees that [`NameConstraints::read`] checked.
fn bases(mut subtrees: Reader<'_>) -> impl Iterator<Item = GeneralName<'_>> {
    core::iter::from_fn(move || base(&mut subtrees).ok())
}

/// Returns whether the name is within the subtree, or `None` if they are of different kinds (§4.2.1.10).
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

/// Returns whether the name is the base with zero or more labels added on the left (RFC 5280 §4.2.1.10). Refuses a wildcard and an
/// empty label in either: RFC 5280 §4.2.1.6 requires the preferred name syntax, so it does not say which names such a base
/// contains, or which base such a name is in. The empty base contains every name.
fn is_subdomain(name: &str, base: &str) -> Result<bool, Rule> {
    let is_preferred = |text: &str| !text.contains('*') && !text.split('.').any(str::is_empty);
    if !is_preferred(name) || !(base.is_empty() || is_preferred(base)) {
        return Err(Rule::NameConstraintUnsupported);
    }
    let Some((more, end)) = name.len().checked_sub(base.len()).and_then(|at| name.split_at_checked(at)) else {
        return Ok(false);
    };
    Ok(end.eq_ignore_ascii_case(base) && (more.is_empty() || base.is_empty() || more.ends_with('.')))
}
