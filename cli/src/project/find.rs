//! The message or the topic that a name means, for every option and argument that takes one.
//!
//! A message is called by its Rust type, by its file (as it is listed, or by its path in the folder), by its title, or by
//! the stem of its file. A topic is called by its name, or by the Rust type of its enum where several messages share it.
//! Where a name fits in several ways, the first of these counts: type and file, topic, title, stem.

use std::collections::BTreeSet;

use super::message::Message;
use crate::failure::Failure;
use crate::near::near;

/// The kinds of things that a name may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A message, as `--message` takes it; the enum of a topic stands for its messages.
    Message,
    /// A topic, as `--topic` takes it.
    Topic,
    /// Either, as an argument of `show` or `send` takes it.
    Any,
}

/// The meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'m> {
    Message(&'m Message),
    /// All messages of a topic.
    Topic(&'m str),
}

impl Found<'_> {
    /// Returns whether a message is the one that is meant, or one of those.
    pub(crate) fn includes(&self, message: &Message) -> bool {
        match self {
            Self::Message(meant) => meant.folder == message.folder && meant.file == message.file,
            Self::Topic(topic) => message.topic == *topic,
        }
    }
}

/// Up to so many messages or topics are named where none was found.
const MAX_NAMED: usize = 10;

/// Finds what a name means; nothing where no message and no topic is called so.
///
/// # Errors
///
/// Where several messages are called so.
pub(crate) fn find<'m>(messages: &'m [Message], name: &str, wanted: Wanted) -> Result<Option<Found<'m>>, Failure> {
    let message = |is_called: &dyn Fn(&Message) -> bool| {
        let called = messages.iter().filter(|message| wanted != Wanted::Topic && is_called(message));
        match called.collect::<Vec<_>>().as_slice() {
            [] => Ok(None),
            [message] => Ok(Some(Found::Message(message))),
            several => Err(ambiguous(name, several)),
        }
    };
    let topic = |is_called: &dyn Fn(&Message) -> bool| {
        messages.iter().find(|message| is_called(message)).map(|message| Found::Topic(&message.topic))
    };
    if let Some(found) = message(&|it| it.type_name() == Some(name) || it.file == name || it.origin == name)? {
        return Ok(Some(found));
    }
    let is_on = |it: &Message| wanted != Wanted::Message && it.topic == name;
    if let Some(found) = topic(&|it| it.topic_enum.as_deref() == Some(name) || is_on(it)) {
        return Ok(Some(found));
    }
    match message(&|it| it.title == name)? {
        Some(found) => Ok(Some(found)),
        None => message(&|it| it.stem() == name),
    }
}

/// The same where it has to be there. `or_else` is what else to do where it is not.
pub(crate) fn require<'m>(
    messages: &'m [Message],
    name: &str,
    wanted: Wanted,
    or_else: Option<&str>,
) -> Result<Found<'m>, Failure> {
    find(messages, name, wanted)?.ok_or_else(|| unknown(messages, name, wanted, or_else))
}

/// The failure of a name that nothing has, with those that are like it.
pub(crate) fn unknown(messages: &[Message], name: &str, wanted: Wanted, or_else: Option<&str>) -> Failure {
    let what = match wanted {
        Wanted::Message => "message",
        Wanted::Topic => "topic",
        Wanted::Any => "message or topic",
    };
    let failure = Failure::new(format!("no schema declares a {what} `{name}`"));
    let or_else = or_else.map(str::to_owned);
    if messages.is_empty() {
        let none = "no schema there is a message: the file of one has an `x-kafka` object".to_owned();
        return failure.help_lines(std::iter::once(none).chain(or_else));
    }
    let names: BTreeSet<&str> = messages.iter().map(Message::name).collect();
    let enums = messages.iter().filter_map(|message| message.topic_enum.as_deref());
    let topics: BTreeSet<&str> = messages.iter().map(|message| message.topic.as_str()).chain(enums).collect();
    let (listed, all): (_, BTreeSet<&str>) = match wanted {
        Wanted::Topic => (&topics, topics.clone()),
        Wanted::Message => (&names, names.iter().copied().chain(messages.iter().map(Message::stem)).collect()),
        Wanted::Any => (&names, names.union(&topics).copied().collect()),
    };
    let near = near(all, name);
    let there_is = (!near.is_empty()).then(|| format!("there is {}", near.join(", ")));
    failure.help_lines(there_is.into_iter().chain([one_of(listed)]).chain(or_else))
}

