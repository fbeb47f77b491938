//! The way in: from records to the messages that somebody here wants.

pub mod channels;
pub(crate) mod deleted;
pub(crate) mod filter;
#[cfg(test)]
mod fuzz;
pub(crate) mod intake;
pub(crate) mod namesakes;
pub(crate) mod places;
pub(crate) mod reader;
pub mod senders;
pub(crate) mod tap;
