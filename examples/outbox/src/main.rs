//! Writes releases with their messages, and has a relay send them, which is killed again and again: on an in-process Kafka, or
//! on the cluster that `KAFKA_BOOTSTRAP_SERVERS` names.
//!
//! ```text
//! cargo run -p outbox
//! cargo run -p outbox -- relay FILE      # the relay alone, as a service runs it
//! ```

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use outbox::{Database, Relay, sent_ids};
use thoth_messaging::messages::{PackageReleased, PackageReleasedRequired};
use thoth_messaging::testing::TestKafka;
use thoth_messaging::{Kafka, Message as _};
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// The number of releases, and how often the relay is killed while it sends the messages.
const RELEASES: u64 = 1_000;
const KILLS: u64 = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [] => show().await,
        [relay, file] if relay == "relay" => {
            let database = Database::open(Path::new(file))?;
            Relay::start(&Kafka::from_env()?, database).await?.run().await
        }
        _ => Err("run it without arguments, or with `relay FILE`".into()),
    }
}

async fn show() -> outbox::Result<()> {
    let test = TestKafka::start()?;
    test.create_topic(&PackageReleased::DESCRIPTOR.topic).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("releases.sqlite");

    let mut database = Database::open(&file)?;
    for number in 0..RELEASES {
        database.release(&released(number))?;
    }
    println!("written    {RELEASES} releases, each in one transaction with its message");
    for kill in 1..=KILLS {
        let mut relay = relay(&test, &file)?;
        wait_until(&database, RELEASES - kill * RELEASES / (KILLS + 1)).await?;
        relay.kill().await?;
        println!("killed     the relay, with {} messages in the outbox", database.len()?);
    }
    let mut relay = relay(&test, &file)?;
    wait_until(&database, 0).await?;
    relay.kill().await?;

    let sent = sent_ids(&test.kafka()).await?;
    let in_order = sent.windows(2).all(|pair| pair[0] < pair[1]);
    println!("sent       {} messages, in order and each once: {in_order}", sent.len());
    if !in_order || u64::try_from(sent.len())? != RELEASES {
        return Err(format!("{sent:?}").into());
    }
    Ok(())
}

/// A relay in a process of its own.
fn relay(test: &TestKafka, file: &Path) -> outbox::Result<Child> {
    let program: PathBuf = env::current_exe()?;
    let mut command = Command::new(program);
    command.arg("relay").arg(file).env("KAFKA_BOOTSTRAP_SERVERS", test.kafka().bootstrap_servers());
    // On a cluster that others use, the topics of a test have a prefix.
    let topic = &PackageReleased::DESCRIPTOR.topic;
    if let Some(prefix) = test.topic_name(topic).strip_suffix(&format!(".{}", topic.name)) {
        command.env("THOTH_DEPLOYMENT_NAME", prefix);
    }
    Ok(command.stdin(Stdio::null()).kill_on_drop(true).spawn()?)
}

/// Waits until no more messages than these are in the outbox.
async fn wait_until(database: &Database, messages: u64) -> outbox::Result<()> {
    while database.len()? > messages {
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

fn released(number: u64) -> PackageReleased {
    PackageReleased::new(PackageReleasedRequired {
        component_name: "outbox".to_owned(),
        service_version: env!("CARGO_PKG_VERSION").to_owned(),
        index_url: "https://pypi.org/simple".to_owned(),
        package_name: format!("package-{}", number % 10),
        package_version: number.to_string(),
    })
}
