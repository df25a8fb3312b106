//! The topics that messages are sent to.

use std::sync::Arc;

use thoth_messaging::Topic;

use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::schemas::Schemas;
use crate::kafka::topic_schema::TopicSchema;

/// The topic that messages are sent to, and the schema of its payloads.
#[derive(Clone)]
pub(super) struct Destination {
    /// The topic, by its name without the prefix of the deployment.
    pub(super) topic: Topic,
    /// Nothing where no schema declares it: then nothing is checked.
    pub(super) schema: Option<Arc<TopicSchema>>,
}

impl Destination {
    /// The destination of a name; one that no schema declares only where `unchecked` allows it.
    pub(super) fn find(name: &str, unchecked: bool, schemas: &Schemas, cluster: &Cluster) -> Result<Self, Failure> {
        let found = if unchecked { schemas.find(name, cluster)? } else { Some(schemas.require(name, cluster)?) };
        if let Some(schema) = found {
            return Ok(Self { topic: schema.topic.clone(), schema: Some(Arc::new(schema)) });
        }
        let mut topic = Topic::new("");
        topic.name = cluster.without_prefix(name).to_owned().into();
        Ok(Self { topic, schema: None })
    }
}
