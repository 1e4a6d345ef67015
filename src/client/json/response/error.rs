//! Why JSON is not a response.

use super::{MAX_BYTES_LEN, MAX_LEN, MAX_UNKNOWN_MEMBERS};
use crate::codec::json::MemberError;
use core::fmt;

/// Why JSON is not a response.
///
/// `line` and `column` (in bytes) count from 1: where the JSON cannot be read, or where the object ends whose member is wrong.
/// `line` is 0 if the place is unknown, as in a response that was read by serde: there the format adds the place to its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each `line` and `column` is documented above")]
pub enum ResponseError {
    /// More than [`MAX_LEN`] bytes, or too many of them in byte strings.
    #[error("the response has more than {MAX_LEN} bytes, or byte strings of more than {MAX_BYTES_LEN}")]
    TooLong,
    /// Not JSON, or a member that has the wrong type or occurs twice.
    #[error("the response is not valid JSON, or a member has the wrong type or occurs twice{}", place(.line, .column))]
    #[non_exhaustive]
    Json { line: usize, column: usize },
    /// An object with more than [`MAX_UNKNOWN_MEMBERS`] unknown members.
    #[error("an object of the response has more than {MAX_UNKNOWN_MEMBERS} unknown members{}", place(.line, .column))]
    #[non_exhaustive]
    TooManyMembers { line: usize, column: usize },
    /// A required member is missing or null.
    #[error("{member} is missing{}", place(.line, .column))]
    #[non_exhaustive]
    Missing { member: &'static str, line: usize, column: usize },
    /// A member that is not base64url without padding.
    #[error("{member} is not base64url{}", place(.line, .column))]
    #[non_exhaustive]
    NotBase64Url { member: &'static str, line: usize, column: usize },
    /// A member without bytes.
    #[error("{member} is empty{}", place(.line, .column))]
    #[non_exhaustive]
    Empty { member: &'static str, line: usize, column: usize },
    /// `type` is not `public-key`.
    #[error("type is not public-key{}", place(.line, .column))]
    #[non_exhaustive]
    Type { line: usize, column: usize },
    /// `id` is not the base64url encoding of `rawId`.
    #[error("id and rawId differ{}", place(.line, .column))]
    #[non_exhaustive]
    IdMismatch { line: usize, column: usize },
}

fn place(line: &usize, column: &usize) -> String {
    if *line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}

impl ResponseError {
    pub(super) const NOT_JSON: Self = Self::Json { line: 0, column: 0 };

    pub(super) const fn missing(member: &'static str) -> Self {
        Self::Missing { member, line: 0, column: 0 }
    }

    pub(super) const fn not_base64url(member: &'static str) -> Self {
        Self::NotBase64Url { member, line: 0, column: 0 }
    }

    /// Returns the place and kind of a JSON error, without the text of `error`, which may contain received text.
    pub(crate) fn unreadable(error: serde_json::Error) -> Self {
        Self::kind(&error).at(&error)
    }

    /// Returns the kind of an error of serde.
    pub(super) fn kind(error: &impl fmt::Display) -> Self {
        if MemberError::TooMany.is(error) { Self::TooManyMembers { line: 0, column: 0 } } else { Self::NOT_JSON }
    }

    /// Returns this error with the place of `error`.
    pub(super) fn at(mut self, error: &serde_json::Error) -> Self {
        match &mut self {
            Self::TooLong => {}
            Self::Json { line, column }
            | Self::TooManyMembers { line, column }
            | Self::Missing { line, column, .. }
            | Self::NotBase64Url { line, column, .. }
            | Self::Empty { line, column, .. }
            | Self::Type { line, column }
            | Self::IdMismatch { line, column } => (*line, *column) = (error.line(), error.column()),
        }
        self
    }
}
