//! Creating topics, and asking whether the cluster answers.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication, TopicResult};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::MetadataBroker;
use rdkafka::{ClientConfig, ClientContext};
use tokio::runtime::Handle;
use tokio::task;

use super::error::{AdminError, Cause};
use super::kafka::Kafka;
use super::property::Role;
use super::reports::Reports;
use super::topics::ANSWER_TIMEOUT;
use crate::message::Topic;

/// How long the whole of a request may take; the brokers have less to agree on it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Creates topics, and tells whether the cluster answers. It connects for each request, and keeps nothing open.
///
/// ```no_run
/// # use thoth_messaging::client::Kafka;
/// # use thoth_messaging::Message;
/// # use thoth_messaging::messages::PackageReleased;
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let admin = Kafka::from_env()?.admin();
/// let created = admin.create_topic(&PackageReleased::DESCRIPTOR.topic).await?;
/// println!("{created:?}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Admin {
    kafka: Kafka,
}

/// What became of the wish for a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Creation {
    /// It was created, as the schema says.
    Created,
    /// It was there before, and is left as it is.
    AlreadyExists,
}

/// What a cluster says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterInfo {
    /// The brokers that are up, by id.
    pub brokers: Vec<Broker>,
}

/// A broker, as it is to be reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Broker {
    /// Its id in the cluster.
    pub id: i32,
    /// The host that it wants to be reached at.
    pub host: String,
    /// The port that it wants to be reached at.
    pub port: i32,
}

impl Admin {
    pub(super) fn new(kafka: Kafka) -> Self {
        Self { kafka }
    }

    /// Creates a topic, with the partitions, replicas and configuration that its schema says and the broker's defaults
    /// for what it does not say, unless it exists.
    ///
    /// # Errors
    ///
    /// As [`Admin::create_topics`].
    pub async fn create_topic(&self, topic: &Topic) -> Result<Creation, AdminError> {
        let mut created = self.create_topics([topic]).await?;
        Ok(created.pop_first().map_or(Creation::AlreadyExists, |(_, creation)| creation))
    }

    /// Creates the topics that do not exist. Returns what became of each, by its name on the cluster. Of several topics
    /// with one name it is the first that counts.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, [`AdminError::Kafka`] where the request is not
    /// carried out within 20 s, and [`AdminError::NotCreated`] with the first topic that Kafka refused. Others may have been created nonetheless; it does no harm to try again.
    pub async fn create_topics<'a>(
        &self,
        topics: impl IntoIterator<Item = &'a Topic>,
    ) -> Result<BTreeMap<String, Creation>, AdminError> {
        let mut wanted = BTreeMap::new();
        for topic in topics {
            wanted.entry(self.kafka.topic_name(topic)).or_insert_with(|| topic.clone());
        }
        // It gives a reason where there is no connection; an administration request would only time out.
        self.check_connection(ANSWER_TIMEOUT).await?;
        let config = self.config()?;
        let results = task::spawn_blocking(move || create(&config, &wanted)).await;
        let results = results.unwrap_or(Err(KafkaError::Canceled));
        results.map_err(|error| AdminError::Kafka { cause: error.into() })?.into_iter().map(creation).collect()
    }

    /// Asks the cluster for its brokers: it shows whether addresses, TLS and password are right.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers within the timeout, with the reason where there is one.
    pub async fn check_connection(&self, timeout: Duration) -> Result<ClusterInfo, AdminError> {
        let config = self.config()?;
        let brokers = task::spawn_blocking(move || brokers(&config, timeout)).await;
        match brokers.unwrap_or(Err((KafkaError::Canceled, None))) {
            Ok(brokers) => Ok(ClusterInfo { brokers }),
            Err((error, reason)) => Err(self.failure(error, reason)),
        }
    }

    fn config(&self) -> Result<ClientConfig, AdminError> {
        self.kafka.client_config(Role::Admin, &[]).map_err(AdminError::Config)
    }

    fn failure(&self, error: KafkaError, reason: Option<String>) -> AdminError {
        let cause = Cause::from(error);
        if cause.is_transient() {
            return AdminError::Unreachable { servers: self.kafka.bootstrap_servers().to_owned(), reason, cause };
        }
        AdminError::Kafka { cause }
    }
}

/// Blocks: rdkafka waits for its thread when it drops the client.
fn create(config: &ClientConfig, topics: &BTreeMap<String, Topic>) -> KafkaResult<Vec<TopicResult>> {
    let client: AdminClient<_> = config.create()?;
    let topics: Vec<_> = topics.iter().map(|(name, topic)| new_topic(name, topic)).collect();
    let options = AdminOptions::new().request_timeout(Some(REQUEST_TIMEOUT)).operation_timeout(Some(ANSWER_TIMEOUT));
    Handle::current().block_on(client.create_topics(&topics, &options))
}

fn new_topic<'a>(name: &'a str, topic: &'a Topic) -> NewTopic<'a> {
    // -1 is the broker's default.
    let replicas = TopicReplication::Fixed(topic.replicas.unwrap_or(-1));
    let new = NewTopic::new(name, topic.partitions.unwrap_or(-1), replicas);
    topic.configuration.iter().fold(new, |new, (property, value)| new.set(property, value))
}

fn creation(result: TopicResult) -> Result<(String, Creation), AdminError> {
    match result {
        Ok(topic) => Ok((topic, Creation::Created)),
        Err((topic, Code::TopicAlreadyExists)) => Ok((topic, Creation::AlreadyExists)),
        Err((topic, code)) => Err(AdminError::NotCreated { topic, cause: Cause::from(KafkaError::Global(code)) }),
    }
}

/// Blocks until a broker has answered, or the time is over.
fn brokers(config: &ClientConfig, timeout: Duration) -> Result<Vec<Broker>, (KafkaError, Option<String>)> {
    // The only client of rdkafka that can be asked for its reports.
    let client: BaseConsumer<Context> =
        config.create_with_context(Context::default()).map_err(|error| (error, None))?;
    let metadata = client.fetch_metadata(None, timeout).map_err(|error| {
        client.poll(Duration::from_millis(100));
        (error, client.context().0.recent())
    })?;
    let broker =
        |broker: &MetadataBroker| Broker { id: broker.id(), host: broker.host().to_owned(), port: broker.port() };
    let mut brokers: Vec<_> = metadata.brokers().iter().map(broker).collect();
    brokers.sort();
    Ok(brokers)
}

#[derive(Default)]
struct Context(Reports);

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        self.0.hear(&error, reason);
    }
}

impl ConsumerContext for Context {}
