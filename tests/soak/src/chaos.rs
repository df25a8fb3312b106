//! At least once, in order, while a broker and members are killed.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use thoth_messaging::app::DeadLetter;
use thoth_messaging::{Message as _, Topic, message_factory};
use tokio::process::Child;
use tokio::time;

use crate::children::Run;
use crate::member::Handlers;
use crate::messages::Outcome;
use crate::steps::{self, Handled};
use crate::{Load, cluster, exactly_once};

/// The broker that is killed.
const BROKER: u32 = 2;

/// How long members may take for what is left when all is sent.
const PATIENCE: Duration = Duration::from_secs(180);

/// The members of the group, and where each notes what it handles.
struct Group<'a> {
    run: &'a Run,
    folder: PathBuf,
    per_key: bool,
    handlers: Handlers,
    members: Vec<Child>,
}

impl Group<'_> {
    fn grow(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let notes = self.folder.join(format!("member-{}", self.members.len() + 1));
        let (notes, handlers) = (notes.to_string_lossy(), self.handlers.word());
        let mut arguments = vec!["member", &notes, &handlers];
        arguments.extend(self.per_key.then_some("--per-key"));
        self.members.push(self.run.start(&arguments)?);
        Ok(())
    }

    /// Kills the member that came last.
    async fn shrink(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        if let Some(mut member) = self.members.pop() {
            member.kill().await?;
        }
        Ok(())
    }
}

/// The load, and the handlers of its messages.
#[derive(Args, Clone, Copy)]
pub(crate) struct Chaos {
    #[command(flatten)]
    load: Load,
    /// The handlers of the members. With retry topics, no order is asked for.
    #[arg(long, value_enum, default_value_t = Handlers::Single)]
    handlers: Handlers,
}

pub(crate) async fn run(run: &Run, Chaos { load, handlers }: Chaos) -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::temp_dir().join(run.prefix());
    fs::create_dir_all(&folder)?;
    let dead_letters = Topic::new("soak.steps.dlq").with_partitions(3).with_replicas(3);
    let steps_topic = load.topic();
    let retries = handlers.retry_topics().of(&steps_topic);
    let topics = [&steps_topic, &Outcome::DESCRIPTOR.topic, &dead_letters].into_iter().chain(&retries);
    run.kafka.admin().create_topics(topics).await?;

    let mut group = Group { run, folder: folder.clone(), per_key: load.hot_key, handlers, members: Vec::new() };
    group.grow()?;
    let sent = tokio::spawn({
        let kafka = run.kafka.clone();
        async move { steps::send(&kafka, load, true).await }
    });
    disturb(&mut group, load).await?;
    let time = sent.await??;
    println!(
        "sent       {} steps and {} that are none, in {:.1} s",
        load.messages,
        steps::poisons(load),
        time.as_secs_f64()
    );

    let start = Instant::now();
    let handled = loop {
        let handled = Handled::of(&folder)?;
        if handled.steps() >= load.messages || start.elapsed() > PATIENCE {
            break handled;
        }
        time::sleep(Duration::from_secs(1)).await;
    };
    println!(
        "handled    {} steps, the last {:.1} s after all was sent",
        handled.steps(),
        start.elapsed().as_secs_f64()
    );
    println!("again      {} steps were handled once more", handled.again());
    println!("order      {} steps were handled before one in front of them", handled.out_of_order());
    let mut has_replies = true;
    if handlers == Handlers::Replies {
        let (outcomes, received) = exactly_once::read(run.kafka.clone(), load).await?;
        println!("replies    {received} to {} steps", outcomes.len());
        has_replies = outcomes.len() as u64 == load.messages;
    }
    let letters = read_dead_letters(run, load).await?;
    let (kinds, all) = (letters.len() as u64, letters.values().sum::<usize>());
    println!("dead       {kinds} of {} that are no steps, {all} letters in all", steps::poisons(load));
    drop(group);
    fs::remove_dir_all(&folder)?;
    let is_in_order = handlers == Handlers::RetryTopics || handled.out_of_order() == 0;
    let is_kept = handled.steps() == load.messages && is_in_order && kinds == steps::poisons(load);
    if is_kept && has_replies { Ok(()) } else { Err("a promise was not kept: see above".into()) }
}

/// Kills and starts, at times that are shares of the whole.
async fn disturb(group: &mut Group<'_>, load: Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    let wait = async |share: f64| time::sleep_until((start + load.time().mul_f64(share)).into()).await;
    wait(0.15).await;
    group.grow()?;
    group.grow()?;
    wait(0.35).await;
    cluster::kill(BROKER).await?;
    println!("killed     broker {BROKER}, at {:.1} s", start.elapsed().as_secs_f64());
    wait(0.55).await;
    cluster::start(BROKER).await?;
    println!("back       broker {BROKER}, at {:.1} s", start.elapsed().as_secs_f64());
    wait(0.7).await;
    group.shrink().await?;
    wait(0.85).await;
    group.shrink().await?;
    println!("killed     two of three members, the last at {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Returns how often each message that is no step is a dead letter.
pub(crate) async fn read_dead_letters(
    run: &Run,
    load: Load,
) -> Result<BTreeMap<Vec<u8>, usize>, Box<dyn Error + Send + Sync>> {
    let anything = message_factory("soak.steps.dlq", json!({}))?;
    let mut consumer = run.kafka.clone().with_group("dead-letters").consumer_of(anything)?;
    let mut letters: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let start = Instant::now();
    // What comes late is a duplicate, and as good.
    while start.elapsed() < Duration::from_secs(60) {
        let quiet = if letters.len() as u64 >= steps::poisons(load) { 3 } else { 30 };
        let Ok(Some(received)) = time::timeout(Duration::from_secs(quiet), consumer.next()).await else { break };
        let (_, record) = received?.into_parts();
        let letter = DeadLetter::read(record).map_err(|record| format!("{record} has no headers of a dead letter"))?;
        *letters.entry(letter.record.payload().unwrap_or_default().to_vec()).or_default() += 1;
    }
    consumer.close(Duration::from_secs(10)).await?;
    Ok(letters)
}
