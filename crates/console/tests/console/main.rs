//! The console over a real desk, as a browser without scripts meets it.
#![cfg(test)]

mod deciding;
mod entering;
mod finding;
mod house;
mod outside;
mod settling;
