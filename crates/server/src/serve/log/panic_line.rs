//! The log line of a panic, written without the subscriber: a panic in the hook ends the process,
//! and the subscriber panics where a panic left one of its locks poisoned.

use std::panic::PanicHookInfo;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::json;

use super::Output;
use crate::config::LogFormat;

/// The hook that writes a line for each panic.
type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

const MESSAGE: &str = "a bug: the code panicked";

/// How long the thread that panicked waits until its line is written. Short, because a reader of the
/// log may have stalled, and most panics end a request and not the process.
const WAIT_MAX: Duration = Duration::from_millis(100);

/// Returns the hook that writes to `output`.
pub fn hook(output: Output, format: LogFormat) -> Hook {
    Box::new(move |info| {
        // A message that was formatted at run time may contain a value from a request, so only
        // literal messages are logged.
        let cause = info.payload().downcast_ref::<&'static str>().unwrap_or(&"(not shown)");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        output.write_line(line(format, &now(), &place, cause).as_bytes());
        // A panic while another one unwinds ends the process right after the hook.
        output.flush(WAIT_MAX);
    })
}

/// Returns the line, with the fields of a line of the subscriber.
fn line(format: LogFormat, timestamp: &str, place: &str, cause: &str) -> String {
    match format {
        LogFormat::Json => {
            let line = json!({
                "timestamp": timestamp, "level": "ERROR", "message": MESSAGE,
                "place": place, "cause": cause, "target": "panic",
            });
            format!("{line}\n")
        }
        LogFormat::Text => {
            format!("{timestamp} ERROR panic: {MESSAGE} place={place:?} cause={cause:?}\n")
        }
    }
}

/// Returns the time as RFC 3339; empty if the machine's clock is far outside of any year.
fn now() -> String {
    #[expect(clippy::disallowed_methods, reason = "a hook is given no clock")]
    let now = SystemTime::now();
    Timestamp::try_from(now).map(|at| at.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::{Read as _, Seek as _};
    use std::{panic, thread};

    use serde_json::Value;

    use super::super::{LineUse, lines_lost};
    use super::*;

    /// How long a thread may take on a busy machine.
    const SOON: Duration = Duration::from_secs(20);

    /// Panics in a thread of its own, with the hook in force; returns whether the thread panicked
    /// and the process went on.
    fn panic_with(output: Output, message: Option<String>) -> bool {
        let former = panic::take_hook();
        panic::set_hook(hook(output, LogFormat::Json));
        let thread = thread::spawn(move || match message {
            Some(message) => panic!("{message}"),
            None => panic!("a literal message"),
        });
        let has_panicked = thread.join().is_err();
        panic::set_hook(former);
        has_panicked
    }

    #[test]
    fn a_panic_is_one_line_without_values_and_a_failing_output_does_not_end_the_process() {
        let mut file = tempfile::tempfile().unwrap();
        let output = Output::file(file.try_clone().unwrap()).unwrap();

        assert!(panic_with(output.clone(), None));
        assert!(panic_with(output.clone(), Some("the value of a request".to_owned())));

        assert!(output.flush(SOON));
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!((&lines[0]["message"], &lines[0]["level"]), (&MESSAGE.into(), &"ERROR".into()));
        assert_eq!(lines[0]["cause"], "a literal message");
        assert!(lines[0]["place"].as_str().unwrap().contains("panic_line.rs"), "{text}");
        assert!(lines[0]["timestamp"].as_str().unwrap().ends_with('Z'), "{text}");
        assert_eq!(lines[1]["cause"], "(not shown)");

        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let before = lines_lost(LineUse::Other);
        let output = Output::file(full).unwrap();
        assert!(panic_with(output.clone(), None));
        assert!(output.flush(SOON));
        assert!(lines_lost(LineUse::Other) > before);
    }

    #[test]
    fn the_text_format_has_the_same_fields() {
        let line = line(LogFormat::Text, "2026-01-01T00:00:00Z", "a.rs:1:2", "why");

        assert_eq!(
            line,
            "2026-01-01T00:00:00Z ERROR panic: a bug: the code panicked place=\"a.rs:1:2\" \
             cause=\"why\"\n"
        );
    }
}
