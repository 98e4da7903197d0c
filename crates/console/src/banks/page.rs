//! `GET /console/banks` and `GET /console/banks/{bank}`: the banks, their purposes, legal bases and
//! reach, and the disputes about their entries. Hashes are not shown.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::banks::read_disputes::DisputeLine;
use mamori_desk::{ClearedChecks, Desk, Error};
use mamori_model::page::{Page, PageSize};
use mamori_model::{Bank, BankId, DisputeId, Jurisdictions};
use serde::Deserialize;

use crate::app::Console;
use crate::banks::disputes_page::{DisputeRow, dispute_row};
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::{DisputeProof, Member, Proof as _};
use crate::messages::MessageId;
use crate::query::PageQuery;
use crate::query::cursor;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of rows of a table.
const ROWS: u32 = 50;

/// The maximum number of days of which the totals of cleared checks are listed.
const CLEARED_DAYS: usize = 31;

/// Path of the list.
pub const PATH: &str = "/console/banks";

/// The list of banks.
#[derive(Debug, Template)]
#[template(path = "banks.html")]
pub struct BanksPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The banks, oldest first.
    pub rows: Vec<Row>,
    /// Link to the next page of the list.
    pub more: Option<String>,
}

/// A bank in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id of the bank, text form `bank_…`.
    pub id: String,
    /// Name of the bank.
    pub name: String,
    /// What the bank is for.
    pub purpose: MessageId,
    /// What a match does without a person.
    pub action: MessageId,
    /// Surfaces that the bank covers.
    pub surfaces: Vec<MessageId>,
    /// Whether the bank is switched on.
    pub is_enabled: bool,
}

/// One bank, with the disputes about its entries.
#[derive(Debug, Template)]
#[template(path = "bank.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct BankPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The fields that the list shows too.
    pub row: Row,
    /// Organisation or project that the entries come from.
    pub source: SafeHtml,
    /// Person or team responsible for the bank.
    pub owner: SafeHtml,
    /// Legal basis.
    pub basis: SafeHtml,
    /// Countries in which the bank applies, separated by commas; `None`: in all.
    pub countries: Option<String>,
    /// The law that permits matching in private messages, and its last day; `None`: the bank does
    /// not cover them.
    pub private: Option<(SafeHtml, String)>,
    /// Maximum distance of a match, in bits of 256.
    pub distance: u32,
    /// Minimum quality of a picture, 0 to 100.
    pub quality: u8,
    /// Whether rotated and mirrored frames are compared.
    pub transforms: MessageId,
    /// Number of entries that match now.
    pub entries: u64,
    /// How many checks a bank of known benign pictures cleared; `None` for every other bank.
    pub cleared: Option<Cleared>,
    /// Whether the staff member may read disputes.
    pub reads_disputes: bool,
    /// Whether the staff member may resolve disputes.
    pub may_resolve: bool,
    /// Whether they must confirm their identity before that.
    pub must_prove: bool,
    /// Whether the staff member may read all decisions.
    pub reads_decisions: bool,
    /// The disputes, newest first.
    pub disputes: Vec<DisputeRow>,
    /// Link to older disputes.
    pub older: Option<String>,
}

/// How many checks a bank of known benign pictures cleared.
#[derive(Clone, Debug)]
pub struct Cleared {
    /// The total of every day that is kept.
    pub total: u64,
    /// The last days on which there were any, the newest first, each with its total.
    pub days: Vec<(String, u64)>,
}

/// Parameters in the query of the address: cursors of the two lists.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
}

/// `GET /console/banks`.
pub async fn list(
    State(console): State<Console>,
    Member(session): Member,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session).at(PATH);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let after = cursor::<BankId>(&params.after)?;
    let banks = console.desk.banks_for_staff(&session.member, after, size).await?;
    page(&BanksPage {
        frame: &frame,
        rows: banks.rows.iter().map(row).collect(),
        more: banks.next.map(|next| format!("{PATH}?after={next}")),
    })
}

/// `GET /console/banks/{bank}`.
pub async fn show(
    State(console): State<Console>,
    Member(session): Member,
    Path(bank): Path<String>,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&session).at(PATH);
    let id: BankId = bank.parse().map_err(|_| Fault::not_found())?;
    let (bank, entries) = console.desk.bank_for_staff(&session.member, id).await?;
    let cleared = console.desk.cleared_checks(&session.member, &bank).await?;
    let cleared = cleared.as_deref().map(cleared_row);
    let before = cursor::<DisputeId>(&params.before)?;
    let disputes = disputes(&console.desk, &session.member, id, before).await?;
    let reads_disputes = disputes.is_some();
    let disputes = disputes.unwrap_or(Page { rows: Vec::new(), next: None });
    let private = bank.reach.private_basis();
    page(&BankPage {
        frame: &frame,
        row: row(&bank),
        source: show::text(bank.source.as_str()),
        owner: show::text(bank.owner.as_str()),
        basis: show::text(bank.legal_basis.as_str()),
        countries: countries(bank.reach.jurisdictions()),
        private: private.map(|basis| (show::text(basis.law.as_str()), basis.until.to_string())),
        distance: bank.distance_max.0,
        quality: bank.quality_min.value(),
        transforms: terms::transforms(bank.transforms),
        entries,
        cleared,
        reads_disputes,
        may_resolve: session.member.editor().is_some(),
        must_prove: session.member.recently(console.desk.clock().now()).is_err(),
        reads_decisions: session.member.records().is_some(),
        disputes: disputes.rows.iter().map(|line| dispute_row(&console.desk, line)).collect(),
        older: disputes.next.map(|next| format!("{PATH}/{id}?before={next}")),
    })
}

/// Returns the disputes about a bank's entries; `None` if the staff member may not read them.
async fn disputes(
    desk: &Desk,
    who: &mamori_desk::Member,
    bank: BankId,
    before: Option<DisputeId>,
) -> Result<Option<Page<DisputeLine, DisputeId>>, Error> {
    let Some(reader) = DisputeProof::of(who) else { return Ok(None) };
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    desk.disputes(reader.reader(), (Some(bank), None), before, size).await.map(Some)
}

fn row(bank: &Bank) -> Row {
    Row {
        id: bank.id.to_string(),
        name: bank.name.to_string(),
        purpose: terms::purpose(bank.purpose),
        action: terms::bank_action(bank.action),
        surfaces: bank.reach.surfaces().iter().copied().map(terms::surface).collect(),
        is_enabled: bank.is_enabled,
    }
}

fn cleared_row(days: &[ClearedChecks]) -> Cleared {
    Cleared {
        total: days.iter().map(|on| on.total).sum(),
        days: days.iter().take(CLEARED_DAYS).map(|on| (on.day.to_string(), on.total)).collect(),
    }
}

fn countries(jurisdictions: &Jurisdictions) -> Option<String> {
    match jurisdictions {
        Jurisdictions::Everywhere => None,
        Jurisdictions::Only(countries) => {
            let countries: Vec<String> = countries.iter().map(ToString::to_string).collect();
            Some(countries.join(", "))
        }
    }
}
