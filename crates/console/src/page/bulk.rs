//! `GET /console/bulk/new`, `GET /console/bulk` and `GET /console/bulk/{bulk}`: one answer to many
//! cases. What it touches, and how many, is shown before anything is done.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use mamori_desk::Error;
use mamori_desk::read_bulk::{BulkCase, BulkView};
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::page::PageSize;
use mamori_model::{BulkId, Case, CaseId, Feature, Line, Purpose, Refusal, StaffId};
use serde::Deserialize;

use super::decision;
use super::{Asked, Choice, choices, place};
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::{Member, Reviewer};
use crate::show::{self, Shown};
use crate::terms;
use crate::words::Id;

/// How many rows a table has.
const ROWS: u32 = 100;

/// Where the list is.
pub const HERE: &str = "/console/bulk";

/// The form to prepare one.
#[derive(Debug, Template)]
#[template(path = "bulk-new.html")]
pub struct NewPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Whether these are the cases with one picture.
    pub is_alike: bool,
    /// Policies to choose from.
    pub policies: Vec<Choice>,
    /// Cases to choose from.
    pub cases: Vec<Choosable>,
    /// What an account can do without.
    pub features: Vec<Choice>,
}

/// A case to tick.
#[derive(Clone, Debug)]
pub struct Choosable {
    /// Its id.
    pub id: String,
    /// Its policy.
    pub policy: Id,
    /// How soon somebody must look.
    pub urgency: Id,
    /// How many items it has.
    pub items: u64,
    /// Since when it waits.
    pub opened: Shown,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "bulks.html")]
pub struct BulksPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Whether the person may prepare one.
    pub may_prepare: bool,
    /// The bulk decisions.
    pub rows: Vec<Row>,
    /// Where older ones are.
    pub older: Option<String>,
}

/// A bulk decision in few words.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// When it was prepared.
    pub made: Shown,
    /// Its policy.
    pub policy: Id,
    /// The outcome.
    pub outcome: Id,
    /// How many cases it touches.
    pub cases: u64,
    /// How many items.
    pub items: u64,
    /// How many accounts.
    pub accounts: u64,
    /// Where it stands.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
}

/// One bulk decision.
#[derive(Debug, Template)]
#[template(path = "bulk.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct BulkPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What stands in the list too.
    pub row: Row,
    /// In which version of the policy.
    pub version: u64,
    /// Why.
    pub reason: Shown,
    /// Who prepared it.
    pub made_by: Shown,
    /// Who looked a second time, or who must.
    pub second: Option<Shown>,
    /// Until when it can be confirmed.
    pub until: Option<Shown>,
    /// Its cases.
    pub cases: Vec<CaseRow>,
    /// Where more of them are.
    pub more: Option<String>,
    /// Whether the person may confirm it.
    pub may_confirm: bool,
    /// Whether the person may give it up.
    pub may_drop: bool,
    /// Whether the person is the second one.
    pub may_settle: bool,
    /// Whether they may agree already.
    pub may_approve: bool,
    /// From when on, where not yet.
    pub not_before: Option<Shown>,
    /// Whether they must prove once more who they are before that.
    pub must_prove: bool,
    /// Whether the person may take it back.
    pub may_undo: bool,
}

impl BulkPage<'_> {
    fn home(&self) -> String {
        format!("{HERE}/{}", self.row.id)
    }
}

/// A case of a bulk decision.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// How soon somebody must look.
    pub urgency: Id,
    /// How many items it has.
    pub items: u64,
    /// Whether something came to it since.
    pub is_stale: bool,
    /// What became of its decision.
    pub state: Option<Id>,
}

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    #[serde(default)]
    like: String,
    #[serde(default)]
    policy: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
}

fn size() -> PageSize {
    PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT)
}

/// The form.
pub async fn new(
    State(console): State<Console>,
    reviewer: Reviewer,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reviewer.found).at(HERE);
    let policy = match asked.policy.as_str() {
        "" => None,
        word => Some(word.parse::<Purpose>().map_err(|_| Fault::not_found())?),
    };
    let cases = match place::<CaseId>(&asked.like)? {
        Some(case) => console.desk.cases_with_the_same(&reviewer.proof, case).await?,
        None => console.desk.cases_to_choose(&reviewer.proof, policy).await?,
    };
    let accusing: Vec<Purpose> =
        Purpose::ALL.into_iter().filter(|purpose| !purpose.is_negative()).collect();
    page(&NewPage {
        frame: &frame,
        is_alike: !asked.like.is_empty(),
        policies: choices(&accusing, Purpose::as_str, terms::purpose, policy),
        cases: cases.iter().map(choosable).collect(),
        features: choices(&Feature::ALL, Feature::as_str, terms::feature, None),
    })
}

