//! Pagination of lists: `{"data": […], "next": "…"}`.

use mamori_model::page::{Page, PageSize};
use mamori_model::{
    ActionId, ApprovalId, BankId, BulkId, CaseId, DecisionId, DeliveryId, DisputeId, EndpointId,
    EntryId, EventId, ImportId, KeyId, MatchId, NoticeId, ServiceId, StaffId,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The place of a row in its list, which a cursor encodes.
pub trait CursorKey: Copy {
    /// Returns the place as a number that keeps the order.
    fn number(self) -> u128;
    /// Returns the place with this number.
    fn at(number: u128) -> Option<Self>;
}

macro_rules! cursor_keys {
    ($($id:ident)*) => {$(
        impl CursorKey for $id {
            fn number(self) -> u128 {
                Uuid::from(self).as_u128()
            }

            fn at(number: u128) -> Option<Self> {
                Some(Uuid::from_u128(number).into())
            }
        }
    )*};
}

cursor_keys! {
    ActionId ApprovalId BankId BulkId CaseId DecisionId DeliveryId DisputeId EndpointId EventId
    ImportId KeyId MatchId NoticeId ServiceId StaffId
}

/// The number of a version.
impl CursorKey for u32 {
    fn number(self) -> u128 {
        self.into()
    }

    fn at(number: u128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl CursorKey for EntryId {
    fn number(self) -> u128 {
        u128::from(self.number().abs_diff(Self::MIN.number()))
    }

    fn at(number: u128) -> Option<Self> {
        Self::MIN.number().checked_add_unsigned(u64::try_from(number).ok()?).and_then(Self::new)
    }
}

/// The beginning of a page. Opaque to clients: 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor<T>(pub T);

impl<T: CursorKey> Cursor<T> {
    /// Returns the text of a cursor.
    pub fn write(key: T) -> String {
        format!("{:032x}", key.number())
    }

    /// Parses the text that [`Self::write`] returns.
    pub fn read(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_hex && text.len() == 32)?;
        T::at(number).map(Self)
    }
}

impl<'de, T: CursorKey> Deserialize<'de> for Cursor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| {
            de::Error::custom("not a cursor: send `next` of the previous page unchanged")
        })
    }
}

/// The most rows of a page, from the query.
#[derive(Clone, Copy, Debug)]
pub struct Limit(pub PageSize);

impl Default for Limit {
    fn default() -> Self {
        Self(PageSize::DEFAULT)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = u32::deserialize(deserializer)?;
        PageSize::new(rows).map(Self).ok_or_else(|| de::Error::custom("expected 1 to 1000"))
    }
}

/// Which page of a list to return.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound = "T: CursorKey")]
pub struct PageQuery<T> {
    /// The most rows of the page.
    #[serde(default)]
    pub limit: Limit,
    /// `next` of the previous page.
    pub cursor: Option<Cursor<T>>,
}

/// [`PageQuery`] in the form of the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PageParameters {
    /// The most rows of the page.
    #[param(minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Option<u32>,
    /// `next` of the previous page.
    #[param(pattern = "^[0-9a-f]{32}$", min_length = 32, max_length = 32, nullable = false)]
    cursor: Option<String>,
}

impl<T: CursorKey> PageQuery<T> {
    /// Returns the last row of the previous page.
    pub fn after(&self) -> Option<T> {
        self.cursor.map(|cursor| cursor.0)
    }

    /// Returns the most rows of the page.
    pub fn size(&self) -> PageSize {
        self.limit.0
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paged<T> {
    /// The rows.
    pub data: Vec<T>,
    /// The `cursor` of the next page; `null` on the last page.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// Makes a page whose rows are converted by `show`.
    pub fn of<R, After: CursorKey>(page: Page<R, After>, show: impl FnMut(R) -> T) -> Self {
        let next = page.next.map(Cursor::write);
        Self { data: page.rows.into_iter().map(show).collect(), next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_itself() {
        let bank = BankId::from(Uuid::from_u128(7));
        let entry = EntryId::new(12).unwrap();

        assert_eq!(Cursor::read(&Cursor::write(bank)), Some(Cursor(bank)));
        for entry in [EntryId::MIN, entry, EntryId::MAX] {
            assert_eq!(Cursor::read(&Cursor::write(entry)), Some(Cursor(entry)));
        }
    }

    #[test]
    fn a_text_that_is_not_a_cursor_is_refused() {
        let long = "0".repeat(33);
        let plus = format!("+{}", "0".repeat(31));
        for text in ["", "1", "zz", &long, &plus, &"A".repeat(32)] {
            assert_eq!(Cursor::<BankId>::read(text), None, "{text}");
        }
        assert_eq!(Cursor::<EntryId>::read(&format!("{:032x}", i64::MAX)), None);
        assert_eq!(Cursor::<EntryId>::read(&"f".repeat(32)), None);
    }
}
