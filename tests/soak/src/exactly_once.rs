//! Consume, transform, produce: each result is read once, while a broker and processors are killed.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::{Duration, Instant};

use thoth_messaging::app::{App, DeadLetters};
use thoth_messaging::{Kafka, Message as _};
use tokio::process::Child;
use tokio::time;

use crate::children::Run;
use crate::member::KEYS_AT_ONCE;
use crate::messages::{Outcome, Step};
use crate::{Load, cluster, steps};

/// The broker that is killed.
const BROKER: u32 = 1;

const PROCESSORS: usize = 3;

/// How often one of them is killed, and comes back at once.
const KILL_EVERY: Duration = Duration::from_secs(3);

/// How long results may stay away when all is sent.
const PATIENCE: Duration = Duration::from_secs(120);

/// The places of the results of each step in their topic, by partition and offset.
pub(crate) type Places = BTreeMap<(String, u64), BTreeSet<(i32, i64)>>;

pub(crate) async fn run(run: &Run, load: Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    run.kafka.admin().create_topics([&load.topic(), &Outcome::DESCRIPTOR.topic]).await?;
    let sent = tokio::spawn({
        let kafka = run.kafka.clone();
        async move { steps::send(&kafka, load, false).await }
    });
    let mut processors = Vec::new();
    for id in 0..PROCESSORS {
        processors.push(start(run, load, id)?);
    }
    let reading = tokio::spawn(read(run.kafka.clone(), load));
    let (broker, killed) = tokio::join!(disturb_cluster(load), disturb(run, &mut processors, load));
    broker?;
    let (killed, ended) = killed?;
    let time = sent.await??;
    println!(
        "sent       {} steps in {:.1} s, while {killed} processors were killed, of which {ended} had ended before",
        load.messages,
        time.as_secs_f64()
    );

    let (read, received) = reading.await??;
    let written: usize = read.values().map(BTreeSet::len).sum();
    let again = written - read.len();
    println!("read       results of {} steps, {again} of them written twice (read_committed)", read.len());
    println!("           {} received again by the reader, at least once as it is", received - written);
    let aborted = count_uncommitted(run, load).await?.saturating_sub(read.len() + again);
    println!("aborted    {aborted} results, which nobody reads");
    drop(processors);
    let is_kept = read.len() as u64 == load.messages && again == 0;
    if is_kept { Ok(()) } else { Err("a promise was not kept: see above".into()) }
}

fn start(run: &Run, load: Load, id: usize) -> std::io::Result<Child> {
    let id = format!("{}-{id}", run.prefix());
    let mut arguments = vec!["processor", &id];
    arguments.extend(load.hot_key.then_some("--per-key"));
    run.start(&arguments)
}

/// Kills a broker and brings it back, at times that are shares of the whole.
async fn disturb_cluster(load: Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    let wait = async |share: f64| time::sleep_until((start + load.time().mul_f64(share)).into()).await;
    wait(0.3).await;
    cluster::kill(BROKER).await?;
    println!("killed     broker {BROKER}, at {:.1} s", start.elapsed().as_secs_f64());
    wait(0.6).await;
    cluster::start(BROKER).await?;
    println!("back       broker {BROKER}, at {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Kills one processor after the other until all is sent; how many, and how many of them had ended by themselves.
async fn disturb(
    run: &Run,
    processors: &mut [Child],
    load: Load,
) -> Result<(usize, usize), Box<dyn Error + Send + Sync>> {
    let start_time = Instant::now();
    let (mut killed, mut ended) = (0, 0);
    while start_time.elapsed() + KILL_EVERY < load.time() {
        time::sleep(KILL_EVERY).await;
        let id = killed % PROCESSORS;
        if let Some(processor) = processors.get_mut(id) {
            ended += usize::from(processor.try_wait()?.is_some());
            processor.kill().await?;
            *processor = start(run, load, id)?;
        }
        killed += 1;
    }
    Ok((killed, ended))
}

/// The results of all steps, and how many were received, those that came again counted.
pub(crate) async fn read(kafka: Kafka, load: Load) -> Result<(Places, usize), Box<dyn Error + Send + Sync>> {
    let mut consumer = kafka.with_group("outcomes").consumer::<Outcome>()?;
    let (mut read, mut count) = (Places::new(), 0);
    let deadline = Instant::now() + load.time() + PATIENCE;
    // Nothing may come when all is there, for some seconds.
    while Instant::now() < deadline {
        let quiet = if read.len() as u64 >= load.messages { 5 } else { PATIENCE.as_secs() };
        let Ok(Some(received)) = time::timeout(Duration::from_secs(quiet), consumer.next()).await else { break };
        let received = received?;
        let Outcome { lane, number } = received.message().clone();
        let record = received.record();
        read.entry((lane, number)).or_default().insert((record.partition(), record.offset()));
        count += 1;
        received.ack();
    }
    consumer.close(Duration::from_secs(10)).await?;
    Ok((read, count))
}

/// Returns how many results there are, those of transactions that were aborted counted.
async fn count_uncommitted(run: &Run, load: Load) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let kafka = run.kafka.clone().with_group("uncommitted").with("isolation.level", "read_uncommitted");
    let mut consumer = kafka.consumer::<Outcome>()?;
    let mut count = 0;
    loop {
        let quiet = if count as u64 >= load.messages { 3 } else { 30 };
        let Ok(Some(received)) = time::timeout(Duration::from_secs(quiet), consumer.next()).await else { break };
        received?.ack();
        count += 1;
    }
    consumer.close(Duration::from_secs(10)).await?;
    Ok(count)
}

/// A processor: makes a result of each step, until it is killed.
pub(crate) async fn process(kafka: &Kafka, id: &str, per_key: bool) -> Result<(), Box<dyn Error + Send + Sync>> {
    let kafka = kafka.clone().with("transaction.timeout.ms", "10000");
    let result = async |Step { lane, number }: Step| Outcome { lane, number };
    let app = App::new(&kafka).group("processors").exactly_once(id).dead_letters(DeadLetters::stop()).handle(result);
    let app = if per_key { app.per_key(KEYS_AT_ONCE) } else { app };
    app.run().await?;
    Ok(())
}
