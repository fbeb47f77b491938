//! The engine against librdkafka's mock cluster: connections on the embedded development broker.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use deepstream_msg_kafka::border::inbox::{Event, Item};
use deepstream_msg_kafka::connection::Connection;
use deepstream_msg_kafka::error::ErrorKind;
use deepstream_msg_kafka::kafka::dev_broker::DevBroker;
use deepstream_msg_kafka::options::{Broker, Options};
use deepstream_msg_kafka::shared::Phase;
use deepstream_msg_kafka::wire::Run;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(10);

/// A connection and what it said so far.
struct Node {
    bus: Connection,
    woken: Receiver<()>,
    events: Vec<Event>,
    /// Channel number, message and sender.
    records: Vec<(u64, Value, String)>,
}

fn options(topic: &str, sender: &str) -> Options {
    Options {
        broker: Broker::Embedded,
        sender: sender.into(),
        host: "here 1".into(),
        client_id: sender.into(),
        topic: topic.into(),
        partitions: 1,
        replication_factor: -1,
        retention: Duration::from_hours(1),
        max_message_bytes: 16_000_000,
        create_topic: true,
        connect_timeout: Duration::ZERO,
        flush_timeout: Duration::from_secs(2),
        inbox_bytes: 1_000_000,
        tap: None,
        properties: HashMap::new(),
    }
}

impl Node {
    fn new(options: Options) -> Self {
        let (wake, woken) = channel();
        let bus = Connection::new(options, move || {
            let _ = wake.send(());
        });
        Self {
            bus: bus.unwrap(),
            woken,
            events: Vec::new(),
            records: Vec::new(),
        }
    }

    fn ready(options: Options) -> Self {
        let mut node = Self::new(options);
        node.bus.open().unwrap();
        node.until("ready", |node| node.bus.phase() == Phase::Ready);
        node
    }

    /// Takes items until the condition holds.
    fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some(item) = self.bus.inbox().take() {
                self.note(item);
            }
            if condition(self) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "not within {PATIENCE:?}: {what}; events: {:?}",
                self.events
            );
            let _ = self.woken.recv_timeout(left.min(Duration::from_millis(10)));
        }
    }

    fn note(&mut self, item: Item) {
        match item {
            Item::Events(events) => self.events.extend(events),
            Item::Records(batch) => {
                let Ok(Value::Array(mut elements)) = serde_json::from_str(&batch.into_json())
                else {
                    panic!("no array")
                };
                let Some(Value::Array(runs)) = elements.pop() else {
                    panic!("no runs")
                };
                let mut elements = elements.into_iter();
                for run in runs.chunks(3) {
                    let (channel, count) = (run[0].as_u64().unwrap(), run[1].as_i64().unwrap());
                    for _ in 0..count.abs() {
                        let message = if count < 0 {
                            json!("undefined")
                        } else {
                            elements.next().unwrap()
                        };
                        self.records
                            .push((channel, message, run[2].as_str().unwrap().into()));
                    }
                }
                assert!(elements.next().is_none(), "a message without a run");
            }
        }
    }

    fn messages(&self) -> Vec<&Value> {
        self.records.iter().map(|(_, message, _)| message).collect()
    }

    fn publish(&self, channel: &str, message: &str) {
        self.publish_to(channel, message, None);
    }

    fn publish_to(&self, channel: &str, lines: &str, addressee: Option<&str>) {
        let run = Run {
            channel: channel.into(),
            count: u32::try_from(lines.split('\n').count()).unwrap(),
            addressee: addressee.map(Into::into),
        };
        self.bus.publish(&[run], lines);
    }

    fn errors(&self) -> Vec<ErrorKind> {
        let kind = |event: &Event| match event {
            Event::Error(error) => Some(error.kind),
            _ => None,
        };
        self.events.iter().filter_map(kind).collect()
    }
}

#[test]
fn messages_reach_the_others_in_order_and_never_their_sender() {
    let mut a = Node::ready(options("order", "A"));
    let mut b = Node::ready(options("order", "B"));
    let (x, y) = (b.bus.subscribe("x"), b.bus.subscribe("y"));
    let _ = a.bus.subscribe("x");
    for n in 0..500 {
        a.publish(if n % 2 == 0 { "x" } else { "y" }, &n.to_string());
    }
    b.until("all messages", |b| b.records.len() == 500);
    for (n, (channel, message, sender)) in (0_u64..).zip(&b.records) {
        assert_eq!(
            (*channel, message, sender.as_str()),
            (if n % 2 == 0 { x.into() } else { y.into() }, &json!(n), "A")
        );
    }
    a.until("own records", |a| a.bus.stats().filtered_own.get() == 500);
    assert!(a.records.is_empty());
}

