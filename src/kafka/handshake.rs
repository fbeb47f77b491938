//! A TLS handshake of the bus itself, for the reason why a broker's certificate is not accepted: librdkafka does not tell it.

use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::ssl::{
    HandshakeError, Ssl, SslContext, SslContextBuilder, SslMethod, SslStream, SslVerifyMode,
};
use openssl::x509::X509;

use crate::options::Options;

/// How long each step of it may take.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Why a certificate is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Expired,
    NotYetValid,
    WrongHost,
    UnknownAuthority,
    /// Anything else, in OpenSSL's words.
    Other(&'static str),
}

/// What is wrong with the certificate that is shown on this connection to `host`; `None` if nothing is, or it cannot be found out.
pub(crate) fn verdict(stream: TcpStream, host: &str, options: &Options) -> Option<Verdict> {
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(TIMEOUT)).ok()?;
    let ssl = client(host, options).ok()?;
    let Err(HandshakeError::Failure(failed)) = ssl.connect(stream) else {
        return None;
    };
    let result = failed.ssl().verify_result();
    match result.as_raw() {
        openssl_sys::X509_V_OK => None,
        openssl_sys::X509_V_ERR_CERT_HAS_EXPIRED => Some(Verdict::Expired),
        openssl_sys::X509_V_ERR_CERT_NOT_YET_VALID => Some(Verdict::NotYetValid),
        openssl_sys::X509_V_ERR_HOSTNAME_MISMATCH | openssl_sys::X509_V_ERR_IP_ADDRESS_MISMATCH => {
            Some(Verdict::WrongHost)
        }
        openssl_sys::X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
        | openssl_sys::X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
        | openssl_sys::X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        | openssl_sys::X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE => {
            Some(Verdict::UnknownAuthority)
        }
        _ => Some(Verdict::Other(result.error_string())),
    }
}

/// A connection to somebody whose certificate nobody has looked at: for what is no secret.
pub(crate) fn unverified(stream: TcpStream, host: &str) -> Option<SslStream<TcpStream>> {
    let mut context = SslContext::builder(SslMethod::tls_client()).ok()?;
    context.set_verify(SslVerifyMode::NONE);
    let mut ssl = Ssl::new(&context.build()).ok()?;
    ssl.set_hostname(host).ok()?;
    ssl.connect(stream).ok()
}

/// A client that trusts whom librdkafka trusts, and shows no certificate.
fn client(host: &str, options: &Options) -> Result<Ssl, ErrorStack> {
    let property = |name: &str| options.properties.get(name).map(String::as_str);
    let mut context = SslContext::builder(SslMethod::tls_client())?;
    context.set_verify(SslVerifyMode::PEER);
    match property("ssl.ca.location") {
        Some("probe") | None => {}
        Some(location) => trust_location(&mut context, Path::new(location))?,
    }
    if let Some(pem) = property("ssl.ca.pem") {
        for authority in X509::stack_from_pem(pem.as_bytes())? {
            context.cert_store_mut().add_cert(authority)?;
        }
    }
    let mut ssl = Ssl::new(&context.build())?;
    ssl.set_hostname(host)?;
    if property("ssl.endpoint.identification.algorithm") != Some("none") {
        match host.parse() {
            Ok(ip) => ssl.param_mut().set_ip(ip)?,
            Err(_) => ssl.param_mut().set_host(host)?,
        }
    }
    Ok(ssl)
}

fn trust_location(context: &mut SslContextBuilder, location: &Path) -> Result<(), ErrorStack> {
    if location.is_dir() {
        context.load_verify_locations(None, Some(location))
    } else {
        context.set_ca_file(location)
    }
}
