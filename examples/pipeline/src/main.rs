//! Makes a message from each of another topic, exactly once: what is sent, and what was read for it, counts in one
//! transaction. Until ctrl-c, or until it is killed, which does no harm.
//!
//! ```text
//! export KAFKA_BOOTSTRAP_SERVERS=localhost:9092,localhost:9093,localhost:9094
//! cargo run -p pipeline -- 1                     # in another terminal: cargo run -p producer -- flask==3.1.0
//! ```
//!
//! The argument tells the processes of one pipeline apart: each needs an id of its own, and the same after a restart. Who
//! reads the results has to read committed messages alone, as consumers here do by default.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt as _;
use thoth_messaging::client::{Consumer, ReceiveError, TransactionError, TransactionalProducer};
use thoth_messaging::messages::{PackageReleased, UnresolvedPackage};
use thoth_messaging::{Kafka, Message, Typed};
use tokio::signal;

/// How many messages one transaction takes at most, and how long it waits for them.
const MOST: usize = 500;
const WAIT: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pipeline: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let id = env::args().nth(1).ok_or("name this process, as in `cargo run -p pipeline -- 1`")?;
    let kafka = Kafka::from_env()?.with_group("pipeline-example");
    kafka.admin().create_topics([&PackageReleased::DESCRIPTOR.topic, &UnresolvedPackage::DESCRIPTOR.topic]).await?;
    let mut consumer = kafka.consumer::<PackageReleased>()?;
    let mut producer = kafka.transactional(format!("pipeline-example-{id}")).await?;
    println!("the pipeline runs on {}; ctrl-c ends it", kafka.bootstrap_servers());
    let mut stop = Box::pin(signal::ctrl_c());
    loop {
        // A transaction that is not committed is aborted: nothing of it counts, and its messages come again.
        let made = tokio::select! {
            made = transform(&mut consumer, &mut producer) => made,
            _ = &mut stop => break,
        };
        match made {
            Ok(0) => {}
            Ok(count) => println!("made       {count} messages"),
            Err(error) if error.is_retriable() => eprintln!("{error}: it is tried again"),
            Err(error) => return Err(error.into()),
        }
    }
    producer.close(Duration::from_secs(10)).await?;
    consumer.close(Duration::from_secs(10)).await?;
    Ok(())
}

/// One transaction; how many messages were made in it.
async fn transform(
    consumer: &mut Consumer<Typed<PackageReleased>>,
    producer: &mut TransactionalProducer,
) -> Result<usize, TransactionError> {
    let batch = consumer.next_batch(MOST, WAIT).await;
    if batch.is_empty() {
        return Ok(0);
    }
    let transaction = producer.begin().await?;
    let mut made = Vec::new();
    for received in batch {
        match received {
            Ok(received) => {
                made.push(to_solve(received.message()));
                transaction.done(received);
            }
            // Somebody wrote what is no release: it is left behind, in the same transaction.
            Err(ReceiveError::Invalid(invalid)) => {
                eprintln!("{}: {}", invalid.record, invalid.error);
                transaction.done(invalid.record);
            }
            Err(ReceiveError::Tombstone(record)) => transaction.done(*record),
            Err(error) => eprintln!("{error}"),
        }
    }
    // Where one can't be sent, the commit fails.
    transaction.send_all(&made).for_each(async |_| ()).await;
    transaction.commit().await?;
    Ok(made.len())
}

/// Whoever releases a package wants its dependencies to be known.
fn to_solve(released: &PackageReleased) -> UnresolvedPackage {
    UnresolvedPackage {
        package_version: Some(released.package_version.clone()),
        ..UnresolvedPackage::new(
            "pipeline-example".to_owned(),
            env!("CARGO_PKG_VERSION").to_owned(),
            released.package_name.clone(),
            released.index_url.clone(),
        )
    }
}
