//! Queries for matches. There is one for each service and item, however often the item is checked.

use jiff::Timestamp;
use mamori_model::matched::Match;
use mamori_model::page::{Page, PageSize};
use mamori_model::{
    Account, BankId, Country, Item, ItemName, MatchId, Pdq, ServiceId, Sha256, Verdict,
};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, to_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, service_id, item_name, account, surface, country, verdict, pdq, sha256,
               created_at, changed_at
          FROM item_match
         WHERE ",
            $rest
        )
    };
}

queries! {
    MATCH_BY_ID = select!("match_by_id", "service_id = $1 AND id = $2");
    MATCH_OF_ITEM = select!("match_of_item", "service_id = $1 AND item_name = $2");
    LOCK_MATCH = select!("lock_match", "service_id = $1 AND item_name = $2"),
        postgres: select!("lock_match", "service_id = $1 AND item_name = $2 FOR UPDATE");
    MATCHES_PAGE = select!("matches_page", "id < $1 AND created_at >= $2 AND created_at < $3
           AND (EXISTS (SELECT 1 FROM hit WHERE hit.match_id = item_match.id AND hit.bank_id = $4)
                OR $4 IS NULL)
         ORDER BY id DESC LIMIT $5");
    MATCHES_PAGE_OF_SERVICE = select!("matches_page_of_service", "id < $1 AND created_at >= $2
           AND created_at < $3
           AND (EXISTS (SELECT 1 FROM hit WHERE hit.match_id = item_match.id AND hit.bank_id = $4)
                OR $4 IS NULL)
           AND service_id = $6
         ORDER BY id DESC LIMIT $5");
    MATCHES_PAGE_OF_ITEM = select!("matches_page_of_item", "id < $1 AND created_at >= $2
           AND created_at < $3
           AND (EXISTS (SELECT 1 FROM hit WHERE hit.match_id = item_match.id AND hit.bank_id = $4)
                OR $4 IS NULL)
           AND service_id = $6 AND item_name = $7
         ORDER BY id DESC LIMIT $5");
    INSERT_MATCH = "-- insert_match
        INSERT INTO item_match (id, service_id, item_name, account, surface, country, verdict, pdq,
                                sha256, created_at, changed_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (service_id, item_name) DO NOTHING";
    UPDATE_MATCH = "-- update_match
        UPDATE item_match
           SET verdict = $2, pdq = $3, sha256 = $4, changed_at = $5, changed_by = $6
         WHERE id = $1";
}

/// Which matches to list. Each field that is set narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchFilter {
    /// Only matches of this service.
    pub service: Option<ServiceId>,
    /// Only the match of this item. Ignored without `service`, because each service names its own
    /// items.
    pub item: Option<ItemName>,
    /// Only matches with a hit in this bank.
    pub bank: Option<BankId>,
    /// Only items first matched at this time or later.
    pub from: Option<Timestamp>,
    /// Only items first matched before this time.
    pub to: Option<Timestamp>,
}

/// The result of recording a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Id of the item's match: the given one if it is new, otherwise the existing one.
    pub id: MatchId,
    /// Whether the item had no match before.
    pub is_new: bool,
    /// The verdict that the item had before.
    pub verdict_before: Option<Verdict>,
    /// Number of hits that the match did not have before.
    pub added_hits: u32,
    /// Time at which the item last changed to these hashes; `found.changed_at` if that is now.
    pub hashes_became_current_at: Timestamp,
    /// Whether the item was never sent with these hashes before.
    pub has_new_hashes: bool,
    /// The place of these hashes among the sets of the match.
    pub place: i64,
    /// Whether the item was sent with no other set since.
    pub has_newest_hashes: bool,
}

row! {
    pub(crate) struct MatchRow {
        id: Uuid,
        service_id: Uuid,
        item_name: String,
        account: Option<String>,
        surface: String,
        country: Option<String>,
        verdict: String,
        pdq: Option<Vec<u8>>,
        sha256: Option<Vec<u8>>,
        created_at: i64,
        changed_at: i64,
    }
}

impl MatchRow {
    /// Reads everything except hits and sets of hashes.
    pub(crate) fn read(self) -> Result<Match, Error> {
        let account: Result<Option<Account>, _> =
            self.account.map(|account| account.parse()).transpose();
        let country = self.country.map(|country| Country::as_stored(&country)).transpose();
        let pdq = self.pdq.as_deref().map(Pdq::try_from).transpose();
        let sha256 = self.sha256.as_deref().map(Sha256::try_from).transpose();
        Ok(Match {
            id: self.id.into(),
            service: self.service_id.into(),
            item: Item {
                name: self.item_name.parse().or_corrupt("item_match.item_name")?,
                account: account.or_corrupt("item_match.account")?,
                surface: self.surface.parse().or_corrupt("item_match.surface")?,
                country: country.or_corrupt("item_match.country")?,
            },
            verdict: Verdict::parse(&self.verdict).or_corrupt("item_match.verdict")?,
            hits: Vec::new(),
            hashes: Vec::new(),
            pdq: pdq.or_corrupt("item_match.pdq")?,
            sha256: sha256.or_corrupt("item_match.sha256")?,
            created_at: from_micros(self.created_at, "item_match.created_at")?,
            changed_at: from_micros(self.changed_at, "item_match.changed_at")?,
        })
    }
}

impl Store {
    /// Returns the match, if it belongs to this service.
    pub async fn a_match(&self, service: ServiceId, id: MatchId) -> Result<Option<Match>, Error> {
        let row = self.row(MATCH_BY_ID.bind(service).bind(id)).await?;
        self.with_hits_of_one(row).await
    }

    /// Returns the match of an item.
    pub async fn match_of_item(
        &self,
        service: ServiceId,
        item: &ItemName,
    ) -> Result<Option<Match>, Error> {
        let row = self.row(MATCH_OF_ITEM.bind(service).bind(item.as_str())).await?;
        self.with_hits_of_one(row).await
    }

    /// Returns a page of matches, the newest first.
    pub async fn matches(
        &self,
        filter: &MatchFilter,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<Page<Match, MatchId>, Error> {
        let item = filter.item.as_ref().filter(|_| filter.service.is_some());
        let query = match (filter.service, item) {
            (None, _) => MATCHES_PAGE,
            (Some(_), None) => MATCHES_PAGE_OF_SERVICE,
            (Some(_), Some(_)) => MATCHES_PAGE_OF_ITEM,
        };
        let mut call = query
            .bind(after.map_or(Uuid::max(), Uuid::from))
            .bind(filter.from.map_or(i64::MIN, to_micros))
            .bind(filter.to.map_or(i64::MAX, to_micros))
            .bind(filter.bank)
            .bind(size.rows().saturating_add(1));
        if let Some(service) = filter.service {
            call = call.bind(service);
        }
        if let Some(item) = item {
            call = call.bind(item.as_str());
        }
        let rows: Vec<MatchRow> = self.rows(call).await?;
        let matches = rows.into_iter().map(MatchRow::read).collect::<Result<_, _>>()?;
        let mut page = Page::of(matches, size, |found: &Match| found.id);
        self.fill(&mut page.rows).await?;
        Ok(page)
    }

    /// Reads the hits and the sets of hashes of every match in `matches`.
    pub(crate) async fn fill(&self, matches: &mut [Match]) -> Result<(), Error> {
        self.fill_hits(matches).await?;
        self.fill_hashes(matches).await
    }

    async fn with_hits_of_one(&self, row: Option<MatchRow>) -> Result<Option<Match>, Error> {
        let Some(row) = row else { return Ok(None) };
        let mut found = [row.read()?];
        self.fill(&mut found).await?;
        let [found] = found;
        Ok(Some(found))
    }
}

impl Tx {
    /// Records that an item matched. An item never has two matches: new hits and hashes are added
    /// to its existing match, which keeps the strictest verdict, also if two nodes record it at
    /// once.
    ///
    /// `found.created_at` is the time of the first match, `found.changed_at` that of this one.
    /// [`Error::NotFound`] if the service does not exist.
    pub async fn record_match(&mut self, found: &Match) -> Result<Recorded, Error> {
        // The row can vanish between the insertion and the lock only by retention, so one pass is
        // usually enough.
        for _ in 0..3 {
            if self.insert_match(found).await? {
                let hashes = self.add_hashes(found.id, found).await?;
                let added_hits = self.add_hits(found.id, &found.hits, hashes.place).await?;
                return Ok(Recorded {
                    id: found.id,
                    is_new: true,
                    verdict_before: None,
                    added_hits,
                    hashes_became_current_at: hashes.became_current_at,
                    has_new_hashes: hashes.are_new,
                    place: hashes.place,
                    has_newest_hashes: hashes.are_newest,
                });
            }
            let call = LOCK_MATCH.bind(found.service).bind(found.item.name.as_str());
            if let Some(row) = self.row::<MatchRow>(call).await? {
                return self.merge_match(&row.read()?, found).await;
            }
        }
        Err(Error::Conflict("match"))
    }

    async fn insert_match(&mut self, found: &Match) -> Result<bool, Error> {
        let item = &found.item;
        let call = INSERT_MATCH
            .bind(found.id)
            .bind(found.service)
            .bind(item.name.as_str())
            .bind(item.account.as_ref().map(Account::reveal))
            .bind(item.surface.as_str())
            .bind(item.country.as_ref().map(mamori_model::Country::as_str))
            .bind(found.verdict.as_str())
            .bind(found.pdq.as_ref().map(|pdq| pdq.as_bytes().as_slice()))
            .bind(found.sha256.as_ref().map(|sha256| sha256.as_bytes().as_slice()))
            .bind(found.created_at)
            .bind(found.changed_at)
            .bind(self.name());
        let inserted = self.run(call).await.map_err(|error| error.or_taken("service", "match"))?;
        Ok(inserted == 1)
    }

    /// Adds to `before`, which is locked, what `found` has in addition.
    async fn merge_match(&mut self, before: &Match, found: &Match) -> Result<Recorded, Error> {
        let hashes = self.add_hashes(before.id, found).await?;
        let added_hits = self.add_hits(before.id, &found.hits, hashes.place).await?;
        let is_stricter = found.verdict > before.verdict;
        let newest = self.newest_hashes(before.id).await?;
        let (sha256, pdq) = newest.unwrap_or((before.sha256, before.pdq));
        let is_changed = is_stricter || hashes.are_new || added_hits > 0;
        if is_changed || pdq != before.pdq || sha256 != before.sha256 {
            let changed_at = if is_changed { found.changed_at } else { before.changed_at };
            let call = UPDATE_MATCH
                .bind(before.id)
                .bind(before.verdict.max(found.verdict).as_str())
                .bind(pdq.as_ref().map(|pdq| pdq.as_bytes().as_slice()))
                .bind(sha256.as_ref().map(|sha256| sha256.as_bytes().as_slice()))
                .bind(changed_at)
                .bind(self.name());
            self.run(call).await?;
        }
        Ok(Recorded {
            id: before.id,
            is_new: false,
            verdict_before: Some(before.verdict),
            added_hits,
            hashes_became_current_at: hashes.became_current_at,
            has_new_hashes: hashes.are_new,
            place: hashes.place,
            has_newest_hashes: hashes.are_newest,
        })
    }
}
