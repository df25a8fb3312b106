//! The processes of a run, which are this program again.

use std::io;
use std::process::Stdio;

use thoth_messaging::Kafka;
use tokio::process::{Child, Command};

/// The prefix of this run's topics, as the variable that children read.
const PREFIX: &str = "THOTH_DEPLOYMENT_NAME";

/// A run: its cluster with topics of its own, and how its processes find them.
pub(crate) struct Run {
    pub(crate) kafka: Kafka,
    prefix: String,
}

/// With a prefix that no other run has.
pub(crate) fn of_this_run(kafka: &Kafka) -> Run {
    let prefix = format!("soak-{}-{}", std::process::id(), crate::steps::nanoseconds() / 1_000_000);
    Run { kafka: kafka.clone().with_topic_prefix(&prefix), prefix }
}

impl Run {
    /// A name that no other run has.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The same, with other topics.
    pub(crate) fn with_suffix(&self, suffix: &str) -> Self {
        let prefix = format!("{}-{suffix}", self.prefix);
        Self { kafka: self.kafka.clone().with_topic_prefix(&prefix), prefix }
    }

    /// Starts a process of this program, which ends with this one.
    pub(crate) fn start(&self, arguments: &[&str]) -> io::Result<Child> {
        self.command(arguments)?.spawn()
    }

    /// A process of this program that ends with this one.
    pub(crate) fn command(&self, arguments: &[&str]) -> io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments).env(PREFIX, &self.prefix).stdin(Stdio::null()).kill_on_drop(true);
        Ok(command)
    }
}
