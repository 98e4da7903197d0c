//! `GET /console/cases/{case}`: the page on which a case is decided.

use askama::Template;
use mamori_desk::cases::read_case::SAME_ENTRY_MAX;
use mamori_model::Purpose;
use serde::Deserialize;

use crate::decisions::views_box::ViewsBox;
use crate::fault::{FaultText, FieldProblem};
use crate::frame::Frame;
use crate::messages::MessageId;
use crate::query::Choice;
use crate::show::SafeHtml;

pub use crate::cases::history::display_name_of;
pub use crate::cases::item::{
    ContextForm, EXPIRED, EntryGroup, EntryHead, HitRow, Item, NEVER_STORED, Picture, STORED,
    ViewBy, add_pictures, fill_item, groups, hit_text,
};
pub use crate::cases::read::CaseParams;
pub use crate::cases::read::ITEMS;
pub use crate::cases::read::LastForm;
pub use crate::cases::read::answer;
pub use crate::cases::read::earlier_box;
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
    /// Why the last form failed, if no field of the page is the cause.
    pub problem: Option<FaultText>,
    /// The field that made the last form fail.
    pub field_problem: Option<FieldProblem>,
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
    /// Name of the service; `None` if it is deleted.
    pub service_name: Option<SafeHtml>,
    /// Id of the service.
    pub service: String,
    /// Earlier decisions about the account, as counts, for a reader who is shown them.
    pub earlier: Option<EarlierBox>,
    /// Whether the service is leaving.
    pub is_service_leaving: bool,
    /// Time at which the case was opened.
    pub opened: SafeHtml,
    /// Number of other open cases with an item near the same entry, counted up to
    /// [`SAME_ENTRY_MAX`].
    pub alike: u64,
    /// Number of items in the case.
    pub item_count: u64,
    /// The items of this page, in groups.
    pub groups: Vec<EntryGroup>,
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
    /// The newest events of this page, newest first.
    pub history: Vec<EventRow>,
    /// The other events of this page, which are shown on request, newest first.
    pub earlier_history: Vec<EventRow>,
    /// Number of these.
    pub earlier_history_count: u64,
    /// The views of items, newest first.
    pub views: Vec<ViewRow>,
    /// Number of all views.
    pub view_count: u64,
    /// How many of them were not blurred.
    pub clear_view_count: u64,
    /// Link to older events.
    pub older_events: Option<String>,
    /// Link to older views.
    pub older_views: Option<String>,
    /// Link back to the newest events and views, on a page that shows older ones.
    pub newest: Option<String>,
}

impl CasePage<'_> {
    /// Checks whether as many other cases have the entry as are counted, or more.
    fn is_alike_capped(&self) -> bool {
        self.alike >= u64::from(SAME_ENTRY_MAX)
    }

    /// Returns why the last form failed, if the field at `place` is the cause.
    fn problem_at(&self, place: &str) -> Option<&FaultText> {
        let problem = self.field_problem.as_ref()?;
        (problem.place == place).then_some(&problem.text)
    }

    /// Checks whether the field at `place` made the last form fail; it gets the focus.
    fn is_at(&self, place: &str) -> bool {
        self.problem_at(place).is_some()
    }

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

/// Earlier decisions about the account of the case: in effect, at the same service, under the same
/// policy.
#[derive(Clone, Debug)]
pub struct EarlierBox {
    /// Name of each outcome that occurs, and the number of decisions.
    pub rows: Vec<(MessageId, u64)>,
    /// How far back they count, in days.
    pub days: u64,
}

/// The fields of the page's forms at which a fault can be shown: the name of the form and that of the
/// field.
pub const PLACES: [&str; 20] = [
    "decide-outcome",
    "decide-items",
    "decide-countries",
    "decide-items_until",
    "decide-except",
    "decide-account",
    "decide-feature",
    "decide-feature_until",
    "decide-feature_back",
    "decide-suspend_until",
    "decide-reason",
    "decide-views",
    "skip-text",
    "escalate-text",
    "escalate-urgency",
    "hand_over-text",
    "hand_over-to",
    "note-text",
    "lower-text",
    "lower-urgency",
];

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
    /// Whether it is in effect, so that it can be undone at once.
    pub is_in_effect: bool,
    /// Whether the page shows the case that was claimed after it.
    pub is_next: bool,
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
    /// Measures for single items: a word, a colon and the item's name.
    pub except: Vec<String>,
}

impl CaseInput {
    /// Returns the word of the measure for the item `name` alone; empty if it has none.
    pub fn except_of(&self, name: &str) -> &str {
        let pairs = self.except.iter().filter_map(|text| text.split_once(':'));
        pairs.rev().find(|(_, of)| *of == name).map(|(word, _)| word).unwrap_or_default()
    }

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
    /// How many seconds are left until the claim ends.
    pub left_s: i64,
    /// How many seconds a claim lasts without a keep-alive.
    pub claim_s: i64,
    /// Reasons that leads saved for this policy, in the reviewer's language.
    pub saved_reasons: Vec<String>,
}

/// A colleague to whom a case can be handed over.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Id of the staff member.
    pub id: String,
    /// Display name.
    pub display_name: String,
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
    /// Number of events that the row stands for; more than one only of items that were added one
    /// after the other.
    pub count: u64,
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
