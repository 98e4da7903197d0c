//! The items of a case on a page, in groups: one for each entry that they are nearest to.

use std::collections::BTreeMap;

use fluent_bundle::FluentValue;
use mamori_desk::Desk;
use mamori_desk::cases::case_context::EntryFacts;
use mamori_desk::cases::read_case::ItemView;
use mamori_model::staff::ViewMode;
use mamori_model::{CaseId, Distance, EntryId, EvidenceStatus, HashKind, Hit, MatchId};

use crate::messages::{MessageId, Messages};
use crate::show::{self, SafeHtml};
use crate::terms;

/// The message that there is no picture because it was never stored.
pub const NEVER_STORED: MessageId = MessageId("item-never-stored");
/// The message that there is no picture because its retention term has ended.
pub const EXPIRED: MessageId = MessageId("item-expired");
/// The message that the picture is stored, but that this page does not show it.
pub const STORED: MessageId = MessageId("item-stored");

/// A text of at most this many characters is shown at once, a longer one on request.
const TEXT_SHORT_CHARS: usize = 200;

/// Items that are nearest to the same entry.
#[derive(Clone, Debug)]
pub struct EntryGroup {
    /// The entry; `None` for items without a hit.
    pub entry: Option<EntryHead>,
    /// The items of this page.
    pub items: Vec<Item>,
    /// Number of these.
    pub count: u64,
}

