//! Topics with several message types.

use std::future::{pending, ready};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use thoth_messaging::app::{App, AppError, Batch, Context, OtherMessages, Outcome, Reason};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::dynamic::{DynamicMessage, MessageType, message_factory};
use thoth_messaging::messages::UnresolvedPackage;
use thoth_messaging::testing::TestApp;
use thoth_messaging::{DecodeError, Decoder, Descriptor, Message, TopicMessage};

/// A message type of the topic `test.orders`, told apart by its constant member `type`.
fn order(kind: &str) -> MessageType {
    let schema = json!({
        "title": format!("Order{kind}"),
        "type": "object",
        "required": ["type", "number"],
        "properties": {"type": {"const": kind}, "number": {"type": "integer"}},
    });
    message_factory("test.orders", schema).unwrap()
}

static PLACED: LazyLock<MessageType> = LazyLock::new(|| order("Placed"));
static CANCELLED: LazyLock<MessageType> = LazyLock::new(|| order("Cancelled"));
static SHIPPED: LazyLock<MessageType> = LazyLock::new(|| order("Shipped"));

/// The topic as generated code knows it.
static MESSAGES: LazyLock<[TopicMessage; 3]> = LazyLock::new(|| {
    [
        TopicMessage::new(PLACED.descriptor(), |payload| PLACED.decode(payload).is_ok()),
        TopicMessage::new(CANCELLED.descriptor(), |payload| CANCELLED.decode(payload).is_ok()),
        TopicMessage::new(SHIPPED.descriptor(), |payload| SHIPPED.decode(payload).is_ok()),
    ]
});

/// A message type that knows the others of its topic.
struct Known(&'static MessageType);

impl Decoder for Known {
    type Message = DynamicMessage;

    fn descriptor(&self) -> &Descriptor {
        self.0.descriptor()
    }

    fn decode(&self, payload: &[u8]) -> Result<DynamicMessage, DecodeError> {
        self.0.decode(payload)
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        MESSAGES.iter().collect()
    }
}

type Calls = Mutex<Vec<String>>;

fn note(context: &Context<Calls>, handler: &str, message: &DynamicMessage) {
    let (kind, number) = (&message.contents()["type"], &message.contents()["number"]);
    context.state().lock().unwrap().push(format!("{handler} {kind} {number}"));
}

async fn on_placed(message: DynamicMessage, context: Context<Calls>) -> Outcome {
    note(&context, "placed", &message);
    match context.state().lock().unwrap().join(", ").as_str() {
        // What the test expects, from the first to the last.
        calls if calls.starts_with("placed \"Placed\" 1") => Outcome::Handled,
        calls => Outcome::stop(calls),
    }
}

async fn on_cancelled(message: DynamicMessage, context: Context<Calls>) -> Outcome {
    note(&context, "cancelled", &message);
    if context.attempt() == 1 { Outcome::failed("once") } else { Outcome::Handled }
}

fn with_both(kafka: &Kafka, others: OtherMessages) -> App<Calls> {
    let app = App::new(kafka).state(Calls::default()).other_messages(others);
    app.handle_of(Known(&PLACED), on_placed).handle_of(Known(&CANCELLED), on_cancelled)
}

async fn publish(test: &TestApp, payloads: impl IntoIterator<Item = Value>) {
    let topic = test.kafka().topic_name(&PLACED.descriptor().topic);
    for payload in payloads {
        test.publish(ProducerRecord::raw(topic.clone()).with_payload(payload.to_string())).await.unwrap();
    }
}

/// One of each kind, and one that is none.
fn one_of_each() -> [Value; 4] {
    let of = |kind: &str, number: Value| json!({"type": kind, "number": number});
    [of("Placed", json!(1)), of("Cancelled", json!(2)), of("Shipped", json!(3)), of("Cancelled", json!("four"))]
}

async fn start_error<S: Send + Sync + 'static>(app: App<S>) -> AppError {
    app.run_until(pending()).await.unwrap_err()
}

fn nowhere() -> Kafka {
    Kafka::new("127.0.0.1:1").with_group("test")
}

#[tokio::test]
async fn each_message_type_of_a_topic_has_its_handler() {
    let test = TestApp::start(|kafka| with_both(kafka, OtherMessages::Skip)).await.unwrap();
    publish(&test, one_of_each()).await;
    test.settled(4).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead.len(), dead[0].reason, dead[0].attempts), (1, Reason::Invalid, 0));
    // Of the message that it was meant to be, not of the one whose handler is the first.
    assert_eq!(dead[0].violations.iter().map(|it| it.instance_path.as_str()).collect::<Vec<_>>(), ["/number"]);
    assert_eq!(committed_on(&test, 4).await, 4);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.skipped, summary.retried), (2, 1, 1));
}

