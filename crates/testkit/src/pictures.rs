//! Benign pictures, drawn by code.
