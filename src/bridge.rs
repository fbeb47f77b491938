//! The Node-API class: converts and delegates, nothing else.
//!
//! Methods stand in the same order here, in `lib/bus.js` and in its declarations.

// The macro needs owned arguments and writes its own glue.
#![allow(
    clippy::needless_pass_by_value,
    missing_docs,
    unreachable_pub,
    unsafe_code
)]

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use napi::bindgen_prelude::{AsyncTask, Function, ObjectFinalize};
use napi::threadsafe_function::{ThreadsafeFunctionCallMode, UnknownReturnValue};
use napi::{CleanupEnvHook, Either, Env, JsString};
use napi_derive::napi;

use crate::border::batch;
use crate::border::inbox::{Event, Item};
use crate::connection::Connection;
use crate::error::{Error, ErrorKind};
use crate::histogram::Distribution;
use crate::incoming::senders::{self, Tally};
use crate::kafka::dev_broker::DevBroker;
use crate::kafka::token::Token;
use crate::options::{Broker, Options, Tap};
use crate::shared::Phase;
use crate::survey::Task;
use crate::wire::Runs;

/// An error whose `code` JavaScript sees.
type Result<T> = std::result::Result<T, napi::Error<&'static str>>;

#[napi(object)]
pub struct BusOptions {
    pub connection_string: String,
    pub sender: String,
    pub host: String,
    pub client_id: String,
    pub topic: String,
    pub partitions: i32,
    pub replication_factor: i32,
    pub retention_ms: f64,
    pub max_message_bytes: u32,
    pub create_topic: bool,
    pub connect_timeout_ms: u32,
    pub flush_timeout_ms: u32,
    pub inbox_bytes: u32,
    pub tap: Option<TapOptions>,
    pub properties: HashMap<String, String>,
}

/// Of somebody who only looks on.
#[napi(object)]
pub struct TapOptions {
    pub since: Option<f64>,
}

/// What happened: `ready`, `warning`, `error`, `heard`, `unheard` or `closed`; the rest only of a warning or an error.
#[napi(object)]
pub struct BusEvent {
    pub name: String,
    pub code: Option<String>,
    pub message: Option<String>,
    pub topic: Option<String>,
    pub retriable: Option<bool>,
    pub cause: Option<String>,
    pub errno: Option<i32>,
}

#[napi(object)]
pub struct BusStats {
    pub state: String,
    pub published: f64,
    pub published_bytes: f64,
    pub publish_failed: f64,
    pub undelivered: f64,
    pub received: f64,
    pub received_bytes: f64,
    pub delivered: f64,
    pub filtered_own: f64,
    pub filtered_direct: f64,
    pub filtered_unsubscribed: f64,
    pub duplicates: f64,
    pub invalid: f64,
    pub missed: f64,
    pub disconnects: f64,
    pub inbox_bytes: f64,
    pub undelivered_ms: f64,
    pub link: String,
    pub link_since: f64,
    pub delay: Histogram,
    pub round_trip: Histogram,
    pub peers: Vec<Peer>,
}

#[napi(object)]
pub struct Histogram {
    pub bounds: Vec<f64>,
    pub counts: Vec<f64>,
    pub sum_ms: f64,
}

#[napi(object)]
pub struct Peer {
    pub sender: String,
    pub host: Option<String>,
    pub received: f64,
    pub duplicates: f64,
    pub missed: f64,
    pub last_seen: f64,
}

#[napi(custom_finalize)]
pub struct NativeBus {
    connection: Arc<Connection>,
    cleanup: CleanupEnvHook<Weak<Connection>>,
}

impl ObjectFinalize for NativeBus {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.remove_env_cleanup_hook(self.cleanup)
    }
}

#[napi]
impl NativeBus {
    #[napi(constructor)]
    pub fn new(
        env: Env,
        options: BusOptions,
        wake: Function<'_, (), UnknownReturnValue>,
    ) -> Result<Self> {
        let wake = wake
            .build_threadsafe_function::<()>()
            .callee_handled::<false>()
            .weak::<true>()
            .build()
            .map_err(|error| internal(&error.reason))?;
        let connection = Connection::new(options.into(), move || {
            // Refused only while the environment goes away, when nobody is left to be woken.
            let _ = wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        });
        let connection = Arc::new(connection.map_err(Error::into_napi)?);
        // A worker may be terminated at any time; its threads must be gone before it is.
        let dying = Arc::downgrade(&connection);
        let cleanup = env
            .add_env_cleanup_hook(dying, |connection: Weak<Connection>| {
                if let Some(connection) = connection.upgrade() {
                    connection.abort();
                }
            })
            .map_err(|error| internal(&error.reason))?;
        Ok(Self {
            connection,
            cleanup,
        })
    }

    #[napi]
    pub fn open(&self) -> Result<()> {
        self.connection.open().map_err(Error::into_napi)
    }

    #[napi]
    pub fn close(&self) {
        self.connection.close();
    }

