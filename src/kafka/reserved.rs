//! The librdkafka properties that are not the user's.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result};

/// Properties that the bus must set itself, each with the reason that a user is told.
const RESERVED: &[(&str, &str)] = &[
    ("bootstrap.servers", "it is the option connectionString"),
    ("metadata.broker.list", "it is the option connectionString"),
    ("client.id", "it is the option clientId"),
    ("message.max.bytes", "it is the option maxMessageBytes"),
    (
        "group.id",
        "every node reads everything, so there is no consumer group to join",
    ),
    (
        "group.instance.id",
        "every node reads everything, so there is no consumer group to join",
    ),
    (
        "enable.idempotence",
        "messages have numbers of their own, by which duplicates are dropped",
    ),
    (
        "max.in.flight",
        "one record is on its way at a time, so that messages keep their order",
    ),
    (
        "max.in.flight.requests.per.connection",
        "one record is on its way at a time, so that messages keep their order",
    ),
    (
        "retries",
        "the bus retries by itself, for as long as there is room for waiting messages",
    ),
    (
        "message.send.max.retries",
        "the bus retries by itself, for as long as there is room for waiting messages",
    ),
    (
        "message.timeout.ms",
        "messages wait for as long as there is room for them",
    ),
    (
        "delivery.timeout.ms",
        "messages wait for as long as there is room for them",
    ),
    (
        "acks",
        "with fewer than all of them, a broker failure loses messages",
    ),
    (
        "request.required.acks",
        "with fewer than all of them, a broker failure loses messages",
    ),
    ("transactional.id", "the bus does not use transactions"),
    (
        "delivery.report.only.error",
        "the bus must know what is stored",
    ),
    (
        "fetch.wait.max.ms",
        "the bus notices a silent broker by missing answers to its fetch requests",
    ),
    (
        "statistics.interval.ms",
        "the bus notices silent brokers by the statistics",
    ),
    (
        "auto.offset.reset",
        "the bus decides itself where to continue, so that it notices losses",
    ),
    (
        "enable.auto.commit",
        "a node always starts at the end of the topic and commits nothing",
    ),
    (
        "enable.auto.offset.store",
        "a node always starts at the end of the topic and commits nothing",
    ),
    ("enable.partition.eof", "the bus has no use for it"),
    ("allow.auto.create.topics", "it is the option createTopic"),
    ("test.mock.num.brokers", "use connectionString: embedded"),
];

/// What people bring from other clients to get what the bus gives anyway. It is let through, and changes nothing.
const FULFILLED: &[(&str, &str)] = &[
    ("acks", "all"),
    ("acks", "-1"),
    ("request.required.acks", "all"),
    ("request.required.acks", "-1"),
    ("enable.idempotence", "true"),
];

/// Whether the bus sets this property itself.
pub(crate) fn contains(name: &str) -> bool {
    RESERVED.iter().any(|(reserved, _)| *reserved == name)
}

/// Refuses those properties, unless they ask for what is so anyway.
pub(crate) fn check(properties: &HashMap<String, String>) -> Result<()> {
    for (name, why) in RESERVED {
        let is_fulfilled = |value: &String| {
            let value = value.to_ascii_lowercase();
            FULFILLED.contains(&(*name, value.as_str()))
        };
        if properties
            .get(*name)
            .is_some_and(|value| !is_fulfilled(value))
        {
            return Err(Error::new(
                ErrorKind::Property,
                format!(
                    "The librdkafka property {name} cannot be set: {why}. Remove it from the option kafka."
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_no_more_than_the_bus_gives_is_let_through() {
        for (name, value) in FULFILLED {
            for value in [(*value).to_owned(), value.to_uppercase()] {
                check(&HashMap::from([((*name).to_owned(), value)])).unwrap();
            }
        }
    }

    #[test]
    fn properties_on_which_correctness_rests_are_refused_with_the_reason() {
        for (name, why) in RESERVED {
            let error = check(&HashMap::from([((*name).to_owned(), "0".to_owned())])).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Property);
            assert!(error.message.contains(name) && error.message.contains(why));
        }
    }
}
