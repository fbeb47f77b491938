//! An in-memory broker for trying out and for tests: librdkafka's mock cluster.
//!
//! It keeps a bounded number of records, knows no security and no topic configuration, and forgets everything when its process
//! ends. It is not for production.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use rdkafka::mocking::MockCluster;

use crate::error::{Error, ErrorKind, Result};
use crate::kafka::tls;

/// A running development broker. The mock cluster may not leave the thread that made it, so one thread keeps it.
pub struct DevBroker {
    address: String,
    commands: Mutex<Sender<Command>>,
}

enum Command {
    CreateTopic {
        name: String,
        partitions: i32,
        done: Sender<Result<()>>,
    },
}

impl DevBroker {
    /// The one of this process, started when first asked for; it runs until the process ends.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<DevBroker>> = OnceLock::new();
        SHARED
            .get_or_init(Self::start)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Starts one on a free port of the loopback interface. It ends when dropped.
    pub fn start() -> Result<Self> {
        tls::init();
        let (commands, inbox) = channel();
        let (ready, started) = channel();
        thread::Builder::new()
            .name("kafka-dev-broker".into())
            .spawn(move || {
                let cluster = match MockCluster::new(1) {
                    Ok(cluster) => cluster,
                    Err(error) => {
                        let _ = ready.send(Err(failed("start").caused_by(error)));
                        return;
                    }
                };
                let _ = ready.send(Ok(cluster.bootstrap_servers()));
                serve(&inbox, &cluster);
            })
            .map_err(|error| failed(&format!("start its thread: {error}")))?;
        let address = started.recv().map_err(|_| failed("start"))??;
        Ok(Self {
            address,
            commands: Mutex::new(commands),
        })
    }

    /// Its `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Creates a topic; one that exists already stays as it is.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        let (done, answer) = channel();
        let command = Command::CreateTopic {
            name: name.to_owned(),
            partitions,
            done,
        };
        let sent = self
            .commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .send(command);
        sent.map_err(|_| failed("create a topic"))?;
        answer.recv().map_err(|_| failed("create a topic"))?
    }
}

fn serve(
    inbox: &Receiver<Command>,
    cluster: &MockCluster<'static, rdkafka::producer::DefaultProducerContext>,
) {
    // Ends when the last sender, the DevBroker, is dropped.
    for Command::CreateTopic {
        name,
        partitions,
        done,
    } in inbox
    {
        // An existing topic is refused with the same code as a failure would be, so that it shows only on use.
        let _ = cluster.create_topic(&name, partitions, 1);
        let _ = done.send(Ok(()));
    }
}

fn failed(what: &str) -> Error {
    Error::new(
        ErrorKind::Internal,
        format!("The embedded development broker could not {what}."),
    )
}
