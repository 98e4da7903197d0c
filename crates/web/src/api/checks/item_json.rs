//! Items, their hashes and the answer to a check, in JSON.

use mamori_desk::checks::check::Checked;
use mamori_desk::checks::fingerprints::{Fingerprints, FramePrint};
use mamori_desk::checks::hash_item::{Hashed, gap_of};
use mamori_media::Frame;
use mamori_model::{
    Account, ContextUrl, Country, HitView, Item, ItemContext, ItemName, ItemText, MatchId, Md5,
    Pdq, Quality, Sha1, Sha256, Surface, Verdict,
};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{AllOfBuilder, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::api::checks::looked_json::{GapJson, LookedJson};
use crate::api::checks::match_json::HitJson;
use crate::api::checks::not_stored_json::NotStoredJson;
use crate::json::optional_quality;
use crate::json::optional_text;
use crate::json::text;
use crate::problem::{Kind, Problem};

/// A check of an item by its hashes, of which there must be at least one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckHashes {
    /// The service's name for the item.
    pub item_id: ItemName,
    /// The service's pseudonym of the uploader's account.
    #[serde(default, deserialize_with = "optional_text")]
    pub account_id: Option<Account>,
    /// Who can see the item.
    pub surface: Surface,
    /// The country whose law applies.
    pub jurisdiction: Option<Country>,
    /// The PDQ hash.
    pub pdq: Option<Pdq>,
    /// The quality of `pdq`.
    #[serde(default, deserialize_with = "optional_quality")]
    pub quality: Option<Quality>,
    /// SHA-256 digest of the bytes.
    pub sha256: Option<Sha256>,
    /// SHA-1 digest of the bytes.
    pub sha1: Option<Sha1>,
    /// MD5 digest of the bytes.
    pub md5: Option<Md5>,
    /// The text that belongs to the item.
    #[serde(default, deserialize_with = "optional_text")]
    pub text: Option<ItemText>,
    /// The page at the service on which the item is.
    #[serde(default, deserialize_with = "optional_text")]
    pub context_url: Option<ContextUrl>,
}

/// The keys of [`CheckHashes`], each by itself.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(description = "A check of an item by its hashes, of which there must be at least one.")]
#[expect(dead_code, reason = "only its schema is used")]
struct CheckHashesFields {
    /// The service's name for the item.
    item_id: text::ItemName,
    /// The service's pseudonym of the uploader's account.
    account_id: Option<text::AccountName>,
    /// Who can see the item. Required, so that no bank is searched by mistake.
    surface: Surface,
    /// The country whose law applies.
    jurisdiction: Option<text::Country>,
    /// PDQ hash of the picture, compared as sent: turned variants are not looked up.
    pdq: Option<text::Hex64>,
    /// The quality of `pdq`. If absent, no bank's `quality_min` is applied.
    #[schema(minimum = 0, maximum = 100)]
    quality: Option<u32>,
    /// SHA-256 digest of the bytes.
    sha256: Option<text::Hex64>,
    /// SHA-1 digest of the bytes.
    sha1: Option<text::Hex40>,
    /// MD5 digest of the bytes.
    md5: Option<text::Hex32>,
    /// The text that belongs to the item, such as a caption.
    text: Option<text::ItemText>,
    /// The page at the service on which the item is.
    context_url: Option<text::ContextUrl>,
}

impl ToSchema for CheckHashes {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <CheckHashesFields as ToSchema>::schemas(schemas);
    }
}

impl PartialSchema for CheckHashes {
    /// Returns the schema: the keys, at least one hash, and no quality without a PDQ hash.
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let has = |key: &str| ObjectBuilder::new().property(key, text()).required(key);
        let no_quality =
            |key: &str| has(key).property("quality", ObjectBuilder::new().schema_type(Type::Null));
        AllOfBuilder::new()
            .item(CheckHashesFields::schema())
            .item(
                AnyOfBuilder::new()
                    .item(has("pdq"))
                    .item(no_quality("sha256"))
                    .item(no_quality("sha1"))
                    .item(no_quality("md5")),
            )
            .into()
    }
}

