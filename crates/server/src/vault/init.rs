//! `mamori vault init`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use mamori_vault::{KeyName, Keyring};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::process;

/// Creates a key and writes it to a new file that only its owner can read.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to create; an existing one is not changed
    file: PathBuf,
    /// Name of the key, which is stored with everything that it wraps
    #[arg(long, value_name = "NAME", default_value = "first")]
    name: KeyName,
}

const ABOUT: &str = "\
# The keys of Mamori's vault: a name and 32 bytes in base64 on each line. The first one wraps what is
# stored from now on; each opens what it wrapped. Without this file the stored items cannot be read.
";

/// Creates the key.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    process::protect(&Config::default())?;
    let line = Keyring::new_line(&args.name)?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(&args.file);
    let mut file = file.with_context(|| format!("{} cannot be created", args.file.display()))?;
    file.write_all(ABOUT.as_bytes())?;
    file.write_all(Zeroizing::new(line.into_revealed()).as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    writeln!(
        io::stderr(),
        "The key {} is in {}. Name the file in `vault.key_file`, and keep a copy of it elsewhere.",
        args.name,
        args.file.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_its_owner_can_read_a_new_key_file_and_no_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let args = Args { file: folder.path().join("vault.key"), name: "2027".parse().unwrap() };

        run(&args).unwrap();

        let text = std::fs::read_to_string(&args.file).unwrap();
        assert_eq!(Keyring::parse(&text).unwrap().name().as_str(), "2027");
        let mode = std::fs::metadata(&args.file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(run(&args).is_err());
        assert_eq!(std::fs::read_to_string(&args.file).unwrap(), text);
    }
}
