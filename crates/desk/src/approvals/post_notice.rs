//! Posts notices of changes that narrowed, in the transaction of the change.

use jiff::Timestamp;
use mamori_model::{AuditActor, Bank, ChangeNotice, Narrowing};
use mamori_store::Tx;

use crate::{Desk, Error};

/// Posts a notice for each of `narrowed`, unless the bank's changes are exempt
/// ([`mamori_model::approval_request::Guard::is_exempt`]).
pub(crate) async fn post_notices(
    desk: &Desk,
    tx: &mut Tx,
    actor: &AuditActor,
    bank: &Bank,
    narrowed: impl IntoIterator<Item = Narrowing>,
    now: Timestamp,
) -> Result<(), Error> {
    if desk.guard(tx, now).await?.is_exempt(bank) {
        return Ok(());
    }
    for what in narrowed {
        let notice = ChangeNotice {
            id: desk.clock().mint()?.into(),
            what,
            bank: bank.id,
            actor: actor.clone(),
            times: 1,
            first_at: now,
            last_at: now,
            acknowledged: None,
        };
        tx.post_notice(&notice).await?;
    }
    Ok(())
}
