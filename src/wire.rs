//! Wire format 1: what a Kafka record of the bus looks like, both ways. docs/wire-format.md tells it to people.
//!
//! | part             | content                                                                        |
//! |------------------|--------------------------------------------------------------------------------|
//! | key              | the sender's id on the bus                                                     |
//! | value            | the messages as JSON texts, one a line; an empty line is `undefined`           |
//! | header `version` | `1`                                                                            |
//! | header `life`    | 16 hexadecimal digits, drawn anew whenever the sender opens the bus            |
//! | header `first`   | how many messages the sender published in this life before the first of these  |
//! | header `runs`    | JSON: for each run of messages its deepstream topic, count and, if any, addressee |
//!
//! Two more headers are there only now and then, and a record without them says everything that its readers need:
//!
//! | part              | content                                                                       |
//! |-------------------|-------------------------------------------------------------------------------|
//! | header `host`     | where the sender runs: the machine's name and the process                     |
//! | header `namesake` | the life of another node with the sender's id, which the sender has heard     |

use std::borrow::Cow;
use std::fmt;

/// The version that this package writes and reads.
pub const VERSION: &str = "1";
/// Names of the headers, in the order in which they are written.
pub const HEADERS: [&str; 4] = ["version", "life", "first", "runs"];
/// Header of some records: where the sender runs.
pub const HOST: &str = "host";
/// Header of some records: whom the sender has heard under its own id.
pub const NAMESAKE: &str = "namesake";
/// No host's name and process take more bytes.
const MAX_HOST: usize = 300;

/// What a sender's record says once for all its messages, and the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The sender's id on the bus.
    pub sender: &'a str,
    /// In which of its lives it published.
    pub life: Life,
    /// The number of the first message in that life, from 0.
    pub first: u64,
    /// The runs, not looked at yet.
    pub runs: Runs<'a>,
    /// Where the sender runs, if the record says so.
    pub host: Option<&'a str>,
    /// The life of another node with the sender's id, if the sender has heard one lately.
    pub namesake: Option<Life>,
    /// The messages' JSON texts, one a line; nobody has looked yet whether it is text at all.
    pub value: &'a [u8],
}

/// Which life of a sender, from when it opens the bus until it closes it. Random: nothing follows from its value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Life(pub u64);

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Life {
    fn read(text: &[u8]) -> Option<Self> {
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let text = std::str::from_utf8(text).ok()?;
        (text.len() == 16 && text.as_bytes().iter().all(is_hex)).then_some(())?;
        u64::from_str_radix(text, 16).ok().map(Self)
    }
}

/// Messages in a row that share deepstream topic and addressee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    /// The deepstream topic.
    pub channel: Cow<'a, str>,
    /// How many messages, at least one.
    pub count: u32,
    /// The one node they are for; all nodes if `None`.
    pub addressee: Option<Cow<'a, str>>,
}

impl Run<'_> {
    /// The same run, of so many messages, that borrows nothing.
    #[must_use]
    pub fn owned(&self, count: u32) -> Run<'static> {
        Run {
            channel: Cow::Owned(self.channel.clone().into_owned()),
            count,
            addressee: self
                .addressee
                .clone()
                .map(|name| Cow::Owned(name.into_owned())),
        }
    }

    /// Whether a message of the other could belong to this one.
    #[must_use]
    pub fn goes_with(&self, other: &Run<'_>) -> bool {
        self.channel == other.channel && self.addressee == other.addressee
    }
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no message of this bus.
    Invalid,
    /// It has a version that this package does not know.
    Newer,
}

impl<'a> Record<'a> {
    /// Reads the key, the headers (in any order) and the value of a Kafka record. The runs are looked at by [`Runs::iter`].
    pub fn read(
        key: &'a [u8],
        headers: impl Iterator<Item = (&'a [u8], &'a [u8])>,
        value: &'a [u8],
    ) -> Result<Self, Unreadable> {
        let mut found = [None; HEADERS.len()];
        let (mut host, mut namesake) = (None, None);
        for (name, value) in headers {
            if let Some(at) = HEADERS.iter().position(|header| header.as_bytes() == name) {
                found[at] = Some(value);
            } else if name == HOST.as_bytes() {
                host = read_host(value);
            } else if name == NAMESAKE.as_bytes() {
                namesake = Life::read(value);
            }
        }
        let [version, life, first, runs] = found.map(|value| value.ok_or(Unreadable::Invalid));
        match version? {
            version if version == VERSION.as_bytes() => {}
            version if number(version).is_some_and(|version| version > 1) => {
                return Err(Unreadable::Newer);
            }
            _ => return Err(Unreadable::Invalid),
        }
        let sender = std::str::from_utf8(key).ok().filter(|key| !key.is_empty());
        Ok(Self {
            sender: sender.ok_or(Unreadable::Invalid)?,
            life: Life::read(life?).ok_or(Unreadable::Invalid)?,
            first: number(first?).ok_or(Unreadable::Invalid)?,
            runs: Runs(runs?),
            host,
            namesake,
            value,
        })
    }
}

