//! The box that says which items are still to be viewed before a decision, and how many views were
//! made. The views themselves are opened by `crate::viewing`.

use fluent_bundle::FluentValue;
use mamori_desk::decisions::views_needed::{OpenItem, ViewsNeeded};
use mamori_model::Approval;
use mamori_model::view_rule::Demand;

use crate::cases::item::{Picture, ViewBy};
use crate::messages::{MessageId, Messages};
use crate::show::{self, SafeHtml};

/// The maximum number of items that a page of a bulk decision shows to be viewed.
const FRAMES_MAX: usize = 24;

/// Which items are still to be viewed.
#[derive(Clone, Debug)]
pub struct ViewsBox {
    /// How many of the needed views were made.
    pub progress: String,
    /// Number of needed views, made or not.
    pub count: u32,
    /// What the views are needed for.
    pub rule: String,
    /// The names of the items still to be viewed.
    pub open: Vec<SafeHtml>,
    /// Number of items and entries that need a view and cannot be viewed.
    pub unkept: u64,
}

/// An item of a bulk decision that is still to be viewed.
#[derive(Clone, Debug)]
pub struct OpenRow {
    /// Id of its match.
    pub id: String,
    /// The service's name for the item.
    pub name: SafeHtml,
    /// How it can be viewed.
    pub picture: Option<Picture>,
}

impl ViewsBox {
    /// Fills the box; `rule` says what the views are needed for.
    pub fn new(messages: Messages, needed: &ViewsNeeded, rule: String) -> Self {
        let (done, count) = (needed.progress.done, needed.progress.needed());
        let progress = messages.with(
            "views-needed-progress",
            &[("done", FluentValue::from(done)), ("count", FluentValue::from(count))],
        );
        let open = needed.open.iter().map(|open| show::text(open.name.as_str())).collect();
        Self { progress, count, rule, open, unkept: needed.progress.unkept.into() }
    }

    /// Checks whether the decision needs or needed any view, made or not.
    pub fn has_any(&self) -> bool {
        self.unkept > 0 || self.count > 0
    }

    /// Checks whether an item is still to be viewed.
    pub fn is_needed(&self) -> bool {
        !self.open.is_empty()
    }
}

/// Returns what the views are needed for, on the page of a case whose measures are not chosen yet.
pub fn rule_of_case(messages: Messages, days_alone: u32) -> String {
    messages.with("views-needed-case", &[("days", FluentValue::from(days_alone))])
}

/// Returns what the views of the author are needed for, once the measures are chosen.
pub fn rule_of_author(messages: Messages, demand: Option<Demand>) -> String {
    messages.message(match demand {
        Some(Demand::Both) => MessageId("views-needed-both"),
        Some(Demand::Author) => MessageId("views-needed-author"),
        Some(Demand::ViewOrApproval) => MessageId("views-needed-or-approval"),
        Some(Demand::None) | None => MessageId("views-needed-free"),
    })
}

/// Returns what the views of the second approver are needed for.
pub fn rule_of_approver(messages: Messages, demand: Option<Demand>, approval: Approval) -> String {
    messages.message(match (demand, approval) {
        (Some(Demand::Both), _) => MessageId("views-needed-both"),
        (_, Approval::Alone { .. }) => MessageId("views-needed-alone"),
        (_, Approval::None | Approval::Colleague) => MessageId("views-needed-free"),
    })
}

/// Returns the items that the page of a bulk decision shows to be viewed: by its author, or by its
/// second approver through the decision of each case.
pub fn open_rows(
    needed: &ViewsNeeded,
    bulk: &str,
    how: mamori_model::staff::ViewMode,
) -> Vec<OpenRow> {
    let row = |open: &OpenItem| {
        let by = match open.decision {
            Some(decision) => ViewBy { field: "decision", value: decision.to_string() },
            None => ViewBy { field: "bulk", value: bulk.to_owned() },
        };
        let (id, picture) = (open.item.to_string(), Picture::of(open.case, open.item, &by, how));
        OpenRow { id, name: show::text(open.name.as_str()), picture: Some(picture) }
    };
    needed.open.iter().take(FRAMES_MAX).map(row).collect()
}
