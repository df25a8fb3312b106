//! Services: an async function for each topic, with retries, dead letters, ordering, rebalances and shutdown taken care of.
//!
//! ```no_run
//! use thoth_messaging::app::{App, Context};
//! use thoth_messaging::messages::{PackageReleased, SolvedPackage};
//! use thoth_messaging::Kafka;
//! # struct Database;
//! # impl Database {
//! #     async fn connect() -> std::io::Result<Self> { Ok(Self) }
//! #     async fn insert(&self, _: &str) -> std::io::Result<()> { Ok(()) }
//! # }
//!
//! async fn on_released(released: PackageReleased, context: Context<Database>) -> Result<(), std::io::Error> {
//!     context.state().insert(&released.package_name).await
//! }
//!
//! async fn on_solved(solved: SolvedPackage, context: Context<Database>) -> Result<(), std::io::Error> {
//!     context.state().insert(&solved.package_name).await
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let summary = App::new(&Kafka::from_env()?)
//!     .group("package-store")
//!     .state(Database::connect().await?)
//!     .handle(on_released)
//!     .handle(on_solved)
//!     .run()
//!     .await?;
//! println!("{summary}");
//! # Ok(())
//! # }
//! ```
//!
//! # Return values of a handler
//!
//! | a handler returns | then |
//! |---|---|
//! | `()`, `Ok(())`, [`Outcome::Handled`] | the message is handled |
//! | a [`Response`] | it is sent to the sender of the [request](crate::client::Requester), otherwise as below |
//! | a message, several messages, `Ok` of them | they are sent; once they are delivered, the message is handled |
//! | `Err(error)`, or it panics, or exceeds its [timeout](App::attempt_timeout) | the attempt failed: another one follows ([`Retries`]), and after the last one a dead letter |
//! | [`Outcome::RetryAfter`] | the same, with this backoff |
//! | an `Err` that [the app](App::on_error) or [the handler](handler()) decides on | the same with the backoff that is decided, or a dead letter at once |
//! | [`Outcome::DeadLetter`] | a dead letter, at once |
//! | [`Outcome::Stop`] | the app ends with an error; the message is received again by the next run |
//!
//! With [`RetryTopics`] the message goes to a topic with a delay before it is a dead letter, and holds up nothing meanwhile.
//!
//! A payload that is no message of the topic becomes a dead letter, and no handler is called. [`DeadLetters`] says where they
//! go and what they contain, and [`headers`] lists the names.
//!
//! # Settings of a handler
//!
//! What is set on the app holds for all its handlers. [`handler`](handler()) gives one of them settings of its own, in the
//! same words:
//!
//! ```no_run
//! # use std::time::Duration;
//! # use thoth_messaging::Kafka;
//! # use thoth_messaging::messages::{PackageReleased, SolvedPackage};
//! use thoth_messaging::app::{App, DeadLetters, Retries, Retry, handler};
//! # async fn on_released(_: PackageReleased) {}
//! # async fn on_solved(_: SolvedPackage) {}
//!
//! # fn app(kafka: &Kafka) -> App {
//! App::new(kafka)
//!     .attempt_timeout(Duration::from_secs(60))
//!     .on_error(|_: &std::num::ParseIntError| Retry::Never) // another attempt would fail as well
//!     .handle(on_released)
//!     .handle(handler(on_solved).retries(Retries::none()).dead_letters(DeadLetters::skip()).per_key(16))
//! # }
//! ```
//!
//! # Several messages on one topic
//!
//! Where several schema files name one topic, each of their messages may have a handler of its own:
//!
//! ```no_run
//! # use thoth_messaging::Kafka;
//! # use thoth_messaging::messages::{PackageReleased as OrderPlaced, SolvedPackage as OrderCancelled};
//! use thoth_messaging::app::{App, OtherMessages};
//!
//! async fn on_placed(order: OrderPlaced) { /* … */ }
//! async fn on_cancelled(order: OrderCancelled) { /* … */ }
//!
//! # fn app(kafka: &Kafka) -> App {
//! App::new(kafka).handle(on_placed).handle(on_cancelled)
//! # }
//! ```
//!
//! They share the topic: its order, its partitions, its offsets. If a message of the topic had no handler, the app would
//! not start: [`App::other_messages`] says to skip such messages, or that they are dead letters. A tombstone has no type;
//! it is given to the first handler that takes one.
//!
//! # Batches
//!
//! [`App::handle_batch`] calls a handler with several messages of a partition at once, as for one transaction of a database:
//! complete by number or by time, with one outcome for all messages or one for each. Whatever follows for one of them is as
//! if it was alone: its retries, its dead letter, its offset. [Layers](App::layer) stand around each of its messages.
//!
//! # The life of a message
//!
//! | a message is | when |
//! |---|---|
//! | received | the consumer returned it |
//! | in flight | it was received, and is not acknowledged yet |
//! | handled | an attempt succeeded: its handler returned no failure, and its replies are delivered |
//! | postponed | its attempts on the topic failed, and its copy is delivered to a [retry topic](RetryTopics), where its life goes on |
//! | skipped | it has no handler, and [`OtherMessages::Skip`] is chosen |
//! | dead-lettered | it can't be handled, and its dead letter is delivered (or, with [`DeadLetters::skip`], it is logged) |
//! | settled | any of the four: its outcome on this topic is final |
//! | acknowledged | it is settled, and its offset may be committed |
//! | stored | its offset was given to librdkafka for the next commit: it, and all before it on the partition, are acknowledged |
//! | committed | Kafka has its offset |
//! | abandoned | it was in flight and not settled when its partition was revoked, its transaction aborted or the app ended; it is received again, by this app or another member of the group |
//!
//! # Guarantees
//!
//! - The offset of a message is stored once it and everything before it on its partition are settled. Messages that were
//!   not committed are received again after a crash: handlers see each message at least once, and must be idempotent.
//! - A partition is handled in its order, message by message; with [`App::per_key`], each key is. A message that is retried
//!   blocks its partition (its key), and no other one. One that is postponed to a [retry topic](RetryTopics) blocks nothing, and
//!   is handled behind messages that came after it.
//! - The next message of a partition (key) is handled while the replies to those before it are under way, of up to
//!   [`App::max_in_flight`] messages; each is settled once its own are delivered. Replies are sent in the order of their
//!   messages. If one is not delivered, no other message of the partition (key) begins until all that are under way are
//!   reported. Then that message is attempted again, and after it all that were handled behind it, in their order: what is done
//!   and sent last for a key is in order, and what is sent may be there twice. A message whose reply is refused for its own
//!   fault becomes a dead letter, and those behind it are not handled again. If a broker refuses a batch as too large, its messages are
//!   attempted again one after the other, each reply alone, so that only the one that is too large becomes a dead letter.
//! - With [`App::exactly_once`], the replies of handlers and the offsets of their messages are committed in transactions:
//!   consumers read the replies to each message once, whatever crashes.
//! - The app polls Kafka however long handlers take, so they never exceed `max.poll.interval.ms`. Memory is bounded by
//!   [`App::max_in_flight_bytes`], and by `queue.buffering.max.kbytes` of the producer for replies.
//! - When nearly every attempt fails, none is made for a while ([`Breaker`]).
//! - On SIGTERM, on ctrl-c and when a partition is revoked, no attempt begins any more, and running attempts may end
//!   ([`App::drain_timeout`]). Settled messages are committed before another member gets the partition.
//! - A panic of a handler is a failure of its message. (Not with `panic = "abort"`.)
//!
//! # What happens in trouble
//!
//! The app waits for trouble to pass that can pass by itself, and logs it; no message is lost, and none is handled that must
//! not be. Other trouble ends the app with an error, after what is in flight is settled and committed: the platform sees it
//! end, and restarts it, possibly with other settings.
//!
//! | trouble | the app |
//! |---|---|
//! | a handler fails on a message | retries ([`Retries`]), which blocks its partition (key); then a dead letter |
//! | nearly every attempt fails | opens the [`Breaker`]; messages stay where they are |
//! | no broker answers, at the start | keeps trying with growing backoff; ends at once when it is told to. Addresses and reason are logged once, and again in reminders that get rarer, and so is what librdkafka reports of a broker |
//! | topics that it handles do not exist, at the start | ends with [`ReceiveError::UnknownTopic`](crate::client::ReceiveError::UnknownTopic), which names all of them, and creates none for dead letters |
//! | no broker answers, later | waits; messages whose replies are not delivered in time, and those behind them, are handled again; dead letters are sent again |
//! | the disk of a broker is full | such a broker ends itself: as above |
//! | a quota of Kafka | replies wait; one that waits longer than `delivery.timeout.ms` is a failed attempt |
//! | wrong credentials, an expired or unknown certificate | if all brokers refuse it, at the start or later, ends with [`AppError::Receive`] and the reason; if only some do, goes on and logs it |
//! | no new OAUTHBEARER token | goes on with the one that it has, asks again every 10 s, and ends as above when that has expired |
//! | `security.protocol` that is not the listener's | can't tell it from a broker that does not answer; the log says what to check |
//! | a topic that it handles is deleted | ends with [`ReceiveError::UnknownTopic`](crate::client::ReceiveError::UnknownTopic), within a minute |
//! | a topic that it handles is deleted and created again | ends with [`ReceiveError::TopicReplaced`](crate::client::ReceiveError::TopicReplaced) after 10 s at most; the group then begins the topic at its start |
//! | the right to read a topic, or to its group, is missing | ends with [`AppError::Receive`], which names the right |
//! | the right to write is missing on every topic | librdkafka gives the producer up: replies fail as below, and at the first dead letter the app ends |
//! | the topic of a reply is deleted, or the right to write it is missing | counts a failed attempt: retries, and at last a dead letter. So does whatever else is no fault of the reply |
//! | a retry topic refuses the copy of a message for good (its size, a missing right) | a dead letter at once |
//! | the dead-letter topic is deleted, or the right to write it is missing | [parks](DeadLetters::park_refused) the letter, where that is chosen; otherwise ends with [`AppError::DeadLetter`], and the message is received again by the next run |
//! | partitions are added to a topic that it handles | handles them once it hears of them: within `topic.metadata.refresh.interval.ms`, 5 minutes |
//! | records are deleted before they are handled, by retention or `kafka-delete-records` | goes on at the first one that is left |
//! | the offsets of its group are reset | Kafka refuses that while the group has members; otherwise the next run begins there |
//! | it is killed with a `group.instance.id` | started again within `session.timeout.ms`, it has its partitions at once |
//! | a handler blocks its thread | ends at its deadline all the same, on a runtime with several threads; one of a single thread stands still until the handler ends |
//! | a reply that is too large for the broker, or that Kafka refuses as invalid | a dead letter at once |
//! | a dead letter that is too large for the broker | sends it with fewer [headers](headers::CUT), never with less of its payload; if it is too large even so, as above. The limit of the producer, `message.max.bytes`, is at its largest (1 GB) unless it is set |
//! | replies of several messages of one transaction are refused | aborts at most once for each; each is remembered, and its handler not called again, until its dead letter is committed |
//! | a message of a newer schema | handles it, if the older schema allows for it; otherwise a dead letter with the violations, which a newer app can handle once it is sent again |
//!
//! A topic that is deleted, created again and filled while no app of the group runs is none of these: Kafka forgets the
//! offsets of a topic with the topic.
//!
//! # Traces
//!
//! Each message is handled in a span of [`tracing`] called `handle`, each attempt in one called `attempt`, and each send in
//! one called `send`, with the fields of OpenTelemetry's semantic conventions ([`telemetry`](crate::telemetry)): topic, partition,
//! offset, group, the ids of trace and span, and a hash of the key (a known key can be found, and a
//! key that can be guessed is no secret). Keys, payloads and headers are in none of them; the error of a handler is logged as
//! it is.
//!
//! Messages carry their trace in the headers of the [W3C recommendation](https://www.w3.org/TR/trace-context-1/): what a
//! handler sends continues the trace of its message ([`TraceContext`](crate::client::TraceContext)). With the feature
//! `opentelemetry`, and a layer of `tracing-opentelemetry` in the subscriber, its spans and those in the headers are the same
//! ones. [`App::traced_by`] is for another tracer.
//!
//! # Metrics and health
//!
//! [`metrics`](crate::metrics) lists all counters and gauges. [`App::health`] is for the probes of a platform: liveness, and
//! readiness with the reason if it is not ready. Both are served over HTTP in `examples/service`.
//!
//! A test runs the same app: see [`TestApp`](crate::testing::TestApp).

