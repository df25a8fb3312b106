//! Brokers whose disks are full: one, which the others stand in for, then all. A broker that can't write ends itself.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use thoth_messaging::client::{Producer, ProducerRecord, SendError};
use thoth_messaging::{Kafka, Message as _, Topic};
use tokio::time;

use crate::Load;
use crate::chaos::read_dead_letters;
use crate::children::Run;
use crate::cluster::{self, BROKERS};
use crate::messages::Step;
use crate::restarts::{end, wait_for_all};
use crate::steps::{self, Handled, PACE};

/// The broker whose disk is full first.
const BROKER: u32 = 2;

/// How long the other brokers may take until they stand in for it. They wait for it for 9 s
/// (`broker.session.timeout.ms`), and longer where it was the controller.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a send may take here, in milliseconds: less than there is no room on any disk.
const DELIVERY_TIMEOUT: &str = "8000";

/// How long there is no room on any disk, before somebody makes some.
const NO_ROOM: Duration = Duration::from_secs(10);

pub(crate) async fn run(run: &Run, load: Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::temp_dir().join(run.prefix());
    fs::create_dir_all(&folder)?;
    let dead_letters = Topic::new("soak.steps.dlq").with_partitions(3).with_replicas(3);
    run.kafka.admin().create_topics([&load.topic(), &dead_letters]).await?;
    let mut service = run.start(&["member", &folder.join("service").to_string_lossy()])?;
    let sent = tokio::spawn({
        let kafka = run.kafka.clone().with("delivery.timeout.ms", DELIVERY_TIMEOUT);
        async move { send(&kafka, load).await }
    });
    let goes_on = fill_one(&folder, load).await?;
    fill_all().await?;
    let refused = sent.await??;
    wait_for_all(&folder, load).await?;
    println!("refused    {} sends, which were made again; the last: {}", refused.count, refused.last);
    let handled = Handled::of(&folder)?;
    println!("handled    {} of {} steps, {} once more", handled.steps(), load.messages, handled.again());
    let letters = read_dead_letters(run, load).await?.len() as u64;
    println!("dead       {letters} of {} that are no steps", steps::poisons(load));
    // It has not ended by itself.
    end(&mut service).await?;
    fs::remove_dir_all(&folder)?;
    let is_all = handled.steps() == load.messages && letters == steps::poisons(load);
    if is_all && goes_on && refused.count > 0 { Ok(()) } else { Err("a promise was not kept: see above".into()) }
}

/// Fills the disk of one broker, until a twentieth of all steps is handled without it; whether it was.
async fn fill_one(folder: &Path, load: Load) -> Result<bool, Box<dyn Error + Send + Sync>> {
    time::sleep(load.time() / 8).await;
    let start = Instant::now();
    cluster::fill(BROKER).await?;
    cluster::ended(&[BROKER]).await?;
    println!("full       the disk of broker {BROKER}, which ended after {:.1} s", start.elapsed().as_secs_f64());
    let before = Handled::of(folder)?.steps();
    let (enough, start) = (load.messages / 20, Instant::now());
    let handled = loop {
        let handled = Handled::of(folder)?.steps() - before;
        if handled >= enough || start.elapsed() > PATIENCE {
            break handled;
        }
        time::sleep(Duration::from_millis(200)).await;
    };
    println!("meanwhile  {handled} steps were handled in {:.1} s", start.elapsed().as_secs_f64());
    cluster::start(BROKER).await?;
    Ok(handled >= enough)
}

async fn fill_all() -> Result<(), Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    try_join_all(BROKERS.map(cluster::fill)).await?;
    cluster::ended(&BROKERS).await?;
    println!("full       all disks; the last broker ended after {:.1} s", start.elapsed().as_secs_f64());
    time::sleep(NO_ROOM).await;
    cluster::start_all().await?;
    println!("room       all brokers are back after {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// What was sent in vain: how often, and why the last time.
#[derive(Default)]
struct Refused {
    count: u64,
    last: String,
}

impl Refused {
    fn add(&mut self, other: Self) {
        if other.count > 0 {
            self.count += other.count;
            self.last = other.last;
        }
    }
}

/// Sends the steps of a run; what is refused and may work later, again.
async fn send(kafka: &Kafka, load: Load) -> Result<Refused, Box<dyn Error + Send + Sync>> {
    let producer = kafka.producer()?;
    let topic = kafka.topic_name(&Step::DESCRIPTOR.topic);
    let (mut refused, mut sent, start) = (Refused::default(), 0, Instant::now());
    let mut pace = time::interval(PACE);
    while sent < load.messages {
        pace.tick().await;
        let due = steps::due(load, start).max(sent);
        let records = steps::records(load, &topic, sent..due, true).collect::<Result<Vec<_>, _>>()?;
        for one in try_join_all(records.into_iter().map(|record| insist(&producer, record))).await? {
            refused.add(one);
        }
        sent = due;
    }
    producer.close(Duration::from_secs(60)).await?;
    Ok(refused)
}

/// Sends a record until it is delivered, and says what came before that.
async fn insist(producer: &Producer, record: ProducerRecord) -> Result<Refused, SendError> {
    let mut refused = Refused::default();
    loop {
        match producer.send(record.clone()).await {
            Ok(_) => return Ok(refused),
            Err(error) if error.is_retriable() => {
                refused.add(Refused { count: 1, last: error.to_string() });
                time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => return Err(error),
        }
    }
}
