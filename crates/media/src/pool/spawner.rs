//! Starts processes from one thread that lives as long as the pool.
//!
//! The kernel kills a decoding process when the *thread* that started it ends (`PR_SET_PDEATHSIG`),
//! and the runtime's threads end at any time.

use std::io;
use std::process::Stdio;
use std::sync::mpsc;

use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::settings::PoolSettings;

type ReplySender = oneshot::Sender<io::Result<Child>>;

/// A handle to the thread, which ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct Spawner {
    requests: mpsc::Sender<ReplySender>,
}

impl Spawner {
    /// Starts the thread. Must be called inside a Tokio runtime.
    pub fn start(settings: &PoolSettings) -> io::Result<Self> {
        let (requests, inbox) = mpsc::channel::<ReplySender>();
        let runtime = tokio::runtime::Handle::current();
        let mut command = command(settings);
        std::thread::Builder::new().name("decode-spawner".into()).spawn(move || {
            let _inside = runtime.enter();
            for reply in inbox {
                let _ = reply.send(command.spawn());
            }
        })?;
        Ok(Self { requests })
    }

    /// Starts a process.
    pub async fn spawn(&self) -> io::Result<Child> {
        let (reply, child) = oneshot::channel();
        let gone = |()| io::Error::other("the thread that starts processes is gone");
        self.requests.send(reply).map_err(|_| gone(()))?;
        child.await.unwrap_or_else(|_| Err(gone(())))
    }
}

/// Builds the command. An empty environment holds no secret, and `/` holds no relative path.
fn command(settings: &PoolSettings) -> Command {
    let mut command = Command::new(&settings.program);
    command
        .args(&settings.args)
        .env_clear()
        .current_dir("/")
        // Its own process group: Ctrl-C at the server's terminal is meant for the server, which
        // still has pictures to finish.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}