// How it is built. An app has one consumer of all topics of its handlers (`client::Records`) and one producer.
//
// | module        | what it does                                                                                      |
// |---------------|---------------------------------------------------------------------------------------------------|
// | `run`         | starts the clients and the engine, closes them                                                    |
// | `builder`     | `App`: settings; `registration`: handlers and layers; `topics`: its topics, by those             |
// | `engine`      | the only loop: polls, dispatches records to workers, holds or pauses, handles rebalances          |
// | `partition`   | a worker for each partition keeps its order; its runners handle message after message             |
// | `transaction` | exactly once: the current transaction that tasks add to, and the committer that ends it           |
// | `port`        | what all of this asks of Kafka; the model of the simulation stands beside it in tests             |
// | `error`       | `AppError`                                                                                        |
// | `topic_handler` | the handlers of a topic, and what is set for them                                               |
// | `handler`     | handlers without their types: decoding, dispatch, extractors, layers, calling, outcomes           |
// | `policy`      | settings of the app and of handlers: retries, timeouts, dead letters, decisions on errors         |
// | `retry_topics` | the setting, the tiers, copies of messages                                                     |
// | `attempt`     | permits of the circuit breaker, failures, retries and backoff, the clock                          |
// | `observe`     | events, and their observers: log, summary, meters, health, traces                                 |
// | `dead_letter` | why a message can't be handled, where it goes, its record                                         |
// | `shutdown`    | signals of the platform, and the stop signal to tasks                                             |
//
// Each uses those below it, and none above.

mod attempt;
mod builder;
mod dead_letter;
mod engine;
mod error;
mod handler;
mod observe;
mod partition;
mod policy;
mod port;
mod registration;
mod retry_topics;
mod run;
mod shutdown;
#[cfg(all(test, feature = "messages"))]
mod simulation;
mod topic_handler;
mod topics;
mod transaction;

pub use self::attempt::{Breaker, Retries};
pub use self::builder::App;
pub use self::dead_letter::{DeadLetter, DeadLetters, Reason, headers};
pub use self::error::AppError;
pub use self::handler::{
    Batch, BatchArguments, BoxError, ConfiguredHandler, Context, FromBatch, FromContext, Handler, HandlerArguments,
    HandlerError, HandlerFuture, HandlerInput, Headers, IntoOutcome, IntoOutcomes, IntoReply, Key, Metadata, Next,
    OtherMessages, Outcome, Reply, Response, State, handler,
};
pub use self::observe::{Health, Summary, Unhealthy};
pub use self::policy::Retry;
pub use self::retry_topics::{RetryTopics, retry_headers};
pub use self::transaction::ExactlyOnce;
#[cfg(feature = "testing")]
pub(crate) use self::{
    attempt::{Clock, TestClock},
    observe::{Event, Observer},
};
