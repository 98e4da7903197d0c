//! `GET /console/disputes` and `GET /console/disputes/{dispute}`: the open disputes about entries of
//! all banks, and the page on which a lead agrees to one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::banks::read_disputes::{DisputeLine, DisputeView};
use mamori_desk::{Desk, Error, SessionLookup};
use mamori_model::page::PageSize;
use mamori_model::{Dispute, DisputeId, DisputeScope, DisputeState, Refusal};
use serde::Deserialize;

use crate::app::Console;
use crate::banks::page::PATH as BANKS;
use crate::cases::page::{Item, ViewBy, add_pictures, fill_item};
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::{Disputes, Proof as _};
use crate::messages::MessageId;
use crate::query::{PageQuery, cursor};
use crate::show::{self, SafeHtml};
use crate::terms;

/// The maximum number of rows of the table.
const ROWS: u32 = 50;

/// Path of the list.
pub const PATH: &str = "/console/disputes";

/// The open disputes.
#[derive(Debug, Template)]
#[template(path = "disputes.html")]
pub struct DisputesPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The disputes, newest first.
    pub rows: Vec<DisputeRow>,
    /// Link to older disputes.
    pub older: Option<String>,
}

/// One dispute, and the form of a lead who may agree to it.
#[derive(Debug, Template)]
#[template(path = "dispute.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct DisputePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The fields that lists show too.
    pub row: DisputeRow,
    /// Whether the staff member may read all decisions.
    pub reads_decisions: bool,
    /// Whether the staff member may resolve disputes, on the page of the bank.
    pub may_resolve: bool,
    /// Whether the staff member is a lead who made the decision.
    pub is_own: bool,
    /// What a lead who may agree sees.
    pub to_agree: Option<ToAgree>,
    /// Whether any item of the page can be viewed.
    pub has_pictures: bool,
    /// Whether they must confirm their identity before they agree.
    pub must_prove: bool,
}

/// What a lead who may agree to a dispute sees.
#[derive(Clone, Debug)]
pub struct ToAgree {
    /// The items that the entry held.
    pub items: Vec<Item>,
    /// Whether the lead must view one of them clear before agreeing.
    pub must_view: bool,
}

/// A dispute about an entry.
#[derive(Clone, Debug)]
pub struct DisputeRow {
    /// Id of the dispute.
    pub id: String,
    /// Id of the bank.
    pub bank: String,
    /// Name of the bank, as long as it exists.
    pub bank_name: Option<SafeHtml>,
    /// Id of the disputed entry.
    pub entry: String,
    /// Id of the service at which it is disputed.
    pub service: String,
    /// How far it reaches; `None` if it ended and no lead had agreed.
    pub reach: Option<MessageId>,
    /// Alias of the account that it reaches, if it reaches one account.
    pub account: Option<String>,
    /// Time at which the dispute was opened.
    pub opened: SafeHtml,
    /// Time at which a lead agreed.
    pub agreed: Option<SafeHtml>,
    /// The reviewer's reason.
    pub reason: SafeHtml,
    /// Id of the decision that opened it, as long as that is stored.
    pub decision: Option<String>,
    /// Name of the state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Whether the dispute is not resolved yet.
    pub is_open: bool,
    /// The policy editor's note on the resolution.
    pub note: Option<SafeHtml>,
}

/// Parameters in the query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Cursor: the disputes of this page are older than this one.
    before: String,
}

/// `GET /console/disputes`.
pub async fn list(
    State(console): State<Console>,
    reader: Disputes,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reader.session).at(BANKS);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let before = cursor::<DisputeId>(&params.before)?;
    let which = (None, Some(DisputeState::Open));
    let found = console.desk.disputes(reader.proof.reader(), which, before, size).await?;
    page(&DisputesPage {
        frame: &frame,
        rows: found.rows.iter().map(|line| dispute_row(&console.desk, line)).collect(),
        older: found.next.map(|next| format!("{PATH}?before={next}")),
    })
}

