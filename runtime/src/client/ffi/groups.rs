//! Requests about consumer groups and offsets. rdkafka has none of them but the deletion of groups.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char};
use std::ptr;
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::TopicPartitionList;
use rdkafka::bindings as sys;
use rdkafka::client::Client;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use sys::rd_kafka_admin_op_t as Op;

use super::{Owned, answer, options, queue, text};
use crate::client::group::{Group, GroupDescription, GroupMember, GroupProtocol, GroupState};
use crate::client::topic_partition::TopicPartition;

/// An offset of each partition, or Kafka's code where there is none.
pub(in crate::client) type Offsets = BTreeMap<TopicPartition, Result<i64, Code>>;

/// The groups that the user may see. Blocks.
pub(in crate::client) fn list_groups<C: ClientContext>(
    client: &Client<C>,
    timeout: Duration,
) -> KafkaResult<Vec<Group>> {
    let rk = client.native_ptr();
    let options = options(rk, Op::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, timeout)?;
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive.
    unsafe { sys::rd_kafka_ListConsumerGroups(rk, options.pointer, queue.pointer) };
    let event = answer(&queue, timeout)?;
    // SAFETY: the event is alive; the result is null where it is another event.
    let result = unsafe { sys::rd_kafka_event_ListConsumerGroups_result(event.pointer) };
    not_null(result)?;
    let (mut failed, mut count) = (0, 0);
    // SAFETY: the result lives as long as the event, and so do both arrays, which have these lengths; what they say is copied.
    unsafe {
        let errors = sys::rd_kafka_ListConsumerGroups_result_errors(result, &raw mut failed);
        if failed > 0 {
            return Err(KafkaError::AdminOp(sys::rd_kafka_error_code(*errors).into()));
        }
        let groups = sys::rd_kafka_ListConsumerGroups_result_valid(result, &raw mut count);
        Ok((0..count).map(|index| listed(*groups.add(index))).collect())
    }
}

/// # Safety
///
/// The listing is alive.
unsafe fn listed(listing: *const sys::rd_kafka_ConsumerGroupListing_t) -> Group {
    // SAFETY: the listing is alive, and its texts are copied.
    unsafe {
        Group {
            name: text(sys::rd_kafka_ConsumerGroupListing_group_id(listing)).unwrap_or_default(),
            state: state(sys::rd_kafka_ConsumerGroupListing_state(listing)),
            protocol: protocol(sys::rd_kafka_ConsumerGroupListing_type(listing)),
        }
    }
}

/// A group and its members. Blocks.
pub(in crate::client) fn describe_group<C: ClientContext>(
    client: &Client<C>,
    group: &str,
    timeout: Duration,
) -> KafkaResult<GroupDescription> {
    let name = CString::new(group)?;
    let mut names = [name.as_ptr()];
    let rk = client.native_ptr();
    let options = options(rk, Op::RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, timeout)?;
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive, the length is that of the array, and librdkafka copies the name.
    unsafe {
        sys::rd_kafka_DescribeConsumerGroups(rk, names.as_mut_ptr(), names.len(), options.pointer, queue.pointer);
    }
    let event = answer(&queue, timeout)?;
    // SAFETY: the event is alive; the result is null where it is another event.
    let result = unsafe { sys::rd_kafka_event_DescribeConsumerGroups_result(event.pointer) };
    not_null(result)?;
    let mut count = 0;
    // SAFETY: the result and its array live as long as the event; there is a description of the one group that was asked for.
    unsafe {
        let groups = sys::rd_kafka_DescribeConsumerGroups_result_groups(result, &raw mut count);
        if count == 0 {
            return Err(KafkaError::Canceled);
        }
        described(*groups)
    }
}

/// # Safety
///
/// The description is alive.
unsafe fn described(group: *const sys::rd_kafka_ConsumerGroupDescription_t) -> KafkaResult<GroupDescription> {
    // SAFETY: the description is alive, and so are its members; their texts are copied.
    unsafe {
        refused(sys::rd_kafka_ConsumerGroupDescription_error(group))?;
        let member = |index| member(sys::rd_kafka_ConsumerGroupDescription_member(group, index));
        let count = sys::rd_kafka_ConsumerGroupDescription_member_count(group);
        let mut members: Vec<_> = (0..count).map(member).collect();
        members.sort();
        Ok(GroupDescription {
            group: Group {
                name: text(sys::rd_kafka_ConsumerGroupDescription_group_id(group)).unwrap_or_default(),
                state: state(sys::rd_kafka_ConsumerGroupDescription_state(group)),
                protocol: protocol(sys::rd_kafka_ConsumerGroupDescription_type(group)),
            },
            assignor: text(sys::rd_kafka_ConsumerGroupDescription_partition_assignor(group)).unwrap_or_default(),
            members,
        })
    }
}

