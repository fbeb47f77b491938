//! Requests about the topic that the Rust client does not wrap, or of whose answers it keeps too little: which operations this user may
//! carry out, and in the broker's own words why a topic is not created. Each blocks.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{self, NonNull};
use std::slice;
use std::time::Duration;

use rdkafka::bindings as sys;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::Producer as _;
use sys::rd_kafka_AclOperation_t as Operation;
use sys::rd_kafka_ResourceType_t as Kind;
use sys::rd_kafka_admin_op_t as Request;

use crate::error::Cause;
use crate::kafka::clients::Producer;

/// What this user may do with the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) read: bool,
    pub(crate) write: bool,
}

/// A topic to be created.
pub(crate) struct NewTopic<'a> {
    pub(crate) name: &'a str,
    pub(crate) partitions: i32,
    pub(crate) replication_factor: i32,
    /// Names and values of its configuration.
    pub(crate) config: &'a [(&'static str, String)],
    /// Nothing is created then; the brokers only say whether it could be.
    pub(crate) is_trial: bool,
}

/// What this user may do with a topic that exists, or `None` if no broker says so in time. A broker that checks no rights allows all.
pub(crate) fn rights(client: &Producer, topic: &str, timeout: Duration) -> Option<Rights> {
    let topic = CString::new(topic).ok()?;
    let call = Call::new(client, Request::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, timeout)?;
    let mut names = [topic.as_ptr()];
    // SAFETY: options and collection are alive during the calls, and librdkafka copies what it needs of them. The error of the
    // first call is null, because the option exists for this request; the collection is destroyed once.
    unsafe {
        let error = sys::rd_kafka_AdminOptions_set_include_authorized_operations(call.options, 1);
        if !error.is_null() {
            sys::rd_kafka_error_destroy(error);
            return None;
        }
        let topics = sys::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len());
        sys::rd_kafka_DescribeTopics(call.client, topics, call.options, call.queue);
        sys::rd_kafka_TopicCollection_destroy(topics);
    }
    let answer = call.answer().ok()?;
    // SAFETY: the result and all that it refers to belong to the event, which lives until the end of the function; librdkafka gives
    // arrays of as many elements as it says.
    unsafe {
        let result = sys::rd_kafka_event_DescribeTopics_result(answer.0.as_ptr());
        let mut count = 0;
        let topics = sys::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        let topic = *list(topics, count).first()?;
        let code = sys::rd_kafka_error_code(sys::rd_kafka_TopicDescription_error(topic));
        match RDKafkaErrorCode::from(code) {
            RDKafkaErrorCode::NoError => {}
            RDKafkaErrorCode::TopicAuthorizationFailed => {
                return Some(Rights {
                    read: false,
                    write: false,
                });
            }
            _ => return None,
        }
        let allowed = sys::rd_kafka_TopicDescription_authorized_operations(topic, &raw mut count);
        // A broker before Kafka 2.3 does not tell.
        let allowed = NonNull::new(allowed.cast_mut())?;
        let allowed = slice::from_raw_parts(allowed.as_ptr(), count);
        Some(Rights {
            read: allowed.contains(&Operation::RD_KAFKA_ACL_OPERATION_READ),
            write: allowed.contains(&Operation::RD_KAFKA_ACL_OPERATION_WRITE),
        })
    }
}

/// What has a configuration.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Resource<'a> {
    Topic(&'a str),
    /// By its id.
    Broker(i32),
}

