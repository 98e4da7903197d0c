//! Whether the staff member who approves is another person than the one who proposed.

use jiff::Timestamp;
use mamori_model::{Refusal, StaffId, approval};
use mamori_store::Tx;

use crate::Error;

/// Checks that `who` is another person than `maker`, and not an account that an administrator created
/// or changed a moment ago. [`Refusal::ApproverIsAuthor`] for a namesake of the maker, also if the
/// maker's account is deactivated; [`Refusal::ApproverTooNew`] if an administrator created the
/// account, or gave it roles or a link, within the day before; what the operator did on the command
/// line does not count.
pub(crate) async fn require_independent(
    tx: &mut Tx,
    maker: StaffId,
    who: StaffId,
    now: Timestamp,
) -> Result<(), Error> {
    let maker = tx.staff(maker).await?.ok_or(Error::NotFound("staff"))?;
    let other = tx.staff(who).await?.ok_or(Error::NotFound("staff"))?;
    if maker.name == other.name {
        return Err(Refusal::ApproverIsAuthor.into());
    }
    let since = now.checked_sub(approval::WAIT_NEW).unwrap_or(Timestamp::MIN);
    if tx.was_changed_by_colleague(who, since).await? {
        return Err(Refusal::ApproverTooNew.into());
    }
    Ok(())
}
