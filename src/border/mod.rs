//! The hand-over to JavaScript.

pub mod batch;
pub mod inbox;
