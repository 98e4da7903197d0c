//! Queries for actions: what services are asked to do after a decision, and what they answered.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::action::{ActionKind, ActionRequest, ActionState};
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Account, ActionId, DecisionId, ItemName, Line, Sensitive, ServiceAction, ServiceId,
};
use serde::Serialize;
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{maybe_from_micros, to_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, sequence, decision_id, service_id, kind, item_name, account, terms, undoes, state,
               reminders, requested_at, answered_at, answer_note
          FROM service_action
         WHERE ",
            $rest
        )
    };
}

queries! {
    ACTION_BY_ID = select!("action_by_id", "id = $1");
    ACTIONS_OF_DECISION = select!("actions_of_decision", "decision_id = $1 ORDER BY id");
    ACTIONS_OF_DECISIONS = select!("actions_of_decisions",
            "decision_id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY id"),
        postgres: select!("actions_of_decisions", "decision_id = ANY (ARRAY(SELECT CAST(
                       json_array_elements_text(CAST($1 AS json)) AS uuid)))
         ORDER BY id");
    ACTION_OF_SERVICE = select!("action_of_service", "service_id = $1 AND id = $2
           AND sequence IS NOT NULL");
    ACTIONS_OF_SERVICE = select!("actions_of_service", "service_id = $1 AND id < $2
           AND sequence IS NOT NULL AND (state = $3 OR $3 IS NULL)
         ORDER BY id DESC LIMIT $4");
    OVERLAPPING_ACTIONS = select!("overlapping_actions", "id IN (
                 SELECT other.id
                   FROM service_action AS ours
                   JOIN service_action AS other
                     ON other.service_id = ours.service_id AND other.account = ours.account
                  WHERE ours.decision_id = $1
                  UNION
                 SELECT other.id
                   FROM service_action AS ours
                   JOIN service_action AS other
                     ON other.service_id = ours.service_id AND other.item_name = ours.item_name
                  WHERE ours.decision_id = $1)
           AND decision_id <> $1 AND undoes IS NULL
           AND state IN ('waiting', 'done', 'cannot', 'overdue')
         ORDER BY sequence");
    DRAW_SEQUENCES = "-- draw_sequences
        UPDATE counter
           SET last = last + $1, changed_by = $2
         WHERE name = 'action'
        RETURNING last";
    INSERT_ACTIONS = "-- insert_actions
        INSERT INTO service_action (id, sequence, decision_id, service_id, kind, item_name, account,
                                    terms, undoes, state, reminders, requested_at, changed_by)
        SELECT unhex(value ->> 'id'), value ->> 'sequence', $2, $3, value ->> 'kind',
               value ->> 'item', value ->> 'account', value ->> 'terms', unhex(value ->> 'undoes'),
               value ->> 'state', 0, value ->> 'requested_at', $4
          FROM json_each($1)",
        postgres: "-- insert_actions
        INSERT INTO service_action (id, sequence, decision_id, service_id, kind, item_name, account,
                                    terms, undoes, state, reminders, requested_at, changed_by)
        SELECT CAST(id AS uuid), sequence, $2, $3, kind, item, account, terms,
               CAST(undoes AS uuid), state, 0, requested_at, $4
          FROM json_to_recordset(CAST($1 AS json))
               AS given (id text, sequence bigint, kind text, item text, account text, terms text,
                         undoes text, state text, requested_at bigint)";
    REQUEST_ACTIONS = "-- request_actions
        UPDATE service_action
           SET state = 'waiting', requested_at = $3, changed_by = $4,
               sequence = $2 + (SELECT count(*) FROM service_action AS earlier
                                 WHERE earlier.decision_id = $1 AND earlier.id < service_action.id)
         WHERE decision_id = $1 AND state = 'proposed'";
    SET_ACTIONS = "-- set_actions
        UPDATE service_action
           SET state = $2, changed_by = $4
         WHERE decision_id = $1 AND (state <> 'proposed' OR $3) AND undoes IS NULL";
    ANSWER_ACTION = "-- answer_action
        UPDATE service_action
           SET state = $3, answered_at = $4, answer_note = $5, changed_by = $6
         WHERE service_id = $1 AND id = $2 AND state IN ('waiting', 'overdue')";
    COUNT_REMINDER = "-- count_reminder
        UPDATE service_action
           SET reminders = reminders + 1, changed_by = $2
         WHERE id = $1 AND state = 'waiting'";
    MOVE_ACTION = "-- move_action
        UPDATE service_action
           SET state = $3, changed_by = $4
         WHERE id = $1 AND state = $2";
    REQUEST_OVERDUE_AGAIN = "-- request_overdue_again
        UPDATE service_action
           SET state = 'waiting', requested_at = $2, reminders = reminders + 1, changed_by = $3
         WHERE id = $1 AND state = 'overdue'";
    SUPERSEDE_OF_SERVICE = "-- supersede_of_service
        UPDATE service_action
           SET state = CASE state WHEN 'proposed' THEN 'dropped' ELSE 'superseded' END,
               changed_by = $2
         WHERE service_id = $1 AND state IN ('proposed', 'waiting', 'overdue')";
}

row! {
    struct ActionRow {
        id: Uuid,
        sequence: Option<i64>,
        decision_id: Uuid,
        service_id: Uuid,
        kind: String,
        item_name: Option<String>,
        account: Option<String>,
        terms: String,
        undoes: Option<Uuid>,
        state: String,
        reminders: i64,
        requested_at: Option<i64>,
        answered_at: Option<i64>,
        answer_note: Option<String>,
    }
}

impl ActionRow {
    fn read(self) -> Result<ActionRequest, Error> {
        let kind = ActionKind::parse(&self.kind).or_corrupt("service_action.kind")?;
        let item: Result<Option<ItemName>, _> = self.item_name.map(|item| item.parse()).transpose();
        let account: Result<Option<Account>, _> =
            self.account.map(|account| account.parse()).transpose();
        let terms = serde_json::from_str(&self.terms).or_corrupt("service_action.terms")?;
        let what = ServiceAction::from_parts(
            kind,
            item.or_corrupt("service_action.item_name")?,
            account.or_corrupt("service_action.account")?,
            terms,
        );
        let sequence = self.sequence.map(u64::try_from).transpose();
        let note: Result<Option<Line>, _> = self.answer_note.map(|note| note.parse()).transpose();
        Ok(ActionRequest {
            id: self.id.into(),
            sequence: sequence.or_corrupt("service_action.sequence")?,
            decision: self.decision_id.into(),
            service: self.service_id.into(),
            what: what.or_corrupt("service_action.terms")?,
            undoes: self.undoes.map(Into::into),
            state: ActionState::parse(&self.state).or_corrupt("service_action.state")?,
            reminders: u32::try_from(self.reminders).or_corrupt("service_action.reminders")?,
            requested_at: maybe_from_micros(self.requested_at, "service_action.requested_at")?,
            answered_at: maybe_from_micros(self.answered_at, "service_action.answered_at")?,
            note: note.or_corrupt("service_action.answer_note")?.map(Sensitive::new),
        })
    }

    fn read_all(rows: Vec<Self>) -> Result<Vec<ActionRequest>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
}

#[derive(Serialize)]
struct NewRow<'a> {
    id: String,
    sequence: Option<u64>,
    kind: &'static str,
    item: Option<&'a str>,
    account: Option<&'a str>,
    terms: String,
    undoes: Option<String>,
    state: &'static str,
    requested_at: Option<i64>,
}

