//! `dlq redrive`: dead letters, back to the topics that they were on.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::io::Write;
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
use super::letters::{LetterFilter, REDRIVEN, redriven};
use super::origins::Origins;
use super::progress::Progress;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::ClusterArgs;
use crate::kafka::schemas::{SchemaArgs, TopicSchemas};
use crate::kafka::termination::Termination;
use crate::report::{Format, count};
use crate::stderr::say;

/// The number of letters after which the progress is saved.
const BATCH: usize = 100;

/// The time limit for the last messages.
const LAST: Duration = Duration::from_secs(60);

/// The most letters that `--format json` names.
const MAX_NAMED: usize = 10_000;

/// Send dead letters back to their topics, if today's schemas accept them.
///
/// Each is sent with its key, its bytes and its headers, except those that say why it was a dead letter, and with
/// `dlq.redriven`, the number of redrives. All of this, including the topic of origin, is claimed by the sender of the
/// letter. Therefore a letter goes back only to the topic whose dead letters go to the one that is read (`shop.pay` for
/// `shop.pay.dlq`), or to one that --allow-origin names. Invalid letters stay, and are reported with every violation. A
/// consumer group records which letters were sent, so that the next run sends only those that stayed or arrived since; if
/// it is killed, up to 100 letters are sent twice.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all sent, 1 some are invalid or were not delivered, 2 could not run.")]
pub(super) struct RedriveArgs {
    /// The message or topic whose letters are sent, or the dead-letter topic itself.
    #[arg(value_name = "MESSAGE")]
    name: String,
    #[command(flatten)]
    which: LetterFilter,
    /// Send nothing, and report what would be sent.
    #[arg(long)]
    dry_run: bool,
    /// Send at most this many.
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Start with the first letter, including those that were sent before.
    #[arg(long, conflicts_with = "offset")]
    from_beginning: bool,
    /// Also send letters whose topic no schema declares, unchecked.
    #[arg(long)]
    unchecked: bool,
    /// Also send letters back to this topic, by its name on the cluster, as for an app that sends the dead letters of several
    /// topics to one. Kafka's internal topics (`__consumer_offsets`) are always refused. May be repeated.
    #[arg(long = "allow-origin", value_name = "TOPIC")]
    allowed_origins: Vec<String>,
    /// The group that records which letters were sent.
    #[arg(long, value_name = "GROUP", default_value = GROUP)]
    group: String,
    #[command(flatten)]
    schemas: SchemaArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// A letter that was examined.
struct Examined {
    partition: i32,
    offset: i64,
    decision: Decision,
}

enum Decision {
    /// It is sent to the topic.
    Send { topic: String, record: ProducerRecord },
    /// It was not asked for.
    Skip,
    /// It remains, for these reasons.
    Keep(Vec<String>),
}

impl Examined {
    fn record(&self) -> Option<&ProducerRecord> {
        match &self.decision {
            Decision::Send { record, .. } => Some(record),
            Decision::Skip | Decision::Keep(_) => None,
        }
    }
}

/// A run of `redrive`.
struct Redrive<'a> {
    arguments: &'a RedriveArgs,
    topic: String,
    origins: Origins,
    progress: BTreeMap<i32, Progress>,
    batch: Vec<Examined>,
    sent: usize,
    skipped: usize,
    sent_before: usize,
    remaining: usize,
    /// The number of letters that were sent to each topic.
    targets: BTreeMap<String, usize>,
    /// The letters that remain, for `--format json`.
    listed: Vec<serde_json::Value>,
}

