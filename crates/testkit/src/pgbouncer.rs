//! A throw-away PgBouncer before the throw-away PostgreSQL, in its mode `transaction`.

use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};

use crate::postgres::{Postgres, shell};

/// The port that names its socket; it listens on no network.
const PORT: u16 = 6_432;

/// The shell script of the supervisor, as that of [`crate::postgres`]. `$1` is the folder of
/// PostgreSQL's socket. Three connections to the server for all clients: so the transactions of a
/// client get different ones.
const SUPERVISOR: &str = r#"
set -u
trap '' HUP INT TERM
folder=$(mktemp -d "${TMPDIR:-/tmp}/mamori-test-pgbouncer.XXXXXX") || exit 1
cat >"$folder/ini" <<END
[databases]
* = host=$1 port=5432 user=mamori
[pgbouncer]
listen_port = 6432
unix_socket_dir = $folder
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
END
/usr/sbin/pgbouncer "$folder/ini" >"$folder/log" 2>&1 &
pgbouncer=$!
tries=0
while [ ! -S "$folder/.s.PGSQL.6432" ] && kill -0 "$pgbouncer" 2>/dev/null && [ "$tries" -lt 600 ]
do sleep 0.1; tries=$((tries + 1))
done
if [ -S "$folder/.s.PGSQL.6432" ]
then echo "ready $folder"
else tail -n 20 "$folder/log" | tr '\n' ' '; echo
fi
cat >/dev/null
kill -s KILL "$pgbouncer" 2>/dev/null
cd /
rm -rf "$folder"
"#;

/// A PgBouncer for tests; it stops when dropped.
#[derive(Debug)]
pub struct PgBouncer {
    folder: String,
    supervisor: Child,
}

impl PgBouncer {
    /// Starts one before `server`, which must listen on a socket, as a throw-away server does.
    pub fn start(server: &Postgres) -> io::Result<Self> {
        let socket = server
            .socket_folder()
            .ok_or_else(|| io::Error::other("the PostgreSQL of the tests has no socket"))?;
        let mut supervisor = shell()?
            .args(["-c", SUPERVISOR, "sh", socket])
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
        let folder = answer.trim().strip_prefix("ready ").unwrap_or_default().to_owned();
        // Created before the answer is checked, so that dropping it cleans up in either case.
        let pooler = Self { folder, supervisor };
        if pooler.folder.is_empty() {
            let why = answer.trim();
            let advice = "is it installed? apt-get install pgbouncer";
            return Err(io::Error::other(format!("PgBouncer did not start ({advice}): {why}")));
        }
        Ok(pooler)
    }

    /// Returns the URL of the database `name` through the pooler.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://mamori@localhost:{PORT}/{name}?host={}", self.folder)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        drop(self.supervisor.wait());
    }
}
