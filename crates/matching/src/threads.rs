//! One piece of work for all processors.

use std::sync::OnceLock;

/// How many processors this process may use. The system is asked once: it reads files to say.
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// What `work` gives on each of so many threads at once, of which the caller is one. They share out
/// among themselves what there is to do.
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
