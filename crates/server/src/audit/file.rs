//! `mamori audit verify --file`: verifies an export without a database.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The part of a line that links it to the line before.
#[derive(Deserialize)]
struct Link {
    seq: u64,
    previous: String,
}

/// Verifies the lines of `path` and prints what was found.
pub fn verify(path: &Path) -> anyhow::Result<ExitCode> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let lines = BufReader::new(file).lines();
    let lines =
        lines.map(|line| line.with_context(|| format!("{} cannot be read", path.display())));
    let mut out = io::stdout().lock();
    match follow(lines)? {
        Ok((0, 0)) => writeln!(out, "intact: no events")?,
        Ok((first, last)) => writeln!(out, "intact: events {first} to {last}")?,
        Err(fault) => {
            writeln!(out, "NOT INTACT: {fault}")?;
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the numbers of the first and the last event, or the first fault.
fn follow(
    lines: impl Iterator<Item = anyhow::Result<String>>,
) -> anyhow::Result<Result<(u64, u64), String>> {
    let (mut first, mut last) = (0, None::<(u64, String)>);
    for line in lines {
        let line = line?;
        let Ok(place) = serde_json::from_str::<Link>(&line) else {
            let after = last.map_or(0, |(seq, _)| seq);
            return Ok(Err(format!("the line after event {after} is not an event")));
        };
        match &last {
            None => first = place.seq,
            Some((seq, _)) if seq.checked_add(1) != Some(place.seq) => {
                return Ok(Err(format!("event {} is missing", seq.saturating_add(1))));
            }
            Some((seq, digest)) if *digest != place.previous => {
                return Ok(Err(format!("event {seq} is not what it was when it was numbered")));
            }
            Some(_) => {}
        }
        let digest = mamori_model::Sha256::from(<[u8; 32]>::from(Sha256::digest(line.as_bytes())));
        last = Some((place.seq, digest.to_string()));
    }
    Ok(Ok((first, last.map_or(0, |(seq, _)| seq))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: u64) -> Vec<String> {
        let mut previous = "0".repeat(64);
        (1..=count)
            .map(|seq| {
                let line = format!(r#"{{"seq":{seq},"previous":"{previous}","verb":"x"}}"#);
                let digest = <[u8; 32]>::from(Sha256::digest(line.as_bytes()));
                previous = mamori_model::Sha256::from(digest).to_string();
                line
            })
            .collect()
    }

    fn found(lines: Vec<String>) -> Result<(u64, u64), String> {
        follow(lines.into_iter().map(Ok)).unwrap()
    }

    #[test]
    fn an_intact_export_is_accepted_also_from_its_middle() {
        assert_eq!(found(Vec::new()), Ok((0, 0)));
        assert_eq!(found(lines(5)), Ok((1, 5)));
        assert_eq!(found(lines(5).split_off(2)), Ok((3, 5)));
    }

    #[test]
    fn a_missing_and_a_changed_line_are_found() {
        let mut missing = lines(5);
        missing.remove(2);
        let mut changed = lines(5);
        changed[2] = changed[2].replace('x', "y");
        let mut torn = lines(5);
        torn[4].truncate(9);

        assert_eq!(found(missing), Err("event 3 is missing".to_owned()));
        assert!(found(changed).unwrap_err().starts_with("event 3 is not what"));
        assert!(found(torn).unwrap_err().starts_with("the line after event 4"));
    }
}
