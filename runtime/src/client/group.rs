//! Consumer groups as Kafka describes them.

use std::fmt;

use super::topic_partition::TopicPartition;

/// The state of a consumer group, by Kafka's own name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GroupState {
    /// It has no members; its offsets stay for `offsets.retention.minutes` (a week).
    Empty,
    /// Its members have their partitions.
    Stable,
    /// Its members are asked to join again.
    PreparingRebalance,
    /// Its members wait for their partitions.
    CompletingRebalance,
    /// It does not exist, or is being removed.
    Dead,
    /// A state that librdkafka has no name for: `Assigning` and `Reconciling` of the protocol `consumer`.
    Unknown,
}

impl fmt::Display for GroupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The protocol by which the members of a group share partitions: librdkafka's property `group.protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GroupProtocol {
    /// One of the members assigns the partitions.
    Classic,
    /// The broker assigns the partitions (Kafka 4).
    Consumer,
    /// The cluster does not say: it is older than the distinction.
    Unknown,
}

impl fmt::Display for GroupProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Unknown => "unknown",
        })
    }
}

/// A consumer group of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Group {
    /// Its name: `group.id`.
    pub name: String,
    /// Its state.
    pub state: GroupState,
    /// The protocol of its members.
    pub protocol: GroupProtocol,
}

/// A consumer group with its members.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupDescription {
    /// The group.
    pub group: Group,
    /// The strategy that assigns partitions, as `range` or `cooperative-sticky`; empty where there are no members.
    pub assignor: String,
    /// Its members, by id.
    pub members: Vec<GroupMember>,
}

/// A member of a consumer group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct GroupMember {
    /// Its id, which the broker gave it.
    pub id: String,
    /// Its property `client.id`.
    pub client_id: String,
    /// Its property `group.instance.id`, where it has one: it keeps its partitions across a restart.
    pub instance: Option<String>,
    /// The host that it connects from.
    pub host: String,
    /// Its partitions, in order.
    pub partitions: Vec<TopicPartition>,
}
