//! Items and accounts, by the names that the service gives them.

use std::fmt;
use std::str::FromStr;

use crate::id::serde_as_text;
use crate::readable::is_readable;
use crate::{Country, Sensitive, Surface};

/// The service's own name of an item. Together with the service, it makes a check idempotent.
///
/// 1 to [`ItemName::BYTES_MAX`] bytes of UTF-8 that people can [read](is_readable), without control
/// characters and bidirectional overrides. The limit is in bytes and not in characters, because
/// names are in unique indexes, and an index of PostgreSQL holds no row beyond 2,704 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemName(String);

/// The service's own pseudonym of an account. Personal data, so `Debug` hides it.
///
/// 1 to 200 characters that people can [read](is_readable), without control characters and
/// bidirectional overrides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account(Sensitive<String>);

/// The error for a text that is not a valid account name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name: expected 1 to 200 characters, not only spaces, without control characters")]
pub struct NotAName;

/// The error for a text that is not a valid item name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a name of an item: expected 1 to {} bytes of UTF-8, not only spaces, without control \
     characters",
    ItemName::BYTES_MAX
)]
pub struct NotAnItemName;

fn name(text: &str) -> Result<String, NotAName> {
    let fits = text.chars().count() <= 200 && is_readable(text);
    fits.then(|| text.to_owned()).ok_or(NotAName)
}

impl ItemName {
    /// The most bytes of a name: the same limit as for keys of an object store (Amazon S3).
    pub const BYTES_MAX: usize = 1_024;

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ItemName {
    type Err = NotAnItemName;

    fn from_str(text: &str) -> Result<Self, NotAnItemName> {
        let fits = text.len() <= Self::BYTES_MAX && is_readable(text);
        fits.then(|| Self(text.to_owned())).ok_or(NotAnItemName)
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(ItemName);

impl Account {
    /// Returns the pseudonym in the clear; see [`Sensitive::reveal`].
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl FromStr for Account {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        name(text).map(Sensitive::new).map(Self)
    }
}

/// One piece of content and where it is published, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The service's name of the item.
    pub name: ItemName,
    /// The account that the item belongs to, if the service named one.
    pub account: Option<Account>,
    /// Who can see it at the service.
    pub surface: Surface,
    /// The country whose law applies, if the service named one.
    pub country: Option<Country>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_form_of_an_account_hides_it() {
        let account: Account = "user-17".parse().unwrap();

        assert!(!format!("{account:?}").contains("user-17"));
        assert_eq!(account.reveal(), "user-17");
    }

    #[test]
    fn a_name_shows_something_and_its_marks_do_not_pile_up() {
        for bad in ["   ", "\u{3164}", "\u{a0}\u{a0}", &format!("e{}", "\u{301}".repeat(190))] {
            assert!(bad.parse::<ItemName>().is_err(), "{bad:?}");
            assert!(bad.parse::<Account>().is_err(), "{bad:?}");
        }
        assert!("Ünïcode 守り".parse::<ItemName>().is_ok());
    }

    #[test]
    fn a_name_is_bounded() {
        for good in ["x".repeat(1_024), "é".repeat(512)] {
            assert!(good.parse::<ItemName>().is_ok(), "{good:?}");
        }
        for bad in ["", "a\0", &"x".repeat(1_025), &"é".repeat(513)] {
            assert!(bad.parse::<ItemName>().is_err(), "{bad:?}");
        }
        assert!("x".repeat(200).parse::<Account>().is_ok());
        assert!("x".repeat(201).parse::<Account>().is_err());
    }
}
