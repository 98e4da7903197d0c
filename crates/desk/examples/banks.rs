//! Measures the creation of many banks, and checks of items while a large bank is purged, for `cargo
//! xtask drill banks`: `banks sqlite|postgres BANKS ENTRIES`. Ends with status 1 if a time grows beyond
//! `GROWTH_MAX`.
#![expect(clippy::print_stdout, reason = "it prints the figures")]

mod common;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::checks::check::CheckInput;
use mamori_desk::checks::fingerprints::Fingerprints;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Caller, Desk, Error, NewEntry, Proof};
use mamori_model::key::Role;
use mamori_model::{Action, Hash, HashKind, Item, Sha256, Surface};
use mamori_testkit::database::TestDatabase;
use tokio_util::sync::CancellationToken;

use common::{Failure, chunks, create_bank, desk};

/// The factor by which a time may grow: that of a bank's creation when there are ten times as many
/// banks, and that of a check while a bank is purged, which leaves half of the writer's time to others.
const GROWTH_MAX: f64 = 2.0;

/// How many checks of each kind are measured before the purge.
const CHECKS_BEFORE: usize = 2_000;

/// The digest of the entry that stays, and of the items that match.
const KNOWN: [u8; 32] = [0x5a; 32];
/// The digest of the items that match nothing.
const UNKNOWN: [u8; 32] = [0xa5; 32];

