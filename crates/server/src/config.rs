//! The configuration: one TOML file, typed, read once. Unknown keys are refused.
//!
//! Only secrets may also come from separate files or from the environment. No other part of Mamori
//! reads either.

mod checked;
mod notify;
mod oidc;
pub mod parts;
mod people;
mod sections;
pub mod warnings;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mamori_model::{Purpose, Sensitive, retention};
use mamori_vault::Keyring;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::languages;
use crate::serve::log;

pub use notify::Notify;
pub use oidc::Oidc;
pub use people::{Approvals, Cases, Console, Exposure, Staff, Vault};
pub use sections::{Checks, Database, Hma, Limits, Log, LogFormat, Media, Server, Webhooks};

/// The file that is read if none is named and it exists.
pub const FILE_DEFAULT: &str = "mamori.toml";

/// The environment variable with the database address, including the password.
pub const DATABASE_URL_VARIABLE: &str = "MAMORI_DATABASE_URL";

/// The environment variable with the vault's keys.
pub const VAULT_KEY_VARIABLE: &str = "MAMORI_VAULT_KEY";

/// All keys; `mamori.sample.toml` explains each.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[server]`: listening addresses and timeouts.
    pub server: Server,
    /// `[database]`: the database.
    pub database: Database,
    /// `[media]`: the processes that decode pictures.
    pub media: Media,
    /// `[limits]`: limits on requests.
    pub limits: Limits,
    /// `[checks]`: the answers to checks.
    pub checks: Checks,
    /// `[webhooks]`: webhook delivery.
    pub webhooks: Webhooks,
    /// `[notify]`: messages of counts to the people on duty.
    pub notify: Notify,
    /// `[retention]`: retention terms.
    pub retention: retention::Periods,
    /// `[console]`: the pages for staff.
    pub console: Console,
    /// `[oidc]`: the organisation's sign-in provider.
    pub oidc: Oidc,
    /// `[staff]`: sign-in and working rules of staff.
    pub staff: Staff,
    /// `[vault]`: storage of items that a policy keeps.
    pub vault: Vault,
    /// `[cases]`: work on cases.
    pub cases: Cases,
    /// `[approvals]`: changes that need a second actor.
    pub approvals: Approvals,
    /// `[exposure]`: the exposure limit.
    pub exposure: Exposure,
    /// `[hma]`: the routes of Hasher-Matcher-Actioner.
    pub hma: Hma,
    /// `[log]`: level and format of logs.
    pub log: Log,
}

/// A configuration that cannot be used. The operator must correct it; the text says where.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("the configuration {path:?} cannot be read")]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        cause: io::Error,
    },
    /// Invalid TOML, an unknown key, or an invalid value. The message names line and key.
    #[error("{path:?} is not a configuration: {message}")]
    Invalid {
        /// The path of the file.
        path: PathBuf,
        /// The line, the key, and what was expected.
        message: String,
    },
    /// Keys that contradict each other.
    #[error("{0}")]
    Conflict(String),
    /// Languages that cannot be used.
    #[error("`console.languages_dir`: {0}")]
    Languages(#[from] languages::Error),
}

/// The source of a configuration, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Defaults only: no file was named and [`FILE_DEFAULT`] does not exist.
    Defaults,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Defaults => write!(f, "the defaults (there is no {FILE_DEFAULT} here)"),
        }
    }
}

impl Config {
    /// Reads the file `named`, or [`FILE_DEFAULT`] if it exists, or takes the defaults; then reads
    /// the secrets from their files and from the environment, and the languages from their folder.
    pub fn load(named: Option<&Path>) -> Result<(Self, Source), Error> {
        let source = match named {
            Some(path) => Source::File(path.to_owned()),
            None if Path::new(FILE_DEFAULT).exists() => Source::File(FILE_DEFAULT.into()),
            None => Source::Defaults,
        };
        let mut config = match &source {
            Source::File(path) => Self::parse(path, &read(path)?)?,
            Source::Defaults => Self::default(),
        };
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
        let [database_url, vault_keys] =
            [DATABASE_URL_VARIABLE, VAULT_KEY_VARIABLE].map(|name| std::env::var(name).ok());
        config.take_secrets(database_url, vault_keys)?;
        if let Some(folder) = &config.console.languages_dir {
            config.console.languages = languages::read(folder)?;
        }
        config.check()?;
        Ok((config, source))
    }

