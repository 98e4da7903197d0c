//! Matches, and the entries that an item came near to, in JSON.

use jiff::Timestamp;
use mamori_desk::Directory;
use mamori_model::matched::Match;
use mamori_model::{
    Account, BankId, Country, EntryId, HashKind, Hit, ItemName, MatchId, Pdq, Purpose, Sha256,
    Surface, Verdict,
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
    /// Which frame of an animated item, from 0.
    #[schema(minimum = 0)]
    pub frame: u32,
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
        }
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
    /// How it looked.
    #[schema(value_type = Option<text::Pdq>)]
    pub pdq: Option<Pdq>,
    /// Its bytes.
    #[schema(value_type = Option<text::Sha256>)]
    pub sha256: Option<Sha256>,
    /// When it first matched.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When the verdict last became stricter.
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
            created_at: found.created_at,
            changed_at: found.changed_at,
        }
    }
}
