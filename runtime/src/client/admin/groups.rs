//! Consumer groups: their members and offsets, and the two changes that an operator makes to a group without members.

use std::collections::BTreeMap;

use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::{Offset, TopicPartitionList};

use super::Admin;
use super::topics::{Client, REQUEST_TIMEOUT};
use crate::client::error::{AdminError, Cause};
use crate::client::ffi::groups::{delete_group, describe_group, group_offsets, list_groups, set_group_offsets};
use crate::client::group::{Group, GroupDescription, GroupState};
use crate::client::topic_partition::{TopicPartition, list_at};

impl Admin {
    /// The consumer groups of the cluster that the user may see, by name.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, [`AdminError::NoController`] on an in-process Kafka,
    /// which does not tell its groups, and [`AdminError::Kafka`] where a broker does not answer within 20 s.
    pub async fn groups(&self) -> Result<Vec<Group>, AdminError> {
        self.find_controller().await?;
        let mut groups = self.with_client(|client| list_groups(client.inner(), REQUEST_TIMEOUT)).await?;
        groups.sort();
        Ok(groups)
    }

    /// A consumer group with its members and their partitions; `None` where there is no such group.
    ///
    /// # Errors
    ///
    /// As [`Admin::groups`], and [`AdminError::Group`] where Kafka refuses to tell: the user needs the right `Describe` on the
    /// group.
    pub async fn describe_group(&self, group: &str) -> Result<Option<GroupDescription>, AdminError> {
        self.find_controller().await?;
        let described =
            self.ask_group(group, "Describe", |client, group| describe_group(client.inner(), group, REQUEST_TIMEOUT));
        match described.await {
            // Older protocols tell of a group that is not there as of one that is dead.
            Ok(described) if described.group.state == GroupState::Dead => Ok(None),
            Ok(described) => Ok(Some(described)),
            Err(AdminError::Group { cause, .. }) if cause.code() == Some(Code::GroupIdNotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The committed offsets of a group, of all partitions that have one and that the user may see; empty where there is no such
    /// group.
    ///
    /// # Errors
    ///
    /// As [`Admin::describe_group`].
    pub async fn group_offsets(&self, group: &str) -> Result<BTreeMap<TopicPartition, i64>, AdminError> {
        self.find_controller().await?;
        let offsets =
            self.ask_group(group, "Describe", |client, group| group_offsets(client.inner(), group, REQUEST_TIMEOUT));
        let committed = |(partition, offset): (_, Result<i64, Code>)| Some((partition, offset.ok()?));
        // A partition without an offset has a number below 0.
        Ok(offsets.await?.into_iter().filter_map(committed).filter(|(_, offset)| *offset >= 0).collect())
    }

    /// Sets committed offsets of a group that has no members; its next members go on from there. Offsets of other partitions stay.
    /// A group that does not exist is created.
    ///
    /// ```no_run
    /// # async fn run(kafka: thoth_messaging::Kafka) -> Result<(), Box<dyn std::error::Error>> {
    /// use thoth_messaging::client::{Position, TopicPartition};
    ///
    /// let admin = kafka.admin();
    /// let first = admin.offsets([TopicPartition::new("orders", 0)], Position::Beginning).await?;
    /// admin.set_group_offsets("billing", &first).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Admin::describe_group`]. Kafka refuses it ([`AdminError::Group`]) where the group has members, and where the user
    /// lacks the right `Read` on the group or on a topic: offsets of other topics may have been set nonetheless, and it does no
    /// harm to try again.
    pub async fn set_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, i64>,
    ) -> Result<(), AdminError> {
        if offsets.is_empty() {
            return Ok(());
        }
        self.find_controller().await?;
        let list = list_at(offsets.iter().map(|(partition, offset)| (partition, Offset::Offset(*offset))));
        let list: TopicPartitionList = list.map_err(|error| AdminError::Kafka { cause: Cause::new(error) })?;
        let set = move |client: &Client, group: &str| set_group_offsets(client.inner(), group, &list, REQUEST_TIMEOUT);
        for (partition, result) in self.ask_group(group, "Read", set).await? {
            result.map_err(|code| refusal(group, "Read", &partition.topic, KafkaError::AdminOp(code)))?;
        }
        Ok(())
    }

    /// Deletes a group that has no members, and its committed offsets with it.
    ///
    /// # Errors
    ///
    /// As [`Admin::describe_group`]. Kafka refuses it ([`AdminError::Group`]) where the group has members or does not exist, and
    /// where the user lacks the right `Delete` on the group.
    pub async fn delete_group(&self, group: &str) -> Result<(), AdminError> {
        self.find_controller().await?;
        self.ask_group(group, "Delete", |client, group| delete_group(client.inner(), group, REQUEST_TIMEOUT)).await
    }

    /// Makes a request about a group, which needs a right on it.
    async fn ask_group<T, F>(&self, group: &str, right: &'static str, ask: F) -> Result<T, AdminError>
    where
        T: Send + 'static,
        F: FnOnce(&Client, &str) -> KafkaResult<T> + Send + 'static,
    {
        let name = group.to_owned();
        let asked = self.with_client(move |client| Ok(ask(client, &name))).await?;
        asked.map_err(|error| refusal(group, right, "", error))
    }
}

/// The refusal of a request about a group, which needs a right on it and on a topic.
fn refusal(group: &str, right: &'static str, topic: &str, error: KafkaError) -> AdminError {
    let needs = [(Code::GroupAuthorizationFailed, right, group), (Code::TopicAuthorizationFailed, right, topic)];
    AdminError::Group { group: group.to_owned(), cause: Cause::new(error).needing(&needs) }
}
