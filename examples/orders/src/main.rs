//! Sends an order and receives it: on an in-process Kafka, or on the cluster that `KAFKA_BOOTSTRAP_SERVERS` names.

use std::error::Error;
use std::time::Duration;

use orders::{Customer, CustomerRequired, OrderLine, OrderPlaced, OrderPlacedPriority, OrderPlacedRequired};
use thoth_messaging::Message;
use thoth_messaging::testing::TestKafka;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cluster = TestKafka::start()?;
    cluster.create_topic(&OrderPlaced::DESCRIPTOR.topic).await?;
    let kafka = cluster.kafka();

    // Required members by name, a missing one does not compile; then those that are optional or have a default.
    let customer = Customer { email: Some("ada@example.org".to_owned()), ..Customer::new(CustomerRequired { id: 7 }) };
    let line = OrderLine { sku: "TEA-4711".parse()?, quantity: 2, unit_price: 4.99 };
    let required = OrderPlacedRequired { order_id: "DE-000417".to_owned(), customer, lines: vec![line] };
    let mut order = OrderPlaced { priority: OrderPlacedPriority::Express, ..OrderPlaced::new(required) };

    let producer = kafka.producer()?;
    let delivery = producer.send(&order).await?;
    println!("sent     {} to {} partition {}", order.order_id, delivery.topic, delivery.partition);

    // What the schema refuses does not leave the program.
    order.order_id.truncate(2);
    order.lines[0].quantity = 1000;
    if let Err(error) = producer.send(&order).await {
        println!("refused  {error}");
    }
    producer.close(Duration::from_secs(5)).await?;

    let mut consumer = kafka.consumer::<OrderPlaced>()?;
    let received = consumer.next().await.ok_or("the consumer ended")??;
    // The address of the customer is marked `x-sensitive`.
    println!("received {:?}", received.message());
    received.ack();
    consumer.close(Duration::from_secs(5)).await?;
    Ok(())
}
