//! Splits the text of a library or a database into rows, and converts each row independently.

use super::error::{ImportError, Reason};
use super::items::{Imported, Items};
use super::members::Members;
use crate::codec::json::expecting;
use crate::credential::{CredentialId, UserHandle};
use crate::macros::getters;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A row for which the caller's function returns the user handle.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    index: usize,
    json: &'a str,
    credential_id: &'a CredentialId,
}

impl<'a> Row<'a> {
    getters! {
        /// Returns the number of the row, from 0.
        pub const fn index(&self) -> usize = self.index;
        /// Returns the JSON of the row, for members that the application added, such as a user's primary key.
        pub const fn json(&self) -> &'a str = self.json;
        /// Returns the credential id.
        pub const fn credential_id(&self) -> &'a CredentialId = self.credential_id;
    }
}

/// Reads the members of one row into items, the credential id first, so that an error can name it.
pub(super) type Read = fn(&Members<'_>, &mut Items) -> Result<(), Reason>;

/// Converts every row of `json` (an array, JSON lines, or one object).
pub(super) fn import(
    json: &str,
    read: Read,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import_values(json, move |row, items| read(&Members::read(row)?, items), user)
}

/// Like [`import`], for rows that may be JSON values other than objects.
pub(super) fn import_values(
    json: &str,
    read: impl Fn(&str, &mut Items) -> Result<(), Reason>,
    mut user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    split(json).into_iter().enumerate().map(move |(index, row)| one(index, row, &read, &mut user))
}

/// Converts one row.
pub(super) fn one(
    index: usize,
    row: Result<&str, Reason>,
    read: impl FnOnce(&str, &mut Items) -> Result<(), Reason>,
    user: impl FnOnce(&Row<'_>) -> Option<UserHandle>,
) -> Result<Imported, ImportError> {
    let mut items = Items::default();
    let row = row.and_then(|json| read(json, &mut items).map(|()| json));
    let credential_id = CredentialId::new(&items.id);
    let imported = row.and_then(|json| {
        let id = credential_id.clone().map_err(Reason::CredentialId)?;
        let user = user(&Row { index, json, credential_id: &id });
        items.imported(index, id, user)
    });
    imported.map_err(|reason| reason.of(Some(index), credential_id.ok()))
}

/// Returns the rows of a text: the elements of an array, or objects one after the other, as in JSON lines. A row that is not
/// JSON becomes an error at its position.
///
/// In an array, this error is the last row. The end of a broken row is unknown, and the text after it may be inside a string,
/// such as a name that a user chose, which must not become a record. In JSON lines, reading continues at the next line that
/// begins with `{`, because no JSON string contains a line break. A broken row may be read to the end of the text before the
/// error is found, so the rows end when [`AGAIN`] times the length of the text was read without result.
pub(super) fn split(json: &str) -> Vec<Result<&str, Reason>> {
    let json = json.trim_start_matches('\u{feff}'); // a byte order mark, as in exports from Windows
    if json.trim_start().starts_with('[') { array(json) } else { lines(json) }
}

fn array(json: &str) -> Vec<Result<&str, Reason>> {
    let mut rows = Vec::new();
    let mut from = serde_json::Deserializer::from_str(json);
    let read = Elements(&mut rows).deserialize(&mut from).and_then(|()| from.end());
    rows.extend(read.err().map(|error| Err(place(&error, 0))));
    rows
}

/// Adds the elements of an array to a list, so that those before an error are kept.
struct Elements<'r, 'a>(&'r mut Vec<Result<&'a str, Reason>>);

impl<'a> DeserializeSeed<'a> for Elements<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for Elements<'_, 'a> {
    type Value = ();

    expecting!("an array");

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(row) = seq.next_element::<&RawValue>()? {
            self.0.push(Ok(row.get()));
        }
        Ok(())
    }
}

/// The maximum number of bytes that are read without result after broken rows, as a multiple of the length of the text. Real
/// broken rows end within a line or two. Without this bound, many lines such as `{"a":`, none of which is closed, would cost
/// quadratic time.
const AGAIN: usize = 16;

fn lines(mut json: &str) -> Vec<Result<&str, Reason>> {
    let mut rows = Vec::new();
    let mut in_vain = json.len().saturating_mul(AGAIN);
    let mut lines_before = 0_usize;
    loop {
        let mut stream = serde_json::Deserializer::from_str(json).into_iter::<&RawValue>();
        let mut start = 0;
        let error = loop {
            match stream.next() {
                Some(Ok(row)) => rows.push(Ok(row.get())),
                Some(Err(error)) => break error,
                None => return rows,
            }
            start = stream.byte_offset();
        };
        rows.push(Err(place(&error, lines_before)));
        let read: usize = json.split_inclusive('\n').take(error.line()).map(str::len).sum();
        let Some(left) = in_vain.checked_sub(read.saturating_sub(start)) else { return rows };
        in_vain = left;
        // Continue at the next line after the one where the broken row began.
        let broken = json.get(start..).unwrap_or_default().trim_start();
        let Some((_, rest)) = broken.split_once("\n{") else { return rows };
        let rest = json.get(json.len().saturating_sub(rest.len().saturating_add(1))..).unwrap_or_default();
        let read = json.get(..json.len().saturating_sub(rest.len())).unwrap_or_default();
        lines_before = lines_before.saturating_add(read.matches('\n').count());
        json = rest;
    }
}

/// Returns the place of a JSON error, without its text, which may contain text of the row.
fn place(error: &serde_json::Error, lines_before: usize) -> Reason {
    Reason::Json { line: error.line().saturating_add(lines_before), column: error.column() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// None of these rows is closed, so each is read to the end of the text, and the rows end early.
    #[test]
    fn rows_that_close_nothing_end() {
        let rows = lines(&"{\"a\":\n".repeat(1_000)).len();
        assert!((10..40).contains(&rows), "{rows} of 1,000 lines");
        let rows = [&"{\"a\" 1}\n".repeat(1_000), "{}"].concat();
        assert_eq!(lines(&rows).len(), 1_001, "rows whose error is found in the same line cost nothing more");
    }

    #[test]
    fn rows_by_their_notation() {
        for (text, rows) in [
            ("", vec![]),
            (" \n", vec![]),
            ("[]", vec![]),
            ("{}", vec![Ok("{}")]),
            ("[{}, 7 ,null]", vec![Ok("{}"), Ok("7"), Ok("null")]),
            ("\u{feff}[{}]", vec![Ok("{}")]),
            ("{}\n{\"a\": 1}\r\n\n{}\n", vec![Ok("{}"), Ok("{\"a\": 1}"), Ok("{}")]),
            ("{\n  \"a\": {\n}\n}\n{}", vec![Ok("{\n  \"a\": {\n}\n}"), Ok("{}")]),
            ("{}{}", vec![Ok("{}"), Ok("{}")]),
            // An array ends at its first error; those before it are kept.
            ("[{}, {\"a\" 1}, {}]", vec![Ok("{}"), Err(1)]),
            ("[{},\n {}", vec![Ok("{}"), Ok("{}"), Err(2)]),
            ("[{}] {}", vec![Ok("{}"), Err(1)]),
            // Lines go on.
            ("{}\n{\"a\" 1}\n{}", vec![Ok("{}"), Err(2), Ok("{}")]),
            ("{}\n{\"a\": \n{}\n{\"b\"}\n{}", vec![Ok("{}"), Err(4), Ok("{}"), Err(4), Ok("{}")]),
            ("nonsense\n{}", vec![Err(1), Ok("{}")]),
            ("{}\nnonsense", vec![Ok("{}"), Err(2)]),
            ("{\"a\": \"\n{}", vec![Err(1), Ok("{}")]),
        ] {
            let found = split(text).into_iter().map(|row| {
                row.map_err(|reason| match reason {
                    Reason::Json { line, .. } => line,
                    other => panic!("{other}"),
                })
            });
            assert_eq!(found.collect::<Vec<_>>(), rows, "{text}");
        }
    }
}
