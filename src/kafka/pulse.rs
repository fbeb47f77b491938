//! Whether bytes still come from the leaders of our partitions, from librdkafka's own statistics.
//!
//! A client that is slow moves bytes; one that is cut off does not. A leader answers each fetch request within
//! `fetch.wait.max.ms`, also when it has nothing to say, so silence on the reader's connection shows soon. The producer's
//! connection may be silent as long as nothing is on its way.

use std::time::{Duration, Instant};

use rdkafka::Statistics;
use rdkafka::statistics::{Broker, Partition};

use crate::throttle::Throttle;

/// A partition whose leader is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    pub(crate) partition: i32,
    /// The broker that leads it; `None` if there is none.
    pub(crate) leader: Option<i32>,
    pub(crate) length: Duration,
}

/// What is known of one client's connections to the leaders.
pub(crate) struct Pulse {
    partitions: Vec<Connection>,
    begun: Instant,
}

struct Connection {
    partition: i32,
    leader: Option<i32>,
    /// Bytes sent to the leader so far.
    sent: u64,
    /// When a byte moved last, in a direction that counts.
    moved: Instant,
    /// The leader said last that it holds back its answers.
    throttle: Option<Throttle>,
}

/// Which bytes show that a client is not cut off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Those that come.
    In,
    /// Those that go as well: a request may take long on its way.
    Both,
}

impl Pulse {
    /// Of a client that is new: nothing counts as silent for longer than from now on.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            partitions: Vec::new(),
            begun: now,
        }
    }

    /// Takes in a client's statistics of the topic, taken at `now`.
    pub(crate) fn note(
        &mut self,
        statistics: &Statistics,
        topic: &str,
        direction: Direction,
        now: Instant,
    ) {
        let Some(topic) = statistics.topics.get(topic) else {
            return;
        };
        for partition in topic.partitions.values().filter(|it| it.partition >= 0) {
            let broker = statistics
                .brokers
                .values()
                .find(|broker| broker.nodeid >= 0 && broker.nodeid == partition.leader);
            let at = self
                .partitions
                .iter()
                .position(|connection| connection.partition == partition.partition);
            let at = at.unwrap_or_else(|| {
                self.partitions.push(Connection {
                    partition: partition.partition,
                    leader: None,
                    sent: broker.map_or(0, |broker| broker.txbytes),
                    moved: self.begun,
                    throttle: None,
                });
                self.partitions.len() - 1
            });
            self.partitions[at].note(partition, broker, direction, now);
        }
    }

    /// The partition that has been silent for longest, of those that are looked at, each `since` then at the earliest.
    pub(crate) fn silence(
        &self,
        is_looked_at: impl Fn(i32) -> bool,
        since: impl Fn(i32) -> Instant,
        now: Instant,
    ) -> Option<Silence> {
        let connections = self.partitions.iter();
        connections
            .filter(|connection| is_looked_at(connection.partition))
            .map(|connection| Silence {
                partition: connection.partition,
                leader: connection.leader,
                length: now.saturating_duration_since(
                    connection.expected_from().max(since(connection.partition)),
                ),
            })
            .max_by_key(|silence| silence.length)
    }

    /// The longest throttle that was told last by a leader of these partitions. It may be over.
    pub(crate) fn throttle(&self, is_looked_at: impl Fn(i32) -> bool) -> Option<Throttle> {
        let connections = self.partitions.iter();
        connections
            .filter(|connection| is_looked_at(connection.partition))
            .filter_map(|connection| connection.throttle)
            .max_by_key(|throttle| throttle.until)
    }

    /// How many partitions the topic has, as far as this client knows.
    pub(crate) fn partitions(&self) -> usize {
        self.partitions.len()
    }
}

impl Connection {
    fn note(
        &mut self,
        partition: &Partition,
        broker: Option<&Broker>,
        direction: Direction,
        now: Instant,
    ) {
        self.leader = broker.map(|broker| broker.nodeid);
        let Some(broker) = broker else { return };
        let micros = u64::try_from(broker.rxidle).ok();
        if let Some(heard) = micros.and_then(|idle| now.checked_sub(Duration::from_micros(idle))) {
            self.moved = self.moved.max(heard);
        }
        let is_up = broker.state == "UP";
        self.note_throttle(broker, is_up, now);
        // Nothing is asked for while there is enough to read already.
        let is_asked = broker.waitresp_cnt > 0 || broker.outbuf_cnt > 0;
        let is_sated = partition.fetchq_cnt > 0 && !is_asked;
        let is_sending = direction == Direction::Both && broker.txbytes > self.sent;
        if is_up && (is_sated || is_sending) {
            self.moved = now;
        }
        self.sent = broker.txbytes;
    }

