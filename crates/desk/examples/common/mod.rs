//! What the measuring examples share: a desk on a database, a bank, and the lines of an import.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::{Admin, Clock, Desk, Settings};
use mamori_media::{Limits, Pool, PoolSettings};
use mamori_model::{Action, BankId, Distance, Jurisdictions, Purpose, Quality, Reach, Surface};
use mamori_store::Store;
use mamori_testkit::database::TestDatabase;

/// Any error; it ends the program.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many lines one chunk has: about 64 KiB, as from a socket.
const LINES_AT_ONCE: usize = 800;

/// Returns lines of NDJSON that are made on demand, each with a hash of 256 bits and with `fields`. The
/// hashes are spread like real ones, so that inserts touch the whole index.
pub fn chunks(lines: u64, fields: String) -> impl Stream<Item = Result<Bytes, Failure>> {
    stream::iter(0..lines).chunks(LINES_AT_ONCE).map(move |numbers| {
        let line = |number: u64| {
            let word = |salt: u64| (number ^ (salt << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let [a, b, c, d] = [0, 1, 2, 3].map(word);
            format!("{{\"hash\":\"{a:016x}{b:016x}{c:016x}{d:016x}\"{fields}}}\n")
        };
        Ok(Bytes::from(numbers.into_iter().map(line).collect::<String>()))
    })
}

/// Returns a desk with the default settings, whose decoding processes run this program with `decode`.
pub async fn desk(records: &TestDatabase) -> Result<Desk, Failure> {
    let store = Store::open(&mamori_store::Settings::new(records.url())).await?;
    let pool = Pool::start(PoolSettings {
        program: "/proc/self/exe".into(),
        args: vec!["decode".into()],
        workers: 1,
        waiting_max: 1,
        sender_waiting_max: 1,
        idle_max: 2,
        limits: Limits::default(),
    });
    let desk = Desk::new(store, pool.await?, Arc::new(Clock::system()), Settings::default())?;
    desk.load().await?;
    Ok(desk)
}

/// Creates a bank.
pub async fn create_bank(desk: &Desk, name: &str, action: Action) -> Result<BankId, Failure> {
    let bank = NewBank {
        name: name.parse()?,
        purpose: Purpose::Rehearsal,
        source: "numbers".parse()?,
        legal_basis: "none needed".parse()?,
        owner: "the benchmark".parse()?,
        reach: Reach::new(BTreeSet::from([Surface::Public]), Jurisdictions::Everywhere, None)?,
        distance_max: Distance::PDQ_SAME_MAX,
        quality_min: Quality::TRUSTED_MIN,
        transforms: None,
        action,
        is_enabled: true,
    };
    Ok(desk.create_bank(&Admin::local_cli(), bank).await?.id)
}
