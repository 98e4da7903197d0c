//! A throw-away PostgreSQL for the tests.
//!
//! A small shell keeps it: it starts the server, waits until our end of its input closes, then
//! stops the server and removes its folder. The kernel closes that end when this program ends,
//! however it ends, so nothing is left behind after a failure, Ctrl-C or a kill.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::need::postgres_folder;

/// `$1` the folder of the programs, `$2` the port.
///
/// `fsync=off`: nothing in it is worth keeping. The tests open many small pools at once.
const KEEPER: &str = r#"
set -u
folder=$(mktemp -d "${TMPDIR:-/tmp}/mamori-test-postgres.XXXXXX") || exit 1
cd "$folder"
if "$1/initdb" -D "$folder/data" -U mamori -A trust -E UTF8 --no-locale --no-sync >"$folder/log" 2>&1 &&
   "$1/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 -o "-c listen_addresses=127.0.0.1 -c port=$2 -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400" start >>"$folder/log" 2>&1
then echo ready
else tail -n 20 "$folder/log" | tr '\n' ' '; echo
fi
cat >/dev/null
"$1/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
cd /
rm -rf "$folder"
"#;

/// A running server.
pub struct Postgres {
    /// `postgres://mamori@127.0.0.1:PORT/`, to be followed by a database's name.
    pub url: String,
    keeper: Child,
}

impl Postgres {
    /// Starts a server on a free port.
    pub fn start() -> Result<Self> {
        let programs = postgres_folder().context("PostgreSQL is not installed")?;
        // Free now; if somebody takes it before the server does, the start fails and says so.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();

        // PostgreSQL refuses to run as root.
        let mut command = match ordinary_user()? {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--", "sh"]);
                command
            }
            None => Command::new("sh"),
        };
        command.args(["-c", KEEPER, "sh"]).arg(&programs).arg(&port);
        // A group of its own: Ctrl-C is for us, and the keeper then cleans up in peace.
        command.process_group(0);
        let mut keeper = command
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("no shell to keep PostgreSQL")?;

        let mut answer = String::new();
        if let Some(stdout) = keeper.stdout.take() {
            BufReader::new(stdout).read_line(&mut answer)?;
        }
        let server = Self { url: format!("postgres://mamori@127.0.0.1:{port}/"), keeper };
        if answer.trim() != "ready" {
            bail!("PostgreSQL did not start: {}", answer.trim());
        }
        Ok(server)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}

/// Who shall run the server; `None` when we are an ordinary user ourselves.
fn ordinary_user() -> Result<Option<&'static str>> {
    let id = |args: &[&str]| Command::new("id").args(args).output();
    if id(&["-u"])?.stdout != b"0\n" {
        return Ok(None);
    }
    let known = |user: &&str| id(&["-u", user]).is_ok_and(|answer| answer.status.success());
    let user = ["postgres", "nobody"].into_iter().find(known);
    user.map(Some).context("we are root, and there is no user `postgres` or `nobody`")
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn the_server_answers_until_it_is_dropped() {
        let server = Postgres::start().unwrap();
        let address = server.url.trim_start_matches("postgres://mamori@").trim_end_matches('/');
        let address = address.to_owned();
        assert!(TcpStream::connect(&address).is_ok(), "{address}");

        drop(server);

        assert!(TcpStream::connect(&address).is_err(), "{address}");
    }
}
