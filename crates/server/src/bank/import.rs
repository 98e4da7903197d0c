//! `mamori bank import`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::{ColumnMap, LineFormat, Preset};
use mamori_desk::{Admin, Desk};
use mamori_model::import::{Import, ImportState};
use mamori_model::{BankName, HashKind};
use tokio::fs::File;
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

/// Adds the hashes of a list to a bank. A hash that the bank already has is not added again; its
/// entry takes over new metadata from the list.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the bank
    name: BankName,
    /// The list, or - for stdin
    file: PathBuf,
    /// Format of the list [default: by the ending of the file name, else text]
    #[arg(long)]
    format: Option<Format>,
    /// Kind of the hashes in lines that name none: `pdq`, `sha256`, `sha1` or `md5` [default: pdq,
    /// and sha1 with --preset icse]
    #[arg(long)]
    kind: Option<HashKind>,
    /// Columns of a CSV, such as `hash=MD5 Hash,source_id=Id`; other columns are not read
    #[arg(long, value_name = "FIELD=COLUMN,…", conflicts_with = "preset")]
    columns: Option<ColumnMap>,
    /// Layout of the list: `icse`, an export of Interpol's ICSE database
    #[arg(long)]
    preset: Option<Preset>,
    /// Accept PDQ hashes that do not look like hashes of pictures
    #[arg(long)]
    accept_any_pdq: bool,
    /// Also add hashes that were withdrawn from the bank before, unless it holds, blocks or clears
    /// items
    #[arg(long)]
    restore_withdrawn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One hash in hex digits on each line
    Text,
    /// One JSON object on each line, with `hash` and optionally `kind`, `source_id`, `labels` and
    /// `expires_at`
    Ndjson,
    /// The same names as columns in the first line; labels are separated by ;
    Csv,
}

/// Adds the hashes while they are read, and reports the result of the lines.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let bank = super::named(desk, &args.name).await?;
    let format = args.format.unwrap_or_else(|| Format::of(&args.file));
    let (reader, bar) = open(&args.file).await?;
    let (admin, options) = (Admin::local_cli(), args.options(format)?);
    let chunks = Box::pin(chunks(reader, format, bar.clone()));

    let import = desk.import_entries(&admin, bank.id, options, chunks).await;

    bar.finish_and_clear();
    let (import, broken_off) = import?;
    if let Some(error) = broken_off {
        writeln!(io::stderr(), "{} could not be read to its end: {error}", args.file.display())?;
    }
    print_summary(&import, format)?;
    let is_whole = import.state == ImportState::Finished && import.rejected == 0;
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Args {
    fn options(&self, format: Format) -> anyhow::Result<ImportOptions> {
        if format != Format::Csv && (self.columns.is_some() || self.preset.is_some()) {
            anyhow::bail!("--columns and --preset are for a CSV; add --format csv if it is one");
        }
        let kind = self.kind.or(self.preset.map(Preset::kind)).unwrap_or(HashKind::Pdq);
        let columns = match self.preset {
            None => self.columns.clone(),
            Some(preset) => {
                let columns = preset.columns(kind);
                Some(
                    columns
                        .with_context(|| format!("a list of {} has no {kind}", preset.as_str()))?,
                )
            }
        };
        Ok(ImportOptions {
            format: format.lines(),
            kind,
            columns,
            takes_any_pdq: self.accept_any_pdq,
            restores_withdrawn: self.restore_withdrawn,
        })
    }
}

impl Format {
    fn of(file: &Path) -> Self {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Self::Csv,
            Some("ndjson" | "jsonl" | "json") => Self::Ndjson,
            _ => Self::Text,
        }
    }

    fn lines(self) -> LineFormat {
        match self {
            Self::Ndjson => LineFormat::Ndjson,
            Self::Text | Self::Csv => LineFormat::Csv,
        }
    }

    /// Returns the header to prepend: bare hashes are a CSV of one column without a header.
    fn header(self) -> Option<&'static str> {
        match self {
            Self::Text => Some("hash\n"),
            Self::Ndjson | Self::Csv => None,
        }
    }
}

type Reader = Box<dyn AsyncRead + Send + Unpin>;

async fn open(file: &Path) -> anyhow::Result<(Reader, ProgressBar)> {
    if file == Path::new("-") {
        return Ok((Box::new(tokio::io::stdin()), ProgressBar::new_spinner()));
    }
    let opened = File::open(file).await;
    let opened = opened.with_context(|| format!("{} cannot be read", file.display()))?;
    let length = opened.metadata().await?.len();
    let style = "{bar:40} {decimal_bytes} of {decimal_total_bytes}, {eta} left";
    let bar = ProgressBar::new(length).with_style(ProgressStyle::with_template(style)?);
    Ok((Box::new(opened), bar))
}

fn chunks(
    reader: Reader,
    format: Format,
    bar: ProgressBar,
) -> impl Stream<Item = io::Result<Bytes>> {
    let header =
        stream::iter(format.header().map(|header| Ok(Bytes::from_static(header.as_bytes()))));
    let body = ReaderStream::with_capacity(reader, 1 << 16).inspect(move |chunk| {
        let bytes = chunk.as_ref().map_or(0, Bytes::len);
        bar.inc(u64::try_from(bytes).unwrap_or(0));
    });
    header.chain(body)
}

fn print_summary(import: &Import, format: Format) -> io::Result<()> {
    let mut out = io::stderr().lock();
    let own_lines = u64::from(format.header().is_some());
    let sections = [
        (&import.rejected_lines, import.rejected, ""),
        (&import.warned_lines, import.warnings, "warning: "),
        (&import.withdrawn_lines, import.withdrawn, "left out: "),
    ];
    for (lines, count, word) in sections {
        for line in lines {
            writeln!(out, "line {}: {word}{}", line.line.saturating_sub(own_lines), line.reason)?;
        }
        let shown = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        if count > shown {
            writeln!(out, "… and {} further lines", count - shown)?;
        }
    }
    match import.state {
        ImportState::NothingAccepted => writeln!(out, "no line of the list was accepted")?,
        ImportState::Running | ImportState::Interrupted => {
            writeln!(out, "the list ended early; import it again, nothing is added twice")?;
        }
        ImportState::Finished | ImportState::Refused => {}
    }
    writeln!(
        out,
        "{} lines: {} added, {} changed, {} already there, {} rejected, {} left out as withdrawn, \
         {} with warnings",
        import.lines,
        import.added,
        import.updated,
        import.duplicates,
        import.rejected,
        import.withdrawn,
        import.warnings
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_list_follows_from_its_file_name() {
        assert_eq!(Format::of(Path::new("a.csv")), Format::Csv);
        assert_eq!(Format::of(Path::new("a.jsonl")), Format::Ndjson);
        assert_eq!(Format::of(Path::new("a.txt")), Format::Text);
        assert_eq!(Format::of(Path::new("-")), Format::Text);
    }
}
