//! The resources that the server's own process uses, without its decoding processes, under the metric
//! names that client libraries of Prometheus use.

use std::fs;

use jiff::Timestamp;
use metrics::{counter, gauge};
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::number;

/// Sets the gauge of the start time to `now`.
pub fn set_start(now: Timestamp) {
    let since = now.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64();
    gauge!("process_start_time_seconds").set(since);
}

/// Updates the metrics of current use. A metric whose value cannot be read keeps its previous value.
pub fn update() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kib) = resident_kib(&status) {
        gauge!("process_resident_memory_bytes").set(f64::from(kib) * 1024.0);
    }
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    counter!("process_cpu_seconds_total").absolute(u64::try_from(cpu.tv_sec).unwrap_or(0));
    if let Some(open) = open_files() {
        gauge!("process_open_fds").set(number(open));
    }
    let most = getrlimit(Resource::Nofile).current;
    gauge!("process_max_fds").set(most.map_or(f64::INFINITY, number));
}

/// Reads the resident memory, in KiB, from the text of `/proc/self/status`.
fn resident_kib(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Counts the open file descriptors, without the one that is opened to count them.
fn open_files() -> Option<usize> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(open.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn the_resident_memory_is_read_from_its_line() {
        assert_eq!(resident_kib("VmHWM:\t 9 kB\nVmRSS:\t   1234 kB\nThreads:\t1\n"), Some(1234));
        assert_eq!(resident_kib("VmHWM:\t 9 kB\n"), None);
    }

    #[test]
    fn a_file_that_is_opened_is_counted() {
        let before = open_files().unwrap();

        let files: Vec<File> = (0..64).map(|_| File::open("/proc/self/status").unwrap()).collect();

        // Other tests of this process may open and close files too, but fewer than these.
        let opened = open_files().unwrap().saturating_sub(before);
        assert!((32..=96).contains(&opened), "{opened}");
        drop(files);
    }
}
