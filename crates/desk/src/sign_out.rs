//! Somebody signs out, here or everywhere else.

use crate::member::Member;
use crate::{Desk, Error};

impl Desk {
    /// Ends this session.
    pub async fn sign_out(&self, me: &Member) -> Result<(), Error> {
        let mut tx = self.store().begin("sign_out").await?;
        tx.end_session(me.session()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends one's own sessions but this one; returns how many there were.
    pub async fn end_other_sessions(&self, me: &Member) -> Result<u64, Error> {
        let mut tx = self.store().begin("end_sessions").await?;
        let ended = tx.end_other_sessions(me.staff(), me.session()).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
