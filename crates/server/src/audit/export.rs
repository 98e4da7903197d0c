//! `mamori audit export`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use mamori_desk::audit::AuditReader;
use mamori_desk::{Desk, LocalCli};

/// Writes the audit record to stdout, one JSON object per line, in the order of the chain.
///
/// The value of `previous` in each line is the SHA-256 digest of the line before, without its
/// newline.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Begin after the event with this number; 0: begin with the first event
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
}

/// Writes the lines.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    desk.number_audit_events().await?;
    let here = LocalCli::here();
    let reader = AuditReader::LocalCli(&here);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut after = desk.audit_begin(reader, args.after).await?;
    loop {
        let lines = desk.audit_lines(reader, after).await?;
        let Some(last) = lines.last() else { break };
        after = last.link;
        for line in &lines {
            writeln!(out, "{}", line.text)?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
