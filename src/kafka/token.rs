//! Tokens of SASL/OAUTHBEARER: JavaScript gets them, each client is given the latest one.
//!
//! The Rust client can give tokens only when librdkafka asks for one, and without extensions.
#![allow(unsafe_code)]

use std::ffi::{CString, c_char};

use rdkafka::bindings as sys;
use rdkafka::client::{Client, ClientContext};

/// A token. Not `Debug`, since it must not show anywhere.
pub struct Token {
    value: CString,
    principal: CString,
    /// In milliseconds since 1970.
    expires_at: i64,
    /// Names and values in turn.
    extensions: Vec<CString>,
}

impl Token {
    /// None if one of the texts has a NUL.
    #[must_use]
    pub fn new(
        value: String,
        principal: String,
        expires_at: i64,
        extensions: Vec<String>,
    ) -> Option<Self> {
        let extensions: Result<_, _> = extensions.into_iter().map(CString::new).collect();
        Some(Self {
            value: CString::new(value).ok()?,
            principal: CString::new(principal).ok()?,
            expires_at,
            extensions: extensions.ok()?,
        })
    }

    /// Lets the client log in with it from now on. Without effect if its time is over; a client without a token waits for one.
    pub(crate) fn give<C: ClientContext>(&self, client: &Client<C>) {
        let mut extensions: Vec<*const c_char> =
            self.extensions.iter().map(|text| text.as_ptr()).collect();
        let mut reason = [0; 512];
        // SAFETY: all texts are terminated and outlive the call, which copies them; librdkafka only reads them. The client is alive.
        unsafe {
            sys::rd_kafka_oauthbearer_set_token(
                client.native_ptr(),
                self.value.as_ptr(),
                self.expires_at,
                self.principal.as_ptr(),
                extensions.as_mut_ptr(),
                extensions.len(),
                reason.as_mut_ptr(),
                reason.len(),
            );
        }
    }
}
