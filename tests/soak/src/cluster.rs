//! The cluster of `scripts/kafka`, which is on this machine.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::time;

/// The brokers, by their numbers.
pub(crate) const BROKERS: [u32; 3] = [1, 2, 3];

/// Kills a broker, as a crash would.
pub(crate) async fn kill(broker: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    script(&["kill", &broker.to_string()]).await.map(drop)
}

/// Lets a broker write no more, as if its disk were full.
pub(crate) async fn fill(broker: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    script(&["fill", &broker.to_string()]).await.map(drop)
}

/// Brings a broker back, and waits until it serves.
pub(crate) async fn start(broker: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    script(&["start", &broker.to_string()]).await.map(drop)
}

/// Brings all brokers back that do not run.
pub(crate) async fn start_all() -> Result<(), Box<dyn Error + Send + Sync>> {
    script(&["start"]).await.map(drop)
}

/// Waits until brokers have ended.
pub(crate) async fn ended(brokers: &[u32]) -> Result<(), Box<dyn Error + Send + Sync>> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        // It says so by its exit code, too.
        let status = run(&["status"]).await?;
        let status = String::from_utf8_lossy(&status.stdout).into_owned();
        let is_gone = |broker: &u32| {
            let name = format!("kafka-{broker} ");
            status.lines().any(|line| line.starts_with(&name) && line.contains("no process"))
        };
        if brokers.iter().all(is_gone) {
            return Ok(());
        }
        time::sleep(Duration::from_millis(200)).await;
    }
    Err("brokers that can't write did not end".into())
}

/// Limits what a client may send, in bytes a second on each broker; without a number, not any more.
pub(crate) async fn throttle(client: &str, bytes: Option<u64>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let tool = ["tool", "kafka-configs", "--alter", "--entity-type", "clients", "--entity-name", client];
    let rate = bytes.map(|bytes| format!("producer_byte_rate={bytes}"));
    let change = match &rate {
        Some(rate) => ["--add-config", rate],
        None => ["--delete-config", "producer_byte_rate"],
    };
    script(&[&tool[..], &change].concat()).await.map(drop)
}

async fn script(arguments: &[&str]) -> Result<Output, Box<dyn Error + Send + Sync>> {
    let output = run(arguments).await?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("scripts/kafka {}: {}", arguments.join(" "), said.trim()).into())
}

async fn run(arguments: &[&str]) -> io::Result<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/kafka");
    Command::new(script).args(arguments).output().await
}
