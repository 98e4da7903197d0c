//! Queries for the view rule ([`mamori_model::view_rule`]): the facts about the items of some
//! cases, and which of these items a staff member has viewed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use mamori_model::view_rule::ItemFacts;
use mamori_model::{CaseId, Distance, EntryId, HashKind, MatchId, Pdq, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::tx::Tx;

/// Items of some cases. An item can be viewed if its present bytes are stored. Each engine needs its
/// own form of the list.
macro_rules! items_of_cases {
    ($name:literal, $listed:literal, $which:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT case_item.case_id, item_match.id, item_match.item_name, item_match.pdq,
               (SELECT count(*)
                  FROM evidence
                 WHERE evidence.match_id = item_match.id
                   AND (evidence.sha256 = item_match.sha256 OR evidence.sha256 IS NULL)
                   AND evidence.wrapped_key IS NOT NULL AND evidence.expires_at > $2
                   AND evidence.render_failed_at IS NULL)
          FROM case_item
          JOIN item_match ON item_match.id = case_item.match_id
         WHERE case_item.case_id ",
            $listed,
            $which,
            "
         ORDER BY item_match.id"
        )
    };
}

/// The hits of the present bytes of some items: those of the newest set of hashes.
macro_rules! hits {
    ($name:literal, $items:literal, $listed:literal, $end:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT hit.match_id, hit.entry_id, hit.kind, hit.distance
          FROM hit
         WHERE hit.match_id ",
            $items,
            $listed,
            $end,
            "
           AND hit.place = COALESCE((SELECT max(place)
                                       FROM match_hashes
                                      WHERE match_hashes.match_id = hit.match_id), 1)
         ORDER BY hit.match_id, hit.entry_id"
        )
    };
}

/// The items of some cases that a staff member has viewed clear since they have their present bytes.
macro_rules! viewed_in_cases {
    ($listed:literal) => {
        concat!(
            "-- viewed_in_cases
        SELECT item_view.match_id
          FROM item_view
          JOIN item_match ON item_match.id = item_view.match_id
         WHERE item_view.staff_id = $2 AND item_view.clarity = 'clear'
           AND item_view.shown_at IS NOT NULL AND item_view.opened_at >= $3
           AND item_view.opened_at >= COALESCE((SELECT max(became_current_at)
                                                  FROM match_hashes
                                                 WHERE match_id = item_view.match_id), 0)
           AND EXISTS (SELECT 1
                         FROM evidence
                        WHERE evidence.match_id = item_match.id
                          AND (evidence.sha256 = item_match.sha256 OR evidence.sha256 IS NULL))
           AND item_view.case_id ",
            $listed
        )
    };
}

queries! {
    ITEMS_OF_CASES = items_of_cases!(
            "items_of_cases", "IN (SELECT unhex(value) FROM json_each($1))", ""
        ),
        postgres: items_of_cases!(
            "items_of_cases",
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))",
            ""
        );
    NEWEST_ITEMS_OF_CASES = items_of_cases!(
            "newest_items_of_cases",
            "IN (SELECT unhex(value) FROM json_each($1))",
            "
           AND case_item.match_id = (SELECT newest.match_id FROM case_item AS newest
                                      WHERE newest.case_id = case_item.case_id
                                      ORDER BY newest.match_id DESC LIMIT 1)"
        ),
        postgres: items_of_cases!(
            "newest_items_of_cases",
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))",
            "
           AND case_item.match_id = (SELECT newest.match_id FROM case_item AS newest
                                      WHERE newest.case_id = case_item.case_id
                                      ORDER BY newest.match_id DESC LIMIT 1)"
        );
    HITS_OF_CASES = hits!(
            "hits_of_cases",
            "IN (SELECT match_id FROM case_item WHERE case_id ",
            "IN (SELECT unhex(value) FROM json_each($1))",
            ")"
        ),
        postgres: hits!(
            "hits_of_cases",
            "IN (SELECT match_id FROM case_item WHERE case_id ",
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))",
            ")"
        );
    HITS_OF_ITEMS = hits!(
            "hits_of_items", "", "IN (SELECT unhex(value) FROM json_each($1))", ""
        ),
        postgres: hits!(
            "hits_of_items",
            "",
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))",
            ""
        );
    VIEWED_IN_CASES = viewed_in_cases!("IN (SELECT unhex(value) FROM json_each($1))"),
        postgres: viewed_in_cases!(
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))"
        );
}

type ItemRow = (Uuid, Uuid, String, Option<Vec<u8>>, i64);
type HitRow = (Uuid, i64, String, i64);

/// The nearest hits of an item, and whether one of them is exact.
#[derive(Default)]
struct Hits {
    entries: BTreeMap<EntryId, Distance>,
    is_exact: bool,
}

