//! What librdkafka's words give away beyond its codes.
//!
//! librdkafka has one code for everything that TLS refuses and one for everything that SASL refuses, and a certificate of
//! a client that is refused after the handshake has the code of a broken connection. Only its texts tell these apart, so that this
//! table, and nothing else, looks at them. `security-faults.test.js` has each on a real broker.

use crate::error::Cause;

/// What a text of librdkafka proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence<'a> {
    /// The connection ended in the middle of the TLS handshake. That may have many reasons.
    HandshakeCut,
    /// The broker's certificate is not accepted here.
    ServerCertificate,
    /// The broker accepts no client without a certificate, or not this one.
    ClientCertificate,
    /// The two have no version of TLS in common.
    TlsVersion,
    /// The listener does not do SASL.
    NoSasl,
    /// The listener does SASL, by these mechanisms and not by the one that was asked for.
    Mechanisms(&'a str),
}

/// Parts of texts and what they prove, the first that is found. The numbers are those of TLS's alerts (RFC 8446, 6).
const TABLE: &[(&str, Evidence<'static>)] = &[
    ("certificate verify failed", Evidence::ServerCertificate),
    ("SSL alert number 42", Evidence::ClientCertificate), // bad_certificate
    ("SSL alert number 43", Evidence::ClientCertificate), // unsupported_certificate
    ("SSL alert number 44", Evidence::ClientCertificate), // certificate_revoked
    ("SSL alert number 45", Evidence::ClientCertificate), // certificate_expired
    ("SSL alert number 46", Evidence::ClientCertificate), // certificate_unknown
    ("SSL alert number 48", Evidence::ClientCertificate), // unknown_ca
    ("SSL alert number 116", Evidence::ClientCertificate), // certificate_required
    ("SSL alert number 70", Evidence::TlsVersion),        // protocol_version
    ("unsupported protocol", Evidence::TlsVersion),
    ("in state SSL_HANDSHAKE", Evidence::HandshakeCut),
    ("not valid in current SASL state", Evidence::NoSasl),
];
/// What stands before the list of mechanisms, and after it.
const MECHANISMS: (&str, &str) = ("broker's supported mechanisms: ", " (after");

impl<'a> Evidence<'a> {
    pub(crate) fn of(cause: &'a Cause) -> Option<Self> {
        let known = TABLE.iter().find(|(part, _)| cause.reason.contains(part));
        if let Some((_, evidence)) = known {
            return Some(*evidence);
        }
        let (_, rest) = cause.reason.split_once(MECHANISMS.0)?;
        let list = rest.split_once(MECHANISMS.1).map_or(rest, |(list, _)| list);
        Some(Evidence::Mechanisms(list.trim())).filter(|_| !list.trim().is_empty())
    }

    /// Whether it leaves no doubt.
    pub(crate) fn is_specific(self) -> bool {
        self != Evidence::HandshakeCut
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::error::RDKafkaErrorCode;

    use super::*;

    #[test]
    fn the_words_of_librdkafka_are_understood() {
        for (reason, evidence) in [
            (
                "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be \
                 verified (after 8ms in state SSL_HANDSHAKE)",
                Some(Evidence::ServerCertificate),
            ),
            (
                "Receive failed: error:0A000412:SSL routines::ssl/tls alert bad certificate: SSL alert number 42 (after 0ms in \
                 state APIVERSION_QUERY, 1 identical error(s) suppressed)",
                Some(Evidence::ClientCertificate),
            ),
            (
                "Disconnected: SSL connection closed by peer (after 0ms in state SSL_HANDSHAKE)",
                Some(Evidence::HandshakeCut),
            ),
            (
                "SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state: broker's supported \
                 mechanisms:  (after 3ms in state AUTH_HANDSHAKE)",
                Some(Evidence::NoSasl),
            ),
            (
                "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: \
                 SCRAM-SHA-256,SCRAM-SHA-512 (after 3ms in state AUTH_HANDSHAKE)",
                Some(Evidence::Mechanisms("SCRAM-SHA-256,SCRAM-SHA-512")),
            ),
            ("Connection refused", None),
        ] {
            let cause = Cause::told(RDKafkaErrorCode::SSL, reason);
            assert_eq!(Evidence::of(&cause), evidence, "{reason}");
        }
    }
}
