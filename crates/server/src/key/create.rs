//! `mamori key create`.

use std::io::{self, Write};
use std::process::ExitCode;

use mamori_desk::{Admin, Desk};
use mamori_model::key::{Role, Service};
use mamori_model::page::PageSize;
use mamori_model::{Line, ServiceId};

use crate::approval;
use crate::cli::WAITS;

/// Creates an API key and prints it, once: it is not stored.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    role: RoleCommand,
    /// Description of what the key is for
    #[arg(long, value_name = "TEXT", default_value = "created on the command line", global = true)]
    name: Line,
}

#[derive(Debug, clap::Subcommand)]
enum RoleCommand {
    /// For an administrator: may manage banks, services and keys, but never see items
    Admin,
    /// For a service: its items, matches and webhooks
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
    let issued = desk.issue_key(&admin, role, args.name.clone()).await?;
    writeln!(io::stderr(), "{}, for {whose}; it is shown only now:", issued.key.id)?;
    writeln!(io::stdout(), "{}", issued.token.reveal())?;
    let Some(request) = issued.waits_for else { return Ok(ExitCode::SUCCESS) };
    writeln!(io::stderr(), "the key is not accepted yet: {}", approval::explain(&request))?;
    Ok(ExitCode::from(WAITS))
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
