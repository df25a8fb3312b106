//! Announces releases of packages.
//!
//! ```text
//! export KAFKA_BOOTSTRAP_SERVERS=localhost:9092,localhost:9093,localhost:9094
//! cargo run -p producer -- flask==3.1.0 numpy==2.2.1
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use thoth_messaging::messages::PackageReleased;
use thoth_messaging::{Kafka, Message};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("producer: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let releases = env::args().skip(1).map(|argument| released(&argument)).collect::<Result<Vec<_>, _>>()?;
    if releases.is_empty() {
        return Err("name at least one release, as flask==3.1.0".into());
    }
    let kafka = Kafka::from_env()?;
    let creation = kafka.admin().create_topic(&PackageReleased::DESCRIPTOR.topic).await?;
    println!("topic {}: {creation:?}", kafka.topic_name(&PackageReleased::DESCRIPTOR.topic));

    let producer = kafka.producer()?;
    for release in &releases {
        let delivery = producer.send(release).await?;
        println!(
            "{} {}: partition {}, offset {}",
            release.package_name, release.package_version, delivery.partition, delivery.offset
        );
    }
    producer.close(Duration::from_secs(10)).await?;
    Ok(())
}

fn released(argument: &str) -> Result<PackageReleased, String> {
    let (name, version) = argument.split_once("==").ok_or_else(|| format!("`{argument}` is not NAME==VERSION"))?;
    Ok(PackageReleased {
        component_name: "producer-example".to_owned(),
        service_version: env!("CARGO_PKG_VERSION").to_owned(),
        version: "v1".to_owned(),
        index_url: "https://pypi.org/simple".to_owned(),
        package_name: name.to_owned(),
        package_version: version.to_owned(),
    })
}
