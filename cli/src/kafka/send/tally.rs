//! The numbers of messages that were delivered, refused and not delivered.

use serde_json::json;
use thoth_messaging::client::Delivery;
use thoth_messaging::message::SchemaId;
use thoth_messaging_codegen::{Location, Severity};

use super::item::Item;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::finding::Finding;
use crate::report::{Format, Report, count};
use crate::validate::{MAX_BYTES, Violation, line_of, of_record, too_long};

/// The most findings that are kept for a format which prints them as a whole.
const MAX_FINDINGS: usize = 10_000;

/// Counts messages, and tells what was refused at once where a person reads it.
pub(super) struct Tally {
    report: Report,
    format: Format,
    checked: u64,
    pub(super) refused: u64,
    delivered: u64,
    failed: u64,
    last: Option<Delivery>,
    /// Set if refused messages were reported when they were checked.
    is_reported: bool,
}

impl Tally {
    pub(super) fn new(format: Format) -> Self {
        let report = Report::new("send");
        Self { report, format, checked: 0, refused: 0, delivered: 0, failed: 0, last: None, is_reported: false }
    }

    /// Returns whether there was one message alone.
    pub(super) fn is_one(&self) -> bool {
        self.checked == 1
    }

    pub(super) fn has_delivered(&self) -> bool {
        self.delivered > 0
    }

    /// Counts from the beginning: what was checked is going to be sent.
    pub(super) fn forget_checked(&mut self) {
        (self.checked, self.refused, self.is_reported) = (0, 0, true);
    }

    /// Checks a message. Returns what its schema says of its record, unless it was refused.
    pub(super) fn check(&mut self, item: &Item, context: &mut Context) -> Result<Option<Accepted>, Failure> {
        self.checked += 1;
        let (Some(schema), Some(payload)) = (&item.destination.schema, &item.payload) else {
            return Ok(Some(Accepted::default()));
        };
        match schema.check_wanted(payload) {
            Ok(message) => {
                let (key, id) = (message.key_of(payload), schema.id_to_write(message));
                Ok(Some(Accepted { key, id }))
            }
            Err(error) => {
                let violations = of_record(payload, &error, item.kind());
                self.refuse(violations, &item.source, item.number, context)?;
                Ok(None)
            }
        }
    }

    /// A line is longer than is read.
    pub(super) fn too_long(&mut self, source: &str, line: u64, context: &mut Context) -> Result<(), Failure> {
        self.checked += 1;
        self.refuse(vec![too_long(MAX_BYTES.get())], source, line, context)
    }

    fn refuse(
        &mut self,
        violations: Vec<Violation>,
        source: &str,
        number: u64,
        context: &mut Context,
    ) -> Result<(), Failure> {
        self.refused += 1;
        for mut violation in violations.into_iter().filter(|_| !self.is_reported) {
            source.clone_into(&mut violation.source);
            violation.line += number.saturating_sub(1);
            violation.record = number.max(1);
            if self.format == Format::Text {
                // What a person reads appears at once, and a million of them need no memory.
                context.line(line_of(&violation))?;
            } else if self.report.findings.len() < MAX_FINDINGS {
                self.report.findings.push(violation.into());
            }
        }
        Ok(())
    }

    pub(super) fn delivered(&mut self, delivery: Delivery) {
        self.delivered += 1;
        self.last = Some(delivery);
    }

    /// A message was not delivered.
    pub(super) fn failed(
        &mut self,
        source: &str,
        number: u64,
        why: &str,
        context: &mut Context,
    ) -> Result<(), Failure> {
        self.failed += 1;
        if self.format == Format::Text {
            context.line(format!("{source}:{}: not delivered: {why}", number.max(1)))?;
        } else if self.report.findings.len() < MAX_FINDINGS {
            let line = usize::try_from(number.max(1)).unwrap_or(usize::MAX);
            self.report.findings.push(Finding {
                rule: "not-delivered".to_owned(),
                severity: Severity::Error,
                message: why.to_owned(),
                location: Some(Location { file: source.to_owned(), line, column: 1, pointer: String::new() }),
                notes: Vec::new(),
            });
        }
        Ok(())
    }

    /// Prints the numbers, and why there are no more.
    pub(super) fn finish(mut self, why: &str, context: &mut Context) -> Result<Outcome, Failure> {
        let Self { checked, refused, delivered, failed, .. } = self;
        if let Some(Delivery { topic, partition, offset, .. }) = self.last.as_ref().filter(|_| delivered == 1) {
            if self.format == Format::Text {
                context.line(format!("topic `{topic}`, partition {partition}, offset {offset}"))?;
            }
            let last = json!({"topic": topic, "partition": partition, "offset": offset});
            self.report.details.insert("delivery".to_owned(), last);
        }
        let counts = [("messages", checked), ("delivered", delivered), ("refused", refused), ("failed", failed)];
        self.report.details.extend(counts.into_iter().map(|(name, number)| (name.to_owned(), number.into())));
        let counts = [(refused, "refused"), (failed, "not delivered")].into_iter().filter(|(number, _)| *number > 0);
        let mut counted = vec![format!("{delivered} delivered")];
        counted.extend(counts.map(|(number, what)| format!("{number} {what}")));
        let why = if why.is_empty() { String::new() } else { format!("; {why}") };
        self.report.summary = format!("{}: {}{why}", count(checked, "message"), counted.join(", "));
        self.report.print(context)?;
        Ok(if refused + failed > 0 { Outcome::Findings } else { Outcome::Clean })
    }
}

/// A message that was accepted, as its schema says that it is sent.
#[derive(Default)]
pub(super) struct Accepted {
    pub(super) key: Option<String>,
    /// The id of its schema, where the message has it.
    pub(super) id: Option<SchemaId>,
}
