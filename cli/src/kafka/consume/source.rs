//! The records of topics: between two places without a group, or as a member of one.

use std::collections::BTreeMap;
use std::future::ready;
use std::ops::Range;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use futures_util::{Stream, StreamExt as _, stream};
use thoth_messaging::client::{Position, ReceiveError, Record, TopicReader};

use super::args::Request;
use super::group::Member;
use super::topic::ConsumedTopic;
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::offset_spec::OffsetSpec;

type RecordStream = Pin<Box<dyn Stream<Item = Result<Record, ReceiveError>>>>;

/// The source of records.
pub(super) enum Records {
    Read(RecordStream),
    Member(Box<Member>),
}

impl Records {
    /// The topics one after the other, up to their ends; all at once where it follows them.
    pub(super) async fn read(
        topics: &[ConsumedTopic],
        request: &Request<'_>,
        cluster: &Cluster,
    ) -> Result<Self, Failure> {
        let times = Times::of(request, cluster).await?;
        let mut streams = Vec::new();
        for topic in topics {
            let reader = cluster.kafka.topic_reader(&topic.name)?;
            let ranges = ranges(&reader, topic, request, times).await?;
            streams.push(records(reader, ranges, times));
        }
        if request.follow {
            return Ok(Self::Read(Box::pin(stream::select_all(streams))));
        }
        Ok(Self::Read(Box::pin(stream::iter(streams).flatten())))
    }

    /// The next record; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Record>, Failure> {
        match self {
            Self::Read(records) => Ok(records.next().await.transpose()?),
            Self::Member(member) => member.next().await,
        }
    }

    /// Commits what is acknowledged, where there is a group.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self {
            Self::Read(_) => Ok(()),
            Self::Member(member) => member.close().await,
        }
    }
}

/// The records of one topic. Nothing is fetched before they are asked for.
fn records(reader: TopicReader, ranges: BTreeMap<i32, Range<i64>>, times: Option<Times>) -> RecordStream {
    let records = stream::unfold((reader, Some(ranges)), async |(mut reader, ranges)| {
        if let Some(ranges) = ranges
            && let Err(error) = reader.read(ranges).await
        {
            return Some((Err(error), (reader, None)));
        }
        let record = reader.next().await?;
        Some((record, (reader, None)))
    });
    let is_asked_for = move |record: &Result<Record, ReceiveError>| {
        ready(record.as_ref().ok().zip(times).is_none_or(|(record, times)| times.take(record)))
    };
    Box::pin(records.filter(is_asked_for))
}

/// The times between which records are, where Kafka finds no offset by a time: the in-process one of `dev` does not.
#[derive(Clone, Copy)]
struct Times {
    from: Option<SystemTime>,
    to: Option<SystemTime>,
}

impl Times {
    async fn of(request: &Request<'_>, cluster: &Cluster) -> Result<Option<Self>, Failure> {
        let time = |spec| if let OffsetSpec::Time(time) = spec { Some(time) } else { None };
        let times = Self { from: time(request.from), to: time(request.to) };
        if times.from.is_none() && times.to.is_none() {
            return Ok(None);
        }
        let info = cluster.kafka.admin().check_connection(ANSWER).await?;
        Ok(info.controller.is_none().then_some(times))
    }

    fn take(self, record: &Record) -> bool {
        let Some(time) = record.timestamp() else { return true };
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
    }
}

/// The time that a broker has to answer.
const ANSWER: Duration = Duration::from_secs(10);

/// The ranges of offsets that are read, by partition.
async fn ranges(
    reader: &TopicReader,
    topic: &ConsumedTopic,
    request: &Request<'_>,
    times: Option<Times>,
) -> Result<BTreeMap<i32, Range<i64>>, Failure> {
    let place = |spec, unless_found| match spec {
        OffsetSpec::Time(_) if times.is_some() => unless_found,
        spec => spec,
    };
    let from = offsets(reader, place(request.from, OffsetSpec::Beginning)).await?;
    if let Some(unknown) = request.read.partitions.iter().find(|partition| !from.contains_key(partition)) {
        let numbers: Vec<_> = from.keys().map(ToString::to_string).collect();
        return Err(Failure::new(format!("topic `{}` has no partition {unknown}", topic.name))
            .help(format!("its partitions are {}", numbers.join(", "))));
    }
    let to = if request.follow { BTreeMap::new() } else { offsets(reader, place(request.to, OffsetSpec::End)).await? };
    let is_asked_for =
        |partition: &i32| request.read.partitions.is_empty() || request.read.partitions.contains(partition);
    let range = |(partition, from)| (partition, from..to.get(&partition).copied().unwrap_or(i64::MAX));
    Ok(from.into_iter().filter(|(partition, _)| is_asked_for(partition)).map(range).collect())
}

/// The offset of a place, by partition.
async fn offsets(reader: &TopicReader, spec: OffsetSpec) -> Result<BTreeMap<i32, i64>, Failure> {
    let position = match spec {
        OffsetSpec::Beginning => Position::Beginning,
        OffsetSpec::End => Position::End,
        OffsetSpec::Offset(offset) => Position::Offset(offset),
        OffsetSpec::Time(time) => Position::Time(time),
        OffsetSpec::Last(count) => {
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