#[test]
fn a_direct_message_reaches_only_its_target() {
    let a = Node::ready(options("direct", "A"));
    let mut b = Node::ready(options("direct", "B"));
    let mut c = Node::ready(options("direct", "C"));
    let _ = (b.bus.subscribe("x"), c.bus.subscribe("x"));
    a.publish_to("x", "1", Some("B"));
    a.publish_to("x", "", Some("C"));
    a.publish("x", "3");
    b.until("the last", |b| b.records.len() == 2);
    c.until("the last", |c| c.records.len() == 2);
    assert_eq!(b.messages(), [&json!(1), &json!(3)]);
    assert_eq!(c.messages(), [&json!("undefined"), &json!(3)]);
    assert_eq!(b.bus.stats().filtered_direct.get(), 1);
}

#[test]
fn what_nobody_subscribed_to_is_dropped_in_the_engine() {
    let a = Node::ready(options("unsubscribed", "A"));
    let mut b = Node::ready(options("unsubscribed", "B"));
    let _ = b.bus.subscribe("wanted");
    a.publish("unwanted", "1");
    a.publish("wanted", "2");
    b.until("the wanted", |b| b.records.len() == 1);
    assert_eq!(b.bus.stats().filtered_unsubscribed.get(), 1);
}

#[test]
fn messages_published_before_ready_are_sent_in_order_once_it_is() {
    let mut b = Node::ready(options("early", "B"));
    let _ = b.bus.subscribe("x");
    let mut a = Node::new(options("early", "A"));
    a.bus.open().unwrap();
    for n in 0..100 {
        a.publish("x", &n.to_string());
    }
    assert_eq!(a.bus.phase(), Phase::Connecting);
    a.until("ready", |a| a.bus.phase() == Phase::Ready);
    a.publish("x", "100");
    b.until("all messages", |b| b.records.len() == 101);
    let expected: Vec<_> = (0..=100).map(|n| json!(n)).collect();
    assert_eq!(b.messages(), expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_topic_with_more_partitions_keeps_the_order_of_each_sender() {
    let with_partitions = |sender: &str| Options {
        partitions: 5,
        ..options("partitions", sender)
    };
    let mut reader = Node::ready(with_partitions("reader"));
    let _ = reader.bus.subscribe("x");
    let senders: Vec<_> = ["A", "B", "C"]
        .map(|sender| Node::ready(with_partitions(sender)))
        .into();
    for n in 0..100 {
        for sender in &senders {
            sender.publish("x", &n.to_string());
        }
    }
    reader.until("all messages", |reader| reader.records.len() == 300);
    for sender in ["A", "B", "C"] {
        let from_sender: Vec<_> = reader
            .records
            .iter()
            .filter(|record| record.2 == sender)
            .map(|record| &record.1)
            .collect();
        let expected: Vec<_> = (0..100).map(|n| json!(n)).collect();
        assert_eq!(from_sender, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn close_delivers_what_was_published_and_ends_with_one_event() {
    let mut b = Node::ready(options("close", "B"));
    let _ = b.bus.subscribe("x");
    let mut a = Node::ready(options("close", "A"));
    for n in 0..1000 {
        a.publish("x", &n.to_string());
    }
    a.bus.close();
    a.bus.close();
    a.until("closed", |a| {
        a.events.iter().any(|event| matches!(event, Event::Closed))
    });
    a.publish("x", "-1");
    assert_eq!(a.bus.phase(), Phase::Closed);
    b.until("all messages", |b| b.records.len() == 1000);
    assert!(a.errors().is_empty());
    assert_eq!(a.bus.undelivered(), 0);
}

#[test]
fn what_was_published_before_an_early_close_is_delivered() {
    let mut b = Node::ready(options("early-close", "B"));
    let _ = b.bus.subscribe("x");
    let mut a = Node::new(options("early-close", "A"));
    a.bus.open().unwrap();
    a.publish("x", "1");
    a.bus.close();
    a.until("closed", |a| a.bus.phase() == Phase::Closed);
    b.until("the message", |b| b.messages() == [&json!(1)]);
    assert!(a.errors().is_empty());
}

#[test]
fn a_closed_connection_opens_again_and_starts_at_the_end() {
    let mut a = Node::ready(options("again", "A"));
    let mut b = Node::ready(options("again", "B"));
    let _ = a.bus.subscribe("x");
    a.bus.close();
    a.until("closed", |a| a.bus.phase() == Phase::Closed);
    b.publish("x", "\"missed\"");
    b.until("delivered", |b| b.bus.undelivered() == 0);
    a.bus.open().unwrap();
    let _ = a.bus.subscribe("x");
    a.until("ready", |a| a.bus.phase() == Phase::Ready);
    b.publish("x", "\"seen\"");
    a.until("a message", |a| !a.records.is_empty());
    assert_eq!(a.messages(), [&json!("seen")]);
}

#[test]
fn without_a_broker_closing_ends_in_bounded_time_and_tells_what_is_lost() {
    let mut node = Node::new(Options {
        broker: Broker::Kafka("127.0.0.1:1".into()),
        flush_timeout: Duration::from_millis(300),
        ..options("nowhere", "A")
    });
    node.bus.open().unwrap();
    node.publish("x", "1");
    node.publish("x", "2");
    let start = Instant::now();
    node.bus.close();
    node.until("closed", |node| {
        node.events
            .iter()
            .any(|event| matches!(event, Event::Closed))
    });
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(node.errors(), [ErrorKind::FlushTimeout]);
    assert_eq!(node.bus.stats().publish_failed.get(), 2);
}

#[test]
fn without_a_broker_the_reason_is_a_warning_and_after_the_timeout_an_error() {
    let mut node = Node::new(Options {
        broker: Broker::Kafka("127.0.0.1:1".into()),
        connect_timeout: Duration::from_millis(100),
        ..options("nowhere", "A")
    });
    node.bus.open().unwrap();
    node.until("the warning", |node| {
        node.events.iter().any(
            |event| matches!(event, Event::Warning(error) if error.kind == ErrorKind::NoBroker),
        )
    });
    assert_eq!(node.errors(), [ErrorKind::ConnectTimeout]);
}

#[test]
fn a_full_queue_is_an_error_and_not_a_stall() {
    let mut node = Node::new(Options {
        broker: Broker::Kafka("127.0.0.1:1".into()),
        properties: [("queue.buffering.max.kbytes".to_owned(), "1".to_owned())].into(),
        flush_timeout: Duration::ZERO,
        ..options("nowhere", "A")
    });
    node.bus.open().unwrap();
    let text = format!("\"{}\"", "x".repeat(600));
    node.publish("x", &text);
    node.publish("x", &text);
    node.until("the error", |node| node.errors() == [ErrorKind::QueueFull]);
}

#[test]
fn a_message_beyond_the_limit_is_refused_and_the_next_one_passes() {
    let small = |sender: &str| Options {
        max_message_bytes: 10_000,
        ..options("limit", sender)
    };
    let mut a = Node::ready(small("A"));
    let mut b = Node::ready(small("B"));
    let _ = b.bus.subscribe("x");
    a.publish("x", &format!("\"{}\"", "x".repeat(20_000)));
    a.publish("x", "1");
    b.until("the next", |b| !b.records.is_empty());
    assert_eq!(b.messages(), [&json!(1)]);
    a.until("the error", |a| a.errors() == [ErrorKind::MessageTooLarge]);
}

#[test]
fn a_slow_reader_holds_back_fetching_and_loses_nothing() {
    let a = Node::ready(options("slow", "A"));
    let mut b = Node::ready(Options {
        inbox_bytes: 100_000,
        tap: None,
        ..options("slow", "B")
    });
    let _ = b.bus.subscribe("x");
    let text = format!("\"{}\"", "x".repeat(1000));
    for _ in 0..2000 {
        a.publish("x", &text);
    }
    let deadline = Instant::now() + PATIENCE;
    while b.bus.inbox().bytes() < 100_000 {
        assert!(Instant::now() < deadline, "the inbox never filled");
        std::thread::sleep(Duration::from_millis(1));
    }
    // One poll's records may come on top of a nearly full inbox: 1,025 of these.
    assert!(b.bus.inbox().bytes() < 100_000 + 1_100_000);
    b.until("all messages", |b| b.records.len() == 2000);
}

#[test]
fn an_aborted_connection_is_gone_when_abort_returns() {
    let mut a = Node::ready(options("abort", "A"));
    a.publish("x", "1");
    a.bus.abort();
    assert_eq!(a.bus.phase(), Phase::Closed);
    a.until("closed", |a| {
        a.events.iter().any(|event| matches!(event, Event::Closed))
    });
}

#[test]
fn a_development_broker_serves_other_connections_by_its_port() {
    let broker = DevBroker::start().unwrap();
    broker.create_topic("shared", 1).unwrap();
    let port = broker
        .address()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let at = |sender: &str| Options {
        broker: Broker::EmbeddedAt(port),
        ..options("shared", sender)
    };
    let a = Node::ready(at("A"));
    let mut b = Node::ready(at("B"));
    let _ = b.bus.subscribe("x");
    a.publish("x", "1");
    b.until("the message", |b| b.messages() == [&json!(1)]);
}

#[test]
fn the_development_broker_answers_who_waits_for_messages_as_soon_as_one_comes() {
    const HOPS: usize = 20;
    let mut nodes = ["A", "B"].map(|name| Node::ready(options("prompt", name)));
    for node in &nodes {
        let _ = node.bus.subscribe("x");
    }
    let start = Instant::now();
    for hop in 0..HOPS {
        nodes[hop % 2].publish("x", "1");
        nodes[(hop + 1) % 2].until("the message", |node| node.records.len() > hop / 2);
    }
    // Answers that come only when there is nothing to say take half a second each, ten seconds in all.
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_development_broker_without_the_topic_is_explained() {
    let broker = DevBroker::start().unwrap();
    let port = broker
        .address()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let mut node = Node::new(Options {
        broker: Broker::EmbeddedAt(port),
        ..options("absent", "A")
    });
    node.bus.open().unwrap();
    node.until("the warning", |node| {
        node.events.iter().any(|event| {
            matches!(event, Event::Warning(error)
                if error.kind == ErrorKind::TopicMissing && error.message.contains("--topic absent"))
        })
    });
    broker.create_topic("absent", 1).unwrap();
    node.until("ready", |node| node.bus.phase() == Phase::Ready);
}

#[test]
fn a_message_that_the_development_broker_would_cut_off_is_refused() {
    let mut a = Node::ready(options("cut", "A"));
    a.publish("x", &format!("\"{}\"", "x".repeat(6_000_000)));
    a.until("the error", |a| a.errors() == [ErrorKind::MessageTooLarge]);
}

#[test]
fn an_abort_while_it_closes_does_not_wait_for_what_is_left() {
    let mut a = Node::new(Options {
        broker: Broker::Kafka("127.0.0.1:1".into()),
        flush_timeout: Duration::from_mins(1),
        ..options("abort-closing", "A")
    });
    a.bus.open().unwrap();
    a.publish("x", "1");
    a.bus.close();
    let start = Instant::now();
    a.bus.abort();
    assert!(start.elapsed() < Duration::from_secs(5));
    a.until("closed", |a| {
        a.events.iter().any(|event| matches!(event, Event::Closed))
    });
    assert_eq!(a.errors(), [ErrorKind::FlushTimeout]);
}

#[test]
fn undelivered_are_the_messages_that_are_not_known_to_be_stored() {
    let a = Node::ready(options("undelivered", "A"));
    assert_eq!(a.bus.undelivered(), 0);
    for n in 0..100 {
        a.publish("x", &n.to_string());
    }
    assert!(a.bus.undelivered() > 0);
    assert_eq!(a.bus.flush(PATIENCE), 0);
    assert_eq!(a.bus.undelivered(), 0);
}

#[test]
fn what_is_published_together_arrives_together_whatever_it_is() {
    let a = Node::ready(options("mixture", "A"));
    let mut b = Node::ready(options("mixture", "B"));
    let (x, y) = (b.bus.subscribe("x"), b.bus.subscribe("y"));
    let run = |channel: &str, count, addressee: Option<&str>| Run {
        channel: channel.to_owned().into(),
        count,
        addressee: addressee.map(|name| name.to_owned().into()),
    };
    let runs = [
        run("x", 2, None),
        run("nobody's", 1, None),
        run("y", 1, Some("B")),
        run("y", 1, Some("C")),
        run("x", 1, None),
    ];
    a.bus.publish(&runs, "0\n1\n2\n3\n4\n5");
    b.until("the messages", |b| b.records.len() == 4);
    let channels: Vec<_> = b.records.iter().map(|(channel, ..)| *channel).collect();
    assert_eq!(channels, [x, x, y, x].map(u64::from));
    assert_eq!(b.messages(), [&json!(0), &json!(1), &json!(3), &json!(5)]);
    let stats = b.bus.stats();
    assert_eq!(
        (
            stats.received.get(),
            stats.filtered_direct.get(),
            stats.filtered_unsubscribed.get()
        ),
        (6, 1, 1)
    );
}
