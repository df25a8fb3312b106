//! `[services]` of the settings: who sends and who receives which message, and whom a change concerns.

mod check;

use std::collections::BTreeMap;
use std::slice;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::failure::Failure;
use crate::project::find::{Found, Wanted, find};
use crate::project::message::Message;

pub(crate) use check::check;

/// A service: what it sends and receives, and who sees to it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Service {
    /// The messages that it sends, by their types, titles or files; a topic stands for all of its messages.
    pub(crate) sends: Vec<String>,
    /// The messages that it receives.
    pub(crate) receives: Vec<String>,
    /// The fields that it reads, by message, as JSON Pointers into the payload; all of them where absent.
    pub(crate) reads: BTreeMap<String, Vec<String>>,
    /// Its consumer group.
    pub(crate) group: Option<String>,
    /// The team that it belongs to.
    pub(crate) owner: Option<String>,
    /// The address or the channel of that team.
    pub(crate) contact: Option<String>,
}

/// A service by its name.
#[derive(Clone, Copy)]
pub(crate) struct Named<'s> {
    pub(crate) name: &'s str,
    pub(crate) service: &'s Service,
}

/// The services of the settings, with the messages that their names mean.
#[derive(Default)]
pub(crate) struct Services<'s> {
    sends: Vec<(Named<'s>, Meaning<'s>)>,
    receives: Vec<(Named<'s>, Meaning<'s>)>,
}

/// A name of a message, and what it means; nothing where no message has it.
struct Meaning<'s> {
    name: &'s str,
    found: Option<Found<'s>>,
}

/// The services that send and receive a message.
#[derive(Default)]
pub(crate) struct Parties<'s> {
    pub(crate) senders: Vec<Named<'s>>,
    pub(crate) receivers: Vec<Named<'s>>,
}

impl<'s> Services<'s> {
    /// Looks up the messages that services name.
    ///
    /// # Errors
    ///
    /// If a name may mean several messages.
    pub(crate) fn resolve(services: &'s BTreeMap<String, Service>, messages: &'s [Message]) -> Result<Self, Failure> {
        let mut resolved = Self::default();
        for (name, service) in services {
            let named = Named { name, service };
            for (names, list) in [(&service.sends, &mut resolved.sends), (&service.receives, &mut resolved.receives)] {
                for name in names {
                    let found = find(messages, name, Wanted::Any)?;
                    list.push((named, Meaning { name, found }));
                }
            }
        }
        Ok(resolved)
    }

    /// The services that send and receive a message, which may be one that is deleted.
    pub(crate) fn parties(&self, message: &Message) -> Parties<'s> {
        let of = |list: &[(Named<'s>, Meaning<'s>)]| {
            let mut services: Vec<Named<'s>> = Vec::new();
            for (named, _) in list.iter().filter(|(_, meaning)| meaning.is(message)) {
                if services.iter().all(|known| known.name != named.name) {
                    services.push(*named);
                }
            }
            services
        };
        Parties { senders: of(&self.sends), receivers: of(&self.receives) }
    }

    /// The names that no message has, each with its service.
    fn unknown(&self) -> impl Iterator<Item = (Named<'s>, &'s str)> {
        let all = self.sends.iter().chain(&self.receives);
        all.filter(|(_, meaning)| meaning.found.is_none()).map(|(named, meaning)| (*named, meaning.name))
    }
}

impl Meaning<'_> {
    fn is(&self, message: &Message) -> bool {
        match &self.found {
            Some(found) => found.includes(message),
            // An earlier version may have had a message of this name.
            None => find(slice::from_ref(message), self.name, Wanted::Any).is_ok_and(|found| found.is_some()),
        }
    }
}

impl Named<'_> {
    /// Its name, with owner and contact where they are known.
    pub(crate) fn with_owner(self) -> String {
        let about: Vec<_> =
            [&self.service.owner, &self.service.contact].into_iter().flatten().map(String::as_str).collect();
        if about.is_empty() { self.name.to_owned() } else { format!("{} ({})", self.name, about.join(", ")) }
    }
}

/// The names of services, in a list.
pub(crate) fn names(services: &[Named<'_>]) -> String {
    services.iter().map(|service| service.name).collect::<Vec<_>>().join(", ")
}
