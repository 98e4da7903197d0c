//! `GET /console/banks` and `GET /console/banks/{bank}`: what is compared with, for whom and by which
//! law, and which entries somebody disputed. No hash is shown to anybody.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::{Desk, Error};
use mamori_model::page::{Page, PageSize};
use mamori_model::{Bank, BankId, Dispute, DisputeId, DisputeState, Jurisdictions};
use serde::Deserialize;

use super::{Asked, place};
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Member;
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// How many rows a table has.
const ROWS: u32 = 50;

/// Where the list is.
pub const HERE: &str = "/console/banks";

/// The banks.
#[derive(Debug, Template)]
#[template(path = "banks.html")]
pub struct BanksPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// The banks.
    pub rows: Vec<Row>,
    /// Where more of them are.
    pub more: Option<String>,
}

/// A bank in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: Id,
    /// What a match may do by itself.
    pub action: Id,
    /// Where it looks.
    pub surfaces: Vec<Id>,
    /// Whether it looks at all.
    pub is_enabled: bool,
}

/// A bank.
#[derive(Debug, Template)]
#[template(path = "bank.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct BankPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What stands in the list too.
    pub row: Row,
    /// From whom it is.
    pub source: Shown,
    /// Who answers for it.
    pub owner: Shown,
    /// By which law.
    pub basis: Shown,
    /// In which countries; nothing: everywhere.
    pub countries: Option<String>,
    /// The law that lets it look into private messages, and its last day.
    pub private: Option<(Shown, String)>,
    /// The greatest distance of a match, in bits.
    pub distance: u32,
    /// The least quality of a picture.
    pub quality: u8,
    /// Whether turned and mirrored frames are compared.
    pub transforms: Id,
    /// How many entries match now.
    pub entries: u64,
    /// Whether the person reads disputes.
    pub reads_disputes: bool,
    /// Whether the person settles them.
    pub may_settle: bool,
    /// Whether they must prove once more who they are before that.
    pub must_prove: bool,
    /// Whether the person reads decisions.
    pub reads_decisions: bool,
    /// The disputes.
    pub disputes: Vec<DisputeRow>,
    /// Where older ones are.
    pub older: Option<String>,
}

/// Somebody's word that an entry is wrong.
#[derive(Clone, Debug)]
pub struct DisputeRow {
    /// Its id.
    pub id: String,
    /// The entry.
    pub entry: String,
    /// The service.
    pub service: String,
    /// When it was opened.
    pub opened: Shown,
    /// Why.
    pub reason: Shown,
    /// The decision that said so.
    pub decision: Option<String>,
    /// Where it stands.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
    /// Whether nobody settled it.
    pub is_open: bool,
    /// What was answered.
    pub note: Option<Shown>,
}

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
}

/// The list.
pub async fn list(
    State(console): State<Console>,
    Member(found): Member,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found).at(HERE);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let after = place::<BankId>(&asked.after)?;
    let banks = console.desk.banks_for_staff(&found.member, after, size).await?;
    page(&BanksPage {
        frame: &frame,
        rows: banks.rows.iter().map(row).collect(),
        more: banks.next.map(|next| format!("{HERE}?after={next}")),
    })
}

/// One bank.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
    Path(bank): Path<String>,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found).at(HERE);
    let id: BankId = bank.parse().map_err(|_| Fault::not_found())?;
    let (bank, entries) = console.desk.bank_for_staff(&found.member, id).await?;
    let before = place::<DisputeId>(&asked.before)?;
    let disputes = disputes(&console.desk, &found.member, id, before).await?;
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
        reads_disputes,
        may_settle: found.member.editor().is_some(),
        must_prove: found.member.recently(console.desk.clock().now()).is_err(),
        reads_decisions: found.member.records().is_some(),
        disputes: disputes.rows.iter().map(dispute_row).collect(),
        older: disputes.next.map(|next| format!("{HERE}/{id}?before={next}")),
    })
}

/// The disputes about a bank's entries, for whoever may read them.
async fn disputes(
    desk: &Desk,
    who: &mamori_desk::Member,
    bank: BankId,
    before: Option<DisputeId>,
) -> Result<Option<Page<Dispute, DisputeId>>, Error> {
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let of = (Some(bank), None);
    if let Some(editor) = who.editor() {
        return desk.disputes(&editor, of, before, size).await.map(Some);
    }
    match who.records() {
        Some(records) => desk.dispute_records(&records, of, before, size).await.map(Some),
        None => Ok(None),
    }
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

fn countries(jurisdictions: &Jurisdictions) -> Option<String> {
    match jurisdictions {
        Jurisdictions::Everywhere => None,
        Jurisdictions::Only(countries) => {
            let countries: Vec<String> = countries.iter().map(ToString::to_string).collect();
            Some(countries.join(", "))
        }
    }
}

fn dispute_row(dispute: &Dispute) -> DisputeRow {
    DisputeRow {
        id: dispute.id.to_string(),
        entry: dispute.entry.to_string(),
        service: dispute.service.to_string(),
        opened: show::time(dispute.opened_at),
        reason: show::text(dispute.reason.as_str()),
        decision: dispute.decision.map(|decision| decision.to_string()),
        state: terms::dispute_state(dispute.state),
        tone: tone(dispute.state),
        is_open: dispute.state == DisputeState::Open,
        note: dispute.settled_note.as_ref().map(|note| show::text(note.as_str())),
    }
}

/// The class of a dispute's state. The word beside it says the same.
pub fn tone(state: DisputeState) -> &'static str {
    match state {
        DisputeState::Open => " care",
        DisputeState::Upheld => " good",
        DisputeState::Rejected | DisputeState::TakenBack => "",
    }
}
