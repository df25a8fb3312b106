//! Connecting as a consumer, and leaving the group.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use super::context::{Client, Context, Rebalanced};
use super::gauges::ConsumerGauges;
use super::offsets::Assignment;
use super::topic_ids::begin_anew;
use crate::client::client_errors::ClientErrors;
use crate::client::error::{Cause, CloseError, ConfigError, ReceiveError, needs};
use crate::client::settings::{Refresh, Role, Settings};
use crate::client::topic_lookup::{ANSWER_TIMEOUT, look_up};

pub(super) const DEFAULTS: &[(&str, &str)] =
    &[("enable.auto.offset.store", "false"), ("auto.offset.reset", "earliest"), ("allow.auto.create.topics", "false")];

/// Makes a client that has subscribed to nothing yet, and its assignment. With `rebalances`, the receiver gives revoked
/// partitions up.
pub(super) fn connect(
    settings: &Settings,
    defaults: &[(&str, &str)],
    rebalances: Option<mpsc::UnboundedSender<Rebalanced>>,
) -> Result<(Arc<Client>, Arc<Assignment>), ConfigError> {
    let group = settings.group().ok_or(ConfigError::MissingGroup)?;
    if Handle::try_current().is_err() {
        return Err(ConfigError::NoRuntime);
    }
    let mut config = settings.client_config(Role::Consumer, defaults)?;
    settings.refuse(
        &config,
        "enable.auto.offset.store",
        "true",
        "it would commit messages that nobody has handled; leave it out, `ack` stores the offset",
    )?;
    // With the group protocol of Kafka 4 it is the broker that assigns, and the property an error.
    let brokers_assign = config.get("group.protocol") == Some("consumer");
    if !brokers_assign && config.get("partition.assignment.strategy").is_none() {
        config.set("partition.assignment.strategy", "cooperative-sticky");
    }

    let assignment = Arc::new(Assignment::default());
    let reads_committed = config.get("isolation.level") != Some("read_uncommitted");
    let context = Context {
        errors: ClientErrors::default(),
        assignment: Arc::clone(&assignment),
        rebalances,
        refresh: Refresh::default(),
        gauges: ConsumerGauges::new(group, reads_committed),
        brokers_assign,
        is_to_leave: !brokers_assign && config.get("group.instance.id").is_none(),
        membership_state: Arc::default(),
    };
    let client: Arc<Client> = Arc::new(config.create_with_context(context).map_err(Cause::new)?);
    assignment.attach(&client);
    settings.authenticate(&client)?;
    Ok((client, assignment))
}

/// Looks a topic up, by its name on the cluster.
pub(super) async fn find_topic(client: &Arc<Client>, topic: &str, servers: &str) -> Result<(), ReceiveError> {
    let fetching = Arc::clone(client);
    let found = look_up(topic.to_owned(), move |topic| fetching.fetch_metadata(Some(topic), ANSWER_TIMEOUT)).await;
    let Err(why) = found else { return Ok(()) };
    serve_errors(client).await;
    Err(ReceiveError::not_found(why, topic, servers, &client.context().errors))
}

/// Has librdkafka report its errors, which it does while records are asked for. Only for a client that has no partitions.
async fn serve_errors(client: &Client) {
    let polling = async {
        loop {
            let _ = client.recv().await;
        }
    };
    let _ = time::timeout(Duration::from_millis(100), polling).await;
}

/// The membership in a group, which ends when this is dropped.
pub(super) struct Membership {
    /// `None` once the group is left.
    pub(super) client: Option<Arc<Client>>,
    pub(super) assignment: Arc<Assignment>,
    pub(super) topic: String,
    /// False where nothing is committed.
    pub(super) in_group: bool,
}

