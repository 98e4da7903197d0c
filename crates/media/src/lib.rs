//! Turns hostile bytes into hashes and renditions, in child processes that can do nothing else.
//!
//! The server uses [`Pool`], which keeps warm processes that run [`run_worker`] inside a sandbox;
//! these call [`hash`] and [`render`]. This crate knows no banks, databases or networks.

pub mod decode;
pub mod digest;
pub mod error;
pub mod format;
pub mod limits;
pub mod memory;
pub mod pdq;
pub mod picture;
pub mod pixels;
pub mod pool;
pub mod rendition;
pub mod sandbox;
pub mod wire;
pub mod worker;

pub use decode::Remaining;
pub use digest::{Digests, digests, md5, sha1, sha256};
pub use error::Error;
pub use format::{Format, sniff};
pub use limits::Limits;
pub use picture::{Frame, FrameHash, Picture, dihedral, hash};
pub use pool::{Failures, Pool, PoolSettings, Sender};
pub use rendition::{Blur, FrameSelection, Raster, encode, render};
pub use sandbox::{Protection, Protections};
pub use worker::run_worker;
