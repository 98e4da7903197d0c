//! Compacts the index while entries are added and removed, and writes a snapshot for the next
//! start.
//!
//! Both run on a thread of their own: building takes up to seconds, and delays no search.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mamori_matching::Index;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{Desk, Error};

/// How often the index is checked for work. Entries not yet compacted are searched too, only
/// slower.
const INTERVAL: Duration = Duration::from_millis(500);
/// How often the snapshot is written, besides once at a stop.
const SNAPSHOT_INTERVAL: Duration = Duration::from_hours(1);

/// What a snapshot says about itself: the last change that it contains. The database must have that
/// very change; otherwise the snapshot is of another database, or of one that was restored from a
/// backup.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Tag {
    version: i64,
    changed_at: i64,
}

impl Desk {
    /// Compacts the index until `stop`, and then writes a snapshot.
    pub async fn compact(&self, stop: CancellationToken) {
        let mut saved_at = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(INTERVAL) => {}
            }
            if let Err(error) = compacted(self.index(), stop.clone()).await {
                tracing::warn!(error = error.logged(), "the index cannot be compacted");
            }
            if saved_at.elapsed() >= SNAPSHOT_INTERVAL {
                self.save_or_warn().await;
                saved_at = Instant::now();
            }
        }
        self.save_or_warn().await;
    }

    async fn save_or_warn(&self) {
        if let Err(error) = self.save_snapshot().await {
            tracing::warn!(error = error.logged(), "the snapshot of the index cannot be written");
        }
    }

    /// Writes the snapshot, if the settings name a file; returns whether it was written.
    pub async fn save_snapshot(&self) -> Result<bool, Error> {
        let Some(path) = self.settings().snapshot.clone() else { return Ok(false) };
        // Read before the index: changes in between are applied a second time later, without harm.
        let version = self.position().version;
        let Some(changed_at) = self.store().change_time(version).await? else { return Ok(false) };
        let tag = Tag { version, changed_at: changed_at.as_microsecond() };
        let tag = serde_json::to_vec(&tag).map_err(|why| Error::internal("no tag", why))?;
        let index = self.index();
        let save = move || index.save(&path, &tag);
        let saved = tokio::task::spawn_blocking(save).await;
        saved
            .map_err(|why| Error::internal("writing the snapshot stopped", why))?
            .map_err(|why| Error::internal("the snapshot cannot be written", why))?;
        Ok(true)
    }

    /// Returns the index of the snapshot and the last change that it contains; `None` if there is
    /// no snapshot that fits the database.
    pub(super) async fn open_snapshot(&self) -> Result<Option<(Index, i64)>, Error> {
        let Some(path) = self.settings().snapshot.clone().filter(|path| path.exists()) else {
            return Ok(None);
        };
        let opened = tokio::task::spawn_blocking(move || open(&path)).await;
        let opened = opened.map_err(|why| Error::internal("reading the snapshot stopped", why))?;
        let (index, tag) = match opened {
            Ok(opened) => opened,
            Err(reason) => {
                tracing::warn!(reason, "the snapshot of the index is not used");
                return Ok(None);
            }
        };
        let held = self.store().change_time(tag.version).await?;
        if held.map(jiff::Timestamp::as_microsecond) != Some(tag.changed_at) {
            tracing::info!("the snapshot of the index is too old, or of another database");
            return Ok(None);
        }
        Ok(Some((index, tag.version)))
    }
}

fn open(path: &Path) -> Result<(Index, Tag), String> {
    let (index, tag) = Index::open(path).map_err(|why| why.to_string())?;
    let tag = serde_json::from_slice(&tag).map_err(|why| why.to_string())?;
    Ok((index, tag))
}

/// Compacts `index` until nothing is left to do, or until `stop`.
pub(super) async fn compacted(index: Arc<Index>, stop: CancellationToken) -> Result<(), Error> {
    let compact = move || {
        while !stop.is_cancelled() && index.compact()? {}
        Ok::<(), std::io::Error>(())
    };
    let compacted = tokio::task::spawn_blocking(compact).await;
    compacted
        .map_err(|why| Error::internal("compaction stopped", why))?
        .map_err(|why| Error::internal("there is no memory to compact the index", why))
}
