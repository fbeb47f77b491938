//! What a running session reports, in words. Pure.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::kafka::pulse::Silence;
use crate::outgoing::publisher::Waiting;
use crate::throttle::Quota;

/// The leader of a partition does not answer, or there is none.
pub(crate) fn silent(topic: &str, silence: Silence) -> Error {
    let Silence { partition, .. } = silence;
    let seconds = silence.length.as_secs_f64();
    let what = match silence.leader {
        Some(id) => format!(
            "The leader of partition {partition} of the Kafka topic {topic}, broker {id}, has not answered this server for {seconds:.1} s."
        ),
        None => format!(
            "Partition {partition} of the Kafka topic {topic} has had no leader for {seconds:.1} s."
        ),
    };
    let message = format!(
        "{what} Messages wait in memory until it answers or another broker takes over. Check that broker, and the network to it."
    );
    Error::new(ErrorKind::LeaderSilent, message)
}

/// Whoever was silent answers again.
pub(crate) fn back(was_cut_off: bool, after: Duration, waiting: u64) -> Error {
    let kind = if was_cut_off {
        ErrorKind::Disconnected
    } else {
        ErrorKind::LeaderSilent
    };
    let message = format!(
        "Kafka answers again, after {:.1} s of silence; {waiting} messages are waiting to be sent.",
        after.as_secs_f64()
    );
    Error::new(kind, message)
}

/// The leader of a partition answers, but does not confirm that the record under way is stored. `replicas`: see [`replicas`].
pub(crate) fn held_up(topic: &str, silence: Silence, replicas: &str, waiting: u64) -> Error {
    let Silence { partition, .. } = silence;
    let broker = silence
        .leader
        .map_or_else(String::new, |id| format!(", broker {id},"));
    let message = format!(
        "The leader of partition {partition} of the Kafka topic {topic}{broker} answers, but has not stored a record for {:.1} s. Either \
         it is waiting for another replica ({replicas}), or this server's connection is stalled. {waiting} messages are waiting. Check \
         the other brokers and the network.",
        silence.length.as_secs_f64(),
    );
    Error::new(ErrorKind::LeaderSilent, message)
}

/// Records that were held up are stored again.
pub(crate) fn held_up_no_more(after: Duration, waiting: u64) -> Error {
    let message = format!(
        "Kafka accepts messages again, after {:.1} s; {waiting} messages are waiting to be sent.",
        after.as_secs_f64()
    );
    Error::new(ErrorKind::LeaderSilent, message)
}

/// The topic accepts nothing, because too few of its replicas are in sync. `replicas`: see [`replicas`].
pub(crate) fn too_few(topic: &str, waiting: &Waiting, replicas: &str) -> Error {
    let message = format!(
        "The Kafka topic {topic} has accepted no message for {:.1} s: {replicas}. {} messages wait, and are sent again. Bring the other \
         brokers back.",
        waiting.since.as_secs_f64(),
        waiting.messages
    );
    Error::new(ErrorKind::Delivery, message).caused_by(waiting.cause.clone())
}

/// How many replicas of a partition are in sync of how many, and how many the topic requires, as far as that is known.
pub(crate) fn replicas(
    partition: i32,
    there: Option<(usize, usize)>,
    needed: Option<&str>,
) -> String {
    let there = match there {
        Some((in_sync, all)) => format!("{in_sync} of {all} replicas"),
        None => "an unknown number of replicas".to_owned(),
    };
    let needed = needed.unwrap_or("an unknown number");
    format!(
        "{there} of its partition {partition} are in sync, and its min.insync.replicas requires {needed}"
    )
}

/// This user may read again.
pub(crate) fn allowed(topic: &str, after: Duration) -> Error {
    let message = format!(
        "This user may read the Kafka topic {topic} again, after {:.1} s; reading continues where it stopped.",
        after.as_secs_f64()
    );
    Error::new(ErrorKind::Authorization, message)
}

/// A quota holds this node back.
pub(crate) fn throttled(quota: Quota, length: Duration, client_id: &str) -> Error {
    let (what, name) = match quota {
        Quota::Producer => ("sends", "producer_byte_rate"),
        Quota::Consumer => ("reads", "consumer_byte_rate"),
    };
    let message = format!(
        "Kafka throttles this server: a broker holds back its answers for up to {:.1} s, because this server {what} more than a quota \
         allows. Nothing is lost, but messages arrive late. Raise the quota {name} (or request_percentage) of its user or of its \
         client.id '{client_id}' (kafka-configs.sh --entity-type users or clients).",
        length.as_secs_f64()
    );
    Error::new(ErrorKind::Throttled, message)
}

/// The topic is gone.
pub(crate) fn topic_deleted(topic: &str) -> Error {
    let message = format!(
        "The Kafka topic {topic} was deleted while in use. It is created again if the option createTopic is on; messages that \
         were stored but not read yet are lost. Find out who deleted the topic."
    );
    Error::new(ErrorKind::TopicMissing, message)
}
