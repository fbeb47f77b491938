//! Until the read position is pinned.

use std::thread;
use std::time::{Duration, Instant};

use super::{EARLY_REQUEST, REQUEST, Session};
use crate::connect_report::ConnectReport;
use crate::error::{Error, ErrorKind};
use crate::kafka::inspection;

/// The pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(50);

impl Session<'_> {
    /// Tries until the read position is pinned; false when it is over before.
    pub(super) fn connect(&mut self) -> bool {
        let timeout = self.shared.options.connect_timeout;
        let mut report = ConnectReport::new(Instant::now(), timeout);
        while !self.shared.is_over() {
            let is_late = report.is_late(Instant::now());
            let timeout = if is_late { REQUEST } else { EARLY_REQUEST };
            match self
                .reader
                .pin(&self.cluster.topic(&self.producer, timeout))
            {
                Ok(true) => {
                    if let Some(note) = self.cluster.take_note() {
                        self.shared.reporter.warning(note);
                    }
                    return true;
                }
                Ok(false) => {}
                Err(error) => {
                    self.tell_connecting(&mut report, error);
                }
            }
            self.renew_token();
            self.producer.poll(Duration::ZERO);
            self.shared.publisher.tell_overflow(Instant::now());
            thread::sleep(PAUSE);
        }
        false
    }

    /// Returns what was told, if anything.
    pub(super) fn tell_connecting(
        &self,
        report: &mut ConnectReport,
        error: Error,
    ) -> Option<ErrorKind> {
        let telling = report.note(Instant::now(), error.kind);
        if telling.as_timeout.is_none() && !telling.as_news {
            return None;
        }
        let bootstrap = &self.cluster.bootstrap;
        let error = inspection::look_closer(error, bootstrap, &self.shared.options);
        let reporter = &self.shared.reporter;
        if let Some(waited) = telling.as_timeout {
            let mut timeout = Error::new(
                ErrorKind::ConnectTimeout,
                format!(
                    "Not connected after {} ms; still trying. {error}",
                    waited.as_millis()
                ),
            );
            timeout.cause.clone_from(&error.cause);
            reporter.error(timeout);
        }
        let kind = error.kind;
        if telling.as_news && kind.ends_start() {
            reporter.error(error);
        } else if telling.as_news {
            reporter.warning(error);
        }
        telling.as_news.then_some(kind)
    }
}
