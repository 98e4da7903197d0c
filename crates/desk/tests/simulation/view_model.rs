//! The view rule, worked out from the tables without the desk: which views of the items of some
//! cases a person has made, and whether any is still needed.

use jiff::Timestamp;
use jiff::civil::Date;
use mamori_model::action::{AccountMeasure, ItemMeasure};
use mamori_model::{Measures, Outcome, Viewing};

use crate::sim::Simulation;

/// Whether a person has viewed something, and whether something is still to be viewed.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub any: bool,
    pub open: bool,
    pub unkept: bool,
}

impl Seen {
    /// Whether all was viewed that needs a view.
    pub fn is_complete(self) -> bool {
        !self.open && !self.unkept
    }

    /// The word for the record.
    pub fn word(self, is_asked: bool) -> Viewing {
        match (self.any, self.open) {
            (true, false) if !self.unkept => Viewing::Viewed,
            (true, _) => Viewing::InPart,
            (false, _) if !is_asked => Viewing::NotNeeded,
            (false, false) => Viewing::NotKept,
            (false, true) => Viewing::NotViewed,
        }
    }
}

/// Whose views a decision asks for. No item of this world has an exact match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    NoOne,
    AuthorOrApproval,
    Author,
    Both,
}

impl Asked {
    pub fn of(outcome: Outcome, measures: &Measures, today: Date, days_alone: u32) -> Self {
        let is_grave = match measures.account {
            AccountMeasure::Suspend { .. } => true,
            AccountMeasure::LimitFeature { until, .. } => is_long(today, until, days_alone),
            AccountMeasure::Leave
            | AccountMeasure::Restore
            | AccountMeasure::RestoreFeature { .. } => false,
        };
        let limits = matches!(measures.account, AccountMeasure::LimitFeature { .. });
        let restricts_items =
            matches!(measures.items, ItemMeasure::Remove | ItemMeasure::Limit { .. });
        match outcome {
            Outcome::NotAMatch => Self::Author,
            Outcome::Violates if is_grave => Self::Both,
            Outcome::Violates if limits || restricts_items => Self::AuthorOrApproval,
            Outcome::Violates | Outcome::Allowed => Self::NoOne,
        }
    }

    /// Whether the decision must wait for a second approval because of its measures or its views.
    pub fn needs_approval(self, author: Seen) -> bool {
        self == Self::Both || (self == Self::AuthorOrApproval && !author.is_complete())
    }

    /// Whether the author may not decide yet.
    pub fn is_refused_to_author(self, author: Seen) -> bool {
        matches!(self, Self::Both | Self::Author) && author.open
    }
}

/// Whether a limit from `today` to `until` is longer than one person may set.
pub fn is_long(today: Date, until: Date, days_alone: u32) -> bool {
    until.since(today).unwrap().get_days() >= i32::try_from(days_alone).unwrap()
}

/// What `person` has viewed since `since` of the items of some cases: `cases` is a condition on a
/// `case_id`.
pub async fn seen(
    sim: &Simulation,
    cases: &str,
    person: usize,
    since: Timestamp,
) -> Result<Seen, String> {
    seen_of(sim, (cases, cases), person, since).await
}

/// What [`seen`] counts for the items of `some` of the `cases`; views of the others count, if they
/// are of copies or of the same entries.
pub async fn seen_of(
    sim: &Simulation,
    (cases, some): (&str, &str),
    person: usize,
    since: Timestamp,
) -> Result<Seen, String> {
    let (now, since) = (sim.clock.now().as_microsecond(), since.as_microsecond());
    let who = format!("'staff_' || lower(hex(staff_id)) = '{}'", sim.world.people[person].id);
    let with = format!(
        "WITH item AS (
             SELECT m.id, m.sha256,
                    (SELECT count(*) FROM evidence e
                      WHERE e.match_id = m.id AND e.sha256 = m.sha256 AND e.expires_at > {now}
                        AND e.wrapped_key IS NOT NULL AND e.render_failed_at IS NULL) AS kept
               FROM item_match m WHERE m.id IN (SELECT match_id FROM case_item WHERE {cases})),
         own AS (SELECT DISTINCT match_id AS id FROM case_item WHERE {some}),
         near AS (
             SELECT h.match_id AS id, h.entry_id, min(h.distance) AS bits
               FROM hit h JOIN item ON item.id = h.match_id
              WHERE h.place = (SELECT max(place) FROM match_hashes s WHERE s.match_id = h.match_id)
              GROUP BY h.match_id, h.entry_id),
         viewed AS (
             SELECT DISTINCT v.match_id AS id
               FROM item_view v JOIN item ON item.id = v.match_id
              WHERE {cases} AND {who} AND clarity = 'clear' AND shown_at IS NOT NULL
                AND opened_at >= {since}
                AND opened_at >= (SELECT max(became_current_at) FROM match_hashes s
                                   WHERE s.match_id = v.match_id)
                AND EXISTS (SELECT 1 FROM evidence e
                             WHERE e.match_id = item.id AND e.sha256 = item.sha256)),
         copy AS (
             SELECT id, id AS other FROM item
              UNION SELECT a.id, b.id FROM near a JOIN near b ON b.entry_id = a.entry_id
                     WHERE a.bits + b.bits <= 31),
         need AS (
             SELECT (SELECT count(*) FROM copy JOIN viewed ON viewed.id = copy.other
                      WHERE copy.id = item.id) AS done,
                    (SELECT count(*) FROM copy JOIN item o ON o.id = copy.other
                      WHERE copy.id = item.id AND o.kept > 0) AS kept
               FROM item JOIN own ON own.id = item.id
              UNION ALL
             SELECT (SELECT count(*) FROM near JOIN viewed ON viewed.id = near.id
                      WHERE near.entry_id = entry.entry_id) AS done,
                    (SELECT count(*) FROM near JOIN item o ON o.id = near.id
                      WHERE near.entry_id = entry.entry_id AND o.kept > 0) AS kept
               FROM (SELECT DISTINCT entry_id FROM near JOIN own ON own.id = near.id) AS entry)"
    );
    let of_own = "FROM viewed
                  WHERE EXISTS (SELECT 1 FROM copy JOIN own ON own.id = copy.other
                                 WHERE copy.id = viewed.id)
                     OR EXISTS (SELECT 1 FROM near a JOIN near b ON b.entry_id = a.entry_id
                                  JOIN own ON own.id = b.id WHERE a.id = viewed.id)";
    let count =
        async |what: &str| sim.tables.count(&format!("{with} SELECT count(*) {what}")).await;
    Ok(Seen {
        any: count(of_own).await? > 0,
        open: count("FROM need WHERE done = 0 AND kept > 0").await? > 0,
        unkept: count("FROM need WHERE done = 0 AND kept = 0").await? > 0,
    })
}
