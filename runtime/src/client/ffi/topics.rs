//! Requests about topics: creating and altering them, and what a broker says of each. rdkafka keeps of an answer the code alone,
//! and not the reason.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char};
use std::ptr;
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::bindings as sys;
use rdkafka::client::Client;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};

use super::{Owned, answer, millis, options, queue, text};
use crate::message::Topic;

/// Properties to be set, and their values, by topic.
pub(in crate::client) type Alterations = BTreeMap<String, BTreeMap<String, String>>;

/// The reason for which a topic was not created or altered: Kafka's code, and the broker's words.
pub(in crate::client) type TopicRefusal = (Code, Option<String>);

/// The result of a request, by topic.
pub(in crate::client) type TopicResults = BTreeMap<String, Result<(), TopicRefusal>>;

/// The id of a topic, which tells it from an earlier one of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) struct TopicId(i64, i64);

/// Creates topics, by their names on the cluster. The controller has `operation` to tell the brokers of them. Blocks.
pub(in crate::client) fn create_topics<C: ClientContext>(
    client: &Client<C>,
    topics: &BTreeMap<String, Topic>,
    (timeout, operation): (Duration, Duration),
) -> KafkaResult<TopicResults> {
    let rk = client.native_ptr();
    let options = options(rk, sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout)?;
    set_operation_timeout(&options, operation)?;
    request(topics, new_topic, |pointers| {
        let queue = queue(rk)?;
        // SAFETY: all pointers are alive, the length is that of the array, and librdkafka copies what it is given.
        unsafe {
            sys::rd_kafka_CreateTopics(rk, pointers.as_mut_ptr(), pointers.len(), options.pointer, queue.pointer);
        }
        let event = answer(&queue, timeout)?;
        // SAFETY: the event is alive; the result is null where it is another event, and lives as long as the event.
        unsafe {
            let result = sys::rd_kafka_event_CreateTopics_result(event.pointer);
            topic_results(result, |result, count| sys::rd_kafka_CreateTopics_result_topics(result, count))
        }
    })
}

/// Adds partitions to topics, up to these numbers. The controller has `operation` to tell the brokers of them. Blocks.
pub(in crate::client) fn create_partitions<C: ClientContext>(
    client: &Client<C>,
    counts: &BTreeMap<String, i32>,
    (timeout, operation): (Duration, Duration),
) -> KafkaResult<TopicResults> {
    let rk = client.native_ptr();
    let options = options(rk, sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, timeout)?;
    set_operation_timeout(&options, operation)?;
    request(
        counts,
        |name, count| new_partitions(name, *count),
        |pointers| {
            let queue = queue(rk)?;
            // SAFETY: all pointers are alive, the length is that of the array, and librdkafka copies what it is given.
            unsafe {
                sys::rd_kafka_CreatePartitions(
                    rk,
                    pointers.as_mut_ptr(),
                    pointers.len(),
                    options.pointer,
                    queue.pointer,
                );
            }
            let event = answer(&queue, timeout)?;
            // SAFETY: the event is alive; the result is null where it is another event, and lives as long as the event.
            unsafe {
                let result = sys::rd_kafka_event_CreatePartitions_result(event.pointer);
                topic_results(result, |result, count| sys::rd_kafka_CreatePartitions_result_topics(result, count))
            }
        },
    )
}

/// Makes one request for many topics. What librdkafka itself refuses of one is the result of that one.
fn request<T, P>(
    topics: &BTreeMap<String, T>,
    part: impl Fn(&str, &T) -> KafkaResult<Result<Owned<P>, TopicRefusal>>,
    ask: impl FnOnce(&mut [*mut P]) -> KafkaResult<TopicResults>,
) -> KafkaResult<TopicResults> {
    let (mut parts, mut results) = (Vec::new(), TopicResults::new());
    for (name, topic) in topics {
        match part(name, topic)? {
            Ok(part) => parts.push(part),
            Err(refusal) => drop(results.insert(name.clone(), Err(refusal))),
        }
    }
    let mut pointers: Vec<_> = parts.iter().map(|part| part.pointer).collect();
    if !pointers.is_empty() {
        results.extend(ask(&mut pointers)?);
    }
    Ok(results)
}

