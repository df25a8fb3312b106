//! `App`: the topics that it reads, its retry topics, and those of its dead letters.

use std::sync::Arc;

use super::builder::App;
use super::dead_letter::{DeadLetters, each_once};
use super::handler::Route;
use super::policy::{HandlerSettings, without_handler};
use super::retry_topics::RetryTopics;
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

    /// Returns its [retry topics](super::RetryTopics), each once: the app reads and writes them.
    ///
    /// ```
    /// # use thoth_messaging::Kafka;
    /// # use thoth_messaging::messages::PackageReleased;
    /// # async fn on_released(_: PackageReleased) {}
    /// use std::time::Duration;
    /// use thoth_messaging::app::{App, RetryTopics};
    ///
    /// let later = RetryTopics::after([Duration::from_secs(60)]);
    /// let app = App::new(&Kafka::new("localhost:9092")).retry_topics(later).handle(on_released);
    /// let topics: Vec<_> = app.topics_of_retries().map(|topic| topic.name).collect();
    /// assert_eq!(topics, ["thoth.package-release.package-released.retry-1m"]);
    /// ```
    pub fn topics_of_retries(&self) -> impl Iterator<Item = Topic> {
        each_once(self.retry_settings().into_iter().flat_map(|(retries, topic)| retries.of(topic)))
    }

    /// Returns the retry topics, and the topics of dead letters, that it creates where they do not exist.
    pub(super) fn created_topics(&self) -> (Vec<Topic>, Vec<Topic>) {
        let retries = self.retry_settings().into_iter().filter(|(retries, _)| retries.create);
        let retries = each_once(retries.flat_map(|(retries, topic)| retries.of(topic))).collect();
        let letters = self.letters().into_iter().filter(|(letters, _)| letters.create);
        (retries, each_once(letters.flat_map(|(letters, topic)| topics_of(letters, topic))).collect())
    }

    /// Returns the retry topics of each handler of each topic.
    fn retry_settings(&self) -> Vec<(RetryTopics, &Topic)> {
        let mut retries = Vec::new();
        for topic in self.topics() {
            let of_handlers = self.settings_on(topic).into_iter();
            retries.extend(of_handlers.map(|settings| (self.policy.retry_topics_of(settings, topic), topic)));
        }
        retries
    }

    /// Returns the settings of the handlers of a topic.
    pub(super) fn settings_on(&self, topic: &Topic) -> Vec<&HandlerSettings> {
        let is_on_topic = |route: &&Arc<dyn Route>| route.descriptors().iter().any(|it| it.topic.name == topic.name);
        self.routes.iter().filter(is_on_topic).map(|route| route.settings()).collect()
    }

    /// Returns where dead letters of each topic go: those of each handler, and those of payloads that have none.
    fn letters(&self) -> Vec<(&DeadLetters, &Topic)> {
        let mut letters = Vec::new();
        for topic in self.topics() {
            let all = self.settings_on(topic);
            let of_topic = all.iter().copied().chain([without_handler(&all)]);
            letters.extend(of_topic.map(|settings| (self.policy.dead_letters_of(settings), topic)));
        }
        letters
    }
}

fn topics_of(letters: &DeadLetters, topic: &Topic) -> impl Iterator<Item = Topic> + use<> {
    letters.of(topic).into_iter().chain(letters.parking_of(topic))
}
