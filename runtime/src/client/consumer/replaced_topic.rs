//! The first topic of a consumer that was deleted and made anew.

use std::sync::OnceLock;

use tokio::sync::Notify;

/// The name of that topic, once it is known.
#[derive(Debug, Default)]
pub(super) struct ReplacedTopic {
    name: OnceLock<String>,
    known: Notify,
}

impl ReplacedTopic {
    /// Waits until a topic is replaced, which is reported once, and names it.
    pub(super) async fn wait(&self) -> String {
        self.known.notified().await;
        self.name().unwrap_or_default()
    }

    /// True once a topic is replaced.
    pub(super) fn is_known(&self) -> bool {
        self.name.get().is_some()
    }

    /// The name of the topic, if one was replaced.
    pub(super) fn name(&self) -> Option<String> {
        self.name.get().cloned()
    }

    pub(super) fn set(&self, topic: String) {
        if self.name.set(topic).is_ok() {
            self.known.notify_one();
        }
    }
}
