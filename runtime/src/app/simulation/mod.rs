//! A simulation of apps: the very engine, workers and transactions, over a model of Kafka, in tokio's paused time.
//!
//! A seed chooses a [`Scenario`]: settings, layers, retry topics, records, what their handlers do, faults of the cluster, and members that join, leave,
//! crash or lose their partitions. Of each run it is checked that nothing is lost or skipped, that the order of a partition or key
//! holds (but with retry topics, where nothing is handled before it is due), that each result is there once (exactly once) or at least once, that no two members handle the same at a time, that
//! transactions are aborted no more often than there is reason to, that all comes to an end, and that members leave in time.
//!
//! `SIMULATION_SEEDS=20000` runs so many; `SIMULATION_SEED=7` runs one, and prints what happened. A seed that fails is made
//! smaller first.

#![expect(clippy::expect_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

mod scenario;
mod types;
mod world;

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{self, Instant};

use self::scenario::{ATTEMPTS, ATTEMPTS_ON_EACH, Batches, Change, Kind, Plan, Scenario};
use self::world::{REPLIES, World, reply};
use super::attempt::Clock;
use super::port::{Sink, Source, Transactions};
use super::transaction::Committer;
use super::{
    App, AppError, Batch, BoxError, Breaker, Context, ExactlyOnce, Metadata, Next, OtherMessages, Outcome, Retries,
    Retry, RetryTopics, State, handler,
};
use crate::client::model::{self, Faults, RETRY_DELAYS};
use crate::client::{Kafka, Producer, ProducerRecord};
use crate::messages::{PackageReleased, ThothRepoInit};

/// The faults of the cluster end then.
const FAULTS_END: Duration = Duration::from_secs(10);

/// All must be settled by then.
const END: Duration = Duration::from_secs(600);

/// The state of a handler: the world, and the member that it runs in.
struct Scope {
    world: Arc<World>,
    member: u32,
}

/// An attempt: however it ends, it ends.
struct Running<'a>(&'a Scope, usize, bool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.world.end(self.1, self.0.member, self.2);
    }
}

async fn handle(message: PackageReleased, context: Context<Scope>) -> Outcome {
    handle_numbered(&message.package_version, &context).await
}

async fn handle_other(message: ThothRepoInit, context: Context<Scope>) -> Outcome {
    handle_numbered(&message.project_url, &context).await
}

/// Takes its time around a message, and fails at times before its handler is called.
async fn layer(next: Next, metadata: Metadata, State(scope): State<Scope>) -> Outcome {
    let most = scope.world.scenario.layer.unwrap_or_default();
    time::sleep(Duration::from_millis(fastrand::u64(..=most))).await;
    if scope.world.scenario.batch.is_some() && metadata.attempt() == 1 && metadata.offset() % 5 == 0 {
        return Outcome::failed("the layer fails once");
    }
    let outcome = next.run().await;
    time::sleep(Duration::from_millis(fastrand::u64(..=most))).await;
    outcome
}

/// Handles messages up to the first one that fails.
async fn handle_many(
    messages: Vec<PackageReleased>,
    contexts: Vec<Context<Scope>>,
    State(scope): State<Scope>,
) -> Result<Vec<Outcome>, BoxError> {
    let mut outcomes = Vec::new();
    for (message, context) in messages.iter().zip(&contexts) {
        let outcome = handle_numbered(&message.package_version, context).await;
        let is_failed = matches!(outcome, Outcome::Failed(_));
        match outcome {
            Outcome::Failed(error) if scope.world.scenario.batch.is_some_and(|batch| batch.fail_together) => {
                return Err(error);
            }
            outcome => outcomes.push(outcome),
        }
        if is_failed {
            break;
        }
    }
    Ok(outcomes)
}

async fn handle_numbered(number: &str, context: &Context<Scope>) -> Outcome {
    let scope = context.state();
    let Ok(id) = number.parse::<usize>() else { return Outcome::stop("no number") };
    scope.world.check_due(id, context.record());
    let before = scope.world.begin(id, scope.member);
    let mut running = Running(scope, id, false);
    let plan = scope.world.plan(id);
    match plan {
        Plan::Skipped => return Outcome::stop("it has no handler"),
        Plan::Handled(millis) | Plan::Reply(millis) | Plan::OtherType(millis) => {
            time::sleep(Duration::from_millis(millis)).await;
        }
        // Without the noise of a panic that is not expected.
        Plan::Panics if before == 0 => std::panic::resume_unwind(Box::new("once")),
        Plan::FailsFirst(attempts) if context.attempt() <= attempts => return Outcome::failed("not yet"),
        Plan::FailsForGood if context.attempt() > 1 && scope.world.scenario.batch.is_none() => {
            return Outcome::stop("it is tried again");
        }
        Plan::FailsForGood => return Outcome::failed(fmt::Error),
        Plan::Fails | Plan::Invalid => return Outcome::failed("never"),
        Plan::FailsFirst(_) | Plan::Panics | Plan::Refused => {}
    }
    running.2 = true;
    if matches!(plan, Plan::Handled(_)) {
        return Outcome::Handled;
    }
    Outcome::reply(ProducerRecord::raw(REPLIES).with_payload(reply(id)))
}

