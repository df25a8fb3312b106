//! Messages a second, and their cost, of each way to send and to handle messages, beside a loop over plain rdkafka that gives the
//! same guarantee.
//!
//! Each measurement is a process of its own, so that its CPU time and its memory are of nothing else, and the two of a pair
//! take turns. It fails where a message is lost (or doubled, where that is promised), and where nothing is measured. It never
//! fails for being slow.
//!
//! A loop over rdkafka decodes with serde, and checks nothing of the schema. An app checks every payload, keeps the order,
//! retries, and sends dead letters.

mod by_hand;
mod consume;
mod item;
mod measure;
mod receipts;
mod send;
mod serve;
mod table;

use std::io;
use std::process::Stdio;

use clap::{Args, ValueEnum};
use thoth_messaging::{Kafka, Message as _};
use tokio::io::AsyncReadExt as _;
use tokio::time;
use tracing_subscriber::fmt::format::FmtSpan;

use self::item::Items;
use self::measure::{Failure, Figures, PATIENCE};
use self::receipts::Receipts;
use self::table::Row;
use crate::children::Run;
use crate::messages::{Item, Receipt};
use crate::steps;

/// The part of the messages that a way with work handles: one in so many.
const WORK_SHARE: u64 = 20;

#[derive(Args, Clone)]
pub(crate) struct Load {
    /// The number of messages that each way sends or handles.
    #[arg(long, default_value_t = 100_000)]
    messages: u64,
    /// The number of times that each is measured; the table has the medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The ways, of all that there are.
    #[arg(long, value_delimiter = ',')]
    ways: Vec<Way>,
    /// The partitions of the topics.
    #[arg(long, value_delimiter = ',', default_values_t = [12, 1])]
    partitions: Vec<i32>,
    /// The flavours of tokio's runtime.
    #[arg(long, value_delimiter = ',', default_values = ["multi-thread", "current-thread"])]
    runtimes: Vec<Flavour>,
    /// Ours write what is traced from INFO on, spans too, as a service does that logs.
    #[arg(long)]
    subscriber: bool,
    #[command(flatten)]
    items: Items,
}

/// A measurement, in a process of its own.
#[derive(Args, Clone)]
pub(crate) struct Measurement {
    way: Way,
    #[arg(long)]
    runtime: Flavour,
    #[arg(long)]
    messages: u64,
    /// The group of what reads.
    #[arg(long)]
    group: String,
    /// By rdkafka alone.
    #[arg(long)]
    by_hand: bool,
    /// With a subscriber of `tracing`.
    #[arg(long)]
    subscriber: bool,
    #[command(flatten)]
    items: Items,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Flavour {
    MultiThread,
    CurrentThread,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// `send`, 20,000 under way, beside `FutureProducer`.
    Send,
    /// `send_all`, beside `ThreadedProducer` and a flush.
    SendAll,
    /// A typed consumer that acknowledges, beside `StreamConsumer` with serde and `store_offset`.
    Consume,
    /// An app without replies, a partition at a time, beside the same.
    App,
    /// The same with 16 keys of a partition at once.
    AppPerKey,
    /// An app with a reply to each, at least once, beside 100 under way whose offsets are stored in order.
    Reply,
    /// The same, exactly once, beside rdkafka's transactions.
    ExactlyOnce,
    /// An app with 3 ms of asynchronous work for each, a partition at a time, beside a task for each partition that sleeps.
    Work,
}

impl Way {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn sends(self) -> bool {
        matches!(self, Self::Send | Self::SendAll)
    }

    fn replies(self) -> bool {
        matches!(self, Self::Reply | Self::ExactlyOnce)
    }

