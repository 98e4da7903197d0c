//! The shapes of texts, for the OpenAPI document: each describes exactly what its type in
//! `mamori-model` accepts.

use std::borrow::Cow;

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident = $min:literal..=$max:literal, $pattern:expr, $example:literal;)*) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl utoipa::ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),+).trim()))
                    .pattern(Some($pattern))
                    .min_length(Some($min))
                    .max_length(Some($max))
                    .examples([$example])
                    .into()
            }
        }
    )*};
}

/// Ranges of characters that no text has: those that
/// [mislead](mamori_model::readable::misleads), except line breaks.
macro_rules! misleading {
    () => {
        r"\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff"
    };
}

/// Ranges of characters that do not show: spaces, and those that are
/// [hidden](mamori_model::readable::is_hidden), up to U+FFFF, the last that every dialect of patterns
/// can name.
macro_rules! hidden {
    () => {
        r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb"
    };
}

/// The pattern of a text that [`mamori_model::readable::is_readable`] accepts, except that it does
/// not count combining marks.
pub const LINE: &str = concat!(
    "^[^\\u000a",
    misleading!(),
    "]*[^",
    hidden!(),
    misleading!(),
    "][^\\u000a",
    misleading!(),
    "]*$"
);

/// The pattern of [`mamori_model::FreeText`]: as [`LINE`], and line breaks.
pub const FREE_TEXT: &str =
    concat!("^[^", misleading!(), "]*[^", hidden!(), misleading!(), "][^", misleading!(), "]*$");

texts! {
    /// Id of a bank.
    BankId = 37..=37, "^bank_[0-9a-f]{32}$", "bank_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of an approval request.
    ApprovalId = 36..=36, "^apr_[0-9a-f]{32}$", "apr_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a change notice.
    NoticeId = 37..=37, "^note_[0-9a-f]{32}$", "note_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of an entry: a number that is never used again.
    EntryId = 5..=23, "^ent_[1-9][0-9]{0,18}$", "ent_12";
    /// Id of an import.
    ImportId = 36..=36, "^imp_[0-9a-f]{32}$", "imp_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a match.
    MatchId = 38..=38, "^match_[0-9a-f]{32}$", "match_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a service.
    ServiceId = 36..=36, "^svc_[0-9a-f]{32}$", "svc_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a key. It is not secret.
    KeyId = 36..=36, "^key_[0-9a-f]{32}$", "key_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a webhook endpoint.
    EndpointId = 37..=37, "^hook_[0-9a-f]{32}$", "hook_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a webhook delivery, the same at every attempt: the header `webhook-id`.
    DeliveryId = 36..=36, "^msg_[0-9a-f]{32}$", "msg_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";

    /// Id of a case.
    CaseId = 37..=37, "^case_[0-9a-f]{32}$", "case_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a decision.
    DecisionId = 36..=36, "^dec_[0-9a-f]{32}$", "dec_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a bulk decision.
    BulkId = 37..=37, "^bulk_[0-9a-f]{32}$", "bulk_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of a dispute.
    DisputeId = 37..=37, "^disp_[0-9a-f]{32}$", "disp_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";
    /// Id of an action.
    ActionId = 36..=36, "^act_[0-9a-f]{32}$", "act_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";

    /// Name of a bank, unique.
    BankName = 1..=64, "^[A-Za-z0-9_.-]{1,64}$", "hotline-list";
    /// One line of text for people: no control characters, not only spaces and hidden characters, at
    /// most eight combining marks in a row.
    Line = 1..=500, LINE, "Example Hotline, list A";
    /// The citation of a law, with letters.
    Law = 12..=500, LINE, "Regulation (EU) 2021/1232, Article 3";
    /// Text of one or more lines.
    FreeText = 1..=4000, FREE_TEXT, "It shows what the policy forbids.";
    /// The service's own name for an item. Checking the same name again makes no second match. At
    /// most 1,024 bytes of UTF-8; not only spaces and hidden characters, at most eight combining marks
    /// in a row.
    ItemName = 1..=1024, LINE, "post-4711/image-1";
    /// The service's own pseudonym of an account: not only spaces and hidden characters, at most eight
    /// combining marks in a row.
    AccountName = 1..=200, LINE, "u-8f14e45f";
    /// The text that belongs to an item at its service. Line breaks are stored as `\n`, and other
    /// control characters as U+FFFD. A text that shows nothing counts as none.
    ItemText = 0..=10000, r"^[\s\S]*$", "Holiday pictures, day 2";
    /// Address of a page at the service: https, percent-encoded, without a user name. It is shown to
    /// the people who decide the item's case, after the opening was recorded.
    ContextUrl = 9..=2048, r"^https://[A-Za-z0-9.:\[\]-]+([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?$", "https://photos.example/posts/4711";
    /// A source's label for an entry.
    Label = 1..=64, LINE, "A1";

    /// A PDQ hash in the form in which Mamori writes it.
    Pdq = 64..=64, "^[0-9a-f]{64}$", "f8f8f0cce0f4e84d0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22";
    /// A SHA-256 digest in the form in which Mamori writes it.
    Sha256 = 64..=64, "^[0-9a-f]{64}$", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    /// A SHA-1 digest in the form in which Mamori writes it.
    Sha1 = 40..=40, "^[0-9a-f]{40}$", "a9993e364706816aba3e25717850c26c9cd0d89d";
    /// An MD5 digest in the form in which Mamori writes it.
    Md5 = 32..=32, "^[0-9a-f]{32}$", "900150983cd24fb0d6963f7d28e17f72";
    /// A hash in the form in which Mamori writes it: 64 digits for PDQ and SHA-256, 40 for SHA-1,
    /// 32 for MD5.
    HashText = 32..=64, "^([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})$", "f8f8f0cce0f4e84d0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22";
    /// 64 hex digits in either case.
    Hex64 = 64..=64, "^[0-9A-Fa-f]{64}$", "f8f8f0cce0f4e84d0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22";
    /// 40 hex digits in either case.
    Hex40 = 40..=40, "^[0-9A-Fa-f]{40}$", "a9993e364706816aba3e25717850c26c9cd0d89d";
    /// 32 hex digits in either case.
    Hex32 = 32..=32, "^[0-9A-Fa-f]{32}$", "900150983cd24fb0d6963f7d28e17f72";

    /// Address of a webhook endpoint, with the scheme https. Addresses in private networks, and the
    /// server's own loopback, are rejected unless the operator permits them; a permitted loopback
    /// address may have the scheme http.
    EndpointUrl = 9..=2000, "^https?://[^\\s\\u0000-\\u001f\\u007f]+$", "https://service.example/webhooks";
    /// The secret that signs webhooks, by the Standard Webhooks convention.
    WebhookSecret = 50..=50, "^whsec_[A-Za-z0-9+/]{43}=$", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    /// What created a key: `key`, an administrator's key, or `command_line`, the operator.
    CreatorKind = 3..=12, "^(key|staff|command_line|mamori)$", "key";
    /// A network: the first address and the length of the prefix, or one address.
    Network = 2..=49, "^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$", "192.0.2.0/24";
    /// Text of a key.
    KeyText = 46..=46, "^mk_[A-Za-z0-9_-]{43}$", "mk_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";
}

