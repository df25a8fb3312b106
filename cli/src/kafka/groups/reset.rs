//! `groups reset`: other committed offsets for a group without members.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging::client::{Admin, Position, TopicPartition};

use super::{has_members, unknown};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, ClusterArgs};
use crate::kafka::failures::unknown_topic;
use crate::kafka::offset_spec::OffsetSpec;
use crate::kafka::schemas::{SchemaArgs, Schemas};
use crate::report::{Format, count};
use crate::stderr::say;

/// Set the committed offsets of a consumer group: its members go on from there.
///
/// It shows what it would set, and sets it with `--execute`, if the group has no members. By default it is about the
/// partitions for which the group has committed offsets. An offset that is not there any more becomes the first one that is,
/// and one behind the end becomes the end.
///
/// Messages before the new offsets are not handled; those behind it are handled again, where they were handled.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    thoth-messaging groups reset billing --to earliest\n  \
    thoth-messaging groups reset billing --to 2h --topic OrderPlaced --execute\n  \
    thoth-messaging groups reset billing --to 2026-01-31T08:00:00Z\n  \
    thoth-messaging groups reset billing --to 1200 --topic OrderPlaced --partition 3\n\n\
    Exit codes: 0 shown or set, 2 could not run.")]
pub(super) struct ResetArgs {
    /// The group. With `--topic` it need not exist yet.
    #[arg(value_name = "GROUP")]
    group: String,
    /// The new place: `earliest`, `latest`, an offset, -10 for ten before the end of each partition, a time
    /// (2026-01-31T08:00:00Z) or how long ago it is (30s, 15m, 2h, 7d).
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    to: OffsetSpec,
    /// Only this topic, by its name or that of a message on it. May be repeated.
    #[arg(long = "topic", value_name = "MESSAGE")]
    topics: Vec<String>,
    /// Only this partition. May be repeated.
    #[arg(long = "partition", value_name = "NUMBER", value_parser = clap::value_parser!(i32).range(0..))]
    partitions: Vec<i32>,
    /// Set the offsets, instead of showing what would be set.
    #[arg(long)]
    execute: bool,
    #[command(flatten)]
    schemas: SchemaArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// A partition with its new offset.
struct Change {
    partition: TopicPartition,
    committed: Option<i64>,
    target: i64,
    /// The offset behind the last record.
    end: i64,
}

pub(super) async fn run(arguments: &ResetArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let admin = cluster.kafka.admin();
    let group = admin.describe_group(&arguments.group).await?;
    if group.is_none() && arguments.topics.is_empty() {
        return Err(unknown(&admin, &arguments.group).await?);
    }
    let running = group.filter(|group| !group.members.is_empty());
    if let Some(group) = running.as_ref().filter(|_| arguments.execute) {
        return Err(has_members(group));
    }
    let committed = admin.group_offsets(&arguments.group).await?;
    let partitions = arguments.partitions(&committed, &admin, &cluster, context).await?;
    let changes = changes(&partitions, &committed, arguments.to, &admin).await?;
    if arguments.execute {
        let offsets = changes.iter().map(|change| (change.partition.clone(), change.target)).collect();
        admin.set_group_offsets(&arguments.group, &offsets).await?;
    }
    print(&changes, arguments, context)?;
    let partitions = count(changes.len(), "partition");
    if arguments.execute {
        say(format!("{partitions} of group `{}` set", arguments.group));
    } else {
        say(format!("{partitions} of group `{}` would be set; `--execute` sets them", arguments.group));
    }
    if let Some(group) = running {
        let members = count(group.members.len(), "member");
        say(format!("the group has {members}, which have to stop first; `--execute` is refused until then"));
    }
    Ok(Outcome::Clean)
}

impl ResetArgs {
    /// The partitions that are asked for, which have to be there.
    async fn partitions(
        &self,
        committed: &BTreeMap<TopicPartition, i64>,
        admin: &Admin,
        cluster: &Cluster,
        context: &Context,
    ) -> Result<BTreeSet<TopicPartition>, Failure> {
        let mut partitions: BTreeSet<_> = committed.keys().cloned().collect();
        if !self.topics.is_empty() {
            partitions = self.of_topics(admin, cluster, context).await?;
        }
        if !self.partitions.is_empty() {
            let known: BTreeSet<_> = partitions.iter().map(|it| it.partition).collect();
            if let Some(unknown) = self.partitions.iter().find(|partition| !known.contains(partition)) {
                let known: Vec<_> = known.iter().map(ToString::to_string).collect();
                return Err(Failure::new(format!("none of the topics has a partition {unknown}"))
                    .help(format!("their partitions are {}", known.join(", "))));
            }
            partitions.retain(|it| self.partitions.contains(&it.partition));
        }
        if partitions.is_empty() {
            return Err(Failure::new(format!("the group `{}` has no committed offsets", self.group))
                .help("name the topic with `--topic`"));
        }
        Ok(partitions)
    }

