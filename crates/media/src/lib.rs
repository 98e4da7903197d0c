//! Hostile bytes in, hashes and renditions out, in a child process that can do nothing else.
//!
//! [`Pool`] is what the server uses; it keeps warm processes that run [`run_worker`] inside a cage.
//! [`hash`] and [`render`] are what they do. Nothing here knows banks, stores or the network.

pub mod cage;
pub mod decode;
pub mod digest;
pub mod error;
pub mod format;
pub mod limits;
pub mod pdq;
pub mod picture;
pub mod pixels;
pub mod pool;
pub mod rendition;
pub mod wire;
pub mod worker;

pub use cage::{Protection, Protections};
pub use decode::Rest;
pub use digest::{Digests, digests, md5, sha1, sha256};
pub use error::Error;
pub use format::{Format, sniff};
pub use limits::Limits;
pub use picture::{Frame, FrameHash, Picture, dihedral, hash};
pub use pool::{Pool, PoolSettings};
pub use rendition::{Aim, Raster, Veil, encode, render};
pub use worker::run_worker;
