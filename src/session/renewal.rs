//! New clients, when those that there are do not go on.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::{REQUEST, Session};
use crate::absence::Missed;
use crate::error::Result;
use crate::incoming::intake::Intake;
use crate::kafka::clients::Producer;
use crate::news;
use crate::shared::{Shared, TICK};

impl Session<'_> {
    /// Goes on with new clients: reading where it stopped, sending what is not known to be stored. False while the topic does not
    /// show.
    pub(super) fn rebuild(&mut self, intake: &mut Intake<'_>) -> Result<bool> {
        let producer = Arc::new(self.cluster.producer()?);
        let consumer = self.cluster.consumer()?;
        let topic = self.cluster.topic(&producer, REQUEST);
        let Shared {
            options,
            publisher,
            reporter,
            ..
        } = self.shared;
        let answer = topic.look();
        let sight = answer.as_ref().ok().copied();
        match self.absence.note(Instant::now(), sight) {
            Some(Missed::Unsure) => return Ok(false),
            Some(Missed::Gone) => {
                // A broker that has yet to remove the old records would store more with them.
                publisher.close_outlet();
                self.reader.topic_is_gone();
                reporter.error(news::topic_deleted(&options.topic));
            }
            Some(Missed::Known) | None => {}
        }
        answer?;
        if !self.reader.pin_again(consumer, &topic, intake, reporter)? {
            return Ok(false);
        }
        self.reads_since = Instant::now();
        let before = std::mem::replace(&mut self.producer, producer);
        self.let_out();
        retire(before);
        Ok(true)
    }
}

/// Ends a producer as soon as nobody uses it any more. That takes a tenth of a second, for which nobody has to wait.
fn retire(producer: Arc<Producer>) {
    let end = move || {
        while Arc::strong_count(&producer) > 1 {
            thread::sleep(TICK);
        }
        drop(producer);
    };
    // Without a thread it ends here and now.
    let _ = thread::Builder::new()
        .name("kafka-retire".into())
        .spawn(end);
}
