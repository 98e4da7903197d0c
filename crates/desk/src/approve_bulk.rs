//! The second person looks at a bulk decision, and agrees or does not: for all of it.

use jiff::Timestamp;
use mamori_model::bulk::{Bulk, BulkState};
use mamori_model::{BulkId, Decision, DecisionState, Refusal, Second, Words};
use mamori_store::Tx;

use crate::member::{Recently, Reviewer};
use crate::second_person::{Waiting, is_same};
use crate::{Desk, Error};

impl Desk {
    /// Writes down in the cases of a bulk decision that whoever may be its second person reads them:
    /// once for each wait.
    pub async fn read_bulk_again(&self, who: &Reviewer, bulk: BulkId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("read_bulk_again").await?;
        let bulk = waiting(&mut tx, bulk).await?;
        let waits = Waiting::from(&bulk);
        waits.may_in_time(who, now)?;
        let last = tx.last_read_of_bulk(bulk.id, who.staff()).await?;
        if waits.is_unread(last, now) {
            for decision in proposed(&mut tx, &bulk).await? {
                self.note_read_again(&mut tx, who, &decision, now).await?;
            }
        }
        tx.commit().await?;

        Ok(())
    }

    /// The second person agrees: the decision of each case stands, and the services are asked.
    ///
    /// Refused by name: as [`Self::approve`].
    pub async fn approve_bulk(
        &self,
        who: &Reviewer,
        recently: &Recently,
        bulk: BulkId,
    ) -> Result<Bulk, Error> {
        let now = self.clock().now();
        is_same(who, recently)?;

        let mut tx = self.store().begin("approve_bulk").await?;
        let bulk = waiting(&mut tx, bulk).await?;
        let looked = looked_again(&mut tx, &bulk, who, now).await?;
        let waits = Waiting::from(&bulk);
        waits.may(who, looked, now)?;
        waits.is_for(&mut tx, who, now).await?;
        tx.lock_cases_of_bulk(bulk.id).await?;
        for decision in proposed(&mut tx, &bulk).await? {
            self.approve_one(&mut tx, who, &decision, now).await?;
        }
        let bulk = settled(bulk, BulkState::Standing, who, now);
        tx.set_bulk(&bulk).await?;
        tx.commit().await?;

        self.inner.enqueued.notify_one();
        Ok(bulk)
    }

    /// The second person does not agree: nothing is asked of anybody, and the cases are open again,
    /// for leads.
    pub async fn refuse_bulk(
        &self,
        who: &Reviewer,
        recently: &Recently,
        bulk: BulkId,
        why: &Words,
    ) -> Result<Bulk, Error> {
        let now = self.clock().now();
        is_same(who, recently)?;

        let mut tx = self.store().begin("refuse_bulk").await?;
        let bulk = waiting(&mut tx, bulk).await?;
        Waiting::from(&bulk).may_in_time(who, now)?;
        tx.lock_cases_of_bulk(bulk.id).await?;
        for decision in proposed(&mut tx, &bulk).await? {
            self.refuse_one(&mut tx, who, &decision, why, now).await?;
        }
        let bulk = settled(bulk, BulkState::Refused, who, now);
        tx.set_bulk(&bulk).await?;
        tx.commit().await?;

        Ok(bulk)
    }
}

fn settled(bulk: Bulk, state: BulkState, who: &Reviewer, now: Timestamp) -> Bulk {
    Bulk { state, second_by: Some(who.staff()), settled_at: Some(now), ..bulk }
}

async fn waiting(tx: &mut Tx, bulk: BulkId) -> Result<Bulk, Error> {
    let bulk = tx.lock_bulk(bulk).await?.ok_or(Error::NotFound("bulk decision"))?;
    match bulk.state {
        BulkState::Proposed => Ok(bulk),
        BulkState::Prepared | BulkState::Lapsed => Err(Error::NotFound("bulk decision")),
        BulkState::Standing | BulkState::Refused | BulkState::Undone => {
            Err(Refusal::AlreadyDecided.into())
        }
    }
}

async fn proposed(tx: &mut Tx, bulk: &Bulk) -> Result<Vec<Decision>, Error> {
    let mut decisions = tx.decisions_of_bulk(bulk.id).await?;
    decisions.retain(|decision| decision.state == DecisionState::Proposed);
    Ok(decisions)
}

/// When somebody who works alone last read the cases again, and saw an item of any of them where
/// any can be seen: they show the same picture.
async fn looked_again(
    tx: &mut Tx,
    bulk: &Bulk,
    who: &Reviewer,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let Second::Alone { .. } = bulk.second else { return Ok(None) };
    let read = tx.last_read_of_bulk(bulk.id, who.staff()).await?;
    if !tx.bulk_is_readable(bulk.id, now).await? {
        return Ok(read);
    }
    Ok(read.min(tx.last_look_of_bulk(bulk.id, who.staff()).await?))
}
