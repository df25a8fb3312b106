//! `dlq list`: the numbers of dead letters, by reason.

use std::collections::BTreeMap;
use std::time::SystemTime;

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging::app::DeadLetter;
use thoth_messaging::client::Position;

use super::progress::Progress;
use super::{GROUP, SUFFIX};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, ClusterArgs};
use crate::kafka::show;
use crate::report::{Format, count};
use crate::stderr::say;

/// List the dead-letter topics: letters by reason, the oldest and newest, and how many were redriven.
///
/// It reads every letter.
#[derive(Args)]
pub(super) struct ListArgs {
    /// Dead-letter topics, by their names on the cluster; all that end with `.dlq` by default, after the prefix of the
    /// deployment where there is one.
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// The group that records which letters were redriven.
    #[arg(long, value_name = "GROUP", default_value = GROUP)]
    group: String,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// The contents of a dead-letter topic.
#[derive(Default)]
struct Entry {
    topic: String,
    letters: u64,
    reasons: BTreeMap<&'static str, u64>,
    /// Records that are no dead letters.
    others: u64,
    redriven: u64,
    oldest: Option<SystemTime>,
    newest: Option<SystemTime>,
}

pub(super) async fn run(arguments: &ListArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let mut topics = arguments.topics.clone();
    if topics.is_empty() {
        let prefix = cluster.prefix.as_ref().map(|prefix| format!("{prefix}.")).unwrap_or_default();
        let all = cluster.kafka.admin().topics().await?.into_keys();
        topics = all.filter(|topic| topic.ends_with(SUFFIX) && topic.starts_with(&prefix)).collect();
    }
    let mut entries = Vec::new();
    for topic in topics {
        entries.push(read(topic, &arguments.group, &cluster).await?);
    }
    if context.format == Format::Json {
        let entries: Vec<Value> = entries.iter().map(Entry::to_json).collect();
        context.json(&entries)?;
        return Ok(Outcome::Clean);
    }
    table(&entries, context)?;
    let letters = count(entries.iter().map(|entry| entry.letters).sum::<u64>(), "dead letter");
    say(format!("{letters} on {}", count(entries.len(), "topic")));
    if entries.is_empty() {
        say("topics on which this user has no right `Describe` are not among them");
    }
    Ok(Outcome::Clean)
}

async fn read(topic: String, group: &str, cluster: &Cluster) -> Result<Entry, Failure> {
    let mut reader = cluster.kafka.clone().with_group(group).topic_reader(&topic)?;
    let first = reader.offsets(Position::Beginning).await?;
    let end = reader.offsets(Position::End).await?;
    let positions = reader.saved_positions().await?;
    let progress: BTreeMap<_, _> = positions.iter().map(|(partition, it)| (*partition, Progress::read(it))).collect();
    let range = |(partition, first)| (partition, first..end.get(&partition).copied().unwrap_or(first));
    reader.read(first.into_iter().map(range)).await?;
    let mut entry = Entry { topic, ..Entry::default() };
    while let Some(record) = reader.next().await {
        let record = record?;
        let was_sent = progress.get(&record.partition()).is_some_and(|it| it.was_sent(record.offset()));
        entry.redriven += u64::from(was_sent);
        match DeadLetter::read(record) {
            Ok(letter) => entry.add(&letter),
            Err(_) => entry.others += 1,
        }
    }
    Ok(entry)
}

impl Entry {
    fn add(&mut self, letter: &DeadLetter) {
        self.letters += 1;
        *self.reasons.entry(letter.reason.as_str()).or_default() += 1;
        self.oldest = Some(self.oldest.map_or(letter.time, |oldest| oldest.min(letter.time)));
        self.newest = Some(self.newest.map_or(letter.time, |newest| newest.max(letter.time)));
    }

    fn to_json(&self) -> Value {
        json!({
            "topic": self.topic,
            "letters": self.letters,
            "reasons": self.reasons,
            "others": self.others,
            "redriven": self.redriven,
            "oldest": self.oldest.and_then(show::time),
            "newest": self.newest.and_then(show::time),
        })
    }

    fn cells(&self) -> [String; 6] {
        let mut reasons: Vec<_> = self.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        if self.others > 0 {
            reasons.push(format!("no letter {}", self.others));
        }
        let time = |time: Option<SystemTime>| time.and_then(show::time).unwrap_or_else(|| "-".to_owned());
        let reasons = if reasons.is_empty() { "-".to_owned() } else { reasons.join(", ") };
        let (oldest, newest) = (time(self.oldest), time(self.newest));
        [self.topic.clone(), self.letters.to_string(), self.redriven.to_string(), reasons, oldest, newest]
    }
}

fn table(entries: &[Entry], context: &mut Context) -> Result<(), Failure> {
    let head = ["topic", "letters", "redriven", "reasons", "oldest", "newest"];
    Ok(context.table(head, entries.iter().map(Entry::cells))?)
}
