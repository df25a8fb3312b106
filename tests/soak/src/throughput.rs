//! How many messages a second, beside programs that use rdkafka alone: each way reads the same steps from the first one.
//!
//! A program by hand decodes with serde, and checks nothing of the schema; a service checks every payload, keeps order,
//! retries, and sends dead letters.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _, StreamConsumer};
use rdkafka::message::Message as _;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use serde::{Deserialize, Serialize};
use thoth_messaging::app::{App, Context, DeadLetters};
use thoth_messaging::client::{Delivery, Position};
use thoth_messaging::{Kafka, Message as _, Typed};
use tokio::sync::Notify;
use tokio::task::{self, JoinHandle};
use tokio::time;

use crate::children::Run;
use crate::messages::{Outcome, Step};
use crate::steps;

/// How often a program by hand commits, as a service does.
const COMMIT_EVERY: Duration = Duration::from_millis(100);

/// How long a way may take.
const PATIENCE: Duration = Duration::from_secs(120);

type Failure = Box<dyn Error + Send + Sync>;

/// What a program by hand decodes into.
#[derive(Deserialize, Serialize)]
struct PlainStep {
    lane: String,
    number: u64,
}

/// Counts what is handled, and the time from the first one to the last.
#[derive(Clone)]
struct Count(Arc<Counted>);

struct Counted {
    handled: AtomicU64,
    wanted: u64,
    begin: std::sync::OnceLock<Instant>,
    end: std::sync::OnceLock<Instant>,
    all: Notify,
}

impl Count {
    fn to(wanted: u64) -> Self {
        let (begin, end) = (std::sync::OnceLock::new(), std::sync::OnceLock::new());
        Self(Arc::new(Counted { handled: AtomicU64::new(0), wanted, begin, end, all: Notify::new() }))
    }

    /// The first one is in flight, if it was not before.
    fn begin(&self) {
        self.0.begin.get_or_init(Instant::now);
    }

    /// Counts one; whether it was the last.
    fn add(&self) -> bool {
        self.begin();
        let Counted { handled, wanted, end, all, .. } = &*self.0;
        let is_last = handled.fetch_add(1, Ordering::Relaxed) + 1 == *wanted;
        if is_last {
            end.get_or_init(Instant::now);
            all.notify_one();
        }
        is_last
    }

    fn report(&self, way: &str) {
        let time = self.0.end.get().zip(self.0.begin.get()).map(|(end, begin)| end.duration_since(*begin));
        let seconds = time.unwrap_or_default().as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = self.0.wanted as f64 / seconds;
        println!("{way:<58} {rate:>9.0} messages/s");
    }
}

pub(crate) async fn run(run: &Run, messages: u64) -> Result<(), Failure> {
    run.kafka.admin().create_topics([&Step::DESCRIPTOR.topic, &Outcome::DESCRIPTOR.topic]).await?;
    let producer = run.kafka.producer()?;
    let all: Vec<_> = (0..messages).map(steps::step).collect();
    let start = Instant::now();
    producer.send_all(&all).try_for_each(async |_: Delivery| Ok(())).await?;
    producer.close(Duration::from_secs(60)).await?;
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = messages as f64 / start.elapsed().as_secs_f64();
    println!("{:<58} {rate:>9.0} messages/s", "sent with send_all, acks=all on three replicas");

    let count = || Count::to(messages);
    read_by_hand(&run.kafka, count()).await?;
    read(&run.kafka, count()).await?;
    serve("a service, partition by partition", &run.kafka, count(), |app| app).await?;
    serve("a service, 16 keys of a partition at once", &run.kafka, count(), |app| app.per_key(16)).await?;
    answer_by_hand(&run.kafka, count()).await?;
    answer("a service with a reply to each", &run.kafka, count(), |app| app).await?;
    answer("the same, 16 keys of a partition at once", &run.kafka, count(), |app| app.per_key(16)).await?;
    let id = format!("{}-exactly-once", run.prefix());
    answer("the same, exactly once", &run.kafka, count(), |app| app.per_key(16).exactly_once(&*id)).await
}

async fn read(kafka: &Kafka, count: Count) -> Result<(), Failure> {
    let mut consumer = kafka.clone().with_group("read").consumer::<Step>()?;
    while let Some(received) = consumer.next().await {
        received?.ack();
        if count.add() {
            break;
        }
    }
    consumer.close(Duration::from_secs(10)).await?;
    count.report("a consumer, typed and checked");
    Ok(())
}

async fn serve(
    way: &str,
    kafka: &Kafka,
    count: Count,
    set: impl FnOnce(App<Count>) -> App<Count>,
) -> Result<(), Failure> {
    let app = App::new(kafka).group(way).state(count.clone()).dead_letters(DeadLetters::stop());
    let app = app.handle(async |_: Step, context: Context<Count>| {
        context.state().add();
    });
    set(app).run_until(count.0.all.notified()).await?;
    count.report(way);
    Ok(())
}

