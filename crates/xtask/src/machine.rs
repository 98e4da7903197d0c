//! The environment of the steps: the checkout, cargo, and the servers that were started for them.

use std::cell::OnceCell;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::postgres::Postgres;

/// The checkout, and the servers that run for it.
pub struct Machine {
    /// The root folder of the checkout.
    pub root: PathBuf,
    postgres: OnceCell<(Postgres, String)>,
}

impl Machine {
    /// Returns the machine on which this program was built.
    pub fn here() -> Result<Self> {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = crate_folder.ancestors().nth(2).context("xtask stands outside a checkout")?;
        Ok(Self { root: root.to_owned(), postgres: OnceCell::new() })
    }

    /// Returns a `cargo` command that runs in the checkout.
    pub fn cargo<const N: usize>(&self, args: [&str; N]) -> Command {
        // Cargo sets this variable for the programs that it runs; with it, the same toolchain
        // builds the tests.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(args).current_dir(&self.root);
        command
    }

    /// Builds the programs and examples of the workspace, and returns the folder that contains
    /// them.
    ///
    /// Targets and features are those of the step `test`, which has built all of them already; with
    /// other features most dependencies would be compiled a second time.
    pub fn build(&self) -> Result<PathBuf> {
        let mut build = self.cargo(["build", "--workspace", "--all-features", "--bins"]);
        run(build.arg("--examples").arg("--target-dir").arg(self.target()))?;
        Ok(self.target().join("debug"))
    }

    /// Returns cargo's target folder, unless a configuration file names another one.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from)
    }

    /// Returns the URL of a throw-away PostgreSQL server, started at the first call. The server
    /// ends with this program, even if the program is killed. Append the name of a database to the
    /// path.
    pub fn postgres(&self) -> Result<&str> {
        if self.postgres.get().is_none() {
            let server = Postgres::start_own()?;
            let url = server.url("");
            drop(self.postgres.set((server, url)));
        }
        self.postgres.get().map(|(_, url)| url.as_str()).context("PostgreSQL did not start")
    }
}

/// Runs `command`. Its standard error is sent to our standard output, so that one stream shows
/// everything.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command
        .stdin(Stdio::null())
        .stderr(io::stdout())
        .status()
        .with_context(|| format!("`{shown}` did not start"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Checks whether `command` can be run and succeeds; its output is hidden.
pub fn succeeds(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Returns the command as a developer would type it, without its environment and its folder.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program()).to_string_lossy();
    let args = command.get_args().map(|arg| {
        let arg = arg.to_string_lossy();
        if arg.contains(' ') { format!(" '{arg}'") } else { format!(" {arg}") }
    });
    program.into_owned() + &args.collect::<String>()
}
