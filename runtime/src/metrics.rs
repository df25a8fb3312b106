//! The metrics of a service and its clients: their names and labels.
//!
//! They go through the facade of the crate `metrics`: whoever installs a recorder gets them, as
//! `metrics-exporter-prometheus` does, *before* the app and the clients are made. Without a recorder they cost next to
//! nothing. See `examples/service` for an endpoint that Prometheus reads.
//!
//! | metric | kind | labels | |
//! |---|---|---|---|
//! | [`HANDLED`] | counter | `group`, `topic` | messages that were handled, with their replies delivered |
//! | [`REPLIES`] | counter | `group`, `topic` | replies to messages of the topic that were delivered |
//! | [`SKIPPED`] | counter | `group`, `topic` | messages that have no handler, and were [skipped](crate::app::OtherMessages::Skip) |
//! | [`FAILED_ATTEMPTS`] | counter | `group`, `topic` | attempts that failed, the last ones and payloads that do not decode among them |
//! | [`RETRIES`] | counter | `group`, `topic` | failed attempts that are followed by another one |
//! | [`POSTPONED`] | counter | `group`, `topic` | messages whose attempts on the topic failed, and that went to a [retry topic](crate::app::RetryTopics) |
//! | [`DEAD_LETTERS`] | counter | `group`, `topic`, `reason` | messages that could not be handled, by [`Reason`](crate::app::Reason) |
//! | [`DEAD_LETTERS_DELAYED`] | counter | `group`, `topic` | dead letters that were not delivered, which is tried again |
//! | [`OTHER_WRITERS`] | counter | `group`, `topic`, `writer`, `schema_id` | messages that another schema wrote than that of their reader, by [`Writer`](crate::message::Writer) and the id of the schema; of 20 schemas for each topic, and `further` for all others |
//! | [`HANDLING`] | histogram, seconds | `group`, `topic` | how long an attempt takes: decoding, handler, and queueing its replies |
//! | [`ABANDONED`] | counter | `group` | messages in flight that were not settled at a revoke or at the end; they come again |
//! | [`ABORTED_TRANSACTIONS`] | counter | `group` | transactions of an app that handles [exactly once](crate::app::ExactlyOnce) that were aborted; their messages come again |
//! | [`DELAYED_TRANSACTIONS`] | counter | `group` | how often Kafka did not answer to the end of one, which is tried again |
//! | [`BREAKER_OPEN`] | gauge | `group` | 1 while the [`Breaker`](crate::app::Breaker) is open |
//! | [`BREAKER_OPENED`] | counter | `group` | how often it opened |
//! | [`IN_FLIGHT`] | gauge | `group`, `topic`, `partition` | messages in flight: received and not yet acknowledged, those that wait for their handler among them |
//! | [`OLDEST_IN_FLIGHT`] | gauge, seconds | `group`, `topic`, `partition` | how long ago the first of them was received |
//! | [`LAG`] | gauge | `group`, `topic`, `partition` | messages on the partition that are not acknowledged |
//! | [`COMMIT_AGE`] | gauge, seconds | `group` | how long there has been something to commit since the last commit that Kafka took; 0 where all is committed, and for transactions |
//! | [`FAILED_COMMITS`] | counter | `group` | commits that Kafka did not take |
//! | [`REBALANCES`] | counter | `group` | how often partitions were assigned to a member |
//! | [`PRODUCER_QUEUE`] | gauge | `client` | messages that producers have in flight: queued, or sent and not acknowledged |
//! | [`PRODUCER_QUEUE_BYTES`] | gauge | `client` | their size |
//! | [`CLIENT_ERRORS`] | counter | `error` | what librdkafka reports and gets over by itself, by its code, as `BrokerTransportFailure` or `Resolve`; the log has the reason |
//!
//! `topic` is the name on the cluster, which may be that of a retry topic, `client` the property `client.id`, whose producers are counted together. No label
//! has values without bound, and none has anything of a message in it, but for the id of its schema.
//!
//! Those of an [`App`](crate::app::App) begin with it. The gauges of a consumer and of a producer come with librdkafka's
//! statistics, every `statistics.interval.ms`: 5 s for apps and producers unless it is set, and `0` turns them off. A
//! [`Consumer`](crate::client::Consumer) of its own has them only where the property is set, because it hears of them only
//! while it is asked for messages. The gauges of a partition that was revoked are 0.

