//! `browser`: tests of the pages in Debian's Chromium, against real servers.
//!
//! Each file `browser/NAME.test.mjs` gets its own Mamori with a fresh database, so that files do
//! not affect each other; the tests within a file run in order.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Result, bail};
use tempfile::TempDir;

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::node;
use crate::serving::{Server, free_address, key, origin, server_section, wait_for};
use crate::steps::{Step, peers};

/// Arguments are names of test files, such as `pages-en`.
pub const STEP: Step = Step {
    name: "browser",
    about: "the pages in a real browser, with axe; arguments name files, `--screens` takes the \
            pictures of docs/screens anew (needs npm's registry, PyPI)",
    // Python for its SQLite, as some tests change their database, and for the sign-in provider.
    needs: &[Need::Node, Need::Chromium, Need::JapaneseFont, Need::Python],
    run: test_pages,
};

/// Test files that run at the same time, each with a browser and a server of its own: a page waits
/// for its server, and the server for the next page.
const FILES_AT_ONCE: &str = "--test-concurrency=2";

/// Suffix of the name of a test file.
const ENDING: &str = ".test.mjs";

/// The test file that takes the screenshots for the documentation. They are written into the target
/// folder, and into the repository only with `--screens`, because no two machines render text
/// identically.
const SCREENS: &str = "screens";

/// The test file whose Mamori has a sign-in provider.
const OIDC: &str = "oidc";

fn test_pages(machine: &Machine, args: &[String]) -> Result<()> {
    let tests = machine.root.join("crates/xtask/browser");
    let (args, screens) = match args {
        [flag] if flag == "--screens" => {
            (&[SCREENS.to_owned()][..], machine.root.join("docs/screens"))
        }
        _ => (args, machine.target().join("screens")),
    };
    let files = files(&tests, args)?;
    let packages = node::with_lock(machine, "browser", &tests)?;
    let program = machine.build()?.join("mamori");

    let folder = tempfile::Builder::new().prefix("mamori-browser-").tempdir()?;
    let has_provider = files.iter().any(|file| file == OIDC);
    let provider = has_provider.then(|| Provider::start(machine)).transpose()?;
    let mut test_servers = Vec::new();
    let mut list = String::new();
    for file in &files {
        let provider = provider.as_ref().filter(|_| file == OIDC);
        let test_server = TestServer::start(&program, file, provider)?;
        writeln!(list, "{}", test_server.line(&program))?;
        test_servers.push(test_server);
    }
    let list_file = folder.path().join("test-servers");
    fs::write(&list_file, list)?;

    let browser = Browser::start(&tests, &packages)?;

    let mut node = Command::new("node");
    node.args(["--test", FILES_AT_ONCE, "--test-reporter=spec"]);
    node.args(files.iter().map(|file| tests.join(format!("{file}{ENDING}"))));
    node.env("MAMORI_TEST_SERVERS", list_file).env("MAMORI_PACKAGES", packages);
    node.env("MAMORI_BROWSER", &browser.address).env("MAMORI_SCREENS", screens);
    run(node.current_dir(&tests))
}

/// Debian's Chromium, which all test files use.
struct Browser {
    /// Where the tests connect to it.
    address: String,
    _process: Background,
}

impl Browser {
    fn start(tests: &Path, packages: &Path) -> Result<Self> {
        let mut node = Command::new("node");
        node.arg(tests.join("chromium.mjs")).env("MAMORI_PACKAGES", packages);
        let (process, address) = Background::start(&mut node, "Chromium")?;
        Ok(Self { address, _process: process })
    }
}

/// A sign-in provider of an organisation, for tests.
struct Provider {
    /// How it names itself.
    issuer: String,
    _process: Background,
}

