//! The handlers of a topic, with what is set for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::builder::App;
use super::error::AppError;
use super::handler::{Attempt, Batch, CallBatch, Called, CalledBatch, NotCalled, TopicRoutes, dispatch};
use super::partition::Order;
use super::policy::{Concurrency, HandlerSettings, Policy, without_handler};
use crate::client::Record;
use crate::message::Topic;

/// The handlers of a topic.
pub(crate) struct TopicHandler {
    /// The name of the topic in the schema.
    topic: Arc<str>,
    routes: TopicRoutes,
    /// The policy of each handler; empty where all have the same.
    policies: Vec<Arc<Policy>>,
    /// The policy of payloads that have no handler.
    policy: Arc<Policy>,
    pub(crate) order: Order,
    pub(crate) max_in_flight: usize,
    /// The size of batches, if the handler takes them.
    pub(crate) batch: Option<Batch>,
}

impl TopicHandler {
    /// Decodes the payload of a record and calls its handler. Returns the policy of the handler as well.
    pub(crate) fn call(&self, attempt: Attempt) -> Result<(Called, &Arc<Policy>), NotCalled> {
        let called = self.routes.call(&self.topic, attempt)?;
        let policy = self.policies.get(called.handler).unwrap_or(&self.policy);
        Ok((called, policy))
    }

    /// Decodes the payloads of records and calls the handler with those that are its messages.
    pub(crate) fn call_batch(&self, attempts: &[Attempt]) -> CalledBatch {
        match self.batches() {
            Some(batches) => batches.call_batch(&self.topic, attempts),
            None => CalledBatch { accepted: vec![false; attempts.len()], future: None },
        }
    }

    fn batches(&self) -> Option<&dyn CallBatch> {
        self.routes.routes.first()?.batches()
    }

    /// Returns the policy of a topic with one handler.
    pub(crate) fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Returns the policy of the handler of a record.
    pub(crate) fn policy_of(&self, record: &Record) -> &Arc<Policy> {
        if self.policies.is_empty() {
            return &self.policy;
        }
        let handler = self.routes.handler_of(&self.topic, record.payload());
        handler.and_then(|handler| self.policies.get(handler)).unwrap_or(&self.policy)
    }
}

impl<S: Send + Sync + 'static> App<S> {
    /// Returns the handlers by the name of their topic on the cluster.
    ///
    /// # Errors
    ///
    /// Where two handlers are for one message, a message has none and is refused, and where handlers of a topic contradict each
    /// other.
    pub(super) fn topic_handlers(&self) -> Result<BTreeMap<String, Arc<TopicHandler>>, AppError> {
        let mut routes = dispatch(&self.routes, self.other_messages)?;
        let mut handlers = BTreeMap::new();
        for topic in self.topics() {
            let Some(routes) = routes.remove(topic.name.as_ref()) else { continue };
            handlers.insert(self.kafka.topic_name(topic), Arc::new(self.topic_handler(topic, routes)?));
        }
        Ok(handlers)
    }

    fn topic_handler(&self, topic: &Topic, routes: TopicRoutes) -> Result<TopicHandler, AppError> {
        let all: Vec<_> = routes.routes.iter().map(|route| route.settings()).collect();
        let mut policies: Vec<_> = all.iter().map(|settings| Arc::new(self.policy(topic, settings))).collect();
        let policy = Arc::new(self.policy(topic, without_handler(&all)));
        if policies.iter().all(|other| policy.is_same(other)) {
            policies.clear();
        }
        let mut batches = routes.routes.iter().filter_map(|route| route.batches());
        let batch = batches.next();
        if batch.is_some_and(|batch| routes.routes.len() > 1 || batch.has_layers() || !self.layers.is_empty()) {
            return Err(AppError::BatchNotAlone { topic: topic.name.to_string() });
        }
        let batch = batch.map(CallBatch::batch);
        drop(batches);
        let contradiction = |setting| AppError::SettingsDiffer { topic: topic.name.to_string(), setting };
        let concurrency = agreed(all.iter().map(|settings| settings.concurrency));
        let max_in_flight = agreed(all.iter().map(|settings| settings.max_in_flight));
        let order = match concurrency.map_err(|()| contradiction("per_key"))? {
            // The messages of a batch are handled together, whatever their keys.
            _ if batch.is_some() => Order::Partition,
            None => self.settings.order,
            Some(Concurrency::PerPartition) => Order::Partition,
            Some(Concurrency::PerKey(max_concurrent)) => Order::Key { max_concurrent },
        };
        let max_in_flight = max_in_flight.map_err(|()| contradiction("max_in_flight"))?;
        Ok(TopicHandler {
            topic: topic.name.as_ref().into(),
            policies,
            policy,
            order,
            max_in_flight: max_in_flight.unwrap_or(self.settings.max_in_flight),
            batch,
            routes,
        })
    }

    fn policy(&self, topic: &Topic, settings: &HandlerSettings) -> Policy {
        self.policy.of(
            settings,
            |dead_letters| dead_letters.of(topic).map(|topic| self.kafka.topic_name(&topic)),
            |name| self.kafka.settings().prefixed(name),
        )
    }
}

/// Returns the setting that all who have one agree on.
fn agreed<T: PartialEq>(settings: impl Iterator<Item = Option<T>>) -> Result<Option<T>, ()> {
    let mut settings = settings.flatten();
    let Some(first) = settings.next() else { return Ok(None) };
    if settings.all(|other| other == first) { Ok(Some(first)) } else { Err(()) }
}
