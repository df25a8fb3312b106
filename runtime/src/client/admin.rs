//! Topics as declared: what differs on the cluster, creating and altering them; and whether the cluster answers.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigSource, NewPartitions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier,
    TopicReplication, TopicResult,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::{Metadata, MetadataBroker};
use rdkafka::{ClientConfig, ClientContext};
use tokio::runtime::Handle;
use tokio::task;

use super::error::{AdminError, Cause};
use super::kafka::Kafka;
use super::native::{self, Alterations, NotAltered};
use super::plan::{Applied, Difference, Found, FoundProperty, Plan, compare};
use super::property::Role;
use super::reports::Reports;
use super::tokens::Token;
use super::topics::ANSWER_TIMEOUT;
use crate::message::Topic;

type Client = AdminClient<DefaultClientContext>;

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
    /// The id of the cluster, where it tells.
    pub cluster_id: Option<String>,
    /// The id of the broker that takes requests of administration, where there is one.
    pub controller: Option<i32>,
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
        let results = self.with_client(move |client| create(client, &wanted)).await?;
        results.into_iter().map(creation).collect()
    }

    /// What differs between topics as declared and those of the cluster. It changes nothing. Of several topics with one
    /// name it is the first that counts.
    ///
    /// Topics that nobody declared are named, too: with a topic prefix those that have it, and never Kafka's own or the
    /// dead letters of a declared one.
    ///
    /// ```no_run
    /// # use thoth_messaging::client::Kafka;
    /// # use thoth_messaging::messages::REGISTRY;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let admin = Kafka::from_env()?.admin();
    /// let plan = admin.plan(REGISTRY.iter().map(|entry| &entry.descriptor().topic)).await?;
    /// plan.differences.iter().for_each(|difference| println!("{difference}"));
    /// let applied = admin.apply(&plan).await?;
    /// assert!(applied.failed.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, [`AdminError::Kafka`] where Kafka does not describe
    /// its topics within 20 s.
    pub async fn plan<'a>(&self, topics: impl IntoIterator<Item = &'a Topic>) -> Result<Plan, AdminError> {
        let mut declared = BTreeMap::new();
        for topic in topics {
            declared.entry(self.kafka.topic_name(topic)).or_insert_with(|| topic.clone());
        }
        self.check_connection(ANSWER_TIMEOUT).await?;
        let prefix = self.kafka.topic_prefix().map(str::to_owned);
        let differences = self.with_client(move |client| {
            let found = describe(client, &declared)?;
            Ok(compare(&declared, &found, prefix.as_deref()))
        });
        Ok(Plan { differences: differences.await? })
    }

    /// Makes the cluster as declared: creates topics, adds partitions and sets properties. It deletes nothing, takes no
    /// partitions away and moves no replicas, and leaves properties that nobody declared as they are.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s. What Kafka refuses of the plan does not stop the
    /// rest: see [`Applied::failed`].
    pub async fn apply(&self, plan: &Plan) -> Result<Applied, AdminError> {
        self.check_connection(ANSWER_TIMEOUT).await?;
        let plan = plan.clone();
        self.with_client(move |client| Ok(apply(client, plan))).await
    }

    /// Runs what blocks with a client of its own, on a thread where it may.
    async fn with_client<T, F>(&self, ask: F) -> Result<T, AdminError>
    where
        T: Send + 'static,
        F: FnOnce(&Client) -> KafkaResult<T> + Send + 'static,
    {
        let config = self.config()?;
        let token = self.token().await?;
        let answer = task::spawn_blocking(move || {
            let client: Client = config.create()?;
            authenticate(client.inner(), token.as_ref())?;
            ask(&client)
        });
        let answer = answer.await;
        answer.unwrap_or(Err(KafkaError::Canceled)).map_err(|error| AdminError::Kafka { cause: error.into() })
    }

    /// Asks the cluster for its brokers: it shows whether addresses, TLS and password are right.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers within the timeout, with the reason where there is one.
    pub async fn check_connection(&self, timeout: Duration) -> Result<ClusterInfo, AdminError> {
        let config = self.config()?;
        let token = self.token().await?;
        let cluster = task::spawn_blocking(move || cluster(&config, token.as_ref(), timeout)).await;
        let cluster = cluster.unwrap_or(Err((KafkaError::Canceled, None)));
        cluster.map_err(|(error, reason)| self.failure(error, reason))
    }

    /// The topics of the cluster, by their names there, and how many partitions each has: those that the user may see.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, [`AdminError::Kafka`] where Kafka does not tell.
    pub async fn topics(&self) -> Result<BTreeMap<String, usize>, AdminError> {
        self.check_connection(ANSWER_TIMEOUT).await?;
        let found = self.with_client(|client| found_topics(&client.inner().fetch_metadata(None, ANSWER_TIMEOUT)?));
        Ok(found.await?.into_iter().map(|(name, found)| (name, found.replicas.len())).collect())
    }

    /// A token, where tokens are what opens the door.
    async fn token(&self) -> Result<Option<Token>, AdminError> {
        let Some(tokens) = self.kafka.tokens() else {
            return Ok(None);
        };
        tokens.fetch().await.map(Some).map_err(|error| AdminError::Unreachable {
            servers: self.kafka.bootstrap_servers().to_owned(),
            reason: Some(format!("no token: {error}")),
            cause: KafkaError::Global(Code::Authentication).into(),
        })
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

fn authenticate<C: ClientContext>(client: &rdkafka::client::Client<C>, token: Option<&Token>) -> KafkaResult<()> {
    token.map_or(Ok(()), |token| native::set_token(client, Ok(token)))
}

// What follows blocks, and so does dropping the client: rdkafka waits for its thread.

fn create(client: &Client, topics: &BTreeMap<String, Topic>) -> KafkaResult<Vec<TopicResult>> {
    let topics: Vec<_> = topics.iter().map(|(name, topic)| new_topic(name, topic)).collect();
    Handle::current().block_on(client.create_topics(&topics, &options()))
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(REQUEST_TIMEOUT)).operation_timeout(Some(ANSWER_TIMEOUT))
}