impl<'a> NewRow<'a> {
    fn of(action: &'a ActionRequest) -> Result<Self, Error> {
        Ok(Self {
            id: json::hex(action.id),
            sequence: action.sequence,
            kind: action.what.kind().as_str(),
            item: action.what.item().map(ItemName::as_str),
            account: action.what.account().map(Account::reveal),
            terms: json::write(&action.what.terms())?,
            undoes: action.undoes.map(json::hex),
            state: action.state.as_str(),
            requested_at: action.requested_at.map(to_micros),
        })
    }
}

fn write(actions: &[ActionRequest]) -> Result<String, Error> {
    let rows: Result<Vec<NewRow<'_>>, Error> = actions.iter().map(NewRow::of).collect();
    json::write(&rows?)
}

impl Store {
    /// Returns an action.
    pub async fn action(&self, action: ActionId) -> Result<Option<ActionRequest>, Error> {
        let row: Option<ActionRow> = self.row(ACTION_BY_ID.bind(action)).await?;
        row.map(ActionRow::read).transpose()
    }

    /// Returns the actions of a decision and those that undo them, in the order in which they were
    /// requested.
    pub async fn actions_of_decision(
        &self,
        decision: DecisionId,
    ) -> Result<Vec<ActionRequest>, Error> {
        ActionRow::read_all(self.rows(ACTIONS_OF_DECISION.bind(decision)).await?)
    }

    /// Returns the actions of each of these decisions, in the order in which they were requested.
    pub async fn actions_of_decisions(
        &self,
        decisions: impl IntoIterator<Item = DecisionId>,
    ) -> Result<HashMap<DecisionId, Vec<ActionRequest>>, Error> {
        let call = ACTIONS_OF_DECISIONS.bind(json::ids(decisions));
        let mut actions: HashMap<_, Vec<ActionRequest>> = HashMap::new();
        for action in ActionRow::read_all(self.rows(call).await?)? {
            actions.entry(action.decision).or_default().push(action);
        }
        Ok(actions)
    }

    /// Returns the action, if it was requested from this service.
    pub async fn action_of_service(
        &self,
        service: ServiceId,
        action: ActionId,
    ) -> Result<Option<ActionRequest>, Error> {
        let row: Option<ActionRow> = self.row(ACTION_OF_SERVICE.bind(service).bind(action)).await?;
        row.map(ActionRow::read).transpose()
    }