    /// Of so many messages, those that it sends or handles.
    fn messages(self, messages: u64) -> u64 {
        if self == Self::Work { (messages / WORK_SHARE).max(1) } else { messages }
    }
}

impl Flavour {
    pub(crate) fn runtime(self) -> std::io::Result<tokio::runtime::Runtime> {
        let mut builder = match self {
            Self::MultiThread => tokio::runtime::Builder::new_multi_thread(),
            Self::CurrentThread => tokio::runtime::Builder::new_current_thread(),
        };
        builder.enable_all().build()
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Measurement {
    pub(crate) fn runtime(&self) -> Flavour {
        self.runtime
    }
}

pub(crate) async fn run(run: &Run, load: &Load) -> Result<(), Failure> {
    let ways = if load.ways.is_empty() { Way::value_variants() } else { &load.ways };
    let Items { size, keys } = load.items;
    println!("{} messages of {size} bytes and {keys} keys each, {} rounds", load.messages, load.rounds);
    table::head();
    for partitions in &load.partitions {
        let run = run.with_suffix(&format!("{partitions}"));
        for topic in [&Item::DESCRIPTOR.topic, &Receipt::DESCRIPTOR.topic] {
            run.kafka.admin().create_topics([&topic.clone().with_partitions(*partitions)]).await?;
        }
        if ways.iter().any(|way| !way.sends()) {
            send::fill(&run.kafka, load.items, load.messages).await?;
        }
        for way in ways {
            for runtime in &load.runtimes {
                compare(&run, load, *way, *runtime, *partitions).await?.print();
            }
        }
    }
    Ok(())
}

/// Measures a pair, each in its turn.
async fn compare(run: &Run, load: &Load, way: Way, runtime: Flavour, partitions: i32) -> Result<Row, Failure> {
    // What is sent is not what is read.
    let run = if way.sends() { &run.with_suffix("sent") } else { run };
    if way.sends() {
        run.kafka.admin().create_topics([&Item::DESCRIPTOR.topic.clone().with_partitions(partitions)]).await?;
    }
    let (mut ours, mut by_hand) = (Vec::new(), Vec::new());
    for _ in 0..load.rounds.max(1) {
        for (figures, is_by_hand) in [(&mut by_hand, true), (&mut ours, false)] {
            let measured = measure(run, load, way, runtime, is_by_hand).await;
            let side = if is_by_hand { "rdkafka" } else { "here" };
            let place = || format!("{} ({side}, {partitions} partitions, {})", way.name(), runtime.name());
            figures.push(measured.map_err(|error| format!("{}: {error}", place()))?);
        }
    }
    Ok(Row { way: way.name(), runtime: runtime.name(), partitions, ours, by_hand })
}

/// Runs a measurement, and checks that nothing is lost.
async fn measure(run: &Run, load: &Load, way: Way, runtime: Flavour, by_hand: bool) -> Result<Figures, Failure> {
    let messages = way.messages(load.messages);
    let (ends, receipts) = match way {
        _ if way.sends() => (Some(receipts::ends(&run.kafka, &Item::DESCRIPTOR.topic).await?), None),
        _ if way.replies() => (None, Some(Receipts::from_now(&run.kafka, messages).await?)),
        _ => (None, None),
    };
    let group = format!("soak-{}-{}", way.name(), steps::nanoseconds());
    let (runtime, count) = (runtime.name(), messages.to_string());
    let (size, keys) = (load.items.size.to_string(), load.items.keys.to_string());
    let mut arguments = vec!["measure", "--runtime", &runtime, "--messages", &count, "--group", &group];
    arguments.extend(["--size", &size, "--keys", &keys]);
    let name = way.name();
    arguments.push(&name);
    if by_hand {
        arguments.push("--by-hand");
    } else if load.subscriber {
        arguments.push("--subscriber");
    }
    let mut child = run.command(&arguments)?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let read_at = match receipts {
        Some(receipts) => Some(receipts.all(way == Way::ExactlyOnce).await?),
        None => None,
    };
    // That is the sign for it to end.
    drop(child.stdin.take().filter(|_| read_at.is_some()));
    let mut said = String::new();
    let output = child.stdout.as_mut().ok_or("no output")?;
    time::timeout(PATIENCE, output.read_to_string(&mut said)).await??;
    let status = child.wait().await?;
    if !status.success() {
        return Err(format!("it ended with {status}").into());
    }
    let mut figures: Figures = serde_json::from_str(&said)?;
    figures.end = read_at.unwrap_or(figures.end);
    if let Some(before) = ends {
        let sent = receipts::ends(&run.kafka, &Item::DESCRIPTOR.topic).await? - before;
        if sent != messages {
            return Err(format!("of {messages} messages {sent} are on the topic").into());
        }
    }
    figures.checked(messages)
}

/// Returns what the process of a measurement does.
pub(crate) async fn measured(kafka: &Kafka, it: &Measurement) -> Result<(), Failure> {
    let kafka = kafka.clone().with_group(&it.group);
    if it.subscriber {
        // What is written is not kept: the time that a terminal or a file takes is not ours.
        tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).with_writer(io::sink).init();
    }
    let Measurement { group, messages, by_hand, items, .. } = it.clone();
    let figures = match it.way {
        Way::Send if by_hand => send::future_producer(&kafka, items, messages).await?,
        Way::Send => send::send(&kafka, items, messages).await?,
        Way::SendAll if by_hand => send::threaded_producer(&kafka, items, messages).await?,
        Way::SendAll => send::send_all(&kafka, items, messages).await?,
        Way::Consume | Way::App | Way::AppPerKey if by_hand => {
            consume::stream_consumer(&kafka, &group, messages).await?
        }
        Way::Consume => consume::consumer(&kafka, messages).await?,
        Way::App => serve::app(&kafka, messages, |app| app).await?,
        Way::AppPerKey => serve::app(&kafka, messages, |app| app.per_key(16)).await?,
        Way::Reply if by_hand => by_hand::reply(&kafka, &group, messages).await?,
        Way::Reply => serve::reply(&kafka, messages, |app| app).await?,
        Way::ExactlyOnce if by_hand => by_hand::transact(&kafka, &group, messages).await?,
        Way::ExactlyOnce => serve::reply(&kafka, messages, |app| app.exactly_once(&*group)).await?,
        Way::Work if by_hand => by_hand::work(&kafka, &group, messages).await?,
        Way::Work => serve::work(&kafka, messages).await?,
    };
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}
