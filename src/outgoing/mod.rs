//! The way out: from what JavaScript publishes to records that are stored.

pub(crate) mod backlog;
pub(crate) mod overflow;
pub(crate) mod parcel;
pub mod publisher;