/// A running member.
struct Started {
    stop: Option<oneshot::Sender<()>>,
    app: JoinHandle<Result<(), AppError>>,
}

/// Handlers may send by a producer of their own, which none does here.
fn unused_producer() -> Producer {
    static PRODUCER: OnceLock<Producer> = OnceLock::new();
    PRODUCER.get_or_init(|| kafka().producer().expect("its settings are right")).clone()
}

fn kafka() -> Kafka {
    Kafka::new("127.0.0.1:1").with_group("simulated")
}

async fn run_member(world: Arc<World>, member: u32, stopped: oneshot::Receiver<()>) -> Result<(), AppError> {
    let Scenario { exactly_once, per_key, batch, has_retry_topics, max_in_flight, max_bytes, drain_timeout, .. } =
        world.scenario;
    let has_layer = world.scenario.layer.is_some();
    let (cluster, started) = (world.cluster.clone(), world.started);
    let attempts = if has_retry_topics { ATTEMPTS_ON_EACH } else { ATTEMPTS };
    let retries = Retries::default().attempts(attempts).initial_backoff(Duration::from_millis(20));
    let mut app = App::new(&kafka())
        .state(Scope { world, member })
        .on_error(|_: &fmt::Error| Retry::Never)
        .other_messages(OtherMessages::Skip)
        .max_in_flight(max_in_flight)
        .drain_timeout(drain_timeout)
        .retries(retries.max_backoff(Duration::from_secs(1)))
        .breaker(Breaker::default().pause(Duration::from_secs(1)));
    app.clock = Clock::Simulated(started);
    if has_layer {
        app = app.layer(layer);
    }
    if has_retry_topics {
        app = app.retry_topics(RetryTopics::after(RETRY_DELAYS.map(Duration::from_millis)));
    }
    app = match batch {
        None => {
            let other = handler(handle_other).attempt_timeout(Duration::from_secs(60));
            app.handle(handle).handle_of(types::Other, other)
        }
        Some(Batches { max_messages, max_wait, .. }) => {
            let batch = Batch::default().max_messages(max_messages).max_wait(Duration::from_millis(max_wait));
            app.handle_batch(batch, handle_many)
        }
    };
    if let Some(max_concurrent) = per_key {
        app = app.per_key(max_concurrent);
    }
    if let Some(max_bytes) = max_bytes {
        app = app.max_in_flight_bytes(max_bytes);
    }
    let source = Source::Model(model::Member::join(&cluster, member, exactly_once));
    let sink = Sink::Model(model::Sink::new(&cluster), unused_producer());
    let committer = if exactly_once {
        let producer = Transactions::Model(model::Transactions::new(&cluster, &format!("id-{member}"), member));
        let settings = ExactlyOnce::new(format!("id-{member}"));
        let mut committer = Committer::new(producer, &settings, app.observers.clone());
        committer.begin().await?;
        Some(committer)
    } else {
        None
    };
    let until = async {
        let _ = stopped.await;
    };
    app.into_engine(sink, source, committer)?.run(until).await
}

/// The members that run, by their number.
struct Members {
    world: Arc<World>,
    running: BTreeMap<u32, Started>,
    leaving: Vec<JoinHandle<()>>,
    next: u32,
}

impl Members {
    fn join(&mut self) {
        let (stop, stopped) = oneshot::channel();
        let id = self.next;
        self.next += 1;
        let app = tokio::spawn(run_member(Arc::clone(&self.world), id, stopped));
        let cluster = self.world.cluster.clone();
        tokio::spawn(async move {
            // It joins with its first poll.
            time::sleep(Duration::from_millis(100)).await;
            while cluster.commit_stored(id) {
                time::sleep(Duration::from_millis(100)).await;
            }
        });
        self.running.insert(id, Started { stop: Some(stop), app });
    }

    /// Tells a member to end, and checks that it does in time.
    fn leave(&mut self, id: u32) {
        let Some(Started { stop, app }) = self.running.remove(&id) else { return };
        let world = Arc::clone(&self.world);
        world.cluster.note(|| format!("member {id} is to end"));
        let stop = stop.map(|stop| stop.send(()));
        self.leaving.push(tokio::spawn(async move {
            let began = Instant::now();
            // What Kafka has to answer last comes behind the deadline.
            let limit = world.scenario.drain_timeout + Duration::from_secs(4);
            match app.await {
                Ok(Ok(())) if began.elapsed() <= limit => {}
                Ok(Ok(())) => world.fault(format!("member {id} took {:?} to end", began.elapsed())),
                Ok(Err(error)) => world.fault(format!("member {id} ended: {error} (told: {stop:?})")),
                Err(error) => world.fault(format!("member {id}: {error}")),
            }
            world.excuse(id);
        }));
    }

