//! The time that planning and applying takes, by the number of topics.

use std::borrow::Cow;
use std::error::Error;
use std::time::{Duration, Instant};

use clap::Args;
use thoth_messaging::Topic;
use thoth_messaging::client::Admin;
use tokio::time;

use crate::children::Run;

/// A property to alter on each topic.
const ALTERED: &[(Cow<'static, str>, Cow<'static, str>)] = &[(Cow::Borrowed("retention.ms"), Cow::Borrowed("3600000"))];

/// The time that brokers have to hear of what was altered.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Args, Clone)]
pub(crate) struct Load {
    /// The numbers of topics, of one partition and one replica each.
    #[arg(long, value_delimiter = ',', default_values_t = [50, 500, 5000])]
    topics: Vec<usize>,
}

pub(crate) async fn run(run: &Run, load: &Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    println!("| topics | plan, none there | apply, created | known | plan, all there | apply, altered | known |");
    println!("|--:|--:|--:|--:|--:|--:|--:|");
    for count in &load.topics {
        let run = run.with_suffix(&count.to_string());
        let admin = run.kafka.admin();
        let topics: Vec<Topic> = (0..*count).map(topic).collect();
        let altered: Vec<Topic> = topics.iter().map(|topic| topic.clone().with_configuration(ALTERED)).collect();
        let (missing, created) = plan_and_apply(&admin, &topics, *count).await?;
        let heard = agreed(&admin, &topics).await?;
        let (planned, changed) = plan_and_apply(&admin, &altered, *count).await?;
        let seen = agreed(&admin, &altered).await?;
        println!(
            "| {count} | {missing:.2?} | {created:.2?} | {heard:.2?} | {planned:.2?} | {changed:.2?} | {seen:.2?} |"
        );
    }
    Ok(())
}

/// The time until the brokers have heard of what was applied: each does when it does, and any of them is asked.
async fn agreed(admin: &Admin, topics: &[Topic]) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    loop {
        let plan = admin.plan(topics).await?;
        let drift: Vec<_> = plan.differences.iter().filter(|difference| difference.is_drift()).collect();
        let Some(first) = drift.first() else { return Ok(start.elapsed()) };
        if start.elapsed() > PATIENCE {
            let (count, drifts) = (topics.len(), drift.len());
            return Err(format!("of {count} topics {drifts} are not as declared after {PATIENCE:?}: {first}").into());
        }
        time::sleep(Duration::from_millis(100)).await;
    }
}

fn topic(number: usize) -> Topic {
    let mut topic = Topic::new("").with_partitions(1).with_replicas(1);
    topic.name = format!("topic-{number}").into();
    topic
}

/// The times of both, which must do something about each topic.
async fn plan_and_apply(
    admin: &Admin,
    topics: &[Topic],
    count: usize,
) -> Result<(Duration, Duration), Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    let plan = admin.plan(topics).await?;
    let planned = start.elapsed();
    let start = Instant::now();
    let applied = admin.apply(&plan).await?;
    let took = start.elapsed();
    if applied.done.len() != count {
        let first = applied.failed.first().map(|(_, error)| error.to_string()).unwrap_or_default();
        return Err(format!("of {count} differences {} are removed {first}", applied.done.len()).into());
    }
    Ok((planned, took))
}