fn new_topic(name: &str, topic: &Topic) -> KafkaResult<Result<Owned<sys::rd_kafka_NewTopic_t>, TopicRefusal>> {
    let c_name = CString::new(name)?;
    // -1 is the broker's default.
    let (partitions, replicas) = (topic.partitions.unwrap_or(-1), topic.replicas.unwrap_or(-1));
    let mut reason: [c_char; 512] = [0; 512];
    // SAFETY: the name ends with a zero and is copied, and the length is that of the array.
    let new =
        unsafe { sys::rd_kafka_NewTopic_new(c_name.as_ptr(), partitions, replicas, reason.as_mut_ptr(), reason.len()) };
    if new.is_null() {
        return Ok(Err((Code::InvalidArgument, text(reason.as_ptr()))));
    }
    let new = Owned::new(new, sys::rd_kafka_NewTopic_destroy, "topic")?;
    for (property, value) in topic.configuration.iter() {
        let (property, value) = (CString::new(property.as_bytes())?, CString::new(value.as_bytes())?);
        // SAFETY: the topic is alive, both texts end with a zero, and librdkafka copies them.
        let code = unsafe { sys::rd_kafka_NewTopic_set_config(new.pointer, property.as_ptr(), value.as_ptr()) };
        match code.into() {
            Code::NoError => {}
            code => return Ok(Err((code, None))),
        }
    }
    Ok(Ok(new))
}

