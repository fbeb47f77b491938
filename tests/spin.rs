//! A producer that waits for a slow broker must sleep, see src/wakeup.rs. In a file of its own, because it measures the
//! processor time of the whole process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use deepstream_msg_kafka::connection::{Connection, Phase};
use deepstream_msg_kafka::options::{Broker, Options};
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
    let before = processor_time();
    let start = Instant::now();
    for n in 0..100 {
        // So slow that the first request holds fewer than all of them, and the others have to wait.
        bus.publish("x", &n.to_string(), None);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(bus.flush(Duration::from_secs(10)), 0);
    assert!(start.elapsed() > ROUND_TRIP, "the broker was not slow");
    // flush() itself takes some: it looks every 0.2 ms. A spinning thread would take all of the round trip.
    let took = Duration::from_millis((processor_time() - before) * 10);
    assert!(took < ROUND_TRIP / 2, "the producer spun: {took:?}");
}
