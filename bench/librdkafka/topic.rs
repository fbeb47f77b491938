//! The topic that all participants use.

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::ClientConfig;
use rdkafka::types::RDKafkaErrorCode;
use tokio::runtime::Builder;

/// Makes the topic, unless another node has.
pub(crate) fn create(config: &ClientConfig, topic: &str) -> Result<(), String> {
    let admin: AdminClient<_> = config.create().map_err(|error| error.to_string())?;
    let wanted = [NewTopic::new(topic, 1, TopicReplication::Fixed(-1))];
    let options = AdminOptions::new();
    let runtime = Builder::new_current_thread()
        .build()
        .map_err(|error| error.to_string())?;
    let results = runtime
        .block_on(admin.create_topics(&wanted, &options))
        .map_err(|error| error.to_string())?;
    match results.into_iter().next() {
        Some(Err((_, error))) if error != RDKafkaErrorCode::TopicAlreadyExists => {
            Err(error.to_string())
        }
        _ => Ok(()),
    }
}
