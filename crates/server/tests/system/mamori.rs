//! A running `mamori serve`.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a start may take on a busy machine.
const START_TIME_MAX: Duration = Duration::from_mins(1);

/// How long a line of the log may take on a busy machine.
const LINE_TIME_MAX: Duration = Duration::from_secs(20);

/// The program.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mamori"))
}

/// Checks whether the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A process, killed when it is dropped.
pub struct Mamori {
    child: Child,
    /// Address of the API, `http://127.0.0.1:…`.
    pub address: String,
    /// Address of `/metrics` and `/readyz`, `http://127.0.0.1:…`.
    pub admin_address: String,
    log: Arc<Mutex<Vec<String>>>,
    stdout: Option<thread::JoinHandle<String>>,
}

/// Writes a configuration that takes free ports, with `more` sections.
pub fn configure(folder: &Path, database_url: &str, more: &str) -> PathBuf {
    let path = folder.join("mamori.toml");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\nbody_idle_timeout_s = 5\nallow_root = true\n\
         [database]\nurl = {database_url:?}\n[webhooks]\nloopback = true\n[media]\nworkers = 2\n{more}"
    );
    std::fs::write(&path, text).unwrap();
    path
}

/// Writes the same configuration with `keys` in its `[server]`.
pub fn configure_server(folder: &Path, database_url: &str, keys: &str) -> PathBuf {
    let path = configure(folder, database_url, "");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("[server]", &format!("[server]\n{keys}"), 1)).unwrap();
    path
}

impl Mamori {
    /// Starts a node, and waits until it listens.
    pub fn start(config: &Path) -> Self {
        let mut command = program();
        command.arg("serve").arg("--config").arg(config);
        Self::spawn(command)
    }

    /// Starts a node by `command`, and waits until it listens.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let (sender, receiver) = mpsc::channel();
        let lines = Arc::clone(&log);
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if let Some(addresses) = addresses_in(&line) {
                    sender.send(addresses).ok();
                }
                lines.lock().unwrap().push(line);
            }
        });
        let stdout = thread::spawn(move || {
            stdout.lines().map_while(Result::ok).map(|line| line + "\n").collect()
        });
        let [address, admin_address] = receiver.recv_timeout(START_TIME_MAX).unwrap_or_else(|_| {
            drop(child.kill());
            panic!("the node did not start: {:#?}", log.lock().unwrap())
        });
        Self { child, address, admin_address, log, stdout: Some(stdout) }
    }

    /// Returns the log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// Waits for a line of the log that contains `words`, and returns the first.
    pub fn line_with(&self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let lines = self.log.lock().unwrap();
            if let Some(line) = lines.iter().find(|line| line.contains(words)) {
                return line.clone();
            }
            assert!(begun.elapsed() < LINE_TIME_MAX, "no line has {words:?}: {lines:#?}");
            drop(lines);
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGKILL: the node can finish nothing.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM, as an operator or a container's runtime does.
    pub fn ask_to_stop(&self) {
        signal(&format!("-s TERM {}", self.child.id()));
    }

    /// Sends SIGINT to the whole process group, as a terminal does at Ctrl-C.
    pub fn interrupt(&self) {
        signal(&format!("-s INT -- -{}", self.child.id()));
    }

    /// Waits for its end, and returns its exit status and its stdout.
    pub fn wait(&mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let said = self.stdout.take().map(|said| said.join().unwrap()).unwrap_or_default();
        (status, said)
    }

    /// Sends SIGTERM and waits for the end.
    pub fn stop(&mut self) -> (ExitStatus, String) {
        self.ask_to_stop();
        self.wait()
    }
}

impl Drop for Mamori {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns a port of loopback that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Runs `kill` with `args`.
pub fn signal(args: &str) {
    let status = Command::new("sh").arg("-c").arg(format!("kill {args}")).status();
    assert!(status.unwrap().success());
}

/// Returns the addresses of the API and of `/metrics` from the line that names them.
fn addresses_in(line: &str) -> Option<[String; 2]> {
    let line: Value = serde_json::from_str(line).ok()?;
    let address = |field: &str| format!("http://{}", line[field].as_str().unwrap());
    (line["message"] == "listening").then(|| ["address", "admin_address"].map(address))
}

/// Creates a key on the command line, and returns what `mamori key create …` prints.
pub fn create_key(config: &Path, args: &[&str]) -> String {
    let output =
        program().args(["key", "create"]).args(args).arg("--config").arg(config).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
