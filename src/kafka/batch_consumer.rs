//! Polls many records at once.
//!
//! `rd_kafka_consume_batch_queue` costs half of a poll for each record, but the Rust client does not wrap it.
#![allow(unsafe_code)]

use std::collections::VecDeque;
use std::ffi::CStr;
use std::ops::ControlFlow;
use std::ptr::{self, NonNull};
use std::slice;
use std::time::Duration;

use rdkafka::bindings as sys;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;

/// Records taken from the queue at once.
const BATCH: usize = 256;

/// A record as it stands in librdkafka's memory.
pub struct Record<'a> {
    /// Its key; empty when it has none.
    pub key: &'a [u8],
    /// Its value; empty when it has none.
    pub value: &'a [u8],
    /// Its partition.
    pub partition: i32,
    /// Its offset in the partition.
    pub offset: i64,
    /// When it was written, in milliseconds since 1970; -1 if it does not say.
    pub timestamp: i64,
    /// Its headers, which live as long as the record.
    headers: *const sys::rd_kafka_headers_t,
}

impl<'a> Record<'a> {
    /// Names and values of its headers. The Rust client's own iterator does not survive a name that is no UTF-8.
    pub fn headers(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let headers = self.headers;
        (0..).map_while(move |index| {
            if headers.is_null() {
                return None;
            }
            let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            // SAFETY: the headers are alive for as long as the record; the call only reads them.
            let error = unsafe {
                sys::rd_kafka_header_get_all(
                    headers,
                    index,
                    &raw mut name,
                    &raw mut value,
                    &raw mut size,
                )
            };
            if error != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                return None;
            }
            // SAFETY: a successful call sets the name to a terminated string that belongs to the headers.
            let name = unsafe { CStr::from_ptr(name) };
            Some((name.to_bytes(), bytes(value, size)))
        })
    }
}

/// The headers of a message that was consumed in a batch; null if it has none, or broken ones.
fn headers_of(message: &sys::rd_kafka_message_t) -> *const sys::rd_kafka_headers_t {
    let mut headers = ptr::null_mut();
    // SAFETY: the message is alive for as long as the borrow. The call only parses its headers, which stay owned by the message;
    // librdkafka takes a mutable pointer for that, and nobody else reads the message meanwhile.
    let error = unsafe { sys::rd_kafka_message_headers(message, &raw mut headers) };
    if error == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        headers
    } else {
        ptr::null()
    }
}

fn timestamp_of(message: &sys::rd_kafka_message_t) -> i64 {
    let mut kind = sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    // SAFETY: the message is alive for as long as the borrow; the call only reads it.
    unsafe { sys::rd_kafka_message_timestamp(message, &raw mut kind) }
}

/// A consumer's records, many at a time. Owns the consumer; belongs to one thread.
pub struct BatchConsumer<C: ConsumerContext> {
    // Fields are dropped in this order: destroying the consumer would wait for its messages and its queue to be given back.
    /// Records that were taken from the queue and that nobody had room for.
    left: VecDeque<Owned>,
    queue: Queue,
    consumer: BaseConsumer<C>,
    slots: Vec<*mut sys::rd_kafka_message_t>,
}

/// A counted reference to the consumer's queue.
struct Queue(NonNull<sys::rd_kafka_queue_t>);

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: the reference was obtained from `rd_kafka_queue_get_consumer` and is given back once.
        unsafe { sys::rd_kafka_queue_destroy(self.0.as_ptr()) }
    }
}

/// A message of librdkafka's that is destroyed in any case, because one that is not makes the consumer hang when it is
/// destroyed.
struct Owned(NonNull<sys::rd_kafka_message_t>);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the message was handed over by `rd_kafka_consume_batch_queue` and is destroyed once.
        unsafe { sys::rd_kafka_message_destroy(self.0.as_ptr()) }
    }
}

impl<C: ConsumerContext> BatchConsumer<C> {
    /// Wraps a consumer. `None` if it has no queue, which only a consumer without `group.id` lacks.
    #[must_use]
    pub fn new(consumer: BaseConsumer<C>) -> Option<Self> {
        // SAFETY: the client is alive; the queue reference is counted and given back by `Queue`.
        let queue = unsafe { sys::rd_kafka_queue_get_consumer(consumer.client().native_ptr()) };
        Some(Self {
            queue: Queue(NonNull::new(queue)?),
            consumer,
            left: VecDeque::new(),
            slots: vec![ptr::null_mut(); BATCH],
        })
    }

    /// The consumer, for everything else than reading.
    #[must_use]
    pub fn consumer(&self) -> &BaseConsumer<C> {
        &self.consumer
    }

    /// Waits for a record up to `timeout`, then takes those that are there already, until `take` wants no more for now. Serves the
    /// client's callbacks.
    pub fn poll(
        &mut self,
        timeout: Duration,
        mut take: impl FnMut(std::result::Result<Record<'_>, KafkaError>) -> ControlFlow<()>,
    ) {
        while let Some(message) = self.left.pop_front() {
            if hand_on(&message, &mut take).is_break() {
                return;
            }
        }
        let first = match self.consumer.poll(timeout) {
            None => return,
            Some(Err(error)) => take(Err(error)),
            Some(Ok(message)) => take(Ok(Record {
                key: message.key().unwrap_or_default(),
                value: message.payload().unwrap_or_default(),
                partition: message.partition(),
                offset: message.offset(),
                timestamp: message.timestamp().to_millis().unwrap_or(-1),
                // The Rust client's type stands for librdkafka's, at the same place.
                headers: message
                    .headers()
                    .map_or(ptr::null(), |headers| ptr::from_ref(headers).cast()),
            })),
        };
        if first.is_break() {
            return;
        }
        // SAFETY: `slots` has room for `slots.len()` pointers and the queue is alive.
        let count = unsafe {
            sys::rd_kafka_consume_batch_queue(
                self.queue.0.as_ptr(),
                0,
                self.slots.as_mut_ptr(),
                self.slots.len(),
            )
        };
        // All are owned first, so that none leaks should `take` panic.
        let count = usize::try_from(count).unwrap_or(0);
        let messages = self.slots[..count].iter();
        self.left
            .extend(messages.filter_map(|slot| NonNull::new(*slot).map(Owned)));
        while let Some(message) = self.left.pop_front() {
            if hand_on(&message, &mut take).is_break() {
                return;
            }
        }
    }
}

fn hand_on(
    message: &Owned,
    take: &mut impl FnMut(std::result::Result<Record<'_>, KafkaError>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    // SAFETY: `message` keeps it alive for as long as this borrow, and nobody else refers to it.
    let raw = unsafe { message.0.as_ref() };
    if raw.err == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        take(Ok(Record {
            key: bytes(raw.key, raw.key_len),
            value: bytes(raw.payload, raw.len),
            partition: raw.partition,
            offset: raw.offset,
            timestamp: timestamp_of(raw),
            headers: headers_of(raw),
        }))
    } else {
        take(Err(KafkaError::MessageConsumption(RDKafkaErrorCode::from(
            raw.err,
        ))))
    }
}

fn bytes<'a>(start: *const std::ffi::c_void, length: usize) -> &'a [u8] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: librdkafka's key and payload pointers are valid for their length as long as the message is; the callers bind the
    // result to a `Record` that does not outlive it.
    unsafe { slice::from_raw_parts(start.cast(), length) }
}