impl CheckHashes {
    /// Returns the item, its context and its hashes.
    pub fn split(self) -> Result<(Item, ItemContext, Fingerprints), Problem> {
        let is_empty = self.sha256.is_none() && self.sha1.is_none() && self.md5.is_none();
        if self.pdq.is_none() && is_empty {
            let detail =
                "Send at least one of `pdq`, `sha256`, `sha1` and `md5`, or the item itself.";
            return Err(Problem::new(Kind::JsonShape, detail));
        }
        if self.pdq.is_none() && self.quality.is_some() {
            let detail = "`quality` is that of `pdq`, and there is none.";
            return Err(Problem::new(Kind::JsonShape, detail));
        }
        let prints = Fingerprints {
            frames: self.pdq.map(|pdq| FramePrint::only(pdq, self.quality)).into_iter().collect(),
            declared_frames: 0,
            is_partial: false,
            sha256: self.sha256,
            sha1: self.sha1,
            md5: self.md5,
        };
        let item = Item {
            name: self.item_id,
            account: self.account_id,
            surface: self.surface,
            country: self.jurisdiction,
        };
        Ok((item, ItemContext::new(self.text, self.context_url), prints))
    }
}

/// A check of an item, as a form.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct CheckForm {
    /// The item itself: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or JPEG XL; HEIC if its converter is
    /// installed.
    #[schema(format = Binary)]
    file: String,
    /// The service's name for the item.
    item_id: text::ItemName,
    /// The service's pseudonym of the uploader's account.
    #[schema(nullable = false)]
    account_id: Option<text::AccountName>,
    /// Who can see the item. Required, so that no bank is searched by mistake.
    surface: Surface,
    /// The country whose law applies.
    #[schema(nullable = false)]
    jurisdiction: Option<text::Country>,
    /// The text that belongs to the item, such as a caption.
    #[schema(nullable = false)]
    text: Option<text::ItemText>,
    /// The page at the service on which the item is.
    #[schema(nullable = false)]
    context_url: Option<text::ContextUrl>,
}

/// An item to hash, as a form.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct HashForm {
    /// The item itself: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or JPEG XL; HEIC if its converter is
    /// installed.
    #[schema(format = Binary)]
    file: String,
}

/// The hash of one frame.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Frame)]
pub struct FrameJson {
    /// The frame's place in the file, counted from 0.
    #[schema(minimum = 0)]
    pub frame: u32,
    /// PDQ hash of the frame as stored: ignores its orientation and its transparency.
    #[schema(value_type = text::Pdq)]
    pub pdq: Pdq,
    /// How much structure PDQ found, 0 (flat) to 100.
    #[schema(value_type = u32, minimum = 0, maximum = 100)]
    pub quality: Quality,
}

impl FrameJson {
    /// Makes the JSON of `frame`, if it has a hash.
    fn of(frame: &Frame) -> Option<Self> {
        let (pdq, quality) = frame.stored()?;
        Some(Self { frame: frame.number, pdq, quality })
    }
}

/// The hashes of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hashes {
    /// PDQ hash of the first frame.
    #[schema(value_type = text::Pdq)]
    pub pdq: Pdq,
    /// Quality of `pdq`: how much structure PDQ found, 0 (flat) to 100.
    #[schema(value_type = u32, minimum = 0, maximum = 100)]
    pub quality: Quality,
    /// SHA-256 digest of the bytes.
    #[schema(value_type = text::Sha256)]
    pub sha256: Sha256,
    /// SHA-1 digest of the bytes.
    #[schema(value_type = text::Sha1)]
    pub sha1: Sha1,
    /// MD5 digest of the bytes.
    #[schema(value_type = text::Md5)]
    pub md5: Md5,
    /// The format, recognised by the bytes and not by a file name: `jpeg`, `png`, `webp`, `gif`,
    /// `bmp`, `tiff`, `avif`, `jxl` or `heic`.
    pub format: &'static str,
    /// Width of the first frame in pixels, as stored.
    #[schema(minimum = 1)]
    pub width: u32,
    /// Height of the first frame in pixels, as stored.
    #[schema(minimum = 1)]
    pub height: u32,
    /// Every frame that was hashed, including the first. A frame with the same hashes as the
    /// previous one is left out.
    #[schema(min_items = 1)]
    pub frames: Vec<FrameJson>,
    /// Whether the whole item was read.
    pub complete: bool,
    /// Why not all of it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<GapJson>,
}

