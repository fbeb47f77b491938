//! An in-memory broker for trying out and for tests: librdkafka's mock cluster, behind a relay that makes it answer in time.
//!
//! It keeps a bounded number of records, knows no security and no topic configuration, and forgets everything when its process
//! ends. It is not for production.

mod fetch;
mod mock_broker;
mod relay;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rdkafka::error::KafkaError;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::error::{Error, ErrorKind, Result};
use crate::kafka::tls;
use mock_broker::MockBroker;

/// A running development broker. One thread keeps the mock cluster and runs the relay.
pub struct DevBroker {
    address: SocketAddr,
    commands: UnboundedSender<Command>,
}

enum Command {
    CreateTopic {
        name: String,
        partitions: i32,
        done: Sender<()>,
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
        let (commands, inbox) = unbounded_channel();
        let (ready, started) = channel();
        thread::Builder::new()
            .name("kafka-dev-broker".into())
            .spawn(move || match Server::start() {
                Ok(server) => {
                    let _ = ready.send(Ok(server.address));
                    server.serve(inbox);
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            })
            .map_err(|error| failed(&format!("start its thread: {error}")))?;
        let address = started.recv().map_err(|_| failed("start"))??;
        Ok(Self { address, commands })
    }

    /// Its `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Creates a topic; one that exists already stays as it is.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        let (done, answer) = channel();
        let command = Command::CreateTopic {
            name: name.to_owned(),
            partitions,
            done,
        };
        let failed = || failed("create a topic");
        self.commands.send(command).map_err(|_| failed())?;
        answer.recv().map_err(|_| failed())
    }
}

/// What the thread owns.
struct Server {
    /// Where clients find it.
    address: SocketAddr,
    broker: MockBroker,
    runtime: runtime::Runtime,
}

impl Server {
    fn start() -> Result<Self> {
        let unheard = |error| failed(&format!("listen: {error}"));
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(unheard)?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.map_err(unheard)?;
        let address = listener.local_addr().map_err(unheard)?;
        let unmade = |error: KafkaError| failed("start").caused_by(error);
        let broker = MockBroker::start().map_err(unmade)?;
        broker.advertise(address);
        runtime.spawn(relay::relay(listener, broker.address().map_err(unmade)?));
        Ok(Self {
            address,
            broker,
            runtime,
        })
    }

    /// Ends when the last sender, the `DevBroker`, is dropped.
    fn serve(self, mut inbox: UnboundedReceiver<Command>) {
        self.runtime.block_on(async {
            while let Some(Command::CreateTopic {
                name,
                partitions,
                done,
            }) = inbox.recv().await
            {
                // An existing topic is refused with the same code as a failure would be, so that it shows only on use.
                let _ = self.broker.create_topic(&name, partitions);
                let _ = done.send(());
            }
        });
    }
}

fn failed(what: &str) -> Error {
    Error::new(
        ErrorKind::Internal,
        format!("The embedded development broker could not {what}."),
    )
}
