//! `topics show`: one topic of the cluster, as it is.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging::client::{Admin, PartitionDescription, Position, TopicDescription, TopicPartition};

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::ClusterArgs;
use crate::kafka::failures::unknown_topic;
use crate::kafka::schemas::SchemaArgs;
use crate::report::{Format, count};
use crate::stderr::say;

/// Show a topic of the cluster: its partitions with their brokers and offsets, the properties that are set on it, and the
/// messages that the schemas declare for it.
///
/// Records are counted as far as offsets tell: the marks of transactions and what was compacted away count as records.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 shown, 2 could not run.")]
pub(super) struct ShowArgs {
    /// A topic, by its name or that of a message on it.
    #[arg(value_name = "MESSAGE")]
    name: String,
    #[command(flatten)]
    schemas: SchemaArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// A partition with its offsets.
struct Row<'t> {
    partition: i32,
    brokers: &'t PartitionDescription,
    first: Option<i64>,
    end: Option<i64>,
}

pub(super) async fn run(arguments: &ShowArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let schemas = arguments.schemas.read(context)?;
    let cluster = arguments.cluster.cluster()?;
    let admin = cluster.kafka.admin();
    let name = match schemas.topic_on(&arguments.name, &cluster, &admin.topics().await?)? {
        Some(name) => name,
        None => schemas.declared_on(&arguments.name, &cluster)?,
    };
    let Some(topic) = admin.describe_topic(&name).await? else {
        cluster.see(&name).await?;
        return Err(unknown_topic(&name));
    };
    let messages = schemas.messages_on(&name, &cluster);
    let rows = rows(&topic, &admin).await?;
    if context.format == Format::Json {
        context.json(&to_json(&topic, &messages, &rows))?;
        return Ok(Outcome::Clean);
    }
    print(&topic, &messages, &rows, context)?;
    let records = count(rows.iter().filter_map(Row::records).sum::<i64>(), "record");
    say(format!("{}, {records}", count(rows.len(), "partition")));
    Ok(Outcome::Clean)
}

async fn rows<'t>(topic: &'t TopicDescription, admin: &Admin) -> Result<Vec<Row<'t>>, Failure> {
    let partitions = || topic.partitions.keys().map(|partition| TopicPartition::new(&topic.name, *partition));
    let first = by_number(admin.offsets(partitions(), Position::Beginning).await?);
    let end = by_number(admin.offsets(partitions(), Position::End).await?);
    let row = |(partition, brokers): (&i32, &'t PartitionDescription)| Row {
        partition: *partition,
        brokers,
        first: first.get(partition).copied(),
        end: end.get(partition).copied(),
    };
    Ok(topic.partitions.iter().map(row).collect())
}

fn by_number(offsets: BTreeMap<TopicPartition, i64>) -> BTreeMap<i32, i64> {
    offsets.into_iter().map(|(partition, offset)| (partition.partition, offset)).collect()
}

impl Row<'_> {
    fn records(&self) -> Option<i64> {
        Some(self.end? - self.first?)
    }

    fn cells(&self) -> [String; 7] {
        let ids = |ids: &[i32]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let number = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        [
            self.partition.to_string(),
            self.brokers.leader.map_or_else(|| "none".to_owned(), |leader| leader.to_string()),
            ids(&self.brokers.replicas),
            ids(&self.brokers.in_sync),
            number(self.first),
            number(self.end),
            number(self.records()),
        ]
    }
}

/// The properties that are set on the topic itself.
fn set(topic: &TopicDescription) -> Option<BTreeMap<&str, &str>> {
    let properties = topic.properties.as_ref()?.iter().filter(|(_, property)| property.is_set);
    Some(properties.map(|(name, property)| (name.as_str(), property.value.as_str())).collect())
}

fn print(topic: &TopicDescription, messages: &[&str], rows: &[Row<'_>], context: &mut Context) -> Result<(), Failure> {
    let declared = if messages.is_empty() { "declared by no schema".to_owned() } else { messages.join(", ") };
    context.line(format!("topic: {}", topic.name))?;
    context.line(format!("messages: {declared}"))?;
    match set(topic) {
        Some(set) if set.is_empty() => context.line("properties: those of the brokers")?,
        Some(set) => set.iter().try_for_each(|(name, value)| context.line(format!("{name}: {value}")))?,
        None => context.line("properties: none that can be read")?,
    }
    context.line("")?;
    let head = ["partition", "leader", "replicas", "in sync", "first", "end", "records"];
    Ok(context.table(head, rows.iter().map(Row::cells))?)
}

fn to_json(topic: &TopicDescription, messages: &[&str], rows: &[Row<'_>]) -> Value {
    let row = |row: &Row<'_>| {
        json!({
            "partition": row.partition,
            "leader": row.brokers.leader,
            "replicas": row.brokers.replicas,
            "inSync": row.brokers.in_sync,
            "first": row.first,
            "end": row.end,
        })
    };
    json!({
        "topic": topic.name,
        "messages": messages,
        "configuration": set(topic),
        "partitions": rows.iter().map(row).collect::<Vec<_>>(),
    })
}
