//! A decoding process for tests: `decode` is the real one; `lie` writes what a compromised one may
//! write; the others apply the sandbox and then make one attempt. Exit status 0: it succeeded. 7:
//! it was refused. A signal: the process was killed.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};
use std::{env, fs, net, thread};

use mamori_media::sandbox::{converter, forbid_files, grant_processor_time, lock_down};
use mamori_media::wire::{read_frame, write_frame};
use mamori_media::{Limits, Protection, run_worker};

fn main() -> ExitCode {
    let attempt = env::args().nth(1).unwrap_or_default();
    let target = env::args().nth(2).unwrap_or_default();
    if attempt == "decode" {
        return run_worker();
    }
    if attempt == "lie" {
        return lie(&target).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    if let Some(attempt) = attempt.strip_prefix("as-converter-") {
        let result = converter::lock_down(&Limits { cpu_s_max: 1, ..Limits::default() })
            .and_then(|()| escape_as_converter(attempt, &target));
        return if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(7) };
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

/// Applies landlock alone. Where it does not enforce this protection, there is nothing to test,
/// which counts as refused.
fn under_landlock(held: Protection, attempt: fn() -> io::Result<()>) -> io::Result<()> {
    if !forbid_files().map_err(io::Error::other)?.contains(&held) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    attempt()
}

/// Greets as it should, and answers every file with frames of its own choice.
fn lie(how: &str) -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let size = |width: u32, height: u32| {
        format!(r#"{{"answer":{{"done":{{"width":{width},"height":{height}}}}},"is_last":false}}"#)
    };
    let grey = |count: usize| vec![7; count];
    let (reply, pixels) = match how {
        "no-pixels" => (size(0, 9), grey(0)),
        "too-wide" => (size(1_281, 1), grey(1_281 * 3)),
        "fewer-than-said" => (size(20, 10), grey(20 * 10 * 3 - 1)),
        "more-than-said" => (size(20, 10), grey(20 * 10 * 3 + 1)),
        "gigabytes" => (size(u32::MAX, u32::MAX), grey(1)),
        "not-blurred" => (size(33, 10), grey(33 * 10 * 3)),
        "colours" => (size(1, 1), vec![1, 2, 3]),
        "a-hash" => (r#"{"answer":{"done":{"format":"png","width":9,"height":9,"frames":[],"remaining":"nothing"}},"is_last":false}"#.to_owned(), grey(0)),
        _ => ("<html>".to_owned(), grey(0)),
    };
    read_frame(&mut input)?;
    write_frame(&mut output, br#"{"protections":[]}"#)?;
    while read_frame(&mut input)?.is_some() {
        write_frame(&mut output, reply.as_bytes())?;
        write_frame(&mut output, &pixels)?;
    }
    Ok(())
}

/// Makes an attempt of a compromised converter. `target` is a file, or the argument of a program.
fn escape_as_converter(attempt: &str, target: &str) -> io::Result<()> {
    match attempt {
        "write-a-file" => fs::OpenOptions::new().append(true).open(target).map(drop),
        "make-a-file" => fs::write(target, "x"),
        "read-a-file" => fs::read(target).map(drop),
        "open-a-unix-socket" => UnixStream::pair().map(drop),
        "become-cat" => Err(Command::new("/usr/bin/cat").arg(target).exec()),
        "become-a-shell" => Err(Command::new("/usr/bin/dash").args(["-c", target]).exec()),
        // What must work.
        "start-a-thread" => thread::Builder::new().spawn(|| ()).map(drop),
        "read-a-library" => fs::read("/usr/bin/cat").map(drop),
        same => escape(same, target),
    }
}

/// Makes an attempt of a compromised decoding process. `target` is the file to write.
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
