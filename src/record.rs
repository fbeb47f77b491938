//! The wire format: a record's value is `{"data":<message>,"_s":"<sender>"}`, its key the deepstream
//! topic, and a header [`TARGET_HEADER`] names the addressee of a direct message.

use serde_json::value::RawValue;

/// Name of the record header that holds the addressee of a direct message.
pub const TARGET_HEADER: &str = "to";

const OPEN: &[u8] = b"{\"data\":";
const SENDER: &[u8] = b",\"_s\":";

/// Writes and recognises the envelopes of one sender.
pub struct Envelope {
    /// `,"_s":"<sender>"}`, the end of each value this sender writes.
    suffix: Vec<u8>,
}

impl Envelope {
    /// The envelope of a sender.
    #[must_use]
    pub fn new(sender: &str) -> Self {
        let mut suffix = SENDER.to_vec();
        suffix.extend_from_slice(serde_json::Value::from(sender).to_string().as_bytes());
        suffix.push(b'}');
        Self { suffix }
    }

    /// Writes the value of a record that carries `message`, a JSON text, into `value`. An empty text is JavaScript's
    /// `undefined`.
    pub fn wrap(&self, message: &str, value: &mut Vec<u8>) {
        value.clear();
        if message.is_empty() {
            value.push(b'{');
            value.extend_from_slice(&self.suffix[1..]);
        } else {
            value.extend_from_slice(OPEN);
            value.extend_from_slice(message.as_bytes());
            value.extend_from_slice(&self.suffix);
        }
    }

    /// Whether this sender wrote the value. Compares the last bytes only: nobody else can end a value
    /// like this, because the sender's id is unique and its quotes cannot occur inside a JSON string.
    #[must_use]
    pub fn is_own(&self, value: &[u8]) -> bool {
        value.ends_with(&self.suffix) || value.strip_prefix(b"{") == Some(&self.suffix[1..])
    }
}

/// What an envelope holds. Both are JSON texts, valid and untouched.
#[derive(Debug, PartialEq, Eq)]
pub struct Content<'a> {
    /// The message; `None` is JavaScript's `undefined`.
    pub message: Option<&'a str>,
    /// The sender's id, with its quotes.
    pub sender: &'a str,
}

/// Opens an envelope. `None` if the value is anything else than one JSON object with a string `_s`, so
/// that no record can do harm to the batch it is joined into.
#[must_use]
pub fn unwrap(value: &[u8]) -> Option<Content<'_>> {
    unwrap_canonical(value).or_else(|| unwrap_any(value))
}

/// Opens an envelope with exactly the bytes that [`Envelope::wrap`] writes.
fn unwrap_canonical(value: &[u8]) -> Option<Content<'_>> {
    let inner = value.strip_prefix(OPEN)?.strip_suffix(b"}")?;
    // The sender follows the last `,"_s":`; should a message contain the same bytes further inside, then
    // what is left of it is no JSON value and the general way decides.
    let at = inner
        .windows(SENDER.len())
        .rposition(|window| window == SENDER)?;
    let sender = &inner[at + SENDER.len()..];
    is_json_string(sender).then_some(())?;
    let message: &RawValue = serde_json::from_slice(&inner[..at]).ok()?;
    Some(Content {
        message: Some(message.get()),
        sender: std::str::from_utf8(sender).ok()?,
    })
}

/// Opens an envelope with any order, spacing or further members, as another client may write it.
fn unwrap_any(value: &[u8]) -> Option<Content<'_>> {
    let members: std::collections::HashMap<String, &RawValue> =
        serde_json::from_slice(value).ok()?;
    let sender = members.get("_s")?.get();
    is_json_string(sender.as_bytes()).then_some(())?;
    Some(Content {
        message: members.get("data").map(|message| message.get()),
        sender,
    })
}