/// `GET /console/disputes/{dispute}`.
pub async fn show(
    State(console): State<Console>,
    reader: Disputes,
    Path(dispute): Path<String>,
) -> Result<Response, Fault> {
    let id: DisputeId = dispute.parse().map_err(|_| Fault::not_found())?;
    let line = console.desk.dispute(reader.proof.reader(), id).await?;
    let frame = Frame::of(&reader.session).at(BANKS);
    let session = &reader.session;
    let now = console.desk.clock().now();
    let (view, is_own) = match to_agree(&console.desk, session, &line.dispute).await {
        Ok(view) => (view, false),
        Err(Error::Refused(Refusal::ApproverIsAuthor)) => (None, true),
        Err(other) => return Err(other.into()),
    };
    let mut has_pictures = false;
    let to_agree = view.map(|view| {
        let items = view.items.iter();
        let mut items: Vec<Item> =
            items.map(|item| fill_item(frame.messages, &console.desk, item)).collect();
        let by = ViewBy { field: "dispute", value: id.to_string() };
        has_pictures = add_pictures(&mut items, (view.case, &view.items), &by, session.staff.view);
        ToAgree { items, must_view: view.must_view }
    });
    page(&DisputePage {
        frame: &frame,
        row: dispute_row(&console.desk, &line),
        reads_decisions: session.member.records().is_some(),
        may_resolve: session.member.editor().is_some(),
        is_own,
        to_agree,
        has_pictures,
        must_prove: session.member.recently(now).is_err(),
    })
}

/// Returns what a lead who may agree to the dispute sees; `None` for other readers, and if nothing
/// is left to agree to.
async fn to_agree(
    desk: &Desk,
    session: &SessionLookup,
    dispute: &Dispute,
) -> Result<Option<DisputeView>, Error> {
    let Some(lead) = mamori_desk::staff::member::Lead::of(&session.member) else { return Ok(None) };
    match desk.dispute_to_agree(&lead, dispute.id).await {
        Ok(view) => Ok(Some(view)),
        // It ended, a lead agreed, or its decision is not stored any more.
        Err(
            Error::NotFound(_) | Error::Refused(Refusal::DisputeResolved | Refusal::DisputeAgreed),
        ) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Fills in a dispute.
pub fn dispute_row(desk: &Desk, line: &DisputeLine) -> DisputeRow {
    let dispute = &line.dispute;
    let directory = desk.directory();
    // Once it reaches the whole service, it is not about one account any more.
    let account = line.account.as_ref().filter(|_| dispute.agreed.is_none());
    DisputeRow {
        id: dispute.id.to_string(),
        bank: dispute.bank.to_string(),
        bank_name: directory.bank(dispute.bank).map(|bank| show::text(bank.name.as_str())),
        entry: dispute.entry.to_string(),
        service: dispute.service.to_string(),
        reach: reach(line),
        account: account.map(ToString::to_string),
        opened: show::time(dispute.opened_at),
        agreed: dispute.agreed.map(|(_, at)| show::time(at)),
        reason: show::prose(dispute.reason.as_str()),
        decision: dispute.decision.map(|decision| decision.to_string()),
        state: terms::dispute_state(dispute.state),
        tone: tone(dispute.state),
        is_open: dispute.state == DisputeState::Open,
        note: dispute.resolved_note.as_ref().map(|note| show::prose(note.as_str())),
    }
}

/// Names how far a dispute reaches. After its end it is not known any more whether it was about an
/// account or about an item.
fn reach(line: &DisputeLine) -> Option<MessageId> {
    let is_open = line.dispute.state == DisputeState::Open;
    match (line.dispute.scope(), &line.account) {
        (DisputeScope::Service, _) => Some(MessageId("dispute-scope-service")),
        (DisputeScope::Account, Some(_)) => Some(MessageId("dispute-scope-account")),
        (DisputeScope::Account, None) => is_open.then_some(MessageId("dispute-scope-item")),
    }
}

/// Returns the CSS class of a dispute's state. The name of the state is always shown beside it.
pub fn tone(state: DisputeState) -> &'static str {
    match state {
        DisputeState::Open => " care",
        DisputeState::Upheld => " good",
        DisputeState::Rejected | DisputeState::TakenBack => "",
    }
}
