//! `mamori demo`: runs Mamori on benign pictures over HTTP, from an empty folder to signed
//! webhooks.
//!
//! It is also a test: the kind of each upload determines the expected result before anything is
//! sent, and the exit status says whether every result was as expected.

mod outcome;
mod plan;
mod receiver;
mod server;
mod service;
mod table;

use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::serve::stop::ShutdownSignal;
use crate::{process, runtime};
use outcome::Outcome;
use plan::{CheckResult, Kind, Upload};
use receiver::Receiver;
use server::{DemoServer, PEOPLE};
use service::{ApiClient, UploadResult};

/// Demonstrates Mamori on pictures drawn by code.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Stop at the end, instead of continuing to serve
    #[arg(long)]
    exit: bool,
    /// Print one JSON document on stdout instead of the table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Starts a server of its own in a new folder, draws pictures, adds the hashes of some to a bank,
uploads them in many forms, and others that are in no bank, and receives the webhooks. Nothing
leaves the machine. At the end it prints its address and a key, and continues to serve until Ctrl-C.

Examples:
  mamori demo
  mamori demo --exit --json > demo.json

Exit statuses: 0 every result was as expected, 1 at least one was not.";

/// Printed below the table of a build with little optimisation.
const DEVELOPMENT_BUILD: &str = "
This is a development build. `cargo run --profile dist -- demo` builds for longer and answers faster.";

/// Printed before the demo of root.
const AS_ROOT: &str = "\
warning: the demo runs as root. `mamori serve` refuses that, unless `server.allow_root` is true.";

/// How long the webhooks may take after the last upload.
const WEBHOOK_TIME_MAX: Duration = Duration::from_secs(20);

/// Runs the demo.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if process::is_root() {
        let _ = writeln!(io::stderr(), "{AS_ROOT}");
    }
    runtime::block_on(async {
        let mut shutdown = ShutdownSignal::listen().context("no signals can be received")?;
        let server = DemoServer::start().await?;
        let result = tokio::select! {
            result = run_demo(&server, args) => result,
            () = shutdown.wait() => {
                server.stop().await?;
                return Ok(ExitCode::FAILURE);
            }
        };
        if let Ok(result) = &result {
            print_result(&server, args, result)?;
            if !args.exit {
                shutdown.wait().await;
            }
        }
        server.stop().await?;
        Ok(ExitCode::from(result?.outcome.exit_status()))
    })
}

/// The document that `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    #[serde(flatten)]
    running: Option<RunningServer<'a>>,
}

/// What the user needs to try more while the server continues.
#[derive(Serialize)]
struct RunningServer<'a> {
    address: &'a str,
    admin_address: &'a str,
    service_key: &'a str,
    admin_key: &'a str,
    folder: &'a Path,
    config: &'a Path,
    console: &'a [Link],
}

/// The result of the demo, and the key for trying more.
struct DemoResult {
    outcome: Outcome,
    service_key: String,
    links: Vec<Link>,
}

/// A sign-in link for the console.
#[derive(Serialize)]
struct Link {
    who: &'static str,
    open: String,
}

async fn run_demo(server: &DemoServer, args: &Args) -> anyhow::Result<DemoResult> {
    if !args.json {
        writeln!(
            io::stdout(),
            "Mamori serves at {} ({})",
            server.address,
            server.folder().display()
        )?;
    }
    server.enable_evidence().await?;
    let uploads = draw(server).await?;
    let admin = ApiClient::new(&server.address, &server.admin_key)?;
    fill_bank(&admin, &uploads).await?;

    let service_key = admin.create_service("a photo service").await?;
    let service = admin.with_key(&service_key);
    let webhooks = Receiver::listen().await?;
    webhooks.expect_secret(&service.add_webhook(&webhooks.url()).await?)?;
    webhooks.answer_as(service.clone());

    let sent = send(&service, uploads).await?;
    let expected = sent.iter().filter(|sent| sent.kind.expected() == CheckResult::Hold).count();
    let bar = bar(expected, "webhooks");
    let step = |count| bar.set_position(u64::try_from(count).unwrap_or(u64::MAX));
    let received = webhooks.wait(expected, WEBHOOK_TIME_MAX, step).await;
    bar.finish_and_clear();
    let outcome = Outcome::of(sent, &received, service.open_cases().await?);
    let mut links = Vec::new();
    if !args.exit {
        for person in &PEOPLE {
            links.push(Link { who: person.name, open: server.sign_in_url(person).await? });
        }
    }
    Ok(DemoResult { outcome, service_key, links })
}

