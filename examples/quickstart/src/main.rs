//! A first look: typed messages go over a Kafka in this process, and an invalid payload is told why it is refused.
//!
//! ```text
//! cargo run -p quickstart
//! ```

use std::error::Error;
use std::time::Duration;

use thoth_messaging::Message as _;
use thoth_messaging::messages::PackageReleased; // generated from schemas/package-released.schema.json
use thoth_messaging::testing::InProcessKafka;

/// As the Python services of Thoth send them. The last one lacks a member, and its version is no string.
const PAYLOADS: [&str; 3] = [
    r#"{"component_name":"cron","service_version":"1.0","index_url":"https://pypi.org/simple","package_name":"flask","package_version":"3.1.0"}"#,
    r#"{"component_name":"cron","service_version":"1.0","index_url":"https://pypi.org/simple","package_name":"numpy","package_version":"2.2.1"}"#,
    r#"{"component_name":"cron","service_version":"1.0","package_name":"scipy","package_version":1.15}"#,
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cluster = InProcessKafka::start()?;
    cluster.create_topic(&PackageReleased::DESCRIPTOR.topic)?;
    let kafka = cluster.kafka(); // of a service: Kafka::from_env()

    // A payload becomes the type exactly when the schema accepts it.
    let producer = kafka.producer()?;
    let mut sent = 0;
    for payload in PAYLOADS {
        match PackageReleased::decode(payload.as_bytes()) {
            Ok(release) => {
                let delivery = producer.send(&release).await?; // keyed by the schema, acknowledged by all replicas
                println!("sent      {} to partition {}", release.package_name, delivery.partition);
                sent += 1;
            }
            Err(error) => {
                println!("refused   a payload, for every reason:");
                error.violations().iter().for_each(|violation| println!("            {violation}"));
            }
        }
    }
    producer.close(Duration::from_secs(5)).await?;

    let mut releases = kafka.with_group("quickstart").consumer::<PackageReleased>()?;
    for _ in 0..sent {
        // An invalid message is an error with its place and its violations.
        let received = releases.next().await.ok_or("the consumer has ended")??;
        let release = received.message();
        println!("received  {} {} of schema {}", release.package_name, release.package_version, release.version);
        received.ack(); // now its offset may be committed
    }
    releases.close(Duration::from_secs(5)).await?;
    println!("nothing was lost: {sent} sent, {sent} received");
    Ok(())
}