    /// An answer says for how long the leader takes no further request on this connection. The statistics know the longest such
    /// time of the second before them, so that it is over somewhat sooner than it is taken to be.
    fn note_throttle(&mut self, broker: &Broker, is_up: bool, now: Instant) {
        let window = broker.throttle.as_ref();
        let longest = window.and_then(|window| u64::try_from(window.max).ok());
        let length = Duration::from_millis(longest.unwrap_or(0));
        if !is_up {
            self.throttle = None;
        } else if !length.is_zero() {
            let until = now + length;
            self.throttle = Some(Throttle { until, length });
        }
    }

    /// Since when an answer may be expected.
    fn expected_from(&self) -> Instant {
        let throttled = self.throttle.map(|throttle| throttle.until);
        throttled.map_or(self.moved, |until| until.max(self.moved))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const START: Duration = Duration::from_secs(100);

    /// Statistics in which broker 2 leads partition 0.
    fn statistics(broker: &[(&str, serde_json::Value)], fetched: i64) -> Statistics {
        let mut leader =
            json!({"nodeid": 2, "state": "UP", "rxidle": 0, "txbytes": 100, "waitresp_cnt": 1});
        for (name, value) in broker {
            leader[name] = value.clone();
        }
        let other = json!({"nodeid": 1, "state": "UP", "rxidle": 0});
        let partition = json!({"partition": 0, "leader": 2, "fetchq_cnt": fetched});
        let all = json!({
            "brokers": {"a": filled(BROKER, &leader), "b": filled(BROKER, &other)},
            "topics": {"t": filled(TOPIC, &json!({"partitions": {
                "0": filled(PARTITION, &partition),
                "-1": filled(PARTITION, &json!({"partition": -1, "leader": -1})),
            }}))}
        });
        serde_json::from_value(filled(STATISTICS, &all)).unwrap()
    }

    // Every field that the type has to find.
    const STATISTICS: &str = r#"{"name":"","client_id":"","type":"","ts":0,"time":0,"age":0,"replyq":0,"msg_cnt":0,"msg_size":0,
        "msg_max":0,"msg_size_max":0,"tx":0,"tx_bytes":0,"rx":0,"rx_bytes":0,"txmsgs":0,"txmsg_bytes":0,"rxmsgs":0,
        "rxmsg_bytes":0,"simple_cnt":0,"metadata_cache_cnt":0,"brokers":{},"topics":{}}"#;
    const WINDOW: &str = r#"{"min":0,"max":0,"avg":0,"sum":0,"cnt":0,"stddev":0,"hdrsize":0,"p50":0,"p75":0,"p90":0,"p95":0,
        "p99":0,"p99_99":0,"outofrange":0}"#;
    const BROKER: &str = r#"{"name":"","nodeid":0,"nodename":"","source":"","state":"","stateage":0,"outbuf_cnt":0,
        "outbuf_msg_cnt":0,"waitresp_cnt":0,"waitresp_msg_cnt":0,"tx":0,"txbytes":0,"txerrs":0,"txretries":0,"txidle":0,
        "req_timeouts":0,"rx":0,"rxbytes":0,"rxerrs":0,"rxcorriderrs":0,"rxpartial":0,"rxidle":0,"req":{},"zbuf_grow":0,
        "buf_grow":0,"toppars":{}}"#;
    const TOPIC: &str = r#"{"topic":"t","metadata_age":0,"partitions":{}}"#;
    const PARTITION: &str = r#"{"partition":0,"broker":0,"leader":0,"desired":true,"unknown":false,"msgq_cnt":0,"msgq_bytes":0,
        "xmit_msgq_cnt":0,"xmit_msgq_bytes":0,"fetchq_cnt":0,"fetchq_size":0,"fetch_state":"active","query_offset":0,
        "next_offset":0,"app_offset":0,"stored_offset":0,"committed_offset":0,"eof_offset":0,"lo_offset":0,"hi_offset":0,
        "ls_offset":0,"consumer_lag":0,"consumer_lag_stored":0,"txmsgs":0,"txbytes":0,"rxmsgs":0,"rxbytes":0,"msgs":0,
        "rx_ver_drops":0,"msgs_inflight":0,"next_ack_seq":0,"next_err_seq":0,"acked_msgid":0}"#;

    fn filled(defaults: &str, values: &serde_json::Value) -> serde_json::Value {
        let mut all: serde_json::Value = serde_json::from_str(defaults).unwrap();
        if defaults == TOPIC {
            for window in ["batchsize", "batchcnt"] {
                all[window] = serde_json::from_str(WINDOW).unwrap();
            }
        }
        for (name, value) in values.as_object().unwrap() {
            all[name] = value.clone();
        }
        all
    }

    /// The silence after statistics that came at these seconds.
    fn silence(direction: Direction, all: &[(u64, Statistics)]) -> Silence {
        let zero = Instant::now() + START;
        let mut pulse = Pulse::new(zero);
        let mut now = zero;
        for (second, statistics) in all {
            now = zero + Duration::from_secs(*second);
            pulse.note(statistics, "t", direction, now);
        }
        pulse.silence(|_| true, |_| zero, now).unwrap()
    }

    #[test]
    fn a_leader_that_sends_is_not_silent() {
        let heard = silence(
            Direction::In,
            &[(5, statistics(&[("rxidle", json!(400_000))], 0))],
        );
        assert_eq!(
            heard,
            Silence {
                partition: 0,
                leader: Some(2),
                length: Duration::from_millis(400)
            }
        );
    }

    #[test]
    fn silence_grows_until_a_byte_comes() {
        let quiet = |idle: i64| statistics(&[("rxidle", json!(idle))], 0);
        let all = [(1, quiet(0)), (3, quiet(2_000_000)), (4, quiet(3_000_000))];
        assert_eq!(silence(Direction::In, &all).length, Duration::from_secs(3));
    }

    #[test]
    fn a_leader_without_a_connection_is_silent_since_it_was_heard_last() {
        let away = || statistics(&[("rxidle", json!(-1)), ("state", json!("CONNECT"))], 0);
        let all = [(1, statistics(&[], 0)), (2, away()), (7, away())];
        assert_eq!(silence(Direction::In, &all).length, Duration::from_secs(6));
    }

    #[test]
    fn a_partition_without_a_leader_is_silent() {
        let mut none = statistics(&[], 0);
        let topic = none.topics.get_mut("t").unwrap();
        topic.partitions.get_mut(&0).unwrap().leader = -1;
        let silence = silence(Direction::In, &[(1, statistics(&[], 0)), (4, none)]);
        assert_eq!(
            (silence.leader, silence.length),
            (None, Duration::from_secs(3))
        );
    }

    #[test]
    fn a_reader_that_has_enough_to_read_asks_for_nothing() {
        let idle = [("rxidle", json!(5_000_000)), ("waitresp_cnt", json!(0))];
        assert_eq!(
            silence(Direction::In, &[(9, statistics(&idle, 500))]).length,
            Duration::ZERO
        );
        assert_eq!(
            silence(Direction::In, &[(9, statistics(&idle[..1], 500))]).length,
            Duration::from_secs(5)
        );
    }

    #[test]
    fn a_leader_that_throttles_is_expected_to_be_silent_for_so_long() {
        let throttled = |ms: u64| {
            let mut window: serde_json::Value = serde_json::from_str(WINDOW).unwrap();
            window["max"] = json!(ms);
            window
        };
        let quiet = |idle: u64, throttle: u64| {
            let broker = [
                ("rxidle", json!(idle * 1_000_000)),
                ("throttle", throttled(throttle)),
            ];
            statistics(&broker, 0)
        };
        let all = |last| {
            vec![
                (1, quiet(1, 5000)),
                (3, quiet(3, 0)),
                (last, quiet(last, 0)),
            ]
        };
        assert_eq!(silence(Direction::In, &all(6)).length, Duration::ZERO);
        assert_eq!(
            silence(Direction::In, &all(9)).length,
            Duration::from_secs(3)
        );
        // It ends with the connection.
        let away = statistics(&[("rxidle", json!(-1)), ("state", json!("DOWN"))], 0);
        assert_eq!(
            silence(Direction::In, &[(1, quiet(0, 5000)), (4, away)]).length,
            Duration::from_secs(3)
        );
    }

    #[test]
    fn an_upload_shows_by_what_it_sends() {
        let sent = |bytes: u64| statistics(&[("rxidle", json!(-1)), ("txbytes", json!(bytes))], 0);
        let all = || [(1, sent(100)), (5, sent(200)), (9, sent(300))];
        assert_eq!(silence(Direction::Both, &all()).length, Duration::ZERO);
        assert_eq!(
            silence(Direction::In, &all()).length,
            Duration::from_secs(9)
        );
        let stalled = [(1, sent(100)), (5, sent(200)), (9, sent(200))];
        assert_eq!(
            silence(Direction::Both, &stalled).length,
            Duration::from_secs(4)
        );
    }

    #[test]
    fn only_what_is_looked_at_counts_and_not_before_its_time() {
        let zero = Instant::now() + START;
        let mut pulse = Pulse::new(zero);
        let now = zero + Duration::from_secs(9);
        pulse.note(
            &statistics(&[("rxidle", json!(9_000_000))], 0),
            "t",
            Direction::In,
            now,
        );
        assert_eq!(pulse.partitions(), 1);
        assert_eq!(
            pulse.silence(|partition| partition == 1, |_| zero, now),
            None
        );
        let since = now.checked_sub(Duration::from_secs(2)).unwrap();
        assert_eq!(
            pulse.silence(|_| true, |_| since, now).unwrap().length,
            Duration::from_secs(2)
        );
    }
}
