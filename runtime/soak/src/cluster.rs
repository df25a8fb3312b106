//! The cluster of `scripts/kafka`, which is on this machine.

use std::error::Error;
use std::path::Path;

use tokio::process::Command;

/// Kills a broker, as a crash would.
pub(crate) async fn kill(broker: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    script("kill", broker).await
}

/// Brings a broker back, and waits until it serves.
pub(crate) async fn start(broker: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    script("start", broker).await
}

async fn script(command: &str, broker: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/kafka");
    let output = Command::new(script).arg(command).arg(broker.to_string()).output().await?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("scripts/kafka {command} {broker}: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
}
