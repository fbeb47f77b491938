//! Keeps secrets out of what is told: librdkafka quotes values of properties in places that nobody can list.
//!
//! Every text that leaves the engine passes [`Secrets::mask`], whoever wrote it.

use std::collections::HashMap;

use crate::error::Error;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// So many letters of a secret give it away: librdkafka cuts its texts off, also within a value.
const TELLING: usize = 8;

/// The secret values of a connection's properties.
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn of(properties: &HashMap<String, String>) -> Self {
        let secret = properties.iter().filter(|(name, _)| is_secret(name));
        let mut values: Vec<_> = secret
            .flat_map(|(name, value)| parts(name, value))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect();
        // One that contains another goes first.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self(values)
    }

    /// The same trouble without secrets.
    pub(crate) fn mask(&self, mut error: Error) -> Error {
        error.message = self.mask_text(error.message);
        if let Some(cause) = &mut error.cause {
            cause.reason = self.mask_text(std::mem::take(&mut cause.reason));
        }
        error
    }

    fn mask_text(&self, text: String) -> String {
        self.0
            .iter()
            .fold(text, |text, secret| without(&text, secret))
    }
}

/// Whether the value of a property is nobody's business. Places of files and servers and whom one trusts
/// are no secrets, and texts need them.
pub(crate) fn is_secret(name: &str) -> bool {
    const SECRET: [&str; 8] = [
        "password",
        "passphrase",
        ".pem",
        "secret",
        "token",
        "jaas",
        "key",
        "sasl.oauthbearer.config",
    ];
    const SHOWN: [&str; 4] = [".location", ".url", ".type", "ssl.ca.pem"];
    SECRET.iter().any(|part| name.contains(part)) && !SHOWN.iter().any(|end| name.ends_with(end))
}

/// What must not be quoted of a property: of a list of settings the value of each, and of several lines each.
fn parts<'a>(name: &str, value: &'a str) -> Vec<&'a str> {
    if name == "sasl.oauthbearer.config" {
        let words = value.split_whitespace();
        return words
            .map(|word| word.split_once('=').map_or(word, |(_, value)| value))
            .collect();
    }
    if name.contains("pem") {
        return value
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .collect();
    }
    vec![value]
}

/// The text without this secret, and without the beginning of it where the text was cut off. A short one is only looked for as
/// a whole word, since it may be part of any other.
fn without(text: &str, secret: &str) -> String {
    let is_short = secret.chars().count() < TELLING;
    let start: String = secret.chars().take(TELLING).collect();
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&start) {
        let length: usize = rest[at..]
            .chars()
            .zip(secret.chars())
            .take_while(|(a, b)| a == b)
            .map(|(letter, _)| letter.len_utf8())
            .sum();
        let (before, found) = rest.split_at(at);
        let (found, after) = found.split_at(length);
        let last = before.chars().next_back().or(masked.chars().next_back());
        let is_word = ![last, after.chars().next()]
            .iter()
            .flatten()
            .any(|letter| letter.is_alphanumeric());
        masked.push_str(before);
        masked.push_str(if is_short && !is_word { found } else { MASK });
        rest = after;
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use rdkafka::error::RDKafkaErrorCode;

    use super::*;
    use crate::error::{Cause, ErrorKind};

    fn masked(name: &str, value: &str, text: &str) -> String {
        let properties = HashMap::from([(name.to_owned(), value.to_owned())]);
        Secrets::of(&properties).mask_text(text.to_owned())
    }

    #[test]
    fn the_value_of_every_secret_property_is_masked_wherever_it_is_quoted() {
        for name in [
            "sasl.password",
            "ssl.key.password",
            "ssl.keystore.password",
            "ssl.key.pem",
            "sasl.oauthbearer.config",
            "sasl.oauthbearer.client.secret",
            "sasl.oauthbearer.assertion.private.key.pem",
            "sasl.oauthbearer.assertion.private.key.passphrase",
        ] {
            let text = masked(name, "open-sesame", "Invalid value open-sesame of it");
            assert_eq!(text, "Invalid value *** of it", "{name}");
        }
    }

    #[test]
    fn places_of_files_and_servers_and_names_are_shown() {
        for name in [
            "ssl.key.location",
            "ssl.ca.location",
            "sasl.username",
            "sasl.oauthbearer.token.endpoint.url",
        ] {
            assert_eq!(
                masked(name, "/run/key.pem", "No /run/key.pem"),
                "No /run/key.pem"
            );
        }
    }

    #[test]
    fn settings_within_a_value_are_masked_one_by_one() {
        let config = "principal=admin pasword=open-sesame";
        let text = "Unrecognized sasl.oauthbearer.config beginning at: pasword=open-sesame";
        let expected = "Unrecognized sasl.oauthbearer.config beginning at: pasword=***";
        assert_eq!(masked("sasl.oauthbearer.config", config, text), expected);
    }

    #[test]
    fn a_secret_that_is_cut_off_is_masked() {
        let text = masked(
            "sasl.password",
            "open-sesame-and-close",
            "Invalid: open-sesam",
        );
        assert_eq!(text, "Invalid: ***");
    }

    #[test]
    fn each_line_of_a_key_is_masked() {
        let key =
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n0123456789\n-----END PRIVATE KEY-----";
        let text = masked("ssl.key.pem", key, "bad line 0123456789 in -----BEGIN");
        assert_eq!(text, "bad line *** in -----BEGIN");
    }

    #[test]
    fn a_short_secret_is_masked_as_a_word_only() {
        let text = masked("sasl.password", "a", "a bad value (a) was given at: a");
        assert_eq!(text, "*** bad value (***) was given at: ***");
    }

    #[test]
    fn message_and_cause_are_masked() {
        let properties = HashMap::from([("sasl.password".to_owned(), "open-sesame".to_owned())]);
        let error = Error::new(ErrorKind::Property, "It is open-sesame.").caused_by(Cause::told(
            RDKafkaErrorCode::InvalidArgument,
            "open-sesame",
        ));
        let error = Secrets::of(&properties).mask(error);
        assert_eq!(error.message, "It is ***.");
        assert_eq!(error.cause.unwrap().reason, "***");
    }
}
