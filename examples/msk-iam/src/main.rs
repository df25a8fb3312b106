//! Connects to a cluster of Amazon MSK by IAM, where `KAFKA_BOOTSTRAP_SERVERS`, `AWS_REGION` and credentials are set; and shows
//! a token of example credentials where they are not.
//!
//! ```text
//! cargo run -p msk-iam
//!
//! export KAFKA_BOOTSTRAP_SERVERS=b-1.example.kafka.eu-central-1.amazonaws.com:9098
//! export AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_SESSION_TOKEN=…
//! cargo run -p msk-iam --features tls
//! ```

use std::env;
use std::error::Error;
use std::time::{Duration, SystemTime};

use msk_iam::{Credentials, VALID, presigned_url, token};
use thoth_messaging::Kafka;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::var_os("KAFKA_BOOTSTRAP_SERVERS").is_some_and(|servers| !servers.is_empty()) {
        return connect().await;
    }
    let credentials = Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "an example, which no cluster accepts".to_owned(),
        session_token: None,
    };
    let (region, now) = ("eu-central-1", SystemTime::now());
    println!("a token for {region}, for {} s: the Base64 of", VALID.as_secs());
    for part in presigned_url(region, &credentials, now)?.split_inclusive(['?', '&']) {
        println!("    {part}");
    }
    println!("{:?}", token(region, &credentials, now)?);
    Ok(())
}

async fn connect() -> Result<(), Box<dyn Error>> {
    let region = env::var("AWS_REGION")?;
    let kafka = Kafka::from_env()?.with("security.protocol", "SASL_SSL").with_tokens(move || {
        let region = region.clone();
        // The credentials of a role expire: they are asked for anew.
        async move { Ok(token(&region, &credentials()?, SystemTime::now())?) }
    });
    let cluster = kafka.admin().check_connection(Duration::from_secs(10)).await?;
    println!("{} brokers let this client in", cluster.brokers.len());
    Ok(())
}

/// The credentials of the environment. A service would ask `aws-config`.
fn credentials() -> Result<Credentials, env::VarError> {
    Ok(Credentials {
        access_key_id: env::var("AWS_ACCESS_KEY_ID")?,
        secret_access_key: env::var("AWS_SECRET_ACCESS_KEY")?,
        session_token: env::var("AWS_SESSION_TOKEN").ok(),
    })
}
