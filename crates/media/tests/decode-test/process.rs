//! A decoding process for tests: `decode` is the real one; the others shut the cage and then try to
//! get out. Exit status 0: it got out. 7: it was refused. A signal: it was killed.

use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::{env, fs, net, thread};

use mamori_media::cage::{forbid_files, grant_processor_time, lock_down};
use mamori_media::{Limits, Protection, run_worker};

fn main() -> ExitCode {
    let attempt = env::args().nth(1).unwrap_or_default();
    let target = env::args().nth(2).unwrap_or_default();
    if attempt == "decode" {
        return run_worker();
    }
    let result = if attempt == "open-under-landlock" {
        under_landlock(Protection::Files, || fs::read("/etc/hostname").map(drop))
    } else if attempt == "listen-under-landlock" {
        under_landlock(Protection::Tcp, || net::TcpListener::bind("127.0.0.1:0").map(drop))
    } else {
        lock_down(&Limits { cpu_s_max: 1, ..Limits::default() })
            .and_then(|_| escape(&attempt, &target))
    };
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(7) }
}

/// Landlock alone; where it does not hold this there is nothing to test, which counts as refused.
fn under_landlock(held: Protection, attempt: fn() -> io::Result<()>) -> io::Result<()> {
    if !forbid_files().map_err(io::Error::other)?.contains(&held) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    attempt()
}

/// `target` is the file to write.
fn escape(attempt: &str, target: &str) -> io::Result<()> {
    match attempt {
        "read-a-file" => fs::read("/etc/hostname").map(drop),
        "write-a-file" => fs::write(target, "x"),
        "list-a-folder" => fs::read_dir("/").map(drop),
        "connect" => net::TcpStream::connect("127.0.0.1:9").map(drop),
        "listen" => net::TcpListener::bind("127.0.0.1:0").map(drop),
        "send-a-datagram" => net::UdpSocket::bind("127.0.0.1:0").map(drop),
        "start-a-program" => Command::new("/bin/true").status().map(drop),
        "start-a-thread" => thread::Builder::new().spawn(|| ()).map(drop),
        "compute-for-ever" => {
            grant_processor_time(&Limits { cpu_s_max: 1, ..Limits::default() });
            loop {
                std::hint::spin_loop();
            }
        }
        "take-much-memory" => {
            let mut taken: Vec<u8> = Vec::new();
            taken.try_reserve_exact(3 << 30).map_err(io::Error::from)
        }
        // The one thing that must work.
        "speak" => io::stdout().write_all(b"still here\n"),
        _ => Err(io::Error::other("no such attempt")),
    }
}
