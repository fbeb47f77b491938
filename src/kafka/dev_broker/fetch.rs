//! Fetch requests and their answers, as far as waiting for records depends on them.
//!
//! <https://kafka.apache.org/protocol#The_Messages_Fetch>. All functions take a frame with its length in front. Pure.

/// The `api_key` of a fetch request.
const FETCH: i16 = 1;
/// Flexible versions, which the mock cluster knows; librdkafka uses the last one.
const VERSIONS: std::ops::RangeInclusive<i16> = 12..=16;
/// Since this version a topic is named by its id.
const WITH_TOPIC_ID: i16 = 13;
/// Since this version the request does not begin with the id of a replica.
const WITHOUT_REPLICA: i16 = 15;

/// For how long a fetch request would wait for records.
pub(super) struct Wait {
    version: i16,
    /// `max_wait_ms`; 0 for a negative one.
    pub(super) millis: u64,
}

impl Wait {
    /// Takes it out of the request, so that it is answered at once. None for other requests, which stay as they are.
    pub(super) fn take_from(request: &mut [u8]) -> Option<Self> {
        let mut fields = Fields::of(request);
        let key = fields.i16()?;
        let version = fields.i16()?;
        if key != FETCH || !VERSIONS.contains(&version) {
            return None;
        }
        fields.skip(4)?; // correlation_id
        let client_id = fields.i16()?;
        fields.skip(usize::try_from(client_id).unwrap_or(0))?;
        fields.tags()?;
        if version < WITHOUT_REPLICA {
            fields.skip(4)?; // replica_id
        }
        let at = request.len() - fields.rest.len();
        let wait = request.get_mut(at..at + 4)?;
        let millis = i32::from_be_bytes(wait.try_into().ok()?);
        wait.fill(0);
        Some(Self {
            version,
            millis: u64::try_from(millis).unwrap_or(0),
        })
    }

    /// Whether a broker would go on waiting: the answer to the request has neither a record nor an error.
    pub(super) fn goes_on(&self, answer: &[u8]) -> bool {
        self.finds_nothing(Fields::of(answer)).unwrap_or(false)
    }

    /// None if the answer ends too early.
    fn finds_nothing(&self, mut answer: Fields) -> Option<bool> {
        answer.skip(4)?; // correlation_id
        answer.tags()?;
        answer.skip(4)?; // throttle_time_ms
        if answer.i16()? != 0 {
            return Some(false);
        }
        answer.skip(4)?; // session_id
        for _ in 0..answer.length()? {
            let name = if self.version < WITH_TOPIC_ID {
                answer.length()?
            } else {
                16
            };
            answer.skip(name)?;
            for _ in 0..answer.length()? {
                answer.skip(4)?; // partition_index
                if answer.i16()? != 0 {
                    return Some(false);
                }
                answer.skip(3 * 8)?; // high_watermark, last_stable_offset, log_start_offset
                for _ in 0..answer.length()? {
                    answer.skip(2 * 8)?; // an aborted transaction
                    answer.tags()?;
                }
                answer.skip(4)?; // preferred_read_replica
                if answer.length()? > 0 {
                    return Some(false);
                }
                answer.tags()?;
            }
            answer.tags()?;
        }
        Some(true)
    }
}

/// What is still to be read of a frame.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn of(frame: &'a [u8]) -> Self {
        Self {
            rest: frame.get(4..).unwrap_or_default(),
        }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(|_| ())
    }

    fn i16(&mut self) -> Option<i16> {
        Some(i16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// An unsigned number of seven bits a byte, the lowest first.
    fn varint(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.take(1)?[0];
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Of something compact: one more than there is, or 0 for null.
    fn length(&mut self) -> Option<usize> {
        Some(self.varint()?.saturating_sub(1))
    }

    fn tags(&mut self) -> Option<()> {
        for _ in 0..self.varint()? {
            self.varint()?;
            let size = self.varint()?;
            self.skip(size)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a request of the client "abc", without tags.
    fn head(key: i16, version: i16) -> Vec<u8> {
        let mut frame = vec![0, 0, 0, 99];
        frame.extend(key.to_be_bytes());
        frame.extend(version.to_be_bytes());
        frame.extend([0, 0, 0, 7, 0, 3]);
        frame.extend(b"abc\0");
        frame
    }

    fn request(version: i16) -> (Vec<u8>, usize) {
        let mut frame = head(FETCH, version);
        if version < WITHOUT_REPLICA {
            frame.extend([0xff; 4]);
        }
        let at = frame.len();
        frame.extend(500_i32.to_be_bytes());
        frame.extend(1_i32.to_be_bytes());
        (frame, at)
    }

    /// An answer about two partitions of one topic.
    fn answer(version: i16, error: i16, records: &[u8]) -> Vec<u8> {
        let mut frame = vec![0, 0, 0, 99, 0, 0, 0, 7, 0];
        frame.extend([0; 4 + 2 + 4]);
        frame.push(2);
        if version < WITH_TOPIC_ID {
            frame.extend(b"\x04abc");
        } else {
            frame.extend([9; 16]);
        }
        frame.push(3);
        for (partition, error, records) in [(0_i32, 0_i16, &b""[..]), (1, error, records)] {
            frame.extend(partition.to_be_bytes());
            frame.extend(error.to_be_bytes());
            frame.extend([1; 24]);
            frame.push(1);
            frame.extend([0xff; 4]);
            frame.push(u8::try_from(records.len()).unwrap() + 1);
            frame.extend(records);
            frame.extend([1, 1, 2, 5, 5]); // one tag, of two bytes
        }
        frame.extend([0, 0]);
        frame
    }

    #[test]
    fn the_time_to_wait_is_taken_out_of_a_fetch_request_and_nothing_else_is() {
        for version in VERSIONS {
            let (mut frame, at) = request(version);
            let mut expected = frame.clone();
            expected[at..at + 4].fill(0);
            assert_eq!(Wait::take_from(&mut frame).unwrap().millis, 500);
            assert_eq!(frame, expected);
        }
    }

    #[test]
    fn what_is_no_fetch_request_of_a_known_version_stays_as_it_is() {
        let (mut cut, at) = request(16);
        cut.truncate(at + 3);
        let of_other_versions = [11, 17].map(|version| request(version).0);
        for frame in [head(0, 12), vec![], vec![0; 4], cut]
            .into_iter()
            .chain(of_other_versions)
        {
            let mut after = frame.clone();
            assert!(Wait::take_from(&mut after).is_none());
            assert_eq!(after, frame);
        }
    }

    #[test]
    fn it_goes_on_waiting_only_while_there_is_neither_record_nor_error() {
        for version in VERSIONS {
            let (mut frame, _) = request(version);
            let wait = Wait::take_from(&mut frame).unwrap();
            assert!(wait.goes_on(&answer(version, 0, b"")));
            assert!(!wait.goes_on(&answer(version, 0, b"record")));
            assert!(!wait.goes_on(&answer(version, 6, b"")));
            let mut refused = answer(version, 0, b"");
            refused[14] = 1;
            assert!(!wait.goes_on(&refused));
        }
    }

    #[test]
    fn an_answer_that_ends_too_early_is_not_waited_for() {
        let (mut frame, _) = request(16);
        let wait = Wait::take_from(&mut frame).unwrap();
        let whole = answer(16, 0, b"");
        for length in 0..whole.len() - 2 {
            assert!(!wait.goes_on(&whole[..length]), "{length}");
        }
    }
}
