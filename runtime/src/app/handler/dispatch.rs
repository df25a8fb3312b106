//! Topics with several message types: from a record to the handler of its type.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Attempt;
use super::route::{Called, NotCalled, Route};
use crate::app::dead_letter::{FailureCause, Reason};
use crate::client::Record;
use crate::message::{Descriptor, TopicMessage};

/// The choice for messages that have no handler, on a topic that has a handler for another message type.
///
/// The app knows them where the generated code does: of all schema files that name the topic, and of no other ones. A payload
/// that is none of these is invalid, and a dead letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtherMessages {
    /// The app does not start where a topic has such messages. This is the default.
    #[default]
    Refuse,
    /// They are acknowledged, and counted as [skipped](crate::app::Summary::skipped).
    Skip,
    /// They are dead letters, with [`Reason::NoHandler`].
    DeadLetter,
}

/// The reason for which a topic has no route.
pub(crate) enum DispatchError {
    /// Two handlers are for one message type of the topic.
    Twice { topic: String },
    /// Message types of the topic have no handler, and are refused.
    Without { topic: String, messages: Vec<String> },
}

/// A route, and its message types on a topic.
struct OnTopic<'a> {
    route: &'a Arc<dyn Route>,
    descriptors: Vec<&'a Descriptor>,
}

/// Returns the routes of each topic, by its name in the schema.
pub(crate) fn dispatch(
    routes: &[Arc<dyn Route>],
    others: OtherMessages,
) -> Result<BTreeMap<String, TopicRoutes>, DispatchError> {
    let mut by_topic: BTreeMap<&str, Vec<OnTopic<'_>>> = BTreeMap::new();
    for route in routes {
        let mut by_name: BTreeMap<&str, Vec<&Descriptor>> = BTreeMap::new();
        for descriptor in route.descriptors() {
            by_name.entry(&descriptor.topic.name).or_default().push(descriptor);
        }
        for (topic, descriptors) in by_name {
            by_topic.entry(topic).or_default().push(OnTopic { route, descriptors });
        }
    }
    by_topic.into_iter().map(|(topic, on_topic)| Ok((topic.to_owned(), routes_of(topic, &on_topic, others)?))).collect()
}

fn routes_of(topic: &str, on_topic: &[OnTopic<'_>], others: OtherMessages) -> Result<TopicRoutes, DispatchError> {
    let messages = on_topic.iter().flat_map(|on_topic| on_topic.route.topic_messages());
    let messages: Vec<_> = messages.filter(|message| message.descriptor().topic.name == topic).collect();
    let handled: Vec<_> = on_topic.iter().flat_map(|on_topic| on_topic.descriptors.iter().copied()).collect();
    let is_twice = |(index, one): (usize, &&Descriptor)| handled[..index].iter().any(|other| is_same(one, other));
    // The enum over the messages of a topic is none of them.
    let is_enum = |one: &&Descriptor| !messages.is_empty() && !messages.iter().any(|it| is_same(it.descriptor(), one));
    let has_enum = handled.iter().any(is_enum);
    if on_topic.len() > 1 && (has_enum || handled.iter().enumerate().any(is_twice)) {
        return Err(DispatchError::Twice { topic: topic.to_owned() });
    }
    let mut without: Vec<&'static TopicMessage> = Vec::new();
    for message in messages.into_iter().filter(|_| !has_enum) {
        let mut known = handled.iter().copied().chain(without.iter().map(|other| other.descriptor()));
        if !known.any(|known| is_same(known, message.descriptor())) {
            without.push(message);
        }
    }
    if !without.is_empty() && others == OtherMessages::Refuse {
        let messages = without.iter().map(|message| message.descriptor().name.to_string()).collect();
        return Err(DispatchError::Without { topic: topic.to_owned(), messages });
    }
    let routes = on_topic.iter().map(|on_topic| Arc::clone(on_topic.route)).collect();
    Ok(TopicRoutes { routes, without, others })
}

/// Tells whether two descriptors are of one message type.
fn is_same(one: &Descriptor, other: &Descriptor) -> bool {
    (&one.name, &one.schema.uri, &one.schema.text) == (&other.name, &other.schema.uri, &other.schema.text)
}

/// The routes of a topic and of its retry topics: a message is of the first one that accepts it.
#[derive(Clone)]
pub(crate) struct TopicRoutes {
    pub(crate) routes: Vec<Arc<dyn Route>>,
    /// The message types that have no handler.
    without: Vec<&'static TopicMessage>,
    others: OtherMessages,
}

impl TopicRoutes {
    /// Decodes the payload, of the topic by its name in the schema, and calls its handler.
    pub(crate) fn call(&self, topic: &str, attempt: Attempt) -> Result<Called, NotCalled> {
        if let ([route], []) = (&*self.routes, &*self.without) {
            return route.call(topic, attempt).map(|future| Called { handler: 0, future });
        }
        let call = |(handler, route): (usize, &Arc<dyn Route>)| {
            route.try_call(topic, &attempt).map(|future| Called { handler, future })
        };
        if let Some(called) = self.routes.iter().enumerate().find_map(call) {
            return Ok(called);
        }
        let payload = attempt.record.unframed().ok().flatten();
        let other = payload.and_then(|payload| self.without.iter().find(|message| message.accepts(payload)));
        match other {
            None => Err(self.refusal(topic, &attempt)),
            Some(_) if self.others == OtherMessages::Skip => Err(NotCalled::Skipped),
            Some(message) => {
                let error = format!("there is no handler for {}", message.descriptor().name);
                Err(NotCalled::DeadLetter(FailureCause::new(Reason::NoHandler, error)))
            }
        }
    }

    /// Returns the number of the handler that takes a record of the topic.
    pub(crate) fn handler_of(&self, topic: &str, record: &Record) -> Option<usize> {
        self.routes.iter().position(|route| route.accepts(topic, record))
    }

    /// Returns the refusal of the message type that a payload is most likely meant to be of: one whose constants it has.
    fn refusal(&self, topic: &str, attempt: &Attempt) -> NotCalled {
        let refusals = self.routes.iter().filter_map(|route| route.call(topic, attempt.clone()).err());
        let distance = |refusal: &NotCalled| match refusal {
            NotCalled::Skipped => (false, 0),
            NotCalled::DeadLetter(FailureCause { violations, .. }) => {
                (violations.iter().any(|it| matches!(&*it.keyword, "const" | "enum")), violations.len())
            }
        };
        let invalid = || NotCalled::DeadLetter(FailureCause::new(Reason::Invalid, "no handler accepts the payload"));
        refusals.min_by_key(distance).unwrap_or_else(invalid)
    }
}
