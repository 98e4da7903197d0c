//! `GET /console/cases/{case}`: the page on which a case is decided.

use askama::Template;
use fluent_bundle::FluentValue;
use mamori_model::{HashKind, Hit, Purpose};
use serde::Deserialize;

use crate::decisions::views_box::ViewsBox;
use crate::fault::FaultText;
use crate::frame::Frame;
use crate::messages::{MessageId, Messages};
use crate::query::Choice;
use crate::show::SafeHtml;
use crate::terms;

pub use crate::cases::read::CaseParams;
pub use crate::cases::read::ITEMS;
pub use crate::cases::read::LastForm;
pub use crate::cases::read::add_pictures;
pub use crate::cases::read::answer;
pub use crate::cases::read::display_name_of;
pub use crate::cases::read::fill_item;
pub use crate::cases::read::show;

/// A case, to be decided or to be read.
#[derive(Debug, Template)]
#[template(path = "case.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct CasePage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The decision that the reviewer made a moment ago.
    pub previous: Option<PreviousDecision>,
    /// Why the last form failed.
    pub problem: Option<FaultText>,
    /// What the last form contained, if it failed.
    pub input: CaseInput,
    /// Id of the case.
    pub id: String,
    /// Name of the policy.
    pub policy: MessageId,
    /// Text of the policy in force.
    pub wording: SafeHtml,
    /// Version of that text.
    pub version_of_policy: u64,
    /// Name of the urgency.
    pub urgency: MessageId,
    /// Whether a child may be in danger now.
    pub is_urgent: bool,
    /// Whether only a lead may claim it.
    pub is_for_leads: bool,
    /// Name of the state.
    pub state: MessageId,
    /// The operator's text on whom to call when a child is in danger.
    pub danger_note: Option<&'a str>,
    /// The proposal to lower the urgency, if one waits.
    pub lowering: Option<LoweringBox>,
    /// The account, or the item if the account is not known.
    pub subject: SafeHtml,
    /// Whether the subject is an account.
    pub is_account: bool,
    /// Whether the account is shown by an alias.
    pub is_alias: bool,
    /// Id of the service.
    pub service: String,
    /// Whether the service is leaving.
    pub is_service_leaving: bool,
    /// Time at which the case was opened.
    pub opened: SafeHtml,
    /// Number of other open cases with an item near the same entry.
    pub alike: u64,
    /// Number of items in the case.
    pub item_count: u64,
    /// The items of this page.
    pub items: Vec<Item>,
    /// Link to more items.
    pub next_items: Option<String>,
    /// Whether any item of the page can be viewed.
    pub has_pictures: bool,
    /// The forms, if the reviewer has claimed the case.
    pub forms: Option<CaseForms>,
    /// Whether the staff member may claim it.
    pub may_claim: bool,
    /// The decisions about the case, newest first.
    pub decisions: Vec<DecisionRow>,
    /// The events of this page, newest first.
    pub history: Vec<EventRow>,
    /// The views of items, newest first.
    pub views: Vec<ViewRow>,
    /// Number of all views.
    pub view_count: u64,
    /// Link to older events.
    pub older_events: Option<String>,
    /// Link to older views.
    pub older_views: Option<String>,
    /// Link back to the newest events and views, on a page that shows older ones.
    pub newest: Option<String>,
}

impl CasePage<'_> {
    /// Adds the policy of the queue in which the reviewer works to every link that leads back to
    /// the case.
    pub(super) fn add_queue_to_links(&mut self, queue: Option<Purpose>) {
        let Some(queue) = queue.map(Purpose::as_str) else { return };
        let links =
            [&mut self.next_items, &mut self.older_events, &mut self.older_views, &mut self.newest];
        for link in links.into_iter().flatten() {
            *link = match link.split_once('?') {
                Some((page, rest)) => format!("{page}?queue={queue}&{rest}"),
                None => link.replacen('#', &format!("?queue={queue}#"), 1),
            };
        }
    }
}

