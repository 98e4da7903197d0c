//! Queries for the items of a case: matches, which are kept as long as the case.

use std::collections::HashMap;

use jiff::Timestamp;
use mamori_model::matched::Match;
use mamori_model::page::{Page, PageSize};
use mamori_model::{Assignment, CaseId, EntryId, ItemName, MatchId, Verdict};
use uuid::Uuid;

use crate::checks::matched::MatchRow;
use crate::covered::covered;
use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::tx::Tx;

/// The names of the first items of some cases. Each engine needs its own form of the list.
macro_rules! names_of_cases {
    ($listed:literal) => {
        concat!(
            "-- names_of_cases
        SELECT case_id, item_name
          FROM (SELECT case_item.case_id, item_match.item_name, item_match.id,
                       row_number() OVER (PARTITION BY case_item.case_id
                                          ORDER BY item_match.id) AS place
                  FROM case_item
                  JOIN item_match ON item_match.id = case_item.match_id
                 WHERE case_item.case_id ",
            $listed,
            ") AS named
         WHERE place <= $2
         ORDER BY id"
        )
    };
}

/// How many other open cases have an item that hit an entry which an item of case `$1` hit; counts up
/// to `$4`, so that an entry with thousands of cases takes no longer than one with that many.
macro_rules! count_cases_with_same_entry {
    ($engine:ident) => {
        concat!(
            "-- count_cases_with_same_entry
        SELECT count(*)
          FROM (SELECT DISTINCT review_case.id
                  FROM case_item AS ours
                  JOIN hit AS our_hit ON our_hit.match_id = ours.match_id
                  JOIN hit AS their_hit ON their_hit.entry_id = our_hit.entry_id
                                       AND their_hit.bank_id = our_hit.bank_id
                  JOIN case_item AS theirs ON theirs.match_id = their_hit.match_id
                  JOIN review_case ON review_case.id = theirs.case_id
                 WHERE ours.case_id = $1 AND review_case.id <> $1 AND review_case.state = 'open'
                   AND ",
            covered!($engine "review_case.service_id" in "$2", "review_case.purpose" in "$3"),
            "
                 LIMIT $4) AS alike"
        )
    };
}

queries! {
    INSERT_CASE_ITEM = "-- insert_case_item
        INSERT INTO case_item (case_id, match_id, added_at, changed_by) VALUES ($1, $2, $3, $4)
        ON CONFLICT (case_id, match_id) DO NOTHING";
    CASE_ITEMS_PAGE = "-- case_items_page
        SELECT id, service_id, item_name, account, surface, country, verdict, pdq, sha256,
               created_at, changed_at
          FROM item_match
         WHERE id IN (SELECT match_id FROM case_item WHERE case_id = $1) AND id < $2
         ORDER BY id DESC LIMIT $3";
    CASE_ITEMS_WITH_HIT = "-- case_items_with_hit
        SELECT id, service_id, item_name, account, surface, country, verdict, pdq, sha256,
               created_at, changed_at
          FROM item_match
         WHERE id IN (SELECT hit.match_id
                        FROM hit
                        JOIN case_item ON case_item.match_id = hit.match_id
                       WHERE case_item.case_id = $1 AND hit.entry_id = $2)
         ORDER BY id DESC LIMIT $3";
    HAS_CASE_ITEM = "-- has_case_item
        SELECT count(*) FROM case_item WHERE case_id = $1 AND match_id = $2";
    CASE_ITEM_NAMES = "-- case_item_names
        SELECT id, item_name, verdict
          FROM item_match
         WHERE id IN (SELECT match_id FROM case_item WHERE case_id = $1)
         ORDER BY id";
    NAMES_OF_CASES = names_of_cases!("IN (SELECT unhex(value) FROM json_each($1))"),
        postgres: names_of_cases!(
            "= ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS uuid)))"
        );
    COUNT_CASES_WITH_SAME_ENTRY = count_cases_with_same_entry!(sqlite),
        postgres: count_cases_with_same_entry!(postgres);
}

/// A short form of an item of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseItem {
    /// Id of the item's match.
    pub id: MatchId,
    /// The service's name for the item.
    pub name: ItemName,
    /// The strictest verdict that the item received.
    pub verdict: Verdict,
}

