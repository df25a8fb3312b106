//! The ids of schemas: written into what is sent, and read from what is received.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::json;
use thoth_messaging::app::{App, Batch, Context, Outcome, Reason};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::dynamic::{DynamicMessage, MessageType, message_factory};
use thoth_messaging::message::{Guid, SchemaId, VALUE_SCHEMA_ID, Writer};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::metrics::OTHER_WRITERS;
use thoth_messaging::testing::TestApp;
use thoth_messaging::{Decoder, Descriptor, Encode, EncodeError, Message};
use tracing::Level;

use crate::captured::Captured;
use crate::metering::recorder;
use crate::{Script, released, topic};

const GUID: [u8; 16] = [7; 16];

/// A message type whose messages name their schema.
static REPLY: LazyLock<MessageType> = LazyLock::new(|| {
    let schema = json!({"title": "Indexed", "type": "object", "required": ["package"]});
    message_factory("test.indexed", schema).unwrap().with_schema_guid()
});

async fn index(released: PackageReleased, _: Context<()>) -> Outcome {
    Outcome::reply(REPLY.message(&json!({"package": released.package_name})).unwrap())
}

fn framed(prefix: &[u8], released: &PackageReleased, kafka: &Kafka) -> ProducerRecord {
    let payload = [prefix, &Message::encode(released).unwrap()].concat();
    ProducerRecord::raw(kafka.topic_name(topic())).with_key(released.package_name.as_str()).with_payload(payload)
}

fn guid(schema: &MessageType) -> Guid {
    schema.descriptor().schema.guid.unwrap()
}

