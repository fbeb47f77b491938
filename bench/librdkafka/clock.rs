//! Times of this process.
#![allow(unsafe_code)]

use std::ffi::c_long;
use std::time::SystemTime;

// SAFETY: the C standard's function takes nothing and only reads the time; POSIX has it in microseconds.
unsafe extern "C" {
    safe fn clock() -> c_long;
}

/// CPU time of all threads so far, in microseconds.
pub(crate) fn cpu_micros() -> c_long {
    clock()
}

/// Milliseconds, by a clock that all participants of this kind share.
pub(crate) fn now_ms() -> f64 {
    SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
