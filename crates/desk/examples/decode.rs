//! The sandboxed child process of this crate's tests: what `mamori decode` is in the product.

use std::process::ExitCode;

fn main() -> ExitCode {
    mamori_media::run_worker()
}