use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Messages that were handled, with their replies delivered.
pub const HANDLED: &str = "thoth_messaging_handled_total";
/// Replies that were delivered.
pub const REPLIES: &str = "thoth_messaging_replies_total";
/// Messages that have no handler, and were skipped.
pub const SKIPPED: &str = "thoth_messaging_skipped_total";
/// Attempts that failed, the last ones and payloads that do not decode among them.
pub const FAILED_ATTEMPTS: &str = "thoth_messaging_failed_attempts_total";
/// Failed attempts that are followed by another one.
pub const RETRIES: &str = "thoth_messaging_retries_total";
/// Messages whose attempts on a topic failed, and that went to a retry topic.
pub const POSTPONED: &str = "thoth_messaging_postponed_total";
/// Messages that could not be handled, by reason: dead letters, and skipped messages where there are none.
pub const DEAD_LETTERS: &str = "thoth_messaging_dead_letters_total";
/// Dead letters that were not delivered, which is tried again.
pub const DEAD_LETTERS_DELAYED: &str = "thoth_messaging_dead_letters_delayed_total";
/// Messages that another schema wrote than that of their reader.
pub const OTHER_WRITERS: &str = "thoth_messaging_other_writers_total";
/// The duration of an attempt.
pub const HANDLING: &str = "thoth_messaging_handling_seconds";
/// Messages in flight that were not settled at a revoke or at the end.
pub const ABANDONED: &str = "thoth_messaging_abandoned_total";
/// Transactions that were aborted.
pub const ABORTED_TRANSACTIONS: &str = "thoth_messaging_aborted_transactions_total";
/// Ends of transactions that Kafka did not answer.
pub const DELAYED_TRANSACTIONS: &str = "thoth_messaging_delayed_transactions_total";
/// 1 while the breaker is open.
pub const BREAKER_OPEN: &str = "thoth_messaging_breaker_open";
/// Openings of the breaker.
pub const BREAKER_OPENED: &str = "thoth_messaging_breaker_opened_total";
/// Messages in flight: received and not yet acknowledged.
pub const IN_FLIGHT: &str = "thoth_messaging_in_flight_messages";
/// The age of the first message in flight.
pub const OLDEST_IN_FLIGHT: &str = "thoth_messaging_oldest_in_flight_seconds";
/// Messages on a partition that are not acknowledged.
pub const LAG: &str = "thoth_messaging_lag_messages";
/// The time for which there has been something to commit since the last commit.
pub const COMMIT_AGE: &str = "thoth_messaging_commit_age_seconds";
/// Commits that Kafka did not take.
pub const FAILED_COMMITS: &str = "thoth_messaging_failed_commits_total";
/// Assignments of partitions.
pub const REBALANCES: &str = "thoth_messaging_rebalances_total";
/// Messages that producers have in flight.
pub const PRODUCER_QUEUE: &str = "thoth_messaging_producer_queue_messages";
/// The size of what producers have in flight.
pub const PRODUCER_QUEUE_BYTES: &str = "thoth_messaging_producer_queue_bytes";
/// Errors that librdkafka reports and recovers from by itself.
pub const CLIENT_ERRORS: &str = "thoth_messaging_client_errors_total";

/// Describes all metrics to the recorder. An app does so when it starts.
pub fn describe() {
    let counters = [
        (HANDLED, "Messages that were handled, with their replies delivered"),
        (REPLIES, "Replies that were delivered"),
        (SKIPPED, "Messages that have no handler, and were skipped"),
        (FAILED_ATTEMPTS, "Attempts that failed, the last ones and payloads that do not decode among them"),
        (RETRIES, "Failed attempts that are followed by another one"),
        (POSTPONED, "Messages whose attempts on the topic failed, and that went to a retry topic"),
        (DEAD_LETTERS, "Messages that could not be handled, by reason"),
        (DEAD_LETTERS_DELAYED, "Dead letters that were not delivered, which is tried again"),
        (OTHER_WRITERS, "Messages that another schema wrote than that of their reader"),
        (ABANDONED, "Messages in flight that were not settled at a revoke or at the end; they come again"),
        (ABORTED_TRANSACTIONS, "Transactions that were aborted; their messages come again"),
        (DELAYED_TRANSACTIONS, "How often Kafka did not answer to the end of a transaction, which is tried again"),
        (BREAKER_OPENED, "How often the breaker opened"),
        (FAILED_COMMITS, "Commits that Kafka did not take"),
        (REBALANCES, "How often partitions were assigned to a member"),
        (CLIENT_ERRORS, "What librdkafka reports and gets over by itself, by its code"),
    ];
    for (name, description) in counters {
        describe_counter!(name, Unit::Count, description);
    }
    let gauges = [
        (BREAKER_OPEN, Unit::Count, "1 while the breaker is open"),
        (IN_FLIGHT, Unit::Count, "Messages in flight: received and not yet acknowledged"),
        (OLDEST_IN_FLIGHT, Unit::Seconds, "How long ago the first message in flight was received"),
        (LAG, Unit::Count, "Messages on the partition that are not acknowledged"),
        (COMMIT_AGE, Unit::Seconds, "How long there has been something to commit since the last commit; 0 for nothing"),
        (PRODUCER_QUEUE, Unit::Count, "Messages that are queued, or sent and not acknowledged"),
        (PRODUCER_QUEUE_BYTES, Unit::Bytes, "Size of what is queued, or sent and not acknowledged"),
    ];
    for (name, unit, description) in gauges {
        describe_gauge!(name, unit, description);
    }
    describe_histogram!(
        HANDLING,
        Unit::Seconds,
        "How long an attempt takes: decoding, handler, and queueing its replies"
    );
}
