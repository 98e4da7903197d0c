//! Matches, and the entries that an item came near to, in JSON.

use jiff::Timestamp;
use mamori_desk::Directory;
use mamori_model::matched::{Match, SeenHashes};
use mamori_model::{
    Account, Backdrop, BankId, Country, EntryId, HashKind, Hit, ItemName, MatchId, Pdq, Purpose,
    Sha256, Surface, Transform, Verdict,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::text;

/// An entry that an item came near to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct HitJson {
    /// The bank.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// Its name; `null` if it was deleted since.
    #[schema(value_type = Option<text::BankName>)]
    pub bank: Option<String>,
    /// Its purpose, as it was at the time.
    pub purpose: Purpose,
    /// The entry.
    #[schema(value_type = text::EntryId)]
    pub entry_id: EntryId,
    /// What was compared.
    pub kind: HashKind,
    /// In how many of its bits the PDQ hash differs; 0 for SHA-256, SHA-1 and MD5.
    #[schema(minimum = 0, maximum = 64)]
    pub distance: u32,
    /// Which frame of an animation or page of a file, by its place in the file, from 0.
    #[schema(minimum = 0)]
    pub frame: u32,
    /// How the stored frame was turned to match; `none` for SHA-256 and MD5.
    pub transform: Transform,
    /// What stood behind its transparent pixels; `none` for SHA-256 and MD5.
    pub backdrop: Backdrop,
}

impl HitJson {
    /// `hit`, with the name of its bank.
    pub fn of(hit: &Hit, directory: &Directory) -> Self {
        Self {
            bank_id: hit.bank,
            bank: directory.bank(hit.bank).map(|bank| bank.name.to_string()),
            purpose: hit.purpose,
            entry_id: hit.entry,
            kind: hit.kind,
            distance: hit.distance.0,
            frame: hit.frame,
            transform: hit.variant.transform,
            backdrop: hit.variant.backdrop,
        }
    }
}

/// The hashes under which an item came and matched.
#[derive(Serialize, ToSchema)]
#[schema(as = SeenHashes)]
pub struct SeenHashesJson {
    /// Its bytes.
    #[schema(value_type = Option<text::Sha256>)]
    pub sha256: Option<Sha256>,
    /// How it looked; of several frames the one that matched best.
    #[schema(value_type = Option<text::Pdq>)]
    pub pdq: Option<Pdq>,
    /// When it first came so.
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
    /// Its id.
    #[schema(value_type = text::MatchId)]
    pub id: MatchId,
    /// The service's name of the item.
    #[schema(value_type = text::ItemName)]
    pub item_id: ItemName,
    /// The service's pseudonym of the account.
    #[schema(value_type = Option<text::AccountName>)]
    pub account_id: Option<String>,
    /// Who could see the item.
    pub surface: Surface,
    /// Whose law applied.
    #[schema(value_type = Option<text::Country>)]
    pub jurisdiction: Option<Country>,
    /// The strictest verdict that was given for the item.
    pub verdict: Verdict,
    /// The entries that it came near to, the nearest first.
    pub matches: Vec<HitJson>,
    /// How it looked; the newest of `hashes`.
    #[schema(value_type = Option<text::Pdq>)]
    pub pdq: Option<Pdq>,
    /// Its bytes; the newest of `hashes`.
    #[schema(value_type = Option<text::Sha256>)]
    pub sha256: Option<Sha256>,
    /// Every set of hashes under which it came and matched, the newest first.
    pub hashes: Vec<SeenHashesJson>,
    /// When it first matched.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When the verdict last became stricter, or the item last came with other hashes or new hits.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

impl MatchJson {
    /// `found`, for the service whose match it is.
    pub fn of(found: Match, directory: &Directory) -> Self {
        Self {
            id: found.id,
            item_id: found.item.name,
            account_id: found.item.account.as_ref().map(Account::reveal).map(str::to_owned),
            surface: found.item.surface,
            jurisdiction: found.item.country,
            verdict: found.verdict,
            matches: found.hits.iter().map(|hit| HitJson::of(hit, directory)).collect(),
            pdq: found.pdq,
            sha256: found.sha256,
            hashes: found.hashes.into_iter().map(SeenHashesJson::from).collect(),
            created_at: found.created_at,
            changed_at: found.changed_at,
        }
    }
}
