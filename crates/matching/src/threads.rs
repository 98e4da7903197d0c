//! Runs one piece of work on all processors.

use std::sync::OnceLock;

/// Returns how many processors this process may use. Asks the system once, because it reads files
/// to answer.
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Calls `work` on `threads` threads at once, one of which is the caller's, and returns the
/// results. The threads must divide the work among themselves.
pub fn on_each<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&work)).collect();
        let mut done = vec![work()];
        for other in others {
            match other.join() {
                Ok(its) => done.push(its),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}
