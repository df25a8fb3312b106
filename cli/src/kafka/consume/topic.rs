//! The topics that are read.

use crate::kafka::topic_schema::TopicSchema;

/// A topic that is read.
pub(super) struct ConsumedTopic {
    /// By its name on the cluster.
    pub(super) name: String,
    /// The schema of its payloads; nothing where they are not checked.
    pub(super) schema: Option<TopicSchema>,
}
