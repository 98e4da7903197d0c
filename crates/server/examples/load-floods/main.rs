//! Floods a server, and measures the effect on other clients: how long a check of another service and a
//! view of a reviewer take, and how much resident memory the server has. Prints one JSON line for each
//! figure; fails if a check or a view of the other clients is refused.
//!
//!     load-floods FLOOD ADDRESS ORIGIN PROCESS ADMIN_KEY FLOODING_KEY OTHER_KEY EDITOR_LINK REVIEWER_LINK
//!
//! FLOOD is `sign_ins`, `costly_files` or `large_uploads`; PROCESS is the id of the server's process; the
//! links are from `mamori staff sign-in-link`. The server must have a vault, and no banks or items.
#![expect(clippy::print_stdout, reason = "it prints its measurements")]

mod bystanders;
mod flood;
mod site;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use bystanders::Bystanders;
use flood::Flood;
use site::Site;

/// How long the others are observed without a flood.
const QUIET: Duration = Duration::from_secs(5);
/// How long a flood lasts.
const FLOODED: Duration = Duration::from_secs(20);
/// How long after a flood the memory is measured.
const REST: Duration = Duration::from_mins(1);
/// How long the others pause between two requests.
const PAUSE: Duration = Duration::from_millis(250);
/// How often the memory is measured.
const SAMPLE: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() -> Result<()> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [flood, address, origin, process, admin, flooding, other, editor, reviewer] =
        words.as_slice()
    else {
        bail!(
            "load-floods FLOOD ADDRESS ORIGIN PROCESS ADMIN_KEY FLOODING_KEY OTHER_KEY EDITOR_LINK \
             REVIEWER_LINK"
        )
    };
    let name = flood;
    let flood: Flood = flood.parse()?;
    let process: u32 = process.parse().context("PROCESS is a number")?;
    let site = Site::new(address, origin)?;
    let bystanders = Bystanders::prepare(&site, admin, other, (editor, reviewer)).await?;

    let quiet = observe(&bystanders, QUIET).await?;
    let before = resident_bytes(process)?;
    let peak = Arc::new(AtomicU64::new(before));
    let sampling = tokio::spawn(sample(process, Arc::clone(&peak)));
    let running = flood.start(&site, flooding);
    let flooded = observe(&bystanders, FLOODED).await?;
    let (answered, refused) = running.stop().await?;
    sampling.abort();
    tokio::time::sleep(REST).await;
    let rest = resident_bytes(process)?;

    print(name, "answered", answered);
    print(name, "refused", refused);
    print(name, "before_bytes", before);
    print(name, "peak_bytes", peak.load(Ordering::Relaxed));
    print(name, "rest_bytes", rest);
    quiet.print(name, "quiet_");
    flooded.print(name, "");
    Ok(())
}

/// How long each request of the others took, in microseconds.
#[derive(Default)]
struct Observed {
    checks: Vec<u64>,
    views: Vec<u64>,
}

/// Makes checks and views as the others for `time`, and times them.
async fn observe(bystanders: &Bystanders<'_>, time: Duration) -> Result<Observed> {
    let begun = Instant::now();
    let mut observed = Observed::default();
    while begun.elapsed() < time {
        let at = Instant::now();
        bystanders.check().await?;
        observed.checks.push(micros(at));
        let at = Instant::now();
        let view = bystanders.view().await?;
        observed.views.push(micros(at));
        bystanders.close(&view).await?;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(observed)
}

impl Observed {
    fn print(mut self, flood: &str, prefix: &str) {
        for (what, times) in [("check", &mut self.checks), ("view", &mut self.views)] {
            times.sort_unstable();
            for (name, hundredths) in [("p50", 50), ("p95", 95), ("max", 100)] {
                let at = (times.len() * hundredths / 100).min(times.len().saturating_sub(1));
                let value = times.get(at).copied().unwrap_or_default();
                print(flood, &format!("{prefix}{what}_{name}_us"), value);
            }
        }
    }
}

fn print(flood: &str, name: &str, value: u64) {
    println!("{}", json!({ "name": format!("flood_{flood}_{name}"), "value": value }));
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Raises `peak` to the resident memory of the process, every [`SAMPLE`].
async fn sample(process: u32, peak: Arc<AtomicU64>) {
    while let Ok(bytes) = resident_bytes(process) {
        peak.fetch_max(bytes, Ordering::Relaxed);
        tokio::time::sleep(SAMPLE).await;
    }
}

/// Returns the resident memory of a process, in bytes.
fn resident_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u64 = kilobytes.context("no VmRSS")?.parse()?;
    Ok(kilobytes * 1_024)
}