/// What is counted is what a reader of the replies gets.
async fn answer(
    way: &str,
    kafka: &Kafka,
    count: Count,
    set: impl FnOnce(App<Count>) -> App<Count>,
) -> Result<(), Failure> {
    let reading = count_outcomes(kafka, &count).await;
    let app = App::new(kafka).group(way).state(count.clone()).dead_letters(DeadLetters::stop());
    let app = app.handle(async |Step { lane, number }: Step, context: Context<Count>| {
        context.state().begin();
        Outcome { lane, number }
    });
    set(app).run_until(async { drop(time::timeout(PATIENCE, count.0.all.notified()).await) }).await?;
    reading.await??;
    count.report(way);
    Ok(())
}

/// Counts the outcomes that are written from now on.
async fn count_outcomes(kafka: &Kafka, count: &Count) -> JoinHandle<Result<(), Failure>> {
    let (kafka, count) = (kafka.clone(), count.clone());
    let reading = task::spawn(async move {
        let mut outcomes = kafka.replay_of(Typed::<Outcome>::new(), Position::End)?;
        while let Some(received) = time::timeout(PATIENCE, outcomes.next()).await? {
            received?;
            if count.add() {
                break;
            }
        }
        outcomes.close(Duration::from_secs(10)).await?;
        Ok(())
    });
    // By then it knows where the end is.
    time::sleep(Duration::from_secs(2)).await;
    reading
}

fn by_hand(kafka: &Kafka, group: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap_servers())
        .set("group.id", format!("{}-{group}", kafka.topic_name(&Step::DESCRIPTOR.topic)))
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.offset.store", "false");
    config
}

async fn read_by_hand(kafka: &Kafka, count: Count) -> Result<(), Failure> {
    let consumer: StreamConsumer = by_hand(kafka, "by-hand").create()?;
    consumer.subscribe(&[&kafka.topic_name(&Step::DESCRIPTOR.topic)])?;
    loop {
        let message = consumer.recv().await?;
        let _step: PlainStep = serde_json::from_slice(message.payload().unwrap_or_default())?;
        consumer.store_offset_from_message(&message)?;
        if count.add() {
            break;
        }
    }
    task::spawn_blocking(move || drop(consumer)).await?;
    count.report("rdkafka by hand, decoded with serde");
    Ok(())
}

/// Consumes, transforms and produces in transactions, as rdkafka's documentation has it.
async fn answer_by_hand(kafka: &Kafka, count: Count) -> Result<(), Failure> {
    let reading = count_outcomes(kafka, &count).await;
    let (config, steps, outcomes) = (
        by_hand(kafka, "by-hand-exactly-once").set("enable.auto.commit", "false").clone(),
        kafka.topic_name(&Step::DESCRIPTOR.topic),
        kafka.topic_name(&Outcome::DESCRIPTOR.topic),
    );
    let (counting, servers) = (count.clone(), kafka.bootstrap_servers().to_owned());
    task::spawn_blocking(move || transact(&config, &servers, &steps, &outcomes, &counting)).await??;
    reading.await??;
    count.report("rdkafka by hand, a reply to each, exactly once");
    Ok(())
}

fn transact(config: &ClientConfig, servers: &str, steps: &str, outcomes: &str, count: &Count) -> Result<(), Failure> {
    let consumer: BaseConsumer = config.create()?;
    consumer.subscribe(&[steps])?;
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", servers).set("transactional.id", format!("{steps}-by-hand"));
    let producer: BaseProducer = settings.create()?;
    let patience = Duration::from_secs(30);
    producer.init_transactions(patience)?;
    let (wanted, mut made) = (count.0.wanted, 0);
    while made < wanted {
        producer.begin_transaction()?;
        let (start, mut offsets) = (Instant::now(), TopicPartitionList::new());
        while start.elapsed() < COMMIT_EVERY && made < wanted {
            let Some(message) = consumer.poll(Duration::from_millis(20)) else { continue };
            let message = message?;
            count.begin();
            let step: PlainStep = serde_json::from_slice(message.payload().unwrap_or_default())?;
            let payload = serde_json::to_vec(&step)?;
            producer.send(BaseRecord::to(outcomes).key(&step.lane).payload(&payload)).map_err(|(error, _)| error)?;
            let next = Offset::Offset(message.offset() + 1);
            if let Some(mut known) = offsets.find_partition(steps, message.partition()) {
                known.set_offset(next)?;
            } else {
                offsets.add_partition_offset(steps, message.partition(), next)?;
            }
            made += 1;
            producer.poll(Duration::ZERO);
        }
        if offsets.count() > 0 {
            let group = consumer.group_metadata().ok_or("the consumer is in no group")?;
            producer.send_offsets_to_transaction(&offsets, &group, patience)?;
        }
        producer.commit_transaction(patience)?;
    }
    Ok(())
}
