//! Prints releases of packages, until ctrl-c.
//!
//! ```text
//! export KAFKA_BOOTSTRAP_SERVERS=localhost:9092,localhost:9093,localhost:9094
//! cargo run -p consumer
//! ```

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use thoth_messaging::Kafka;
use thoth_messaging::client::ReceiveError;
use thoth_messaging::messages::PackageReleased;
use tokio::signal;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("consumer: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let kafka = Kafka::from_env()?.with_group("consumer-example");
    let mut consumer = kafka.consumer::<PackageReleased>()?;
    loop {
        let received = tokio::select! {
            received = consumer.next() => received,
            _ = signal::ctrl_c() => break,
        };
        match received {
            Some(Ok(received)) => {
                let release = received.message();
                println!("{} {} on {}", release.package_name, release.package_version, release.index_url);
                // Only now: a crash before this line brings the message back.
                received.ack();
            }
            // Somebody wrote what is no release. It is looked at and left behind, so that the others go on.
            Some(Err(ReceiveError::Invalid(invalid))) => {
                eprintln!("{}: {}", invalid.record, invalid.error);
                invalid.ack();
            }
            Some(Err(ReceiveError::Tombstone(record))) => record.ack(),
            Some(Err(error)) if error.is_retriable() => eprintln!("{error}"),
            Some(Err(error)) => return Err(error.into()),
            None => break,
        }
    }
    consumer.close(Duration::from_secs(10)).await?;
    Ok(())
}
