//! The engine of `deepstream.io-msg-kafka`: a deepstream message bus over Apache Kafka.
//!
//! # Layout
//! - [`options`]: what the engine is told, and the librdkafka configuration that follows from it.
//! - [`connection`]: the life cycle; `session`: the one thread that owns every slow call.
//! - [`topic`]: creates and verifies the Kafka topic, finds where its partitions end.
//! - [`publisher`]: takes messages from the caller, in order, and hands them to librdkafka.
//! - `ledger`: what was handed to librdkafka, what came back, and what is known to be in the topic.
//! - [`subscriber`]: reads the topic, drops what this node does not want, batches the rest.
//! - [`batch`]: polls many records at once. It and `wakeup` are the only modules with `unsafe` of their own.
//! - [`record`]: the wire format, `{"data":<message>,"_s":"<sender>"}`.
//! - [`channels`]: the deepstream topics somebody here subscribed to.
//! - [`inbox`]: bounded hand-over of record batches and events to JavaScript.
//! - [`report`]: turns troubles into events, at a bearable rate.
//! - `patience`: decides what is told of the troubles of connecting, and when.
//! - `outage`: tells an outage of the brokers from one of our own clients.
//! - [`diagnosis`]: says why a broker cannot be reached.
//! - [`dev_broker`]: an in-memory broker for trying out and for tests.
//! - [`stats`], [`error`]: counters, and the closed list of what can go wrong.
//! - `wakeup`: keeps librdkafka's producer from spinning.
//! - `bridge`: the Node-API class; converts and delegates, nothing else.
//!
//! # One message's journey
//! Out: JavaScript serialises messages and calls `publish` with those of one tick; [`publisher`] wraps each in the
//! envelope and puts it into librdkafka's queue (or keeps it until the read position is pinned).
//! In: [`subscriber`] polls a batch, drops own, foreign direct and unsubscribed records, checks that
//! each remaining one is exactly one JSON value, and appends it to a batch in the [`inbox`]. One wake-up
//! per batch brings JavaScript to drain it: one string, one `JSON.parse`, then the callbacks.

pub mod batch;
mod bridge;
pub mod channels;
mod client;
pub mod connection;
pub mod dev_broker;
pub mod diagnosis;
pub mod error;
pub mod inbox;
mod ledger;
pub mod options;
mod outage;
mod patience;
pub mod publisher;
pub mod record;
pub mod report;
mod session;
pub mod stats;
pub mod subscriber;
pub mod topic;
#[cfg(target_os = "linux")]
mod wakeup;
