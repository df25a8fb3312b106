//! Functions that are handlers, and the bounds of their arguments and return values: one trait for each, so that the compiler
//! says which of them is not met.

use std::future::Future;

use super::extract::FromContext;
use super::outcome::Outcome;
use super::{Context, HandlerOptions};

/// Handles messages: an async function of a message and up to eight [extractors](FromContext), as the [`Context`].
///
/// Functions and closures implement it, and so does what [`handler`](super::handler) returns for them, which has settings of
/// its own; there is no reason to implement it by hand. `A` is the tuple of the arguments. A handler is called from many tasks
/// at once, one for each partition or key.
///
/// ```
/// use thoth_messaging::app::{Context, Headers, Outcome, State};
/// use thoth_messaging::messages::PackageReleased;
/// # struct Database;
/// # impl Database { async fn insert(&self, _: &str) -> Result<(), std::io::Error> { Ok(()) } }
///
/// async fn on_released(released: PackageReleased, context: Context<Database>) -> Result<(), std::io::Error> {
///     context.state().insert(&released.package_name).await
/// }
///
/// async fn with_extractors(released: PackageReleased, headers: Headers, State(database): State<Database>) -> Outcome {
///     if headers.get("dry-run").is_none() && database.insert(&released.package_name).await.is_err() {
///         return Outcome::stop("the database is gone");
///     }
///     Outcome::Handled
/// }
///
/// async fn of_the_message_alone(released: PackageReleased) -> Outcome {
///     if released.package_name.is_empty() { Outcome::dead_letter("no name") } else { Outcome::Handled }
/// }
/// # let app = || thoth_messaging::App::new(&thoth_messaging::Kafka::new("localhost:9092"));
/// # (app().handle(of_the_message_alone), app().state(Database).handle(on_released), app().state(Database).handle(with_extractors));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler",
    label = "not a function of a message and up to eight extractors",
    note = "a handler is an `async fn(Message)` or `async fn(Message, Context<State>)`; `Context`, `State`, `Key`, `Headers` \
            and `Metadata` may stand behind the message in any order"
)]
pub trait Handler<A, S> {
    /// The return value of the function, before it is awaited.
    type Future;

    /// Calls the function.
    fn call(&self, arguments: A) -> Self::Future;

    /// Returns the settings of the handler.
    #[doc(hidden)]
    fn options(&self) -> HandlerOptions<S> {
        HandlerOptions::default()
    }
}

/// The arguments of a [`Handler`] in an app with the state `S`: a message, and [extractors](FromContext).
pub trait HandlerArguments<S>: Sized {
    /// The first argument.
    type Message;

    /// Extracts all arguments but the message.
    ///
    /// # Errors
    ///
    /// The outcome of the attempt, where one of them can't be extracted.
    #[doc(hidden)]
    fn extract(message: Self::Message, context: &Context<S>) -> Result<Self, Outcome>;
}

/// The return value of an `async fn`: a future.
#[diagnostic::on_unimplemented(
    message = "the handler is not async: it returns `{Self}`",
    label = "not an async function",
    note = "write `async fn`, or `async |message| …`"
)]
pub trait HandlerFuture: Future<Output = Self::Value> {
    /// The value that the function returns.
    type Value;
}

#[diagnostic::do_not_recommend]
impl<F: Future> HandlerFuture for F {
    type Value = F::Output;
}

macro_rules! functions {
    ($(($($extractor:ident),*))*) => {$(
        #[allow(non_snake_case, reason = "each is named after its type; there may be none")]
        impl<Function, Returned, Message, State, $($extractor),*> Handler<(Message, $($extractor,)*), State> for Function
        where
            Function: Fn(Message, $($extractor),*) -> Returned,
        {
            type Future = Returned;

            fn call(&self, (message, $($extractor,)*): (Message, $($extractor,)*)) -> Returned {
                self(message, $($extractor),*)
            }
        }

        impl<M, S, $($extractor: FromContext<S>),*> HandlerArguments<S> for (M, $($extractor,)*) {
            type Message = M;

            fn extract(message: M, context: &Context<S>) -> Result<Self, Outcome> {
                let _ = context;
                Ok((message, $($extractor::from_context(context)?,)*))
            }
        }
    )*};
}

functions! {
    ()
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
    (A, B, C, D, E, F)
    (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H)
}
