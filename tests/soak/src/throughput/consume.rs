//! Ways to receive.

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::message::Message as _;
use thoth_messaging::{Kafka, Message as _};
use tokio::task;

use super::item::PlainItem;
use super::measure::{Failure, Figures, Meter, PATIENCE};
use crate::messages::Item;

pub(super) async fn consumer(kafka: &Kafka, messages: u64) -> Result<Figures, Failure> {
    let meter = Meter::to(messages);
    let mut consumer = kafka.consumer::<Item>()?;
    while let Some(received) = consumer.next().await {
        let (item, record) = received?.into_parts();
        record.ack();
        meter.add(item.number);
        if meter.is_all() {
            break;
        }
    }
    let figures = meter.figures()?;
    consumer.close(PATIENCE).await?;
    Ok(figures)
}

pub(super) async fn stream_consumer(kafka: &Kafka, group: &str, messages: u64) -> Result<Figures, Failure> {
    let meter = Meter::to(messages);
    let consumer: StreamConsumer = config(kafka, group).create()?;
    consumer.subscribe(&[&kafka.topic_name(&Item::DESCRIPTOR.topic)])?;
    loop {
        let message = consumer.recv().await?;
        let item: PlainItem = serde_json::from_slice(message.payload().unwrap_or_default())?;
        consumer.store_offset_from_message(&message)?;
        meter.add(item.number);
        if meter.is_all() {
            break;
        }
    }
    let figures = meter.figures()?;
    task::spawn_blocking(move || drop(consumer)).await?;
    Ok(figures)
}

/// With the guarantees of a consumer of the runtime.
pub(super) fn config(kafka: &Kafka, group: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap_servers())
        .set("group.id", group)
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.offset.store", "false");
    config
}