    /// Returns a page of the actions of a service, in one state or any, the newest first.
    pub async fn actions_of_service(
        &self,
        service: ServiceId,
        state: Option<ActionState>,
        after: Option<ActionId>,
        size: PageSize,
    ) -> Result<Page<ActionRequest, ActionId>, Error> {
        let call = ACTIONS_OF_SERVICE
            .bind(service)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(state.map(ActionState::as_str))
            .bind(size.rows().saturating_add(1));
        let actions = ActionRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(actions, size, |action: &ActionRequest| action.id))
    }
}

impl Tx {
    /// Returns an action, as this transaction sees it.
    pub async fn action(&mut self, action: ActionId) -> Result<Option<ActionRequest>, Error> {
        let row: Option<ActionRow> = self.row(ACTION_BY_ID.bind(action)).await?;
        row.map(ActionRow::read).transpose()
    }

    /// Returns the actions of a decision, in the order in which they were requested.
    pub async fn actions_of_decision(
        &mut self,
        decision: DecisionId,
    ) -> Result<Vec<ActionRequest>, Error> {
        ActionRow::read_all(self.rows(ACTIONS_OF_DECISION.bind(decision)).await?)
    }

    /// Returns the actions of other decisions in effect on the items and the account that
    /// `decision` is about, in the order of their sequence numbers: the last one counts.
    pub async fn overlapping_actions(
        &mut self,
        decision: DecisionId,
    ) -> Result<Vec<ActionRequest>, Error> {
        ActionRow::read_all(self.rows(OVERLAPPING_ACTIONS.bind(decision)).await?)
    }

    /// Draws `count` sequence numbers for actions and returns the first. Until this transaction
    /// ends, no other one can draw any.
    pub async fn draw_sequences(&mut self, count: usize) -> Result<u64, Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let row: Option<(i64,)> = self.row(DRAW_SEQUENCES.bind(count).bind(self.name())).await?;
        let (last,) = row.or_corrupt("counter.name")?;
        u64::try_from(last.saturating_sub(count).saturating_add(1)).or_corrupt("counter.last")
    }

    /// Adds actions of one decision.
    pub async fn insert_actions(
        &mut self,
        decision: DecisionId,
        service: ServiceId,
        actions: &[ActionRequest],
    ) -> Result<(), Error> {
        if actions.is_empty() {
            return Ok(());
        }
        let call =
            INSERT_ACTIONS.bind(write(actions)?).bind(decision).bind(service).bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("decision", "action")).map(drop)
    }

    /// Gives the proposed actions of a decision their sequence numbers, from `first` on, and makes
    /// them wait for the service's answer.
    pub async fn request_actions(
        &mut self,
        decision: DecisionId,
        first: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        self.run(REQUEST_ACTIONS.bind(decision).bind(first).bind(now).bind(self.name()))
            .await
            .map(drop)
    }

    /// Drops the actions of a decision, which were never requested from the service.
    pub async fn drop_actions(&mut self, decision: DecisionId) -> Result<(), Error> {
        self.set_actions(decision, ActionState::Dropped, true).await
    }

    /// Marks the actions of a decision as superseded by the ones that undo them.
    pub async fn supersede_actions(&mut self, decision: DecisionId) -> Result<(), Error> {
        self.set_actions(decision, ActionState::Superseded, false).await
    }

    async fn set_actions(
        &mut self,
        decision: DecisionId,
        state: ActionState,
        is_proposed: bool,
    ) -> Result<(), Error> {
        let call =
            SET_ACTIONS.bind(decision).bind(state.as_str()).bind(is_proposed).bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Records a service's answer; returns `false` if the action is not requested from this
    /// service, is answered already, or was undone.
    pub async fn answer_action(
        &mut self,
        service: ServiceId,
        action: ActionId,
        (state, note): (ActionState, Option<&Sensitive<Line>>),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = ANSWER_ACTION
            .bind(service)
            .bind(action)
            .bind(state.as_str())
            .bind(now)
            .bind(note.map(|note| note.reveal().as_str()))
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Counts one more reminder to the service; returns `false` if the action no longer waits.
    pub async fn count_reminder(&mut self, action: ActionId) -> Result<bool, Error> {
        Ok(self.run(COUNT_REMINDER.bind(action).bind(self.name())).await? == 1)
    }

    /// Makes an overdue action wait for the service once more; returns `false` if it is not
    /// overdue.
    pub async fn request_overdue_again(
        &mut self,
        action: ActionId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.run(REQUEST_OVERDUE_AGAIN.bind(action).bind(now).bind(self.name())).await? == 1)
    }

    /// Moves an action from one state to another; returns `false` if it was not in the first.
    pub async fn move_action(
        &mut self,
        action: ActionId,
        from: ActionState,
        to: ActionState,
    ) -> Result<bool, Error> {
        let call = MOVE_ACTION.bind(action).bind(from.as_str()).bind(to.as_str()).bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Drops or supersedes the open actions of a service that is being deleted.
    pub async fn supersede_actions_of_service(&mut self, service: ServiceId) -> Result<(), Error> {
        self.run(SUPERSEDE_OF_SERVICE.bind(service).bind(self.name())).await.map(drop)
    }
}