    /// `runs` as the header of that name in `wire.rs`, `lines` the JSON texts of all their messages, one a line.
    #[napi]
    pub fn publish(&self, runs: String, lines: String) -> Result<()> {
        let runs: std::result::Result<Vec<_>, _> = Runs(runs.as_bytes()).iter().collect();
        let runs = runs.map_err(|_| internal("The runs of what is published cannot be read."))?;
        self.connection.publish(&runs, &lines);
        Ok(())
    }

    #[napi]
    pub fn subscribe(&self, channel: String) -> u32 {
        self.connection.subscribe(&channel)
    }

    #[napi]
    pub fn unsubscribe(&self, channel: String) {
        self.connection.unsubscribe(&channel);
    }

    /// The next messages as a JSON array (see `batch.rs`), the next events, or null.
    #[napi]
    pub fn take<'env>(
        &self,
        env: &'env Env,
    ) -> napi::Result<Option<Either<JsString<'env>, Vec<BusEvent>>>> {
        Ok(match self.connection.take() {
            None => None,
            Some(Item::Events(events)) => {
                Some(Either::B(events.into_iter().map(Into::into).collect()))
            }
            Some(Item::Records(batch)) => {
                let json = batch.into_json();
                let string = if json.is_ascii() {
                    env.create_string_latin1(json)
                } else {
                    env.create_string(json)
                };
                Some(Either::A(string?))
            }
        })
    }

    /// The array without the messages that are no JSON, for one that does not parse or has another number of elements.
    #[napi]
    pub fn mend(&self, array: String) -> String {
        let (mended, refused) = batch::mend(&array);
        self.connection.refuse(&refused);
        mended
    }

    /// Blocks until everything published is stored or the time is over; returns how many messages are not.
    #[napi]
    pub fn flush(&self, timeout_ms: u32) -> f64 {
        let timeout = Duration::from_millis(timeout_ms.into());
        number(self.connection.flush(timeout))
    }

    /// Brings the event `unheard` if the leaders do not answer within some hundred milliseconds.
    #[napi]
    pub fn listen(&self) {
        self.connection.listen();
    }

    /// The brokers get this token from now on; `extensions` are names and values in turn.
    #[napi]
    pub fn set_token(
        &self,
        value: String,
        principal: String,
        expires_at: f64,
        extensions: Vec<String>,
    ) -> Result<()> {
        // lib/token-source.js has checked that it is a whole number.
        #[allow(clippy::cast_possible_truncation)]
        let token = Token::new(value, principal, expires_at as i64, extensions);
        let token = token.ok_or_else(|| internal("A token has a NUL."))?;
        self.connection.set_token(token);
        Ok(())
    }

    /// What the module `survey` sees, as JSON.
    #[napi]
    pub fn look(&self) -> AsyncTask<Survey> {
        self.survey(Task::Look)
    }

    /// JSON, `{roundTripMs}` or `{error}`.
    #[napi]
    pub fn round_trip(&self) -> AsyncTask<Survey> {
        self.survey(Task::RoundTrip)
    }

    /// Creates the topic if there is none; JSON as that of `look`.
    #[napi]
    pub fn create_topic(&self) -> AsyncTask<Survey> {
        self.survey(Task::CreateTopic)
    }

    /// JSON as that of `look`.
    #[napi]
    pub fn delete_topic(&self) -> AsyncTask<Survey> {
        self.survey(Task::DeleteTopic)
    }

    fn survey(&self, task: Task) -> AsyncTask<Survey> {
        let connection = Arc::clone(&self.connection);
        AsyncTask::new(Survey { connection, task })
    }

    #[napi]
    pub fn topic_command(&self) -> String {
        self.connection.topic_command()
    }

    #[napi]
    pub fn stats(&self) -> BusStats {
        let counters = self.connection.stats().snapshot();
        let link = self.connection.link();
        let peers = self.connection.peers();
        BusStats {
            state: match self.connection.phase() {
                Phase::Connecting => "connecting",
                Phase::Ready => "ready",
                Phase::Closing { .. } => "closing",
                Phase::Closed => "closed",
            }
            .to_owned(),
            published: number(counters.published),
            published_bytes: number(counters.published_bytes),
            publish_failed: number(counters.publish_failed),
            undelivered: number(self.connection.undelivered()),
            received: number(counters.received),
            received_bytes: number(counters.received_bytes),
            delivered: number(counters.delivered),
            filtered_own: number(counters.filtered_own),
            filtered_direct: number(counters.filtered_direct),
            filtered_unsubscribed: number(counters.filtered_unsubscribed),
            duplicates: number(counters.duplicates),
            invalid: number(counters.invalid),
            missed: number(counters.missed),
            disconnects: number(counters.disconnects),
            inbox_bytes: number(self.connection.inbox().bytes() as u64),
            undelivered_ms: millis(self.connection.oldest_undelivered().unwrap_or_default()),
            link: link.name.to_owned(),
            link_since: since_epoch(link.since),
            delay: self.connection.stats().delay.distribution().into(),
            round_trip: self.connection.round_trip().into(),
            peers: peers.into_iter().map(Into::into).collect(),
        }
    }
}

