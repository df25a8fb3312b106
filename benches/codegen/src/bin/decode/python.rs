//! The original library: how long its models take for the payloads of Thoth.

use std::env;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::report::Measured;
use crate::time::{Time, measure};
use crate::ways::{Payload, ways};

/// Reads `[{"topic", "payload"}]` from its standard input, and prints the nanoseconds for all of them once.
const SCRIPT: &str = "thoth.py";

/// The times of the library; nothing where `PYTHON` names no interpreter.
pub(crate) fn measured(payloads: &[Payload<'_>]) -> Result<Option<Measured>, Box<dyn Error>> {
    let Some(python) = env::var_os("PYTHON") else { return Ok(None) };
    let rows = payloads
        .iter()
        .map(|(peers, sample)| json!({"topic": peers.topic(), "payload": String::from_utf8_lossy(&sample.text)}));
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(rows.collect::<serde_json::Value>().to_string().as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{SCRIPT}: {}", output.status).into());
    }
    let nanoseconds: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    let value = measure(&ways(payloads)[..1])[0];
    let python = Time { name: "Python", nanoseconds, ratio: nanoseconds / value.nanoseconds };
    Ok(Some(Measured::new("thoth", payloads, vec![python])))
}
