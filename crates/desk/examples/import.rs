//! Measures an import of a million lines into both engines:
//! `cargo run --release -p mamori-desk --example import [LINES [ENGINE]]`.
#![expect(clippy::print_stdout, reason = "it prints the figures")]

mod common;

use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::{Admin, Desk};
use mamori_model::{Action, BankId, HashKind};
use mamori_testkit::database::TestDatabase;
use tokio_util::sync::CancellationToken;

use common::{Failure, chunks, create_bank, desk};

fn main() -> Result<ExitCode, Failure> {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("decode") {
        return Ok(mamori_media::run_worker());
    }
    let lines = argument.map_or(Ok(1_000_000), |text| text.parse())?;
    let only = std::env::args().nth(2);
    let is_wanted = |engine: &str| only.as_deref().is_none_or(|only| only == engine);
    let runtime = tokio::runtime::Runtime::new()?;
    if is_wanted("sqlite") {
        runtime.block_on(measure(TestDatabase::sqlite()?, "SQLite", lines))?;
    }
    if is_wanted("postgres") {
        runtime.block_on(measure(TestDatabase::postgres()?, "PostgreSQL", lines))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(records: TestDatabase, engine: &str, lines: u64) -> Result<(), Failure> {
    let desk = desk(&records).await?;
    let bank = create_bank(&desk, "measured", Action::None).await?;
    println!("{engine}: {lines} lines, {} MiB before", resident_mib("VmRSS"));
    let stop = CancellationToken::new();
    let following = tokio::spawn({
        let (desk, stop) = (desk.clone(), stop.clone());
        async move { desk.follow_changes(stop).await }
    });

    print("hashes alone", &import(&desk, bank, lines, "").await?);
    print("the same again", &import(&desk, bank, lines, "").await?);
    let fields = r#","source_id":"case 7","labels":["A1","reviewed"]"#;
    print("the same with new details", &import(&desk, bank, lines, fields).await?);

    while desk.holdings().entries < usize::try_from(lines)? {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    following.await?;
    desk.close().await;
    Ok(())
}

struct Measured {
    lines: u64,
    counts: String,
    took: Duration,
}

fn print(what: &str, measured: &Measured) {
    let lines = u32::try_from(measured.lines).map_or(f64::NAN, f64::from);
    let rate = lines / measured.took.as_secs_f64();
    println!(
        "  {what}: {rate:.0} lines a second ({:.1} s), {}; {} MiB, at most {} MiB",
        measured.took.as_secs_f64(),
        measured.counts,
        resident_mib("VmRSS"),
        resident_mib("VmHWM"),
    );
}

async fn import(desk: &Desk, bank: BankId, lines: u64, fields: &str) -> Result<Measured, Failure> {
    let chunks = Box::pin(chunks(lines, fields.to_owned()));
    let begun = Instant::now();
    let options = ImportOptions {
        takes_any_pdq: true,
        ..ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq)
    };
    let (import, _) = desk.import_entries(&Admin::local_cli(), bank, options, chunks).await?;
    let counts = format!(
        "{} added, {} changed, {} unchanged",
        import.added, import.updated, import.duplicates
    );
    Ok(Measured { lines: import.lines, counts, took: begun.elapsed() })
}

/// A line of this process's status, in MiB.
fn resident_mib(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
