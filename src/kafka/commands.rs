//! The commands of Kafka's own tools that texts tell people to run. Pure.

use crate::options::{Broker, Options};

/// What a user needs a right for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Read,
    Write,
}

impl Operation {
    /// As kafka-acls.sh knows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Read => "Read",
            Self::Write => "Write",
        }
    }
}

/// Gives this user rights on the topic.
pub(crate) fn allow(options: &Options, operations: &[Operation]) -> String {
    let principal = quoted(&format!("User:{}", user(options).unwrap_or("NAME")));
    let operations: String = operations
        .iter()
        .flat_map(|operation| [" --operation ", operation.name()])
        .collect();
    format!(
        "{} --add --allow-principal {principal}{operations} --topic {}",
        tool(options, "kafka-acls.sh"),
        options.topic
    )
}

/// Creates the topic with these settings.
pub(crate) fn create_topic(options: &Options, config: &[(&'static str, String)]) -> String {
    let Options {
        topic,
        partitions,
        replication_factor,
        ..
    } = options;
    let replication = match replication_factor {
        -1 => String::new(),
        factor => format!(" --replication-factor {factor}"),
    };
    let config: String = config
        .iter()
        .flat_map(|(name, value)| [" --config ", name, "=", value])
        .collect();
    format!(
        "{} --create --topic {topic} --partitions {partitions}{replication}{config}",
        tool(options, "kafka-topics.sh")
    )
}

/// Shows the topic, its leaders and its replicas.
pub(crate) fn describe_topic(options: &Options) -> String {
    let tool = tool(options, "kafka-topics.sh");
    format!("{tool} --describe --topic {}", options.topic)
}

/// Deletes the topic.
pub(crate) fn delete_topic(options: &Options) -> String {
    let tool = tool(options, "kafka-topics.sh");
    format!("{tool} --delete --topic {}", options.topic)
}

/// The user as the broker knows it, where the options say it.
pub(crate) fn user(options: &Options) -> Option<&str> {
    let property = |name| options.properties.get(name).map(String::as_str);
    let uses_sasl = property("security.protocol")
        .is_some_and(|protocol| protocol.to_ascii_lowercase().starts_with("sasl"));
    uses_sasl.then(|| property("sasl.username")).flatten()
}

fn tool(options: &Options, name: &str) -> String {
    let addresses = match &options.broker {
        Broker::Kafka(addresses) => addresses.as_str(),
        Broker::Embedded | Broker::EmbeddedAt(_) => "embedded",
    };
    // With TLS or SASL the tools have to be told how to log in, see docs/security.md.
    let protocol = options.properties.get("security.protocol");
    let login = match protocol {
        Some(protocol) if !protocol.eq_ignore_ascii_case("plaintext") => {
            " --command-config client.properties"
        }
        _ => "",
    };
    format!("{name} --bootstrap-server {addresses}{login}")
}

/// For a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:@/+=,".contains(c);
    if text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options;

    #[test]
    fn without_security_no_login_is_needed() {
        let command = create_topic(&options(&[]), &[("retention.ms", "1".into())]);
        assert_eq!(
            command,
            "kafka-topics.sh --bootstrap-server localhost:9092 --create --topic t --partitions 1 --config retention.ms=1"
        );
    }

    #[test]
    fn rights_are_given_to_the_user_that_logs_in() {
        let properties = [
            ("security.protocol", "SASL_SSL"),
            ("sasl.username", "it's me"),
        ];
        let command = allow(&options(&properties), &[Operation::Read, Operation::Write]);
        assert_eq!(
            command,
            r"kafka-acls.sh --bootstrap-server localhost:9092 --command-config client.properties --add --allow-principal 'User:it'\''s me' --operation Read --operation Write --topic t"
        );
    }

    #[test]
    fn a_user_whose_name_only_the_broker_knows_is_called_name() {
        let options = options(&[("security.protocol", "ssl"), ("sasl.username", "unused")]);
        assert!(allow(&options, &[Operation::Read]).contains("--allow-principal User:NAME "));
    }
}
