//! How many bytes of items are stored.

use std::collections::HashMap;

use mamori_model::{Account, ServiceId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;

queries! {
    BYTES_BY_SERVICE = "-- bytes_by_service
        SELECT service_id, CAST(sum(size) AS BIGINT)
          FROM evidence
          JOIN item_match ON item_match.id = match_id
         WHERE wrapped_key IS NOT NULL
         GROUP BY service_id";
    BYTES_OF_ACCOUNT = "-- bytes_of_account
        SELECT CAST(coalesce(sum(size), 0) AS BIGINT)
          FROM item_match
          JOIN evidence ON match_id = item_match.id
         WHERE service_id = $1 AND account = $2 AND wrapped_key IS NOT NULL";
}

impl Store {
    /// Returns how many bytes of each service's items are stored; services without any are absent.
    pub async fn evidence_bytes_by_service(&self) -> Result<HashMap<ServiceId, u64>, Error> {
        let rows: Vec<(Uuid, i64)> = self.rows(BYTES_BY_SERVICE.call()).await?;
        let read = |(service, bytes): (Uuid, i64)| {
            Ok((service.into(), u64::try_from(bytes).or_corrupt("evidence.size")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns how many bytes are stored of the items of an account of a service.
    pub async fn evidence_bytes_of_account(
        &self,
        service: ServiceId,
        account: &Account,
    ) -> Result<u64, Error> {
        let call = BYTES_OF_ACCOUNT.bind(service).bind(account.reveal());
        let row: Option<(i64,)> = self.row(call).await?;
        u64::try_from(row.map_or(0, |(bytes,)| bytes)).or_corrupt("evidence.size")
    }
}
