//! HTTP tests of the console over a real desk, without scripts.
#![cfg(test)]

mod acts;
mod aliases;
mod assigned;
mod audit;
mod bad_requests;
mod banks;
mod bulk;
mod cases;
mod changes;
mod contexts;
mod deciding;
mod decisions;
mod disputes;
mod find;
mod fuzz_coverage;
mod headers;
mod hostile;
mod html_forms;
mod matrix;
mod oidc;
mod policies;
mod sign_in;
mod signed_out;
mod staff;
mod start;
mod stub_provider;
mod test_app;
mod urgency;
mod vault;
mod viewing;
mod webhooks;
mod world;
