//! Change notices in JSON.

use jiff::Timestamp;
use mamori_model::{BankId, ChangeNotice, Narrowing, NoticeId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::approvals::approval_json::ActorJson;
use crate::json::text;

/// A change that narrowed, which took effect at once and which another actor is to acknowledge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeNotice)]
pub struct NoticeJson {
    /// Id of this notice.
    #[schema(value_type = text::NoticeId)]
    pub id: NoticeId,
    /// What narrowed.
    pub what: Narrowing,
    /// The bank.
    #[schema(value_type = text::BankId)]
    pub bank_id: BankId,
    /// Who did it.
    pub actor: ActorJson,
    /// How often, since the last notice of the kind was acknowledged.
    #[schema(minimum = 1)]
    pub times: u32,
    /// Time of the first change.
    #[schema(value_type = String, format = DateTime)]
    pub first_at: Timestamp,
    /// Time of the last change.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
}

impl From<ChangeNotice> for NoticeJson {
    fn from(notice: ChangeNotice) -> Self {
        Self {
            id: notice.id,
            what: notice.what,
            bank_id: notice.bank,
            actor: (&notice.actor).into(),
            times: notice.times,
            first_at: notice.first_at,
            last_at: notice.last_at,
        }
    }
}