fn is_json_string(text: &[u8]) -> bool {
    text.first() == Some(&b'"') && serde_json::from_slice::<&RawValue>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(envelope: &Envelope, message: &str) -> Vec<u8> {
        let mut value = b"what was there before".to_vec();
        envelope.wrap(message, &mut value);
        value
    }

    fn round_trip(message: &str) {
        let value = wrapped(&Envelope::new("srv-A"), message);
        let content = unwrap(&value).expect(message);
        assert_eq!(
            content,
            Content {
                message: Some(message),
                sender: "\"srv-A\""
            }
        );
    }

    #[test]
    fn a_value_has_exactly_the_bytes_of_the_original() {
        let value = wrapped(&Envelope::new("srv-A"), r#"{"a":1}"#);
        assert_eq!(value, br#"{"data":{"a":1},"_s":"srv-A"}"#);
    }

    #[test]
    fn undefined_has_no_data_member() {
        let value = wrapped(&Envelope::new("srv-A"), "");
        assert_eq!(value, br#"{"_s":"srv-A"}"#);
        assert_eq!(
            unwrap(&value),
            Some(Content {
                message: None,
                sender: "\"srv-A\""
            })
        );
    }

    #[test]
    fn any_json_text_passes_untouched() {
        for message in [
            "null",
            "1e400",
            "-0",
            "123456789012345678901234567890",
            "\"\\ud800\"",
            "\"\u{2028}\u{1F600}\"",
            "[[[[]]]]",
            r#"{"_s":"me","data":[1]}"#,
            r#"[",\"_s\":\"x\"}"]"#,
            r#"{"x":1,"_s":"srv-A"}"#,
            "\"\"",
        ] {
            round_trip(message);
        }
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let deep = "[".repeat(200_000) + &"]".repeat(200_000);
        round_trip(&deep);
    }

    #[test]
    fn own_values_are_recognised_by_their_end() {
        let mine = Envelope::new("srv \"1\"\u{1F600}\\");
        let other = Envelope::new("xsrv \"1\"\u{1F600}\\");
        assert!(mine.is_own(&wrapped(&mine, "1")));
        assert!(mine.is_own(&wrapped(&mine, "")));
        assert!(!mine.is_own(&wrapped(&other, "1")));
        assert!(!mine.is_own(&wrapped(&other, "")));
        assert!(!other.is_own(&wrapped(&mine, r#"{"_s":"xsrv"}"#)));
    }

    #[test]
    fn a_message_that_imitates_an_envelope_stays_foreign() {
        let mine = Envelope::new("A");
        let other = Envelope::new("B");
        assert!(!mine.is_own(&wrapped(&other, r#"{"data":1,"_s":"A"}"#)));
    }

    #[test]
    fn another_clients_spacing_and_order_are_understood() {
        let value = br#" { "_s" : "x" , "more":[1], "data" : {"a": 1} } "#;
        assert_eq!(
            unwrap(value),
            Some(Content {
                message: Some(r#"{"a": 1}"#),
                sender: "\"x\""
            })
        );
    }

    #[test]
    fn what_is_not_exactly_one_envelope_is_refused() {
        for value in [
            &b""[..],
            b"null",
            b"not json",
            br#"{"data":1}"#,
            br#"{"data":1,"_s":7}"#,
            br#"{"data":1,2,"_s":"x"}"#,
            br#"{"data":,"_s":"x"}"#,
            br#"{"data":1],["_s":"x"}"#,
            br#"{"data":1,"_s":"x"}}"#,
            br#"{"data":1,"_s":"x"}{"data":1,"_s":"x"}"#,
            br#"{"data":"a"b","_s":"x"}"#,
            b"{\"data\":\"\xff\",\"_s\":\"x\"}",
            b"{\"data\":1,\"_s\":\"\xff\"}",
            b"{\"data\":\"\n\",\"_s\":\"x\"}",
        ] {
            assert_eq!(unwrap(value), None, "{}", String::from_utf8_lossy(value));
        }
    }
}
