//! The output of `consume`.

use std::io::{self, Write};

use anstyle::Style;
use serde_json::{Value, json};
use thoth_messaging::DecodeError;
use thoth_messaging::client::{Header, Record};
use thoth_messaging::message::VALUE_SCHEMA_ID;
use thoth_messaging_documents::foreign::{self, line};

use crate::context::Context;
use crate::failure::Failure;
use crate::kafka::show;
use crate::kafka::topic_schema::TopicSchema;
use crate::report::count;
use crate::stderr::say;

const BOLD: Style = Style::new().bold();

/// The form that messages are printed in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The payload, in a line.
    Payload,
    /// The same behind the name of its topic.
    TopicAndPayload,
    /// All of it, for people.
    Pretty,
    /// All of it, a JSON object in a line.
    Json,
}

/// A record that was read and checked.
pub(super) struct Read<'r> {
    pub(super) record: &'r Record,
    /// The violations of its payload.
    pub(super) error: Option<&'r DecodeError>,
    /// The schema that it was checked against.
    pub(super) schema: Option<&'r TopicSchema>,
}

/// Prints messages, and counts them.
pub(super) struct Printer {
    form: Form,
    show_sensitive: bool,
    pub(super) printed: u64,
    invalid: u64,
    has_hidden: bool,
    /// Set if there is nothing to say at the end.
    pub(super) is_quiet: bool,
}

impl Printer {
    pub(super) fn new(form: Form, show_sensitive: bool) -> Self {
        Self { form, show_sensitive, printed: 0, invalid: 0, has_hidden: false, is_quiet: false }
    }

    /// Prints a message.
    pub(super) fn print(&mut self, read: &Read<'_>, context: &mut Context) -> Result<(), Failure> {
        self.printed += 1;
        self.invalid += u64::from(read.error.is_some());
        match self.form {
            Form::Payload | Form::TopicAndPayload => self.payload(read, context)?,
            Form::Pretty => self.pretty(read, context)?,
            Form::Json => self.json(read, context)?,
        }
        Ok(context.output.flush()?)
    }

    fn payload(&mut self, read: &Read<'_>, context: &mut Context) -> io::Result<()> {
        // What is no payload of the topic is no line among them.
        let notes = match (read.error, show::payload_of(read.record)) {
            (Some(error), _) => problems(error),
            (None, None) => {
                vec![format!("a tombstone: what was sent with the key {} is deleted", self.key(read))]
            }
            (None, Some(payload)) => {
                let shown = self.shown(payload, read);
                if self.form == Form::TopicAndPayload {
                    write!(context.output, "{BOLD}{}{BOLD:#} ", line(read.record.topic()))?;
                }
                return writeln!(context.output, "{}", shown.line());
            }
        };
        for note in notes {
            say(format!("{}: {note}", read.record));
        }
        Ok(())
    }

    fn pretty(&mut self, read: &Read<'_>, context: &mut Context) -> io::Result<()> {
        let record = line(&read.record.to_string()).into_owned();
        let time = read.record.timestamp().and_then(show::time).map(|time| format!(", {time}")).unwrap_or_default();
        writeln!(context.output, "{BOLD}{record}{BOLD:#}{time}, key {}", self.key(read))?;
        let writer = show::writer(read.record, read.schema.as_slice());
        if let Some(writer) = &writer {
            context.line(format!("schema: {writer}"))?;
        }
        // The id is no text.
        let is_said = |header: &&Header| writer.is_some() && header.name == VALUE_SCHEMA_ID;
        for header in read.record.headers().iter().filter(|header| !is_said(header)) {
            let value = header.value.as_deref().map_or_else(|| "no value".to_owned(), show::bytes);
            context.line(format!("{}: {value}", header.name.to_string_lossy()))?;
        }
        for problem in read.error.map(problems).unwrap_or_default() {
            context.line(problem)?;
        }
        match show::payload_of(read.record) {
            None => writeln!(context.output, "a tombstone\n"),
            Some(payload) => {
                let shown = self.shown(payload, read);
                writeln!(context.output, "{}\n", shown.lines())
            }
        }
    }

    fn json(&mut self, read: &Read<'_>, context: &mut Context) -> io::Result<()> {
        let Read { record, error, schema } = *read;
        let mut members = show::metadata(
            record,
            show::key(record, read.schema.as_slice(), self.show_sensitive),
            read.schema.as_slice(),
        );
        if schema.is_some() && record.payload().is_some() {
            members.insert("valid".to_owned(), error.is_none().into());
        }
        if let Some(error) = error {
            members.insert("violations".to_owned(), violations(error));
        }
        let payload = match show::payload_of(record) {
            None => "\"tombstone\":true".to_owned(),
            Some(payload) => self.shown(payload, read).member(),
        };
        // A payload of which nothing is sensitive is written as it is, with all digits of its numbers.
        let members = Value::Object(members).to_string();
        let members = foreign::json(members.strip_suffix('}').unwrap_or(&members));
        writeln!(context.output, "{members},{payload}}}")
    }

    /// A payload, without what is hidden.
    fn shown(&mut self, payload: &[u8], read: &Read<'_>) -> show::Shown {
        let (shown, is_hidden) = show::payload(payload, read.schema.as_slice(), self.show_sensitive);
        self.has_hidden |= is_hidden;
        shown
    }

    fn key(&self, read: &Read<'_>) -> String {
        let key = show::key(read.record, read.schema.as_slice(), self.show_sensitive);
        key.map_or_else(|| "none".to_owned(), |key| format!("`{}`", show::bytes(key)))
    }

    /// Prints the numbers of messages. Whether there were invalid ones.
    pub(super) fn finish(&self, checked: bool) -> bool {
        let (messages, valid) = (count(self.printed, "message"), self.printed - self.invalid);
        let validity = if checked { format!(": {valid} valid, {} invalid", self.invalid) } else { String::new() };
        let hidden = if self.has_hidden { "; `--show-sensitive` shows what is hidden" } else { "" };
        if !self.is_quiet {
            say(format!("{messages}{validity}{hidden}"));
        }
        self.invalid > 0
    }
}

/// The violations of a payload, each in a line.
fn problems(error: &DecodeError) -> Vec<String> {
    match error.violations() {
        [] => vec![error.to_string()],
        violations => violations.iter().map(|violation| format!("not valid: {violation}")).collect(),
    }
}

fn violations(error: &DecodeError) -> Value {
    if error.violations().is_empty() {
        return json!([{"keyword": "json", "expected": error.to_string()}]);
    }
    let violation = |it: &thoth_messaging::Violation| {
        json!({
            "instancePath": it.instance_path,
            "schemaPath": it.schema_path,
            "keyword": it.keyword,
            "expected": it.expected,
        })
    };
    error.violations().iter().map(violation).collect()
}
