//! The context of an item, as its service sends it: the text that belongs to it, and the address of
//! the page on which it is.

use std::str::FromStr;

use crate::Sensitive;

/// The text that belongs to an item at its service, such as a caption. Personal data, so `Debug`
/// hides it.
///
/// At most [`ItemText::CHARS_MAX`] characters; may be empty. Users wrote it, so every text is
/// accepted: line breaks are stored as `\n`, and other control characters, which PostgreSQL or a
/// page cannot show, as U+FFFD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemText(Sensitive<String>);

/// The error for a text that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too long: expected at most {} characters", ItemText::CHARS_MAX)]
pub struct NotAnItemText;

impl ItemText {
    /// The most characters of a text.
    pub const CHARS_MAX: usize = 10_000;

    /// Returns the text in the clear; see [`Sensitive::reveal`].
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Checks whether the text shows nothing.
    pub fn is_blank(&self) -> bool {
        self.reveal().trim().is_empty()
    }
}

impl FromStr for ItemText {
    type Err = NotAnItemText;

    fn from_str(text: &str) -> Result<Self, NotAnItemText> {
        if text.chars().count() > Self::CHARS_MAX {
            return Err(NotAnItemText);
        }
        let shown = |c: char| match c {
            '\n' | '\t' => c,
            c if c.is_control() => '\u{fffd}',
            c => c,
        };
        let text: String = text.replace("\r\n", "\n").chars().map(shown).collect();
        Ok(Self(Sensitive::new(text)))
    }
}

/// The address of the page at the service on which an item is. It can name a person, so `Debug`
/// hides it.
///
/// An https URL of at most [`ContextUrl::BYTES_MAX`] bytes, percent-encoded (RFC 3986), without a
/// user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextUrl(Sensitive<String>);

/// The error for a text that is not an address of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an address of a page: expected `https://HOST/…` of at most {} bytes, percent-encoded, \
     without a user name",
    ContextUrl::BYTES_MAX
)]
pub struct NotAContextUrl;

impl ContextUrl {
    /// The most bytes of an address.
    pub const BYTES_MAX: usize = 2_048;

    /// Returns the address in the clear; see [`Sensitive::reveal`].
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Returns the host, with the port if the address has one.
    pub fn host(&self) -> &str {
        let rest = self.reveal().strip_prefix(SCHEME).unwrap_or_default();
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }
}

/// How an address begins.
const SCHEME: &str = "https://";

impl FromStr for ContextUrl {
    type Err = NotAContextUrl;

    fn from_str(text: &str) -> Result<Self, NotAContextUrl> {
        let rest = text.strip_prefix(SCHEME).ok_or(NotAContextUrl)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_host = |b: u8| b.is_ascii_alphanumeric() || b".:[]-".contains(&b);
        let is_reference =
            |b: u8| b.is_ascii_alphanumeric() || b"._~:/?#[]@!$&'()*+,;=%-".contains(&b);
        let fits = text.len() <= Self::BYTES_MAX
            && !host.is_empty()
            && host.bytes().all(is_host)
            && rest.bytes().all(is_reference);
        fits.then(|| Self(Sensitive::new(text.to_owned()))).ok_or(NotAContextUrl)
    }
}

/// What a service sends with an item besides the item itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemContext {
    /// The text that belongs to the item; never blank.
    text: Option<ItemText>,
    /// The page on which the item is.
    url: Option<ContextUrl>,
}

impl ItemContext {
    /// Combines what a service sent; a blank text counts as none.
    pub fn new(text: Option<ItemText>, url: Option<ContextUrl>) -> Self {
        Self { text: text.filter(|text| !text.is_blank()), url }
    }

    /// Checks whether the service sent neither.
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.url.is_none()
    }

    /// Returns the text.
    pub fn text(&self) -> Option<&ItemText> {
        self.text.as_ref()
    }

    /// Returns the address.
    pub fn url(&self) -> Option<&ContextUrl> {
        self.url.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_user_is_accepted_up_to_its_limit() {
        let text: ItemText = "one\r\ntwo\0\u{202e}three".parse().unwrap();

        assert_eq!(text.reveal(), "one\ntwo\u{fffd}\u{202e}three");
        assert!(!format!("{text:?}").contains("one"));
        assert!("守".repeat(10_000).parse::<ItemText>().is_ok());
        assert!("守".repeat(10_001).parse::<ItemText>().is_err());
    }

    #[test]
    fn a_blank_text_counts_as_none() {
        let text: ItemText = " \r\n ".parse().unwrap();

        assert!(ItemContext::new(Some(text), None).is_empty());
    }

    #[test]
    fn an_address_leads_to_a_page_by_tls_and_hides_nothing() {
        for good in [
            "https://photos.example/p/17",
            "https://photos.example:8443?post=%E5%AE%88#c2",
            "https://[2001:db8::1]/x",
        ] {
            assert!(good.parse::<ContextUrl>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://photos.example/",
            "javascript:alert(1)",
            "https:///p",
            "https://ada@photos.example/",
            "https://photos.example\\@evil.example/",
            "https://photos.example/ x",
            "https://photos.example/\"onclick=",
            "https://photos.example/守",
            &format!("https://photos.example/{}", "x".repeat(2_048)),
        ] {
            assert!(bad.parse::<ContextUrl>().is_err(), "{bad}");
        }
        let url: ContextUrl = "https://photos.example:8443/p".parse().unwrap();
        assert_eq!(url.host(), "photos.example:8443");
        assert!(!format!("{url:?}").contains("photos"));
    }
}
