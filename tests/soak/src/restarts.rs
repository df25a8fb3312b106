//! SIGTERM in the middle of work, again and again: the service ends in time, and nothing that it had finished comes again. Or
//! SIGKILL of a static member, which is started again: it has its partitions at once, and nothing is lost.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use thoth_messaging::Topic;
use tokio::process::{Child, Command};
use tokio::time;

use crate::Load;
use crate::children::Run;
use crate::steps::{self, Handled};

/// The time that a service works before it is told to end.
const WORK: Duration = Duration::from_secs(4);

/// The same where it is killed: longer than the interval of commits (`auto.commit.interval.ms`).
const LIFE: Duration = Duration::from_secs(7);

/// The time that it may take then: what an app has by default.
const DEADLINE: Duration = Duration::from_secs(20);

/// The time that a static member may take to be back at work after it was killed: half of the time after which a member that is
/// no static one loses its partitions.
const RETURN: Duration = Duration::from_secs(5);

/// The load, and how the service ends.
#[derive(Args, Clone, Copy)]
pub(crate) struct Restarts {
    #[command(flatten)]
    load: Load,
    /// The service is a static member (`group.instance.id`), and is killed (SIGKILL).
    #[arg(long)]
    killed: bool,
}

pub(crate) async fn run(run: &Run, Restarts { load, killed }: Restarts) -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::temp_dir().join(run.prefix());
    fs::create_dir_all(&folder)?;
    let dead_letters = Topic::new("soak.steps.dlq").with_partitions(3).with_replicas(3);
    run.kafka.admin().create_topics([&load.topic(), &dead_letters]).await?;
    let sent = tokio::spawn({
        let kafka = run.kafka.clone();
        async move { steps::send(&kafka, load, true).await }
    });
    let (mut ends, mut returns, mut services, start) = (Vec::new(), Vec::new(), 0, Instant::now());
    loop {
        let notes = folder.join(format!("service-{services}"));
        let mut command = run.command(&["member", &notes.to_string_lossy()])?;
        if killed {
            command.env("KAFKA_GROUP_INSTANCE_ID", "soak-1");
        }
        let mut service = command.spawn()?;
        if start.elapsed() > load.time() {
            wait_for_all(&folder, load).await?;
            ends.push(end(&mut service).await?);
            break;
        }
        if killed && services > 0 {
            returns.push(wait_for_first(&notes).await?);
        }
        if killed {
            time::sleep(LIFE).await;
            service.kill().await?;
        } else {
            time::sleep(WORK).await;
            ends.push(end(&mut service).await?);
        }
        services += 1;
    }
    sent.await??;
    let handled = Handled::of(&folder)?;
    let longest = |times: &[Duration]| times.iter().max().copied().unwrap_or_default();
    let (back, ended) = (longest(&returns), longest(&ends));
    if killed {
        println!("killed     {services} times, and back at work after {:.2} s at most", back.as_secs_f64());
    }
    println!("ended      {} times, after {:.2} s at most", ends.len(), ended.as_secs_f64());
    println!(
        "handled    {} of {} steps, {} once more, {} out of order",
        handled.steps(),
        load.messages,
        handled.again(),
        handled.out_of_order()
    );
    fs::remove_dir_all(&folder)?;
    let is_kept = handled.steps() == load.messages && handled.out_of_order() == 0 && ended < DEADLINE;
    let is_as_told = if killed { !returns.is_empty() && back < RETURN } else { handled.again() == 0 };
    if is_kept && is_as_told { Ok(()) } else { Err("a promise was not kept: see above".into()) }
}

/// Waits until a service has handled something, and says how long it took.
async fn wait_for_first(notes: &Path) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    while fs::metadata(notes).map_or(0, |notes| notes.len()) == 0 {
        if start.elapsed() > DEADLINE {
            return Err("the service has handled nothing since it was killed".into());
        }
        time::sleep(Duration::from_millis(20)).await;
    }
    Ok(start.elapsed())
}

/// Tells a service to end, and says how long it took.
pub(crate) async fn end(service: &mut Child) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    let process = service.id().ok_or("the service has ended by itself")?;
    let told = Command::new("kill").args(["-TERM", &process.to_string()]).status().await?;
    if !told.success() {
        return Err("the service could not be told to end".into());
    }
    let status = time::timeout(DEADLINE + Duration::from_secs(10), service.wait()).await??;
    if !status.success() {
        return Err(format!("the service ended with {status}").into());
    }
    Ok(start.elapsed())
}

pub(crate) async fn wait_for_all(folder: &Path, load: Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    while Handled::of(folder)?.steps() < load.messages && start.elapsed() < Duration::from_secs(60) {
        time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}
