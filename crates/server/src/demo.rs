//! `mamori demo`: runs Mamori on benign pictures, from an empty folder to signed webhooks, over
//! HTTP.
//!
//! It is also a test: the kind of each upload determines the expected result before anything is
//! sent, and the exit status tells whether every result was as expected.

mod house;
mod outcome;
mod plan;
mod receiver;
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

use crate::runtime;
use crate::serve::stop::Asked;
use house::{House, PEOPLE};
use outcome::Outcome;
use plan::{Answer, Kind, Upload};
use receiver::Receiver;
use service::{Caller, Sent};

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
It starts a Mamori of its own in a fresh folder, draws pictures, puts some into a bank, uploads
them in many forms and others beside them, and receives the webhooks. Nothing leaves the machine.
At the end the server goes on, with its address and a key on the screen, until Ctrl-C.

Examples:
  mamori demo
  mamori demo --exit --json > demo.json

Exit statuses: 0 everything came out as expected, 1 something did not.";

/// Printed below the table of a build with little optimisation.
const DEVELOPMENT_BUILD: &str = "
This is a development build. `cargo run --profile dist -- demo` builds for longer and answers faster.";

/// How long the webhooks may take after the last upload.
const WEBHOOK_TIME_MAX: Duration = Duration::from_secs(20);

/// Runs the demo.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    runtime::block_on(async {
        let mut asked = Asked::listen().context("no signals can be received")?;
        let house = House::start().await?;
        let played = tokio::select! {
            played = play(&house, args) => played,
            () = asked.wait() => {
                house.stop().await?;
                return Ok(ExitCode::FAILURE);
            }
        };
        if let Ok(played) = &played {
            tell(&house, args, played)?;
            if !args.exit {
                asked.wait().await;
            }
        }
        house.stop().await?;
        Ok(ExitCode::from(played?.outcome.exit_status()))
    })
}

/// The document that `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    #[serde(flatten)]
    going_on: Option<GoingOn<'a>>,
}

/// What the user needs to try more while the server continues.
#[derive(Serialize)]
struct GoingOn<'a> {
    address: &'a str,
    service_key: &'a str,
    admin_key: &'a str,
    folder: &'a Path,
    config: &'a Path,
    console: &'a [Link],
}

/// The result of the demo, and the key for trying more.
struct Played {
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

async fn play(house: &House, args: &Args) -> anyhow::Result<Played> {
    if !args.json {
        writeln!(
            io::stdout(),
            "Mamori serves at {} ({})",
            house.address,
            house.folder().display()
        )?;
    }
    house.keep_pictures().await?;
    let uploads = draw(house).await?;
    let admin = Caller::new(&house.address, &house.admin_key)?;
    fill_bank(&admin, &uploads).await?;

    let service_key = admin.create_service("a photo service").await?;
    let service = admin.with_key(&service_key);
    let webhooks = Receiver::listen().await?;
    webhooks.expect_secret(&service.add_webhook(&webhooks.url()).await?)?;
    webhooks.answer_as(service.clone());

    let sent = send(&service, uploads).await?;
    let expected = sent.iter().filter(|sent| sent.kind.expected() == Answer::Hold).count();
    let bar = bar(expected, "webhooks");
    let step = |count| bar.set_position(u64::try_from(count).unwrap_or(u64::MAX));
    let received = webhooks.wait(expected, WEBHOOK_TIME_MAX, step).await;
    bar.finish_and_clear();
    let outcome = Outcome::of(sent, &received, service.open_cases().await?);
    let mut links = Vec::new();
    if !args.exit {
        for person in &PEOPLE {
            links.push(Link { who: person.name, open: house.let_in(person).await? });
        }
    }
    Ok(Played { outcome, service_key, links })
}

/// Draws the pictures, and leaves one in the folder for trying the API.
async fn draw(house: &House) -> anyhow::Result<Vec<Upload>> {
    let bar = bar(usize::try_from(plan::KNOWN + plan::UNRELATED)?, "pictures drawn");
    let step = bar.clone();
    let uploads = tokio::task::spawn_blocking(move || plan::draw_all(|| step.inc(1))).await?;
    bar.finish_and_clear();
    let sample = uploads.iter().find(|upload| upload.kind == Kind::Jpeg);
    let sample = sample.context("no picture was drawn")?;
    fs::write(house.folder().join("picture.jpg"), &sample.bytes)?;
    Ok(uploads)
}

/// Hashes the originals and adds the hashes to a bank.
async fn fill_bank(admin: &Caller, uploads: &[Upload]) -> anyhow::Result<()> {
    let bank = admin.create_bank().await?;
    let originals = uploads.iter().filter(|upload| upload.kind == Kind::Original);
    let hashes: Vec<String> = stream::iter(originals)
        .map(|upload| admin.hash(upload.bytes.clone()))
        .buffer_unordered(at_once())
        .try_collect()
        .await?;
    admin.add_entries(&bank, &hashes).await
}

async fn send(service: &Caller, uploads: Vec<Upload>) -> anyhow::Result<Vec<Sent>> {
    let bar = bar(uploads.len(), "uploads");
    let sent = stream::iter(uploads)
        .map(|upload| service.upload(upload))
        .buffered(at_once())
        .inspect(|_| bar.inc(1))
        .try_collect()
        .await;
    bar.finish_and_clear();
    sent
}

/// Returns as many as can be decoded at once, so that the times do not include a queue.
fn at_once() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Returns a progress bar on stderr, which is hidden if that is not a terminal.
fn bar(count: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}} of {{len}} {what}"));
    ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX))
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn tell(house: &House, args: &Args, played: &Played) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        let going_on = (!args.exit).then(|| GoingOn {
            address: &house.address,
            service_key: &played.service_key,
            admin_key: &house.admin_key,
            folder: house.folder(),
            config: &house.config_file,
            console: &played.links,
        });
        let document = Document { outcome: &played.outcome, going_on };
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        table::print(&played.outcome, &mut out, table::wants_colours())?;
        if cfg!(debug_assertions) {
            writeln!(out, "{DEVELOPMENT_BUILD}")?;
        }
        if !args.exit {
            write!(out, "{}", how_to_go_on(house, played))?;
        }
    }
    Ok(out.flush()?)
}

fn how_to_go_on(house: &House, played: &Played) -> String {
    let address = &house.address;
    let moved = if house.is_usual_address {
        String::new()
    } else {
        format!(
            "\nPort 8080 was taken, so it is at {address}; put that into the lines of the README.\n"
        )
    };
    let links = played.links.iter();
    let links: String =
        links.flat_map(|link| ["  Open ", &link.open, "\n  as a ", link.who, "\n"]).collect();
    format!(
        "\nMamori goes on serving, and the cases wait for people:\n\n{links}\n\
         Each link works once, within an hour; another one comes from\n\n  \
         mamori staff --config {config} enter reviewer\n\n\
         The service does what a decision asks it for, and says so. In another terminal, paste these two lines and then those of \
         the\nREADME; picture.jpg is one of the known pictures, encoded again:\n\n  \
         cd {folder}\n  export MAMORI_KEY={service_key}\n{moved}\n\
         The API to read:      {address}/docs\n\
         An administrator:     {admin_key}\n\
         The log:              {folder}/mamori.log\n\n\
         Ctrl-C stops it and removes the folder.\n",
        config = house.config_file.display(),
        service_key = played.service_key,
        folder = house.folder().display(),
        admin_key = house.admin_key,
    )
}
