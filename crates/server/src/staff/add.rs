//! `mamori staff add`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::{Desk, LocalCli};
use mamori_model::Line;
use mamori_model::staff::{Language, StaffName, StaffRole};

use super::link;
use super::list::warn_of_no_lead;

/// Creates a staff account and prints its enrolment link, which works once and for one day
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name to sign in with: a-z, 0-9, `.`, `_`, `-`
    name: StaffName,
    /// Role, may be repeated: `reviewer`, `lead`, `policy_editor`, `auditor`, `administrator`
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<StaffRole>,
    /// Name that colleagues see [default: the sign-in name]
    #[arg(long, value_name = "TEXT")]
    display_name: Option<Line>,
    /// Language of the pages: en, ja, fr, de, it
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language)]
    language: Language,
}

/// Creates the account; prints the link to stdout and its owner to stderr.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let display_name = match &args.display_name {
        Some(display_name) => display_name.clone(),
        None => args.name.as_str().parse()?,
    };
    let new = NewStaff {
        name: args.name.clone(),
        display_name,
        roles: args.roles.iter().copied().collect(),
        language: args.language,
    };
    link::prefix(desk)?;
    let here = LocalCli::here();
    let added = desk.add_staff(StaffAdmin::LocalCli(&here), new).await?;
    writeln!(
        io::stderr(),
        "{} ({}) enrols with this link, once, until tomorrow:",
        args.name,
        added.staff.id
    )?;
    let printed = link::print(desk, &added.link)?;
    warn_of_no_lead(desk).await?;
    Ok(printed)
}

/// Parses the word of a role.
pub fn role(text: &str) -> Result<StaffRole, String> {
    let words: Vec<&str> = StaffRole::ALL.iter().copied().map(StaffRole::as_str).collect();
    StaffRole::parse(text).ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

fn language(text: &str) -> Result<Language, String> {
    let words: Vec<&str> = Language::ALL.iter().map(|language| language.as_str()).collect();
    Language::parse(text).ok_or_else(|| format!("expected one of {}", words.join(", ")))
}
