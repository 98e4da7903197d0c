//! Parses the lines of a list into entries: NDJSON or CSV, one hash per line.

mod columns;
pub mod formula;
mod lines;
mod table;

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mamori_model::text::Labels;
use mamori_model::{EntryChange, Hash, HashKind, Line, Patch};
use mamori_store::NewEntry;
use serde::Deserialize;

pub use self::columns::{ColumnMap, Field, NotAColumnMap, NotAPreset, Preset};
pub use self::lines::{Lines, Piece, lines_of};
use self::table::Table;

/// The format of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFormat {
    /// One JSON object per line: `{"hash":"…","kind":"pdq","source_id":"…","labels":["…"],
    /// "expires_at":"2027-01-01T00:00:00Z"}`; only `hash` is required. A missing key leaves the
    /// bank's value unchanged, `null` removes it.
    Ndjson,
    /// The first line names the columns, by the keys of [`Self::Ndjson`] or the names of a
    /// [`ColumnMap`]; labels are separated by `;`. Values are separated by `,`, `;` or tabs,
    /// whichever is most frequent in the first line. The apostrophe with which an export begins what a
    /// spreadsheet would run as a formula is taken away. A missing column leaves the bank's value
    /// unchanged, an empty value removes it. Other columns are ignored.
    Csv,
}

/// Reads the lines of one import, in order.
#[derive(Debug)]
pub struct LineReader {
    format: LineFormat,
    /// The hash kind of lines that name none.
    kind: HashKind,
    /// The columns that a CSV must have; `None`: only `hash` is required, the other standard names
    /// are optional.
    columns: Option<ColumnMap>,
    /// The columns of a CSV; `None` until its first line is read.
    table: Option<Table>,
}

/// The result of reading a line.
#[derive(Debug)]
pub enum Read {
    /// An entry, with a warning for each invalid part of the line that was left out.
    Entry(NewEntry, Vec<String>),
    /// Nothing to count: a blank line or the header.
    Skipped,
    /// An invalid line, with the reason.
    Rejected(String),
    /// A line so invalid that the lines after it cannot be read either: a CSV without a usable
    /// header.
    UnreadableLine(String),
}

/// The fields of a line before they are validated.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    hash: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    source_id: Patch<String>,
    #[serde(default)]
    labels: Patch<Vec<String>>,
    #[serde(default)]
    expires_at: Patch<String>,
}

impl LineReader {
    /// Creates a reader of `format`. `kind` is the hash kind of lines that name none.
    pub fn new(format: LineFormat, kind: HashKind) -> Self {
        Self { format, kind, columns: None, table: None }
    }

    /// Sets the columns that a CSV must have.
    #[must_use]
    pub fn with_columns(self, columns: Option<ColumnMap>) -> Self {
        Self { columns, ..self }
    }

    /// Returns the byte that separates the values of a CSV, `,` until its first line is read;
    /// `None` for other formats.
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
            Err(reason) => Read::UnreadableLine(reason),
        }
    }
}

impl Fields {
    /// Validates the fields and builds the entry. An invalid field other than the hash and its kind
    /// is left out with a warning and does not reject the line: a hash that is lost because of a
    /// label is a picture that is not found.
    fn check(self, kind: HashKind) -> Result<(NewEntry, Vec<String>), String> {
        let hash = self.hash.ok_or("no `hash`")?;
        let kind = match self.kind {
            Some(name) => in_field("kind", HashKind::of_list(&name))?,
            None => kind,
        };
        let hash = in_field("hash", Hash::parse(kind, hash.trim()))?;
        if let Some(flaw) = hash.flaw() {
            return Err(format!("`hash`: {flaw}"));
        }
        let mut warnings = Vec::new();
        let source_id = self.source_id.try_map(|text| in_field("source_id", Line::from_str(&text)));
        let labels = lenient_labels(self.labels, &mut warnings);
        let expires_at = self.expires_at.try_map(|text| read_end(&text));
        let metadata = EntryChange {
            source_id: or_warn(source_id, &mut warnings),
            labels,
            expires_at: or_warn(expires_at, &mut warnings),
        };
        Ok((NewEntry { hash, metadata }, warnings))
    }
}

fn in_field<T, E: std::fmt::Display>(field: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("`{field}`: {error}"))
}

/// Returns what was given, or adds a warning and returns [`Patch::Unset`].
fn or_warn<T>(given: Result<Patch<T>, String>, warnings: &mut Vec<String>) -> Patch<T> {
    given.unwrap_or_else(|warning| {
        warnings.push(warning);
        Patch::Unset
    })
}

/// Returns the valid labels, and adds a warning if some are left out. Empty labels are ignored, so
/// that a `;` too many is harmless.
fn lenient_labels(given: Patch<Vec<String>>, warnings: &mut Vec<String>) -> Patch<Labels> {
    let Patch::Value(labels) = given else {
        return if given.is_set() { Patch::Null } else { Patch::Unset };
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
            "`labels`: {left_out} of {all} left out: expected at most {}, each 1 to {} characters, \
             not only spaces, without control characters",
            Labels::COUNT_MAX,
            Labels::CHARS_MAX
        ));
    }
    match (kept.is_empty(), left_out) {
        (true, 0) => Patch::Null,
        (true, _) => Patch::Unset,
        (false, _) => Labels::try_from(kept).map_or(Patch::Unset, Patch::Value),
    }
}

/// Parses the end of an entry: a time, or a day, at whose end in UTC the entry ends.
///
/// The end of the day and not its beginning: an entry that matches some hours longer does less harm
/// than one that stops matching on a day for which its source still lists it.
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
