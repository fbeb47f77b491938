//! The engine of `deepstream.io-msg-kafka`: a deepstream message bus over Apache Kafka.
//!
//! # Layout
//! - `bridge`: the Node-API class; converts and delegates, nothing else.
//! - [`connection`]: what JavaScript holds; [`shared`]: what its thread and the connection thread share, and the life cycle.
//! - `session`: one life on the bus, from open to close: what the connection thread, on which every slow call is made, owns and does:
//!   `connecting`; `watching`, what is looked at again and again; `silence`, for how long nothing was heard; `renewal`, new clients.
//! - `cluster`: the brokers of a session, and the clients that it makes for them.
//! - `link`: decides whether the brokers are heard, and what follows if not. Pure.
//! - `throttle`: decides whether it is told that a quota holds the node back. Pure.
//! - `absence`: decides whether the topic is gone, or only a broker does not know it. Pure.
//! - `held_up`: decides when it is told that a leader takes no records although it answers. Pure.
//! - `denial`: decides when it is told that this node may not read, or not log in. Pure.
//! - `connect_report`: decides which trouble of connecting is told, and when. Pure.
//! - `news`: what a running session tells, in words. Pure.
//! - [`wire`]: the format of records, both ways. Pure.
//! - [`outgoing`]: `publisher`, the way out; `backlog`, what is not known to be stored; `parcel`, what shares a record.
//! - [`incoming`]: `reader`, where in the topic; `intake`, what happens to a record; `filter`, who wants it; `senders`, which numbers
//!   were heard; `namesakes`, who else has this node's id; [`channels`](incoming::channels), who subscribed.
//! - [`border`]: [`inbox`](border::inbox) and [`batch`](border::batch), the hand-over to JavaScript.
//! - [`kafka`]: `clients` and their callbacks; `config`, and `reserved`, what of it users cannot set; `topic`, to create and to ask;
//!   `pulse`, whether bytes move; `probe`, what a fresh client sees; `tls`, how OpenSSL begins; `token`, to log in with;
//!   [`fault`](kafka::fault), what a code means; `evidence`, what librdkafka's words prove; [`diagnosis`](kafka::diagnosis), why nobody
//!   answers, and [`inspection`](kafka::inspection), the same by what listens there; `endpoint`, how that answers; `handshake`, what is
//!   wrong with a broker's certificate; `commands`, of Kafka's tools in texts;
//!   [`batch_consumer`](kafka::batch_consumer), many records at once, and `admin`, requests about the topic, with `unsafe` of their own;
//!   [`dev_broker`](kafka::dev_broker), a broker in memory: `mock_broker`, that of librdkafka, with `unsafe` of its own; `relay`, which lets
//!   a fetch wait for records; `fetch`, such requests and their answers.
//! - `secrets`: keeps them out of what is told.
//! - [`options`], [`error`], [`report`], [`stats`]: what the engine is told, and what it tells.
//!
//! # One message's journey
//! Out: JavaScript serialises messages and calls `publish` with those of one tick. `backlog` appends them to what waits and, when
//! the record before is stored, `publisher` hands what has gathered to librdkafka as one record.
//! In: `reader` polls records; `intake` reads their headers, asks `filter` which messages are wanted and `senders` which are new,
//! and appends those lines to a batch in the inbox. One wake-up brings JavaScript to drain it: one string, one
//! `JSON.parse`, then the callbacks.

mod absence;
pub mod border;
mod bridge;
mod cluster;
mod connect_report;
pub mod connection;
mod denial;
pub mod error;
mod held_up;
pub mod incoming;
pub mod kafka;
mod link;
mod news;
pub mod options;
pub mod outgoing;
pub mod report;
mod secrets;
mod session;
pub mod shared;
pub mod stats;
mod throttle;
pub mod wire;
