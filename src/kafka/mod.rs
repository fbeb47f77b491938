//! Everything that speaks to Kafka through librdkafka.

pub(crate) mod admin;
pub mod batch_consumer;
pub(crate) mod clients;
pub(crate) mod commands;
pub(crate) mod config;
pub(crate) mod creation;
pub mod dev_broker;
pub mod diagnosis;
pub(crate) mod endpoint;
pub(crate) mod evidence;
pub mod fault;
pub(crate) mod handshake;
pub mod inspection;
pub(crate) mod probe;
pub(crate) mod pulse;
pub(crate) mod release;
pub(crate) mod reserved;
pub(crate) mod tls;
pub mod token;
pub(crate) mod topic;
