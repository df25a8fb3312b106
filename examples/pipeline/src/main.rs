//! Makes a message from each of another topic, exactly once: what is sent, and what was read for it, counts in one
//! transaction. Until SIGTERM or ctrl-c, or until it is killed, which does no harm.
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

use thoth_messaging::app::{App, DeadLetters};
use thoth_messaging::messages::{PackageReleased, UnresolvedPackage, UnresolvedPackageRequired};
use thoth_messaging::{Kafka, Message};

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
    let app = App::new(&kafka)
        .exactly_once(format!("pipeline-example-{id}"))
        .dead_letters(DeadLetters::default().create())
        .handle(to_solve);
    println!("the pipeline runs on {}; ctrl-c ends it", kafka.bootstrap_servers());
    println!("{}", app.run().await?);
    Ok(())
}

/// Whoever releases a package wants its dependencies to be known.
async fn to_solve(released: PackageReleased) -> UnresolvedPackage {
    println!("made       what is to be solved of {}", released.package_name);
    UnresolvedPackage {
        package_version: Some(released.package_version),
        ..UnresolvedPackage::new(UnresolvedPackageRequired {
            component_name: "pipeline-example".to_owned(),
            service_version: env!("CARGO_PKG_VERSION").to_owned(),
            package_name: released.package_name,
            index_url: released.index_url,
        })
    }
}
