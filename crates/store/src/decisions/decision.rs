//! Queries for decisions. A case has at most one that is proposed or in effect.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::decision::{Decision, DecisionState, Outcome};
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Approval, Assignment, BulkId, CaseId, DecisionId, FreeText, ServiceId, StaffId, Viewing,
};
use uuid::Uuid;

use crate::covered::covered;
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros, to_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:expr) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, case_id, service_id, purpose, policy_version, outcome, reason, state, made_by,
               made_at, approval, not_before, author_viewing, approver_viewing, approver_id,
               approver_note, resolved_at, undone_by, undone_at, undo_reason, bulk_id
          FROM decision
         WHERE ",
            $rest
        )
    };
}

macro_rules! decisions_page {
    ($engine:ident) => {
        select!(
            "decisions_page",
            concat!(
                covered!($engine "service_id" in "$1", "purpose" in "$2"),
                "
           AND id < $3 AND (made_by = $4 OR $4 IS NULL)
           AND (state = $5 OR $5 IS NULL) AND (outcome = $6 OR $6 IS NULL)
           AND made_at >= $7 AND made_at < $8 AND (bulk_id = $9 OR $9 IS NULL)
         ORDER BY id DESC LIMIT $10"
            )
        )
    };
}

queries! {
    DECISION_BY_ID = select!("decision_by_id", "id = $1");
    DECISIONS_OF_CASE = select!("decisions_of_case", "case_id = $1 ORDER BY id");
    DECISION_OF_SERVICE = select!("decision_of_service", "service_id = $1 AND id = $2
           AND state IN ('standing', 'undone')");
    DECISIONS_OF_SERVICE = select!("decisions_of_service", "service_id = $1 AND id < $2
           AND state IN ('standing', 'undone') AND (state = $3 OR $3 IS NULL)
         ORDER BY id DESC LIMIT $4");
    DECISIONS_PAGE = decisions_page!(sqlite), postgres: decisions_page!(postgres);
    DECISIONS_OF_BULK = select!("decisions_of_bulk", "bulk_id = $1 ORDER BY case_id");
    INSERT_DECISION = "-- insert_decision
        INSERT INTO decision (id, case_id, service_id, purpose, policy_version, outcome, reason,
                              state, made_by, made_at, approval, not_before, author_viewing,
                              approver_viewing, approver_id, resolved_at, bulk_id, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    RESOLVE_DECISION = "-- resolve_decision
        UPDATE decision
           SET state = $2, approver_id = $3, approver_note = $4, resolved_at = $5, changed_by = $6,
               approver_viewing = $7
         WHERE id = $1 AND state = 'proposed' AND (made_by <> $3 OR approval = 'alone')";
    UNDO_DECISION = "-- undo_decision
        UPDATE decision
           SET state = 'undone', undone_by = $2, undone_at = $3, undo_reason = $4, changed_by = $5
         WHERE id = $1 AND state = 'standing'";
    NEWEST_DECISIONS_OF_CASES = "-- newest_decisions_of_cases
        SELECT case_id, id
          FROM decision
         WHERE state IN ('standing', 'undone')
           AND case_id IN (SELECT unhex(value) FROM json_each($1))
         ORDER BY id",
        postgres: "-- newest_decisions_of_cases
        SELECT case_id, id
          FROM decision
         WHERE state IN ('standing', 'undone')
           AND case_id = ANY (ARRAY(SELECT CAST(
                       json_array_elements_text(CAST($1 AS json)) AS uuid)))
         ORDER BY id";
}

row! {
    struct DecisionRow {
        id: Uuid,
        case_id: Uuid,
        service_id: Uuid,
        purpose: String,
        policy_version: i64,
        outcome: String,
        reason: String,
        state: String,
        made_by: Uuid,
        made_at: i64,
        approval: String,
        not_before: Option<i64>,
        author_viewing: String,
        approver_viewing: Option<String>,
        approver_id: Option<Uuid>,
        approver_note: Option<String>,
        resolved_at: Option<i64>,
        undone_by: Option<Uuid>,
        undone_at: Option<i64>,
        undo_reason: Option<String>,
        bulk_id: Option<Uuid>,
    }
}

fn words(text: Option<String>, column: &'static str) -> Result<Option<FreeText>, Error> {
    text.map(|text| text.parse()).transpose().or_corrupt(column)
}

fn viewing(word: &str, column: &'static str) -> Result<Viewing, Error> {
    Viewing::parse(word).or_corrupt(column)
}

impl DecisionRow {
    fn read(self) -> Result<Decision, Error> {
        let not_before = maybe_from_micros(self.not_before, "decision.not_before")?;
        Ok(Decision {
            id: self.id.into(),
            case: self.case_id.into(),
            service: self.service_id.into(),
            purpose: self.purpose.parse().or_corrupt("decision.purpose")?,
            policy_version: u32::try_from(self.policy_version)
                .or_corrupt("decision.policy_version")?,
            outcome: Outcome::parse(&self.outcome).or_corrupt("decision.outcome")?,
            reason: self.reason.parse().or_corrupt("decision.reason")?,
            state: DecisionState::parse(&self.state).or_corrupt("decision.state")?,
            made_by: self.made_by.into(),
            made_at: from_micros(self.made_at, "decision.made_at")?,
            approval: Approval::parse(&self.approval, not_before)
                .or_corrupt("decision.approval")?,
            author_viewing: viewing(&self.author_viewing, "decision.author_viewing")?,
            approver_viewing: self
                .approver_viewing
                .map(|word| viewing(&word, "decision.approver_viewing"))
                .transpose()?,
            approver_id: self.approver_id.map(Into::into),
            approver_note: words(self.approver_note, "decision.approver_note")?,
            resolved_at: maybe_from_micros(self.resolved_at, "decision.resolved_at")?,
            undone_by: self.undone_by.map(Into::into),
            undone_at: maybe_from_micros(self.undone_at, "decision.undone_at")?,
            undo_reason: words(self.undo_reason, "decision.undo_reason")?,
            bulk: self.bulk_id.map(Into::into),
        })
    }

    fn read_all(rows: Vec<Self>) -> Result<Vec<Decision>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
}

/// Which decisions to list. Each field that is set narrows the list; there is no filter by account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Only decisions in this state.
    pub state: Option<DecisionState>,
    /// Only decisions with this outcome.
    pub outcome: Option<Outcome>,
    /// Only decisions made at this time or later.
    pub from: Option<Timestamp>,
    /// Only decisions made before this time.
    pub to: Option<Timestamp>,
    /// Only decisions of this bulk decision.
    pub bulk: Option<BulkId>,
}

/// Reads a decision and returns it, if `within` covers it.
fn covered_decision(
    row: Option<DecisionRow>,
    within: &Assignment,
) -> Result<Option<Decision>, Error> {
    let decision = row.map(DecisionRow::read).transpose()?;
    Ok(decision.filter(|decision| within.covers(decision.service, decision.purpose)))
}

impl Store {
    /// Returns a decision, if `within` covers it.
    pub async fn decision(
        &self,
        decision: DecisionId,
        within: &Assignment,
    ) -> Result<Option<Decision>, Error> {
        covered_decision(self.row(DECISION_BY_ID.bind(decision)).await?, within)
    }

    /// Returns the decisions of a case, the oldest first.
    pub async fn decisions_of_case(&self, case: CaseId) -> Result<Vec<Decision>, Error> {
        DecisionRow::read_all(self.rows(DECISIONS_OF_CASE.bind(case)).await?)
    }

    /// Returns the decisions of a bulk decision, in the order of their cases.
    pub async fn decisions_of_bulk(&self, bulk: BulkId) -> Result<Vec<Decision>, Error> {
        DecisionRow::read_all(self.rows(DECISIONS_OF_BULK.bind(bulk)).await?)
    }

    /// Returns the decision, if it belongs to this service and is or was in effect.
    pub async fn decision_of_service(
        &self,
        service: ServiceId,
        decision: DecisionId,
    ) -> Result<Option<Decision>, Error> {
        let call = DECISION_OF_SERVICE.bind(service).bind(decision);
        let row: Option<DecisionRow> = self.row(call).await?;
        row.map(DecisionRow::read).transpose()
    }

    /// Returns a page of the decisions of a service that are or were in effect, the newest first.
    pub async fn decisions_of_service(
        &self,
        service: ServiceId,
        state: Option<DecisionState>,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<Decision, DecisionId>, Error> {
        let call = DECISIONS_OF_SERVICE
            .bind(service)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(state.map(DecisionState::as_str))
            .bind(size.rows().saturating_add(1));
        let decisions = DecisionRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(decisions, size, |decision: &Decision| decision.id))
    }

    /// Returns a page of the decisions that `within` covers, of the staff member `by` or of all, the
    /// newest first.
    pub async fn decisions(
        &self,
        within: &Assignment,
        by: Option<StaffId>,
        filter: &DecisionFilter,
        after: Option<DecisionId>,
        size: PageSize,
    ) -> Result<Page<Decision, DecisionId>, Error> {
        let call = DECISIONS_PAGE
            .call()
            .within(within)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(by)
            .bind(filter.state.map(DecisionState::as_str))
            .bind(filter.outcome.map(Outcome::as_str))
            .bind(filter.from.map_or(i64::MIN, to_micros))
            .bind(filter.to.map_or(i64::MAX, to_micros))
            .bind(filter.bulk)
            .bind(size.rows().saturating_add(1));
        let decisions = DecisionRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(decisions, size, |decision: &Decision| decision.id))
    }

    /// Returns, for each of these cases, the newest decision that is or was in effect.
    pub async fn newest_decisions_of_cases(
        &self,
        cases: &[CaseId],
    ) -> Result<HashMap<CaseId, DecisionId>, Error> {
        let call = NEWEST_DECISIONS_OF_CASES.bind(json::ids(cases.iter().copied()));
        let rows: Vec<(Uuid, Uuid)> = self.rows(call).await?;
        // Rows are in ascending order, so the newest of each case remains in the map.
        Ok(rows.into_iter().map(|(case, decision)| (case.into(), decision.into())).collect())
    }
}

impl Tx {
    /// Returns a decision, if `within` covers it. A transaction that changes it must have locked its
    /// case.
    pub async fn decision(
        &mut self,
        decision: DecisionId,
        within: &Assignment,
    ) -> Result<Option<Decision>, Error> {
        covered_decision(self.row(DECISION_BY_ID.bind(decision)).await?, within)
    }

    /// Returns the decisions of a bulk decision, in the order of their cases.
    pub async fn decisions_of_bulk(&mut self, bulk: BulkId) -> Result<Vec<Decision>, Error> {
        DecisionRow::read_all(self.rows(DECISIONS_OF_BULK.bind(bulk)).await?)
    }

    /// Adds a decision. [`Error::Conflict`] if its case has one that is proposed or in effect.
    pub async fn insert_decision(&mut self, decision: &Decision) -> Result<(), Error> {
        let call = INSERT_DECISION
            .bind(decision.id)
            .bind(decision.case)
            .bind(decision.service)
            .bind(decision.purpose.as_str())
            .bind(decision.policy_version)
            .bind(decision.outcome.as_str())
            .bind(decision.reason.as_str())
            .bind(decision.state.as_str())
            .bind(decision.made_by)
            .bind(decision.made_at)
            .bind(decision.approval.as_str())
            .bind(decision.approval.not_before())
            .bind(decision.author_viewing.as_str())
            .bind(decision.approver_viewing.map(Viewing::as_str))
            .bind(decision.approver_id)
            .bind(decision.resolved_at)
            .bind(decision.bulk)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("case", "decision")).map(drop)
    }

    /// Records the second approver's answer: the decision takes effect, or is refused with a
    /// reason. `viewing` is what they viewed, if they approved. Returns `false` if it is not proposed, or if `by` may not approve it, having made
    /// it.
    pub async fn resolve_decision(
        &mut self,
        decision: DecisionId,
        state: DecisionState,
        (by, why, viewing): (StaffId, Option<&FreeText>, Option<Viewing>),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = RESOLVE_DECISION
            .bind(decision)
            .bind(state.as_str())
            .bind(by)
            .bind(why.map(FreeText::as_str))
            .bind(now)
            .bind(self.name())
            .bind(viewing.map(Viewing::as_str));
        Ok(self.run(call).await? == 1)
    }

    /// Undoes a decision; returns `false` if it is not in effect.
    pub async fn undo_decision(
        &mut self,
        decision: DecisionId,
        by: StaffId,
        why: &FreeText,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call =
            UNDO_DECISION.bind(decision).bind(by).bind(now).bind(why.as_str()).bind(self.name());
        Ok(self.run(call).await? == 1)
    }
}
