//! Name (RFC 5280 §4.1.2.4), with the attributes that §8.2.1 asks of a subject.

use crate::der;

/// commonName.
pub const COMMON_NAME: &str = "2.5.4.3";
/// countryName.
pub const COUNTRY: &str = "2.5.4.6";
/// organizationName.
pub const ORGANIZATION: &str = "2.5.4.10";
/// organizationalUnitName.
pub const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";

/// A distinguished name: attributes, each the only one of its RDN, with its value in DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name(pub Vec<(String, Vec<u8>)>);

impl Name {
    /// Makes the name of an attestation certificate, in the order of §16: CN, O, OU, C.
    pub fn new(common_name: &str, organization: &str, unit: &str) -> Self {
        Self(vec![
            (COMMON_NAME.into(), der::utf8(common_name)),
            (ORGANIZATION.into(), der::utf8(organization)),
            (ORGANIZATIONAL_UNIT.into(), der::utf8(unit)),
            (COUNTRY.into(), der::printable("AA")),
        ])
    }

    /// Sets the value of an attribute. A new attribute is added at the end.
    pub fn set(&mut self, oid: &str, value: Vec<u8>) {
        match self.0.iter_mut().find(|(attribute, _)| attribute == oid) {
            Some((_, old)) => *old = value,
            None => self.0.push((oid.into(), value)),
        }
    }

    /// Removes an attribute.
    pub fn remove(&mut self, oid: &str) {
        self.0.retain(|(attribute, _)| attribute != oid);
    }

    /// Returns the encoding.
    pub fn encode(&self) -> Vec<u8> {
        let rdns = self.0.iter().map(|(oid, value)| der::set(&[&attribute(oid, value)]));
        der::sequence(&[&rdns.collect::<Vec<_>>().concat()])
    }
}

/// AttributeTypeAndValue.
pub fn attribute(oid: &str, value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(oid), value])
}