impl Hashes {
    /// Makes the JSON of `hashed`; `None` if it has no frame or lacks a digest, which
    /// [`mamori_desk::Desk::hash_item`] rules out.
    pub fn of(hashed: &Hashed) -> Option<Self> {
        let picture = &hashed.picture;
        let (pdq, quality) = picture.frames.first()?.stored()?;
        let gap = gap_of(&picture.remaining);
        Some(Self {
            pdq,
            quality,
            sha256: hashed.sha256,
            sha1: hashed.sha1?,
            md5: hashed.md5?,
            format: picture.format.as_str(),
            width: picture.width,
            height: picture.height,
            frames: picture.frames.iter().filter_map(FrameJson::of).collect(),
            complete: gap.is_none(),
            reason: gap.as_ref().map(GapJson::from),
        })
    }
}

/// The answer to a check.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Checked)]
pub struct CheckedJson {
    /// What to do with the item: `allow`, `hold` or `block`.
    pub verdict: Verdict,
    /// How much of it was compared: `all`, `part` or `none`. With `none`, it was not decoded
    /// either.
    pub looked: LookedJson,
    /// Why the item, or a part of it, was not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub not_looked: Vec<GapJson>,
    /// The entries that it came near to, the nearest first; at most `limits.hits_max` (200), those
    /// of banks with the strictest action.
    pub matches: Vec<HitJson>,
    /// Number of further entries that it came near to, which `matches` leaves out.
    #[schema(minimum = 0)]
    pub more_matches: u32,
    /// The record of the match, if there is one. A clean item has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::MatchId>, nullable = false)]
    pub match_id: Option<MatchId>,
    /// Why the item's bytes were not stored for reviewers although its policy keeps them. The verdict
    /// stands, and a case is opened; reviewers cannot see the item. Absent if the bytes are stored, and
    /// where none can be: no policy keeps them, the operator set up no vault (`exists` of
    /// `GET /v1/vault`), or the item was sent without its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub not_stored: Option<NotStoredJson>,
    /// PDQ hash of the first frame. This and the following keys are present only if the item was
    /// sent as bytes and compared; those about the picture only if it could be decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::Pdq>, nullable = false)]
    pub pdq: Option<Pdq>,
    /// Quality of `pdq`: how much structure PDQ found, 0 (flat) to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 100, nullable = false)]
    pub quality: Option<Quality>,
    /// SHA-256 digest of the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::Sha256>, nullable = false)]
    pub sha256: Option<Sha256>,
    /// SHA-1 digest of the bytes, if a bank has any SHA-1 hash to compare it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::Sha1>, nullable = false)]
    pub sha1: Option<Sha1>,
    /// MD5 digest of the bytes, if a bank has any MD5 hash to compare it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<text::Md5>, nullable = false)]
    pub md5: Option<Md5>,
    /// The format, recognised by the bytes and not by a file name: `jpeg`, `png`, `webp`, `gif`,
    /// `bmp`, `tiff`, `avif`, `jxl` or `heic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub format: Option<&'static str>,
    /// Width of the first frame in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, nullable = false)]
    pub width: Option<u32>,
    /// Height of the first frame in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, nullable = false)]
    pub height: Option<u32>,
    /// Every frame that was hashed, including the first. A frame with the same hashes as the
    /// previous one is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, nullable = false)]
    pub frames: Option<Vec<FrameJson>>,
}

impl CheckedJson {
    /// Makes the JSON of `checked`.
    pub fn of(checked: &Checked, view: HitView) -> Self {
        let directory = &checked.directory;
        let shown = directory.shown_hits(view, &checked.hits);
        let picture = checked.picture.as_ref();
        let first = picture.and_then(|picture| picture.frames.first()).and_then(Frame::stored);
        Self {
            verdict: checked.verdict,
            looked: LookedJson::from(&checked.looked),
            not_looked: GapJson::all_of(&checked.looked),
            matches: shown.hits.iter().map(|hit| HitJson::of(hit, directory)).collect(),
            more_matches: shown.more,
            match_id: checked.recorded,
            not_stored: checked.not_stored.map(NotStoredJson::from),
            pdq: first.map(|(pdq, _)| pdq),
            quality: first.map(|(_, quality)| quality),
            sha256: checked.sha256,
            sha1: checked.sha1,
            md5: checked.md5,
            format: picture.map(|picture| picture.format.as_str()),
            width: picture.map(|picture| picture.width),
            height: picture.map(|picture| picture.height),
            frames: picture
                .map(|picture| picture.frames.iter().filter_map(FrameJson::of).collect()),
        }
    }
}
