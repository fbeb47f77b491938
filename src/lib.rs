//! The engine of `deepstream.io-msg-kafka`: a deepstream message bus over Apache Kafka.
//!
//! # Layout
//! - `bridge`: the Node-API class; converts and delegates, nothing else.
//! - [`connection`]: what JavaScript holds; [`shared`]: what its thread and the connection thread share, and the life cycle.
//! - `session`: one life on the bus, from open to close. It is what the connection thread, which makes every slow call, owns and does:
//!   `connecting`; `watching`, what is checked regularly; `silence`, for how long nothing was heard; `renewal`, new clients.
//! - `survey`: one look at the brokers and the topic, for the command line.
//! - `cluster`: the brokers of a session, and the clients that it creates for them.
//! - `link`: decides whether the brokers are heard, and what to do if not. Pure.
//! - `throttle`: decides whether to report that a quota slows the server down. Pure.
//! - `absence`: decides whether the topic is gone, or merely unknown to one broker. Pure.
//! - `held_up`: decides when to report that a leader accepts no records although it answers. Pure.
//! - `denial`: decides when to report that this server may not read, or not log in. Pure.
//! - `connect_report`: decides which connection problems to report, and when. Pure.
//! - `news`: what a running session reports, in words. Pure.
//! - [`wire`]: the format of records, both ways. Pure.
//! - [`outgoing`]: `publisher`, the way out; `backlog`, what is not known to be stored; `parcel`, what shares a record.
//! - [`incoming`]: `reader`, where in the topic; `intake`, what happens to a record; `filter`, who wants it; `senders`, which numbers
//!   were heard; `namesakes`, who else has this node's id; `tap`, records for those who only look on; [`channels`](incoming::channels), who subscribed.
//! - [`border`]: [`inbox`](border::inbox) and [`batch`](border::batch), the hand-over to JavaScript.
//! - [`kafka`]: `clients` and their callbacks; `config`, and `reserved`, the parts of it that users cannot set; `topic`, which
//!   examines it; `creation`, which makes and deletes it; `pulse`, whether bytes move; `probe`, what a fresh client sees; `tls`, how OpenSSL is initialised; `token`, to log in
//!   with; [`fault`](kafka::fault), what a code means; `evidence`, what librdkafka's words prove; [`diagnosis`](kafka::diagnosis), why
//!   nobody answers, and [`inspection`](kafka::inspection), the same from what listens there; `endpoint`, how that answers; `release`, which release of Kafka it is; `handshake`,
//!   what is wrong with a broker's certificate; `commands`, the commands of Kafka's tools that errors show;
//!   [`batch_consumer`](kafka::batch_consumer), many records at once, and `admin`, requests about the topic, with `unsafe` of their own;
//!   [`dev_broker`](kafka::dev_broker), a broker in memory: `mock_broker`, that of librdkafka, with `unsafe` of its own; `relay`, which lets
//!   a fetch wait for records; `fetch`, such requests and their answers.
//! - `secrets`: keeps them out of everything that is reported.
//! - [`options`], [`error`], [`report`], [`stats`], [`histogram`]: what the engine is given, and what it reports.
//!
//! # One message's journey
//! Out: JavaScript serialises messages and calls `publish` with those of one tick. `backlog` appends them to what is waiting and, when
//! the previous record is stored, `publisher` passes everything that is waiting to librdkafka as one record.
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
pub mod histogram;
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
mod survey;
mod throttle;
pub mod wire;
