//! The mistakes of `[services]`.

use thoth_messaging_codegen::Severity;
use thoth_messaging_compat::Schema;

use super::{Named, Parties, Services, names};
use crate::config::Config;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::near::near;
use crate::project::fields::declares;
use crate::project::find::{Wanted, find};
use crate::project::message::Message;
use crate::project::{Project, documents};

/// Finds the mistakes of the services of the settings, beside the schemas.
pub(crate) fn check(config: &Config) -> Result<Vec<Finding>, Failure> {
    if config.services.is_empty() {
        return Ok(Vec::new());
    }
    let project = Project::read(&[], config)?;
    let services = Services::resolve(&config.services, &project.messages)?;
    let mut findings: Vec<_> = services.unknown().map(|(named, name)| unknown_message(named, name, &project)).collect();
    for (name, service) in &config.services {
        let named = Named { name, service };
        if service.sends.is_empty() && service.receives.is_empty() {
            findings.push(idle(named));
        }
        for (message, fields) in &service.reads {
            findings.extend(unknown_fields(named, message, fields, &services, &project)?);
        }
    }
    let parties = project.messages.iter().map(|message| (message, services.parties(message)));
    let without_sender = parties.filter(|(_, parties)| parties.senders.is_empty());
    findings.extend(without_sender.map(|(message, parties)| unsent(message, &parties, &project)));
    Ok(findings)
}

fn finding(rule: &str, severity: Severity, message: String, help: String) -> Finding {
    Finding { rule: rule.to_owned(), severity, message, location: None, notes: vec![("help", help)] }
}

fn unknown_message(named: Named<'_>, name: &str, project: &Project) -> Finding {
    let near = near(project.messages.iter().map(Message::name), name);
    let help = match near.as_slice() {
        [] => "`thoth-messaging list` shows the messages that there are".to_owned(),
        near => format!("there is {}", near.join(", ")),
    };
    let message = format!("service `{}` names `{name}`, and no message or topic is called so", named.name);
    finding("unknown-message", Severity::Error, message, help)
}

fn idle(named: Named<'_>) -> Finding {
    let message = format!("service `{}` sends nothing and receives nothing", named.name);
    finding("idle-service", Severity::Warning, message, "name its messages under `sends` and `receives`".to_owned())
}

fn unsent(message: &Message, parties: &Parties<'_>, project: &Project) -> Finding {
    let readers = match parties.receivers.as_slice() {
        [] => String::new(),
        receivers => format!(", and `{}` receives it", names(receivers)),
    };
    let text = format!("no service sends `{}`{readers}", message.name());
    let help = "name it under `sends` of its sender; `external` is as good a name as any for one that is not yours";
    let location = project.folder(message).schemas.iter().find(|(name, _)| *name == message.file);
    Finding {
        location: location.map(|(_, file)| file.locate("")),
        ..finding("message-without-sender", Severity::Warning, text, help.to_owned())
    }
}

/// The fields that a service reads of a message which has no such fields, or which it does not receive.
fn unknown_fields(
    named: Named<'_>,
    name: &str,
    fields: &[String],
    services: &Services<'_>,
    project: &Project,
) -> Result<Vec<Finding>, Failure> {
    let Some(found) = find(&project.messages, name, Wanted::Any)? else {
        return Ok(vec![unknown_message(named, name, project)]);
    };
    let messages: Vec<_> = project.messages.iter().filter(|message| found.includes(message)).collect();
    let receives = |message: &&&Message| services.parties(message).receivers.iter().any(|it| it.name == named.name);
    if !messages.iter().any(|message| receives(&message)) {
        let message = format!("service `{}` reads fields of `{name}`, which it does not receive", named.name);
        let help = format!("add `{name}` to its `receives`, or leave the fields out");
        return Ok(vec![finding("unknown-message", Severity::Error, message, help)]);
    }
    let schema = |message: &&Message| {
        // What can't be read is another finding.
        Schema::new(&documents::files(project.documents(message.folder)), &message.file).ok()
    };
    let schemas: Vec<_> = messages.iter().filter_map(schema).collect();
    let is_declared = |field: &str| schemas.iter().any(|schema| declares(schema, field));
    let unknown = fields.iter().filter(|field| !is_declared(field));
    Ok(unknown.map(|field| unknown_field(named, name, field)).collect())
}

fn unknown_field(named: Named<'_>, name: &str, field: &str) -> Finding {
    let message = format!("service `{}` reads `{field}` of `{name}`, and its schema says nothing of it", named.name);
    let help = format!(
        "look for a slip: it is a JSON Pointer, as `/order_id`; `thoth-messaging show {name}` lists the fields"
    );
    finding("unknown-field", Severity::Error, message, help)
}
