//! Runs `mamori serve` for a step; the server ends with the step.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How long the server may take until it accepts the first connection.
const START_TIME_MAX: Duration = Duration::from_mins(1);

/// Returns a local address whose port was free a moment ago.
pub fn free_address() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}

/// Returns the section `[server]` of a configuration: the API at `address`, and a free port of
/// loopback for operators.
pub fn server_section(address: &str) -> String {
    format!(
        "[server]\nallow_root = true\nlisten = \"{address}\"\nadmin_listen = \"127.0.0.1:0\"\n\n"
    )
}

/// Creates an API key for the role `admin` or `service NAME`, and returns its text.
pub fn key(program: &Path, config: &Path, role: &[&str]) -> Result<String> {
    let mut create = Command::new(program);
    create.args(["key", "--config"]).arg(config).arg("create").args(role);
    let output = create.output().context("`mamori key create` did not start")?;
    if !output.status.success() {
        bail!("`mamori key create` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Creates a staff account with this role, and returns a link that signs it in once.
pub fn create_sign_in_link(
    program: &Path,
    config: &Path,
    name: &str,
    role: &str,
) -> Result<String> {
    staff(program, config, &["add", name, "--role", role])?;
    staff(program, config, &["sign-in-link", name])
}

fn staff(program: &Path, config: &Path, words: &[&str]) -> Result<String> {
    let mut staff = Command::new(program);
    staff.arg("staff").args(words).arg("--config").arg(config);
    let output = staff.output().context("`mamori staff` did not start")?;
    if !output.status.success() {
        bail!("`mamori staff` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Returns the origin at which browsers reach the server at `address`: cookies and passkeys need a
/// host name.
pub fn origin(address: &str) -> String {
    let port = address.rsplit(':').next().unwrap_or_default();
    format!("http://localhost:{port}")
}

/// A running `mamori serve`. It ends with this value, or with this program, even if that is killed.
pub struct Server {
    supervisor: Child,
}

/// The shell script of the supervisor. `$1` is the program, `$2` its configuration, `$3` its
/// folder, which is removed at the end. Its standard input closes when we end.
const SUPERVISOR: &str = r#"
trap '' HUP INT TERM
"$1" serve --config "$2" >"$3/log" 2>&1 </dev/null &
cat >/dev/null
kill -KILL $!
rm -rf "$3"
"#;

impl Server {
    /// Starts a server whose log and records are in `folder`.
    pub fn start(program: &Path, config: &Path, folder: &Path) -> Result<Self> {
        let mut supervisor = Command::new("sh");
        supervisor.args(["-c", SUPERVISOR, "sh"]).arg(program).arg(config).arg(folder);
        let supervisor = supervisor.stdin(Stdio::piped()).process_group(0).spawn();
        Ok(Self { supervisor: supervisor.context("`mamori serve` did not start")? })
    }

    /// Returns the id of the server's process.
    pub fn id(&self) -> Result<u32> {
        let children = format!("/proc/{0}/task/{0}/children", self.supervisor.id());
        let children = fs::read_to_string(children)?;
        let server = children.split_whitespace().find(|id| {
            let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            name.trim() == "mamori"
        });
        Ok(server.context("the server is gone")?.parse()?)
    }

    /// Returns the resident memory of the server in bytes.
    pub fn resident_bytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        let kilobytes: f64 = kilobytes.context("no VmRSS")?.parse()?;
        Ok(kilobytes * 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        // The exit status is of no interest: nothing is kept.
        let _ = self.supervisor.wait();
    }
}

/// Waits until the server accepts connections.
pub fn wait_for(address: &str, folder: &Path) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if begun.elapsed() > START_TIME_MAX {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            bail!("`mamori serve` does not answer; it said:\n{log}");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
