//! Queries for the next attempts of deliveries that wait, and for trying one of them at once.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::DeliveryId;
use mamori_model::job::Lane;

use crate::error::Error;
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    NEXT_ATTEMPTS = "-- next_attempts
        SELECT key, due_at
          FROM job
         WHERE kind = 'deliver' AND dead_reason IS NULL
           AND key IN (SELECT value FROM json_each($1))",
        postgres: "-- next_attempts
        SELECT key, due_at
          FROM job
         WHERE kind = 'deliver' AND dead_reason IS NULL
           AND key = ANY (ARRAY(SELECT json_array_elements_text(CAST($1 AS json))))";
    NEXT_OF_LANES = "-- next_of_lanes
        SELECT lane, min(due_at)
          FROM job
         WHERE dead_reason IS NULL AND lane IN (SELECT value FROM json_each($1))
         GROUP BY lane",
        postgres: "-- next_of_lanes
        SELECT lane, min(due_at)
          FROM job
         WHERE dead_reason IS NULL
           AND lane = ANY (ARRAY(SELECT json_array_elements_text(CAST($1 AS json))))
         GROUP BY lane";
    HASTEN_DELIVERY = "-- hasten_delivery
        UPDATE job
           SET due_at = $2, changed_by = $3
         WHERE kind = 'deliver' AND key = $1 AND dead_reason IS NULL AND leased_by IS NULL
           AND due_at > $2";
}

impl Store {
    /// Returns when the next attempt of each of these deliveries is due. Those that do not wait are
    /// left out.
    pub async fn next_attempts(
        &self,
        deliveries: &[DeliveryId],
    ) -> Result<HashMap<String, Timestamp>, Error> {
        let keys: Vec<String> = deliveries.iter().map(ToString::to_string).collect();
        self.due_times(NEXT_ATTEMPTS.bind(json::write(&keys)?)).await
    }

    /// Returns when the next attempt of any delivery in each of these lanes is due. Lanes in which none
    /// waits are left out.
    pub async fn next_attempts_in_lanes(
        &self,
        lanes: &[Lane],
    ) -> Result<HashMap<String, Timestamp>, Error> {
        let lanes: Vec<&str> = lanes.iter().map(Lane::as_str).collect();
        self.due_times(NEXT_OF_LANES.bind(json::write(&lanes)?)).await
    }

    async fn due_times(
        &self,
        call: crate::call::Call,
    ) -> Result<HashMap<String, Timestamp>, Error> {
        let rows: Vec<(String, i64)> = self.rows(call).await?;
        let read = |(key, due): (String, i64)| Ok((key, from_micros(due, "job.due_at")?));
        rows.into_iter().map(read).collect()
    }
}

impl Tx {
    /// Lets the next attempt of a delivery that waits be due at `now`; returns whether it was to be
    /// later.
    pub async fn hasten_delivery(
        &mut self,
        delivery: DeliveryId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let call = HASTEN_DELIVERY.bind(delivery.to_string()).bind(now).bind(self.name());
        Ok(self.run(call).await? == 1)
    }
}