impl Provider {
    fn start(machine: &Machine) -> Result<Self> {
        peers::install(machine)?;
        let mut python = Command::new(machine.root.join(".cache/peers/bin/python"));
        python.arg(machine.root.join("crates/testkit/peers/oidc_provider.py"));
        let (process, ready) = Background::start(&mut python, "the sign-in provider")?;
        // {"ready": {"issuer": "http://localhost:PORT"}}
        let issuer = ready.split('"').find(|word| word.starts_with("http://"));
        let Some(issuer) = issuer else { bail!("the sign-in provider does not say where it is") };
        Ok(Self { issuer: issuer.to_owned(), _process: process })
    }
}

/// A program that ends with its standard input: with this value, or with this program.
struct Background {
    process: Child,
}

impl Background {
    /// Starts a program; returns the first line that it prints, which it does once it serves.
    fn start(command: &mut Command, name: &str) -> Result<(Self, String)> {
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut started = Self { process };
        let mut line = String::new();
        if let Some(stdout) = started.process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        if line.trim().is_empty() {
            bail!("{name} did not start");
        }
        Ok((started, line.trim().to_owned()))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Returns the names of the test files in `folder`, or those of them that are in `wanted`.
fn files(folder: &Path, wanted: &[String]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        files.extend(name.strip_suffix(ENDING).map(str::to_owned));
    }
    files.sort();
    if let Some(unknown) = wanted.iter().find(|name| !files.contains(name)) {
        bail!("no file `{unknown}{ENDING}`; there are: {}", files.join(", "));
    }
    files.retain(|file| wanted.is_empty() || wanted.contains(file));
    Ok(files)
}

/// A Mamori for one test file. It ends with this value.
struct TestServer {
    file: String,
    address: String,
    config: PathBuf,
    admin: String,
    service: String,
    _server: Server,
    _folder: TempDir,
}

impl TestServer {
    fn start(program: &Path, file: &str, provider: Option<&Provider>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("mamori-browser-").tempdir()?;
        let address = free_address()?;
        let config = folder.path().join("mamori.toml");
        let mut sections = settings(folder.path(), &address);
        if let Some(provider) = provider {
            let secret = folder.path().join("oidc-secret");
            fs::write(&secret, "a password of Mamori")?;
            sections.push_str(&provider_settings(&provider.issuer, &secret));
        }
        fs::write(&config, sections)?;
        let mut init = Command::new(program);
        run(init.args(["vault", "init"]).arg(folder.path().join(VAULT_KEY)))?;
        let admin = key(program, &config, &["admin"])?;
        let service = key(program, &config, &["service", "browser"])?;
        let server = Server::start(program, &config, folder.path())?;
        wait_for(&address, folder.path())?;
        let file = file.to_owned();
        Ok(Self { file, address, config, admin, service, _server: server, _folder: folder })
    }

    /// Returns the line from which the tests of the file read their settings: words separated by
    /// tabs.
    fn line(&self, program: &Path) -> String {
        let (program, config) = (program.to_string_lossy(), self.config.to_string_lossy());
        let words = [&self.file, &self.address, &self.admin, &self.service, &*program, &*config];
        words.join("\t")
    }
}

/// Name of the file with the vault's key.
const VAULT_KEY: &str = "vault.key";

/// Returns a configuration with SQLite in `folder`, a vault, and webhooks to this machine.
fn settings(folder: &Path, address: &str) -> String {
    let (folder, origin, server) = (folder.display(), origin(address), server_section(address));
    format!(
        "{server}[database]\nurl = \"sqlite:{folder}/mamori.sqlite\"\n\n\
         [webhooks]\nloopback = true\n\n\
         [console]\norigin = \"{origin}\"\n\n\
         [vault]\nfolder = \"{folder}/evidence\"\nkey_file = \"{folder}/{VAULT_KEY}\"\n"
    )
}

/// Returns the section of a configuration that names a sign-in provider.
fn provider_settings(issuer: &str, secret: &Path) -> String {
    format!(
        "\n[oidc]\nissuer = \"{issuer}\"\nclient_id = \"mamori\"\n\
         client_secret_file = \"{}\"\nname = \"Example Directory\"\n",
        secret.display()
    )
}
