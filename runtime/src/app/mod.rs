//! Services: an async function for each topic, and all that it takes to leave them running.
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
//! # What a handler says
//!
//! | a handler returns | what follows |
//! |---|---|
//! | `()`, `Ok(())` | the message is done |
//! | a message, several, `Ok` of them | they are sent; once they are delivered, the message is done |
//! | `Err(error)`, a panic, nothing in [time](App::attempt_timeout) | the attempt failed: another one follows ([`Retries`]), at last a dead letter |
//! | [`Outcome::RetryAfter`] | the same, with a wait of its own |
//! | [`Outcome::DeadLetter`] | a dead letter, at once |
//! | [`Outcome::Stop`] | the app ends with an error; the message comes again |
//!
//! A payload that is no message of the topic is a dead letter without a handler. See [`DeadLetters`] for where they go and
//! what stands in them, and [`headers`] for the names.
//!
//! # What is promised
//!
//! - The offset of a message is stored once it is done or its dead letter is delivered, and everything before it on its
//!   partition is. What was not done comes again after a crash: handlers see each message at least once, and should not
//!   mind to see it twice.
//! - A partition is handled in its order, message by message; with [`App::per_key`], each key is. A message that is tried
//!   again holds up its partition (its key), and no other one.
//! - With [`App::exactly_once`], what handlers return and the offsets of their messages are committed in transactions: who
//!   reads the replies gets those of each message once, whatever crashes.
//! - The app asks Kafka for records however long handlers take. They do not run into `max.poll.interval.ms`; what is in
//!   memory is bounded by [`App::max_in_flight`] and [`App::max_in_flight_bytes`].
//! - When nearly everything fails, nothing is handled for a while ([`Breaker`]).
//! - On SIGTERM, on ctrl-c and when a partition is revoked, no attempt begins any more, and those that are being made may
//!   end ([`App::drain_timeout`]). What is done is committed before another member gets the partition.
//! - A panic of a handler is a failure of its message. (Not with `panic = "abort"`.)
//!
//! # What happens in trouble
//!
//! What may pass, the app waits for, and says so in the log; nothing is lost, and nothing is handled that must not be. What
//! does not pass by itself ends the app with an error, after what is in flight is settled and committed: whoever runs it sees
//! it end, and starts it again, with settings that may have changed.
//!
//! | trouble | what the app does |
//! |---|---|
//! | a handler fails on a message | [`Retries`], which hold up its partition (key); then a dead letter |
//! | nearly everything fails | the [`Breaker`] opens; messages stay where they are |
//! | no broker answers, at the start | tries again with growing waits, and logs addresses and reason each time; ends at once when it is told to |
//! | no broker answers, later | waits; replies and dead letters are sent again; what was in flight may be handled again |
//! | the disk of a broker is full | such a broker ends itself: as above |
//! | a quota of Kafka | replies wait; one that waits for longer than `delivery.timeout.ms` is an attempt that failed |
//! | wrong credentials, an expired or unknown certificate | at the start, and later when no broker lets it in any more: ends with [`AppError::Receive`] and the reason; where some brokers do, it goes on and logs it |
//! | no new OAUTHBEARER token | goes on with the one that it has, asks again every 10 s, and ends as above when that has expired |
//! | `security.protocol` that is not the listener's | looks like a broker that does not answer; the log says what to check |
//! | a topic that it handles is deleted | ends with [`ReceiveError::UnknownTopic`](crate::client::ReceiveError::UnknownTopic), within a minute |
//! | one that is made anew, under it | ends with [`ReceiveError::TopicReplaced`](crate::client::ReceiveError::TopicReplaced) after 10 s at most; the group then begins the topic at its start |
//! | the topic of a reply is gone | the attempt failed: another one follows, and at last a dead letter |
//! | the dead-letter topic is gone | ends with [`AppError::DeadLetter`]; the message comes again |
//! | a reply that the broker finds too large | a dead letter at once |
//! | a dead letter that the broker finds too large | ends with [`AppError::DeadLetter`]: its topic needs a larger `max.message.bytes` than the other, for the headers |
//! | a message of a newer schema | handled, where the older one allows for it; else a dead letter with the violations, which a newer app can handle once it is sent again |
//!
//! A topic that is deleted, made anew and filled while no app of the group runs is none of these: Kafka forgets the offsets
//! of a topic with the topic.
//!
//! # Traces
//!
//! Each message is handled in a span of [`tracing`] called `handle`, each attempt at it in one called `attempt`, and what is
//! sent in one called `send`, with the fields of OpenTelemetry's semantic conventions: topic, partition, offset, group, the
//! ids of trace and span, and a hash of the key (what `printf %s KEY | sha256sum` begins with, 16 digits of it, so that a
//! key that one knows is found, and one that can be guessed is no secret). Keys, payloads and headers are in none of them; what a handler
//! says in an error is logged as it says it.
//!
//! Messages carry their trace in the headers of the [W3C recommendation](https://www.w3.org/TR/trace-context-1/): what a
//! handler sends goes on with the trace of its message ([`TraceContext`](crate::client::TraceContext)). With the crate
//! `tracing-opentelemetry`, [`App::traced_by`] makes its spans and those in the headers the same ones:
//!
//! ```ignore
//! use opentelemetry::Context;
//! use opentelemetry::trace::{SpanContext, TraceContextExt as _, TraceFlags, TraceState};
//! use thoth_messaging::client::TraceContext;
//! use tracing_opentelemetry::OpenTelemetrySpanExt as _;
//!
//! fn trace(incoming: Option<&TraceContext>, span: &tracing::Span) -> TraceContext {
//!     if let Some(incoming) = incoming {
//!         let (trace, parent) = (incoming.trace_id().into(), incoming.span_id().into());
//!         let flags = if incoming.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::default() };
//!         let state = incoming.state().and_then(|state| state.parse().ok()).unwrap_or(TraceState::NONE);
//!         let parent = SpanContext::new(trace, parent, flags, true, state);
//!         let _ = span.set_parent(Context::new().with_remote_span_context(parent));
//!     }
//!     let own = span.context().span().span_context().clone();
//!     let trace = u128::from_be_bytes(own.trace_id().to_bytes());
//!     let context = TraceContext::new(trace, u64::from_be_bytes(own.span_id().to_bytes()), own.is_sampled());
//!     context.unwrap_or_else(TraceContext::root).with_state(&own.trace_state().header())
//! }
//!
//! let app = App::new(&kafka).traced_by(trace).handle(on_released);
//! ```
//!
//! # Metrics and health
//!
//! [`metrics`](crate::metrics) names what is counted and measured. [`App::health`] is for the probes of a platform: whether
//! the app is to be restarted, and whether messages are being handled; if not, why. Both are served over HTTP in
//! `examples/service`.
//!
//! A test runs the same app: see [`TestApp`](crate::testing::TestApp).

mod breaker;
mod builder;
mod clock;
mod committer;
mod dead_letter;
mod engine;
mod error;
mod exactly_once;
mod handler;
mod handling;
mod health;
mod lane;
mod ledger;
mod load;
mod meters;
mod observer;
mod outcome;
mod retries;
mod route;
mod signals;
mod stop;
mod summary;
#[cfg(feature = "testing")]
mod test_clock;
mod turn;
mod work;

pub use self::breaker::Breaker;
pub use self::builder::App;
pub use self::dead_letter::{DeadLetter, DeadLetters, Reason, headers};
pub use self::error::AppError;
pub use self::exactly_once::ExactlyOnce;
pub use self::handler::{Context, Handler};
pub use self::health::{Health, Unhealthy};
pub use self::outcome::{BoxError, IntoOutcome, IntoReply, Outcome, Reply};
pub use self::retries::Retries;
pub use self::route::HandlerInput;
pub use self::summary::Summary;
#[cfg(feature = "testing")]
pub(crate) use self::{
    clock::Clock,
    observer::{Event, Observer},
    test_clock::TestClock,
};
