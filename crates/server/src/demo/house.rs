//! The demo's own Mamori: a node on SQLite in a fresh folder, in this very process.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use mamori_desk::AtTheMachine;
use mamori_desk::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::change_policy::NewPolicy;
use mamori_model::sign_in::TicketKind;
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{Purpose, Sensitive};
use mamori_vault::Keyring;
use tempfile::TempDir;

use crate::config::Config;
use crate::serve::node::Node;
use crate::serve::open::{Doors, Open};
use crate::serve::{log, metrics};
use crate::staff::link;

/// Where the lines of the README expect it.
const PORT: u16 = 8080;

/// A running node and its folder, which goes with it.
pub struct House {
    /// Where the API is, `http://…`.
    pub address: String,
    /// Whether that is the address of the README.
    pub is_usual_address: bool,
    /// The first administrator's key.
    pub admin_key: String,
    /// The configuration of whoever sits at the machine: `mamori staff --config …` reads it.
    pub config_file: PathBuf,
    folder: TempDir,
    node: Node,
    open: Open,
}

impl House {
    /// Starts it.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mamori-demo-").tempdir()?;
        let mut config = config(folder.path())?;
        let file = File::create(folder.path().join("mamori.log"))?;
        log::start_into(&config.log, Arc::new(file), false)?;
        let metrics = metrics::install().context("no metrics can be kept")?;
        let doors = take_doors(&mut config)?;
        let address = doors.address();
        // Browsers keep passkeys for a name only.
        config.console.origin = format!("http://localhost:{}", address.port()).parse()?;
        let config_file = write_config(&config, folder.path())?;

        let node = Node::start(&config).await?;
        let issued = node.desk().issue_first_key().await?;
        let admin_key = issued.context("the fresh database has an administrator already")?;
        let open = Open::begin(&config, &node, &metrics, doors)?;
        Ok(Self {
            address: format!("http://{address}"),
            is_usual_address: address.port() == PORT,
            admin_key: admin_key.token.into_revealed(),
            config_file,
            folder,
            node,
            open,
        })
    }

    /// Words the policy of rehearsals so that what matches is kept, sealed, for as long as a case
    /// may wait: a person cannot decide by a picture that is not there.
    pub async fn keep_pictures(&self) -> anyhow::Result<()> {
        let desk = self.node.desk();
        let entered = desk.enter_by_ticket(self.ticket(&EDITOR).await?.reveal()).await?;
        let found = desk.member(entered.cookie.reveal()).await?;
        let member = found.context("whoever came in is not known")?.member;
        let editor = member.editor().context("whoever came in words no policies")?;
        let policies = desk.policies(&member).await?.into_iter();
        let mut policies = policies.filter(|policy| policy.purpose == Purpose::Rehearsal);
        let policy = policies.next().context("rehearsals have no policy")?;
        let new = NewPolicy {
            purpose: policy.purpose,
            after: policy.version,
            wording: policy.wording,
            severity: policy.severity,
            keep_days: KEEP_DAYS,
        };
        desk.change_policy(&editor, new).await?;
        Ok(())
    }

    /// Lets somebody in: the link does it, once.
    pub async fn let_in(&self, who: &Person) -> anyhow::Result<String> {
        let ticket = self.ticket(who).await?;
        Ok(format!("{}{}", link::prefix(self.node.desk())?, ticket.reveal()))
    }

    async fn ticket(&self, who: &Person) -> anyhow::Result<Sensitive<String>> {
        let (desk, here) = (self.node.desk(), AtTheMachine::here());
        let new = NewStaff {
            name: who.name.parse()?,
            shown: who.shown.parse()?,
            roles: [who.role].into(),
            language: Language::English,
        };
        let added = desk.add_staff(StaffAdmin::AtTheMachine(&here), new).await?;
        Ok(desk.ticket_at_the_machine(&here, added.staff.id, TicketKind::Enter).await?)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops it and removes its folder.
    pub async fn stop(self) -> io::Result<()> {
        self.open.close().await;
        self.node.stop().await;
        self.folder.close()
    }
}

/// Somebody of the demo's staff.
pub struct Person {
    /// What they sign in with.
    pub name: &'static str,
    /// How colleagues see them.
    pub shown: &'static str,
    /// What they may do.
    pub role: StaffRole,
}

/// Who reviews the demo's cases.
pub const PEOPLE: [Person; 2] = [
    Person { name: "reviewer", shown: "The demo's reviewer", role: StaffRole::Reviewer },
    Person { name: "lead", shown: "The demo's lead", role: StaffRole::Lead },
];

/// Who words the demo's policy.
const EDITOR: Person =
    Person { name: "editor", shown: "The demo's policy editor", role: StaffRole::PolicyEditor };

/// For how many days the demo's pictures are kept; its folder goes before.
const KEEP_DAYS: u16 = 30;

/// What a command at the machine must know, in a file.
fn write_config(config: &Config, folder: &Path) -> anyhow::Result<PathBuf> {
    let file = folder.join("mamori.toml");
    let text = format!(
        "[database]\nurl = \"{}\"\n\n[console]\norigin = \"{}\"\n\n\
         [staff]\nenter_min = {}\n",
        config.database.url.reveal(),
        config.console.origin.origin().ascii_serialization(),
        config.staff.enter_min,
    );
    fs::write(&file, text)?;
    Ok(file)
}

fn config(folder: &Path) -> anyhow::Result<Config> {
    let mut config = Config::default();
    let database = folder.join("mamori.sqlite");
    config.database.url = Sensitive::new(format!("sqlite:{}", database.display()));
    // Whoever reads what the demo printed is in no hurry.
    config.staff.enter_min = 60;
    config.vault.folder = folder.join("evidence");
    // A key that goes with this process: nobody else can read what the demo keeps.
    config.vault.keys = Some(Keyring::new_line(&"demo".parse()?)?);
    // The service that it plays is on this machine.
    config.webhooks.loopback = true;
    // So that clients of HMA can be tried too.
    config.hma.enabled = true;
    config.hma.purpose = Some(Purpose::Rehearsal);
    config.hma.legal_basis = Some("none needed: nobody is in these pictures".parse()?);
    config.hma.source = Some("whoever tries the demo".parse()?);
    config.hma.owner = Some("whoever started the demo".parse()?);
    Ok(config)
}

/// The usual port, or a free one if somebody has it.
fn take_doors(config: &mut Config) -> anyhow::Result<Doors> {
    config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    if let Ok(doors) = Doors::take(config) {
        return Ok(doors);
    }
    config.server.listen.set_port(0);
    Doors::take(config)
}
