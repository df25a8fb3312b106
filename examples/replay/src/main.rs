//! Reads again what was sent before: the last hour of a real topic, or, where `KAFKA_BOOTSTRAP_SERVERS` is not set, two of
//! four messages that it sends to an in-process Kafka first (which knows offsets, and no times). No group is joined, and nothing is committed.
//!
//! ```text
//! cargo run -p replay
//!
//! export KAFKA_BOOTSTRAP_SERVERS=localhost:9092,localhost:9093,localhost:9094
//! cargo run -p replay
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use thoth_messaging::client::{Position, ReceiveError};
use thoth_messaging::messages::{PackageReleased, PackageReleasedRequired};
use thoth_messaging::testing::InProcessKafka;
use thoth_messaging::{Kafka, Message, Typed};
use tokio::time;

/// Where nothing came for so long, all was read.
const QUIET: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> ExitCode {
    let on_cluster = env::var_os("KAFKA_BOOTSTRAP_SERVERS").is_some_and(|servers| !servers.is_empty());
    let ran = if on_cluster { replay_last_hour().await } else { show().await };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("replay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn replay_last_hour() -> Result<(), Box<dyn Error>> {
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    replay(&Kafka::from_env()?, Position::Time(an_hour_ago)).await
}

/// Sends four messages, and replays the last two.
async fn show() -> Result<(), Box<dyn Error>> {
    let cluster = InProcessKafka::start()?;
    cluster.create_topic(&PackageReleased::DESCRIPTOR.topic)?;
    let kafka = cluster.kafka();
    let producer = kafka.producer()?;
    for package in ["flask", "numpy", "pandas", "scipy"] {
        let released = PackageReleased::new(PackageReleasedRequired {
            component_name: "example".to_owned(),
            service_version: "1.0.0".to_owned(),
            index_url: "https://pypi.org/simple".to_owned(),
            package_name: package.to_owned(),
            package_version: "1.0".to_owned(),
        });
        println!("sent       {package} at offset {}", producer.send(&released).await?.offset);
    }
    producer.close(Duration::from_secs(10)).await?;
    replay(&kafka, Position::Offset(2)).await
}

async fn replay(kafka: &Kafka, from: Position) -> Result<(), Box<dyn Error>> {
    let mut consumer = kafka.replay_of(Typed::<PackageReleased>::new(), from)?;
    while let Ok(Some(received)) = time::timeout(QUIET, consumer.next()).await {
        match received {
            Ok(received) => {
                let (released, record) = received.into_parts();
                println!("replayed   {} {} ({record})", released.package_name, released.package_version);
            }
            Err(ReceiveError::Invalid(invalid)) => eprintln!("{}: {}", invalid.record, invalid.error),
            Err(ReceiveError::Tombstone(_)) => {}
            Err(error) if error.is_retriable() => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
    }
    consumer.close(Duration::from_secs(10)).await?;
    Ok(())
}
