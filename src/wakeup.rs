//! Keeps librdkafka's producer from spinning.
//!
//! An idempotent producer sends nothing while five or more messages are in flight on a partition. In that state librdkafka
//! 2.12.1 still computes the time to wake up as "now" whenever further messages wait (`rd_kafka_toppar_producer_serve` asks
//! `rd_kafka_msgq_allow_wakeup_at` before it looks at the limit), so that its broker thread polls without a pause until the
//! broker answers: it takes a whole core, on a small machine from the broker itself, and turns a hiccup of some ms into
//! a stall of some 100. docs/architecture.md has the measurements.
//!
//! The linker option `--wrap` of `build.rs` redirects that one call to the function here. What lets the producer go on is
//! always an event that ends the thread's sleep (the answer, room in the socket, a new message), so it may sleep.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};

/// The thread looks again after this time at the latest, in microseconds; the answer wakes it much earlier.
const SLEEP_US: i64 = 10_000;

unsafe extern "C" {
    /// librdkafka's function, see `rdkafka_msg.c`. `next_wakeup` and `now` are microseconds of one clock.
    fn __real_rd_kafka_msgq_allow_wakeup_at(
        queue: *mut c_void,
        destination: *const c_void,
        next_wakeup: *mut i64,
        now: i64,
        linger_us: i64,
        batch_messages: i32,
        batch_bytes: i64,
    ) -> c_int;
}

// The addon exports nothing but its registration.
std::arch::global_asm!(".hidden __wrap_rd_kafka_msgq_allow_wakeup_at");

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_rd_kafka_msgq_allow_wakeup_at(
    queue: *mut c_void,
    destination: *const c_void,
    next_wakeup: *mut i64,
    now: i64,
    linger_us: i64,
    batch_messages: i32,
    batch_bytes: i64,
) -> c_int {
    // SAFETY: librdkafka passes a pointer to a local variable of the calling thread, or null.
    let mut wakeup = unsafe { next_wakeup.as_mut() };
    let before = wakeup.as_deref().copied();
    let next = wakeup
        .as_deref_mut()
        .map_or(std::ptr::null_mut(), |at| &raw mut *at);
    // SAFETY: the arguments are passed on as they came.
    let is_ready = unsafe {
        __real_rd_kafka_msgq_allow_wakeup_at(
            queue,
            destination,
            next,
            now,
            linger_us,
            batch_messages,
            batch_bytes,
        )
    };
    if let (Some(at), Some(before)) = (wakeup, before)
        && *at <= now
    {
        *at = before.min(now + SLEEP_US);
    }
    is_ready
}
