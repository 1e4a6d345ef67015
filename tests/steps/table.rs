//! The types of a table: groups of rows that share a verdict.

use wardkey_authenticator::{Algorithm, Authentication, ClientData, Registration, RelyingParty, Vector};

/// The operations that both ceremonies have, for the rows of both tables.
pub(crate) trait Ceremony: Sized + 'static {
    /// The prefix of the name of a row.
    const PREFIX: &'static str;
    /// Returns the value for this ceremony.
    fn either<T>(registration: T, authentication: T) -> T;
    /// A valid ceremony.
    fn valid(name: &str, algorithm: Algorithm) -> Self;
    /// Its vector, to be accepted.
    fn vector(&self, id: &str) -> Vector;
    /// Changes the expectations.
    fn rp(self, change: impl FnOnce(&mut RelyingParty)) -> Self;
    /// Changes the challenge that was sent, and with it the client data.
    fn challenge(self, challenge: Vec<u8>) -> Self;
    /// Enables a quirk.
    fn quirk(self, name: &str) -> Self;
    /// The methods of the ceremony with these names.
    fn client_data(self, change: impl FnOnce(&mut ClientData)) -> Self;
    fn client_data_json(self, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self;
    fn json(self, change: impl Fn(&mut serde_json::Value) + Send + Sync + 'static) -> Self;
}

macro_rules! ceremony {
    ($ceremony:ident, $vector:ident, $prefix:literal, $registration:ident, $authentication:ident => $either:ident) => {
        impl Ceremony for $ceremony {
            const PREFIX: &'static str = $prefix;

            fn either<T>($registration: T, $authentication: T) -> T {
                $either
            }

            fn valid(name: &str, algorithm: Algorithm) -> Self {
                Self::new(name, algorithm)
            }

            fn vector(&self, id: &str) -> Vector {
                Vector::$vector(id, self)
            }

            fn rp(self, change: impl FnOnce(&mut RelyingParty)) -> Self {
                self.expecting(|expected| change(&mut expected.rp))
            }

            fn challenge(self, challenge: Vec<u8>) -> Self {
                let text = wardkey_authenticator::json::base64url(&challenge);
                self.client_data(|data| data.set("challenge", text)).expecting(|e| e.challenge = challenge)
            }

            fn quirk(self, name: &str) -> Self {
                self.expecting(|expected| expected.quirks.push(name.into()))
            }

            fn client_data(self, change: impl FnOnce(&mut ClientData)) -> Self {
                self.client_data(change)
            }

            fn client_data_json(self, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
                self.client_data_json(change)
            }

            fn json(self, change: impl Fn(&mut serde_json::Value) + Send + Sync + 'static) -> Self {
                self.json(change)
            }
        }
    };
}

ceremony!(Registration, registration, "reg", chosen, _other => chosen);
ceremony!(Authentication, authentication, "auth", _other, chosen => chosen);

/// A name, and a change of a valid ceremony.
pub(crate) type Row<C> = (&'static str, fn(C) -> C);

/// Rows with one verdict.
pub(crate) struct Group<C> {
    step: &'static str,
    code: &'static str,
    algorithm: Algorithm,
    strict: bool,
    rows: Vec<Row<C>>,
}

/// A finished row: its vector, and the expected verdict of the library.
pub(crate) struct Line {
    pub(crate) id: String,
    /// `7.1/8`, or `accepted`.
    pub(crate) step: &'static str,
    /// The stable code; empty if it is accepted.
    pub(crate) code: &'static str,
    pub(crate) vector: String,
}

/// Rows that a step refuses with this code.
pub(crate) const fn refused<C>(step: &'static str, code: &'static str) -> Group<C> {
    Group { step, code, algorithm: Algorithm::Es256, strict: false, rows: Vec::new() }
}

/// Rows that are accepted.
pub(crate) const fn accepted<C>() -> Group<C> {
    refused("accepted", "")
}

impl<C: Ceremony> Group<C> {
    /// Marks rows that only a strict reader refuses.
    pub(crate) fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Uses a credential with a different algorithm than ES256.
    pub(crate) fn under(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// Adds these rows.
    pub(crate) fn rows<const N: usize>(self, rows: [Row<C>; N]) -> Self {
        Self { rows: rows.to_vec(), ..self }
    }

    /// Makes the rows.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.rows.iter().map(|(name, change)| self.line(name, *change)).collect()
    }

    fn line(&self, name: &str, change: fn(C) -> C) -> Line {
        // If several algorithms have the same row, the name of the algorithm ends the name of the row.
        let name = match name.strip_suffix('*') {
            Some(name) => format!("{name}{}", self.algorithm.name().to_ascii_lowercase()),
            None => name.to_owned(),
        };
        let id = format!("steps/{}.{name}", C::PREFIX);
        let mut vector = change(C::valid(&id, self.algorithm)).vector(&id);
        if let Some((section, step)) = self.step.split_once('/') {
            vector = vector.refused(&format!("WebAuthn L3 §{section} step {step}"), self.code);
        }
        if self.strict {
            vector = vector.strict();
        }
        Line { step: self.step, code: self.code, vector: vector.line(), id }
    }
}
