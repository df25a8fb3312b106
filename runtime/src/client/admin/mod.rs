//! Administration: topics as declared, what differs on the cluster, and whether the cluster answers.
//!
//! [`plan`] compares declared topics with those that were found, and asks nothing; [`topics`], [`description`], [`groups`],
//! [`offsets`] and [`cluster`] ask.

mod cluster;
mod description;
mod groups;
mod offsets;
mod plan;
mod topics;

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use tokio::task;

pub use self::cluster::{Broker, ClusterInfo};
use self::cluster::{authenticate, cluster};
pub use self::description::{PartitionDescription, TopicDescription, TopicProperty};
use self::plan::compare;
pub use self::plan::{Applied, Difference, Plan, Unreadable};
pub use self::topics::Creation;
use self::topics::{Client, apply, create, creation, describe, found_topics};
use super::error::{AdminError, Cause};
use super::settings::{Role, Settings, Token};
use super::topic_lookup::ANSWER_TIMEOUT;
use crate::message::Topic;

/// Administers topics, and checks that the cluster answers. It connects for each request, and keeps nothing open.
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
    settings: Settings,
}

impl Admin {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings }
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

    /// Creates the topics that do not exist. Returns the result for each, by its name on the cluster. Of several topics with
    /// one name the first counts.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, [`AdminError::NoController`] on an in-process Kafka,
    /// [`AdminError::Kafka`] where the request is not carried out within 20 s, and [`AdminError::NotCreated`] with the first topic that Kafka refused. Others may have
    /// been created nonetheless; it does no harm to try again.
    pub async fn create_topics<'a>(
        &self,
        topics: impl IntoIterator<Item = &'a Topic>,
    ) -> Result<BTreeMap<String, Creation>, AdminError> {
        let mut wanted = BTreeMap::new();
        for topic in topics {
            wanted.entry(self.settings.prefixed(&topic.name)).or_insert_with(|| topic.clone());
        }
        self.find_controller().await?;
        let results = self.with_client(move |client| create(client, &wanted)).await?;
        let creation = |(name, result): (String, _)| creation(&name, &result).map(|creation| (name, creation));
        results.into_iter().map(creation).collect()
    }

    /// Compares topics as declared with those of the cluster. It changes nothing. Of several topics with one name the first
    /// counts.
    ///
    /// Topics that nobody declared are named, too: with a topic prefix those that have it, and never Kafka's own or the
    /// dead letters and retries of a declared one.
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
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, [`AdminError::NoController`] on an in-process Kafka,
    /// and [`AdminError::Kafka`] where Kafka does not describe its topics within 20 s. What the user has no right to read is
    /// no error, but [`Plan::unreadable`].
    pub async fn plan<'a>(&self, topics: impl IntoIterator<Item = &'a Topic>) -> Result<Plan, AdminError> {
        let mut declared = BTreeMap::new();
        for topic in topics {
            declared.entry(self.settings.prefixed(&topic.name)).or_insert_with(|| topic.clone());
        }
        self.find_controller().await?;
        let prefix = self.settings.topic_prefix().map(str::to_owned);
        self.with_client(move |client| {
            let (found, unreadable) = describe(client, &declared)?;
            Ok(Plan { differences: compare(&declared, &found, &unreadable, prefix.as_deref()), unreadable })
        })
        .await
    }

    /// Makes the cluster as declared: creates topics, adds partitions and sets properties. It deletes nothing, takes no
    /// partitions away and moves no replicas, and leaves properties that nobody declared as they are. A topic that was created
    /// since the plan was made has its declared properties set; if it has other partitions, the next plan says so.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, and [`AdminError::NoController`] on an in-process Kafka.
    /// What Kafka refuses of the plan does not stop the
    /// rest: see [`Applied::failed`].
    pub async fn apply(&self, plan: &Plan) -> Result<Applied, AdminError> {
        self.find_controller().await?;
        let plan = plan.clone();
        self.with_client(move |client| Ok(apply(client, plan))).await
    }

    /// Makes sure that a broker answers, and knows a controller. A request of administration gives no reason where there is no
    /// connection, and waits for a controller until its time is over.
    async fn find_controller(&self) -> Result<(), AdminError> {
        match self.check_connection(ANSWER_TIMEOUT).await?.controller {
            Some(_) => Ok(()),
            None => Err(AdminError::NoController { servers: self.settings.bootstrap_servers().to_owned() }),
        }
    }

    /// Makes a request with a client of its own, on a thread where it may block.
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
        answer.unwrap_or(Err(KafkaError::Canceled)).map_err(|error| AdminError::Kafka { cause: Cause::new(error) })
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

    /// A token, where the settings have a source of tokens.
    async fn token(&self) -> Result<Option<Token>, AdminError> {
        let Some(tokens) = self.settings.tokens() else {
            return Ok(None);
        };
        tokens.fetch().await.map(Some).map_err(|error| AdminError::Unreachable {
            servers: self.settings.bootstrap_servers().to_owned(),
            reason: Some(format!("no token: {error}")),
            cause: Cause::new(KafkaError::Global(Code::Authentication)),
        })
    }

    fn config(&self) -> Result<ClientConfig, AdminError> {
        self.settings.client_config(Role::Admin, &[]).map_err(AdminError::Config)
    }

    fn failure(&self, error: KafkaError, reason: Option<String>) -> AdminError {
        let cause = Cause::new(error);
        if cause.is_transient() {
            return AdminError::Unreachable { servers: self.settings.bootstrap_servers().to_owned(), reason, cause };
        }
        AdminError::Kafka { cause }
    }
}
