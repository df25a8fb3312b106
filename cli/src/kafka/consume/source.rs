//! The records of topics, between two places, from outside of all groups.

use std::collections::BTreeMap;
use std::ops::Range;
use std::pin::Pin;

use futures_util::{Stream, StreamExt as _, stream};
use thoth_messaging::client::{Position, ReceiveError, Record, TopicReader};

use super::args::ConsumeArgs;
use super::group::Member;
use super::select::Place;
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::declared::Type;

/// A topic that is read.
pub(super) struct Subject {
    /// By its name on the cluster.
    pub(super) topic: String,
    /// What its payloads are; nothing where nobody says.
    pub(super) ty: Option<Type>,
}

type Browsed = Pin<Box<dyn Stream<Item = Result<Record, ReceiveError>>>>;

/// Where records come from.
pub(super) enum Records {
    Browsed(Browsed),
    Member(Box<Member>),
}

impl Records {
    /// The topics one after the other, up to their ends; all at once where it follows them.
    pub(super) async fn browse(
        subjects: &[Subject],
        arguments: &ConsumeArgs,
        cluster: &Cluster,
    ) -> Result<Self, Failure> {
        let mut topics = Vec::new();
        for subject in subjects {
            let reader = cluster.kafka.topic_reader(&subject.topic)?;
            let parts = parts(&reader, subject, arguments).await?;
            topics.push(records(reader, parts));
        }
        if arguments.follow {
            return Ok(Self::Browsed(Box::pin(stream::select_all(topics))));
        }
        Ok(Self::Browsed(Box::pin(stream::iter(topics).flatten())))
    }

    /// The next record; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Record>, Failure> {
        match self {
            Self::Browsed(records) => Ok(records.next().await.transpose()?),
            Self::Member(member) => member.next().await,
        }
    }

    /// Commits what is done, where there is a group.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self {
            Self::Browsed(_) => Ok(()),
            Self::Member(member) => member.close().await,
        }
    }
}

/// The records of one topic. Nothing is fetched before they are asked for.
fn records(reader: TopicReader, parts: BTreeMap<i32, Range<i64>>) -> Browsed {
    Box::pin(stream::unfold((reader, Some(parts)), async |(mut reader, parts)| {
        if let Some(parts) = parts
            && let Err(error) = reader.read(parts).await
        {
            return Some((Err(error), (reader, None)));
        }
        let record = reader.next().await?;
        Some((record, (reader, None)))
    }))
}

/// Which offsets are read, by partition.
async fn parts(
    reader: &TopicReader,
    subject: &Subject,
    arguments: &ConsumeArgs,
) -> Result<BTreeMap<i32, Range<i64>>, Failure> {
    let from = offsets(reader, arguments.from).await?;
    if let Some(unknown) = arguments.partitions.iter().find(|partition| !from.contains_key(partition)) {
        let numbers: Vec<_> = from.keys().map(ToString::to_string).collect();
        return Err(Failure::new(format!("topic `{}` has no partition {unknown}", subject.topic))
            .help(format!("its partitions are {}", numbers.join(", "))));
    }
    let to = if arguments.follow { BTreeMap::new() } else { offsets(reader, arguments.to).await? };
    let is_asked_for = |partition: &i32| arguments.partitions.is_empty() || arguments.partitions.contains(partition);
    let part = |(partition, from)| (partition, from..to.get(&partition).copied().unwrap_or(i64::MAX));
    Ok(from.into_iter().filter(|(partition, _)| is_asked_for(partition)).map(part).collect())
}

/// The offset of a place, by partition.
pub(crate) async fn offsets(reader: &TopicReader, place: Place) -> Result<BTreeMap<i32, i64>, Failure> {
    let position = match place {
        Place::Beginning => Position::Beginning,
        Place::End => Position::End,
        Place::Offset(offset) => Position::Offset(offset),
        Place::Time(time) => Position::Time(time),
        Place::Last(count) => {
            let first = reader.offsets(Position::Beginning).await?;
            let end = reader.offsets(Position::End).await?;
            let start = |(partition, end): (i32, i64)| {
                (partition, end.saturating_sub(count).max(first.get(&partition).copied().unwrap_or_default()))
            };
            return Ok(end.into_iter().map(start).collect());
        }
    };
    Ok(reader.offsets(position).await?)
}
