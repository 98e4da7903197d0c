//! Where the steps run: the checkout, cargo, and the servers that were started for them.

use std::cell::OnceCell;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::postgres::Postgres;

/// The checkout and what runs for it.
pub struct Machine {
    /// The checkout's folder.
    pub root: PathBuf,
    postgres: OnceCell<(Postgres, String)>,
}

impl Machine {
    /// The machine that this program was built on.
    pub fn here() -> Result<Self> {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = crate_folder.ancestors().nth(2).context("xtask stands outside a checkout")?;
        Ok(Self { root: root.to_owned(), postgres: OnceCell::new() })
    }

    /// `cargo` in the checkout.
    pub fn cargo<const N: usize>(&self, args: [&str; N]) -> Command {
        // Set by cargo for what it runs; the same toolchain then builds the tests.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(args).current_dir(&self.root);
        command
    }

    /// Where cargo puts what it builds, unless a configuration file says otherwise.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from)
    }

    /// The address of a throw-away PostgreSQL, started when first asked for; it ends with this
    /// program, however that ends. A database's name belongs at the end of its path.
    pub fn postgres(&self) -> Result<&str> {
        if self.postgres.get().is_none() {
            let server = Postgres::start_own()?;
            let url = server.url("");
            drop(self.postgres.set((server, url)));
        }
        self.postgres.get().map(|(_, url)| url.as_str()).context("PostgreSQL did not start")
    }
}

/// Runs `command`; its standard error goes where our output goes, so that one stream tells it all.
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

/// Whether `command` can be run and succeeds; nothing of it is shown.
pub fn succeeds(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The command as a person would type it, without its environment and its folder.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program()).to_string_lossy();
    let args = command.get_args().map(|arg| {
        let arg = arg.to_string_lossy();
        if arg.contains(' ') { format!(" '{arg}'") } else { format!(" {arg}") }
    });
    program.into_owned() + &args.collect::<String>()
}
