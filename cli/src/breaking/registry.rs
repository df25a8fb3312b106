//! The answers of Confluent's Schema Registry, and the cases in which logic says something else.

use thoth_messaging_codegen::Severity;
use thoth_messaging_compat::{
    Direction, Leniency, Place, RegistryDifference, Schema, SchemaError, Verdict, causes_by_size, explain,
    registry_differences,
};

use super::findings::{self, level};
use super::messages::Sides;
use super::shown;
use crate::finding::Finding;
use crate::project::message::Message;

/// A rule's own help is about the way from the old version to the new one.
const FORWARD_HELP: &str =
    "Leave it as it was for readers of the old version, or ask for BACKWARD and deploy readers first.";

/// A message in both versions as the registry reads it.
pub(super) struct Registered {
    old: Schema,
    new: Schema,
    leniency: Leniency,
}

/// The answer of the registry for one direction.
pub(super) struct Answer {
    direction: Direction,
    leniency: Leniency,
    refused: Vec<RegistryDifference>,
}

impl Registered {
    pub(super) fn read(
        before: &Message,
        after: &Message,
        sides: &Sides<'_>,
        leniency: Leniency,
    ) -> Result<Self, SchemaError> {
        let old = Schema::new(&sides.old.registered, &before.file)?;
        let new = Schema::new(&sides.new.registered, &after.file)?;
        Ok(Self { old, new, leniency })
    }

    /// FORWARD is to the registry the way back from the new version to the old one.
    pub(super) fn ask(&self, direction: Direction) -> Answer {
        let mut refused = match direction {
            Direction::Backward => registry_differences(&self.old, &self.new, self.leniency),
            Direction::Forward => registry_differences(&self.new, &self.old, self.leniency),
        };
        refused.retain(|difference| !difference.is_compatible);
        Answer { direction, leniency: self.leniency, refused }
    }
}

impl Answer {
    pub(super) fn is_accepted(&self) -> bool {
        self.refused.is_empty()
    }

    /// The differences that the registry refuses, with a note where it is proved to be compatible; where it accepts what breaks, a warning
    /// with a witness.
    pub(super) fn findings(
        &self,
        logic: &Verdict,
        (old, new): (&Schema, &Schema),
        message: &Message,
        sides: &Sides<'_>,
    ) -> Vec<Finding> {
        if !self.is_accepted() {
            return self.refused.iter().map(|difference| self.refusal(difference, logic, message, sides)).collect();
        }
        let (explained, witness) = match logic {
            Verdict::Breaking { witness } => (explain(old, new, witness, self.direction), shown::witness(witness)),
            Verdict::BreakingBySize { sketch, sizes } => {
                let writer = if self.direction == Direction::Backward { old } else { new };
                (causes_by_size(old, new, writer, self.direction), shown::sketch(sketch, sizes))
            }
            Verdict::Compatible | Verdict::Unknown { .. } => return Vec::new(),
        };
        let warning = |difference| {
            let mut finding = findings::with_witness(difference, witness.clone(), self.direction, message, sides);
            finding.severity = Severity::Warning;
            finding.notes.insert(0, ("registry", format!("{} accepts it: {}", self.name(), level(self.direction))));
            finding
        };
        explained.iter().map(warning).collect()
    }

    fn refusal(
        &self,
        difference: &RegistryDifference,
        logic: &Verdict,
        message: &Message,
        sides: &Sides<'_>,
    ) -> Finding {
        let rule = difference.rule;
        let (old, new, way, help) = match self.direction {
            Direction::Backward => (&difference.old, &difference.new, String::new(), rule.help()),
            Direction::Forward => {
                let way = format!("from the new version back to {}, ", sides.against);
                (&difference.new, &difference.old, way, FORWARD_HELP)
            }
        };
        let refuses = format!("{} refuses {rule} at {}: {}", self.name(), difference.path, level(self.direction));
        let mut notes = vec![("registry", refuses)];
        if *logic == Verdict::Compatible {
            notes.push(("logic", format!("proved compatible: {}", findings::promise(self.direction, sides.against))));
        }
        notes.extend(sides.old.locate(old).map(|before| ("before", before.to_string())));
        notes.push(("help", help.to_owned()));
        Finding {
            rule: rule.name().to_owned(),
            severity: Severity::Error,
            message: format!("`{}`: {way}{} (`{}`)", message.title, rule.title(), difference.path),
            location: sides.new.locate(new).or_else(|| sides.new.locate(&Place::root(&message.file))),
            notes,
        }
    }

    fn name(&self) -> &'static str {
        match self.leniency {
            Leniency::Strict => "Confluent's Schema Registry",
            Leniency::Lenient => "Confluent's Schema Registry, where it is lenient,",
        }
    }
}
