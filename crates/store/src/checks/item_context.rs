//! Queries for the context of items: the text and the address that a service sent with them.

use std::collections::HashMap;

use mamori_model::{ContextUrl, ItemContext, ItemText, MatchId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::json;
use crate::open::Store;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    SET_ITEM_CONTEXT = "-- set_item_context
        INSERT INTO item_context (match_id, text, url, changed_by) VALUES ($1, $2, $3, $4)
        ON CONFLICT (match_id) DO UPDATE
           SET text = excluded.text, url = excluded.url, changed_by = excluded.changed_by";
    ITEM_CONTEXTS = "-- item_contexts
        SELECT match_id, text, url
          FROM item_context
         WHERE match_id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "-- item_contexts
        SELECT match_id, text, url
          FROM item_context
         WHERE match_id = ANY (ARRAY(SELECT CAST(
                        json_array_elements_text(CAST($1 AS json)) AS uuid)))";
    ITEM_CONTEXT = "-- item_context
        SELECT match_id, text, url FROM item_context WHERE match_id = $1";
}

type ContextRow = (Uuid, Option<String>, Option<String>);

fn read((item, text, url): ContextRow) -> Result<(MatchId, ItemContext), Error> {
    let text: Option<ItemText> =
        text.map(|text| text.parse()).transpose().or_corrupt("item_context.text")?;
    let url: Option<ContextUrl> =
        url.map(|url| url.parse()).transpose().or_corrupt("item_context.url")?;
    Ok((item.into(), ItemContext::new(text, url)))
}

impl Store {
    /// Returns the context of each of these items that has one.
    pub async fn item_contexts(
        &self,
        items: impl IntoIterator<Item = MatchId>,
    ) -> Result<HashMap<MatchId, ItemContext>, Error> {
        let rows: Vec<ContextRow> = self.rows(ITEM_CONTEXTS.bind(json::ids(items))).await?;
        rows.into_iter().map(read).collect()
    }
}

impl Tx {
    /// Stores the context of an item in place of the one before.
    pub async fn set_item_context(
        &mut self,
        item: MatchId,
        context: &ItemContext,
    ) -> Result<(), Error> {
        let call = SET_ITEM_CONTEXT
            .bind(item)
            .bind(context.text().map(ItemText::reveal))
            .bind(context.url().map(ContextUrl::reveal))
            .bind(self.name());
        self.run(call).await.map(drop)
    }

    /// Returns the context of an item; an empty one if none is stored.
    pub async fn item_context(&mut self, item: MatchId) -> Result<ItemContext, Error> {
        let row: Option<ContextRow> = self.row(ITEM_CONTEXT.bind(item)).await?;
        Ok(row.map(read).transpose()?.map(|(_, context)| context).unwrap_or_default())
    }
}
