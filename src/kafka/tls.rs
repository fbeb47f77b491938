//! TLS, for which librdkafka uses OpenSSL.

use rdkafka::producer::BaseProducer;

use crate::error::Result;
use crate::kafka::config;
use crate::options::Options;

/// Initialises OpenSSL such that it is not torn down when the process exits. Must come before librdkafka uses it: only the first
/// initialisation decides that. librdkafka's threads run until the process is gone, and one that was in the middle of a handshake
/// ended 1 to 3 of 100 exits with a segmentation fault, because `exit()` freed OpenSSL's memory under it.
pub(crate) fn init() {
    openssl_sys::init();
}

/// Checks certificates and keys. librdkafka reads them when it makes a client; this one has no broker to connect to.
pub(crate) fn check(options: &Options) -> Result<()> {
    if options.uses_tls() {
        let mut config = config::producer(options, "");
        config.remove("bootstrap.servers");
        config
            .create::<BaseProducer>()
            .map_err(|error| config::invalid_property(&error))?;
    }
    Ok(())
}
