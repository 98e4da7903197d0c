//! The console over a real desk, as a browser without scripts meets it.
#![cfg(test)]

mod house;
mod outside;
