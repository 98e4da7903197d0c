//! Matches, and the entries that an item came near to, in JSON.

use jiff::Timestamp;
use mamori_desk::Directory;
use mamori_model::matched::{Match, SeenHashes};
use mamori_model::{
    Account, Backdrop, BankId, Country, EntryId, HashKind, HitView, ItemName, MatchId, Pdq,
    Purpose, Sha256, ShownHit, Surface, Transform, Verdict,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::json::text;

/// An entry that an item came near to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct HitJson {
    /// The bank of the entry.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// Name of the bank; `null` if it has been deleted.
    #[schema(value_type = Option<text::BankName>)]
    pub bank: Option<String>,
    /// Purpose of the bank at that time.
    pub purpose: Purpose,
    /// The entry.
    #[schema(value_type = text::EntryId)]
    pub entry_id: EntryId,
    /// The kind of hash that was compared.
    pub kind: HashKind,
    /// The hashes differ in at most this many bits: 0, 10, 20, or the limit of the bank (64 at most);
    /// 0 for SHA-256, SHA-1 and MD5. If the operator set `checks.distances = "exact"`, in exactly
    /// this many.
    #[schema(minimum = 0, maximum = 64, example = 10)]
    pub distance_max: u32,
    /// The frame of an animation or page of a file, by its place in the file, counted from 0.
    #[schema(minimum = 0)]
    pub frame: u32,
    /// Number of frames of the item, also of those that were left out. Of a damaged file, and of an
    /// AVIF sequence, only the frames that were found; 1 if the item could not be decoded, or only
    /// its hashes were sent.
    #[schema(minimum = 1)]
    pub frame_count: u32,
    /// How the stored frame was turned to match; `none` for SHA-256, SHA-1 and MD5.
    pub transform: Transform,
    /// The backdrop of its transparent pixels; `none` for SHA-256, SHA-1 and MD5.
    pub backdrop: Backdrop,
}

impl HitJson {
    /// Makes the JSON of a hit, with the name of its bank.
    pub fn of(shown: &ShownHit<'_>, directory: &Directory) -> Self {
        let ShownHit { hit, distance_max } = shown;
        Self {
            bank_id: hit.bank,
            bank: directory.bank(hit.bank).map(|bank| bank.name.to_string()),
            purpose: hit.purpose,
            entry_id: hit.entry,
            kind: hit.kind,
            distance_max: distance_max.0,
            frame: hit.frame,
            frame_count: hit.frame_count,
            transform: hit.variant.transform,
            backdrop: hit.variant.backdrop,
        }
    }
}

/// One set of hashes with which an item was sent and matched.
#[derive(Serialize, ToSchema)]
#[schema(as = SeenHashes)]
pub struct SeenHashesJson {
    /// SHA-256 digest of the bytes.
    #[schema(value_type = Option<text::Sha256>)]
    pub sha256: Option<Sha256>,
    /// PDQ hash; of several frames, that of the frame that matched best.
    #[schema(value_type = Option<text::Pdq>)]
    pub pdq: Option<Pdq>,
    /// Time at which the item was first sent with these hashes.
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Timestamp,
}

impl From<SeenHashes> for SeenHashesJson {
    fn from(seen: SeenHashes) -> Self {
        Self { sha256: seen.sha256, pdq: seen.pdq, seen_at: seen.seen_at }
    }
}

/// The record of an item that matched: one for each item name, however often it is checked.
#[derive(Serialize, ToSchema)]
#[schema(as = Match)]
pub struct MatchJson {
    /// Id of this match.
    #[schema(value_type = text::MatchId)]
    pub id: MatchId,
    /// The service's name for the item.
    #[schema(value_type = text::ItemName)]
    pub item_id: ItemName,
    /// The service's pseudonym of the account.
    #[schema(value_type = Option<text::AccountName>)]
    pub account_id: Option<String>,
    /// Who could see the item.
    pub surface: Surface,
    /// The country whose law applied.
    #[schema(value_type = Option<text::Country>)]
    pub jurisdiction: Option<Country>,
    /// The strictest verdict that the item received.
    pub verdict: Verdict,
    /// The entries that it came near to, the nearest first; at most `limits.hits_max` (200).
    pub matches: Vec<HitJson>,
    /// Number of further entries that it came near to, which `matches` leaves out.
    #[schema(minimum = 0)]
    pub more_matches: u32,
    /// PDQ hash; the newest in `hashes`.
    #[schema(value_type = Option<text::Pdq>)]
    pub pdq: Option<Pdq>,
    /// SHA-256 digest of the bytes; the newest in `hashes`.
    #[schema(value_type = Option<text::Sha256>)]
    pub sha256: Option<Sha256>,
    /// The sets of hashes with which it was sent and matched, the newest first. Of more than
    /// `limits.hash_sets_max` (100) the oldest after the first are missing.
    pub hashes: Vec<SeenHashesJson>,
    /// Time of the first match.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Time at which the verdict last became stricter, or other hashes or new hits were recorded.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

impl MatchJson {
    /// Makes the JSON of `found`, for the service that it belongs to.
    pub fn of(found: Match, directory: &Directory, view: HitView) -> Self {
        let shown = directory.shown_hits(view, &found.hits);
        let more_matches = shown.more;
        let matches = shown.hits.iter().map(|shown| HitJson::of(shown, directory)).collect();
        Self {
            id: found.id,
            item_id: found.item.name,
            account_id: found.item.account.as_ref().map(Account::reveal).map(str::to_owned),
            surface: found.item.surface,
            jurisdiction: found.item.country,
            verdict: found.verdict,
            matches,
            more_matches,
            pdq: found.pdq,
            sha256: found.sha256,
            hashes: found.hashes.into_iter().map(SeenHashesJson::from).collect(),
            created_at: found.created_at,
            changed_at: found.changed_at,
        }
    }
}
