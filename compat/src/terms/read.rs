//! From the keywords of schemas to parts.

mod evaluated;
mod keywords;
mod lookahead;
mod unevaluated;

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::Draft;

use super::{Id, Part, Term, types};
use crate::files::Place;
use crate::schema::Schema;

/// The terms of two schemas, one for each place.
pub(super) struct Raw {
    pub(super) terms: Vec<Term>,
    pub(super) roots: [Id; 2],
    pub(super) written: bool,
    /// The terms that say what the schemas of one side evaluate, with and without their own `unevaluatedProperties` and
    /// `unevaluatedItems`.
    evaluated: BTreeMap<(Place, bool), Id>,
}

pub(super) fn read(schemas: [&Schema; 2]) -> Raw {
    let mut raw = Raw { terms: Vec::new(), roots: [0; 2], written: false, evaluated: BTreeMap::new() };
    for (side, schema) in schemas.into_iter().enumerate() {
        let start = raw.terms.len();
        raw.evaluated.clear();
        let numbers: BTreeMap<&Place, Id> = schema.places().zip(start..).collect();
        raw.terms.extend(schema.places().map(|place| Term { parts: Vec::new(), place: Some(schema.origin(place)) }));
        raw.roots[side] = numbers.get(schema.root()).copied().unwrap_or(start);
        for (place, number) in &numbers {
            let mut reader = Reader { schema, place, numbers: &numbers, raw: &mut raw, parts: Vec::new() };
            reader.read();
            let parts = reader.parts;
            raw.terms[*number].parts = parts;
        }
    }
    raw
}

/// The reader of the schema at a place.
struct Reader<'a> {
    schema: &'a Schema,
    place: &'a Place,
    numbers: &'a BTreeMap<&'a Place, Id>,
    raw: &'a mut Raw,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn read(&mut self) {
        let draft = self.schema.draft(self.place);
        let members = match self.schema.value(self.place) {
            Some(Value::Object(members)) => members,
            Some(Value::Bool(false)) => return self.parts.push(Part::Never),
            _ => return,
        };
        if draft == Draft::Unknown {
            return self.opaque("$schema");
        }
        if self.schema.is_dynamic(self.place) {
            self.opaque("$dynamicRef");
        } else {
            let targets: Vec<_> =
                self.schema.targets(self.place).iter().filter_map(|place| self.number(place)).collect();
            self.parts.extend(targets.into_iter().map(|id| Part::Cases(vec![vec![(id, true)]])));
        }
        if draft <= Draft::Draft7 && members.get("$ref").is_some_and(Value::is_string) {
            return;
        }
        for (keyword, value) in members {
            self.assertion(draft, keyword, value, members);
        }
        self.applicators(draft, members);
        self.unevaluated();
    }

    fn number(&self, place: &Place) -> Option<Id> {
        self.numbers.get(place).copied()
    }

    /// The subschemas that a keyword of this schema holds.
    fn held(&self, keyword: &str) -> Vec<(Option<String>, Id)> {
        let held = self.schema.subschemas(self.place).iter().filter(|subschema| subschema.keyword == keyword);
        held.filter_map(|subschema| Some((subschema.member.clone(), self.number(&subschema.place)?))).collect()
    }

    fn one(&self, keyword: &str) -> Option<Id> {
        self.held(keyword).first().filter(|(member, _)| member.is_none()).map(|(_, id)| *id)
    }

    fn add(&mut self, parts: Vec<Part>) -> Id {
        self.raw.terms.push(Term { parts, place: Some(self.schema.origin(self.place)) });
        self.raw.terms.len() - 1
    }

    /// A keyword that is not understood, of any type.
    fn opaque(&mut self, keyword: &'static str) {
        let unique = self.number(self.place);
        self.parts.push(Part::Opaque { keyword, types: u8::MAX, schema: None, evaluated: None, unique });
    }

    /// An object with a member meets a schema.
    fn dependent(&mut self, name: &str, then: Id) {
        let present = self.present(name);
        self.parts.push(Part::Cases(vec![vec![(present, false)], vec![(then, true)]]));
    }

    /// The term of objects with a member.
    fn present(&mut self, name: &str) -> Id {
        self.add(vec![Part::Types(types::OBJECT), Part::Required(name.to_owned())])
    }
}