/// A proposal to lower the urgency of the case, which waits.
#[derive(Clone, Debug)]
pub struct LoweringBox {
    /// Name of the urgency that the case is to have.
    pub to: MessageId,
    /// Display name of the reviewer who proposed it.
    pub by: SafeHtml,
    /// Time of the proposal.
    pub at: SafeHtml,
    /// The reviewer's reason.
    pub reason: SafeHtml,
    /// Whether the staff member may agree or refuse.
    pub is_approver: bool,
    /// Whether it can be agreed to already.
    pub may_agree: bool,
    /// Time from which it can be agreed to, if that is in the future.
    pub not_before: Option<SafeHtml>,
    /// Whether they must confirm their identity before that.
    pub must_prove: bool,
}

/// The page of a case that the reviewer has not claimed.
#[derive(Debug, Template)]
#[template(path = "claim.html")]
pub struct ClaimPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Why the last form failed.
    pub problem: Option<FaultText>,
    /// What it contained.
    pub input: CaseInput,
    /// Whether the reviewer may claim it: no colleague has.
    pub may_claim: bool,
    /// Id of the case.
    pub id: String,
}

/// The decision that the reviewer made a moment ago.
#[derive(Clone, Debug)]
pub struct PreviousDecision {
    /// The message that says whether it is in effect or waits for a second approver.
    pub message: MessageId,
    /// Id of the decision.
    pub decision: String,
}

/// What a form contained that failed, so that the reviewer need not enter it twice.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseInput {
    /// Word of the outcome.
    pub outcome: String,
    /// The reason of the decision.
    pub reason: String,
    /// Word of the measure for the items.
    pub items: String,
    /// Countries in which the items are to be hidden.
    pub countries: String,
    /// Last day of that.
    pub items_until: String,
    /// Word of the measure for the account.
    pub account: String,
    /// Word of the feature that is to be disabled.
    pub feature: String,
    /// Last day of that.
    pub feature_until: String,
    /// Word of the feature that is to be restored.
    pub feature_back: String,
    /// Last day of the suspension; empty: without an end.
    pub suspend_until: String,
    /// A note, or the reason for returning the case.
    pub text: String,
    /// The policy of the queue in which the reviewer works; empty: any.
    pub queue: String,
}

impl CaseInput {
    /// Checks whether the form had no free text, which the reviewer would have to enter twice.
    pub fn is_empty(&self) -> bool {
        self.reason.is_empty() && self.text.is_empty()
    }
}

/// The forms that decide a case or return it.
#[derive(Clone, Debug)]
pub struct CaseForms {
    /// Number of the claim.
    pub claim: u32,
    /// Version of the case that the page shows.
    pub version: u32,
    /// Time at which the claim ends.
    pub until: SafeHtml,
    /// Features of an account that can be disabled.
    pub features: Vec<Choice>,
    /// Features of an account that can be restored.
    pub features_back: Vec<Choice>,
    /// Urgencies with which the case can be escalated: its own and higher ones.
    pub urgencies: Vec<Choice>,
    /// Urgencies to which it can be lowered.
    pub lower_urgencies: Vec<Choice>,
    /// Colleagues to whom the case can be handed over.
    pub colleagues: Vec<Colleague>,
    /// Which items are still to be viewed.
    pub views: ViewsBox,
}

/// A colleague to whom a case can be handed over.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Id of the staff member.
    pub id: String,
    /// Display name.
    pub display_name: String,
}

/// An item of the case.
#[derive(Clone, Debug)]
pub struct Item {
    /// Id of its match.
    pub id: String,
    /// The service's name for the item.
    pub name: SafeHtml,
    /// The same name as plain text, for the form.
    pub plain: String,
    /// Whether the form offers a measure for this item alone.
    pub may_except: bool,
    /// How the item can be viewed.
    pub picture: Option<Picture>,
    /// The message that says why it cannot be viewed.
    pub no_picture: Option<MessageId>,
    /// Whether the stored picture is an earlier version of the item.
    pub is_earlier_version: bool,
    /// Name of the verdict.
    pub verdict: MessageId,
    /// Name of the surface.
    pub surface: MessageId,
    /// Country whose law applies, as a two-letter code.
    pub country: Option<String>,
    /// Time of the first match.
    pub matched: SafeHtml,
    /// The entries that the item is near to, nearest first.
    pub hits: Vec<HitRow>,
}

