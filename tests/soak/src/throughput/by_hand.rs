//! What an app does, by loops over rdkafka.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _, StreamConsumer};
use rdkafka::message::Message as _;
use rdkafka::producer::{BaseProducer, BaseRecord, FutureProducer, FutureRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use thoth_messaging::{Kafka, Message as _};
use tokio::sync::mpsc;
use tokio::{select, task, time};

use super::consume;
use super::item::PlainItem;
use super::measure::{Failure, Figures, Meter};
use super::receipts::told_to_end;
use super::send;
use super::serve::WORK;
use crate::messages::{Item, Receipt};

/// The number of replies under way.
const UNDER_WAY: usize = 100;

/// How often a transaction is committed, as an app does.
const COMMIT_EVERY: Duration = Duration::from_millis(100);

/// A reply to each, at least once: an offset is stored once its reply is delivered, and all before it.
pub(super) async fn reply(kafka: &Kafka, group: &str, messages: u64) -> Result<Figures, Failure> {
    let meter = Meter::to(messages);
    let consumer: StreamConsumer = consume::config(kafka, group).create()?;
    let producer: FutureProducer = send::config(kafka).create()?;
    let (items, receipts) = (kafka.topic_name(&Item::DESCRIPTOR.topic), kafka.topic_name(&Receipt::DESCRIPTOR.topic));
    consumer.subscribe(&[&items])?;
    let end = told_to_end();
    tokio::pin!(end);
    let mut under_way = VecDeque::new();
    loop {
        let message = select! {
            message = consumer.recv() => message?,
            () = &mut end => break,
        };
        meter.begin();
        let item: PlainItem = serde_json::from_slice(message.payload().unwrap_or_default())?;
        let payload = serde_json::to_vec(&item)?;
        let record = FutureRecord::to(&receipts).key(&item.lane).payload(&payload);
        let delivery = producer.send_result(record).map_err(|(error, _)| error)?;
        under_way.push_back((delivery, message.partition(), message.offset()));
        meter.add(item.number);
        // All that is delivered by now, and no more than so many that are not.
        while under_way.len() >= UNDER_WAY {
            let Some((delivery, partition, offset)) = under_way.pop_front() else { break };
            delivery.await?.map_err(|(error, _)| error)?;
            consumer.store_offset(&items, partition, offset)?;
        }
    }
    let figures = meter.figures_until_now()?;
    task::spawn_blocking(move || drop((consumer, producer))).await?;
    Ok(figures)
}

/// A reply to each, exactly once: it consumes, transforms and produces in transactions, as rdkafka's documentation has it.
pub(super) async fn transact(kafka: &Kafka, group: &str, messages: u64) -> Result<Figures, Failure> {
    let meter = Meter::to(messages);
    let (kafka, group, counting) = (kafka.clone(), group.to_owned(), meter.clone());
    task::spawn_blocking(move || transact_all(&kafka, &group, messages, &counting)).await??;
    told_to_end().await;
    meter.figures_until_now()
}

fn transact_all(kafka: &Kafka, group: &str, messages: u64, meter: &Meter) -> Result<(), Failure> {
    let (items, receipts) = (kafka.topic_name(&Item::DESCRIPTOR.topic), kafka.topic_name(&Receipt::DESCRIPTOR.topic));
    let consumer: BaseConsumer = consume::config(kafka, group).set("enable.auto.commit", "false").create()?;
    consumer.subscribe(&[&items])?;
    let producer: BaseProducer = send::config(kafka).set("transactional.id", group).create()?;
    let patience = Duration::from_secs(30);
    producer.init_transactions(patience)?;
    let mut made = 0;
    while made < messages {
        producer.begin_transaction()?;
        let (start, mut offsets) = (Instant::now(), HashMap::new());
        while start.elapsed() < COMMIT_EVERY && made < messages {
            let Some(message) = consumer.poll(Duration::from_millis(20)) else { continue };
            let message = message?;
            let item: PlainItem = serde_json::from_slice(message.payload().unwrap_or_default())?;
            meter.add(item.number);
            let payload = serde_json::to_vec(&item)?;
            producer.send(BaseRecord::to(&receipts).key(&item.lane).payload(&payload)).map_err(|(error, _)| error)?;
            offsets.insert(message.partition(), message.offset() + 1);
            made += 1;
            producer.poll(Duration::ZERO);
        }
        if !offsets.is_empty() {
            let group = consumer.group_metadata().ok_or("the consumer is in no group")?;
            let mut list = TopicPartitionList::new();
            for (partition, offset) in offsets {
                list.add_partition_offset(&items, partition, Offset::Offset(offset))?;
            }
            producer.send_offsets_to_transaction(&list, &group, patience)?;
        }
        producer.commit_transaction(patience)?;
    }
    Ok(())
}

/// Work for each, by a task for each partition.
pub(super) async fn work(kafka: &Kafka, group: &str, messages: u64) -> Result<Figures, Failure> {
    let meter = Meter::to(messages);
    let consumer: Arc<StreamConsumer> = Arc::new(consume::config(kafka, group).create()?);
    let items: Arc<str> = kafka.topic_name(&Item::DESCRIPTOR.topic).into();
    consumer.subscribe(&[&items])?;
    let mut tasks: HashMap<i32, mpsc::UnboundedSender<(i64, Vec<u8>)>> = HashMap::new();
    let all = meter.all();
    tokio::pin!(all);
    loop {
        let message = select! {
            message = consumer.recv() => message?,
            () = &mut all => break,
        };
        let partition = message.partition();
        let sender = tasks.entry(partition).or_insert_with(|| {
            let (sender, mut received) = mpsc::unbounded_channel::<(i64, Vec<u8>)>();
            let (consumer, items, meter) = (Arc::clone(&consumer), Arc::clone(&items), meter.clone());
            task::spawn(async move {
                while let Some((offset, payload)) = received.recv().await {
                    meter.begin();
                    let item: PlainItem = serde_json::from_slice(&payload)?;
                    time::sleep(WORK).await;
                    consumer.store_offset(&items, partition, offset)?;
                    meter.add(item.number);
                }
                Ok::<_, Failure>(())
            });
            sender
        });
        let record = (message.offset(), message.payload().unwrap_or_default().to_vec());
        sender.send(record)?;
    }
    let figures = meter.figures()?;
    task::spawn_blocking(move || drop((tasks, consumer))).await?;
    Ok(figures)
}