/// Some of the names.
fn one_of(names: &BTreeSet<&str>) -> String {
    let listed: Vec<_> = names.iter().take(MAX_NAMED).copied().collect();
    let more = match names.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("name one of: {}{more}; `thoth-messaging list` shows them all", listed.join(", "))
}

/// The failure of a name that several messages have.
fn ambiguous(name: &str, messages: &[&Message]) -> Failure {
    let called: Vec<_> = messages.iter().map(|message| format!("`{}` ({})", message.name(), message.origin)).collect();
    Failure::new(format!("`{name}` may be any of {} messages: {}", called.len(), called.join(", ")))
        .help("name the one that is meant by its file or its Rust type")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use thoth_messaging_codegen::SchemaSet;

    use super::{Found, Message, Wanted, find, require};
    use crate::project::{documents, message};

    /// Messages of files, each with a title and a topic.
    fn messages(files: &[(&str, &str, &str)]) -> Vec<Message> {
        let mut schemas = SchemaSet::new();
        for (file, title, topic) in files {
            let text = json!({"title": title, "x-kafka": {"topic": topic}}).to_string();
            schemas.add(*file, format!("schemas/{file}"), text);
        }
        message::read(0, &schemas, &documents::parse(&schemas).0)
    }

    #[test]
    fn a_message_is_called_by_file_title_and_stem_and_a_topic_by_its_name() {
        let mut messages =
            messages(&[("a/placed.schema.json", "OrderPlaced", "orders"), ("paid.json", "OrderPaid", "orders")]);
        messages[0].topic_enum = Some("Orders".to_owned());
        let placed = Ok(Some(Found::Message(&messages[0])));
        for name in ["a/placed.schema.json", "schemas/a/placed.schema.json", "OrderPlaced", "placed"] {
            for wanted in [Wanted::Message, Wanted::Any] {
                assert_eq!(find(&messages, name, wanted).map_err(drop), placed, "{name}");
            }
            assert_eq!(find(&messages, name, Wanted::Topic).map_err(drop), Ok(None), "{name}");
        }
        let topic = Ok(Some(Found::Topic("orders")));
        assert_eq!(find(&messages, "orders", Wanted::Message).map_err(drop), Ok(None));
        assert_eq!(find(&messages, "orders", Wanted::Topic).map_err(drop), topic);
        for wanted in [Wanted::Message, Wanted::Topic, Wanted::Any] {
            assert_eq!(find(&messages, "Orders", wanted).map_err(drop), topic);
        }
    }

    #[test]
    fn a_title_comes_before_a_stem_and_a_topic_before_both() {
        let messages = messages(&[("a.json", "b", "c"), ("b.json", "c", "d"), ("c.json", "e", "f")]);
        assert_eq!(find(&messages, "b", Wanted::Any).map_err(drop), Ok(Some(Found::Message(&messages[0]))));
        assert_eq!(find(&messages, "c", Wanted::Any).map_err(drop), Ok(Some(Found::Topic("c"))));
        assert_eq!(find(&messages, "c", Wanted::Message).map_err(drop), Ok(Some(Found::Message(&messages[1]))));
    }

    #[test]
    fn a_name_of_nothing_or_of_several_is_answered_with_those_that_are_there() {
        let messages = messages(&[("a/order.json", "OrderPlaced", "t"), ("b/order.json", "OrderPaid", "t")]);
        let several = find(&messages, "order", Wanted::Message).unwrap_err().to_string();
        assert!(
            several.contains("`order` may be any of 2 messages: `OrderPlaced` (schemas/a/order.json), "),
            "{several}"
        );
        let none = require(&messages, "OrderPlacd", Wanted::Any, Some("or else")).unwrap_err().to_string();
        assert!(none.contains("no schema declares a message or topic `OrderPlacd`"), "{none}");
        assert!(none.contains("\n   = help: there is `OrderPlaced`"), "{none}");
        assert!(none.contains("\n   = help: name one of: OrderPaid, OrderPlaced; "), "{none}");
        assert!(none.ends_with("\n   = help: or else"), "{none}");
    }
}