pub(super) async fn run(arguments: &RedriveArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let schemas = arguments.schemas.read(context)?;
    let topic = super::topic(&arguments.name, &schemas, &cluster).await?;
    let origins = Origins::new(&topic, &arguments.allowed_origins)?;
    let mut reader = cluster.kafka.clone().with_group(&arguments.group).topic_reader(&topic)?;
    let producer = cluster.kafka.producer()?;
    let mut ranges = arguments.which.ranges(&reader, &topic).await?;
    let kept = if arguments.from_beginning { BTreeMap::new() } else { reader.saved_positions().await? };
    let progress: BTreeMap<_, _> = kept.iter().map(|(partition, it)| (*partition, Progress::read(it))).collect();
    if !arguments.which.is_one() {
        for (partition, range) in &mut ranges {
            range.start = progress.get(partition).map_or(range.start, |progress| progress.start().max(range.start));
        }
    }
    let mut redrive = Redrive::new(arguments, topic, origins, progress);
    if !arguments.dry_run {
        // Nothing is sent of which nobody would know that it was.
        for partition in ranges.keys() {
            redrive.progress.entry(*partition).or_default();
        }
        redrive.save(&reader).await?;
    }
    reader.read(ranges).await?;
    let ended = redrive.read(&mut reader, &producer, &mut TopicSchemas::new(&schemas, &cluster), context).await;
    match producer.close(LAST).await {
        // Each letter has its own report by now.
        Ok(()) | Err(CloseError::NotDelivered { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    if ended? { redrive.finish(context) } else { Ok(Outcome::Clean) }
}

impl<'a> Redrive<'a> {
    fn new(arguments: &'a RedriveArgs, topic: String, origins: Origins, progress: BTreeMap<i32, Progress>) -> Self {
        Self {
            arguments,
            topic,
            origins,
            progress,
            batch: Vec::new(),
            sent: 0,
            skipped: 0,
            sent_before: 0,
            remaining: 0,
            targets: BTreeMap::new(),
            listed: Vec::new(),
        }
    }

    /// Reads to the end. Whether it came there, and was not interrupted.
    async fn read(
        &mut self,
        reader: &mut TopicReader,
        producer: &Producer,
        topics: &mut TopicSchemas<'_>,
        context: &mut Context,
    ) -> Result<bool, Failure> {
        let mut stop = Termination::new()?;
        loop {
            let sending = self.batch.iter().filter_map(Examined::record).count();
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
                self.look_at(record, topics)?;
            }
            if (is_last || self.batch.len() == BATCH) && !self.flush(reader, producer, context).await? {
                return Ok(true);
            }
            if is_last {
                return Ok(true);
            }
        }
    }

    fn look_at(&mut self, record: Record, topics: &mut TopicSchemas<'_>) -> Result<(), Failure> {
        let (partition, offset) = (record.partition(), record.offset());
        let was_sent = self.progress.get(&partition).is_some_and(|it| it.was_sent(offset));
        if was_sent && !self.arguments.which.is_one() {
            self.sent_before += 1;
            return Ok(());
        }
        let decision = match DeadLetter::read(record) {
            Err(_) => Decision::Keep(vec!["no dead letter: it has not the headers of one".to_owned()]),
            Ok(letter) if !self.arguments.which.takes(&letter) => Decision::Skip,
            Ok(letter) => self.decide(&letter, topics)?,
        };
        self.batch.push(Examined { partition, offset, decision });
        Ok(())
    }

    /// Checks the origin, and asks the schema of today.
    fn decide(&self, letter: &DeadLetter, topics: &mut TopicSchemas<'_>) -> Result<Decision, Failure> {
        if let Err(reason) = self.origins.check(&letter.topic) {
            return Ok(Decision::Keep(vec![reason]));
        }
        match (topics.get(&letter.topic)?, letter.record.unframed()) {
            (None, _) if !self.arguments.unchecked => {
                let topic = &letter.topic;
                let reason = format!("no schema declares its topic `{topic}`: `--unchecked` sends it as it is");
                return Ok(Decision::Keep(vec![reason]));
            }
            (Some(_), Err(reason)) => return Ok(Decision::Keep(vec![reason.to_string()])),
            (Some(ty), Ok(Some(payload))) => {
                if let Err(error) = ty.check(payload) {
                    let violations = error.violations().iter().map(|violation| format!("not valid: {violation}"));
                    let mut reasons: Vec<_> = violations.collect();
                    if reasons.is_empty() {
                        reasons.push(error.to_string());
                    }
                    return Ok(Decision::Keep(reasons));
                }
            }
            // A tombstone holds nothing that could be wrong.
            _ => {}
        }
        Ok(Decision::Send { topic: letter.topic.clone(), record: again(letter) })
    }

    /// Sends the batch and saves the progress. Whether to go on.
    async fn flush(
        &mut self,
        reader: &TopicReader,
        producer: &Producer,
        context: &mut Context,
    ) -> Result<bool, Failure> {
        let batch = std::mem::take(&mut self.batch);
        if self.arguments.dry_run {
            batch.into_iter().try_for_each(|examined| self.preview(examined, context))?;
            return Ok(true);
        }
        self.ensure_saveable(&batch)?;
        let goes_on = self.send(batch, producer, context).await?;
        self.save(reader).await?;
        Ok(goes_on)
    }

    /// Saves which letters were sent.
    async fn save(&self, reader: &TopicReader) -> Result<(), Failure> {
        reader.save(&positions(&self.progress)?).await.map_err(|error| {
            let group = &self.arguments.group;
            let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
            Failure::new(format!("the group `{group}` does not keep which letters are sent: {error}{cause}"))
                .help("a group that has members keeps nothing for others: name another one by `--group`")
        })
    }

    /// Sends letters, in their order, and records the result of each. Whether Kafka answered.
    async fn send(
        &mut self,
        batch: Vec<Examined>,
        producer: &Producer,
        context: &mut Context,
    ) -> Result<bool, Failure> {
        let records: Vec<_> = batch.iter().filter_map(|examined| examined.record().cloned()).collect();
        let mut reports = pin!(producer.send_all(records));
        let mut goes_on = true;
        for Examined { partition, offset, decision } in batch {
            let reasons = match decision {
                Decision::Send { topic, .. } => {
                    if let Some(Err(error)) = reports.next().await {
                        goes_on &= !matches!(error, SendError::Unreachable { .. } | SendError::TimedOut { .. });
                        let cause = error.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
                        vec![format!("not delivered: {error}{cause}")]
                    } else {
                        *self.targets.entry(topic).or_default() += 1;
                        Vec::new()
                    }
                }
                Decision::Skip => {
                    self.record(partition, offset, false);
                    self.skipped += 1;
                    continue;
                }
                Decision::Keep(reasons) => reasons,
            };
            let was_sent = reasons.is_empty();
            self.record(partition, offset, was_sent);
            self.sent += usize::from(was_sent);
            self.keep_letter(partition, offset, &reasons, context)?;
        }
        Ok(goes_on)
    }

    /// Says whether a letter would be sent.
    fn preview(&mut self, examined: Examined, context: &mut Context) -> Result<(), Failure> {
        let Examined { partition, offset, decision } = examined;
        match decision {
            Decision::Send { topic: target, .. } => {
                self.sent += 1;
                if context.format == Format::Text {
                    let place = format!("topic `{}`, partition {partition}, offset {offset}", self.topic);
                    context.line(format!("{place}: would be sent to `{target}`"))?;
                }
                *self.targets.entry(target).or_default() += 1;
            }
            Decision::Skip => self.skipped += 1,
            Decision::Keep(reasons) => self.keep_letter(partition, offset, &reasons, context)?,
        }
        Ok(())
    }

    /// Makes sure that the progress can be saved, before anything is sent.
    fn ensure_saveable(&self, batch: &[Examined]) -> Result<(), Failure> {
        let mut then = self.progress.clone();
        let is_one = self.arguments.which.is_one();
        for examined in batch {
            record(&mut then, is_one, examined.partition, examined.offset, examined.record().is_some());
        }
        positions(&then).map(drop)
    }

    fn record(&mut self, partition: i32, offset: i64, sent: bool) {
        record(&mut self.progress, self.arguments.which.is_one(), partition, offset, sent);
    }

    /// Says why a letter remains; nothing of one that was sent.
    fn keep_letter(
        &mut self,
        partition: i32,
        offset: i64,
        reasons: &[String],
        context: &mut Context,
    ) -> Result<(), Failure> {
        self.remaining += usize::from(!reasons.is_empty());
        if context.format == Format::Json {
            if !reasons.is_empty() && self.listed.len() < MAX_NAMED {
                self.listed.push(json!({"partition": partition, "offset": offset, "reasons": reasons}));
            }
            return Ok(());
        }
        for reason in reasons {
            context.line(format!("topic `{}`, partition {partition}, offset {offset}: {reason}", self.topic))?;
        }
        Ok(())
    }

    fn finish(self, context: &mut Context) -> Result<Outcome, Failure> {
        let Self { sent, skipped, sent_before, remaining, .. } = self;
        let what = if self.arguments.dry_run { "would be sent" } else { "sent again" };
        let letters = count(sent + skipped + remaining, "dead letter");
        let passed_over = if skipped > 0 { format!(", {skipped} passed over") } else { String::new() };
        let before = if sent_before > 0 { format!("; {sent_before} were sent before") } else { String::new() };
        let summary = format!("{letters} of `{}`: {sent} {what}, {remaining} left{passed_over}{before}", self.topic);
        if context.format == Format::Json {
            let document = json!({
                "topic": self.topic,
                "dryRun": self.arguments.dry_run,
                "sent": sent,
                "targets": self.targets,
                "left": self.listed,
                "passedOver": skipped,
                "sentBefore": sent_before,
                "summary": summary,
            });
            context.json(&document)?;
        }
        context.output.flush()?;
        say(summary);
        Ok(if remaining > 0 { Outcome::Findings } else { Outcome::Clean })
    }
}

/// The message of a letter, as it was, to be sent to where it was.
fn again(letter: &DeadLetter) -> ProducerRecord {
    let times = redriven(&letter.record).unwrap_or(0).saturating_add(1);
    let own = |header: &&Header| !header.name.as_bytes().starts_with(b"dlq.");
    let headers = letter.record.headers().iter().filter(own).cloned();
    let mut record = ProducerRecord::raw(&letter.topic).with_headers(headers).with_header(REDRIVEN, times.to_string());
    if let Some(key) = letter.record.key() {
        record = record.with_key(key);
    }
    if let Some(payload) = letter.record.payload() {
        record = record.with_payload(payload);
    }
    record
}

/// Records a letter that was examined in the progress of its partition.
fn record(progress: &mut BTreeMap<i32, Progress>, is_one: bool, partition: i32, offset: i64, sent: bool) {
    let progress = progress.entry(partition).or_default();
    match is_one {
        false => progress.looked_at(offset, sent),
        true if sent => progress.sent_alone(offset),
        true => {}
    }
}

/// The position to save of each partition.
fn positions(progress: &BTreeMap<i32, Progress>) -> Result<BTreeMap<i32, SavedPosition>, Failure> {
    let kept = progress.iter().map(|(partition, progress)| Some((*partition, progress.position()?)));
    kept.collect::<Option<_>>().ok_or_else(too_scattered)
}

/// The failure of a progress that is too scattered for Kafka to keep.
fn too_scattered() -> Failure {
    Failure::new("too many letters are left between those that are sent: Kafka does not keep so much").help(
        "send them in parts that lie together, with `--partition` and `--offset`, or change the schema so that they are valid",
    )
}
