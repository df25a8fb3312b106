//! The cluster: whether a broker answers, and what it says of the others.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::metadata::MetadataBroker;
use rdkafka::{ClientConfig, ClientContext};

use crate::client::client_errors::ErrorContext;
use crate::client::ffi;
use crate::client::settings::Token;

/// A cluster, as one of its brokers describes it.
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

/// Hands a client its token, if there is one.
pub(super) fn authenticate<C: ClientContext>(
    client: &rdkafka::client::Client<C>,
    token: Option<&Token>,
) -> KafkaResult<()> {
    token.map_or(Ok(()), |token| ffi::set_token(client, Ok(token)))
}

/// Asks a broker for the cluster. Blocks until it has answered, or the time is over.
pub(super) fn cluster(
    config: &ClientConfig,
    token: Option<&Token>,
    timeout: Duration,
) -> Result<ClusterInfo, (KafkaError, Option<String>)> {
    // The only client of rdkafka that reports its errors when it is polled.
    let client: BaseConsumer<ErrorContext> =
        config.create_with_context(ErrorContext::default()).map_err(|error| (error, None))?;
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
    let controller = ffi::controller(client.client(), timeout);
    // The in-process cluster names one that is no broker of it.
    let controller = controller.filter(|id| brokers.iter().any(|broker| broker.id == *id));
    Ok(ClusterInfo { brokers, cluster_id, controller })
}
