//! Lines of a list become entries: NDJSON or CSV, one hash a line.

mod columns;
mod lines;
mod table;

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mamori_model::text::Labels;
use mamori_model::{EntryChange, Given, Hash, HashKind, Line};
use mamori_store::NewEntry;
use serde::Deserialize;

pub use self::columns::{ColumnMap, Field, NotAColumnMap, NotAPreset, Preset};
pub use self::lines::{Lines, Piece, lines_of};
use self::table::Table;

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFormat {
    /// One JSON object a line: `{"hash":"…","kind":"pdq","source_id":"…","labels":["…"],
    /// "expires_at":"2027-01-01T00:00:00Z"}`; only `hash` is needed. A key that is left out says
    /// nothing, `null` takes away what a bank has there.
    Ndjson,
    /// Columns by name in the first line, of the same names or those of a [`ColumnMap`]; labels
    /// separated by `;`. Values are separated by `,`, `;` or tabs, whichever the first line has most
    /// of. A column that is left out says nothing, an empty value takes away. Other columns are
    /// ignored.
    Csv,
}

/// Reads the lines of one import, in order.
#[derive(Debug)]
pub struct LineReader {
    format: LineFormat,
    /// The kind of a line that names none.
    kind: HashKind,
    /// The columns that a CSV must have; `None`: any of the usual names.
    columns: Option<ColumnMap>,
    /// The CSV, once its first line was read.
    table: Option<Table>,
}

/// What a line is.
#[derive(Debug)]
pub enum Read {
    /// An entry, and what of the line was left out because it is wrong.
    Entry(NewEntry, Vec<String>),
    /// Nothing to count: a blank line or the header.
    Skipped,
    /// Wrong, and why.
    Rejected(String),
    /// So wrong that the rest cannot be read either: a CSV without a usable header.
    Hopeless(String),
}

/// A line's fields before they are checked.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    hash: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    source_id: Given<String>,
    #[serde(default)]
    labels: Given<Vec<String>>,
    #[serde(default)]
    expires_at: Given<String>,
}

impl LineReader {
    /// A reader of `format`; `kind` is meant where a line names none.
    pub fn new(format: LineFormat, kind: HashKind) -> Self {
        Self { format, kind, columns: None, table: None }
    }

    /// The same for a CSV with these columns.
    #[must_use]
    pub fn with_columns(self, columns: Option<ColumnMap>) -> Self {
        Self { columns, ..self }
    }

    /// The byte between two values of a CSV, as far as it is known; `None` for other formats.
    pub fn separator(&self) -> Option<u8> {
        match self.format {
            LineFormat::Ndjson => None,
            LineFormat::Csv => Some(self.table.as_ref().map_or(b',', Table::separator)),
        }
    }

    /// Reads the next line, without its line break.
    pub fn read(&mut self, line: &[u8]) -> Read {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Read::Skipped;
        }
        let fields = match (self.format, &mut self.table) {
            (LineFormat::Ndjson, _) => serde_json::from_slice(line)
                .map_err(|error| format!("not the JSON of an entry: {error}")),
            (LineFormat::Csv, Some(table)) => table.fields(line),
            (LineFormat::Csv, None) => return self.open_table(line),
        };
        match fields.and_then(|fields| fields.check(self.kind)) {
            Ok((entry, warnings)) => Read::Entry(entry, warnings),
            Err(reason) => Read::Rejected(reason),
        }
    }

    fn open_table(&mut self, line: &[u8]) -> Read {
        let own_names = ColumnMap::own_names();
        let columns = self.columns.as_ref().unwrap_or(&own_names);
        match Table::open(line, columns, self.columns.is_none()) {
            Ok(table) => {
                self.table = Some(table);
                Read::Skipped
            }
            Err(reason) => Read::Hopeless(reason),
        }
    }
}

impl Fields {
    /// The entry. What is wrong of all but the hash and its kind costs no more than itself: a hash
    /// that is lost for a label is a picture that is not found.
    fn check(self, kind: HashKind) -> Result<(NewEntry, Vec<String>), String> {
        let hash = self.hash.ok_or("no `hash`")?;
        let kind = match self.kind {
            Some(name) => said("kind", HashKind::of_list(&name))?,
            None => kind,
        };
        let hash = said("hash", Hash::parse(kind, hash.trim()))?;
        if let Some(flaw) = hash.flaw() {
            return Err(format!("`hash`: {flaw}"));
        }
        let mut warnings = Vec::new();
        let source_id = self.source_id.try_map(|text| said("source_id", Line::from_str(&text)));
        let labels = lenient_labels(self.labels, &mut warnings);
        let expires_at = self.expires_at.try_map(|text| read_end(&text));
        let said = EntryChange {
            source_id: or_warn(source_id, &mut warnings),
            labels,
            expires_at: or_warn(expires_at, &mut warnings),
        };
        Ok((NewEntry { hash, said }, warnings))
    }
}

fn said<T, E: std::fmt::Display>(field: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("`{field}`: {error}"))
}

/// What was given, or nothing and a warning.
fn or_warn<T>(given: Result<Given<T>, String>, warnings: &mut Vec<String>) -> Given<T> {
    given.unwrap_or_else(|warning| {
        warnings.push(warning);
        Given::Nothing
    })
}

/// The labels that can be kept, and a warning if some cannot. Empty ones are no labels: a `;` too
/// many is harmless.
fn lenient_labels(given: Given<Vec<String>>, warnings: &mut Vec<String>) -> Given<Labels> {
    let Given::Value(labels) = given else {
        return if given.is_said() { Given::Null } else { Given::Nothing };
    };
    let labels: Vec<String> = labels
        .into_iter()
        .map(|label| label.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect();
    let all = labels.len();
    let is_label = |label: &String| Labels::try_from(vec![label.clone()]).is_ok();
    let kept: Vec<String> = labels.into_iter().filter(is_label).take(Labels::COUNT_MAX).collect();
    let left_out = all - kept.len();
    if left_out > 0 {
        warnings.push(format!(
            "`labels`: {left_out} of {all} left out: expected at most {}, each 1 to {} characters \
             without control characters",
            Labels::COUNT_MAX,
            Labels::CHARS_MAX
        ));
    }
    match (kept.is_empty(), left_out) {
        (true, 0) => Given::Null,
        (true, _) => Given::Nothing,
        (false, _) => Labels::try_from(kept).map_or(Given::Nothing, Given::Value),
    }
}

/// The end of an entry: a time, or a day, at the end of which in UTC it ends.
///
/// The end and not the beginning: an entry that matches some hours longer does less harm than one
/// that stops matching on a day on which its source still stands by it.
fn read_end(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(time) = Timestamp::from_str(text) {
        return Ok(time);
    }
    let wrong = "`expires_at`: expected a time such as 2027-01-01T00:00:00Z, or a day such as \
                 2027-01-01";
    let day = Date::strptime("%Y-%m-%d", text).map_err(|_| wrong)?;
    let next = day.checked_add(1.day()).and_then(|next| next.to_zoned(TimeZone::UTC));
    next.map(|midnight| midnight.timestamp()).map_err(|_| wrong.to_owned())
}

#[cfg(test)]
mod tests;