/// # Safety
///
/// The member is alive.
unsafe fn member(member: *const sys::rd_kafka_MemberDescription_t) -> GroupMember {
    // SAFETY: the member is alive, and so is its assignment; all of it is copied.
    unsafe {
        let assignment = sys::rd_kafka_MemberDescription_assignment(member);
        let partitions = if assignment.is_null() {
            Offsets::new()
        } else {
            offsets(sys::rd_kafka_MemberAssignment_partitions(assignment))
        };
        GroupMember {
            id: text(sys::rd_kafka_MemberDescription_consumer_id(member)).unwrap_or_default(),
            client_id: text(sys::rd_kafka_MemberDescription_client_id(member)).unwrap_or_default(),
            instance: text(sys::rd_kafka_MemberDescription_group_instance_id(member)),
            host: text(sys::rd_kafka_MemberDescription_host(member)).unwrap_or_default(),
            partitions: partitions.into_keys().collect(),
        }
    }
}

/// The committed offsets of a group, of those partitions that have one. Blocks.
pub(in crate::client) fn group_offsets<C: ClientContext>(
    client: &Client<C>,
    group: &str,
    timeout: Duration,
) -> KafkaResult<Offsets> {
    let name = CString::new(group)?;
    let rk = client.native_ptr();
    let options = options(rk, Op::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout)?;
    // SAFETY: the name ends with a zero, and is copied; null stands for all partitions.
    let request = unsafe { sys::rd_kafka_ListConsumerGroupOffsets_new(name.as_ptr(), ptr::null()) };
    let request = Owned::new(request, sys::rd_kafka_ListConsumerGroupOffsets_destroy, "request")?;
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive, and librdkafka copies the one request.
    unsafe {
        let mut requests = [request.pointer];
        sys::rd_kafka_ListConsumerGroupOffsets(rk, requests.as_mut_ptr(), 1, options.pointer, queue.pointer);
    }
    let event = answer(&queue, timeout)?;
    // SAFETY: the event is alive; the result is null where it is another event, and lives as long as the event.
    unsafe {
        let result = sys::rd_kafka_event_ListConsumerGroupOffsets_result(event.pointer);
        group_result(result, |result, count| sys::rd_kafka_ListConsumerGroupOffsets_result_groups(result, count))
    }
}

/// Sets the committed offsets of a group that has no members. The answer has Kafka's code for each partition. Blocks.
pub(in crate::client) fn set_group_offsets<C: ClientContext>(
    client: &Client<C>,
    group: &str,
    offsets: &TopicPartitionList,
    timeout: Duration,
) -> KafkaResult<Offsets> {
    let name = CString::new(group)?;
    let rk = client.native_ptr();
    let options = options(rk, Op::RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, timeout)?;
    // SAFETY: the name ends with a zero, the list is alive, and both are copied.
    let request = unsafe { sys::rd_kafka_AlterConsumerGroupOffsets_new(name.as_ptr(), offsets.ptr()) };
    let request = Owned::new(request, sys::rd_kafka_AlterConsumerGroupOffsets_destroy, "request")?;
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive, and librdkafka copies the one request.
    unsafe {
        let mut requests = [request.pointer];
        sys::rd_kafka_AlterConsumerGroupOffsets(rk, requests.as_mut_ptr(), 1, options.pointer, queue.pointer);
    }
    let event = answer(&queue, timeout)?;
    // SAFETY: the event is alive; the result is null where it is another event, and lives as long as the event.
    unsafe {
        let result = sys::rd_kafka_event_AlterConsumerGroupOffsets_result(event.pointer);
        group_result(result, |result, count| sys::rd_kafka_AlterConsumerGroupOffsets_result_groups(result, count))
    }
}

/// Deletes a group that has no members, with its offsets. Blocks.
pub(in crate::client) fn delete_group<C: ClientContext>(
    client: &Client<C>,
    group: &str,
    timeout: Duration,
) -> KafkaResult<()> {
    let name = CString::new(group)?;
    let rk = client.native_ptr();
    let options = options(rk, Op::RD_KAFKA_ADMIN_OP_DELETEGROUPS, timeout)?;
    // SAFETY: the name ends with a zero, and is copied.
    let request = unsafe { sys::rd_kafka_DeleteGroup_new(name.as_ptr()) };
    let request = Owned::new(request, sys::rd_kafka_DeleteGroup_destroy, "request")?;
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive, and librdkafka copies the one request.
    unsafe {
        let mut requests = [request.pointer];
        sys::rd_kafka_DeleteGroups(rk, requests.as_mut_ptr(), 1, options.pointer, queue.pointer);
    }
    let event = answer(&queue, timeout)?;
    // SAFETY: the event is alive; the result is null where it is another event, and lives as long as the event.
    unsafe {
        let result = sys::rd_kafka_event_DeleteGroups_result(event.pointer);
        group_result(result, |result, count| sys::rd_kafka_DeleteGroups_result_groups(result, count)).map(drop)
    }
}

