//! librdkafka's mock cluster with one broker, which sends its clients elsewhere.
//!
//! The Rust client does not wrap `rd_kafka_mock_broker_set_host_port`.
#![allow(unsafe_code)]

use std::net::SocketAddr;

use rdkafka::ClientConfig;
use rdkafka::bindings as sys;
use rdkafka::client::Client;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::RDKafkaType;

/// The number of the only broker.
const ID: i32 = 1;

pub(super) struct MockBroker {
    /// Owns the mock cluster.
    client: Client<DefaultProducerContext>,
}

impl MockBroker {
    pub(super) fn start() -> Result<Self, KafkaError> {
        let mut config = ClientConfig::new();
        config
            .set("test.mock.num.brokers", ID.to_string())
            .set("log_level", "0")
            .set_log_level(RDKafkaLogLevel::Emerg);
        let native = config.create_native_config()?;
        let kind = RDKafkaType::RD_KAFKA_PRODUCER;
        let client = Client::new(&config, native, kind, DefaultProducerContext)?;
        Ok(Self { client })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> Result<SocketAddr, KafkaError> {
        let address = self.cluster()?.bootstrap_servers();
        address
            .parse()
            .map_err(|_| KafkaError::ClientCreation(format!("{address} is no address")))
    }

    /// Lets it name this address when clients ask for the brokers.
    pub(super) fn advertise(&self, address: SocketAddr) {
        // SAFETY: the client owns the mock cluster (null is none) and outlives the call, which copies the host.
        unsafe {
            let cluster = sys::rd_kafka_handle_mock_cluster(self.client.native_ptr());
            if !cluster.is_null() {
                let host = c"127.0.0.1".as_ptr();
                sys::rd_kafka_mock_broker_set_host_port(cluster, ID, host, address.port().into());
            }
        }
    }

    pub(super) fn create_topic(&self, name: &str, partitions: i32) -> Result<(), KafkaError> {
        self.cluster()?.create_topic(name, partitions, 1)
    }

    fn cluster(&self) -> Result<MockCluster<'_, DefaultProducerContext>, KafkaError> {
        let none = KafkaError::MockCluster(RDKafkaErrorCode::Fail);
        self.client.mock_cluster().ok_or(none)
    }
}
