//! Ways to handle messages beside each other: one by one and in batches; with failures that block, and with retry topics.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::TryStreamExt as _;
use thoth_messaging::app::{App, Batch, Breaker, Context, DeadLetters, Retries, RetryTopics};
use thoth_messaging::{Kafka, Message as _};
use tokio::sync::Notify;
use tokio::time;

use crate::children::Run;
use crate::messages::Step;
use crate::steps;

/// The time of a transaction of a database, for a message or for a batch.
const TRANSACTION: Duration = Duration::from_millis(2);

/// The time until a failed message is tried again.
const DELAY: Duration = Duration::from_secs(1);

/// The time that all of it may take.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(Args)]
pub(crate) struct Load {
    /// The number of messages that are handled each way.
    #[arg(long, default_value_t = 12_000)]
    messages: u64,
}

impl Load {
    /// Returns the steps that are sent, all at once.
    fn steps(&self) -> crate::Load {
        crate::Load { messages: self.messages, seconds: 0, partitions: 12, hot_key: false }
    }
}

/// A way to handle messages.
#[derive(Clone, Copy)]
enum Way {
    Single,
    Batches,
    Blocking,
    BlockingPerKey,
    RetryTopics,
}

impl Way {
    const ALL: [(Self, &str, &str); 5] = [
        (Self::Single, "single", "one by one"),
        (Self::Batches, "batches", "in batches"),
        (Self::Blocking, "blocking", "one in ten fails once: retries that block the partition"),
        (Self::BlockingPerKey, "per-key", "the same, with `per_key(16)`"),
        (Self::RetryTopics, "retry-topics", "the same, with a retry topic"),
    ];

    fn app(self, kafka: &Kafka, progress: &Arc<Progress>) -> App<Arc<Progress>> {
        let retries = Retries::default().initial_backoff(DELAY).jitter(0.0);
        let app = App::new(kafka)
            .group("soak")
            .state(Arc::clone(progress))
            .dead_letters(DeadLetters::stop())
            .breaker(Breaker::off());
        match self {
            Self::Single => app.handle(work),
            Self::Batches => app.handle_batch(Batch::default(), work_on_all),
            Self::Blocking => app.retries(retries).handle(work_or_fail),
            Self::BlockingPerKey => app.retries(retries).per_key(16).handle(work_or_fail),
            Self::RetryTopics => app.retry_topics(RetryTopics::after([DELAY])).handle(work_or_fail),
        }
    }
}

/// The messages that were handled.
#[derive(Default)]
struct Progress {
    all: AtomicU64,
    changed: Notify,
}

impl Progress {
    async fn work(&self, messages: usize) {
        time::sleep(TRANSACTION).await;
        self.all.fetch_add(messages as u64, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Waits until so many are handled.
    async fn reaches(&self, messages: u64) {
        while self.all.load(Ordering::Relaxed) < messages {
            self.changed.notified().await;
        }
    }
}

async fn work(_: Step, context: Context<Arc<Progress>>) {
    context.state().work(1).await;
}

async fn work_on_all(steps: Vec<Step>, contexts: Vec<Context<Arc<Progress>>>) {
    if let Some(context) = contexts.first() {
        context.state().work(steps.len()).await;
    }
}

async fn work_or_fail(step: Step, context: Context<Arc<Progress>>) -> Result<(), &'static str> {
    if steps::fails_first(&step) && context.attempt() == 1 {
        return Err("the first attempt fails");
    }
    context.state().work(1).await;
    Ok(())
}

pub(crate) async fn run(run: &Run, load: &Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    println!("| way | nine in ten handled after | all handled after | messages/s |");
    println!("|---|--:|--:|--:|");
    for (way, name, title) in Way::ALL {
        let kafka = run.with_suffix(name).kafka;
        let topic = &Step::DESCRIPTOR.topic;
        let retries = RetryTopics::after([DELAY]).of(topic);
        kafka.admin().create_topics(std::iter::once(topic).chain(&retries)).await?;
        let producer = kafka.producer()?;
        let name_on_cluster = kafka.topic_name(topic);
        let records = steps::records(load.steps(), &name_on_cluster, 0..load.messages, false);
        producer.send_all(records).try_for_each(async |_| Ok(())).await?;
        let progress = Arc::<Progress>::default();
        let handled = time::timeout(PATIENCE, measure(way, &kafka, &progress, load.messages)).await;
        let (most, all) = handled.map_err(|_| format!("{title}: not handled within {PATIENCE:?}"))??;
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = load.messages as f64 / all.as_secs_f64();
        println!("| {title} | {:.1} s | {:.1} s | {rate:.0} |", most.as_secs_f64(), all.as_secs_f64());
    }
    Ok(())
}

/// Returns the time from the first message that is handled until nine in ten are, and until all are.
async fn measure(
    way: Way,
    kafka: &Kafka,
    progress: &Arc<Progress>,
    messages: u64,
) -> Result<(Duration, Duration), Box<dyn Error + Send + Sync>> {
    let measured = async {
        progress.reaches(1).await;
        let start = Instant::now();
        progress.reaches(messages * 9 / 10).await;
        let most = start.elapsed();
        progress.reaches(messages).await;
        (most, start.elapsed())
    };
    let (sender, measured_to) = tokio::sync::oneshot::channel();
    let until = async {
        // Nobody waits for it where the app has failed.
        let _ = sender.send(measured.await);
    };
    way.app(kafka, progress).run_until(until).await?;
    Ok(measured_to.await?)
}
