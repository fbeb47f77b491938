//! TLS, for which librdkafka uses OpenSSL.

/// Initialises OpenSSL such that it is not torn down when the process exits. Must come before librdkafka uses it: only the first
/// initialisation decides that. librdkafka's threads run until the process is gone, and one that was in the middle of a handshake
/// ended 1 to 3 of 100 exits with a segmentation fault, because `exit()` freed OpenSSL's memory under it.
pub(crate) fn init() {
    openssl_sys::init();
}
