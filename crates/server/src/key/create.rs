//! `mamori key create`.

use std::io::{self, Write};
use std::process::ExitCode;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Desk};
use mamori_model::key::{Network, Role, Scope, Service};
use mamori_model::page::PageSize;
use mamori_model::{Line, ServiceId};

use crate::approval;
use crate::cli::WAITS;

/// Creates an API key and prints it once: only its digest is stored.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    role: RoleCommand,
    /// Description of what the key is for
    #[arg(long, value_name = "TEXT", default_value = "created on the command line", global = true)]
    name: Line,
    /// What the key may be used for, comma-separated [default: everything that its role may]
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', value_parser = scope, global = true)]
    scope: Vec<Scope>,
    /// The last day (UTC, such as 2027-06-30) on which the key is accepted, or a time (such as
    /// 2027-06-30T12:00:00Z) from which it is refused [default: no end]
    #[arg(long, value_name = "DAY", value_parser = end, global = true)]
    ends: Option<Timestamp>,
    /// A network from which the key is accepted, such as 192.0.2.0/24; may be given several times
    /// [default: any]
    #[arg(long, value_name = "NETWORK", global = true)]
    network: Vec<Network>,
}

#[derive(Debug, clap::Subcommand)]
enum RoleCommand {
    /// Creates an administrator's key, which manages banks, services and keys, and cannot read items
    Admin,
    /// Creates a service's key, which checks items and reads the service's own matches and webhooks
    Service {
        /// Name or id of the service; an unknown name creates a new service
        service: Line,
    },
}

/// Creates the key; prints the key to stdout and its description to stderr.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let admin = Admin::local_cli();
    let (role, whose) = match &args.role {
        RoleCommand::Admin => (Role::Admin, "an administrator".to_owned()),
        RoleCommand::Service { service } => {
            let id = find_or_create_service(desk, &admin, service).await?;
            (Role::Service(id), format!("the service {service} ({id})"))
        }
    };
    let scopes = (!args.scope.is_empty()).then(|| args.scope.clone());
    let (name, networks) = (args.name.clone(), args.network.clone());
    let new = NewKey { role, name, scopes, ends_at: args.ends, networks };
    let issued = desk.issue_key(&admin, new).await?;
    writeln!(io::stderr(), "{}, for {whose}; it is shown only now:", issued.key.id)?;
    writeln!(io::stdout(), "{}", issued.token.reveal())?;
    let Some(request) = issued.waits_for else { return Ok(ExitCode::SUCCESS) };
    writeln!(io::stderr(), "the key is not accepted yet: {}", approval::explain(&request))?;
    Ok(ExitCode::from(WAITS))
}

fn scope(word: &str) -> Result<Scope, String> {
    let words = || Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    Scope::parse(word).ok_or_else(|| format!("expected one of {}", words()))
}

/// Returns the time from which a key is not accepted: the end of a day in UTC, or a time.
fn end(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Option<Date> = text.parse().ok();
    let next = day.and_then(|day| day.checked_add(1.day()).ok());
    let begins = next.and_then(|next| next.to_zoned(TimeZone::UTC).ok());
    let expected = || "expected a day such as 2027-06-30, or a time such as 2027-06-30T12:00:00Z";
    begins.map(|begins| begins.timestamp()).ok_or_else(|| expected().to_owned())
}

async fn find_or_create_service(
    desk: &Desk,
    admin: &Admin,
    service: &Line,
) -> anyhow::Result<ServiceId> {
    if let Ok(id) = service.as_str().parse() {
        return Ok(id);
    }
    let mut named: Vec<Service> = all_services(desk, admin).await?;
    named.retain(|known| known.name == *service);
    match named.as_slice() {
        [] => Ok(desk.create_service(admin, service.clone()).await?.id),
        [one] => Ok(one.id),
        many => {
            let ids: Vec<String> = many.iter().map(|known| known.id.to_string()).collect();
            anyhow::bail!(
                "there are {} services of this name; name one by its id: {}",
                ids.len(),
                ids.join(", ")
            )
        }
    }
}

async fn all_services(desk: &Desk, admin: &Admin) -> anyhow::Result<Vec<Service>> {
    let mut services = Vec::new();
    let mut after = None;
    loop {
        let page = desk.services(admin, after, PageSize::DEFAULT).await?;
        services.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return Ok(services);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_after_its_last_day() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();

        assert_eq!(end("2027-06-30"), Ok(time("2027-07-01T00:00:00Z")));
        assert_eq!(end("2027-06-30T12:00:00Z"), Ok(time("2027-06-30T12:00:00Z")));
        for text in ["", "tomorrow", "2027-06-31", "30.6.2027"] {
            assert!(end(text).unwrap_err().starts_with("expected a day"), "{text}");
        }
    }

    #[test]
    fn an_unknown_scope_is_refused_with_the_known_ones() {
        assert_eq!(scope("entries:export"), Ok(Scope::EntriesExport));
        assert!(scope("everything").unwrap_err().contains("entries:export"));
    }
}
