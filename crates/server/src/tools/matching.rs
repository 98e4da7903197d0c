//! `mamori match`: finds the hashes in one list that are near to a hash in another.

use std::io::Write as _;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use mamori_matching::near_each;
use mamori_model::{Distance, Pdq};
use serde::Serialize;

use super::list;
use super::output::{NearEntry, Output, in_words, json_line};

/// Finds the hashes in a list that are near to a hash in a bank.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Print one JSON object per line and query instead of text.
    #[arg(long)]
    pub json: bool,
    /// The bank: a file with one PDQ hash of 64 hex digits on each line.
    #[arg(long, value_name = "FILE")]
    pub bank: PathBuf,
    /// The hashes to look for: a file in the same format.
    #[arg(long, value_name = "FILE")]
    pub queries: PathBuf,
    /// The most bits in which two hashes may differ, 0 to 64.
    #[arg(long, value_name = "BITS", default_value_t = Distance::PDQ_SAME_MAX.0,
        value_parser = clap::value_parser!(u32).range(0..=64))]
    pub max_distance: u32,
}

const EXAMPLES: &str = "\
The search is exact: every pair within the limit is found.

Each query gives one line, in the order of the file. Queries and entries are counted from 0;
matches are sorted by distance, then by entry:

  $ mamori match --json --bank bank.txt --queries queries.txt
  {\"query\":0,\"matches\":[{\"entry\":4,\"distance\":0},{\"entry\":1,\"distance\":17}]}
  {\"query\":1,\"matches\":[]}

Exit status: 0 every query was answered · 2 a list cannot be read; its first bad line is named,
and nothing is printed.";

/// Comparisons that a thread makes before it hands over its answers; 1 to 2 ms of work. Limits the
/// memory for answers if everything is near to everything.
const COMPARISONS: usize = 1 << 21;

/// Runs the tool.
///
/// # Errors
/// [`super::UsageError`] for a bad list; an error of the system if standard output cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let bank = list::read(&args.bank)?;
    let queries = list::read(&args.queries)?;
    let mut output = Output::new(queries.len(), "queries");
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    // Comparing several queries in turn with the same few hashes is faster than each with all.
    let batch_len = (COMPARISONS / bank.len().max(1)).clamp(8, 4_096);
    let work = Work { args, bank: &bank, queries: &queries, batch_len, threads };
    thread::scope(|scope| {
        // Each thread has its own bounded channel, so that the answers come in order and no thread
        // runs far ahead. A thread stops when its channel is closed.
        let answers: Vec<Receiver<anyhow::Result<Batch>>> = (0..threads)
            .map(|thread| {
                let (sender, receiver) = mpsc::sync_channel(1);
                let work = &work;
                scope.spawn(move || work.answer(thread, &sender));
                receiver
            })
            .collect();
        for receiver in answers.iter().cycle() {
            let Ok(batch) = receiver.recv() else { break };
            let batch = batch?;
            output.write(&batch.text, batch.queries)?;
        }
        output.finish()?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The queries to answer, and how they are divided among the threads.
struct Work<'a> {
    args: &'a Args,
    bank: &'a [Pdq],
    queries: &'a [Pdq],
    batch_len: usize,
    threads: usize,
}

/// The answers to some consecutive queries.
struct Batch {
    text: Vec<u8>,
    queries: usize,
}

/// A line of JSON output; part of the stable interface.
#[derive(Serialize)]
struct Line {
    query: usize,
    matches: Vec<NearEntry>,
}

impl Work<'_> {
    /// Answers every `threads`th batch, from the `thread`th on.
    fn answer(&self, thread: usize, answers: &SyncSender<anyhow::Result<Batch>>) {
        let batches = self.queries.chunks(self.batch_len).zip((0..).step_by(self.batch_len));
        for (queries, first) in batches.skip(thread).step_by(self.threads) {
            if answers.send(self.batch(queries, first)).is_err() {
                return;
            }
        }
    }

    fn batch(&self, queries: &[Pdq], first: usize) -> anyhow::Result<Batch> {
        let mut text = Vec::new();
        let found = near_each(self.bank, queries, Distance(self.args.max_distance));
        for (near, query) in found.into_iter().zip(first..) {
            let matches: Vec<NearEntry> = near.into_iter().map(NearEntry::from).collect();
            if self.args.json {
                json_line(&Line { query, matches }, &mut text)?;
            } else {
                writeln!(text, "query {query}: {}", in_words(&matches))?;
            }
        }
        Ok(Batch { text, queries: queries.len() })
    }
}
