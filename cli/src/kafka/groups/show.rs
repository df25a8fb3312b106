//! `groups show`: the members of a group, and how far it is behind on each partition.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging::client::{Admin, GroupDescription, GroupMember, Position, TopicPartition};

use super::require;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::ClusterArgs;
use crate::report::{Format, count};
use crate::stderr::say;

/// Show a consumer group: state, protocol, members, and for each partition the committed offset, the end, the lag and the
/// member that has it.
///
/// Lag is the number of records between the committed offset and the end, as far as offsets tell: the marks of transactions
/// and what was compacted away count as records.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 shown, 2 could not run.")]
pub(super) struct ShowArgs {
    /// The group.
    #[arg(value_name = "GROUP")]
    group: String,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// A partition that the group reads, or has read.
struct Progress {
    partition: TopicPartition,
    /// The offset that the group goes on at, where it has committed one.
    committed: Option<i64>,
    /// The offset behind the last record; `None` where the topic is deleted.
    end: Option<i64>,
    /// The id of the member that has it.
    member: Option<String>,
}

pub(super) async fn run(arguments: &ShowArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let admin = arguments.cluster.cluster()?.kafka.admin();
    let group = require(&admin, &arguments.group).await?;
    let progress = progress(&admin, &group).await?;
    if context.format == Format::Json {
        context.json(&to_json(&group, &progress))?;
        return Ok(Outcome::Clean);
    }
    print(&group, &progress, context)?;
    let lag = count(progress.iter().filter_map(Progress::lag).sum::<u64>(), "record");
    say(format!("{}, {}, {lag} behind", count(group.members.len(), "member"), count(progress.len(), "partition")));
    if progress.is_empty() {
        say("topics on which this user has no right `Describe` are not among them");
    }
    Ok(Outcome::Clean)
}

/// The partitions that have a committed offset or a member.
async fn progress(admin: &Admin, group: &GroupDescription) -> Result<Vec<Progress>, Failure> {
    let committed = admin.group_offsets(&group.group.name).await?;
    let of = |member: &GroupMember| {
        let id = member.id.clone();
        member.partitions.clone().into_iter().map(move |partition| (partition, id.clone()))
    };
    let members: BTreeMap<TopicPartition, String> = group.members.iter().flat_map(of).collect();
    let partitions: BTreeSet<_> = committed.keys().chain(members.keys()).cloned().collect();
    let ends = admin.offsets(partitions.iter().cloned(), Position::End).await?;
    let progress = |partition: TopicPartition| Progress {
        committed: committed.get(&partition).copied(),
        end: ends.get(&partition).copied(),
        member: members.get(&partition).cloned(),
        partition,
    };
    Ok(partitions.into_iter().map(progress).collect())
}

impl Progress {
    /// The number of records that it is behind, where that is known.
    fn lag(&self) -> Option<u64> {
        Some(u64::try_from(self.end? - self.committed?).unwrap_or_default())
    }

    fn cells(&self) -> [String; 6] {
        let TopicPartition { topic, partition } = &self.partition;
        [
            topic.clone(),
            partition.to_string(),
            or_dash(self.committed),
            or_dash(self.end),
            or_dash(self.lag()),
            or_dash(self.member.as_deref()),
        ]
    }
}

fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn print(group: &GroupDescription, progress: &[Progress], context: &mut Context) -> Result<(), Failure> {
    let assignor = if group.assignor.is_empty() { String::new() } else { format!(", {}", group.assignor) };
    context.line(format!("group: {}", group.group.name))?;
    context.line(format!("state: {}", group.group.state))?;
    context.line(format!("protocol: {}{assignor}", group.group.protocol))?;
    if !group.members.is_empty() {
        context.line("")?;
        let row = |member: &GroupMember| {
            let partitions = member.partitions.len().to_string();
            let instance = or_dash(member.instance.as_deref());
            [member.id.clone(), member.client_id.clone(), instance, member.host.clone(), partitions]
        };
        context.table(["member", "client", "instance", "host", "partitions"], group.members.iter().map(row))?;
    }
    if !progress.is_empty() {
        context.line("")?;
        let head = ["topic", "partition", "committed", "end", "lag", "member"];
        context.table(head, progress.iter().map(Progress::cells))?;
    }
    Ok(())
}

fn to_json(group: &GroupDescription, progress: &[Progress]) -> Value {
    let at = |it: &TopicPartition| json!({ "topic": it.topic, "partition": it.partition });
    let member = |member: &GroupMember| {
        json!({
            "id": member.id,
            "clientId": member.client_id,
            "instance": member.instance,
            "host": member.host,
            "partitions": member.partitions.iter().map(at).collect::<Vec<_>>(),
        })
    };
    let partition = |it: &Progress| {
        json!({
            "topic": it.partition.topic,
            "partition": it.partition.partition,
            "committed": it.committed,
            "end": it.end,
            "lag": it.lag(),
            "member": it.member,
        })
    };
    json!({
        "group": group.group.name,
        "state": group.group.state.to_string(),
        "protocol": group.group.protocol.to_string(),
        "assignor": group.assignor,
        "members": group.members.iter().map(member).collect::<Vec<_>>(),
        "partitions": progress.iter().map(partition).collect::<Vec<_>>(),
        "lag": progress.iter().filter_map(Progress::lag).sum::<u64>(),
    })
}
