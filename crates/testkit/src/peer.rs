//! Servers of others that tests talk to: Python packages, each started by a script in
//! `crates/testkit/peers`.
//!
//! `cargo xtask test` installs the packages into `.cache/peers`, and so does `cargo xtask peers`. A
//! script prints one JSON object a line, the first as soon as it serves, and ends with its standard
//! input, which the kernel closes however the test program ends.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How long a peer may take to start, or to obey.
const TIME_MAX: Duration = Duration::from_mins(1);

/// A running peer; it ends when dropped.
pub struct Peer {
    process: Child,
    said: Arc<Said>,
    ready: Value,
}

/// What a peer has printed.
#[derive(Default)]
struct Said {
    lines: Mutex<Lines>,
    more: Condvar,
}

#[derive(Default)]
struct Lines {
    /// The object after the word `ready`.
    ready: Option<Value>,
    /// How many commands the peer has obeyed.
    obeyed: usize,
    /// All other objects.
    reports: Vec<Value>,
    has_ended: bool,
}

impl Peer {
    /// Starts an SMTP server; [`Self::ready`] has its ports and the certificate of its authority.
    pub fn smtp_server() -> io::Result<Self> {
        Self::start("smtp_server.py")
    }

    /// Starts an OpenID provider; [`Self::ready`] has its issuer.
    pub fn oidc_provider() -> io::Result<Self> {
        Self::start("oidc_provider.py")
    }

    fn start(script: &str) -> io::Result<Self> {
        let mut process = Command::new(python()?)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let said = Arc::new(Said::default());
        if let Some(stdout) = process.stdout.take() {
            let said = Arc::clone(&said);
            thread::spawn(move || said.listen(stdout));
        }
        let mut peer = Self { process, said, ready: Value::Null };
        let ready = peer.said.wait_for(|lines| lines.ready.clone());
        peer.ready = ready.ok_or_else(|| io::Error::other(format!("{script} does not serve")))?;
        Ok(peer)
    }

    /// Returns what the peer said when it began to serve.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// Returns what the peer has reported since.
    pub fn reports(&self) -> Vec<Value> {
        self.said.lines().reports.clone()
    }

    /// Has the peer behave differently; returns once it does. Its script explains the keys.
    pub fn tell(&mut self, command: &Value) -> io::Result<()> {
        let obeyed = self.said.lines().obeyed;
        let stdin = self.process.stdin.as_mut().ok_or_else(|| io::Error::other("it has ended"))?;
        writeln!(stdin, "{command}")?;
        stdin.flush()?;
        let done = self.said.wait_for(|lines| (lines.obeyed > obeyed).then_some(()));
        done.ok_or_else(|| io::Error::other("the peer does not obey"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

impl Said {
    fn listen(&self, stdout: ChildStdout) {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(Value::Object(mut said)) = serde_json::from_str(&line) else { continue };
            let mut lines = self.lines();
            if let Some(ready) = said.remove("ready") {
                lines.ready = Some(ready);
            } else if said.contains_key("done") {
                lines.obeyed += 1;
            } else {
                lines.reports.push(Value::Object(said));
            }
            self.more.notify_all();
        }
        self.lines().has_ended = true;
        self.more.notify_all();
    }

    /// Waits until `find` returns something; `None` if the peer ends or takes too long.
    fn wait_for<T>(&self, find: impl Fn(&Lines) -> Option<T>) -> Option<T> {
        let lines = self.lines();
        let waiting = |lines: &mut Lines| !lines.has_ended && find(lines).is_none();
        let waited = self.more.wait_timeout_while(lines, TIME_MAX, waiting);
        let (lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
        find(&lines)
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the Python that has the packages.
fn python() -> io::Result<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/peers/bin/python");
    if python.exists() {
        return Ok(python);
    }
    Err(io::Error::other("the peers of the tests are not installed: run `cargo xtask peers`"))
}

/// Acts as a browser at the OpenID provider: signs `subject` in at the address to which Mamori
/// redirects, and returns the address to which the provider redirects.
pub fn sign_in_at_provider(address: &str, subject: &str) -> io::Result<String> {
    let wrong = || io::Error::other(format!("not an address of the provider: {address}"));
    let (host, path) =
        address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
    let body = format!("sub={subject}");
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let mut lines = answer.lines().take_while(|line| !line.is_empty());
    let location = lines.find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location").then(|| value.to_owned())
    });
    location.ok_or_else(|| io::Error::other(format!("the provider does not redirect: {answer}")))
}