/// The topics of the cluster, those that are declared with their properties.
fn describe(client: &Client, declared: &BTreeMap<String, Topic>) -> KafkaResult<BTreeMap<String, Found>> {
    let metadata = client.inner().fetch_metadata(None, ANSWER_TIMEOUT)?;
    let mut found = found_topics(&metadata)?;
    let names: Vec<_> = found.keys().filter(|name| declared.contains_key(*name)).cloned().collect();
    if names.is_empty() {
        return Ok(found);
    }
    let resources: Vec<_> = names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
    let described = Handle::current().block_on(client.describe_configs(&resources, &options()))?;
    for resource in described {
        let resource = resource.map_err(KafkaError::AdminOp)?;
        let OwnedResourceSpecifier::Topic(name) = resource.specifier else {
            continue;
        };
        let property = |entry: rdkafka::admin::ConfigEntry| {
            let is_set = entry.source == ConfigSource::DynamicTopic;
            entry.value.map(|value| (entry.name, FoundProperty { value, is_set }))
        };
        found.entry(name).or_default().properties = resource.entries.into_iter().filter_map(property).collect();
    }
    Ok(found)
}

fn found_topics(metadata: &Metadata) -> KafkaResult<BTreeMap<String, Found>> {
    let found = |topic: &rdkafka::metadata::MetadataTopic| match topic.error().map(Code::from) {
        None | Some(Code::LeaderNotAvailable) => {
            let replicas = |it: &rdkafka::metadata::MetadataPartition| i32::try_from(it.replicas().len());
            let replicas = topic.partitions().iter().map(|it| replicas(it).unwrap_or(i32::MAX)).collect();
            Ok((topic.name().to_owned(), Found { replicas, properties: BTreeMap::new() }))
        }
        Some(code) => Err(KafkaError::MetadataFetch(code)),
    };
    metadata.topics().iter().map(found).collect()
}