/// A country, by a code that ISO 3166-1 assigns.
#[derive(Clone, Copy, Debug)]
pub struct Country;

/// A country, or `*` alone for all countries.
#[derive(Clone, Copy, Debug)]
pub struct CountryOrStar;

impl utoipa::ToSchema for Country {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Country")
    }
}

impl utoipa::PartialSchema for Country {
    fn schema() -> RefOr<Schema> {
        let description = "A country, by a code that ISO 3166-1 assigns to it.";
        one_of(mamori_model::Country::assigned(), description)
    }
}

impl utoipa::ToSchema for CountryOrStar {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("CountryOrStar")
    }
}

impl utoipa::PartialSchema for CountryOrStar {
    fn schema() -> RefOr<Schema> {
        let words = std::iter::once("*").chain(mamori_model::Country::assigned());
        one_of(words, "A country, or `*` alone for all countries.")
    }
}

fn one_of(words: impl Iterator<Item = &'static str>, description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words))
        .examples(["JP"])
        .into()
}

#[cfg(test)]
mod tests {
    use mamori_model::{BankName, EntryId, Line};
    use utoipa::PartialSchema;

    fn example(schema: RefOr<Schema>) -> String {
        let schema = serde_json::to_value(schema).unwrap();
        schema["examples"][0].as_str().unwrap().to_owned()
    }

    use super::*;

    #[test]
    fn the_examples_are_valid() {
        assert!(example(super::BankName::schema()).parse::<BankName>().is_ok());
        assert!(example(super::Line::schema()).parse::<Line>().is_ok());
        assert!(example(super::EntryId::schema()).parse::<EntryId>().is_ok());
        assert!(example(super::BankId::schema()).parse::<mamori_model::BankId>().is_ok());
        assert!(example(super::Country::schema()).parse::<mamori_model::Country>().is_ok());
        assert!(example(super::Pdq::schema()).parse::<mamori_model::Pdq>().is_ok());
    }
}