/// How an item can be viewed.
#[derive(Clone, Debug)]
pub struct Picture {
    /// URL of the blurred picture.
    pub blurred: String,
    /// URL to which a script sends the form that begins a clear view.
    pub views: String,
    /// Why the staff member may view it, as form fields: the claim or the decision.
    pub by: String,
    /// The staff member's way of viewing pictures: `hold`, `toggle` or `text`.
    pub view: &'static str,
    /// Whether the page loads the blurred picture by itself.
    pub is_shown: bool,
}

/// An entry that an item is near to.
#[derive(Clone, Debug)]
pub struct HitRow {
    /// Name of the bank.
    pub bank: SafeHtml,
    /// The distance, and how the frame was turned, as text.
    pub how: String,
}

/// A decision about the case.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    /// Id of the decision.
    pub id: String,
    /// Name of the outcome.
    pub outcome: MessageId,
    /// Name of the state.
    pub state: MessageId,
    /// CSS class of the state.
    pub tone: &'static str,
    /// Time at which it was made.
    pub made: SafeHtml,
    /// The reviewer's reason.
    pub reason: SafeHtml,
    /// Whether neither its author nor its second approver viewed any item.
    pub is_unviewed: bool,
}

/// An event in the history of the case.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Name of the event.
    pub what: MessageId,
    /// Name of the urgency that the event is about.
    pub urgency: Option<MessageId>,
    /// Display name of the staff member who caused it, if one did.
    pub who: Option<SafeHtml>,
    /// Time of the event.
    pub at: SafeHtml,
    /// What that staff member wrote.
    pub note: Option<SafeHtml>,
}

/// A view of an item.
#[derive(Clone, Debug)]
pub struct ViewRow {
    /// Display name of the staff member who viewed it.
    pub who: SafeHtml,
    /// Name of the clarity.
    pub how: MessageId,
    /// Time at which the view began.
    pub at: SafeHtml,
    /// Duration of the view, in seconds.
    pub seconds: i64,
}

/// The message that the previous decision is in effect.
pub const DECIDED: MessageId = MessageId("case-decided");
/// The message that the previous decision waits for a second approver.
pub const PROPOSED: MessageId = MessageId("case-proposed");
/// The message that there is no picture because it was never stored.
pub const NEVER_STORED: MessageId = MessageId("item-never-stored");
/// The message that there is no picture because its retention term has ended.
pub const EXPIRED: MessageId = MessageId("item-expired");
/// The message that the picture is stored, but that this page does not show it.
pub const STORED: MessageId = MessageId("item-stored");

/// Returns the distance of a hit, its frame, and how that was turned, as text. Frames are counted
/// from 1; the frame of an item that has no other is not named.
pub fn hit_text(messages: Messages, hit: &Hit) -> String {
    match hit.kind {
        HashKind::Pdq => {
            let mut parts = vec![messages.count("item-distance", hit.distance.0)];
            if hit.frame_count > 1 {
                let number = FluentValue::from(hit.frame.saturating_add(1));
                let count = FluentValue::from(hit.frame_count);
                parts.push(messages.with("item-frame", &[("number", number), ("count", count)]));
            }
            parts.extend(terms::transform(hit.variant.transform).map(|id| messages.message(id)));
            parts.extend(terms::backdrop(hit.variant.backdrop).map(|id| messages.message(id)));
            parts.join(" · ")
        }
        HashKind::Sha256 | HashKind::Sha1 | HashKind::Md5 => messages.say("item-same-bytes"),
    }
}