#[tokio::test]
async fn a_reply_names_its_schema() {
    let test = TestApp::start(|kafka| App::new(kafka).handle(index)).await.unwrap();
    test.kafka().create_topic(&REPLY.descriptor().topic).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    let replies = test.kafka().records(&REPLY.descriptor().topic).await.unwrap();
    let [reply] = &replies[..] else { panic!("{replies:?}") };
    let header = reply.headers().iter().find(|header| header.name == VALUE_SCHEMA_ID).unwrap();
    assert_eq!(header.value.as_deref(), Some(&[&[1], &guid(&REPLY).as_bytes()[..]].concat()[..]));
    assert_eq!(reply.schema_id(), Some(SchemaId::Guid(guid(&REPLY))));
    assert_eq!(reply.payload(), Some(&br#"{"package":"flask"}"#[..]));
    assert!(test.dead_letters().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_message_is_sent_behind_the_number_of_its_schema_and_read_again() {
    let numbered = message_factory("test.numbered", [("package", "string")]).unwrap().with_schema_number(258);
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = Arc::clone(&seen);
    let handler = move |message: DynamicMessage| {
        note.lock().unwrap().push(message.contents()["package"].to_string());
        std::future::ready(())
    };
    let test = TestApp::start(|kafka| App::new(kafka).handle_of(numbered.clone(), handler)).await.unwrap();
    test.publish(&numbered.message(&json!({"package": "flask"})).unwrap()).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["\"flask\""]);
    let record = &test.kafka().records(&numbered.descriptor().topic).await.unwrap()[0];
    assert_eq!(record.payload(), Some(&b"\0\0\0\x01\x02{\"package\":\"flask\"}"[..]));
    assert_eq!((record.schema_id(), record.headers().len()), (Some(SchemaId::Number(258)), 0));
}

/// One message of two on a topic, as the generated enum of it has them.
struct OneOfTwo(DynamicMessage, Descriptor);

impl Encode for OneOfTwo {
    fn descriptor(&self) -> &Descriptor {
        &self.1
    }

    fn value_descriptor(&self) -> &Descriptor {
        self.0.descriptor()
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        self.0.key()
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        self.0.encode()
    }
}

#[tokio::test]
async fn a_message_of_several_on_a_topic_names_its_own_schema() {
    let test = TestApp::start(|kafka| App::new(kafka).handle(index)).await.unwrap();
    let both = json!({"title": "Both", "oneOf": [{"type": "object"}, {"type": "array"}]});
    let both = message_factory("test.indexed", both).unwrap().with_schema_guid();
    test.kafka().create_topic(&both.descriptor().topic).await.unwrap();
    let value = OneOfTwo(REPLY.message(&json!({"package": "flask"})).unwrap(), both.descriptor().clone());
    test.kafka().kafka().producer().unwrap().send(&value).await.unwrap();
    let sent = test.kafka().records(&both.descriptor().topic).await.unwrap();
    assert_eq!(sent[0].schema_id(), Some(SchemaId::Guid(guid(&REPLY))));
    assert_ne!(guid(&both), guid(&REPLY));
}

#[tokio::test]
async fn a_handler_gets_the_message_out_of_either_frame() {
    let script = Script::default();
    let test = script.start().await;
    let kafka = test.kafka().kafka();
    test.publish(framed(&[0, 0, 0, 1, 2], &released("flask", "1"), &kafka)).await.unwrap();
    let unknown = ProducerRecord::of(&released("flask", "2")).unwrap().with_schema_id(Guid::from_bytes(GUID));
    test.publish(unknown.clone()).await.unwrap();
    // The last header counts.
    let own = PackageReleased::DESCRIPTOR.schema.guid.unwrap();
    test.publish(
        ProducerRecord::of(&released("fail", "3")).unwrap().with_schema_id(Guid::from_bytes(GUID)).with_schema_id(own),
    )
    .await
    .unwrap();
    test.publish(framed(&[0, 0, 0, 1, 2], &released("fail", "4"), &kafka)).await.unwrap();
    test.settled(4).await.unwrap();
    assert_eq!(script.handled(), ["1", "2"]);
    let dead = test.dead_letters().await.unwrap();
    let ids: Vec<_> = dead.iter().map(|letter| (letter.schema_id, letter.writer)).collect();
    assert_eq!(
        ids,
        [(Some(SchemaId::Guid(own)), Some(Writer::Same)), (Some(SchemaId::Number(258)), Some(Writer::Unknown)),]
    );
    // Its bytes are those of the message.
    assert_eq!(dead[1].record.payload().unwrap()[..6], *b"\0\0\0\x01\x02{");
    assert_eq!(test.kafka().records(topic()).await.unwrap().len(), 4);
    assert_eq!(
        test.kafka().records(topic()).await.unwrap()[0].decode::<PackageReleased>().unwrap(),
        released("flask", "1")
    );
    assert_eq!(test.sent::<PackageReleased>().await.unwrap().len(), 4);
}

async fn store(_: Vec<PackageReleased>) -> Result<(), String> {
    Ok(())
}

/// Records whose frame is broken, and the reason.
fn broken(kafka: &Kafka) -> Vec<(ProducerRecord, &'static str)> {
    let valid = || ProducerRecord::of(&released("flask", "1")).unwrap();
    let raw = |payload: &[u8]| ProducerRecord::raw(kafka.topic_name(topic())).with_payload(payload);
    vec![
        (valid().with_header(VALUE_SCHEMA_ID, GUID), "has 16 bytes"),
        (valid().with_header(VALUE_SCHEMA_ID, [0; 17]), "does not begin with the byte 1"),
        (raw(b"\0\0\0\x01"), "is cut short: it has 4 bytes"),
        (framed(&[1, 0, 0, 0, 1], &released("s3cret", "1"), kafka), "begins with a control character"),
    ]
}

#[tokio::test]
async fn a_broken_frame_is_a_dead_letter_that_says_so() {
    let script = Script::default();
    let single = TestApp::start(|kafka| script.app(kafka)).await.unwrap();
    let batches =
        TestApp::start(|kafka| App::new(kafka).handle_batch(Batch::default().max_messages(10), store)).await.unwrap();
    for test in [single, batches] {
        let records = broken(&test.kafka().kafka());
        for (record, _) in &records {
            test.publish(record.clone()).await.unwrap();
        }
        // What is in a frame may be no message as well.
        test.publish(ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload(*b"\0\0\0\0\x01"))
            .await
            .unwrap();
        test.publish(ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload(*b"\0\0\0\0\x01{}"))
            .await
            .unwrap();
        test.settled(6).await.unwrap();
        let dead = test.dead_letters().await.unwrap();
        let sent = test.kafka().records(topic()).await.unwrap();
        for ((letter, (_, reason)), sent) in dead.iter().zip(&records).zip(&sent) {
            assert_eq!((letter.reason, letter.attempts), (Reason::BadFrame, 0), "{reason}");
            assert!(letter.error.contains(reason) && !letter.error.contains("s3cret"), "{}", letter.error);
            assert_eq!(letter.record.payload(), sent.payload());
            assert_eq!(letter.record.headers()[..sent.headers().len()], *sent.headers());
            assert_eq!((letter.schema_id, letter.writer), (None, None));
        }
        let reasons: Vec<_> = dead[4..].iter().map(|letter| letter.reason).collect();
        assert_eq!(reasons, [Reason::NotJson, Reason::Invalid]);
    }
    assert!(script.handled().is_empty());
}

#[tokio::test]
async fn another_writer_is_counted_and_logged_once() {
    let (seen, _guard) = recorder();
    let (captured, _subscriber) = Captured::start();
    let script = Script::default();
    let test = script.start().await;
    let name = test.kafka().topic_name(topic());
    let record = |version: &str| ProducerRecord::of(&released("flask", version)).unwrap();
    for version in ["1", "2"] {
        test.publish(record(version).with_schema_id(Guid::from_bytes(GUID))).await.unwrap();
        test.publish(record(version).with_schema_id(PackageReleased::DESCRIPTOR.schema.guid.unwrap())).await.unwrap();
        test.publish(record(version)).await.unwrap();
    }
    test.settled(6).await.unwrap();
    let id = Guid::from_bytes(GUID).to_string();
    assert_eq!(seen.value(OTHER_WRITERS, &[("topic", &name), ("writer", "unknown"), ("schema_id", &id)]), Some(2.0));
    assert_eq!(seen.value(OTHER_WRITERS, &[]), Some(2.0));
    let events = captured.events();
    let lines: Vec<_> = events.iter().filter(|event| event.level == Level::WARN).collect();
    let lines: Vec<_> = lines.iter().map(|event| event.fields.get("message")).collect();
    assert_eq!(lines, [format!("topic `{name}`: messages are written by the schema {id}, which is unknown here")]);
}

#[tokio::test]
async fn what_is_on_a_topic_with_several_handlers_is_dispatched_without_its_frame() {
    let kinds: Vec<MessageType> = ["Placed", "Cancelled"]
        .map(|kind| {
            let schema = json!({"title": kind, "required": ["type"], "properties": {"type": {"const": kind}}});
            message_factory("test.frames", schema).unwrap()
        })
        .into();
    let handled: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = |name: &'static str| {
        let handled = Arc::clone(&handled);
        move |message: DynamicMessage| {
            handled.lock().unwrap().push(format!("{name} {}", message.contents()["type"]));
            std::future::ready(())
        }
    };
    let test = TestApp::start(|kafka| {
        App::new(kafka).handle_of(kinds[0].clone(), note("placed")).handle_of(kinds[1].clone(), note("cancelled"))
    })
    .await
    .unwrap();
    let name = test.kafka().topic_name(&kinds[0].descriptor().topic);
    for payload in [&b"\0\0\0\0\x01{\"type\":\"Placed\"}"[..], b"\0\0\0\0\x02{\"type\":\"Cancelled\"}", b"\0\0"] {
        test.publish(ProducerRecord::raw(&name).with_payload(payload)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    assert_eq!(*handled.lock().unwrap(), ["placed \"Placed\"", "cancelled \"Cancelled\""]);
    assert_eq!(test.dead_letters().await.unwrap()[0].reason, Reason::BadFrame);
}
