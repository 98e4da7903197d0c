//! `mamori audit verify`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use mamori_desk::audit::AuditReader;
use mamori_desk::{Desk, LocalCli};
use mamori_model::Sha256;
use mamori_model::audit::AuditLink;
use serde::Deserialize;

/// Verifies the hash chain of the audit record.
///
/// Exit status: 0 if the chain is intact, 1 if it is not.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also compare with this copy of the JSON log: with its lines of target `audit`
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Verify the chain of this export instead of the database
    #[arg(long, value_name = "FILE", conflicts_with = "log")]
    pub file: Option<PathBuf>,
}

/// Verifies the record in the database and prints what was found.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let logged = match &args.log {
        Some(path) => logged_links(path)?,
        None => Vec::new(),
    };
    desk.number_audit_events().await?;
    let here = LocalCli::here();
    let found = desk.verify_audit(AuditReader::LocalCli(&here), &logged).await?;
    let (begin, end) = (found.begin.seq.saturating_add(1), found.end);
    let mut out = io::stdout().lock();
    if let Some(fault) = found.fault {
        writeln!(out, "NOT INTACT: {fault}; the events {begin} to {} are intact", end.seq)?;
        return Ok(ExitCode::FAILURE);
    }
    if end.seq < begin {
        writeln!(out, "intact: no events")?;
    } else {
        writeln!(out, "intact: events {begin} to {}, last digest {}", end.seq, end.digest)?;
    }
    if args.log.is_some() {
        writeln!(out, "compared with {} lines of the log", logged.len())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A line of the JSON log, as far as it matters here.
#[derive(Deserialize)]
struct LogLine {
    target: String,
    seq: u64,
    digest: Sha256,
}

/// Reads the links in the log lines of target `audit`.
fn logged_links(path: &Path) -> anyhow::Result<Vec<AuditLink>> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut links = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.with_context(|| format!("{} cannot be read", path.display()))?;
        links.extend(logged_link(&line));
    }
    anyhow::ensure!(
        !links.is_empty(),
        "{} has no JSON line of target `audit`; `log.format = \"json\"` makes such a log",
        path.display()
    );
    Ok(links)
}

fn logged_link(line: &str) -> Option<AuditLink> {
    let LogLine { target, seq, digest } = serde_json::from_str(line).ok()?;
    (target == "audit").then_some(AuditLink { seq, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_from_a_line_of_target_audit_only() {
        let digest = "ab".repeat(32);
        let line = format!(
            r#"{{"timestamp":"x","level":"INFO","message":"m","seq":7,"digest":"{digest}","target":"audit"}}"#
        );

        let found = logged_link(&line).unwrap();

        assert_eq!((found.seq, found.digest.to_string()), (7, digest));
        assert_eq!(logged_link(&line.replace(r#""audit""#, r#""mamori_web""#)), None);
        assert_eq!(logged_link("audit seq=7"), None);
    }
}