/// The answer of a broker for the one group that it was asked about.
///
/// # Safety
///
/// `groups` gives an array of groups of the result, which lives as long as the result does, and its length.
unsafe fn group_result<T>(
    result: *const T,
    groups: impl FnOnce(*const T, *mut usize) -> *mut *const sys::rd_kafka_group_result_t,
) -> KafkaResult<Offsets> {
    not_null(result)?;
    let mut count = 0;
    let groups = groups(result, &raw mut count);
    if count == 0 {
        return Err(KafkaError::Canceled);
    }
    // SAFETY: the array has the one group; its list of partitions is copied, and null where there is none.
    unsafe {
        refused(sys::rd_kafka_group_result_error(*groups))?;
        Ok(offsets(sys::rd_kafka_group_result_partitions(*groups)))
    }
}

/// The offsets of partitions: of a list with a time in milliseconds, or one of librdkafka's numbers for the beginning (-2) and
/// the end (-1), in place of each offset; -1 where no record has reached the time. Blocks.
pub(in crate::client) fn list_offsets<C: ClientContext>(
    client: &Client<C>,
    asked: &TopicPartitionList,
    timeout: Duration,
) -> KafkaResult<Offsets> {
    let rk = client.native_ptr();
    let options = options(rk, Op::RD_KAFKA_ADMIN_OP_LISTOFFSETS, timeout)?;
    let level = sys::rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED;
    // SAFETY: the options are alive; they take a level, and so there is no error to destroy.
    unsafe { sys::rd_kafka_AdminOptions_set_isolation_level(options.pointer, level) };
    let queue = queue(rk)?;
    // SAFETY: all pointers are alive, and librdkafka copies the list.
    unsafe { sys::rd_kafka_ListOffsets(rk, asked.ptr(), options.pointer, queue.pointer) };
    let event = answer(&queue, timeout)?;
    // SAFETY: the event is alive; the result is null where it is another event.
    let result = unsafe { sys::rd_kafka_event_ListOffsets_result(event.pointer) };
    not_null(result)?;
    let mut count = 0;
    // SAFETY: the result and its array live as long as the event; the array has this length, and what it says is copied.
    unsafe {
        let infos = sys::rd_kafka_ListOffsets_result_infos(result, &raw mut count);
        let partition = |index| sys::rd_kafka_ListOffsetsResultInfo_topic_partition(*infos.add(index));
        Ok((0..count).map(|index| offset(&*partition(index))).collect())
    }
}

/// The offsets of a list; none of those partitions that have none.
///
/// # Safety
///
/// The list is null or alive.
unsafe fn offsets(list: *const sys::rd_kafka_topic_partition_list_t) -> Offsets {
    if list.is_null() {
        return Offsets::new();
    }
    // SAFETY: the list is alive and has `cnt` elements, whose topics end with a zero; they are copied.
    unsafe {
        let count = usize::try_from((*list).cnt).unwrap_or_default();
        (0..count).map(|index| offset(&*(*list).elems.add(index))).collect()
    }
}

fn offset(element: &sys::rd_kafka_topic_partition_t) -> (TopicPartition, Result<i64, Code>) {
    let partition = TopicPartition::new(text(element.topic.cast::<c_char>()).unwrap_or_default(), element.partition);
    let code: Code = element.err.into();
    (partition, if code == Code::NoError { Ok(element.offset) } else { Err(code) })
}

fn not_null<T>(result: *const T) -> KafkaResult<()> {
    if result.is_null() { Err(KafkaError::Canceled) } else { Ok(()) }
}

/// # Safety
///
/// The error is null or alive.
unsafe fn refused(error: *const sys::rd_kafka_error_t) -> KafkaResult<()> {
    // SAFETY: the error is null, which is no error for librdkafka, or alive.
    match unsafe { sys::rd_kafka_error_code(error) }.into() {
        Code::NoError => Ok(()),
        code => Err(KafkaError::AdminOp(code)),
    }
}

fn state(state: sys::rd_kafka_consumer_group_state_t) -> GroupState {
    use sys::rd_kafka_consumer_group_state_t as State;

    match state {
        State::RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY => GroupState::Empty,
        State::RD_KAFKA_CONSUMER_GROUP_STATE_STABLE => GroupState::Stable,
        State::RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE => GroupState::PreparingRebalance,
        State::RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE => GroupState::CompletingRebalance,
        State::RD_KAFKA_CONSUMER_GROUP_STATE_DEAD => GroupState::Dead,
        _ => GroupState::Unknown,
    }
}

fn protocol(protocol: sys::rd_kafka_consumer_group_type_t) -> GroupProtocol {
    use sys::rd_kafka_consumer_group_type_t as Protocol;

    match protocol {
        Protocol::RD_KAFKA_CONSUMER_GROUP_TYPE_CLASSIC => GroupProtocol::Classic,
        Protocol::RD_KAFKA_CONSUMER_GROUP_TYPE_CONSUMER => GroupProtocol::Consumer,
        _ => GroupProtocol::Unknown,
    }
}