fn new_partitions(name: &str, count: i32) -> KafkaResult<Result<Owned<sys::rd_kafka_NewPartitions_t>, TopicRefusal>> {
    let c_name = CString::new(name)?;
    let mut reason: [c_char; 512] = [0; 512];
    // SAFETY: the name ends with a zero and is copied, and the length is that of the array.
    let new = unsafe {
        sys::rd_kafka_NewPartitions_new(
            c_name.as_ptr(),
            usize::try_from(count).unwrap_or_default(),
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    if new.is_null() {
        return Ok(Err((Code::InvalidArgument, text(reason.as_ptr()))));
    }
    Owned::new(new, sys::rd_kafka_NewPartitions_destroy, "partitions").map(Ok)
}

fn set_operation_timeout(options: &Owned<sys::rd_kafka_AdminOptions_t>, timeout: Duration) -> KafkaResult<()> {
    // SAFETY: the options are alive; no text of an error is asked for.
    let code: Code = unsafe {
        sys::rd_kafka_AdminOptions_set_operation_timeout(options.pointer, millis(timeout), ptr::null_mut(), 0).into()
    };
    if code == Code::NoError { Ok(()) } else { Err(KafkaError::AdminOp(code)) }
}

/// The answer of a broker for each topic.
///
/// # Safety
///
/// `topics` gives an array of topics of the result, which lives as long as the result does, and its length.
unsafe fn topic_results<T>(
    result: *const T,
    topics: impl FnOnce(*const T, *mut usize) -> *mut *const sys::rd_kafka_topic_result_t,
) -> KafkaResult<TopicResults> {
    if result.is_null() {
        return Err(KafkaError::Canceled);
    }
    let mut count = 0;
    let topics = topics(result, &raw mut count);
    let mut results = TopicResults::new();
    for index in 0..count {
        // SAFETY: the array has `count` topics; their texts are copied.
        let (name, code, reason) = unsafe {
            let topic = *topics.add(index);
            let code: Code = sys::rd_kafka_topic_result_error(topic).into();
            (text(sys::rd_kafka_topic_result_name(topic)), code, text(sys::rd_kafka_topic_result_error_string(topic)))
        };
        results.insert(name.unwrap_or_default(), if code == Code::NoError { Ok(()) } else { Err((code, reason)) });
    }
    Ok(results)
}

/// Sets properties of topics, and leaves all others as they are. Says of each topic whether it was altered. Blocks.
pub(in crate::client) fn alter_topics<C: ClientContext>(
    client: &Client<C>,
    alterations: &Alterations,
    timeout: Duration,
) -> KafkaResult<TopicResults> {
    if alterations.is_empty() {
        return Ok(TopicResults::new());
    }
    let resources = alterations.iter().map(|(topic, properties)| resource(topic, properties));
    let resources = resources.collect::<KafkaResult<Vec<_>>>()?;
    let mut pointers: Vec<_> = resources.iter().map(|resource| resource.pointer).collect();
    let rk = client.native_ptr();
    let options = options(rk, sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS, timeout)?;
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive, the length is that of the array, and librdkafka copies what it is given.
    unsafe {
        sys::rd_kafka_IncrementalAlterConfigs(
            rk,
            pointers.as_mut_ptr(),
            pointers.len(),
            options.pointer,
            queue.pointer,
        );
    }
    results(&answer(&queue, timeout)?)
}

/// The properties of a topic: name, value, and whether it was set on the topic.
pub(in crate::client) type Properties = Vec<(String, String, bool)>;

/// Asks for the properties of topics, by their names; for a topic that Kafka does not tell of, its code. Blocks.
pub(in crate::client) fn describe_topics<C: ClientContext>(
    client: &Client<C>,
    topics: &[String],
    timeout: Duration,
) -> KafkaResult<BTreeMap<String, Result<Properties, Code>>> {
    let resources = topics.iter().map(|topic| resource(topic, &BTreeMap::new())).collect::<KafkaResult<Vec<_>>>()?;
    let mut pointers: Vec<_> = resources.iter().map(|resource| resource.pointer).collect();
    if pointers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rk = client.native_ptr();
    let options = options(rk, sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout)?;
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive, the length is that of the array, and librdkafka copies what it is given.
    unsafe { sys::rd_kafka_DescribeConfigs(rk, pointers.as_mut_ptr(), pointers.len(), options.pointer, queue.pointer) };
    let event = answer(&queue, timeout)?;
    // SAFETY: the event is alive; the result is null where it is another event.
    let result = unsafe { sys::rd_kafka_event_DescribeConfigs_result(event.pointer) };
    if result.is_null() {
        return Err(KafkaError::Canceled);
    }
    let mut count = 0;
    // SAFETY: the result lives as long as the event.
    let resources = unsafe { sys::rd_kafka_DescribeConfigs_result_resources(result, &raw mut count) };
    let mut described = BTreeMap::new();
    for index in 0..count {
        // SAFETY: the array has `count` resources, which live as long as the event; what they say is copied.
        let (name, code, properties) = unsafe {
            let resource = *resources.add(index);
            let code: Code = sys::rd_kafka_ConfigResource_error(resource).into();
            (text(sys::rd_kafka_ConfigResource_name(resource)), code, properties(resource))
        };
        described.insert(name.unwrap_or_default(), if code == Code::NoError { Ok(properties) } else { Err(code) });
    }
    Ok(described)
}

/// The properties of a resource that have a value: those that are secret have none.
///
/// # Safety
///
/// The resource is alive.
unsafe fn properties(resource: *const sys::rd_kafka_ConfigResource_t) -> Properties {
    let mut count = 0;
    // SAFETY: the resource is alive, and the array lives as long as it does.
    let entries = unsafe { sys::rd_kafka_ConfigResource_configs(resource, &raw mut count) };
    let property = |index| {
        // SAFETY: the array has `count` entries, and their texts are copied.
        unsafe {
            let entry = *entries.add(index);
            let set = sys::rd_kafka_ConfigSource_t::RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG;
            let (name, value) = (sys::rd_kafka_ConfigEntry_name(entry), sys::rd_kafka_ConfigEntry_value(entry));
            Some((text(name)?, text(value)?, sys::rd_kafka_ConfigEntry_source(entry) == set))
        }
    };
    (0..count).filter_map(property).collect()
}

/// Asks a broker for the ids of topics, by their names; for a topic that it does not tell of, Kafka's code. Blocks.
pub(in crate::client) fn topic_ids<C: ClientContext>(
    client: &Client<C>,
    broker: i32,
    topics: &[String],
    timeout: Duration,
) -> KafkaResult<BTreeMap<String, Result<TopicId, Code>>> {
    let names = topics.iter().map(|topic| CString::new(topic.as_str())).collect::<Result<Vec<_>, _>>()?;
    let mut pointers: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
    let rk = client.native_ptr();
    let options = options(rk, sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, timeout)?;
    // Else librdkafka asks the controller, which the mock cluster has not.
    // SAFETY: the options are alive; no text of an error is asked for.
    unsafe { sys::rd_kafka_AdminOptions_set_broker(options.pointer, broker, ptr::null_mut(), 0) };
    let queue = queue(rk)?;
    // SAFETY: all names end with a zero, the length is that of the array, and librdkafka copies them.
    let topics = unsafe { sys::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len()) };
    let topics = Owned::new(topics, sys::rd_kafka_TopicCollection_destroy, "topics")?;
    // SAFETY: all pointers are alive, and librdkafka copies what it is given.
    unsafe { sys::rd_kafka_DescribeTopics(rk, topics.pointer, options.pointer, queue.pointer) };
    ids(&answer(&queue, timeout)?)
}

fn ids(event: &Owned<sys::rd_kafka_event_t>) -> KafkaResult<BTreeMap<String, Result<TopicId, Code>>> {
    // SAFETY: the event is alive; the result is null where it is another event.
    let result = unsafe { sys::rd_kafka_event_DescribeTopics_result(event.pointer) };
    if result.is_null() {
        return Err(KafkaError::Canceled);
    }
    let mut count = 0;
    // SAFETY: the result lives as long as the event.
    let topics = unsafe { sys::rd_kafka_DescribeTopics_result_topics(result, &raw mut count) };
    let mut ids = BTreeMap::new();
    for index in 0..count {
        // SAFETY: the array has `count` topics, which live as long as the event; what they say is copied.
        unsafe {
            let topic = *topics.add(index);
            let code: Code = sys::rd_kafka_error_code(sys::rd_kafka_TopicDescription_error(topic)).into();
            let id = sys::rd_kafka_TopicDescription_topic_id(topic);
            // Where there is no error, there is an id.
            let id = (code == Code::NoError && !id.is_null()).then(|| {
                TopicId(sys::rd_kafka_Uuid_most_significant_bits(id), sys::rd_kafka_Uuid_least_significant_bits(id))
            });
            ids.insert(text(sys::rd_kafka_TopicDescription_name(topic)).unwrap_or_default(), id.ok_or(code));
        }
    }
    Ok(ids)
}

fn resource(topic: &str, properties: &BTreeMap<String, String>) -> KafkaResult<Owned<sys::rd_kafka_ConfigResource_t>> {
    let name = CString::new(topic)?;
    // SAFETY: the name ends with a zero, and librdkafka copies it.
    let resource = unsafe {
        sys::rd_kafka_ConfigResource_new(sys::rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC, name.as_ptr())
    };
    let resource = Owned::new(resource, sys::rd_kafka_ConfigResource_destroy, "resource")?;
    for (property, value) in properties {
        let (property, value) = (CString::new(property.as_str())?, CString::new(value.as_str())?);
        let set = sys::rd_kafka_AlterConfigOpType_t::RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET;
        // SAFETY: the resource is alive, both texts end with a zero, and librdkafka copies them.
        let error = unsafe {
            sys::rd_kafka_ConfigResource_add_incremental_config(
                resource.pointer,
                property.as_ptr(),
                set,
                value.as_ptr(),
            )
        };
        if !error.is_null() {
            let error = Owned::new(error, sys::rd_kafka_error_destroy, "error")?;
            // SAFETY: the error is alive, and its text is copied before it is destroyed.
            let reason = text(unsafe { sys::rd_kafka_error_string(error.pointer) });
            return Err(KafkaError::AdminOpCreation(reason.unwrap_or_default()));
        }
    }
    Ok(resource)
}

fn results(event: &Owned<sys::rd_kafka_event_t>) -> KafkaResult<TopicResults> {
    // SAFETY: the event is alive; the result is null where it is another event.
    let result = unsafe { sys::rd_kafka_event_IncrementalAlterConfigs_result(event.pointer) };
    if result.is_null() {
        return Err(KafkaError::Canceled);
    }
    let mut count = 0;
    // SAFETY: the result lives as long as the event.
    let resources = unsafe { sys::rd_kafka_IncrementalAlterConfigs_result_resources(result, &raw mut count) };
    let mut results = TopicResults::new();
    for index in 0..count {
        // SAFETY: the array has `count` resources, which live as long as the event; their texts are copied.
        let (name, code, reason) = unsafe {
            let resource = *resources.add(index);
            let code: Code = sys::rd_kafka_ConfigResource_error(resource).into();
            let reason = text(sys::rd_kafka_ConfigResource_error_string(resource));
            (text(sys::rd_kafka_ConfigResource_name(resource)), code, reason)
        };
        let result = if code == Code::NoError { Ok(()) } else { Err((code, reason)) };
        results.insert(name.unwrap_or_default(), result);
    }
    Ok(results)
}
