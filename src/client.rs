//! The callbacks of the librdkafka clients, served by the connection thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, DeliveryResult, ProducerContext};

use crate::error::{Cause, code_of};
use crate::ledger::{Ledger, is_purged};
use crate::publisher::delivery_error;
use crate::report::Reporter;
use crate::stats::Stats;

pub(crate) type Producer = BaseProducer<Context>;
pub(crate) type Consumer = BaseConsumer<Context>;

/// What is known of the brokers. Shared by the producer and the consumer of a connection.
#[derive(Default)]
pub(crate) struct Health {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_trouble: Option<Cause>,
    /// A client told of a trouble, and no request has been answered since.
    is_in_doubt: bool,
    /// Whether the last request was answered.
    is_answered: bool,
}

impl Health {
    /// The last trouble with a broker since this was asked before.
    pub(crate) fn take_trouble(&self) -> Option<Cause> {
        self.lock().last_trouble.take()
    }

    /// Whether there was trouble, so that a request should show whether brokers can be reached.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.lock().is_in_doubt
    }

    /// Whether a broker answered the last request.
    pub(crate) fn is_answered(&self) -> bool {
        self.lock().is_answered
    }

    /// A broker has answered a request, or none has.
    pub(crate) fn set_answered(&self, is_answered: bool) {
        let mut state = self.lock();
        state.is_answered = is_answered;
        state.is_in_doubt &= !is_answered;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, code: RDKafkaErrorCode, reason: &str) {
        let mut state = self.lock();
        state.is_in_doubt = true;
        // A rejection says more than the broken connections that follow from it, and those more than their sum.
        let is_rejection = |cause: &Cause| cause.code == Some(RDKafkaErrorCode::Authentication);
        if code != RDKafkaErrorCode::AllBrokersDown
            && !state.last_trouble.as_ref().is_some_and(is_rejection)
        {
            state.last_trouble = Some(Cause {
                code: Some(code),
                reason: reason.to_owned(),
            });
        }
    }
}

/// Callbacks of one client.
pub(crate) struct Context {
    pub(crate) health: Arc<Health>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) reporter: Arc<Reporter>,
    pub(crate) stats: Arc<Stats>,
}

impl ClientContext for Context {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, line: &str) {
        // Only called for those who set the property `debug`.
        eprintln!("librdkafka {facility}: {line}");
    }

    fn stats_raw(&self, _statistics: &[u8]) {}

    fn error(&self, error: KafkaError, reason: &str) {
        if let Some(code) = code_of(&error) {
            self.health.note(code, reason);
        }
    }
}

impl ConsumerContext for Context {}

impl ProducerContext for Context {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, _opaque: ()) {
        if let Err((error, message)) = result
            && !self.ledger.settle(error, message)
        {
            self.stats.publish_failed.add(1);
            let channel = String::from_utf8_lossy(message.key().unwrap_or_default());
            let bytes = message.payload_len();
            // A purge is reported once, as a whole, by whoever orders it.
            if !is_purged(error) {
                self.reporter.error(delivery_error(error, &channel, bytes));
            }
        }
    }
}
