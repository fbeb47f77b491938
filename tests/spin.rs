//! A node that waits for a slow broker must sleep. librdkafka 2.12.1's idempotent producer did not: with five requests under way
//! and more waiting, its thread polled without a pause. In a file of its own, because it measures the processor time of the
//! whole process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::slice;
use std::time::{Duration, Instant};

use deepstream_msg_kafka::connection::Connection;
use deepstream_msg_kafka::options::{Broker, Options};
use deepstream_msg_kafka::shared::Phase;
use deepstream_msg_kafka::wire::Run;
use rdkafka::mocking::MockCluster;

const ROUND_TRIP: Duration = Duration::from_secs(1);

/// Processor time of this process so far, in hundredths of a second.
fn processor_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn a_producer_that_waits_for_the_broker_sleeps() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("slow", 1, 1).unwrap();
    let bus = Connection::new(
        Options {
            broker: Broker::Kafka(cluster.bootstrap_servers()),
            sender: "A".into(),
            host: "here 1".into(),
            client_id: "A".into(),
            topic: "slow".into(),
            partitions: 1,
            replication_factor: -1,
            retention: Duration::from_hours(1),
            max_message_bytes: 1_000_000,
            create_topic: false,
            connect_timeout: Duration::ZERO,
            flush_timeout: Duration::from_secs(10),
            inbox_bytes: 1_000_000,
            tap: None,
            properties: HashMap::new(),
        },
        || (),
    )
    .unwrap();
    bus.open().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while bus.phase() != Phase::Ready {
        assert!(Instant::now() < deadline, "never ready");
        std::thread::sleep(Duration::from_millis(1));
    }
    cluster.broker_round_trip_time(1, ROUND_TRIP).unwrap();
    let run = Run {
        channel: "x".into(),
        count: 1,
        addressee: None,
    };
    let before = processor_time();
    let start = Instant::now();
    for n in 0..100 {
        // So slow that the first request holds fewer than all of them, and the others have to wait.
        bus.publish(slice::from_ref(&run), &n.to_string());
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(bus.flush(Duration::from_secs(10)), 0);
    assert!(start.elapsed() > ROUND_TRIP, "the broker was not slow");
    // A spinning thread would take all of the round trip.
    let took = Duration::from_millis((processor_time() - before) * 10);
    assert!(took < ROUND_TRIP / 2, "the producer spun: {took:?}");
}
