//! The messages and the two ways of sending them, as `bench/participant/sender.js` has them.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::node::Node;
use crate::{Answer, clock, number};

/// `LOWEST_NUMBER` of `bench/event-message.js`, which is the number of the message that a template is.
const LOWEST_NUMBER: &str = "100000000000";
/// Time before the first tick.
const HEAD_START_MS: f64 = 500.0;
/// How much earlier than due to wake: what the operating system adds to a sleep, and a little.
const WAKE_EARLY_MS: f64 = 0.08;

/// A message of the benchmark as JSON, and where its number stands.
pub(crate) struct Template {
    text: Vec<u8>,
    places: Vec<usize>,
}

impl Template {
    pub(crate) fn of(argument: &Value) -> Result<Self, String> {
        let text = argument["template"].as_str().ok_or("template is missing")?;
        let places = text.match_indices(LOWEST_NUMBER).map(|(place, _)| place);
        Ok(Self {
            places: places.collect(),
            text: text.into(),
        })
    }

    /// The message with this number.
    pub(crate) fn with(&self, number: u64) -> Vec<u8> {
        let digits = number.to_string();
        let mut text = self.text.clone();
        for place in &self.places {
            text[*place..*place + digits.len()].copy_from_slice(digits.as_bytes());
        }
        text
    }

    /// The number of a message of this kind.
    pub(crate) fn number_in(&self, value: &[u8]) -> Option<u64> {
        let place = *self.places.first()?;
        let digits = value.get(place..place + LOWEST_NUMBER.len())?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }
}

/// Publishes as fast as librdkafka takes the messages.
pub(crate) fn flood(node: &Node, argument: &Value) -> Answer {
    let template = Template::of(argument)?;
    let first = number(argument, "first")?;
    let started_at = clock::now_ms();
    for each in first..first + number(argument, "count")? {
        node.publish(&template.with(each));
    }
    Ok(json!({ "startedAt": started_at, "publishedAt": clock::now_ms() }))
}

/// Publishes at a steady rate.
pub(crate) fn pace(node: &Node, argument: &Value) -> Answer {
    let template = Template::of(argument)?;
    let first = number(argument, "first")?;
    let interval_ms = 1000.0 / argument["rate"].as_f64().ok_or("rate is missing")?;
    let start_at = clock::now_ms() + HEAD_START_MS;
    let mut due_at = start_at;
    let mut published_at = Vec::new();
    for each in first..first + number(argument, "count")? {
        let sleep_ms = due_at - WAKE_EARLY_MS - clock::now_ms();
        if sleep_ms > 0.0 {
            thread::sleep(Duration::from_secs_f64(sleep_ms / 1000.0));
        }
        while clock::now_ms() < due_at {
            std::hint::spin_loop();
        }
        published_at.push(clock::now_ms());
        node.publish(&template.with(each));
        due_at += interval_ms;
    }
    Ok(json!({ "startAt": start_at, "intervalMs": interval_ms, "publishedAt": published_at }))
}
