//! The console over a real desk, as a browser without scripts meets it.
#![cfg(test)]

mod bad_requests;
mod banks;
mod bulk;
mod cases;
mod decisions;
mod find;
mod fuzz_coverage;
mod hostile;
mod html_forms;
mod matrix;
mod policies;
mod sign_in;
mod signed_out;
mod staff;
mod test_app;
mod viewing;
mod webhooks;
mod world;
