//! Runs the service: on the cluster that `KAFKA_BOOTSTRAP_SERVERS` names until SIGTERM or ctrl-c, or, where that is not
//! set, on an in-process Kafka with a few messages, to show what it does with them.
//!
//! ```text
//! cargo run -p service
//!
//! export KAFKA_BOOTSTRAP_SERVERS=localhost:9092,localhost:9093,localhost:9094
//! cargo run -p service           # in another terminal: cargo run -p producer -- flask==3.1.0
//! curl localhost:9464/metrics    # and /health/live, /health/ready; SERVICE_ADDRESS is another address
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use service::{app, observe};
use thoth_messaging::app::DeadLetters;
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::messages::{PackageReleased, PackageReleasedRequired, SolvedPackage};
use thoth_messaging::testing::TestApp;
use thoth_messaging::{Kafka, Message, metrics};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let on_cluster = env::var_os("KAFKA_BOOTSTRAP_SERVERS").is_some_and(|servers| !servers.is_empty());
    let ran = if on_cluster { run().await } else { show().await };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("service: {error}");
            ExitCode::FAILURE
        }
    }
}

/// On a real cluster, with its topics made first. A dead letter there can be looked at with Kafka's own tools.
async fn run() -> Result<(), Box<dyn Error>> {
    let kafka = Kafka::from_env()?.with_group("service-example");
    kafka.admin().create_topics([&PackageReleased::DESCRIPTOR.topic, &SolvedPackage::DESCRIPTOR.topic]).await?;
    observe::log("info");
    let collected = observe::collect()?;
    let app = app(&kafka).dead_letters(DeadLetters::default().create());
    let listener = TcpListener::bind(env::var("SERVICE_ADDRESS").as_deref().unwrap_or("127.0.0.1:9464")).await?;
    println!("the service runs on {}; ctrl-c ends it", kafka.bootstrap_servers());
    println!("http://{}/metrics says what it does", listener.local_addr()?);
    tokio::spawn(observe::serve(listener, collected, app.health()));
    println!("{}", app.run().await?);
    Ok(())
}

/// On an in-process Kafka, where nobody has to wait for the next attempt.
async fn show() -> Result<(), Box<dyn Error>> {
    observe::log("error");
    let collected = observe::collect()?;
    let mut health = None;
    let test = TestApp::start(|kafka| {
        // By default every 5 s, which is too long to wait for here.
        let app = app(&kafka.clone().with("statistics.interval.ms", "100"));
        health = Some(app.health());
        app
    });
    let test = test.await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(observe::serve(listener, collected, health.ok_or("it has health from its start")?));
    for package in ["flask", "flaky", "broken", "left-pad"] {
        test.publish(&released(package)).await?;
    }
    let topic = test.kafka().topic_name(&PackageReleased::DESCRIPTOR.topic);
    test.publish(ProducerRecord::raw(topic).with_key("typo").with_payload(r#"{"package_nmae": "typo"}"#)).await?;

    // Five that were sent here, and the two that the service sent itself.
    test.settled(7).await?;
    for letter in test.dead_letters().await? {
        let key = String::from_utf8_lossy(letter.record.key().unwrap_or_default()).into_owned();
        println!("dead       {key}: {} after {} attempts: {}", letter.reason, letter.attempts, letter.error);
    }

    let (status, ready) = observe::get(address, "/health/ready").await?;
    println!("ready      {status} {}", ready.trim_end());
    let lines = loop {
        let (_, lines) = observe::get(address, "/metrics").await?;
        // The lag comes with the statistics.
        if lines.contains(metrics::LAG) {
            break lines;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    println!("metrics    of http://{address}/metrics, some of {}:", lines.lines().count());
    let shown = [metrics::HANDLED, metrics::RETRIES, metrics::DEAD_LETTERS, metrics::LAG];
    for line in lines.lines().filter(|line| shown.iter().any(|name| line.starts_with(&format!("{name}{{")))) {
        println!("           {line}");
    }
    println!("in all     {}", test.stop().await?);
    Ok(())
}

fn released(package: &str) -> PackageReleased {
    PackageReleased::new(PackageReleasedRequired {
        component_name: "service".to_owned(),
        service_version: "1.0.0".to_owned(),
        index_url: "https://pypi.org/simple".to_owned(),
        package_name: package.to_owned(),
        package_version: "1.0".to_owned(),
    })
}