    async fn change(&mut self, Change { kind, member, .. }: Change) {
        let ids: Vec<u32> = self.running.keys().copied().collect();
        let id = ids.get(member % ids.len().max(1)).copied();
        match (kind, id) {
            (Kind::Join, _) if ids.len() < 4 => self.join(),
            (Kind::Leave, Some(id)) => self.leave(id),
            (Kind::Crash, Some(id)) => {
                let Some(Started { app, .. }) = self.running.remove(&id) else { return };
                app.abort();
                let _ = app.await;
                self.world.excuse(id);
                self.world.cluster.crash(id);
            }
            (Kind::Lose, Some(id)) => {
                self.world.excuse(id);
                self.world.cluster.lose(id);
            }
            (Kind::Rebalance, _) => self.world.cluster.rebalance(),
            _ => {}
        }
    }
}

/// Runs a scenario. Returns what was wrong, and what happened.
fn run(scenario: &Scenario) -> (Vec<String>, Arc<World>) {
    fastrand::seed(scenario.seed);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let _entered = runtime.enter();
    let world = World::new(scenario.clone());
    runtime.block_on(async {
        let started = Instant::now();
        let mut members = Members { world: Arc::clone(&world), running: BTreeMap::new(), leaving: Vec::new(), next: 0 };
        (0..scenario.members).for_each(|_| members.join());
        let appending = Arc::clone(&world);
        tokio::spawn(async move {
            for (id, record) in appending.scenario.records.iter().enumerate() {
                time::sleep_until(started + Duration::from_millis(record.at)).await;
                let key = record.key.map(|key| vec![key]);
                appending.cluster.append(record.partition, key, appending.payload(id));
            }
        });
        for change in scenario.changes.iter().copied() {
            time::sleep_until(started + Duration::from_millis(change.at)).await;
            members.change(change).await;
        }
        if members.running.is_empty() {
            members.join();
        }
        while !world.is_done() {
            if started.elapsed() > FAULTS_END {
                world.cluster.set_faults(Faults::default());
            }
            if started.elapsed() > END {
                world.fault("it does not come to an end".to_owned());
                break;
            }
            time::sleep(Duration::from_millis(250)).await;
        }
        let ids: Vec<u32> = members.running.keys().copied().collect();
        for id in ids {
            members.leave(id);
        }
        for leaving in members.leaving {
            let _ = leaving.await;
        }
        if world.faults().is_empty() {
            world.check_end();
        }
    });
    (world.faults(), world)
}

/// The smallest scenario found that fails as well.
fn shrunk(mut scenario: Scenario) -> Scenario {
    for _ in 0..200 {
        match scenario.smaller().into_iter().find(|smaller| !run(smaller).0.is_empty()) {
            Some(smaller) => scenario = smaller,
            None => break,
        }
    }
    scenario
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

#[test]
fn what_is_promised_holds_in_every_schedule() {
    let seeds: Vec<u64> = match number("SIMULATION_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("SIMULATION_SEEDS").unwrap_or(400)).collect(),
    };
    let started = std::time::Instant::now();
    let (next, calls) = (AtomicU64::new(0), AtomicU64::new(0));
    let failed = thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let index = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).ok()?;
                        let scenario = Scenario::of(*seeds.get(index)?);
                        let (faults, world) = run(&scenario);
                        calls.fetch_add(world.calls() as u64, Ordering::Relaxed);
                        if seeds.len() == 1 {
                            println!("{}", world.cluster.trace().join("\n"));
                        }
                        if !faults.is_empty() {
                            return Some((scenario, faults));
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().find_map(|thread| thread.join().ok().flatten())
    });
    if let Some((scenario, faults)) = failed {
        let smaller = shrunk(scenario.clone());
        let (smallest_faults, world) = run(&smaller);
        println!("{smaller:#?}\n{}", world.cluster.trace().join("\n"));
        panic!("SIMULATION_SEED={}: {faults:#?}; made smaller: {smallest_faults:#?}", scenario.seed);
    }
    let took = started.elapsed();
    println!("{} schedules, {} calls of handlers, in {took:.1?}", seeds.len(), calls.into_inner());
}

#[test]
fn a_hot_key_that_fails_holds_up_no_other_key_in_any_schedule() {
    for seed in 0..number("SIMULATION_SEEDS").unwrap_or(400).min(2_000) {
        let scenario = Scenario::of_hot_key(seed);
        let (faults, world) = run(&scenario);
        assert!(faults.is_empty(), "seed {seed}: {faults:#?}");
        let hot = world.succeeded_at(0);
        for (id, record) in scenario.records.iter().enumerate().skip(1) {
            let is_hot = record.key == Some(0);
            let trace = || world.cluster.trace().join("\n");
            assert_eq!(world.succeeded_at(id) > hot, is_hot, "seed {seed}: {id}: {record:?} {scenario:#?} {}", trace());
        }
    }
}
