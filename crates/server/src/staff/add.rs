//! `mamori staff add`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use mamori_console::messages;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::{Desk, LocalCli};
use mamori_model::staff::{Assignment, Language, StaffName, StaffRole};
use mamori_model::{Line, Purpose, ServiceId};

use super::link;
use super::list::warn_of_no_lead;

/// The services and policies that a staff member may see and work on; without them all.
#[derive(Debug, clap::Args)]
pub struct AssignmentArgs {
    /// Id of a service whose cases they may see, may be repeated [default: every service]
    #[arg(long = "service", value_name = "ID")]
    services: Vec<ServiceId>,
    /// Policy under which they may see cases, may be repeated: `child_sexual_abuse`,
    /// `child_exploitation`, `minor_intimate_removal`, `intimate_image_abuse`, `rehearsal`
    /// [default: every policy]
    #[arg(long = "policy", value_name = "PURPOSE")]
    purposes: Vec<Purpose>,
}

impl AssignmentArgs {
    /// Returns the assignment.
    pub fn assignment(&self) -> Assignment {
        Assignment {
            services: (!self.services.is_empty()).then(|| self.services.iter().copied().collect()),
            purposes: (!self.purposes.is_empty()).then(|| self.purposes.iter().copied().collect()),
        }
    }
}

/// Creates a staff account and prints its enrolment link, which works once and for one day
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name to sign in with: a-z, 0-9, `.`, `_`, `-`
    name: StaffName,
    /// Role, may be repeated: `reviewer`, `lead`, `policy_editor`, `auditor`, `administrator`
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<StaffRole>,
    #[command(flatten)]
    assignment: AssignmentArgs,
    /// Name that colleagues see [default: the sign-in name]
    #[arg(long, value_name = "TEXT")]
    display_name: Option<Line>,
    /// Language of the pages: en, ja, fr, de, it, or one of `console.languages_dir`
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    language: Language,
}

/// Creates the account; prints the link to stdout and its owner to stderr.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let display_name = match &args.display_name {
        Some(display_name) => display_name.clone(),
        None => args.name.as_str().parse()?,
    };
    if messages::available(args.language) != args.language {
        let known: Vec<String> = messages::languages().map(|one| one.to_string()).collect();
        bail!(
            "there are no pages in the language {}: choose one of {}, or add a language pack to \
             `console.languages_dir`",
            args.language,
            known.join(", ")
        );
    }
    let new = NewStaff {
        name: args.name.clone(),
        display_name,
        roles: args.roles.iter().copied().collect(),
        assignment: args.assignment.assignment(),
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