/// Names and values of what is set, or holds by default, without secrets; `None` if it may not be seen, or nobody says it in time.
/// `broker` is asked if it is known that it answers: by itself librdkafka would ask the one that was named as the controller, which may
/// have been killed just now.
pub(crate) fn config(
    client: &Producer,
    resource: Resource<'_>,
    broker: Option<i32>,
    timeout: Duration,
) -> Option<HashMap<String, String>> {
    let call = Call::new(client, Request::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout)?;
    let (kind, name) = match resource {
        Resource::Topic(name) => (Kind::RD_KAFKA_RESOURCE_TOPIC, name.to_owned()),
        Resource::Broker(id) => (Kind::RD_KAFKA_RESOURCE_BROKER, id.to_string()),
    };
    let name = CString::new(name).ok()?;
    if let Some(broker) = broker {
        // SAFETY: the options are alive; the text of an error is not asked for.
        unsafe {
            let (none, size) = (ptr::null_mut(), 0);
            sys::rd_kafka_AdminOptions_set_broker(call.options, broker, none, size);
        }
    }
    // SAFETY: the name is alive during the first call; librdkafka copies the resource, which is destroyed once.
    unsafe {
        let mut resource =
            NonNull::new(sys::rd_kafka_ConfigResource_new(kind, name.as_ptr()))?.as_ptr();
        sys::rd_kafka_DescribeConfigs(call.client, &raw mut resource, 1, call.options, call.queue);
        sys::rd_kafka_ConfigResource_destroy(resource);
    }
    let answer = call.answer().ok()?;
    // SAFETY: as in rights(); names and values are terminated texts, or null where there is no value.
    unsafe {
        let result = sys::rd_kafka_event_DescribeConfigs_result(answer.0.as_ptr());
        let mut count = 0;
        let resources = sys::rd_kafka_DescribeConfigs_result_resources(result, &raw mut count);
        let resource = *list(resources, count).first()?;
        let code = sys::rd_kafka_ConfigResource_error(resource);
        if RDKafkaErrorCode::from(code) != RDKafkaErrorCode::NoError {
            return None;
        }
        let entries = sys::rd_kafka_ConfigResource_configs(resource, &raw mut count);
        let text = |text: *const c_char| {
            NonNull::new(text.cast_mut())
                .map(|text| CStr::from_ptr(text.as_ptr()).to_string_lossy().into_owned())
        };
        let entries = list(entries, count).iter();
        let open = entries.filter(|entry| sys::rd_kafka_ConfigEntry_is_sensitive(**entry) != 1);
        let config: HashMap<_, _> = open
            .filter_map(|entry| {
                let name = text(sys::rd_kafka_ConfigEntry_name(*entry))?;
                Some((name, text(sys::rd_kafka_ConfigEntry_value(*entry))?))
            })
            .collect();
        // Nothing is shown of what may not be seen.
        (!config.is_empty()).then_some(config)
    }
}