/// The list.
pub async fn list(
    State(console): State<Console>,
    Member(found): Member,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found).at(HERE);
    let before = place::<BulkId>(&asked.before)?;
    let reviewer = found.member.reviewer();
    let bulks = match (found.member.records(), &reviewer) {
        (Some(records), _) => console.desk.bulk_records(&records, None, before, size()).await?,
        (None, Some(reviewer)) => console.desk.bulks(reviewer, None, before, size()).await?,
        (None, None) => return Err(Fault::not_found()),
    };
    page(&BulksPage {
        frame: &frame,
        may_prepare: reviewer.is_some(),
        rows: bulks.rows.iter().map(row).collect(),
        older: bulks.next.map(|next| format!("{HERE}?before={next}")),
    })
}

/// One.
pub async fn show(
    State(console): State<Console>,
    Member(found): Member,
    Path(bulk): Path<String>,
    Asked(asked): Asked<Behind>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&found).at(HERE);
    let id: BulkId = bulk.parse().map_err(|_| Fault::not_found())?;
    let (member, now) = (&found.member, console.desk.clock().now());
    let view = view(&console, member, id, place::<CaseId>(&asked.after)?).await?;
    let bulk = &view.bulk;
    let is_own = bulk.made_by == member.staff();
    let is_prepared = bulk.state == BulkState::Prepared;
    let not_before = bulk.second.not_before().filter(|from| *from > now);
    let window = console.desk.settings().cases.undo_window;
    let shown = |who: StaffId| view.people.get(&who).map_or("–", Line::as_str);
    page(&BulkPage {
        frame: &frame,
        row: row(bulk),
        version: bulk.policy_version.into(),
        reason: show::text(bulk.reason.as_str()),
        made_by: show::text(shown(bulk.made_by)),
        second: decision::second(
            frame.words,
            bulk.second,
            bulk.second_by.map(shown).map(show::text),
        ),
        until: (bulk.state == BulkState::Prepared).then(|| show::time(bulk.expires_at)),
        cases: view.cases.rows.iter().map(case_row).collect(),
        more: view.cases.next.map(|next| format!("{HERE}/{id}?after={next}")),
        may_confirm: is_own && bulk.may_confirm(now).is_ok(),
        may_drop: is_prepared && (is_own || member.lead().is_some()),
        may_settle: may_settle(&console, member, bulk).await?,
        may_approve: not_before.is_none(),
        not_before: not_before.map(show::time),
        must_prove: member.recently(now).is_err(),
        may_undo: member.reviewer().is_some()
            && bulk.may_undo(member.roles(), member.staff(), now, window).is_ok(),
    })
}

/// The bulk decision, as whoever asks may read it.
async fn view(
    console: &Console,
    member: &mamori_desk::Member,
    id: BulkId,
    after: Option<CaseId>,
) -> Result<BulkView, Error> {
    match (member.records(), member.reviewer()) {
        (Some(records), _) => console.desk.bulk_record(&records, id, after, size()).await,
        (None, Some(reviewer)) => console.desk.bulk(&reviewer, id, after, size()).await,
        (None, None) => Err(Error::NotFound("bulk decision")),
    }
}

/// Whether the person is the second one; that they read it is written down.
async fn may_settle(
    console: &Console,
    member: &mamori_desk::Member,
    bulk: &Bulk,
) -> Result<bool, Error> {
    let is_proposed = bulk.state == BulkState::Proposed;
    let Some(reviewer) = member.reviewer().filter(|_| is_proposed) else { return Ok(false) };
    match console.desk.read_bulk_again(&reviewer, bulk.id).await {
        Ok(()) => Ok(true),
        // Not the second person, or somebody settled it a moment ago.
        Err(
            Error::NotFound(_) | Error::Refused(Refusal::SecondIsFirst | Refusal::AlreadyDecided),
        ) => Ok(false),
        Err(other) => Err(other),
    }
}

fn choosable(case: &Case) -> Choosable {
    Choosable {
        id: case.id.to_string(),
        policy: terms::purpose(case.purpose),
        urgency: terms::urgency(case.urgency),
        items: case.items.into(),
        opened: show::time(case.opened_at),
    }
}

fn row(bulk: &Bulk) -> Row {
    Row {
        id: bulk.id.to_string(),
        made: show::time(bulk.made_at),
        policy: terms::purpose(bulk.purpose),
        outcome: terms::outcome(bulk.outcome),
        cases: bulk.cases.into(),
        items: bulk.items.into(),
        accounts: bulk.accounts.into(),
        state: terms::bulk_state(bulk.state),
        tone: tone(bulk.state),
    }
}

fn case_row(case: &BulkCase) -> CaseRow {
    CaseRow {
        id: case.case.id.to_string(),
        urgency: terms::urgency(case.case.urgency),
        items: case.case.items.into(),
        is_stale: case.is_stale,
        state: case.decision.as_ref().map(|decision| terms::decision_state(decision.state)),
    }
}

/// The class of a bulk decision's state. The word beside it says the same.
pub fn tone(state: BulkState) -> &'static str {
    match state {
        BulkState::Prepared | BulkState::Proposed => " care",
        BulkState::Standing => " good",
        BulkState::Refused | BulkState::Undone | BulkState::Lapsed => "",
    }
}
