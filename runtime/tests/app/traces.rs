use std::time::Duration;

use thoth_messaging::Message;
use thoth_messaging::app::{App, Context, Outcome};
use thoth_messaging::client::{Header, Kafka, ProducerRecord, Record, TRACEPARENT, TRACESTATE, TraceContext};
use thoth_messaging::messages::{PackageReleased, SolvedPackage, SolvedPackageRequired};
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use tracing::Level;

use crate::captured::{Captured, CapturedSpan};
use crate::{Script, kafka, released, topic};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn with_trace(name: &str) -> ProducerRecord {
    let record = ProducerRecord::of(&released(name, "1")).unwrap();
    record.with_header(TRACEPARENT, PARENT).with_header(TRACESTATE, "congo=t61rcWkgMzE")
}

fn context(record: &Record) -> TraceContext {
    TraceContext::of(record.headers()).unwrap()
}

fn headers<'a>(record: &'a Record, name: &str) -> Vec<&'a Header> {
    record.headers().iter().filter(|header| header.name == name).collect()
}

fn solved(released: PackageReleased) -> SolvedPackage {
    let [component_name, service_version, solver] = ["test", "1.0.0", "solver"].map(str::to_owned);
    let PackageReleased { package_name, package_version, index_url, .. } = released;
    SolvedPackage::new(SolvedPackageRequired {
        component_name,
        service_version,
        package_name,
        package_version,
        index_url,
        solver,
    })
}

/// Sends as a handler may: by a reply, by the producer, and in a task of its own.
async fn send_in_three_ways(released: PackageReleased, context: Context<()>) -> Result<Outcome, String> {
    let solved = solved(released);
    context.producer().send(&solved).await.map_err(|error| error.to_string())?;
    let (producer, by_task) = (context.producer().clone(), solved.clone());
    let sends = async move { producer.send(&by_task).await };
    let sends = TraceContext::current().ok_or("no context")?.scope(sends);
    tokio::spawn(sends).await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    Ok(Outcome::reply(solved))
}

/// The records that such a handler sends for a message.
async fn sent_for(record: ProducerRecord) -> Vec<Record> {
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    let test = TestApp::start_on(kafka, Time::Skips, |kafka| App::new(kafka).handle(send_in_three_ways)).await.unwrap();
    test.publish(record).await.unwrap();
    test.settled(1).await.unwrap();
    test.kafka().records(&SolvedPackage::DESCRIPTOR.topic).await.unwrap()
}

#[tokio::test]
async fn what_a_handler_sends_goes_on_with_the_trace_of_its_message() {
    let incoming: TraceContext = PARENT.parse().unwrap();
    let sent = sent_for(with_trace("flask")).await;
    assert_eq!(sent.len(), 3);
    for record in &sent {
        let context = context(record);
        assert_eq!((context.trace_id(), context.is_sampled()), (incoming.trace_id(), true));
        assert_ne!(context.span_id(), incoming.span_id());
        assert_eq!(context.state(), Some("congo=t61rcWkgMzE"));
        assert_eq!(headers(record, TRACEPARENT).len(), 1);
    }
}

#[tokio::test]
async fn a_message_without_a_trace_or_with_one_that_is_none_begins_a_new_one() {
    let none = ProducerRecord::of(&released("flask", "1")).unwrap();
    let invalid = none.clone().with_header(TRACEPARENT, PARENT.to_uppercase()).with_header(TRACESTATE, "a=1");
    let incoming: TraceContext = PARENT.parse().unwrap();
    for record in [none, invalid] {
        let sent = sent_for(record).await;
        let contexts: Vec<_> = sent.iter().map(context).collect();
        assert!(contexts.iter().all(|context| context == &contexts[0] && context.state().is_none()));
        assert_ne!(contexts[0].trace_id(), incoming.trace_id());
    }
}

#[tokio::test]
async fn a_reply_keeps_the_trace_that_it_brings() {
    let test = TestApp::start_on(kafka(1).await, Time::Skips, |kafka| {
        App::new(kafka).handle(|_: PackageReleased, context: Context<()>| async move {
            (context.record().offset() == 0).then(|| with_trace("its own"))
        })
    });
    let test = test.await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(2).await.unwrap();
    let records = test.kafka().records(topic()).await.unwrap();
    assert!(records[0].headers().is_empty(), "it was sent outside of a handler");
    assert_eq!(headers(&records[1], TRACEPARENT)[0].value.as_deref(), Some(PARENT.as_bytes()));
    assert_eq!(headers(&records[1], TRACEPARENT).len(), 1);
}

#[tokio::test]
async fn a_dead_letter_has_the_trace_of_its_message_and_no_other_one() {
    let script = Script::default();
    let test = script.start().await;
    test.publish(with_trace("reject")).await.unwrap();
    test.publish(&released("fail", "2")).await.unwrap();
    test.settled(2).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    let parents: Vec<_> = headers(&dead[0].record, TRACEPARENT);
    assert_eq!((parents.len(), parents[0].value.as_deref()), (1, Some(PARENT.as_bytes())));
    assert_eq!(headers(&dead[0].record, TRACESTATE).len(), 1);
    assert!(headers(&dead[1].record, TRACEPARENT).is_empty());
}

