//! `dlq redrive`: dead letters, back to the topics that they were on.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt as _;
use serde_json::json;
use thoth_messaging::app::DeadLetter;
use thoth_messaging::client::{
    CloseError, Header, Producer, ProducerRecord, Record, SavedPosition, SendError, TopicReader,
};

use super::GROUP;
use super::left::Progress;
use super::letters::Which;
use crate::failure::Failure;
use crate::kafka::cluster::ClusterArgs;
use crate::kafka::declared::{SchemaArgs, Types};
use crate::kafka::termination::Termination;
use crate::report::{Format, count, text};
use crate::{Context, Outcome};

/// How often a message was sent again.
pub(super) const HEADER: &str = "dlq.redriven";

/// How many letters are sent before it is kept that they were.
const BATCH: usize = 100;

/// How long the last messages may take.
const LAST: Duration = Duration::from_secs(60);

/// The most letters that `--format json` names.
const MAX_NAMED: usize = 10_000;

/// Send dead letters to the topics that they were on, where the schemas of today accept them.
///
/// Each is sent with its key, its bytes and its headers, without those that say why it was a dead letter, and with
/// `dlq.redriven`: how often it was sent again. What is not valid is left, and named with every violation. Which letters were
/// sent is kept in a consumer group, so that the next run sends those alone that were left or came since; when it is killed,
/// up to 100 letters are sent once more.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all sent, 1 some are not valid or were not delivered, 2 could not run.")]
pub(super) struct RedriveArgs {
    /// The message or the topic that they are of, or the dead-letter topic itself.
    #[arg(value_name = "MESSAGE")]
    name: String,
    #[command(flatten)]
    which: Which,
    /// Send nothing, and say what would be sent.
    #[arg(long)]
    dry_run: bool,
    /// Send at most so many.
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Begin with the first letter, and send again what was sent before.
    #[arg(long, conflicts_with = "offset")]
    from_beginning: bool,
    /// Send letters too whose topic no schema declares, unchecked.
    #[arg(long)]
    unchecked: bool,
    /// The group that keeps which letters were sent.
    #[arg(long, value_name = "GROUP", default_value = GROUP)]
    group: String,
    #[command(flatten)]
    schemas: SchemaArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// A letter that was looked at.
struct Looked {
    partition: i32,
    offset: i64,
    fate: Fate,
}

enum Fate {
    /// It is sent.
    Send(ProducerRecord),
    /// Nobody asked for it.
    Passed,
    /// It is left, for these reasons.
    Left(Vec<String>),
}

impl Looked {
    fn record(&self) -> Option<&ProducerRecord> {
        match &self.fate {
            Fate::Send(record) => Some(record),
            Fate::Passed | Fate::Left(_) => None,
        }
    }
}

/// What a run works with.
struct Run<'a> {
    arguments: &'a RedriveArgs,
    topic: String,
    progress: BTreeMap<i32, Progress>,
    batch: Vec<Looked>,
    sent: usize,
    passed: usize,
    before: usize,
    left: usize,
    named: Vec<serde_json::Value>,
}

