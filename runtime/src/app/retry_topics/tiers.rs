//! The setting of retry topics.

use std::sync::Arc;
use std::time::Duration;

use crate::app::dead_letter::like;
use crate::message::Topic;

/// The longest delay. What Kafka keeps of a topic, 7 days by default, has to be longer.
const MAX_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Topics for messages whose attempts failed, and that are handled again later: one for each delay, `<topic>.retry-1m`,
/// `<topic>.retry-10m`.
///
/// ```
/// use std::time::Duration;
/// use thoth_messaging::app::{App, RetryTopics, handler};
/// # use thoth_messaging::Kafka;
/// # use thoth_messaging::messages::PackageReleased;
/// # async fn on_released(_: PackageReleased) {}
///
/// let later = RetryTopics::after([Duration::from_secs(60), Duration::from_secs(600)]);
/// let app = App::new(&Kafka::new("localhost:9092")).handle(handler(on_released).retry_topics(later));
/// ```
///
/// A message whose attempts failed goes to the first of them, with its key, payload and headers and with
/// [headers](super::retry_headers) that say when it is due. Its offset is stored once this copy is delivered (with
/// [`App::exactly_once`](crate::app::App::exactly_once), both are in one transaction). The app handles the copy when its delay is
/// over, also after a restart, with the attempts that it has there. After the last one the message is a dead letter, with
/// the place where it was first. What no attempt can save is a dead letter at once, as without retry topics.
///
/// **The order is lost.** The messages behind it, those with the same key too, are handled before it: neither a partition
/// nor a key waits. Choose blocking [`Retries`](crate::app::Retries) where a message must not overtake another one.
///
/// - Unless [retries](crate::app::App::retries) are set, there is one attempt on each topic.
/// - A handler that says [when to try again](crate::app::Outcome::RetryAfter) skips the topics whose delay is shorter, but for
///   the last one.
/// - A retry topic belongs to one app as a rule. Where several groups read a topic, each skips copies that are of another
///   one.
/// - The delay is measured by the clocks of the machines. Where they disagree, a message waits at most its delay from
///   when it is received.
/// - The topics must exist when the app starts, or be [created](Self::create) by it. By a schema they are declared as
///   `"retryTopics": ["1m", "10m"]` in `x-kafka`, which holds for handlers and apps that set nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetryTopics {
    delays: Vec<Duration>,
    pub(crate) create: bool,
}

/// A retry topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tier {
    /// The name on the cluster.
    pub(crate) topic: Arc<str>,
    pub(crate) delay: Duration,
}

impl RetryTopics {
    /// Sets the delays: each longer than the one before, from a millisecond to a day.
    #[must_use]
    pub fn after(delays: impl IntoIterator<Item = Duration>) -> Self {
        Self { delays: delays.into_iter().collect(), create: false }
    }

    /// Uses no retry topics, whatever the schema declares.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Creates the topics that do not exist when the app starts, with as many partitions and replicas as the schema
    /// declares for the topic itself (the broker's default where it declares none), with room for the headers of a copy over
    /// the `max.message.bytes` that the schema declares, and no other configuration.
    #[must_use]
    pub fn create(self) -> Self {
        Self { create: true, ..self }
    }

    /// Returns the retry topics of a topic, by their names without a prefix, the one with the shortest delay first.
    ///
    /// ```
    /// use std::time::Duration;
    /// use thoth_messaging::Topic;
    /// use thoth_messaging::app::RetryTopics;
    ///
    /// let topics = RetryTopics::after([Duration::from_secs(90), Duration::from_secs(7200)]).of(&Topic::new("orders"));
    /// assert!(topics.iter().map(|topic| &*topic.name).eq(["orders.retry-90s", "orders.retry-2h"]));
    /// ```
    #[must_use]
    pub fn of(&self, topic: &Topic) -> Vec<Topic> {
        self.with_delays(topic).map(|(_, topic)| topic).collect()
    }

    pub(crate) fn with_delays(&self, topic: &Topic) -> impl Iterator<Item = (Duration, Topic)> {
        self.delays.iter().map(|delay| (*delay, like(topic, format!("{}.retry-{}", topic.name, text(*delay)))))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.delays.is_empty()
    }

    /// Tells whether the delays are as they must be.
    pub(crate) fn is_valid(&self) -> bool {
        let bounds = Duration::from_millis(1)..=MAX_DELAY;
        let is_whole = |delay: &Duration| delay.subsec_nanos().is_multiple_of(1_000_000);
        self.delays.iter().all(|delay| bounds.contains(delay) && is_whole(delay))
            && self.delays.is_sorted_by(|one, other| one < other)
    }
}

/// Formats a delay in the largest unit in which it is a whole number.
fn text(delay: Duration) -> String {
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let millis = delay.as_millis();
    let unit = units.into_iter().find(|(unit, _)| millis.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "ms"));
    format!("{}{name}", millis / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_named_in_its_largest_unit() {
        let names = [1, 999, 1_000, 90_000, 60_000, 3_600_000, 86_400_000].map(|it| text(Duration::from_millis(it)));
        assert_eq!(names, ["1ms", "999ms", "1s", "90s", "1m", "1h", "24h"]);
    }

    #[test]
    fn delays_must_grow_within_their_bounds() {
        let is_valid =
            |delays: &[u64]| RetryTopics::after(delays.iter().copied().map(Duration::from_millis)).is_valid();
        assert!(is_valid(&[]) && is_valid(&[1, 2, 86_400_000]));
        assert!(!is_valid(&[0]) && !is_valid(&[5, 5]) && !is_valid(&[5, 4]) && !is_valid(&[86_400_001]));
        assert!(!RetryTopics::after([Duration::from_micros(1500)]).is_valid());
    }
}
