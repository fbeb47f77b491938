//! Decides what is told of the troubles of connecting, and when.

use std::time::{Duration, Instant};

use crate::diagnosis;
use crate::error::{Error, ErrorKind};
use crate::report::Reporter;

/// Why it takes so long is told after this time; deepstream gives up a plugin after 2 s.
const PATIENCE: Duration = Duration::from_millis(1200);
/// An unchanged trouble while connecting is told again after this time.
const REMINDER: Duration = Duration::from_secs(30);

/// One attempt to connect, however long it takes.
pub(crate) struct Patience<'a> {
    since: Instant,
    connect_timeout: Duration,
    reporter: &'a Reporter,
    told: Option<(ErrorKind, Instant)>,
    is_timeout_told: bool,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(connect_timeout: Duration, reporter: &'a Reporter) -> Self {
        Self {
            since: Instant::now(),
            connect_timeout,
            reporter,
            told: None,
            is_timeout_told: false,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.since.elapsed() >= PATIENCE
    }

    pub(crate) fn note(&mut self, error: Error, bootstrap: &str) {
        let waited = self.since.elapsed();
        let is_timeout = !self.connect_timeout.is_zero()
            && waited >= self.connect_timeout
            && !self.is_timeout_told;
        let is_news = self
            .told
            .is_none_or(|(kind, when)| kind != error.kind || when.elapsed() >= REMINDER)
            && (self.is_over() || error.kind.is_final());
        if !is_timeout && !is_news {
            return;
        }
        let kind = error.kind;
        let error = diagnosis::look_closer(error, bootstrap);
        if is_timeout {
            self.is_timeout_told = true;
            let mut timeout = Error::new(
                ErrorKind::ConnectTimeout,
                format!(
                    "Not connected after {} ms, still trying. {error}",
                    waited.as_millis()
                ),
            );
            timeout.cause.clone_from(&error.cause);
            self.reporter.error(timeout);
        }
        if is_news {
            self.told = Some((kind, Instant::now()));
            if error.kind.is_final() {
                self.reporter.error(error);
            } else {
                self.reporter.warning(error);
            }
        }
    }
}
