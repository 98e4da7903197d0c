//! Lines of a list become entries: NDJSON or CSV, one hash a line.

use std::str::FromStr;

use csv_core::{ReadRecordResult, Reader};
use jiff::Timestamp;
use mamori_model::text::Labels;
use mamori_model::{EntryChange, Given, Hash, HashKind, Line};
use mamori_store::NewEntry;
use serde::Deserialize;

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFormat {
    /// One JSON object a line: `{"hash":"…","kind":"pdq","source_id":"…","labels":["…"],
    /// "expires_at":"2027-01-01T00:00:00Z"}`; only `hash` is needed. A key that is left out says
    /// nothing, `null` takes away what a bank has there.
    Ndjson,
    /// Columns by name in the first line, of the same names; labels separated by `;`. A column that
    /// is left out says nothing, an empty value takes away.
    Csv,
}

/// Reads the lines of one import, in order.
#[derive(Debug)]
pub struct LineReader {
    format: LineFormat,
    /// The kind of a line that names none.
    kind: HashKind,
    /// The columns of a CSV, once its first line was read.
    columns: Option<Vec<Column>>,
}

/// What a line is.
#[derive(Debug)]
pub enum Read {
    /// An entry.
    Entry(NewEntry),
    /// Nothing to count: a blank line or the header.
    Skipped,
    /// Wrong, and why.
    Rejected(String),
    /// So wrong that the rest cannot be read either: a CSV without a usable header.
    Hopeless(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Hash,
    Kind,
    SourceId,
    Labels,
    ExpiresAt,
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
        Self { format, kind, columns: None }
    }

    /// Reads the next line, without its line break.
    pub fn read(&mut self, line: &[u8]) -> Read {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Read::Skipped;
        }
        let fields = match (self.format, &self.columns) {
            (LineFormat::Ndjson, _) => serde_json::from_slice(line)
                .map_err(|error| format!("not the JSON of an entry: {error}")),
            (LineFormat::Csv, Some(columns)) => csv_fields(line, columns),
            (LineFormat::Csv, None) => {
                return match csv_header(line) {
                    Ok(columns) => {
                        self.columns = Some(columns);
                        Read::Skipped
                    }
                    Err(reason) => Read::Hopeless(reason),
                };
            }
        };
        match fields.and_then(|fields| fields.check(self.kind)) {
            Ok(entry) => Read::Entry(entry),
            Err(reason) => Read::Rejected(reason),
        }
    }
}

impl Fields {
    fn check(self, kind: HashKind) -> Result<NewEntry, String> {
        let hash = self.hash.ok_or("no `hash`")?;
        let kind = self.kind.map_or(Ok(kind), |kind| said("kind", kind.parse()))?;
        let line = |text: String| said("source_id", Line::from_str(&text));
        let time = |text: String| {
            Timestamp::from_str(&text).map_err(|_| {
                "`expires_at`: expected a time such as 2027-01-01T00:00:00Z".to_owned()
            })
        };
        Ok(NewEntry {
            hash: said("hash", Hash::parse(kind, &hash))?,
            said: EntryChange {
                source_id: self.source_id.try_map(line)?,
                labels: self.labels.try_map(|labels| said("labels", Labels::try_from(labels)))?,
                expires_at: self.expires_at.try_map(time)?,
            },
        })
    }
}

fn said<T, E: std::fmt::Display>(field: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("`{field}`: {error}"))
}

fn csv_header(line: &[u8]) -> Result<Vec<Column>, String> {
    let columns: Result<Vec<Column>, String> = csv_values(line)?
        .into_iter()
        .map(|name| match name.trim() {
            "hash" => Ok(Column::Hash),
            "kind" => Ok(Column::Kind),
            "source_id" => Ok(Column::SourceId),
            "labels" => Ok(Column::Labels),
            "expires_at" => Ok(Column::ExpiresAt),
            _ => Err("the first line must name the columns: `hash`, and any of `kind`, \
                      `source_id`, `labels`, `expires_at`"
                .to_owned()),
        })
        .collect();
    let columns = columns?;
    if !columns.contains(&Column::Hash) {
        return Err("the first line names no column `hash`".to_owned());
    }
    Ok(columns)
}

fn csv_fields(line: &[u8], columns: &[Column]) -> Result<Fields, String> {
    let values = csv_values(line)?;
    if values.len() != columns.len() {
        return Err(format!("{} values for {} columns", values.len(), columns.len()));
    }
    let mut fields = Fields::default();
    for (column, value) in columns.iter().zip(values) {
        let value = Some(value).filter(|value| !value.is_empty());
        match column {
            Column::Hash => fields.hash = value,
            Column::Kind => fields.kind = value,
            Column::SourceId => fields.source_id = value.into(),
            Column::Labels => fields.labels = value.map(|value| labels_of(&value)).into(),
            Column::ExpiresAt => fields.expires_at = value.into(),
        }
    }
    Ok(fields)
}

fn labels_of(value: &str) -> Vec<String> {
    value.split(';').map(str::to_owned).collect()
}

/// The values of one CSV line. A value cannot hold a line break: no field of ours may.
fn csv_values(line: &[u8]) -> Result<Vec<String>, String> {
    const COLUMNS_MAX: usize = 16;
    let mut text = vec![0; line.len() + 1];
    let mut ends = [0; COLUMNS_MAX];
    let mut reader = Reader::new();
    let (first, _, written, begun) = reader.read_record(line, &mut text, &mut ends);
    // A line without its break ends only when the reader is told that there is no more.
    let (result, ended) = match first {
        ReadRecordResult::InputEmpty => {
            let rest_text = text.get_mut(written..).unwrap_or_default();
            let rest_ends = ends.get_mut(begun..).unwrap_or_default();
            let (result, _, _, ended) = reader.read_record(&[], rest_text, rest_ends);
            (result, begun + ended)
        }
        ended @ (ReadRecordResult::Record
        | ReadRecordResult::OutputFull
        | ReadRecordResult::OutputEndsFull
        | ReadRecordResult::End) => (ended, begun),
    };
    if result != ReadRecordResult::Record {
        return Err("not a line of CSV, or more than 16 values".to_owned());
    }
    let mut values = Vec::with_capacity(ended);
    let mut start = 0;
    for end in ends.iter().take(ended) {
        let value = text.get(start..*end).and_then(|bytes| std::str::from_utf8(bytes).ok());
        values.push(value.ok_or("not UTF-8")?.to_owned());
        start = *end;
    }
    Ok(values)
}

#[cfg(test)]
mod tests;
