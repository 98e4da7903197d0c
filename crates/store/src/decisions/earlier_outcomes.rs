//! Counts the decisions in effect about one account, at one service and under one policy. Names
//! none of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mamori_model::{Account, Case, Outcome};

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;

queries! {
    EARLIER_OUTCOMES = "-- earlier_outcomes
        SELECT decision.outcome, count(*)
          FROM review_case
          JOIN decision ON decision.case_id = review_case.id
         WHERE review_case.service_id = $1 AND review_case.purpose = $2
           AND review_case.account = $3 AND review_case.id <> $4
           AND decision.state = 'standing' AND decision.made_at >= $5
         GROUP BY decision.outcome";
}

impl Store {
    /// Returns, for each outcome that occurs, the number of decisions in effect about `account` in
    /// other cases of the service and the policy of `case`, made at `since` or later.
    pub async fn earlier_outcomes(
        &self,
        case: &Case,
        account: &Account,
        since: Timestamp,
    ) -> Result<BTreeMap<Outcome, u64>, Error> {
        let call = EARLIER_OUTCOMES
            .bind(case.service)
            .bind(case.purpose.as_str())
            .bind(account.reveal())
            .bind(case.id)
            .bind(since);
        let rows: Vec<(String, i64)> = self.rows(call).await?;
        let read = |(outcome, count): (String, i64)| {
            let outcome = Outcome::parse(&outcome).or_corrupt("decision.outcome")?;
            Ok((outcome, u64::try_from(count).or_corrupt("decision.id")?))
        };
        rows.into_iter().map(read).collect()
    }
}