#[tokio::test]
async fn what_is_settled_in_a_transaction_has_the_same_traces() {
    async fn reply(released: PackageReleased) -> Outcome {
        match released.package_name.as_str() {
            "reject" => Outcome::dead_letter("no"),
            _ => Outcome::reply(solved(released)),
        }
    }
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    let app = |kafka: &Kafka| App::new(kafka).handle(reply).exactly_once(kafka.topic_name(topic()));
    let (captured, _guard) = Captured::start();
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.publish(with_trace("flask")).await.unwrap();
    test.publish(&released("reject", "2")).await.unwrap();
    test.settled(2).await.unwrap();
    let sent = test.kafka().records(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    assert!(PARENT.contains(&format!("{:032x}", context(&sent[0]).trace_id())));
    let dead = test.dead_letters().await.unwrap();
    assert!(headers(&dead[0].record, TRACEPARENT).is_empty());
    let sends = captured.spans("send");
    let has_offset = |span: &&CapturedSpan| !span.fields.get("kafka.offset").is_empty();
    assert_eq!(sends.iter().filter(has_offset).count(), 4, "two that were published, a reply, and a dead letter");
}

#[tokio::test]
async fn a_tracer_of_ones_own_decides_what_is_sent() {
    let own = TraceContext::new(7, 8, false).unwrap();
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    let (own_too, incoming) = (own.clone(), PARENT.parse().unwrap());
    let app = |kafka: &_| {
        App::new(kafka).handle(send_in_three_ways).traced_by(move |found, _| {
            assert_eq!(found.map(TraceContext::trace_id), Some(TraceContext::trace_id(&incoming)));
            own_too.clone()
        })
    };
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.publish(with_trace("flask")).await.unwrap();
    test.settled(1).await.unwrap();
    let sent = test.kafka().records(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    assert_eq!(sent.iter().map(context).collect::<Vec<_>>(), [own.clone(), own.clone(), own]);
}

#[tokio::test]
async fn a_message_has_a_span_that_says_where_it_is_and_who_sent_it() {
    let (captured, _guard) = Captured::start();
    let script = Script::default();
    let test = script.start().await;
    let delivery = test.publish(with_trace("fail-twice")).await.unwrap();
    test.settled(1).await.unwrap();
    let group = test.kafka().kafka();
    test.stop().await.unwrap();

    let [handle] = &captured.spans("handle")[..] else { panic!("{:?}", captured.spans("handle")) };
    let field = |name| handle.fields.get(name);
    assert_eq!((field("otel.kind"), field("messaging.system.name")), ("consumer", "kafka"));
    assert_eq!((field("messaging.operation.name"), field("messaging.operation.type")), ("process", "process"));
    assert_eq!(field("otel.name"), format!("process {}", delivery.topic));
    assert_eq!(field("messaging.destination.name"), delivery.topic);
    assert_eq!((field("messaging.destination.partition.id"), field("kafka.offset")), ("0", "0"));
    assert!(format!("{group:?}").contains(field("messaging.consumer.group.name")));
    assert_eq!(field("kafka.message.key_hash").len(), 16);
    assert_eq!(field("trace_id"), "0af7651916cd43dd8448eb211c80319c");
    assert!(field("span_id").len() == 16 && field("span_id") != "b7ad6b7169203331");
    let attempts: Vec<_> = captured.spans("attempt").iter().map(|span| span.fields.get("number").to_owned()).collect();
    assert_eq!(attempts, ["1", "2", "3"]);

    let sends = captured.spans("send");
    assert_eq!(sends[0].fields.get("messaging.destination.name"), delivery.topic);
    assert_eq!(sends[0].fields.get("kafka.offset"), "0");
    assert_eq!(sends[0].fields.get("kafka.message.key_hash"), field("kafka.message.key_hash"));
}

#[tokio::test]
async fn what_a_handler_tells_and_what_is_told_of_it_is_in_its_span() {
    async fn tell(_: PackageReleased) -> Outcome {
        tracing::info!("in the handler");
        tokio::time::sleep(Duration::from_millis(1)).await;
        tracing::info!("after a wait");
        Outcome::dead_letter("no")
    }
    let (captured, _guard) = Captured::start();
    let test = TestApp::start(|kafka| App::new(kafka).handle(tell)).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    test.stop().await.unwrap();
    let events = captured.events();
    let spans = |text: &str| &events.iter().find(|event| event.fields.get("message").contains(text)).unwrap().spans;
    assert_eq!(spans("in the handler"), &["handle", "attempt"]);
    assert_eq!(spans("after a wait"), &["handle", "attempt"]);
    assert_eq!(spans("rejected after 1 attempts, now a dead letter"), &["handle"]);
}

#[tokio::test]
async fn no_key_and_no_value_of_a_payload_is_in_a_span_or_an_event() {
    let (captured, _guard) = Captured::start();
    let script = Script::default();
    let test = script.start().await;
    let name = test.kafka().topic_name(topic());
    let record = |payload: &str| ProducerRecord::raw(&name).with_key("s3cret key").with_payload(payload);
    for package in ["fail-once", "fail", "reject", "panic", "flask"] {
        let message = released(package, "s3cret version").encode().unwrap();
        test.publish(record("").with_payload(message)).await.unwrap();
    }
    test.publish(record("s3cret, and no JSON")).await.unwrap();
    test.publish(record(r#"{"package_name": "s3cret", "s3cret": 7}"#).with_header("h", "s3cret")).await.unwrap();
    test.settled(7).await.unwrap();
    test.stop().await.unwrap();
    assert!(captured.spans("handle").len() == 7 && captured.events().iter().any(|event| event.level == Level::TRACE));
    assert!(captured.shows("handled in 2 attempts") && !captured.shows("s3cret"));
}
