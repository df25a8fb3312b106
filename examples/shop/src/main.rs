//! Bills orders until SIGTERM or ctrl-c.

use std::error::Error;

use thoth_messaging::Kafka;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let kafka = Kafka::from_env()?; // KAFKA_BOOTSTRAP_SERVERS, and any KAFKA_SOME_PROPERTY
    let summary = shop::app(&kafka).run().await?;
    println!("{summary}");
    Ok(())
}
