//! Reads the first line of a CSV, which names the columns, and the values of the other lines.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::Fields;
use super::columns::{ColumnMap, Field, column_key};
use super::formula::unescaped;

/// The largest number of values in a line.
pub const COLUMNS_MAX: usize = 256;

/// The bytes that may separate two values; the first is used if the first line has none of them.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A CSV whose first line was read.
#[derive(Debug)]
pub struct Table {
    separator: u8,
    /// The field of each column, in order; `None` for a column that is not read.
    fields: Vec<Option<Field>>,
    reader: Reader,
}

impl Table {
    /// Reads the first line.
    ///
    /// Its most frequent separator outside quotes separates the values of all lines. `is_own` says
    /// that `map` has the standard names, of which only `hash` is required.
    pub fn open(line: &[u8], map: &ColumnMap, is_own: bool) -> Result<Self, String> {
        let separator = separator_of(line);
        let mut reader = ReaderBuilder::new().delimiter(separator).build();
        let mut names = values(&mut reader, line)?;
        while names.last().is_some_and(|name| name.trim().is_empty()) {
            names.pop();
        }
        let keys: Vec<String> = names.iter().map(|name| column_key(name)).collect();
        let mut fields = vec![None; keys.len()];
        for &field in Field::ALL {
            let Some(column) = map.column(field) else { continue };
            let mut places = keys.iter().zip(&mut fields).filter(|(key, _)| *key == column);
            let found = places.next();
            if places.next().is_some() {
                return Err(format!("the first line has two columns `{column}`"));
            }
            match found {
                Some((_, place @ None)) => *place = Some(field),
                Some((_, Some(other))) => {
                    return Err(format!("`{field}` and `{other}` are to be in one column"));
                }
                // Of the standard names only `hash` is required; a column that was asked for must
                // be present.
                None if is_own && field != Field::Hash => {}
                None => return Err(no_column(column, field, &names)),
            }
        }
        Ok(Self { separator, fields, reader })
    }

    /// Returns the byte that separates two values.
    pub fn separator(&self) -> u8 {
        self.separator
    }

    /// Returns the values of a line by field. Values after the last column must be empty; columns
    /// at the end that are not read may be missing.
    pub fn fields(&mut self, line: &[u8]) -> Result<Fields, String> {
        let values = values(&mut self.reader, line)?;
        let (wanted, got) = (self.fields.len(), values.len());
        let has_more = values.iter().skip(wanted).any(|value| !value.trim().is_empty());
        let misses = self.fields.iter().skip(got).any(Option::is_some);
        if has_more || misses {
            return Err(format!("{got} values for {wanted} columns"));
        }
        let mut fields = Fields::default();
        for (field, value) in self.fields.iter().zip(values) {
            let Some(field) = field else { continue };
            let value = Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
            match field {
                Field::Hash => fields.hash = value,
                Field::Kind => fields.kind = value,
                Field::SourceId => {
                    fields.source_id = value.map(|value| unescaped(&value).to_owned()).into();
                }
                Field::Labels => fields.labels = value.map(|value| labels_of(&value)).into(),
                Field::ExpiresAt => fields.expires_at = value.into(),
            }
        }
        Ok(fields)
    }
}

fn no_column(column: &str, field: Field, names: &[String]) -> String {
    /// How many column names the message shows; a first line that is not a header may have any
    /// number.
    const NAMES_SHOWN_MAX: usize = 20;
    /// How many characters of each name the message shows.
    const CHARS_MAX: usize = 40;
    let shown = names.iter().take(NAMES_SHOWN_MAX).map(|name| {
        let name: String =
            name.trim().chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect();
        // The first line of a list without a header is its first hash.
        let is_hash = name.len() >= 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { "a hash".to_owned() } else { format!("`{name}`") }
    });
    let found = shown.collect::<Vec<_>>().join(", ");
    let more = if names.len() > NAMES_SHOWN_MAX { " and more" } else { "" };
    format!("the first line names no column `{column}` for `{field}`; found {found}{more}")
}

fn separator_of(line: &[u8]) -> u8 {
    let mut is_quoted = false;
    let mut counts = SEPARATORS.map(|separator| (separator, 0_u32));
    for byte in line {
        is_quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(it, _)| it == byte && !is_quoted) {
            *count += 1;
        }
    }
    // `max_by_key` returns the last of equal maxima: reversed, the first separator wins.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| separator)
}

fn labels_of(value: &str) -> Vec<String> {
    value.split(';').map(|label| unescaped(label.trim()).to_owned()).collect()
}

/// Splits one line into its values.
fn values(reader: &mut Reader, line: &[u8]) -> Result<Vec<String>, String> {
    reader.reset();
    let mut text = vec![0; line.len() + 1];
    let mut ends = [0; COLUMNS_MAX];
    let (first, _, written, begun) = reader.read_record(line, &mut text, &mut ends);
    // A line without its break ends only when the reader gets an empty input.
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
        return Err(format!("not a line of CSV, or more than {COLUMNS_MAX} values"));
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