async fn committed_on(test: &TestApp, expected: i64) -> i64 {
    let began = tokio::time::Instant::now();
    loop {
        let committed = test.committed(&PLACED.descriptor().topic).await.unwrap();
        let sum = committed.values().sum();
        if sum == expected || began.elapsed() > crate::DEADLINE {
            return sum;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn messages_without_a_handler_are_dead_letters_where_that_is_chosen() {
    let test = TestApp::start(|kafka| with_both(kafka, OtherMessages::DeadLetter)).await.unwrap();
    publish(&test, one_of_each()).await;
    test.settled(4).await.unwrap();
    let mut dead: Vec<_> = test.dead_letters().await.unwrap().into_iter().map(|it| (it.reason, it.error)).collect();
    dead.sort();
    assert_eq!(dead[1].0, Reason::NoHandler);
    assert!(dead[1].1.starts_with("there is no handler for"), "{}", dead[1].1);
    assert_eq!(test.stop().await.unwrap().dead_letters, [(Reason::Invalid, 1), (Reason::NoHandler, 1)].into());
}

#[tokio::test]
async fn an_app_that_skips_them_does_so_exactly_once_and_per_key_too() {
    let app = |kafka: &Kafka| with_both(kafka, OtherMessages::Skip).exactly_once("dispatch-1").per_key(4);
    let test = TestApp::start(app).await.unwrap();
    publish(&test, one_of_each()).await;
    test.settled(4).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.skipped), (2, 1));
}

#[tokio::test]
async fn an_app_with_a_message_without_a_handler_does_not_start() {
    let error = start_error(with_both(&nowhere(), OtherMessages::default())).await;
    let AppError::NoHandlerFor { topic, messages } = &error else { panic!("{error:?}") };
    assert_eq!((topic.as_str(), messages), ("test.orders", &vec![SHIPPED.descriptor().name.to_string()]));
    assert!(error.to_string().contains("App::other_messages"), "{error}");
}

#[tokio::test]
async fn two_handlers_for_one_message_type_are_refused() {
    let twice = App::new(&nowhere())
        .handle_of(PLACED.clone(), async |_: DynamicMessage| ())
        .handle_of(PLACED.clone(), async |_: DynamicMessage| ());
    let error = start_error(twice).await;
    assert!(matches!(error, AppError::TopicTwice { .. }), "{error:?}");

    // One that is no message of the topic may be the enum over them.
    let overlapping = App::new(&nowhere())
        .other_messages(OtherMessages::Skip)
        .handle_of(Known(&PLACED), async |_: DynamicMessage| ())
        .handle_of(order("Any"), async |_: DynamicMessage| ());
    let error = start_error(overlapping).await;
    assert!(matches!(error, AppError::TopicTwice { .. }), "{error:?}");
}

#[tokio::test]
async fn a_tombstone_goes_to_the_handler_that_takes_one() {
    let topic = &UnresolvedPackage::DESCRIPTOR.topic;
    let other = message_factory(&topic.name, [("only", "integer")]).unwrap();
    let app = |kafka: &Kafka| {
        App::new(kafka).handle_of(other, async |_: DynamicMessage| Outcome::stop("a tombstone has no type")).handle(
            async |message: Option<UnresolvedPackage>| match message {
                Some(_) => Outcome::stop("it has a payload"),
                None => Outcome::Handled,
            },
        )
    };
    let test = TestApp::start(app).await.unwrap();
    test.publish(ProducerRecord::tombstone(topic, "flask")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(test.stop().await.unwrap().handled, 1);
}

#[tokio::test]
async fn a_batch_ends_before_a_message_of_another_handler() {
    type Seen = Arc<Mutex<Vec<String>>>;
    fn note(seen: &Seen, messages: &[DynamicMessage]) {
        let numbers: Vec<_> = messages.iter().map(|message| message.contents()["number"].to_string()).collect();
        seen.lock().unwrap().push(numbers.join(" "));
    }
    let seen = Seen::default();
    let app = |kafka: &Kafka| {
        let (placed, cancelled, shipped) = (Arc::clone(&seen), Arc::clone(&seen), Arc::clone(&seen));
        App::new(kafka)
            .handle_batch_of(Known(&PLACED), of(3, 100), move |messages: Vec<DynamicMessage>| {
                note(&placed, &messages);
                ready(())
            })
            .handle_of(Known(&CANCELLED), move |message: DynamicMessage| {
                note(&cancelled, &[message]);
                ready(())
            })
            .handle_batch_of(Known(&SHIPPED), of(100, 200), move |messages: Vec<DynamicMessage>| {
                note(&shipped, &messages);
                ready(())
            })
    };
    let test = TestApp::start(app).await.unwrap();
    let kinds = ["Placed", "Placed", "Placed", "Placed", "Cancelled", "Placed", "None", "Placed", "Shipped", "Shipped"];
    let payload = |(number, kind)| json!({"type": kind, "number": number});
    let topic = test.kafka().topic_name(&PLACED.descriptor().topic);
    let records: Vec<_> = kinds.into_iter().enumerate().map(payload).collect();
    // One after the other on one partition.
    for record in records {
        test.publish(ProducerRecord::raw(topic.clone()).with_payload(record.to_string()).with_partition(0))
            .await
            .unwrap();
    }
    test.settled(10).await.unwrap();
    let order: Vec<_> =
        seen.lock().unwrap().iter().flat_map(|call| call.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    assert_eq!(order, ["0", "1", "2", "3", "4", "5", "7", "8", "9"]);
    assert!(seen.lock().unwrap().contains(&"4".to_owned()), "alone, by its own handler");
    assert_eq!(test.stop().await.unwrap().dead_letters, [(Reason::Invalid, 1)].into());
}

/// A complete batch is of so many, or after so many milliseconds.
fn of(messages: usize, millis: u64) -> Batch {
    Batch::default().max_messages(messages).max_wait(Duration::from_millis(millis))
}
