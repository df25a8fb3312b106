//! The handlers of a topic, with what is set for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::builder::App;
use super::dead_letter::Origin;
use super::error::AppError;
use super::handler::{Attempt, Batch, CallBatch, Called, CalledBatch, NotCalled, TopicRoutes, dispatch};
use super::partition::Order;
use super::policy::{Concurrency, Policy, without_handler};
use super::retry_topics;
use crate::client::{OtherWriter, Record, Writers};
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
    /// The delay of its messages, if it is a retry topic.
    pub(crate) delay: Option<Duration>,
    /// The consumer group of the app.
    group: Arc<str>,
    /// The schemas that write its messages.
    writers: Writers,
    /// The records to collect, if there are batch handlers.
    pub(crate) batch: Option<Batch>,
}

impl TopicHandler {
    /// Decodes the payload of a record and calls its handler. Returns the policy of the handler as well.
    pub(crate) fn call(&self, attempt: Attempt) -> Result<(Called, &Arc<Policy>), NotCalled> {
        if self.is_of_other_group(&attempt.record) {
            return Err(NotCalled::Skipped);
        }
        let called = self.routes.call(&self.topic, attempt)?;
        let policy = self.policy(called.handler);
        Ok((called, policy))
    }

    /// Decodes the payloads of records and calls a batch handler with those that are its messages.
    pub(crate) fn call_batch(&self, handler: usize, attempts: &[Attempt]) -> CalledBatch {
        let Some(batches) = self.routes.routes.get(handler).and_then(|route| route.batches()) else {
            return CalledBatch { accepted: vec![false; attempts.len()], future: None };
        };
        let own: Vec<_> = attempts.iter().filter(|it| !self.is_of_other_group(&it.record)).cloned().collect();
        let CalledBatch { accepted, future } = batches.call_batch(&self.topic, &own);
        let mut accepted = accepted.into_iter();
        let is_accepted = |it: &Attempt| !self.is_of_other_group(&it.record) && accepted.next().unwrap_or_default();
        CalledBatch { accepted: attempts.iter().map(is_accepted).collect(), future }
    }

    /// Tells whether a record is on a retry topic, and there because attempts of another group failed.
    pub(crate) fn is_of_other_group(&self, record: &Record) -> bool {
        self.delay.is_some() && retry_topics::is_of_other_group(record, &self.group)
    }

    /// Returns the number of attempts at a record before it came to its topic.
    pub(crate) fn attempts_before(&self, record: &Record) -> u32 {
        if self.delay.is_some() { retry_topics::attempts(record) } else { 0 }
    }

    /// Returns the message of a record as it was first.
    pub(crate) fn origin(&self, record: &Record) -> Origin {
        let origin = if self.delay.is_some() { retry_topics::origin(record) } else { Origin::of(record) };
        let writer = record.schema_id().map(|id| (id, self.writers.writer(id)));
        Origin { writer, ..origin }
    }

    /// Notes the schema that wrote a record. None if it is one of the handlers', and for what was on another topic before.
    pub(crate) fn note_writer(&self, record: &Record) -> Option<OtherWriter> {
        let id = if self.delay.is_some() { None } else { record.schema_id() };
        self.writers.note(id?)
    }

    /// Returns the batch handler of the first records, and the number of those that it takes at once: what is no message is among
    /// them, and ends with a message that has another handler. The number is 0 where the first one has no batch handler.
    pub(crate) fn together<'a>(&self, records: impl Iterator<Item = &'a Record>) -> (usize, usize) {
        let routes = &self.routes.routes;
        let max = |handler: usize| routes[handler].batches().map_or(0, |batches| batches.batch().max_messages);
        if routes.len() == 1 {
            return (0, records.take(max(0)).count());
        }
        let (mut of, mut count) = (None, 0);
        for record in records {
            if let Some(handler) = self.routes.handler_of(&self.topic, record)
                && handler != *of.get_or_insert(handler)
            {
                break;
            }
            if of.is_some_and(|handler| count >= max(handler)) {
                break;
            }
            count += 1;
        }
        // Without a message there is none to call.
        (of.unwrap_or_default(), if of.is_some() { count } else { 0 })
    }

    /// Returns the policy of a handler.
    pub(crate) fn policy(&self, handler: usize) -> &Arc<Policy> {
        self.policies.get(handler).unwrap_or(&self.policy)
    }

    /// Returns the policy of the handler of a record.
    pub(crate) fn policy_of(&self, record: &Record) -> &Arc<Policy> {
        if self.policies.is_empty() {
            return &self.policy;
        }
        let handler = self.routes.handler_of(&self.topic, record);
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
            for (delay, read) in self.read_with(topic)? {
                let handler = self.topic_handler(topic, delay, routes.clone())?;
                if handlers.insert(self.kafka.topic_name(&read), Arc::new(handler)).is_some() {
                    let reason = format!("`{}` has a handler of its own, or is one of another topic too", read.name);
                    return Err(AppError::RetryTopics { topic: topic.name.to_string(), reason });
                }
            }
        }
        Ok(handlers)
    }

    /// Returns a topic, and its retry topics with their delays.
    fn read_with(&self, topic: &Topic) -> Result<Vec<(Option<Duration>, Topic)>, AppError> {
        let mut by_delay = BTreeMap::from([(None, topic.clone())]);
        for settings in self.settings_on(topic) {
            let retries = self.policy.retry_topics_of(settings, topic);
            if !retries.is_valid() {
                let reason = "each delay must be longer than the one before, from 1 ms to 24 h".to_owned();
                return Err(AppError::RetryTopics { topic: topic.name.to_string(), reason });
            }
            by_delay.extend(retries.with_delays(topic).map(|(delay, topic)| (Some(delay), topic)));
        }
        Ok(by_delay.into_iter().collect())
    }

    fn topic_handler(
        &self,
        topic: &Topic,
        delay: Option<Duration>,
        routes: TopicRoutes,
    ) -> Result<TopicHandler, AppError> {
        let all: Vec<_> = routes.routes.iter().map(|route| route.settings()).collect();
        let name_of = |topic: &Topic| self.kafka.topic_name(topic).into();
        let policy = |settings| Arc::new(self.policy.of(settings, topic, delay, name_of));
        let mut policies: Vec<_> = all.iter().copied().map(policy).collect();
        let policy = policy(without_handler(&all));
        if policies.iter().all(|other| policy.is_same(other)) {
            policies.clear();
        }
        let batches = routes.routes.iter().filter_map(|route| route.batches());
        let batch = batches.map(CallBatch::batch).reduce(Batch::and);
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
        let descriptors = routes.routes.iter().flat_map(|route| route.descriptors());
        let topic_messages = routes.routes.iter().flat_map(|route| route.topic_messages());
        let writers = Writers::of(&topic.name, descriptors, topic_messages);
        let max_in_flight = max_in_flight.map_err(|()| contradiction("max_in_flight"))?;
        Ok(TopicHandler {
            topic: topic.name.as_ref().into(),
            policies,
            policy,
            order,
            max_in_flight: max_in_flight.unwrap_or(self.settings.max_in_flight),
            delay,
            group: self.kafka.group().unwrap_or_default().into(),
            writers,
            batch,
            routes,
        })
    }
}

/// Returns the setting that all who have one agree on.
fn agreed<T: PartialEq>(settings: impl Iterator<Item = Option<T>>) -> Result<Option<T>, ()> {
    let mut settings = settings.flatten();
    let Some(first) = settings.next() else { return Ok(None) };
    if settings.all(|other| other == first) { Ok(Some(first)) } else { Err(()) }
}