impl Membership {
    pub(super) async fn close(mut self, deadline: Duration) -> Result<(), CloseError> {
        let topic = self.topic.clone();
        let group = self.client.as_ref().map(|client| client.context().group()).unwrap_or_default();
        let began = Instant::now();
        self.finish_joining(JOIN_DEADLINE.min(deadline / 2)).await;
        let rest = deadline.saturating_sub(began.elapsed());
        // Half of the time is for leaving.
        let Some(left) = self.leave(Instant::now() + rest / 2) else {
            return Ok(());
        };
        match time::timeout(rest, left).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => {
                let cause = Cause::new(error).needing(&needs(&topic, &group));
                Err(CloseError::NotCommitted { topic, cause })
            }
            Ok(Err(_)) => Err(CloseError::NotCommitted { topic, cause: Cause::new(KafkaError::Canceled) }),
            Err(_) => Err(CloseError::NotLeft { topic, deadline }),
        }
    }

    /// Waits until the group counts the member in, if it has asked to join with the classic protocol. If it were closed before,
    /// librdkafka would send no request to leave, or send it behind the one to join, which the coordinator answers when all
    /// members have joined: the group would wait for this one until its session is over.
    async fn finish_joining(&self, deadline: Duration) {
        let Some(client) = &self.client else { return };
        let (context, subscribed) = (client.context(), client.subscription());
        let state = &context.membership_state;
        let is_subscribed = subscribed.is_ok_and(|topics| topics.count() > 0);
        if !is_subscribed || context.brokers_assign || state.unreachable().is_some() {
            return;
        }
        let joined = async {
            while !state.has_joined() {
                // What is received now is received again.
                let failed = tokio::select! {
                    () = self.assignment.assigned.notified() => false,
                    received = client.recv() => received.is_err(),
                };
                if failed {
                    time::sleep(PAUSE).await;
                }
            }
        };
        // If it takes longer, another member holds the group up.
        let _ = time::timeout(deadline, joined).await;
    }

    /// Commits and leaves, on a thread of its own: librdkafka blocks until the broker has answered.
    /// A commit whose error may pass is made again until the deadline.
    fn leave(&mut self, retry_until: Instant) -> Option<oneshot::Receiver<KafkaResult<()>>> {
        let client = self.client.take()?;
        self.assignment.store_acknowledged();
        self.assignment.detach();
        let replaced = self.assignment.replaced_topic.name().filter(|_| self.in_group);
        let (report, left) = oneshot::channel();
        // If there is no thread to be had, the client is dropped here after all, which commits and leaves.
        let _ = thread::Builder::new().name("kafka consumer close".to_owned()).spawn(move || {
            let committed = commit(&client, retry_until);
            leave_without_partitions(&client, retry_until);
            let committed = committed.and(replaced.map_or(Ok(()), |topic| begin_anew(&client, &topic)));
            drop(client);
            let _ = report.send(committed);
        });
        Some(left)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.leave(Instant::now());
    }
}

/// The time that a member that is closed may take to join first: the others join again at their next heartbeat, within 3 s.
const JOIN_DEADLINE: Duration = Duration::from_secs(5);

/// The time that a member without partitions takes to leave.
const LEAVING: Duration = Duration::from_millis(300);

/// The time to wait before a commit is made again, and after an error while it joins.
const PAUSE: Duration = Duration::from_millis(100);

/// Leaves the group, if the member has no partitions. librdkafka (2.12) leaves as it gives partitions up when it is closed, and with
/// a cooperative assignor not at all if there are none: the group would wait for the member, with all that join again, until its
/// session is over. A member that has asked to join again can leave only once it has given up what it was asked to, which it is told
/// as it is polled, and librdkafka does not wait for that when it is closed. Blocks for a moment.
fn leave_without_partitions(client: &Client, deadline: Instant) {
    if !client.context().is_to_leave || client.assignment().is_ok_and(|assigned| assigned.count() > 0) {
        return;
    }
    client.unsubscribe();
    let deadline = deadline.min(Instant::now() + LEAVING);
    while Instant::now() < deadline {
        let _ = client.recv().now_or_never();
        thread::sleep(LEAVING / 30);
    }
}

/// Commits what is stored. Blocks.
fn commit(client: &Client, retry_until: Instant) -> KafkaResult<()> {
    loop {
        match client.commit_consumer_state(CommitMode::Sync) {
            // Nothing was acknowledged since the last commit.
            Err(KafkaError::ConsumerCommit(Code::NoOffset)) => return Ok(()),
            // A rebalance has begun that the member is only just joining: it commits in the next generation, unless the group has
            // given its partitions to others. Then no commit of this member will succeed.
            Err(KafkaError::ConsumerCommit(Code::IllegalGeneration))
                if !client.assignment_lost() && Instant::now() < retry_until =>
            {
                thread::sleep(PAUSE);
            }
            Err(KafkaError::ConsumerCommit(code @ (Code::IllegalGeneration | Code::UnknownMemberId))) => {
                return Err(KafkaError::ConsumerCommit(code));
            }
            Err(error) if Cause::new(error.clone()).is_transient() && Instant::now() < retry_until => {
                thread::sleep(PAUSE);
            }
            committed => return committed,
        }
    }
}