/// Draws the pictures, and leaves one in the folder for trying the API.
async fn draw(server: &DemoServer) -> anyhow::Result<Vec<Upload>> {
    let bar = bar(usize::try_from(plan::KNOWN + plan::UNRELATED)?, "pictures drawn");
    let step = bar.clone();
    let uploads = tokio::task::spawn_blocking(move || plan::draw_all(|| step.inc(1))).await?;
    bar.finish_and_clear();
    let sample = uploads.iter().find(|upload| upload.kind == Kind::Jpeg);
    let sample = sample.context("no picture was drawn")?;
    fs::write(server.folder().join("picture.jpg"), &sample.bytes)?;
    Ok(uploads)
}

/// Hashes the originals and adds the hashes to a bank.
async fn fill_bank(admin: &ApiClient, uploads: &[Upload]) -> anyhow::Result<()> {
    let bank = admin.create_bank().await?;
    let originals = uploads.iter().filter(|upload| upload.kind == Kind::Original);
    let hashes: Vec<String> = stream::iter(originals)
        .map(|upload| admin.hash(upload.bytes.clone()))
        .buffer_unordered(concurrency())
        .try_collect()
        .await?;
    admin.add_entries(&bank, &hashes).await
}

async fn send(service: &ApiClient, uploads: Vec<Upload>) -> anyhow::Result<Vec<UploadResult>> {
    let bar = bar(uploads.len(), "uploads");
    let sent = stream::iter(uploads)
        .map(|upload| service.upload(upload))
        .buffered(concurrency())
        .inspect(|_| bar.inc(1))
        .try_collect()
        .await;
    bar.finish_and_clear();
    sent
}

/// Returns as many as can be decoded at once, so that the times do not include a queue.
fn concurrency() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Returns a progress bar on stderr, which is hidden if that is not a terminal.
fn bar(count: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}} of {{len}} {what}"));
    ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX))
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn print_result(server: &DemoServer, args: &Args, result: &DemoResult) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        let running = (!args.exit).then(|| RunningServer {
            address: &server.address,
            admin_address: &server.admin_address,
            service_key: &result.service_key,
            admin_key: &server.admin_key,
            folder: server.folder(),
            config: &server.config_file,
            console: &result.links,
        });
        let document = Document { outcome: &result.outcome, running };
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        table::print(&result.outcome, &mut out, table::wants_colours())?;
        if cfg!(debug_assertions) {
            writeln!(out, "{DEVELOPMENT_BUILD}")?;
        }
        if !args.exit {
            write!(out, "{}", next_steps(server, result))?;
        }
    }
    Ok(out.flush()?)
}

fn next_steps(server: &DemoServer, result: &DemoResult) -> String {
    let address = &server.address;
    let moved = if server.is_usual_address {
        String::new()
    } else {
        format!(
            "\nPort 8080 was in use, so the address is {address}: use it in the README's lines.\n"
        )
    };
    let links = result.links.iter();
    let links: String =
        links.flat_map(|link| ["  Open ", &link.open, "\n  as a ", link.who, "\n"]).collect();
    format!(
        "\nMamori continues to serve, and the cases wait for reviewers:\n\n{links}\n\
         Each link works once, within an hour; this command prints another one:\n\n  \
         mamori staff --config {config} sign-in-link reviewer\n\n\
         The simulated service carries out each action that it is asked for, and answers so.\n\
         In another terminal, paste these two lines and then those of the README;\n\
         picture.jpg is one of the known pictures, encoded again:\n\n  \
         cd {folder}\n  export MAMORI_KEY={service_key}\n{moved}\n\
         The API's documents:  {address}/docs\n\
         Administrator's key:  {admin_key}\n\
         For monitoring:       {admin_address}/metrics and /readyz\n\
         The log:              {folder}/mamori.log\n\n\
         Ctrl-C stops it and removes the folder.\n",
        config = server.config_file.display(),
        service_key = result.service_key,
        folder = server.folder().display(),
        admin_key = server.admin_key,
        admin_address = server.admin_address,
    )
}