fn hits(rows: Vec<HitRow>) -> Result<HashMap<Uuid, Hits>, Error> {
    let mut hits: HashMap<Uuid, Hits> = HashMap::new();
    for (item, entry, kind, distance) in rows {
        let entry = EntryId::new(entry).or_corrupt("hit.entry_id")?;
        let kind: HashKind = kind.parse().or_corrupt("hit.kind")?;
        let distance = Distance(u32::try_from(distance).or_corrupt("hit.distance")?);
        let of_item = hits.entry(item).or_default();
        let nearest = of_item.entries.entry(entry).or_insert(distance);
        *nearest = distance.min(*nearest);
        of_item.is_exact |= kind != HashKind::Pdq;
    }
    Ok(hits)
}

fn facts(
    items: Vec<ItemRow>,
    mut hits: HashMap<Uuid, Hits>,
) -> Result<HashMap<CaseId, Vec<ItemFacts>>, Error> {
    let mut facts: HashMap<CaseId, Vec<ItemFacts>> = HashMap::new();
    for (case, item, name, pdq, viewable) in items {
        let pdq = pdq.as_deref().map(Pdq::try_from).transpose();
        let Hits { entries, is_exact } = hits.remove(&item).unwrap_or_default();
        facts.entry(case.into()).or_default().push(ItemFacts {
            item: item.into(),
            name: name.parse().or_corrupt("item_match.item_name")?,
            entries: entries.into_iter().collect(),
            pdq: pdq.or_corrupt("item_match.pdq")?,
            is_exact,
            is_viewable: viewable > 0,
        });
    }
    Ok(facts)
}

fn viewed(rows: Vec<(Uuid,)>) -> BTreeSet<MatchId> {
    rows.into_iter().map(|(item,)| item.into()).collect()
}

impl Store {
    /// Returns the facts about the items of these cases at `now`, the oldest item first.
    pub async fn item_facts(
        &self,
        cases: &[CaseId],
        now: Timestamp,
    ) -> Result<HashMap<CaseId, Vec<ItemFacts>>, Error> {
        let ids = json::ids(cases.iter().copied());
        let hits = hits(self.rows(HITS_OF_CASES.bind(ids.clone())).await?)?;
        facts(self.rows(ITEMS_OF_CASES.bind(ids).bind(now)).await?, hits)
    }

    /// Returns the facts about the newest item of each of these cases at `now`. A case without items
    /// is left out.
    pub async fn newest_item_facts(
        &self,
        cases: &[CaseId],
        now: Timestamp,
    ) -> Result<HashMap<CaseId, ItemFacts>, Error> {
        let call = NEWEST_ITEMS_OF_CASES.bind(json::ids(cases.iter().copied())).bind(now);
        let items: Vec<ItemRow> = self.rows(call).await?;
        let ids = json::ids(items.iter().map(|(_, item, ..)| *item));
        let hits = hits(self.rows(HITS_OF_ITEMS.bind(ids)).await?)?;
        let by_case = facts(items, hits)?.into_iter();
        Ok(by_case.filter_map(|(case, mut items)| Some((case, items.pop()?))).collect())
    }

    /// Returns the items of these cases that a staff member has viewed clear since `since`, and
    /// since the items have their present bytes.
    pub async fn viewed_in_cases(
        &self,
        cases: &[CaseId],
        by: StaffId,
        since: Timestamp,
    ) -> Result<BTreeSet<MatchId>, Error> {
        let call = VIEWED_IN_CASES.bind(json::ids(cases.iter().copied())).bind(by).bind(since);
        Ok(viewed(self.rows(call).await?))
    }
}

impl Tx {
    /// Returns the facts about the items of these cases at `now`, the oldest item first.
    pub async fn item_facts(
        &mut self,
        cases: &[CaseId],
        now: Timestamp,
    ) -> Result<HashMap<CaseId, Vec<ItemFacts>>, Error> {
        let ids = json::ids(cases.iter().copied());
        let hits = hits(self.rows(HITS_OF_CASES.bind(ids.clone())).await?)?;
        facts(self.rows(ITEMS_OF_CASES.bind(ids).bind(now)).await?, hits)
    }

    /// Returns the items of these cases that a staff member has viewed clear since `since`, and
    /// since the items have their present bytes.
    pub async fn viewed_in_cases(
        &mut self,
        cases: &[CaseId],
        by: StaffId,
        since: Timestamp,
    ) -> Result<BTreeSet<MatchId>, Error> {
        let call = VIEWED_IN_CASES.bind(json::ids(cases.iter().copied())).bind(by).bind(since);
        Ok(viewed(self.rows(call).await?))
    }
}