fn main() -> Result<ExitCode, Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (records, banks, entries) = match args.as_slice() {
        ["decode"] => return Ok(mamori_media::run_worker()),
        ["sqlite", banks, entries] => (TestDatabase::sqlite()?, banks, entries),
        ["postgres", banks, entries] => (TestDatabase::postgres()?, banks, entries),
        _ => return Err("the arguments are `sqlite|postgres BANKS ENTRIES`".into()),
    };
    let (banks, entries) = (banks.parse::<usize>()?, entries.parse::<usize>()?);
    let runtime = tokio::runtime::Runtime::new()?;
    let rows = runtime.block_on(measure(&records, banks, entries))?;

    println!("{:<40} {:>12} {:>12} {:>8}", "median time of", "at first", "then", "growth");
    for row in &rows {
        row.print();
    }
    let is_slow = rows.iter().any(|row| row.growth() > GROWTH_MAX);
    println!("The growth may be {GROWTH_MAX}{}.", if is_slow { ", which is exceeded" } else { "" });
    Ok(if is_slow { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A median time under two conditions.
struct Row {
    what: String,
    first: Duration,
    then: Duration,
}

impl Row {
    fn new(what: String, first: Vec<Duration>, then: Vec<Duration>) -> Result<Self, Failure> {
        Ok(Self { what, first: median(first)?, then: median(then)? })
    }

    fn growth(&self) -> f64 {
        self.then.as_secs_f64() / self.first.as_secs_f64()
    }

    fn print(&self) {
        let (first, then) = (format!("{:.1?}", self.first), format!("{:.1?}", self.then));
        println!("{:<40} {first:>12} {then:>12} {:>8.2}", self.what, self.growth());
    }
}

fn median(mut times: Vec<Duration>) -> Result<Duration, Failure> {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied();
    middle.ok_or_else(|| "nothing was measured".into())
}

async fn measure(
    records: &TestDatabase,
    banks: usize,
    entries: usize,
) -> Result<Vec<Row>, Failure> {
    let desk = desk(records).await?;
    let stop = CancellationToken::new();
    let (follower, sequencer) = (desk.clone(), desk.clone());
    let (s1, s2) = (stop.clone(), stop.clone());
    let following = tokio::spawn(async move { follower.follow_changes(s1).await });
    let sequencing = tokio::spawn(async move { sequencer.sequence_audit(s2).await });

    let mut rows = vec![Box::pin(create_banks(&desk, banks)).await?];
    rows.extend(Box::pin(purge(&desk, entries)).await?);

    stop.cancel();
    following.await?;
    sequencing.await?;
    desk.close().await;
    Ok(rows)
}

/// Creates banks. Compares those of the second half of the first tenth with as many at the end.
async fn create_banks(desk: &Desk, banks: usize) -> Result<Row, Failure> {
    let mut times = Vec::new();
    for nth in 1..=banks {
        let begun = Instant::now();
        create_bank(desk, &format!("bank-{nth}"), Action::Hold).await?;
        times.push(begun.elapsed());
    }
    let (tenth, sample) = (banks / 10, banks / 20);
    let until = |last: usize| -> Vec<Duration> {
        times.iter().take(last).skip(last - sample).copied().collect()
    };
    Row::new(format!("creating bank {tenth} and bank {banks}"), until(tenth), until(banks))
}

/// How long checks took.
#[derive(Default)]
struct CheckTimes {
    matching: Vec<Duration>,
    clean: Vec<Duration>,
}

/// A service, and how many items it has sent.
struct Sender {
    desk: Desk,
    caller: Caller,
    sent: u64,
}

impl Sender {
    /// Checks an item that matches and one that does not.
    async fn check_both(&mut self, times: &mut CheckTimes) -> Result<(), Failure> {
        times.matching.push(self.check(KNOWN).await?);
        times.clean.push(self.check(UNKNOWN).await?);
        Ok(())
    }

    /// Checks an item with this digest, and returns how long it took; fails if a match is recorded
    /// of an unknown item, or none of a known one.
    async fn check(&mut self, digest: [u8; 32]) -> Result<Duration, Failure> {
        self.sent += 1;
        let item = Item {
            name: format!("item-{}", self.sent).parse()?,
            account: None,
            surface: Surface::Public,
            country: None,
        };
        let sha256 = Some(Sha256::from(digest));
        let hashes = CheckInput::Hashes(Fingerprints { sha256, ..Fingerprints::default() });
        let begun = Instant::now();
        let checked = self.desk.check(&self.caller, item, hashes).await?;
        let took = begun.elapsed();
        if checked.recorded.is_some() != (digest == KNOWN) {
            return Err("a check has the wrong answer".into());
        }
        Ok(took)
    }
}

/// Purges a bank of as many entries. Compares checks before and during the purge.
async fn purge(desk: &Desk, entries: usize) -> Result<[Row; 2], Failure> {
    let admin = Admin::local_cli();
    let large = create_bank(desk, "large", Action::Hold).await?;
    let known = create_bank(desk, "known", Action::Hold).await?;
    let entry = NewEntry::bare(Hash::Sha256(KNOWN.into()));
    desk.add_entries(&admin, known, &[entry]).await?;
    let options = ImportOptions::new(LineFormat::Ndjson, HashKind::Sha256);
    let expected = u64::try_from(entries)?;
    let lines = Box::pin(chunks(expected, String::new()));
    let (import, _) = desk.import_entries(&admin, large, options, lines).await?;
    if import.added != expected {
        return Err("the import has left out entries".into());
    }
    while desk.holdings().entries <= entries {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The bank is no longer searched. Its rows stay until the worker runs.
    desk.delete_bank(&admin, large).await?;
    let mut sender = Sender { desk: desk.clone(), caller: caller(desk).await?, sent: 0 };

    let (mut before, mut during) = (CheckTimes::default(), CheckTimes::default());
    while before.clean.len() < CHECKS_BEFORE {
        sender.check_both(&mut before).await?;
    }
    let begun = Instant::now();
    let worker = desk.clone();
    let purging = tokio::spawn(async move {
        while worker.work_once().await? > 0 {}
        Ok::<(), Error>(())
    });
    while !purging.is_finished() {
        sender.check_both(&mut during).await?;
    }
    purging.await??;

    let seconds = begun.elapsed().as_secs();
    let longest = during.matching.iter().max().copied().unwrap_or_default();
    println!("{entries} entries were purged in {seconds} s; the longest check took {longest:.1?}");
    Ok([
        Row::new("a check with a match, during a purge".into(), before.matching, during.matching)?,
        Row::new("a clean check, during a purge".into(), before.clean, during.clean)?,
    ])
}

/// A new service, as its key proves it.
async fn caller(desk: &Desk) -> Result<Caller, Failure> {
    let admin = Admin::local_cli();
    let service = desk.create_service(&admin, "a service".parse()?).await?;
    let key = NewKey::whole(Role::Service(service.id), "the drill".parse()?);
    let issued = desk.issue_key(&admin, key).await?;
    match desk.authenticate(issued.token.reveal(), None) {
        Some(Proof::Caller(caller)) => Ok(caller),
        Some(Proof::Admin(_)) | None => Err("the key is not known as a service's".into()),
    }
}
