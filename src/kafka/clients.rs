//! The librdkafka clients and their callbacks, all served by the connection thread.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rdkafka::Statistics;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, ProducerContext};

use crate::error::{Cause, code_of};
use crate::kafka::evidence::Evidence;
use crate::kafka::fault::Fault;
use crate::kafka::pulse::{Direction, Pulse, Silence};
use crate::throttle::Throttle;

pub(crate) type Producer = BaseProducer<Context>;
pub(crate) type Consumer = BaseConsumer<Context>;

/// What librdkafka said of its brokers. Shared by the producer and the consumer of a connection.
#[derive(Default)]
pub(crate) struct Troubles {
    last: Mutex<Option<Cause>>,
}

impl Troubles {
    /// The last trouble since a broker answered. librdkafka does not repeat itself, so that it stays until there is another.
    pub(crate) fn last(&self) -> Option<Cause> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// A broker answered.
    pub(crate) fn clear(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn note(&self, code: RDKafkaErrorCode, reason: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let cause = Cause::told(code, reason);
        if last
            .as_ref()
            .is_none_or(|last| weight(&cause) >= weight(last))
        {
            *last = Some(cause);
        }
    }
}

/// How much a trouble explains. What follows from another one is told later and explains less, so that it does not replace that:
/// a rejection says more than the broken connections that follow from it, and those more than their sum.
fn weight(cause: &Cause) -> u8 {
    let is_specific = Evidence::of(cause).map(Evidence::is_specific);
    match cause.code.map(Fault::of_code) {
        _ if is_specific == Some(true) => 3,
        Some(Fault::Credentials) => 3,
        Some(Fault::Tls) => 2,
        _ if is_specific == Some(false) => 2,
        _ if cause.code == Some(RDKafkaErrorCode::AllBrokersDown) => 0,
        _ => 1,
    }
}

/// What became of a record: the number of the hand-over, and the error if it was not stored.
pub(crate) type OnDelivery = Box<dyn Fn(usize, Option<&KafkaError>) + Send + Sync>;

/// Callbacks of one client.
pub(crate) struct Context {
    pub(crate) troubles: Arc<Troubles>,
    pub(crate) topic: String,
    pub(crate) direction: Direction,
    pub(crate) beat: Mutex<Beat>,
    pub(crate) on_delivery: OnDelivery,
}

/// A client's pulse, and when it was felt last.
pub(crate) struct Beat {
    pulse: Pulse,
    felt: Option<Instant>,
}

impl Beat {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            pulse: Pulse::new(now),
            felt: None,
        }
    }
}

impl Context {
    /// The longest silence of the partitions that are looked at, up to `now`, or to when the pulse was felt last: between two beats
    /// a leader that is only asked for news may have answered.
    pub(crate) fn silence(
        &self,
        is_looked_at: impl Fn(i32) -> bool,
        since: impl Fn(i32) -> Instant,
        now: Option<Instant>,
    ) -> Option<Silence> {
        let beat = self.beat.lock().unwrap_or_else(PoisonError::into_inner);
        beat.pulse.silence(is_looked_at, since, now.or(beat.felt)?)
    }

    /// The longest throttle of the partitions that are looked at. It may be over.
    pub(crate) fn throttle(&self, is_looked_at: impl Fn(i32) -> bool) -> Option<Throttle> {
        let beat = self.beat.lock().unwrap_or_else(PoisonError::into_inner);
        beat.pulse.throttle(is_looked_at)
    }

    /// Whether the pulse was felt since then.
    pub(crate) fn has_felt_since(&self, since: Instant) -> bool {
        let beat = self.beat.lock().unwrap_or_else(PoisonError::into_inner);
        beat.felt.is_some_and(|felt| felt >= since)
    }

    /// How many partitions the client knows.
    pub(crate) fn partitions(&self) -> usize {
        let beat = self.beat.lock().unwrap_or_else(PoisonError::into_inner);
        beat.pulse.partitions()
    }
}

impl ClientContext for Context {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, line: &str) {
        // Only called for those who set the property `debug`.
        eprintln!("librdkafka {facility}: {line}");
    }

    fn stats(&self, statistics: Statistics) {
        let now = Instant::now();
        let mut beat = self.beat.lock().unwrap_or_else(PoisonError::into_inner);
        beat.pulse
            .note(&statistics, &self.topic, self.direction, now);
        beat.felt = Some(now);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if let Some(code) = code_of(&error) {
            self.troubles.note(code, reason);
        }
    }
}

impl ConsumerContext for Context {}

impl ProducerContext for Context {
    /// The number of the hand-over, see [`Backlog`](crate::outgoing::backlog::Backlog).
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, attempt: usize) {
        (self.on_delivery)(attempt, result.as_ref().err().map(|(error, _)| error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these troubles is told in the end.
    fn told(troubles: &[(RDKafkaErrorCode, &str)]) -> String {
        let all = Troubles::default();
        for (code, reason) in troubles {
            all.note(*code, reason);
        }
        all.last().unwrap().reason
    }

    const REJECTED: (RDKafkaErrorCode, &str) =
        (RDKafkaErrorCode::Authentication, "Invalid password");
    const UNVERIFIED: (RDKafkaErrorCode, &str) =
        (RDKafkaErrorCode::SSL, "certificate verify failed");
    const BROKEN: (RDKafkaErrorCode, &str) =
        (RDKafkaErrorCode::BrokerTransportFailure, "Disconnected");
    const NO_CERTIFICATE: (RDKafkaErrorCode, &str) = (
        RDKafkaErrorCode::BrokerTransportFailure,
        "Receive failed: SSL alert number 42",
    );
    const ALL_DOWN: (RDKafkaErrorCode, &str) = (RDKafkaErrorCode::AllBrokersDown, "1/1 down");

    #[test]
    fn what_explains_stays_when_what_follows_from_it_comes() {
        for specific in [REJECTED, UNVERIFIED, NO_CERTIFICATE] {
            assert_eq!(told(&[specific, BROKEN, ALL_DOWN]), specific.1);
            assert_eq!(told(&[BROKEN, specific, ALL_DOWN, BROKEN]), specific.1);
        }
        assert_eq!(told(&[BROKEN, ALL_DOWN]), BROKEN.1);
    }

    #[test]
    fn it_stays_until_something_else_explains_as_much() {
        assert_eq!(told(&[UNVERIFIED, BROKEN, REJECTED]), REJECTED.1);
        assert_eq!(told(&[REJECTED, NO_CERTIFICATE]), NO_CERTIFICATE.1);
    }
}