/// What may be shown as the sender's host.
fn read_host(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text).ok()?;
    let is_shown = text.len() <= MAX_HOST && !text.chars().any(char::is_control);
    (is_shown && !text.is_empty()).then_some(text)
}

/// The value of the header `runs`, such as `[["E",3],["PRIVATE/b",1,"b"]]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs<'a>(pub &'a [u8]);

impl<'a> Runs<'a> {
    /// The runs in order. Ends with an `Err` if they are not written as [`write_runs`] does.
    pub fn iter(self) -> impl Iterator<Item = Result<Run<'a>, Unreadable>> {
        let mut rest = Some(self.0);
        let mut opening = b'[';
        std::iter::from_fn(move || {
            let text = rest.take()?;
            if opening == b',' && text == b"]" {
                return None;
            }
            let Some((run, after)) = read_run(text, opening) else {
                return Some(Err(Unreadable::Invalid));
            };
            opening = b',';
            rest = Some(after);
            Some(Ok(run))
        })
    }
}

/// Reads what stands before one run, and the run; returns what follows it.
fn read_run(text: &[u8], opening: u8) -> Option<(Run<'_>, &[u8])> {
    let text = text.strip_prefix(&[opening, b'['])?;
    let (channel, text) = read_string(text)?;
    let text = text.strip_prefix(b",")?;
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let count = number(&text[..digits]).and_then(|count| u32::try_from(count).ok())?;
    let text = &text[digits..];
    let (addressee, text) = match text.strip_prefix(b",") {
        Some(text) => read_string(text).map(|(name, text)| (Some(name), text))?,
        None => (None, text),
    };
    let run = Run {
        channel,
        count,
        addressee,
    };
    (count > 0).then_some((run, text.strip_prefix(b"]")?))
}

/// Reads a JSON string; returns what follows it.
fn read_string(text: &[u8]) -> Option<(Cow<'_, str>, &[u8])> {
    let inner = text.strip_prefix(b"\"")?;
    let mut end = 0;
    let mut has_escapes = false;
    loop {
        match inner.get(end)? {
            b'"' => break,
            b'\\' => {
                has_escapes = true;
                end += 2;
            }
            0..0x20 => return None,
            _ => end += 1,
        }
    }
    let string = if has_escapes {
        Cow::Owned(serde_json::from_slice(&text[..end + 2]).ok()?)
    } else {
        Cow::Borrowed(std::str::from_utf8(&inner[..end]).ok()?)
    };
    Some((string, &inner[end + 1..]))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// A number without sign, spaces or leading zeros, of those that JavaScript's numbers hold exactly.
fn number(text: &[u8]) -> Option<u64> {
    let is_canonical = is_number(text) && (text[0] != b'0' || text.len() == 1);
    let text = is_canonical.then(|| std::str::from_utf8(text))?;
    text.ok()?.parse().ok().filter(|number| *number < 1 << 53)
}

/// The value of the header `runs`.
#[must_use]
pub fn write_runs<'a>(runs: impl IntoIterator<Item = &'a Run<'a>>) -> String {
    let mut text = String::new();
    for run in runs {
        text.push_str(if text.is_empty() { "[[" } else { ",[" });
        push_string(&mut text, &run.channel);
        text.push(',');
        text.push_str(&run.count.to_string());
        if let Some(addressee) = &run.addressee {
            text.push(',');
            push_string(&mut text, addressee);
        }
        text.push(']');
    }
    text.push(']');
    text
}

/// Appends a JSON string.
pub fn push_string(text: &mut String, string: &str) {
    if string
        .bytes()
        .any(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'))
    {
        text.push_str(&serde_json::Value::from(string).to_string());
    } else {
        text.push('"');
        text.push_str(string);
        text.push('"');
    }
}

/// The lines of a record's value, or of any texts joined like it. An empty text is one empty line.
#[derive(Clone, Debug)]
pub struct Lines<'a>(Option<&'a str>);

impl<'a> Lines<'a> {
    /// The lines of this text.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self(Some(text))
    }

    /// How many there are in a text.
    #[must_use]
    pub fn count_in(text: &[u8]) -> u64 {
        memchr::memchr_iter(b'\n', text).count() as u64 + 1
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0?;
        let Some(end) = memchr::memchr(b'\n', text.as_bytes()) else {
            return self.0.take();
        };
        self.0 = Some(&text[end + 1..]);
        Some(&text[..end])
    }
}

#[cfg(test)]
mod tests;
