//! The demo's own node: Mamori on SQLite in a fresh folder, in this process.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::{Clock, LocalCli};
use mamori_model::sign_in::SignInLinkKind;
use mamori_model::staff::{Language, StaffRole};
use mamori_model::{Purpose, Sensitive};
use mamori_vault::Keyring;
use tempfile::TempDir;

use crate::config::Config;
use crate::process;
use crate::serve::http_server::{HttpServer, Listeners};
use crate::serve::node::Node;
use crate::serve::{log, metrics};
use crate::staff::link;

/// The port that the README uses.
const PORT: u16 = 8080;

/// A running node and its folder, which is removed with it.
pub struct DemoServer {
    /// Address of the API, `http://…`.
    pub address: String,
    /// Address of `/metrics` and `/readyz`, `http://…`.
    pub admin_address: String,
    /// Whether that is the address in the README.
    pub is_usual_address: bool,
    /// The first administrator's key.
    pub admin_key: String,
    /// The configuration file for the operator: `mamori staff --config …` reads it.
    pub config_file: PathBuf,
    folder: TempDir,
    node: Node,
    server: HttpServer,
}

impl DemoServer {
    /// Starts the node.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mamori-demo-").tempdir()?;
        let mut config = config(folder.path())?;
        process::protect(&config)?;
        let file = File::create(folder.path().join("mamori.log"))?;
        log::start_into(&config.log, log::Output::file(file)?, false)?;
        let metrics = metrics::install(Clock::system().now());
        let metrics = metrics.context("metrics cannot be recorded")?;
        let listeners = bind_listeners(&mut config)?;
        let (address, admin_address) = (listeners.address(), listeners.admin_address());
        // Browsers create passkeys only for names.
        config.console.origin = format!("http://localhost:{}", address.port()).parse()?;
        let config_file = write_config(&config, folder.path())?;

        let node = Node::start(&config).await?;
        let issued = node.desk().issue_first_key().await?;
        let admin_key = issued.context("the fresh database has an administrator already")?;
        let server = HttpServer::start(&config, &node, &metrics, listeners)?;
        Ok(Self {
            address: format!("http://{address}"),
            admin_address: format!("http://{admin_address}"),
            is_usual_address: address.port() == PORT,
            admin_key: admin_key.token.into_revealed(),
            config_file,
            folder,
            node,
            server,
        })
    }

    /// Changes the policy for rehearsals so that matched items are kept, sealed, for as long as a
    /// case may wait: a reviewer cannot decide about a picture that was deleted.
    pub async fn enable_evidence(&self) -> anyhow::Result<()> {
        let desk = self.node.desk();
        let entered =
            desk.sign_in_by_link(self.create_sign_in_link(&EDITOR).await?.reveal()).await?;
        let found = desk.member(entered.cookie.reveal()).await?;
        let member = found.context("the staff member who signed in is not known")?.member;
        let editor =
            member.editor().context("the staff member who signed in is no policy editor")?;
        let policies = desk.policies(&member).await?.into_iter();
        let mut policies = policies.filter(|policy| policy.purpose == Purpose::Rehearsal);
        let policy = policies.next().context("rehearsals have no policy")?;
        let new = NewPolicy {
            purpose: policy.purpose,
            after: policy.version,
            texts: policy.texts,
            severity: policy.severity,
            evidence_days: EVIDENCE_DAYS,
        };
        desk.change_policy(&editor, new).await?;
        Ok(())
    }

    /// Creates a staff account and returns a one-time sign-in link for it.
    pub async fn sign_in_url(&self, who: &Person) -> anyhow::Result<String> {
        let link = self.create_sign_in_link(who).await?;
        Ok(format!("{}{}", link::prefix(self.node.desk())?, link.reveal()))
    }

    async fn create_sign_in_link(&self, who: &Person) -> anyhow::Result<Sensitive<String>> {
        let (desk, here) = (self.node.desk(), LocalCli::here());
        let new = NewStaff {
            name: who.name.parse()?,
            display_name: who.display_name.parse()?,
            roles: [who.role].into(),
            assignment: mamori_model::Assignment::EVERYTHING,
            language: Language::English,
        };
        let added = desk.add_staff(StaffAdmin::LocalCli(&here), new).await?;
        Ok(desk.local_sign_in_link(&here, added.staff.id, SignInLinkKind::SignIn).await?)
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the node and removes its folder.
    pub async fn stop(self) -> io::Result<()> {
        self.server.close().await;
        self.node.stop().await;
        self.folder.close()
    }
}

/// A member of the demo's staff.
pub struct Person {
    /// The name to sign in with.
    pub name: &'static str,
    /// The name that colleagues see.
    pub display_name: &'static str,
    /// The role.
    pub role: StaffRole,
}

/// The staff who review the demo's cases.
pub const PEOPLE: [Person; 2] = [
    Person { name: "reviewer", display_name: "The demo's reviewer", role: StaffRole::Reviewer },
    Person { name: "lead", display_name: "The demo's lead", role: StaffRole::Lead },
];

/// The staff member who edits the demo's policy.
const EDITOR: Person = Person {
    name: "editor",
    display_name: "The demo's policy editor",
    role: StaffRole::PolicyEditor,
};

/// How many days the demo's pictures are kept; its folder is removed before that.
const EVIDENCE_DAYS: u16 = 30;

/// Writes the configuration that commands of the operator need to a file.
fn write_config(config: &Config, folder: &Path) -> anyhow::Result<PathBuf> {
    let file = folder.join("mamori.toml");
    let text = format!(
        "[database]\nurl = \"{}\"\n\n[console]\norigin = \"{}\"\n\n\
         [staff]\nsign_in_link_min = {}\n",
        config.database.url.reveal(),
        config.console.origin.origin().ascii_serialization(),
        config.staff.sign_in_link_min,
    );
    fs::write(&file, text)?;
    Ok(file)
}

fn config(folder: &Path) -> anyhow::Result<Config> {
    let mut config = Config::default();
    let database = folder.join("mamori.sqlite");
    config.database.url = Sensitive::new(format!("sqlite:{}", database.display()));
    // The user takes time to read the output of the demo.
    config.staff.sign_in_link_min = 60;
    config.vault.folder = folder.join("evidence");
    // A key that exists only in this process: no other process can read what the demo stores.
    config.vault.keys = Some(Keyring::parse(Keyring::new_line(&"demo".parse()?)?.reveal())?);
    // Its pictures are drawn by code, so it runs on a kernel without a sandbox too.
    config.media.protections_required.clear();
    // The simulated service runs on this machine.
    config.webhooks.loopback = true;
    // So that HMA clients can be tried too.
    config.hma.enabled = true;
    config.hma.purpose = Some(Purpose::Rehearsal);
    config.hma.legal_basis = Some("none needed: no person is in these pictures".parse()?);
    config.hma.source = Some("the demo".parse()?);
    config.hma.owner = Some("the demo".parse()?);
    Ok(config)
}

/// Takes the usual port for the API, or a free one if that is in use. The listener for operators always
/// takes a free port, which is printed.
fn bind_listeners(config: &mut Config) -> anyhow::Result<Listeners> {
    config.server.admin_listen.set_port(0);
    config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    if let Ok(listeners) = Listeners::bind(config) {
        return Ok(listeners);
    }
    config.server.listen.set_port(0);
    Listeners::bind(config)
}