/// An entry as the head of its group.
#[derive(Clone, Debug)]
pub struct EntryHead {
    /// Id of the entry.
    pub id: String,
    /// Name of its bank; `None` if the bank is deleted.
    pub bank: Option<SafeHtml>,
    /// The organisation or list that the bank's hashes come from.
    pub source: Option<SafeHtml>,
    /// What the bank is for.
    pub purpose: MessageId,
    /// The source's labels.
    pub labels: Vec<SafeHtml>,
    /// The source's own id of the hash.
    pub source_id: Option<SafeHtml>,
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
    /// Word of the measure for this item alone that the form contained; empty for none.
    pub except: String,
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
    /// How it hit the nearest entry, as text.
    pub how: Option<String>,
    /// The entries that the item is near to, nearest first.
    pub hits: Vec<HitRow>,
    /// The text that the service sent with it.
    pub text: Option<SafeHtml>,
    /// Whether that text is shown at once.
    pub is_text_short: bool,
    /// The form that opens its page at the service.
    pub context: Option<ContextForm>,
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

/// The form that opens an item's page at the service.
#[derive(Clone, Debug)]
pub struct ContextForm {
    /// URL to which it is sent.
    pub action: String,
    /// Why the staff member may open it: `claim` or `decision`.
    pub field: &'static str,
    /// The number of the claim, or the id of the decision.
    pub value: String,
}

/// An entry that an item is near to.
#[derive(Clone, Debug)]
pub struct HitRow {
    /// Name of the bank.
    pub bank: SafeHtml,
    /// The distance, and how the frame was turned, as text.
    pub how: String,
}

/// Why a staff member may view items: the name and the value of a form field.
#[derive(Clone, Debug)]
pub struct ViewBy {
    /// `claim`, `decision`, `bulk` or `dispute`.
    pub field: &'static str,
    /// The number of the claim, or an id.
    pub value: String,
}

/// Returns how close a hit is in words, its distance, its frame, and how that was turned. Frames are
/// counted from 1; the frame of an item that has no other is not named.
pub fn hit_text(messages: Messages, hit: &Hit) -> String {
    match hit.kind {
        HashKind::Pdq => {
            let is_near = hit.distance <= Distance::PDQ_SAME_MAX;
            let near = if is_near {
                messages.say("item-near-identical")
            } else {
                messages.say("item-similar")
            };
            let mut parts = vec![near, messages.count("item-distance", hit.distance.0)];
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

/// Fills in an item, without the URLs with which it is viewed; [`add_pictures`] adds them.
pub fn fill_item(messages: Messages, desk: &Desk, item: &ItemView) -> Item {
    let found = &item.found;
    let directory = desk.directory();
    let hit_row = |hit: &Hit| {
        let bank = directory.bank(hit.bank)?;
        Some(HitRow { bank: show::text(bank.name.as_str()), how: hit_text(messages, hit) })
    };
    let text = item.text.as_ref().map(mamori_model::ItemText::reveal);
    Item {
        id: found.id.to_string(),
        name: show::text(found.item.name.as_str()),
        plain: found.item.name.to_string(),
        may_except: false,
        except: String::new(),
        picture: None,
        no_picture: Some(match item.evidence {
            EvidenceStatus::Available { .. } => STORED,
            EvidenceStatus::Gone => EXPIRED,
            EvidenceStatus::NeverStored => NEVER_STORED,
        }),
        is_earlier_version: item.is_earlier_version
            && matches!(item.evidence, EvidenceStatus::Available { .. }),
        verdict: terms::verdict(found.verdict),
        surface: terms::surface(found.item.surface),
        country: found.item.country.as_ref().map(ToString::to_string),
        matched: show::time(found.created_at),
        how: found.hits.first().map(|hit| hit_text(messages, hit)),
        hits: found.hits.iter().filter_map(hit_row).collect(),
        is_text_short: text.is_some_and(|text| text.chars().count() <= TEXT_SHORT_CHARS),
        text: text.map(show::prose),
        context: None,
    }
}

/// Adds to each item whose bytes are stored the URLs with which it is viewed, and to each with an
/// address at the service the form that opens it, for the reason given in `by`. Returns whether an
/// item can be viewed.
pub fn add_pictures(
    items: &mut [Item],
    (case, seen): (CaseId, &[ItemView]),
    by: &ViewBy,
    how: ViewMode,
) -> bool {
    let mut has_any = false;
    for (item, seen) in items.iter_mut().zip(seen) {
        let id = seen.found.id;
        if seen.has_context_url {
            item.context = Some(ContextForm {
                action: format!("/console/cases/{case}/items/{id}/context"),
                field: by.field,
                value: by.value.clone(),
            });
        }
        if !matches!(seen.evidence, EvidenceStatus::Available { .. }) {
            continue;
        }
        has_any = true;
        item.no_picture = None;
        item.picture = Some(Picture::of(case, id, by, how));
    }
    has_any
}

impl Picture {
    /// Returns the URLs with which an item of a case is viewed, for the reason given in `by`.
    pub fn of(case: CaseId, item: MatchId, by: &ViewBy, how: ViewMode) -> Self {
        let case = format!("/console/cases/{case}");
        let by = format!("{}={}", by.field, by.value);
        Self {
            blurred: format!("{case}/items/{item}/blurred?{by}"),
            views: format!("{case}/views"),
            by,
            view: how.as_str(),
            is_shown: how != ViewMode::Text,
        }
    }
}

/// Puts items into groups: one for each nearest entry, in the order of their first items. `seen` are
/// the same items in the same order.
pub fn groups(
    desk: &Desk,
    items: Vec<Item>,
    seen: &[ItemView],
    entries: &BTreeMap<EntryId, EntryFacts>,
) -> Vec<EntryGroup> {
    let mut groups: Vec<(Option<EntryId>, EntryGroup)> = Vec::new();
    for (item, seen) in items.into_iter().zip(seen) {
        let hit = seen.found.hits.first();
        let entry = hit.map(|hit| hit.entry);
        if let Some((_, group)) = groups.iter_mut().find(|(of, _)| *of == entry) {
            group.items.push(item);
            group.count = group.count.saturating_add(1);
            continue;
        }
        let entry_head = hit.map(|hit| entry_head(desk, hit, entries.get(&hit.entry)));
        groups.push((entry, EntryGroup { entry: entry_head, items: vec![item], count: 1 }));
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn entry_head(desk: &Desk, hit: &Hit, facts: Option<&EntryFacts>) -> EntryHead {
    let directory = desk.directory();
    let bank = directory.bank(hit.bank);
    let labels = facts.map_or(&[][..], |facts| facts.labels.as_slice());
    let source_id = facts.and_then(|facts| facts.source_id.as_ref());
    EntryHead {
        id: hit.entry.to_string(),
        bank: bank.map(|bank| show::text(bank.name.as_str())),
        source: bank.map(|bank| show::text(bank.source.as_str())),
        purpose: terms::purpose(hit.purpose),
        labels: labels.iter().map(|label| show::text(label)).collect(),
        source_id: source_id.map(|id| show::text(id.as_str())),
    }
}
