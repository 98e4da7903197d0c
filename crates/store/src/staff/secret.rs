//! Queries for Mamori's own secrets, which all nodes share. Each is created once.

use mamori_model::Sensitive;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    SECRET_BY_NAME = "-- secret_by_name
        SELECT value FROM secret WHERE name = $1";
    INSERT_SECRET = "-- insert_secret
        INSERT INTO secret (name, value, changed_by) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO NOTHING";
}

impl Store {
    /// Returns the secret of this name, if it exists.
    pub async fn secret(&self, name: &str) -> Result<Option<Sensitive<[u8; 32]>>, Error> {
        let row: Option<(Vec<u8>,)> = self.row(SECRET_BY_NAME.bind(name)).await?;
        row.map(|(value,)| <[u8; 32]>::try_from(value).or_corrupt("secret.value"))
            .transpose()
            .map(|secret| secret.map(Sensitive::new))
    }
}

impl Tx {
    /// Stores a secret, unless one of this name exists.
    pub async fn insert_secret(
        &mut self,
        name: &str,
        value: &Sensitive<[u8; 32]>,
    ) -> Result<(), Error> {
        let call = INSERT_SECRET.bind(name).bind(value.reveal().as_slice()).bind(self.name());
        self.run(call).await?;
        Ok(())
    }
}
