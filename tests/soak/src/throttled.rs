//! A quota: Kafka lets a client send less than it would. It waits, in place of losing something or giving up.

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use thoth_messaging::{Kafka, Message as _, Topic};

use crate::Load;
use crate::children::Run;
use crate::cluster::{self, BROKERS};
use crate::messages::Step;
use crate::restarts::{end, wait_for_all};
use crate::steps::{self, Handled};

/// How many messages are under way at once, at most.
const WINDOW: usize = 1000;

/// What is sent takes so many bytes for each step, at least: the key, the payload, and what Kafka says of them.
const BYTES: u64 = 50;

pub(crate) async fn run(run: &Run, load: Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::temp_dir().join(run.prefix());
    fs::create_dir_all(&folder)?;
    let dead_letters = Topic::new("soak.steps.dlq").with_partitions(3).with_replicas(3);
    run.kafka.admin().create_topics([&load.topic(), &dead_letters]).await?;
    let mut service = run.start(&["member", &folder.join("service").to_string_lossy()])?;

    let half = load.messages / 2;
    let free = send(&run.kafka, load, 0..half).await?;
    println!("free       {half} steps in {:.1} s", free.all.as_secs_f64());
    // What takes so long when Kafka counts every byte from the first one on: it allows for some seconds in advance.
    let quota = (half * BYTES / (BROKERS.len() as u64 * load.seconds)).max(1);
    cluster::throttle(run.prefix(), Some(quota)).await?;
    let throttled = send(&run.kafka.clone().with("client.id", run.prefix()), load, half..load.messages).await;
    cluster::throttle(run.prefix(), None).await?;
    let throttled = throttled?;
    println!(
        "throttled  {} steps in {:.1} s, with {quota} bytes a second on each broker; the longest send took {:.1} s",
        load.messages - half,
        throttled.all.as_secs_f64(),
        throttled.longest.as_secs_f64()
    );
    wait_for_all(&folder, load).await?;
    let handled = Handled::of(&folder)?;
    println!("handled    {} of {} steps, {} once more", handled.steps(), load.messages, handled.again());
    end(&mut service).await?;
    fs::remove_dir_all(&folder)?;
    let is_slower = throttled.all > free.all * 3 / 2;
    if handled.steps() == load.messages && handled.again() == 0 && is_slower {
        Ok(())
    } else {
        Err("a promise was not kept: see above".into())
    }
}

/// How long sending took.
struct Sent {
    all: Duration,
    longest: Duration,
}

/// Sends steps as fast as Kafka takes them; an error of any of them ends it.
async fn send(kafka: &Kafka, load: Load, numbers: std::ops::Range<u64>) -> Result<Sent, Box<dyn Error + Send + Sync>> {
    let producer = kafka.producer()?;
    let topic = kafka.topic_name(&Step::DESCRIPTOR.topic);
    let start = Instant::now();
    let sends = stream::iter(steps::records(load, &topic, numbers, false)).map(async |record| {
        let start = Instant::now();
        producer.send(record?).await?;
        Ok::<_, Box<dyn Error + Send + Sync>>(start.elapsed())
    });
    let longest = sends.buffered(WINDOW).try_fold(Duration::ZERO, async |longest, took| Ok(longest.max(took))).await?;
    producer.close(Duration::from_secs(60)).await?;
    Ok(Sent { all: start.elapsed(), longest })
}
