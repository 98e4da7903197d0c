//! The queue of cases: opening, claiming, releasing, reading.

pub mod case;
