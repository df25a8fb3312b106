//! `App`: the topics that it reads, and those of its dead letters.

use std::sync::Arc;

use super::builder::App;
use super::dead_letter::{DeadLetters, each_once};
use super::handler::Route;
use super::policy::without_handler;
use crate::message::Topic;

impl<S: Send + Sync + 'static> App<S> {
    /// Returns the topics of its handlers, each once.
    pub fn topics(&self) -> impl Iterator<Item = &Topic> {
        let mut topics: Vec<&Topic> = Vec::new();
        for descriptor in self.routes.iter().flat_map(|route| route.descriptors()) {
            let topic = &descriptor.topic;
            match topics.iter_mut().find(|known| known.name == topic.name) {
                // Not every schema file of a topic has to say what the topic is like.
                Some(known) if known.partitions.is_none() => *known = topic,
                Some(_) => {}
                None => topics.push(topic),
            }
        }
        topics.into_iter()
    }

    /// Returns the topics of its dead letters, each once, with the one for those that are [parked](DeadLetters::park_refused).
    pub fn dead_letter_topics(&self) -> impl Iterator<Item = Topic> {
        each_once(self.letters().into_iter().flat_map(|(letters, topic)| topics_of(letters, topic)))
    }

    /// Returns the topics of dead letters that it creates where they do not exist.
    pub(super) fn created_topics(&self) -> impl Iterator<Item = Topic> {
        let created = self.letters().into_iter().filter(|(letters, _)| letters.create);
        each_once(created.flat_map(|(letters, topic)| topics_of(letters, topic)))
    }

    /// Returns where dead letters of each topic go: those of each handler, and those of payloads that have none.
    fn letters(&self) -> Vec<(&DeadLetters, &Topic)> {
        let mut letters = Vec::new();
        for topic in self.topics() {
            let is_on_topic =
                |route: &&Arc<dyn Route>| route.descriptors().iter().any(|it| it.topic.name == topic.name);
            let all: Vec<_> = self.routes.iter().filter(is_on_topic).map(|route| route.settings()).collect();
            let of_topic = all.iter().copied().chain([without_handler(&all)]);
            letters.extend(of_topic.map(|settings| (self.policy.dead_letters_of(settings), topic)));
        }
        letters
    }
}

fn topics_of(letters: &DeadLetters, topic: &Topic) -> impl Iterator<Item = Topic> + use<> {
    letters.of(topic).into_iter().chain(letters.parking_of(topic))
}
