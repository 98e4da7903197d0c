//! A throw-away PostgreSQL server, and fresh databases on it.
//!
//! `MAMORI_TEST_POSTGRES` may name a running server, as `cargo xtask test` does; without it each
//! test program starts its own. A small shell process supervises it: it waits until our end of
//! its standard input closes, which the kernel does however this program ends, then stops the
//! server and removes its folder.

use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

/// The environment variable that names a running server, as `postgres://USER@HOST:PORT/`.
pub const SERVER: &str = "MAMORI_TEST_POSTGRES";

/// How the folders of throw-away servers begin; see [`SUPERVISOR`].
const FOLDER: &str = "mamori-test-postgres.";

/// The shell script of the supervisor. `$1` is the folder of the PostgreSQL programs. `fsync=off`,
/// because nothing in the database needs to be kept. The server listens only on a socket in its own
/// folder, so it needs no free port.
const SUPERVISOR: &str = r#"
set -u
trap '' HUP INT TERM
folder=$(mktemp -d "${TMPDIR:-/tmp}/mamori-test-postgres.XXXXXX") || exit 1
cd "$folder"
if "$1/initdb" -D "$folder/data" -U mamori -A trust -E UTF8 --no-locale --no-sync >"$folder/log" 2>&1 &&
   "$1/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 -o "-c listen_addresses= -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=8GB -c checkpoint_timeout=1h -c autovacuum=off" start >>"$folder/log" 2>&1
then echo "ready $folder"
else tail -n 20 "$folder/log" | tr '\n' ' '; echo
fi
cat >/dev/null
"$1/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
cd /
rm -rf "$folder"
"#;

/// A PostgreSQL server for tests.
#[derive(Debug)]
pub struct Postgres {
    /// The parts of the URL before and after the name of a database.
    url: (String, String),
    programs: PathBuf,
    /// The shell that supervises the server; `None` if the server is not ours.
    supervisor: Option<Child>,
}

impl Postgres {
    /// Returns the server that the environment names, or starts a fresh one.
    pub fn start() -> io::Result<Self> {
        match server_in_environment() {
            Some(url) => Ok(Self { url: split(&url), programs: programs()?, supervisor: None }),
            None => Self::start_own(),
        }
    }

    /// Starts a fresh server, regardless of the environment; it stops when dropped.
    pub fn start_own() -> io::Result<Self> {
        let programs = programs()?;
        let mut supervisor = shell()?
            .args(["-c", SUPERVISOR, "sh"])
            .arg(&programs)
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut answer = String::new();
        if let Some(stdout) = supervisor.stdout.take() {
            BufReader::new(stdout).read_line(&mut answer)?;
        }
        let folder = answer.trim().strip_prefix("ready ").map(str::to_owned);
        let url = match &folder {
            Some(folder) => split(&format!("postgres://mamori@localhost/?host={folder}")),
            None => (String::new(), String::new()),
        };
        // Created before the answer is checked, so that dropping it cleans up in either case.
        let server = Self { url, programs, supervisor: Some(supervisor) };
        match folder {
            Some(_) => Ok(server),
            None => Err(io::Error::other(format!("PostgreSQL did not start: {}", answer.trim()))),
        }
    }

    /// Returns the URL of the database `name`.
    pub fn url(&self, name: &str) -> String {
        let (before, after) = &self.url;
        format!("{before}{name}{after}")
    }

    /// Returns the folder of its socket; `None` if it listens elsewhere.
    pub fn socket_folder(&self) -> Option<&str> {
        let (_, after) = self.url.1.split_once("host=")?;
        after.split('&').next()
    }

    /// Creates an empty database that no other test uses, and returns its name.
    pub fn create_database(&self) -> io::Result<String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        // Process ids are used again while the server runs.
        let started = UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_nanos());
        let name = format!("test_{}_{nth}_{started:x}", std::process::id());
        self.sql(&format!("CREATE DATABASE {name}"))?;
        Ok(name)
    }

    /// Drops a database and closes all connections to it; on a throw-away server, whose databases
    /// end with it, does nothing: PostgreSQL writes all changes to disk first.
    pub fn drop_database(&self, name: &str) -> io::Result<()> {
        if self.url.1.contains(FOLDER) {
            return Ok(());
        }
        self.sql(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    }

    /// Runs one statement in the database `postgres`.
    pub fn sql(&self, statement: &str) -> io::Result<()> {
        let output = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", statement])
            .arg(self.url("postgres"))
            .stdin(Stdio::null())
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(supervisor) = &mut self.supervisor {
            drop(supervisor.stdin.take());
            drop(supervisor.wait());
        }
    }
}

/// Splits the URL of a server at the place of a database's name.
fn split(url: &str) -> (String, String) {
    let (before, after) = match url.split_once('?') {
        Some((before, after)) => (before, format!("?{after}")),
        None => (url, String::new()),
    };
    (format!("{}/", before.trim_end_matches('/')), after)
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests read it from the environment, not from `server`"
)]
fn server_in_environment() -> Option<String> {
    std::env::var(SERVER).ok().filter(|url| !url.is_empty())
}

/// Returns the folder of `initdb`, `pg_ctl` and `psql`, as Debian installs them: the newest
/// version.
fn programs() -> io::Result<PathBuf> {
    let missing = || io::Error::other("PostgreSQL is missing: apt-get install postgresql");
    let versions = std::fs::read_dir("/usr/lib/postgresql").map_err(|_| missing())?;
    versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .max_by_key(|bin| version(bin))
        .ok_or_else(missing)
}

fn version(bin: &Path) -> Option<u32> {
    bin.parent()?.file_name()?.to_str()?.parse().ok()
}

/// Returns a shell of an unprivileged user, because PostgreSQL refuses to run as root.
pub(crate) fn shell() -> io::Result<Command> {
    let uid = Command::new("id").arg("-u").output()?;
    if uid.stdout != b"0\n" {
        return Ok(Command::new("sh"));
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", "sh"]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_databases_name_goes_before_the_question_mark() {
        for (server, expected) in [
            ("postgres://m@localhost:5432/", "postgres://m@localhost:5432/db"),
            ("postgres://m@localhost", "postgres://m@localhost/db"),
            ("postgres://m@localhost/?host=/tmp/x", "postgres://m@localhost/db?host=/tmp/x"),
        ] {
            let (before, after) = split(server);

            assert_eq!(format!("{before}db{after}"), expected);
        }
    }

    #[test]
    fn a_dropped_server_stops_and_its_folder_is_removed() {
        let server = Postgres::start_own().unwrap();
        let name = server.create_database().unwrap();
        let url = server.url(&name);
        let folder = PathBuf::from(url.split_once("host=").unwrap().1);
        assert!(folder.exists());

        drop(server);

        assert!(!folder.exists());
    }
}