pub(super) async fn run(arguments: &RedriveArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let declared = arguments.schemas.read(context)?;
    let topic = super::topic(&arguments.name, &declared, &cluster).await?;
    let mut reader = cluster.kafka.clone().with_group(&arguments.group).topic_reader(&topic)?;
    let producer = cluster.kafka.producer()?;
    let mut parts = arguments.which.parts(&reader, &topic).await?;
    let kept = if arguments.from_beginning { BTreeMap::new() } else { reader.saved_positions().await? };
    let progress: BTreeMap<_, _> = kept.iter().map(|(partition, it)| (*partition, Progress::read(it))).collect();
    if !arguments.which.is_one() {
        for (partition, part) in &mut parts {
            part.start = progress.get(partition).map_or(part.start, |progress| progress.start().max(part.start));
        }
    }
    let mut run = Run::new(arguments, topic, progress);
    if !arguments.dry_run {
        // Nothing is sent of which nobody would know that it was.
        for partition in parts.keys() {
            run.progress.entry(*partition).or_default();
        }
        run.keep(&reader).await?;
    }
    reader.read(parts).await?;
    let ended = run.read(&mut reader, &producer, &mut Types::new(&declared, &cluster), context).await;
    match producer.close(LAST).await {
        // Each letter has its own report by now.
        Ok(()) | Err(CloseError::NotDelivered { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    if ended? { run.finish(context) } else { Ok(Outcome::Clean) }
}

impl<'a> Run<'a> {
    fn new(arguments: &'a RedriveArgs, topic: String, progress: BTreeMap<i32, Progress>) -> Self {
        let (batch, named) = (Vec::new(), Vec::new());
        Self { arguments, topic, progress, batch, sent: 0, passed: 0, before: 0, left: 0, named }
    }

    /// Reads to the end. Whether it came there, and was not interrupted.
    async fn read(
        &mut self,
        reader: &mut TopicReader,
        producer: &Producer,
        types: &mut Types<'_>,
        context: &mut Context,
    ) -> Result<bool, Failure> {
        let mut stop = Termination::new()?;
        loop {
            let sending = self.batch.iter().filter_map(Looked::record).count();
            let has_limit = self.arguments.limit.is_some_and(|limit| self.sent + sending >= limit);
            let record = tokio::select! {
                biased;
                // What is being sent is sent to its end; of what is not, nothing was kept.
                _ = stop.wait() => return Ok(false),
                record = reader.next(), if !has_limit => record.transpose()?,
                () = std::future::ready(()), if has_limit => None,
            };
            let is_last = record.is_none();
            if let Some(record) = record {
                self.look_at(record, types)?;
            }
            if (is_last || self.batch.len() == BATCH) && !self.flush(reader, producer, context).await? {
                return Ok(true);
            }
            if is_last {
                return Ok(true);
            }
        }
    }

    fn look_at(&mut self, record: Record, types: &mut Types<'_>) -> Result<(), Failure> {
        let (partition, offset) = (record.partition(), record.offset());
        let was_sent = self.progress.get(&partition).is_some_and(|it| it.was_sent(offset));
        if was_sent && !self.arguments.which.is_one() {
            self.before += 1;
            return Ok(());
        }
        let fate = match DeadLetter::read(record) {
            Err(_) => Fate::Left(vec!["no dead letter: it has not the headers of one".to_owned()]),
            Ok(letter) if !self.arguments.which.takes(&letter) => Fate::Passed,
            Ok(letter) => self.decide(&letter, types)?,
        };
        self.batch.push(Looked { partition, offset, fate });
        Ok(())
    }

    /// Asks the schema of today.
    fn decide(&self, letter: &DeadLetter, types: &mut Types<'_>) -> Result<Fate, Failure> {
        match (types.of_topic(&letter.topic)?, letter.record.payload()) {
            (None, _) if !self.arguments.unchecked => {
                let topic = &letter.topic;
                let said = format!("no schema declares its topic `{topic}`: `--unchecked` sends it as it is");
                return Ok(Fate::Left(vec![said]));
            }
            (Some(ty), Some(payload)) => {
                if let Err(error) = ty.check(payload) {
                    let violations = error.violations().iter().map(|violation| format!("not valid: {violation}"));
                    let mut said: Vec<_> = violations.collect();
                    if said.is_empty() {
                        said.push(error.to_string());
                    }
                    return Ok(Fate::Left(said));
                }
            }
            // A tombstone holds nothing that could be wrong.
            _ => {}
        }
        Ok(Fate::Send(again(letter)))
    }

    /// Sends what was gathered, and keeps that it was. Whether to go on.
    async fn flush(
        &mut self,
        reader: &TopicReader,
        producer: &Producer,
        context: &mut Context,
    ) -> Result<bool, Failure> {
        let batch = std::mem::take(&mut self.batch);
        if self.arguments.dry_run {
            batch.into_iter().try_for_each(|looked| self.would(looked, context))?;
            return Ok(true);
        }
        self.make_sure(&batch)?;
        let goes_on = self.send(batch, producer, context).await?;
        self.keep(reader).await?;
        Ok(goes_on)
    }

    /// Keeps which letters were sent.
    async fn keep(&self, reader: &TopicReader) -> Result<(), Failure> {
        reader.save(&self.positions()?).await.map_err(|error| {
            let group = &self.arguments.group;
            let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
            Failure::new(format!("the group `{group}` does not keep which letters are sent: {error}{cause}"))
                .help("a group that has members keeps nothing for others: name another one by `--group`")
        })
    }

    /// Sends letters, in their order, and settles what is to become of each. Whether Kafka answered.
    async fn send(&mut self, batch: Vec<Looked>, producer: &Producer, context: &mut Context) -> Result<bool, Failure> {
        let records: Vec<_> = batch.iter().filter_map(|looked| looked.record().cloned()).collect();
        let mut reports = pin!(producer.send_all(records));
        let mut goes_on = true;
        for Looked { partition, offset, fate } in batch {
            let said = match fate {
                Fate::Send(_) => match reports.next().await {
                    Some(Err(error)) => {
                        goes_on &= !matches!(error, SendError::Unreachable { .. } | SendError::TimedOut { .. });
                        let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
                        vec![format!("not delivered: {error}{cause}")]
                    }
                    _ => Vec::new(),
                },
                Fate::Passed => {
                    self.decided(partition, offset, false);
                    self.passed += 1;
                    continue;
                }
                Fate::Left(said) => said,
            };
            let was_sent = said.is_empty();
            self.decided(partition, offset, was_sent);
            self.sent += usize::from(was_sent);
            self.leave(partition, offset, &said, context)?;
        }
        Ok(goes_on)
    }

    /// Says what would become of a letter.
    fn would(&mut self, looked: Looked, context: &mut Context) -> Result<(), Failure> {
        let Looked { partition, offset, fate } = looked;
        match fate {
            Fate::Send(_) => {
                self.sent += 1;
                if context.format == Format::Text {
                    let topic = &self.topic;
                    writeln!(context.output, "topic `{topic}`, partition {partition}, offset {offset}: would be sent")?;
                }
            }
            Fate::Passed => self.passed += 1,
            Fate::Left(said) => self.leave(partition, offset, &said, context)?,
        }
        Ok(())
    }

    /// What is to be kept of each partition.
    fn positions(&self) -> Result<BTreeMap<i32, SavedPosition>, Failure> {
        let kept = self.progress.iter().map(|(partition, progress)| Some((*partition, progress.position()?)));
        kept.collect::<Option<_>>().ok_or_else(too_scattered)
    }

    /// That it can be kept what is going to be sent, before it is.
    fn make_sure(&self, batch: &[Looked]) -> Result<(), Failure> {
        let progress = self.progress.clone();
        let mut then = Run { progress, ..Run::new(self.arguments, String::new(), BTreeMap::new()) };
        for looked in batch {
            then.decided(looked.partition, looked.offset, looked.record().is_some());
        }
        then.positions().map(drop)
    }

    fn decided(&mut self, partition: i32, offset: i64, sent: bool) {
        let progress = self.progress.entry(partition).or_default();
        match self.arguments.which.is_one() {
            false => progress.looked_at(offset, sent),
            true if sent => progress.sent_alone(offset),
            true => {}
        }
    }

    /// Says of a letter why it is left, where it is.
    fn leave(&mut self, partition: i32, offset: i64, said: &[String], context: &mut Context) -> Result<(), Failure> {
        self.left += usize::from(!said.is_empty());
        if context.format == Format::Json {
            if !said.is_empty() && self.named.len() < MAX_NAMED {
                self.named.push(json!({"partition": partition, "offset": offset, "reasons": said}));
            }
            return Ok(());
        }
        for said in said {
            let said = text::printable(said);
            writeln!(context.output, "topic `{}`, partition {partition}, offset {offset}: {said}", self.topic)?;
        }
        Ok(())
    }

    fn finish(self, context: &mut Context) -> Result<Outcome, Failure> {
        let Self { sent, passed, before, left, .. } = self;
        let what = if self.arguments.dry_run { "would be sent" } else { "sent again" };
        let letters = count(sent + passed + left, "dead letter");
        let passed_over = if passed > 0 { format!(", {passed} passed over") } else { String::new() };
        let sent_before = if before > 0 { format!("; {before} were sent before") } else { String::new() };
        let summary = format!("{letters} of `{}`: {sent} {what}, {left} left{passed_over}{sent_before}", self.topic);
        if context.format == Format::Json {
            let document = json!({
                "topic": self.topic,
                "dryRun": self.arguments.dry_run,
                "sent": sent,
                "left": self.named,
                "passedOver": passed,
                "sentBefore": before,
                "summary": summary,
            });
            serde_json::to_writer_pretty(&mut context.output, &document).map_err(io::Error::from)?;
            writeln!(context.output)?;
        }
        context.output.flush()?;
        // Where nobody reads standard error, the exit code says as much.
        let _ = writeln!(io::stderr(), "{summary}");
        Ok(if left > 0 { Outcome::Findings } else { Outcome::Clean })
    }
}

/// The message of a letter, as it was, to be sent to where it was.
fn again(letter: &DeadLetter) -> ProducerRecord {
    let times = super::show::redriven(&letter.record).unwrap_or(0).saturating_add(1);
    let own = |header: &&Header| !header.name.starts_with("dlq.");
    let headers = letter.record.headers().iter().filter(own).cloned();
    let mut record = ProducerRecord::raw(&letter.topic).with_headers(headers).with_header(HEADER, times.to_string());
    if let Some(key) = letter.record.key() {
        record = record.with_key(key);
    }
    if let Some(payload) = letter.record.payload() {
        record = record.with_payload(payload);
    }
    record
}

/// That so many letters are left between others that Kafka can't keep which.
fn too_scattered() -> Failure {
    Failure::new("too many letters are left between those that are sent: Kafka does not keep so much").help(
        "send them in parts that lie together, with `--partition` and `--offset`, or change the schema so that they are valid",
    )
}
