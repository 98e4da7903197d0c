//! Queries for proposals to lower the urgency of a case. There is at most one for each case.

use mamori_model::case::{Lowering, Urgency};
use mamori_model::{Approval, Assignment, CaseId};
use uuid::Uuid;

use crate::covered::covered;
use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:expr) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT case_id, urgency, reason, proposed_by, proposed_at, approval, not_before
          FROM urgency_lowering
         ",
            $rest
        )
    };
}

macro_rules! lowerings {
    ($engine:ident) => {
        select!(
            "lowerings",
            concat!(
                "WHERE EXISTS (SELECT 1 FROM review_case WHERE review_case.id = case_id AND ",
                covered!($engine "review_case.service_id" in "$1", "review_case.purpose" in "$2"),
                ")
         ORDER BY proposed_at, case_id LIMIT $3"
            )
        )
    };
}

queries! {
    LOWERING_OF_CASE = select!("lowering_of_case", "WHERE case_id = $1");
    LOWERINGS = lowerings!(sqlite), postgres: lowerings!(postgres);
    INSERT_LOWERING = "-- insert_lowering
        INSERT INTO urgency_lowering (case_id, urgency, reason, proposed_by, proposed_at, approval,
                                      not_before, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (case_id) DO NOTHING";
    DELETE_LOWERING = "-- delete_lowering
        DELETE FROM urgency_lowering WHERE case_id = $1";
    SET_URGENCY = "-- set_urgency
        UPDATE review_case SET urgency = $2, changed_by = $3 WHERE id = $1";
}

row! {
    struct LoweringRow {
        case_id: Uuid,
        urgency: i64,
        reason: String,
        proposed_by: Uuid,
        proposed_at: i64,
        approval: String,
        not_before: Option<i64>,
    }
}

impl LoweringRow {
    fn read(self) -> Result<Lowering, Error> {
        let to = u32::try_from(self.urgency).ok().and_then(Urgency::from_number);
        let not_before = maybe_from_micros(self.not_before, "urgency_lowering.not_before")?;
        let approval = Approval::parse(&self.approval, not_before);
        Ok(Lowering {
            case: self.case_id.into(),
            to: to.or_corrupt("urgency_lowering.urgency")?,
            reason: self.reason.parse().or_corrupt("urgency_lowering.reason")?,
            by: self.proposed_by.into(),
            at: from_micros(self.proposed_at, "urgency_lowering.proposed_at")?,
            approval: approval.or_corrupt("urgency_lowering.approval")?,
        })
    }
}

impl Store {
    /// Returns the proposal to lower the urgency of a case, if one waits.
    pub async fn lowering(&self, case: CaseId) -> Result<Option<Lowering>, Error> {
        let row: Option<LoweringRow> = self.row(LOWERING_OF_CASE.bind(case)).await?;
        row.map(LoweringRow::read).transpose()
    }

    /// Returns the `limit` oldest proposals to lower the urgency of a case that `within` covers, the
    /// oldest first.
    pub async fn lowerings(&self, within: &Assignment, limit: u32) -> Result<Vec<Lowering>, Error> {
        let call = LOWERINGS.call().within(within).bind(limit);
        let rows: Vec<LoweringRow> = self.rows(call).await?;
        rows.into_iter().map(LoweringRow::read).collect()
    }
}

impl Tx {
    /// Returns the proposal to lower the urgency of a case, which this transaction has locked.
    pub async fn lowering(&mut self, case: CaseId) -> Result<Option<Lowering>, Error> {
        let row: Option<LoweringRow> = self.row(LOWERING_OF_CASE.bind(case)).await?;
        row.map(LoweringRow::read).transpose()
    }

    /// Stores a proposal to lower the urgency of a case; returns `false` if one waits already.
    pub async fn insert_lowering(&mut self, lowering: &Lowering) -> Result<bool, Error> {
        let call = INSERT_LOWERING
            .bind(lowering.case)
            .bind(lowering.to.number())
            .bind(lowering.reason.as_str())
            .bind(lowering.by)
            .bind(lowering.at)
            .bind(lowering.approval.as_str())
            .bind(lowering.approval.not_before())
            .bind(self.name());
        Ok(self.run(call).await.map_err(|error| error.or_taken("case", "lowering"))? == 1)
    }

    /// Removes the proposal to lower the urgency of a case, if there is one.
    pub async fn delete_lowering(&mut self, case: CaseId) -> Result<(), Error> {
        self.run(DELETE_LOWERING.bind(case)).await.map(drop)
    }

    /// Sets the urgency of a case, which this transaction has locked.
    pub async fn set_urgency(&mut self, case: CaseId, urgency: Urgency) -> Result<(), Error> {
        self.run(SET_URGENCY.bind(case).bind(urgency.number()).bind(self.name())).await.map(drop)
    }
}
