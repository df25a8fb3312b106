//! Ways to send.

use std::thread;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{
    BaseRecord, DeliveryResult, FutureProducer, FutureRecord, Producer as _, ProducerContext, ThreadedProducer,
};
use rdkafka::util::Timeout;
use thoth_messaging::{Kafka, Message as _};

use super::item::Items;
use super::measure::{Failure, Figures, Meter, PATIENCE};
use crate::messages::Item;

/// How many are under way.
const UNDER_WAY: usize = 20_000;

/// The time to wait where librdkafka's queue is full.
const PAUSE: Duration = Duration::from_millis(1);

pub(super) async fn send(kafka: &Kafka, items: Items, messages: u64) -> Result<Figures, Failure> {
    let producer = kafka.producer()?;
    let (meter, items) = prepare(items, messages);
    meter.begin();
    let sends = items.iter().map(async |item| producer.send(item).await.map(|_| item.number));
    let sends = stream::iter(sends).buffer_unordered(UNDER_WAY);
    sends
        .try_for_each(async |number| {
            let _: () = meter.add(number);
            Ok(())
        })
        .await?;
    let figures = meter.figures()?;
    producer.close(PATIENCE).await?;
    Ok(figures)
}

pub(super) async fn future_producer(kafka: &Kafka, items: Items, messages: u64) -> Result<Figures, Failure> {
    let producer: FutureProducer = config(kafka).create()?;
    let topic = kafka.topic_name(&Item::DESCRIPTOR.topic);
    let (meter, items) = prepare(items, messages);
    meter.begin();
    let sends = items.iter().map(async |item| {
        let payload = serde_json::to_vec(item)?;
        let record = FutureRecord::to(&topic).key(&item.lane).payload(&payload);
        producer.send(record, Timeout::Never).await.map_err(|(error, _)| error)?;
        Ok::<_, Failure>(item.number)
    });
    let sends = stream::iter(sends).buffer_unordered(UNDER_WAY);
    sends
        .try_for_each(async |number| {
            let _: () = meter.add(number);
            Ok(())
        })
        .await?;
    meter.figures()
}

pub(super) async fn send_all(kafka: &Kafka, items: Items, messages: u64) -> Result<Figures, Failure> {
    let producer = kafka.producer()?;
    let (meter, items) = prepare(items, messages);
    meter.begin();
    // The results are in the order of the items.
    let delivered = producer.send_all(&items).zip(stream::iter(0..));
    delivered
        .map(|(delivery, number)| delivery.map(|_| number))
        .try_for_each(async |number| {
            let _: () = meter.add(number);
            Ok(())
        })
        .await?;
    let figures = meter.figures()?;
    producer.close(PATIENCE).await?;
    Ok(figures)
}

/// Counts what is delivered.
struct Deliveries(Meter);

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        if result.is_ok() {
            self.0.add(number as u64);
        }
    }
}

pub(super) async fn threaded_producer(kafka: &Kafka, items: Items, messages: u64) -> Result<Figures, Failure> {
    let (meter, items) = prepare(items, messages);
    let producer: ThreadedProducer<_> = config(kafka).create_with_context(Deliveries(meter.clone()))?;
    let topic = kafka.topic_name(&Item::DESCRIPTOR.topic);
    meter.begin();
    let sending = tokio::task::spawn_blocking(move || {
        for item in &items {
            let payload = serde_json::to_vec(item)?;
            let opaque = usize::try_from(item.number)?;
            let mut record = BaseRecord::with_opaque_to(&topic, opaque).key(&item.lane).payload(&payload);
            while let Err((error, refused)) = producer.send(record) {
                if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
                    return Err(error.into());
                }
                record = refused;
                thread::sleep(PAUSE);
            }
        }
        Ok::<_, Failure>(producer.flush(PATIENCE)?)
    });
    sending.await??;
    meter.figures()
}

/// Puts the messages on the topic that are to be read.
pub(super) async fn fill(kafka: &Kafka, items: Items, messages: u64) -> Result<(), Failure> {
    threaded_producer(kafka, items, messages).await?.checked(messages).map(drop)
}

fn prepare(items: Items, messages: u64) -> (Meter, Vec<Item>) {
    (Meter::to(messages), (0..messages).map(|number| items.item(number)).collect())
}

/// With the guarantees of a producer of the runtime.
pub(super) fn config(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap_servers())
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("delivery.timeout.ms", "30000");
    config
}
