//! The history of a case on its page: which events are shown at once, and which on request.

use std::collections::BTreeMap;

use mamori_model::case::{CaseEvent, CaseEventKind};
use mamori_model::{Line, StaffId};

use crate::cases::page::EventRow;
use crate::show::{self, SafeHtml};
use crate::terms;

/// The number of rows that are shown at once.
const NEWEST: usize = 3;

/// Returns the rows of these events, which are the oldest first: the newest rows, and the others. Items
/// that were added one after the other are one row.
pub fn rows(
    events: &[CaseEvent],
    people: &BTreeMap<StaffId, Line>,
) -> (Vec<EventRow>, Vec<EventRow>) {
    let mut rows: Vec<(CaseEventKind, EventRow)> = Vec::new();
    for event in events.iter().rev() {
        match rows.last_mut() {
            Some((CaseEventKind::ItemAdded, row)) if event.kind == CaseEventKind::ItemAdded => {
                row.count = row.count.saturating_add(1);
            }
            Some(_) | None => rows.push((event.kind, row(event, people))),
        }
    }
    let mut newest: Vec<EventRow> = rows.into_iter().map(|(_, row)| row).collect();
    let others = newest.split_off(newest.len().min(NEWEST));
    (newest, others)
}

fn row(event: &CaseEvent, people: &BTreeMap<StaffId, Line>) -> EventRow {
    EventRow {
        what: terms::event(event.kind),
        count: 1,
        urgency: event.about.urgency.map(terms::urgency),
        who: event.by.map(|by| display_name_of(by, people)),
        at: show::time(event.at),
        note: event.note.as_ref().map(|note| show::prose(note.as_str())),
    }
}

/// Returns the display name of a staff member, or their id if no name is known.
pub fn display_name_of(who: StaffId, people: &BTreeMap<StaffId, Line>) -> SafeHtml {
    let display_name = people.get(&who).map(|line| show::text(line.as_str()));
    display_name.unwrap_or_else(|| show::text(&who.to_string()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use mamori_model::case::About;

    use super::*;
    use crate::messages::MessageId;

    fn event(number: u128, kind: CaseEventKind) -> CaseEvent {
        CaseEvent {
            id: format!("ev_{number:032x}").parse().unwrap(),
            case: format!("case_{:032x}", 1).parse().unwrap(),
            kind,
            by: None,
            note: None,
            about: About::default(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn items_that_were_added_one_after_the_other_are_one_row() {
        use CaseEventKind::{Claimed, ItemAdded, Lapsed, Opened};
        let kinds = [Opened, ItemAdded, ItemAdded, Claimed, Lapsed, ItemAdded];
        let events: Vec<_> = (1..).zip(kinds).map(|(nth, kind)| event(nth, kind)).collect();

        let (newest, others) = rows(&events, &BTreeMap::new());

        let counted = |rows: &[EventRow]| -> Vec<(MessageId, u64)> {
            rows.iter().map(|row| (row.what, row.count)).collect()
        };
        assert_eq!(
            counted(&newest),
            [(terms::event(ItemAdded), 1), (terms::event(Lapsed), 1), (terms::event(Claimed), 1)]
        );
        assert_eq!(counted(&others), [(terms::event(ItemAdded), 2), (terms::event(Opened), 1)]);
    }
}
