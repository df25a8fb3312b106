//! Responses: replies that go to the sender of a request.

use super::outcome::{IntoReply, Outcome, Reply};
use crate::client::{Header, ProducerRecord, Record, request_headers};
use crate::message::Encode;

/// A reply that goes to the sender of the message, if that is a [request](crate::client::Requester): to the reply topic
/// that the request names, with its correlation id. Where the message is none, it goes to the topic of its type, as every
/// reply.
///
/// ```
/// use thoth_messaging::app::Response;
/// # use thoth_messaging::messages::{PackageReleased, SolvedPackage};
/// # async fn solver(_: PackageReleased) -> Result<SolvedPackage, std::io::Error> { unimplemented!() }
///
/// async fn solve(released: PackageReleased) -> Result<Response<SolvedPackage>, std::io::Error> {
///     Ok(Response(solver(released).await?))
/// }
/// # let _ = thoth_messaging::App::new(&thoth_messaging::Kafka::new("localhost:9092")).handle(solve);
/// ```
///
/// The topic is a header of the request: whoever may send one decides to which topic the service writes. The rights of the
/// service are the limit, and Kafka's own topics (`__…`), to which it never writes. A message that names a topic that can't be
/// is a dead letter, and so is one whose reply topic does not exist, at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<M>(pub M);

impl<M: Encode> IntoReply for Response<M> {
    fn into_reply(self) -> Reply {
        Reply { record: ProducerRecord::of(&self.0), is_response: true }
    }
}

/// The place to which the responses to a request go.
struct Address {
    topic: String,
    correlation_id: Option<Header>,
}

impl Address {
    /// Reads the address in the headers of a message; `None` if it is no request.
    ///
    /// # Errors
    ///
    /// The reason why nothing can be sent there.
    fn of(message: &Record) -> Result<Option<Self>, String> {
        let header = |name| message.headers().iter().rfind(|header| header.name == name);
        let Some(topic) = header(request_headers::REPLY_TOPIC) else { return Ok(None) };
        let topic = topic.value.as_deref().and_then(|topic| std::str::from_utf8(topic).ok());
        let topic = topic.filter(|topic| is_usable(topic)).ok_or("its reply topic is none that can be written to")?;
        let correlation_id = header(request_headers::CORRELATION_ID).cloned();
        Ok(Some(Self { topic: topic.to_owned(), correlation_id }))
    }
}

/// Tells whether a text is the name of a topic that is not one of Kafka's own.
fn is_usable(topic: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=249).contains(&topic.len())
        && topic.bytes().all(is_name)
        && !matches!(topic, "." | "..")
        && !topic.starts_with("__")
}

impl Outcome {
    /// Addresses the responses among the replies to a message.
    pub(super) fn addressed(self, message: &Record) -> Self {
        match self {
            Self::Reply(replies) if replies.iter().any(|reply| reply.is_response) => match Address::of(message) {
                Ok(address) => {
                    Self::Reply(replies.into_iter().map(|reply| reply.addressed(address.as_ref())).collect())
                }
                Err(reason) => Self::DeadLetter(reason),
            },
            outcome => outcome,
        }
    }
}

impl Reply {
    /// Addresses it, if it is a response to a request.
    fn addressed(self, address: Option<&Address>) -> Self {
        match address {
            Some(Address { topic, correlation_id }) if self.is_response => {
                let with_id = |record: ProducerRecord| record.with_topic(topic).with_headers(correlation_id.clone());
                Self { record: self.record.map(with_id), ..self }
            }
            // It is a reply as every other one.
            _ => Self { is_response: false, ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_to_topics_of_kafka_and_to_what_is_no_topic() {
        assert!(is_usable("solver.replies_web-1") && is_usable(&"x".repeat(249)));
        for topic in ["", ".", "..", "__consumer_offsets", "a b", "ä", "a/b", &"x".repeat(250)] {
            assert!(!is_usable(topic), "{topic}");
        }
    }
}