    /// All partitions of the topics that are named.
    async fn of_topics(
        &self,
        admin: &Admin,
        cluster: &Cluster,
        context: &Context,
    ) -> Result<BTreeSet<TopicPartition>, Failure> {
        let known = admin.topics().await?;
        // Whoever names topics of the cluster needs no schemas.
        let is_known = |name: &String| known.contains_key(name);
        let schemas = if self.topics.iter().all(is_known) { Schemas::default() } else { self.schemas.read(context)? };
        let mut partitions = BTreeSet::new();
        for name in &self.topics {
            let Some(topic) = schemas.topic_on(name, cluster, &known)? else {
                let name = schemas.declared_on(name, cluster)?;
                cluster.see(&name).await?;
                return Err(unknown_topic(&name));
            };
            let count = known.get(&topic).copied().unwrap_or_default();
            let numbers = 0..i32::try_from(count).unwrap_or(i32::MAX);
            partitions.extend(numbers.map(|partition| TopicPartition::new(&topic, partition)));
        }
        Ok(partitions)
    }
}

/// The new offsets of partitions; none of those that are deleted.
async fn changes(
    partitions: &BTreeSet<TopicPartition>,
    committed: &BTreeMap<TopicPartition, i64>,
    to: OffsetSpec,
    admin: &Admin,
) -> Result<Vec<Change>, Failure> {
    let at = async |position| admin.offsets(partitions.iter().cloned(), position).await;
    let ends = at(Position::End).await?;
    let targets = match to {
        OffsetSpec::Beginning => at(Position::Beginning).await?,
        OffsetSpec::End => ends.clone(),
        OffsetSpec::Offset(offset) => at(Position::Offset(offset)).await?,
        OffsetSpec::Time(time) => at(Position::Time(time)).await?,
        OffsetSpec::Last(count) => {
            let first = at(Position::Beginning).await?;
            let before = |(partition, end): (&TopicPartition, &i64)| {
                let first = first.get(partition).copied().unwrap_or_default();
                (partition.clone(), end.saturating_sub(count).max(first))
            };
            ends.iter().map(before).collect()
        }
    };
    let change = |(partition, target): (TopicPartition, i64)| Change {
        committed: committed.get(&partition).copied(),
        target,
        end: ends.get(&partition).copied().unwrap_or(target),
        partition,
    };
    Ok(targets.into_iter().map(change).collect())
}

fn print(changes: &[Change], arguments: &ResetArgs, context: &mut Context) -> Result<(), Failure> {
    if context.format == Format::Json {
        let document = json!({
            "group": arguments.group,
            "executed": arguments.execute,
            "partitions": changes.iter().map(to_json).collect::<Vec<_>>(),
        });
        return Ok(context.json(&document)?);
    }
    let row = |change: &Change| {
        let committed = change.committed.map_or_else(|| "-".to_owned(), |committed| committed.to_string());
        let TopicPartition { topic, partition } = &change.partition;
        let lag = (change.end - change.target).to_string();
        [topic.clone(), partition.to_string(), committed, change.target.to_string(), lag]
    };
    Ok(context.table(["topic", "partition", "committed", "new", "lag"], changes.iter().map(row))?)
}

fn to_json(change: &Change) -> Value {
    json!({
        "topic": change.partition.topic,
        "partition": change.partition.partition,
        "committed": change.committed,
        "new": change.target,
        "lag": change.end - change.target,
    })
}