    /// Parses the text of the file `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let message = describe_error(text, start, error.message());
            Error::Invalid { path: path.to_owned(), message }
        })
    }

    /// Sets the secrets: the environment overrides the secret's file, and that the key itself.
    fn take_secrets(
        &mut self,
        database_url: Option<String>,
        vault_keys: Option<String>,
    ) -> Result<(), Error> {
        if let Some(url) = database_url.filter(|url| !url.is_empty()) {
            self.database.url = Sensitive::new(url);
        } else if let Some(path) = &self.database.url_file {
            self.database.url = Sensitive::new(read(path)?.trim().to_owned());
        }
        let keys = match (vault_keys.filter(|keys| !keys.is_empty()), &self.vault.key_file) {
            (Some(keys), _) => Some(keys),
            (None, Some(path)) => Some(read(path)?),
            (None, None) => None,
        };
        self.vault.keys = keys.map(Zeroizing::new).map(|text| keyring(&text)).transpose()?;
        self.notify.take_secrets()?;
        self.oidc.take_secrets()
    }

    /// Refuses keys that contradict each other; single values were checked when they were read.
    fn check(&self) -> Result<(), Error> {
        log::filter(&self.log)?;
        self.check_memory_budget()?;
        self.check_vault_limit()?;
        self.check_admin_listener()?;
        self.notify.check(self)?;
        self.oidc.check(self)?;
        if self.hma.enabled {
            self.check_hma_listener()?;
            self.hma()?;
        }
        Ok(())
    }

    /// Checks that the largest item fits into the memory budget; otherwise it would always be
    /// refused.
    fn check_memory_budget(&self) -> Result<(), Error> {
        let limits = &self.limits;
        let (all, share) = (limits.in_flight_bytes_max, limits.in_flight_service_bytes_max);
        let needed =
            limits.item_bytes_max.saturating_add(mamori_web::multipart::OVERHEAD_BYTES_MAX);
        if share < needed {
            return Err(Error::Conflict(format!(
                "`limits.in_flight_service_bytes_max` is {share}, too small for an item of \
                 `limits.item_bytes_max` and the form around it: it needs {needed}"
            )));
        }
        if all < share {
            return Err(Error::Conflict(format!(
                "`limits.in_flight_bytes_max` is {all}, which is less than one service's share, \
                 `limits.in_flight_service_bytes_max` ({share})"
            )));
        }
        Ok(())
    }

    /// Checks that the vault has room for the largest item; otherwise it would store nothing.
    fn check_vault_limit(&self) -> Result<(), Error> {
        let (bytes_max, item) = (self.vault.bytes_max, self.limits.item_bytes_max);
        if bytes_max < item {
            return Err(Error::Conflict(format!(
                "`vault.bytes_max` is {bytes_max}, too small for an item of `limits.item_bytes_max` \
                 ({item}): nothing would be stored"
            )));
        }
        Ok(())
    }

    /// Checks that the listener for operators has an address of its own.
    fn check_admin_listener(&self) -> Result<(), Error> {
        let admin = self.server.admin_listen;
        let hma = self.hma.listen.filter(|_| self.hma.enabled);
        let others = [("server.listen", Some(self.server.listen)), ("hma.listen", hma)];
        let same = others.iter().find(|(_, other)| *other == Some(admin) && admin.port() != 0);
        let Some((key, _)) = same else { return Ok(()) };
        Err(Error::Conflict(format!(
            "`server.admin_listen` and `{key}` are both {admin}: set another port in one of them"
        )))
    }

    /// Checks that HMA clients without keys can reach only a loopback address.
    fn check_hma_listener(&self) -> Result<(), Error> {
        let conflict = |text: String| Err(Error::Conflict(text));
        let (hma, server) = (&self.hma, &self.server);
        match hma.listen {
            None if !hma.key_required => conflict(
                "`hma.key_required` is false without `hma.listen`: beside the API the look-ups \
                 require keys; set an address on loopback to serve them without"
                    .to_owned(),
            ),
            Some(listen) if !hma.key_required && !listen.ip().is_loopback() => conflict(format!(
                "`hma.listen` is {listen}, which is not this machine's own loopback, and \
                 `hma.key_required` is false: every client that reaches that address could read and \
                 change the banks. Listen on 127.0.0.1, or require keys"
            )),
            Some(_) if !hma.key_required && hma.purpose.is_some_and(Purpose::is_negative) => conflict(
                "`hma.purpose` is `known_benign` and `hma.key_required` is false: every program on \
                 this machine could then clear items that other banks hold or block. Require keys"
                    .to_owned(),
            ),
            Some(listen) if listen == server.listen && listen.port() != 0 => conflict(format!(
                "`hma.listen` and `server.listen` are both {listen}; leave `hma.listen` out to \
                 share it"
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// Describes an error: the line and its key, but not the value, which may be a password. (TOML's
/// own message would quote it.)
fn describe_error(text: &str, start: usize, message: &str) -> String {
    let before = text.get(..start).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default();
    let key = line.split_once('=').map_or("", |(key, _)| key.trim());
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !is_key || message.contains(&format!("`{key}`")) {
        return format!("line {number}: {message}");
    }
    format!("line {number}, `{key}`: {message}")
}

fn keyring(text: &str) -> Result<Keyring, Error> {
    Keyring::parse(text)
        .map_err(|refused| Error::Conflict(format!("the keys of the vault: {refused}")))
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|cause| Error::Unreadable { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests;
