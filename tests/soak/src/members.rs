//! The time that a group takes to grow and to shrink, by the number of its members: how long a partition is handled by nobody.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::future::try_join_all;
use thoth_messaging::app::{App, Context, DeadLetters};
use thoth_messaging::client::{Producer, ProducerRecord};
use thoth_messaging::{Kafka, Message as _};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time;

use crate::children::Run;
use crate::messages::Item;

type Failure = Box<dyn Error + Send + Sync>;

/// The time between two messages of a partition, which is the least that a pause can be told by.
const TICK: Duration = Duration::from_millis(50);

/// The time that a change of the group may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The time after a change within which its pauses come.
const SETTLING: Duration = Duration::from_secs(8);

#[derive(Args, Clone)]
pub(crate) struct Load {
    /// The numbers of members.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 5, 20])]
    members: Vec<usize>,
    /// The partitions that they share.
    #[arg(long, default_value_t = 60)]
    partitions: i32,
    /// The protocols of the group.
    #[arg(long, value_delimiter = ',', default_values = ["classic", "consumer"])]
    protocols: Vec<String>,
}

/// The messages that were handled, by partition: how many, when the last one was, and the longest time between two.
struct Watch(Mutex<Vec<Handled>>);

#[derive(Clone, Copy)]
struct Handled {
    messages: u64,
    last: Option<Instant>,
    longest: Duration,
}

impl Watch {
    fn of(partitions: i32) -> Arc<Self> {
        let none = Handled { messages: 0, last: None, longest: Duration::ZERO };
        Arc::new(Self(Mutex::new((0..partitions).map(|_| none).collect())))
    }

    fn handled(&self, partition: i32) {
        let mut all = self.lock();
        let Some(handled) = usize::try_from(partition).ok().and_then(|index| all.get_mut(index)) else { return };
        let now = Instant::now();
        handled.longest = handled.longest.max(handled.last.map_or(Duration::ZERO, |last| now - last));
        (handled.messages, handled.last) = (handled.messages + 1, Some(now));
    }

    /// The longest pause of a partition since this was last asked for.
    fn longest(&self) -> Duration {
        let mut all = self.lock();
        all.iter_mut().map(|handled| std::mem::take(&mut handled.longest)).max().unwrap_or_default()
    }

    /// Waits until messages of all partitions are handled.
    async fn all(&self) -> Result<(), Failure> {
        let all = async {
            while self.lock().iter().any(|handled| handled.messages == 0) {
                time::sleep(Duration::from_millis(10)).await;
            }
        };
        Ok(time::timeout(PATIENCE, all).await?)
    }

    fn messages(&self) -> u64 {
        self.lock().iter().map(|handled| handled.messages).sum()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Handled>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An app of this process, and what tells it to end.
struct Member {
    end: oneshot::Sender<()>,
    app: JoinHandle<Result<(), String>>,
}

impl Member {
    fn start(kafka: &Kafka, watch: &Arc<Watch>) -> Self {
        let (end, ended) = oneshot::channel();
        let app = App::new(kafka).state(Arc::clone(watch)).dead_letters(DeadLetters::stop());
        let app = app.handle(async |_: Item, context: Context<Arc<Watch>>| {
            context.state().handled(context.record().partition());
        });
        let app = tokio::spawn(async move {
            let ran = app.run_until(async { drop(ended.await) }).await;
            ran.map(drop).map_err(|error| error.to_string())
        });
        Self { end, app }
    }

    async fn end(self) -> Result<(), Failure> {
        let _ = self.end.send(());
        Ok(time::timeout(PATIENCE, self.app).await???)
    }
}

pub(crate) async fn run(run: &Run, load: &Load) -> Result<(), Failure> {
    println!(
        "{} partitions, a message of each every {TICK:?}; the longest time that one of them is handled by nobody",
        load.partitions
    );
    println!(
        "| members | protocol | all join: first messages of all | one more joins | it leaves | all leave | handled | once more |"
    );
    println!("|--:|---|--:|--:|--:|--:|--:|--:|");
    for protocol in &load.protocols {
        for members in &load.members {
            let run = run.with_suffix(&format!("{protocol}-{members}"));
            let kafka = match protocol.as_str() {
                "consumer" => Kafka::from_env()?,
                _ => Kafka::from_env()?.with("session.timeout.ms", "10000"),
            };
            let kafka = kafka.with_topic_prefix(run.prefix()).with("group.protocol", protocol).with_group(run.prefix());
            measure(&kafka, protocol, *members, load.partitions).await?;
        }
    }
    Ok(())
}

async fn measure(kafka: &Kafka, protocol: &str, members: usize, partitions: i32) -> Result<(), Failure> {
    kafka.admin().create_topics([&Item::DESCRIPTOR.topic.clone().with_partitions(partitions)]).await?;
    let producer = kafka.producer()?;
    let (stop, stopped) = oneshot::channel();
    let sending = tokio::spawn(send(producer, partitions, stopped));
    let watch = Watch::of(partitions);
    let began = Instant::now();
    let mut group: Vec<Member> = (0..members).map(|_| Member::start(kafka, &watch)).collect();
    watch.all().await?;
    let all = began.elapsed();
    time::sleep(SETTLING).await;
    watch.longest();
    let one_more = Member::start(kafka, &watch);
    time::sleep(SETTLING).await;
    let joins = watch.longest();
    one_more.end().await?;
    time::sleep(SETTLING).await;
    let leaves = watch.longest();
    let began = Instant::now();
    // Told all at once: that they wait for each other is what would show.
    let ending: Vec<_> = group.drain(..).map(|member| tokio::spawn(member.end())).collect();
    for member in ending {
        member.await??;
    }
    let leave = began.elapsed();
    let _ = stop.send(());
    let sent = sending.await??;
    // What is left is handled by another one.
    let last = Member::start(kafka, &watch);
    let done = async {
        while watch.messages() < sent {
            time::sleep(TICK).await;
        }
    };
    time::timeout(PATIENCE, done).await.map_err(|_| format!("of {sent} messages {} were handled", watch.messages()))?;
    time::sleep(Duration::from_secs(1)).await;
    last.end().await?;
    let (handled, again) = (watch.messages(), watch.messages() - sent);
    println!("| {members} | {protocol} | {all:.1?} | {joins:.1?} | {leaves:.1?} | {leave:.1?} | {handled} | {again} |");
    Ok(())
}

/// Sends a message to each partition now and then. Returns how many there were.
async fn send(producer: Producer, partitions: i32, mut stop: oneshot::Receiver<()>) -> Result<u64, Failure> {
    let (mut sent, mut tick) = (0, time::interval(TICK));
    loop {
        tokio::select! {
            _ = &mut stop => break,
            _ = tick.tick() => {}
        }
        let records = (0..partitions).map(|partition| {
            let item = Item { lane: format!("lane-{partition}"), number: sent, text: String::new() };
            Ok::<_, Failure>(ProducerRecord::of(&item)?.with_partition(partition))
        });
        let records = records.collect::<Result<Vec<_>, _>>()?;
        try_join_all(records.into_iter().map(async |record| producer.send(record).await)).await?;
        sent += u64::try_from(partitions)?;
    }
    producer.close(PATIENCE).await?;
    Ok(sent)
}