/// A task on a thread of Node's pool.
pub struct Survey {
    connection: Arc<Connection>,
    task: Task,
}

impl napi::Task for Survey {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<String> {
        Ok(self.connection.carry_out(self.task).to_string())
    }

    fn resolve(&mut self, _env: Env, output: String) -> napi::Result<String> {
        Ok(output)
    }
}

/// The development broker for other processes; it ends with this process or when collected.
#[napi]
pub struct NativeDevBroker {
    broker: DevBroker,
}

#[napi]
impl NativeDevBroker {
    #[napi(constructor)]
    pub fn new() -> Result<Self> {
        Ok(Self {
            broker: DevBroker::start().map_err(Error::into_napi)?,
        })
    }

    #[napi(getter)]
    pub fn address(&self) -> String {
        self.broker.address()
    }

    #[napi]
    pub fn create_topic(&self, name: String, partitions: i32) -> Result<()> {
        self.broker
            .create_topic(&name, partitions)
            .map_err(Error::into_napi)
    }
}

#[napi(object)]
pub struct ErrorCode {
    pub code: String,
    /// Whether it may pass without anybody changing something.
    pub retriable: bool,
    /// Whether it ends a server that is starting.
    pub ends_start: bool,
}

/// What follows from each error code of the engine.
#[napi]
#[cfg_attr(test, allow(dead_code))] // called by JavaScript only
pub fn error_codes() -> Vec<ErrorCode> {
    let codes = ErrorKind::ALL.iter().map(|kind| ErrorCode {
        code: kind.code().to_owned(),
        retriable: kind.is_retriable(),
        ends_start: kind.ends_start(),
    });
    codes.collect()
}

impl From<BusOptions> for Options {
    fn from(options: BusOptions) -> Self {
        // lib/options.js has checked the ranges, so that no conversion here cuts anything off.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let retention = Duration::from_millis(options.retention_ms as u64);
        #[allow(clippy::cast_possible_truncation)]
        let tap = options.tap.map(|tap| Tap {
            since: tap.since.map(|since| since as i64),
        });
        Self {
            broker: Broker::parse(&options.connection_string),
            sender: options.sender,
            host: options.host,
            client_id: options.client_id,
            topic: options.topic,
            partitions: options.partitions,
            replication_factor: options.replication_factor,
            retention,
            max_message_bytes: options.max_message_bytes,
            create_topic: options.create_topic,
            connect_timeout: Duration::from_millis(options.connect_timeout_ms.into()),
            flush_timeout: Duration::from_millis(options.flush_timeout_ms.into()),
            inbox_bytes: options.inbox_bytes as usize,
            tap,
            properties: options.properties,
        }
    }
}

impl From<Event> for BusEvent {
    fn from(event: Event) -> Self {
        let (name, error) = match event {
            Event::Ready => ("ready", None),
            Event::Warning(error) => ("warning", Some(error)),
            Event::Error(error) => ("error", Some(error)),
            Event::Heard(true) => ("heard", None),
            Event::Heard(false) => ("unheard", None),
            Event::Closed => ("closed", None),
        };
        let cause = error.as_ref().and_then(|error| error.cause.clone());
        Self {
            name: name.to_owned(),
            code: error.as_ref().map(|error| error.kind.code().to_owned()),
            retriable: error.as_ref().map(|error| error.kind.is_retriable()),
            topic: error.as_ref().and_then(|error| error.channel.clone()),
            message: error.map(|error| error.message),
            errno: cause
                .as_ref()
                .and_then(|cause| cause.code)
                .map(|code| code as i32),
            cause: cause.map(|cause| cause.reason),
        }
    }
}

impl From<Distribution> for Histogram {
    fn from(distribution: Distribution) -> Self {
        Self {
            bounds: distribution.bounds_ms,
            counts: distribution.counts.into_iter().map(number).collect(),
            sum_ms: distribution.sum_ms,
        }
    }
}

impl From<senders::Peer> for Peer {
    fn from(peer: senders::Peer) -> Self {
        let Tally {
            received,
            duplicates,
            missed,
            host,
        } = peer.tally;
        Self {
            sender: peer.sender.into(),
            host: host.map(Into::into),
            received: number(received),
            duplicates: number(duplicates),
            missed: number(missed),
            last_seen: since_epoch(SystemTime::now() - peer.silent_for),
        }
    }
}

impl Error {
    fn into_napi(self) -> napi::Error<&'static str> {
        napi::Error::new(self.kind.code(), self.message)
    }
}

fn internal(reason: &str) -> napi::Error<&'static str> {
    napi::Error::new(ErrorKind::Internal.code(), reason)
}

/// Whole milliseconds.
fn millis(duration: Duration) -> f64 {
    number(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// Milliseconds since 1970.
fn since_epoch(time: SystemTime) -> f64 {
    millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// JavaScript's numbers hold counters exactly up to 2^53, some thousand years at a million a second.
#[allow(clippy::cast_precision_loss)]
fn number(counter: u64) -> f64 {
    counter as f64
}