/// Creates a topic. Fails with the broker's own words.
pub(crate) fn create(
    client: &Producer,
    topic: &NewTopic<'_>,
    timeout: Duration,
) -> Result<(), Cause> {
    let failed = || Cause::from(RDKafkaErrorCode::InvalidArgument);
    let call = Call::new(client, Request::RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
    let call = call.ok_or_else(failed)?;
    let name = CString::new(topic.name).map_err(|_| failed())?;
    let mut reason: [c_char; 256] = [0; 256];
    // SAFETY: name and reason are alive during the call, which writes no more than the given size into the latter.
    let new = unsafe {
        sys::rd_kafka_NewTopic_new(
            name.as_ptr(),
            topic.partitions,
            topic.replication_factor,
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    let mut new = NonNull::new(new).ok_or_else(failed)?.as_ptr();
    for (name, value) in topic.config {
        if let (Ok(name), Ok(value)) = (CString::new(*name), CString::new(value.as_str())) {
            // SAFETY: the topic is alive, and librdkafka copies name and value.
            unsafe { sys::rd_kafka_NewTopic_set_config(new, name.as_ptr(), value.as_ptr()) };
        }
    }
    // SAFETY: options and topic are alive, librdkafka copies the topic, which is destroyed once; the text of an error is not asked
    // for.
    unsafe {
        let is_trial = c_int::from(topic.is_trial);
        sys::rd_kafka_AdminOptions_set_validate_only(call.options, is_trial, ptr::null_mut(), 0);
        sys::rd_kafka_CreateTopics(call.client, &raw mut new, 1, call.options, call.queue);
        sys::rd_kafka_NewTopic_destroy(new);
    }
    let answer = call.answer()?;
    // SAFETY: as in rights().
    unsafe {
        let result = sys::rd_kafka_event_CreateTopics_result(answer.0.as_ptr());
        let mut count = 0;
        let topics = sys::rd_kafka_CreateTopics_result_topics(result, &raw mut count);
        let Some(&topic) = list(topics, count).first() else {
            return Err(RDKafkaErrorCode::Unknown.into());
        };
        let code = sys::rd_kafka_topic_result_error(topic).into();
        told(code, sys::rd_kafka_topic_result_error_string(topic))
    }
}

/// One request and where its answer comes. Belongs to the thread that made it.
struct Call {
    client: *mut sys::rd_kafka_t,
    options: *mut sys::rd_kafka_AdminOptions_t,
    queue: *mut sys::rd_kafka_queue_t,
    timeout_ms: c_int,
}

impl Call {
    fn new(client: &Producer, request: Request, timeout: Duration) -> Option<Self> {
        let timeout_ms = c_int::try_from(timeout.as_millis()).ok()?;
        let client = client.client().native_ptr();
        // SAFETY: the client is alive; options and queue are new, and given back by drop().
        let call = unsafe {
            Self {
                client,
                options: sys::rd_kafka_AdminOptions_new(client, request),
                queue: sys::rd_kafka_queue_new(client),
                timeout_ms,
            }
        };
        // SAFETY: the options are alive; the texts of errors are not asked for.
        unsafe {
            let (none, size) = (ptr::null_mut(), 0);
            sys::rd_kafka_AdminOptions_set_request_timeout(call.options, timeout_ms, none, size);
            if request == Request::RD_KAFKA_ADMIN_OP_CREATETOPICS {
                let (none, size) = (ptr::null_mut(), 0);
                sys::rd_kafka_AdminOptions_set_operation_timeout(
                    call.options,
                    timeout_ms,
                    none,
                    size,
                );
            }
        }
        Some(call)
    }

    fn answer(&self) -> Result<Event, Cause> {
        // librdkafka answers when its own time limit has passed; it may need a moment more.
        let patience = self.timeout_ms.saturating_add(200);
        // SAFETY: the queue is alive; the event is given back by `Event`.
        let event = unsafe { sys::rd_kafka_queue_poll(self.queue, patience) };
        let event = NonNull::new(event).map(Event);
        let event = event.ok_or(RDKafkaErrorCode::OperationTimedOut)?;
        // SAFETY: the event is alive, and its text belongs to it.
        unsafe {
            let code = sys::rd_kafka_event_error(event.0.as_ptr()).into();
            told(code, sys::rd_kafka_event_error_string(event.0.as_ptr()))?;
        }
        Ok(event)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // SAFETY: both were made by new(), and are given back once. An answer that comes late is dropped with the queue.
        unsafe {
            sys::rd_kafka_queue_destroy(self.queue);
            sys::rd_kafka_AdminOptions_destroy(self.options);
        }
    }
}

struct Event(NonNull<sys::rd_kafka_event_t>);

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: the event was taken from a queue and is destroyed once.
        unsafe { sys::rd_kafka_event_destroy(self.0.as_ptr()) }
    }
}

/// # Safety
/// `first` is null or points to `count` elements that outlive the use of the slice.
unsafe fn list<'a, T>(first: *mut *const T, count: usize) -> &'a [*const T] {
    if first.is_null() {
        return &[];
    }
    // SAFETY: promised by the caller.
    unsafe { slice::from_raw_parts(first, count) }
}

/// # Safety
/// `reason` is null or a terminated text that is alive.
unsafe fn told(code: RDKafkaErrorCode, reason: *const c_char) -> Result<(), Cause> {
    if code == RDKafkaErrorCode::NoError {
        return Ok(());
    }
    if reason.is_null() {
        return Err(code.into());
    }
    // SAFETY: promised by the caller.
    let reason = unsafe { CStr::from_ptr(reason) };
    Err(Cause::told(code, &reason.to_string_lossy()))
}
