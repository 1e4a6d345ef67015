//! The words of a token issuer for levels.

use super::assess::{Acr, Assurance};
use super::level::AssuranceLevel;

/// Why a table of words is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AcrTableError {
    /// There are more than [`AcrTable::MAX_ROWS`] rows.
    #[error("expected at most 32 rows of acr words, found more")]
    TooManyRows,
    /// A word is empty, longer than [`AcrTable::MAX_WORD_LEN`] bytes, or has white space or a control character.
    #[error("expected an acr word of 1 to 256 visible ASCII characters, found another text")]
    Word,
}

impl AcrTableError {
    /// Returns the code, which does not change: `acr-rows` or `acr-word`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooManyRows => "acr-rows",
            Self::Word => "acr-word",
        }
    }
}

/// A table from level and [`Acr`] to the `acr` words of your issuer.
///
/// The first row that the sign-in satisfies gives the word, so list the most demanding row first. A row is satisfied if the
/// ceiling is at least its level, and if the sign-in has its `acr` or a stronger one.
///
/// NHS CIS2 names levels of its own. Keycloak maps words to levels of authentication ("ACR to LoA mapping"):
///
/// ```
/// use wardkey::UnixTime;
/// use wardkey::assurance::{Acr, AcrTable, AcrTableError, AssuranceLevel, Facts, Rules, assess};
/// let cis2 = AcrTable::new([(AssuranceLevel::Aal3, None, "AAL3_ANY"), (AssuranceLevel::Aal2, None, "AAL2_ANY")])?;
/// let keycloak = AcrTable::new([
///     (AssuranceLevel::Aal2, Some(Acr::Phrh), "gold"),
///     (AssuranceLevel::Aal2, Some(Acr::Phr), "silver"),
///     (AssuranceLevel::Aal1, None, "bronze"),
/// ])?;
/// let nothing = assess(&Facts::unknown(UnixTime::from_secs(0)), Rules::Nist80063B4);
/// assert_eq!((cis2.word(&nothing), keycloak.word(&nothing)), (None, None));
/// # Ok::<(), AcrTableError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcrTable(Vec<(AssuranceLevel, Option<Acr>, String)>);

impl AcrTable {
    /// The maximum number of rows. Issuers have a handful of words.
    pub const MAX_ROWS: usize = 32;
    /// The maximum length of a word in bytes. Words are names or URIs.
    pub const MAX_WORD_LEN: usize = 256;

    /// Makes a table of rows: the level, the `acr` (`None`: any or none), and the word.
    ///
    /// # Errors
    /// [`AcrTableError::TooManyRows`], [`AcrTableError::Word`].
    pub fn new<W: Into<String>>(
        rows: impl IntoIterator<Item = (AssuranceLevel, Option<Acr>, W)>,
    ) -> Result<Self, AcrTableError> {
        let mut table = Vec::new();
        for (level, acr, word) in rows {
            let word = word.into();
            if table.len() == Self::MAX_ROWS {
                return Err(AcrTableError::TooManyRows);
            }
            if !(1..=Self::MAX_WORD_LEN).contains(&word.len()) || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(AcrTableError::Word);
            }
            table.push((level, acr, word));
        }
        Ok(Self(table))
    }

    /// Returns the word of the first row that the sign-in satisfies. `None` if none is, and for rules without levels.
    #[must_use]
    pub fn word(&self, assurance: &Assurance) -> Option<&str> {
        let ceiling = assurance.ceiling().filter(|ceiling| *ceiling > AssuranceLevel::None)?;
        let row = self.0.iter().find(|(level, acr, _)| *level <= ceiling && *acr <= assurance.acr());
        row.map(|(_, _, word)| word.as_str())
    }
}
