//! Maps the columns of a CSV to the fields of an entry.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use mamori_model::HashKind;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A field of an entry, with its name in NDJSON and in the first line of a CSV.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// The hash, in hex digits.
    Hash,
    /// The kind of the hash, such as `pdq` or `sha256`.
    Kind,
    /// The id that the source itself gave the entry.
    SourceId,
    /// The labels that the source gave the entry.
    Labels,
    /// When the entry stops matching by itself.
    ExpiresAt,
}

impl Field {
    /// Every field.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the field's name in NDJSON and CSV.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The column of each field that is read; a field without a column is not read.
///
/// Text: `FIELD=COLUMN` pairs separated by commas, such as `hash=MD5 Hash,source_id=Id`. Column
/// names are compared without regard to case and to surrounding spaces; a name that contains a
/// comma cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMap(BTreeMap<Field, String>);

/// Why a text is not a column map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAColumnMap {
    /// A pair has no `=`, or an empty column name.
    #[error("`{0}` is not FIELD=COLUMN, such as `hash=MD5 Hash`")]
    NoPair(String),
    /// An entry has no field of this name.
    #[error("`{0}` is no field: expected `hash`, `kind`, `source_id`, `labels` or `expires_at`")]
    NoField(String),
    /// A field is named twice; it can have only one column.
    #[error("`{0}` is named twice")]
    Twice(Field),
    /// No column is named for the hash, without which there is no entry.
    #[error("no column is named for `hash`")]
    NoHash,
}

/// The known column layout of a widely used kind of list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[strum(parse_err_ty = NotAPreset, parse_err_fn = not_a_preset)]
pub enum Preset {
    /// A list as exported from Interpol's ICSE database: columns `MD5`, `SHA1` and `Image ID`,
    /// among others that are ignored.
    Icse,
}

impl ColumnMap {
    /// Maps each field to a column of the field's own name: the default for a CSV.
    pub fn own_names() -> Self {
        Self(Field::ALL.iter().copied().map(|field| (field, field.as_str().to_owned())).collect())
    }

    /// Returns the column of `field`, trimmed and in lower case.
    pub fn column(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }
}

impl FromStr for ColumnMap {
    type Err = NotAColumnMap;

    fn from_str(text: &str) -> Result<Self, NotAColumnMap> {
        let mut columns = BTreeMap::new();
        for pair in text.split(',') {
            let no_pair = || NotAColumnMap::NoPair(pair.trim().to_owned());
            let (field, column) = pair.split_once('=').ok_or_else(no_pair)?;
            let (field, column) = (field.trim(), column_key(column));
            if column.is_empty() {
                return Err(no_pair());
            }
            let no_field = |_| NotAColumnMap::NoField(field.to_owned());
            let field = field.parse::<Field>().map_err(no_field)?;
            if columns.insert(field, column).is_some() {
                return Err(NotAColumnMap::Twice(field));
            }
        }
        if !columns.contains_key(&Field::Hash) {
            return Err(NotAColumnMap::NoHash);
        }
        Ok(Self(columns))
    }
}

impl Preset {
    /// Every preset.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the preset's word in the API and on the command line.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the hash kind to use if the request names none.
    pub fn kind(self) -> HashKind {
        match self {
            Self::Icse => HashKind::Sha1,
        }
    }

    /// Returns the columns for hashes of `kind`; `None` if such a list has no hashes of that kind.
    pub fn columns(self, kind: HashKind) -> Option<ColumnMap> {
        let hash = match (self, kind) {
            (Self::Icse, HashKind::Sha1) => "sha1",
            (Self::Icse, HashKind::Md5) => "md5",
            (Self::Icse, HashKind::Pdq | HashKind::Sha256) => return None,
        };
        let named = [(Field::Hash, hash), (Field::SourceId, "image id")];
        Some(ColumnMap(named.map(|(field, name)| (field, name.to_owned())).into()))
    }
}

/// A text that names no preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a preset: expected `icse`")]
pub struct NotAPreset;

fn not_a_preset(_: &str) -> NotAPreset {
    NotAPreset
}

/// Returns a column name as it is compared: trimmed and in lower case.
pub fn column_key(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_in_any_order_and_case() {
        let map: ColumnMap = " source_id = Id ,hash=MD5 Hash".parse().unwrap();

        assert_eq!(map.column(Field::Hash), Some("md5 hash"));
        assert_eq!(map.column(Field::SourceId), Some("id"));
        assert_eq!(map.column(Field::Labels), None);
    }

    #[test]
    fn an_error_about_a_column_map_names_its_cause() {
        let wrong = |text: &str| text.parse::<ColumnMap>().unwrap_err().to_string();

        assert_eq!(wrong("hash"), "`hash` is not FIELD=COLUMN, such as `hash=MD5 Hash`");
        assert_eq!(wrong("hash= "), "`hash=` is not FIELD=COLUMN, such as `hash=MD5 Hash`");
        assert!(wrong("colour=Red,hash=MD5").starts_with("`colour` is no field"));
        assert_eq!(wrong("hash=a,hash=b"), "`hash` is named twice");
        assert_eq!(wrong("source_id=Id"), "no column is named for `hash`");
    }
}
