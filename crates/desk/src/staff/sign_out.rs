//! Ends sessions of the staff member who asks: this one, or all others.

use crate::staff::member::Member;
use crate::{Desk, Error};

impl Desk {
    /// Ends the session of the request.
    pub async fn sign_out(&self, me: &Member) -> Result<(), Error> {
        let mut tx = self.store().begin("sign_out").await?;
        tx.end_session(me.session()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the other sessions of the staff member; returns how many there were.
    pub async fn end_other_sessions(&self, me: &Member) -> Result<u64, Error> {
        let mut tx = self.store().begin("end_sessions").await?;
        let ended = tx.end_other_sessions(me.staff(), me.session()).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
