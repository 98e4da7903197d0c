//! The console over a real desk, as a browser without scripts meets it.
#![cfg(test)]

mod banks;
mod bulking;
mod crawl;
mod deciding;
mod entering;
mod finding;
mod fuzzed;
mod guarding;
mod hostile;
mod house;
mod looking;
mod matrix;
mod messages;
mod outside;
mod people;
mod policies;
mod settling;
mod world;
