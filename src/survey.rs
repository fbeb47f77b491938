//! One look at the brokers and the topic, for the command line; and what it does with the topic. All of it blocks.
//!
//! What is seen is told as JSON, which nobody but JavaScript reads:
//! `{error, brokers: [{id, host, port, version}], topic, creation, brokerConfig, rights}`; lib/survey.js describes the fields.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::metadata::{Metadata, MetadataBroker, MetadataTopic};
use rdkafka::producer::Producer as _;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::error::{Error, ErrorKind, Result};
use crate::kafka::admin::Resource;
use crate::kafka::clients::Producer;
use crate::kafka::creation::Creation;
use crate::kafka::topic::Topic;
use crate::kafka::{admin, inspection, release};
use crate::secrets::Secrets;
use crate::shared::Shared;

/// How long a request may take.
const REQUEST: Duration = Duration::from_secs(2);
/// How long the first answer is waited for before the client is asked what it met.
const ATTEMPT: Duration = Duration::from_millis(500);
/// Within this time a failure shows why, and a broker that is merely starting answers.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a topic may take to appear or to vanish.
const CHANGE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);
/// More than a client tells within a request's time.
const EVENTS: usize = 100;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Look,
    RoundTrip,
    CreateTopic,
    DeleteTopic,
}

/// Does it; returns JSON, with a field `error` that says what failed.
pub(crate) fn carry_out(task: Task, shared: &Shared, secrets: &Secrets) -> Value {
    let done = Cluster::new(shared).and_then(|cluster| {
        let producer = cluster.producer()?;
        let topic = cluster.topic(&producer, REQUEST);
        match task {
            Task::Look => Ok(look(&topic, &cluster, shared, secrets)),
            Task::RoundTrip => round_trip(&topic).map(|ms| json!({"roundTripMs": ms})),
            Task::CreateTopic => create(&topic, &cluster).map(|()| json!({})),
            Task::DeleteTopic => topic.delete().map(|()| json!({})),
        }
    });
    done.unwrap_or_else(|error| json!({"error": told(error, secrets)}))
}

fn look(topic: &Topic<'_>, cluster: &Cluster<'_>, shared: &Shared, secrets: &Secrets) -> Value {
    let reached = reach(&cluster.topic(topic.producer, ATTEMPT));
    let is_missing = matches!(reached, Ok(None));
    let error = reached.err();
    let error = error.map(|error| inspection::look_closer(error, topic.bootstrap, topic.options));
    let client = topic.producer.client();
    // What was asked for just now is known; if it is not, nobody answers.
    let patience = if error.is_none() {
        REQUEST
    } else {
        REQUEST / 4
    };
    let metadata = client.fetch_metadata(Some(&topic.options.topic), patience);
    let metadata = metadata.ok();
    let brokers = metadata.as_ref().map(Metadata::brokers).unwrap_or_default();
    let first = brokers.first().map(MetadataBroker::id);
    let is_there = metadata
        .as_ref()
        .and_then(|metadata| metadata.topics().first())
        .is_some_and(|topic| topic.error().is_none());
    let rights = is_there.then(|| admin::rights(topic.producer, &topic.options.topic, REQUEST));
    let config = |resource| admin::config(topic.producer, resource, None, REQUEST);
    json!({
        "error": error.map(|error| told(error, secrets)),
        "brokers": brokers.iter().map(|broker| json!({
            "id": broker.id(),
            "host": broker.host(),
            "port": broker.port(),
            "version": release::of(broker.host(), broker.port(), &shared.options),
        })).collect::<Vec<_>>(),
        "topic": is_there.then(|| json!({
            "partitions": metadata.as_ref().map(partitions),
            "config": config(Resource::Topic(&topic.options.topic)),
        })),
        "brokerConfig": first.and_then(|id| config(Resource::Broker(id))),
        "creation": (is_missing && topic.options.create_topic).then(|| rehearse(topic, cluster, secrets)),
        "rights": rights.flatten().map(|rights| json!({"read": rights.read, "write": rights.write})),
    })
}

/// Whether a server could create the topic, and with which words the brokers would refuse its settings.
fn rehearse(topic: &Topic<'_>, cluster: &Cluster<'_>, secrets: &Secrets) -> Value {
    let error = topic.create(Creation::Trial).err();
    let refusal = cluster.take_note().and_then(|note| note.cause);
    json!({
        "error": error.map(|error| told(error, secrets)),
        "refusal": refusal.map(|cause| cause.reason),
    })
}

/// How many milliseconds the leader of the first partition takes to say where that ends.
fn round_trip(topic: &Topic<'_>) -> Result<f64> {
    reach(topic)?;
    // Connects to it first.
    topic.offsets(0)?;
    let start = Instant::now();
    topic.offsets(0)?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

/// Tries until a broker has said how many partitions the topic has, if there is one, or it is clear why none does.
fn reach(topic: &Topic<'_>) -> Result<Option<i32>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let error = match topic.partitions() {
            Ok(count) => return Ok(count),
            Err(error) => error,
        };
        let is_clear = matches!(
            error.kind,
            ErrorKind::Authentication | ErrorKind::Tls | ErrorKind::Authorization
        );
        if is_clear || Instant::now() >= deadline {
            return Err(error);
        }
        serve(topic.producer);
    }
}

fn create(topic: &Topic<'_>, cluster: &Cluster<'_>) -> Result<()> {
    let deadline = Instant::now() + CHANGE;
    loop {
        match topic.ensure() {
            Ok(Some(_)) => return cluster.take_note().map_or(Ok(()), Err),
            Err(error) if error.kind != ErrorKind::Fetch || Instant::now() >= deadline => {
                return Err(inspection::look_closer(
                    error,
                    topic.bootstrap,
                    topic.options,
                ));
            }
            Ok(None) if Instant::now() >= deadline => {
                let message = format!(
                    "The Kafka topic {} was created, but does not show yet.",
                    topic.options.topic
                );
                return Err(Error::new(ErrorKind::TopicMissing, message));
            }
            Ok(None) | Err(_) => serve(topic.producer),
        }
    }
}

/// Lets the client call back, which may know the reason of a failure, and waits a little. One poll takes one event.
fn serve(producer: &Producer) {
    for _ in 0..EVENTS {
        producer.poll(Duration::ZERO);
    }
    thread::sleep(PAUSE);
}

fn partitions(metadata: &Metadata) -> Vec<Value> {
    let topic = metadata.topics().first();
    let partitions = topic.map(MetadataTopic::partitions).unwrap_or_default();
    let mut partitions: Vec<_> = partitions.iter().collect();
    partitions.sort_by_key(|partition| partition.id());
    let told = partitions.into_iter().map(|partition| {
        json!({
            "id": partition.id(),
            "leader": partition.leader(),
            "replicas": partition.replicas(),
            "inSync": partition.isr(),
        })
    });
    told.collect()
}

/// As a `BusEvent` of the bridge.
fn told(error: Error, secrets: &Secrets) -> Value {
    let error = secrets.mask(error);
    json!({
        "code": error.kind.code(),
        "message": error.message,
        "retriable": error.kind.is_retriable(),
        "cause": error.cause.as_ref().map(|cause| &cause.reason),
        "errno": error.cause.as_ref().and_then(|cause| cause.code).map(|code| code as i32),
    })
}
