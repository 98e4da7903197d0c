//! Secrets of Mamori itself, which all nodes of one database share.

use mamori_model::Sensitive;
use tokio::sync::OnceCell;

use crate::{Desk, Error, clock};

impl Desk {
    /// Returns the secret of this name: 256 random bits, the same at all nodes and for ever. Creates
    /// it at the first call; `cell` keeps it in this node's memory.
    pub(crate) async fn shared_secret<'a>(
        &self,
        cell: &'a OnceCell<Sensitive<[u8; 32]>>,
        name: &str,
    ) -> Result<&'a Sensitive<[u8; 32]>, Error> {
        let secret = async || {
            if let Some(secret) = self.store().secret(name).await? {
                return Ok(secret);
            }

            let mut tx = self.store().begin("make_secret").await?;
            tx.insert_secret(name, &clock::secret()?).await?;
            tx.commit().await?;

            self.store().secret(name).await?.ok_or(Error::NotFound("secret"))
        };
        cell.get_or_try_init(secret).await
    }
}