fn apply(client: &Client, plan: Plan) -> Applied {
    let mut applied = Applied::default();
    let mut alterations = Alterations::new();
    for difference in &plan.differences {
        if let Difference::Configuration { topic, property, declared, .. } = difference {
            alterations.entry(topic.clone()).or_default().insert(property.clone(), declared.clone());
        }
    }
    let altered = native::alter_topics(client.inner(), &alterations, REQUEST_TIMEOUT);
    for difference in plan.differences {
        let result = match &difference {
            Difference::Missing { topic, declared } => create_one(client, topic, declared),
            Difference::Partitions { topic, declared, .. } if difference.is_applied() => {
                add_partitions(client, topic, *declared)
            }
            Difference::Configuration { topic, .. } => altered_one(&altered, topic),
            _ => {
                applied.left.push(difference);
                continue;
            }
        };
        match result {
            Ok(()) => applied.done.push(difference),
            Err(error) => applied.failed.push((difference, error)),
        }
    }
    applied
}

fn create_one(client: &Client, topic: &str, declared: &Topic) -> Result<(), AdminError> {
    let created = create(client, &BTreeMap::from([(topic.to_owned(), declared.clone())]));
    let created = created.map_err(|error| AdminError::Kafka { cause: error.into() })?;
    created.into_iter().try_for_each(|result| creation(result).map(drop))
}

fn add_partitions(client: &Client, topic: &str, count: i32) -> Result<(), AdminError> {
    let partitions = NewPartitions::new(topic, usize::try_from(count).unwrap_or_default());
    let added = Handle::current().block_on(client.create_partitions([&partitions], &options()));
    let added = added.map_err(|error| AdminError::Kafka { cause: error.into() })?;
    added
        .into_iter()
        .try_for_each(|result| result.map(drop).map_err(|(topic, code)| not_altered(&topic, &(code, None))))
}

fn altered_one(altered: &KafkaResult<BTreeMap<String, Result<(), NotAltered>>>, topic: &str) -> Result<(), AdminError> {
    match altered.as_ref().map(|topics| topics.get(topic)) {
        Ok(Some(result)) => result.as_ref().copied().map_err(|why| not_altered(topic, why)),
        Ok(None) => Err(AdminError::Kafka { cause: KafkaError::Canceled.into() }),
        Err(error) => Err(AdminError::Kafka { cause: error.clone().into() }),
    }
}

fn not_altered(topic: &str, (code, reason): &NotAltered) -> AdminError {
    AdminError::NotAltered {
        topic: topic.to_owned(),
        reason: reason.clone(),
        cause: Cause::from(KafkaError::AdminOp(*code)),
    }
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
fn cluster(
    config: &ClientConfig,
    token: Option<&Token>,
    timeout: Duration,
) -> Result<ClusterInfo, (KafkaError, Option<String>)> {
    // The only client of rdkafka that can be asked for its reports.
    let client: BaseConsumer<Context> =
        config.create_with_context(Context::default()).map_err(|error| (error, None))?;
    authenticate(client.client(), token).map_err(|error| (error, None))?;
    let metadata = client.fetch_metadata(None, timeout).map_err(|error| {
        client.poll(Duration::from_millis(100));
        (error, client.context().0.recent())
    })?;
    let broker =
        |broker: &MetadataBroker| Broker { id: broker.id(), host: broker.host().to_owned(), port: broker.port() };
    let mut brokers: Vec<_> = metadata.brokers().iter().map(broker).collect();
    brokers.sort();
    // Both came with the metadata: nobody is asked again.
    let cluster_id = client.client().fetch_cluster_id(timeout);
    let controller = native::controller(client.client(), timeout);
    Ok(ClusterInfo { brokers, cluster_id, controller })
}

#[derive(Default)]
struct Context(Reports);

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        self.0.hear(&error, reason);
    }
}

impl ConsumerContext for Context {}