fn read_names(rows: Vec<(Uuid, String, String)>) -> Result<Vec<CaseItem>, Error> {
    let read = |(id, name, verdict): (Uuid, String, String)| {
        Ok(CaseItem {
            id: id.into(),
            name: name.parse().or_corrupt("item_match.item_name")?,
            verdict: Verdict::parse(&verdict).or_corrupt("item_match.verdict")?,
        })
    };
    rows.into_iter().map(read).collect()
}

impl Store {
    /// Returns a page of the items of a case, the newest first.
    pub async fn case_items(
        &self,
        case: CaseId,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<Page<Match, MatchId>, Error> {
        let call = CASE_ITEMS_PAGE
            .bind(case)
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(size.rows().saturating_add(1));
        let rows: Vec<MatchRow> = self.rows(call).await?;
        let items = rows.into_iter().map(MatchRow::read).collect::<Result<_, _>>()?;
        let mut page = Page::of(items, size, |item: &Match| item.id);
        self.fill(&mut page.rows).await?;
        Ok(page)
    }

    /// Returns the newest `limit` items of a case with a hit on an entry, the newest first.
    pub async fn case_items_with_hit(
        &self,
        case: CaseId,
        entry: EntryId,
        limit: u32,
    ) -> Result<Vec<Match>, Error> {
        let call = CASE_ITEMS_WITH_HIT.bind(case).bind(entry).bind(limit);
        let rows: Vec<MatchRow> = self.rows(call).await?;
        let mut items = rows.into_iter().map(MatchRow::read).collect::<Result<Vec<_>, _>>()?;
        self.fill(&mut items).await?;
        Ok(items)
    }

    /// Returns the short form of every item of a case, the oldest first.
    pub async fn case_item_names(&self, case: CaseId) -> Result<Vec<CaseItem>, Error> {
        read_names(self.rows(CASE_ITEM_NAMES.bind(case)).await?)
    }

    /// Returns the names of the first `limit` items of each of these cases, the oldest first.
    pub async fn names_of_cases(
        &self,
        cases: impl IntoIterator<Item = CaseId>,
        limit: u32,
    ) -> Result<HashMap<CaseId, Vec<ItemName>>, Error> {
        let call = NAMES_OF_CASES.bind(json::ids(cases)).bind(limit);
        let rows: Vec<(Uuid, String)> = self.rows(call).await?;
        let mut names: HashMap<_, Vec<ItemName>> = HashMap::new();
        for (case, name) in rows {
            let name = name.parse().or_corrupt("item_match.item_name")?;
            names.entry(CaseId::from(case)).or_default().push(name);
        }
        Ok(names)
    }

    /// Returns how many other open cases that `within` covers have an item that hit the same entry, at
    /// most `limit`.
    pub async fn count_cases_with_same_entry(
        &self,
        case: CaseId,
        within: &Assignment,
        limit: u32,
    ) -> Result<u32, Error> {
        let call = COUNT_CASES_WITH_SAME_ENTRY.bind(case).within(within).bind(limit);
        let row: Option<(i64,)> = self.row(call).await?;
        row.and_then(|(count,)| u32::try_from(count).ok()).or_corrupt("review_case.id")
    }
}

impl Tx {
    /// Adds an item to a case.
    pub async fn insert_case_item(
        &mut self,
        case: CaseId,
        item: MatchId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let call = INSERT_CASE_ITEM.bind(case).bind(item).bind(at).bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Checks whether an item is in a case.
    pub async fn has_case_item(&mut self, case: CaseId, item: MatchId) -> Result<bool, Error> {
        let row: Option<(i64,)> = self.row(HAS_CASE_ITEM.bind(case).bind(item)).await?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }

    /// Returns the short form of every item of a case, the oldest first.
    pub async fn case_item_names(&mut self, case: CaseId) -> Result<Vec<CaseItem>, Error> {
        read_names(self.rows(CASE_ITEM_NAMES.bind(case)).await?)
    }
}
