//! The last step: names, keys, defaults, and the schemas that generated code holds.

use std::collections::BTreeSet;

use serde_json::Value;

use super::object::others_field;
use super::{Lowering, chosen, defaults, key, names, schemas};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Chosen, Key, KeyWay, MessageDef, Model, Others, Presence, Shape, Type, TypeDef, TypeId, Use};

impl Lowering<'_> {
    /// Names the types, resolves the keys, checks the defaults.
    pub(super) fn finish(mut self, roots: &[(usize, TypeId)]) -> Model {
        let requests: Vec<_> = self.types.iter().map(|lowered| &lowered.name).collect();
        let names = names::assign(&requests, &self.chosen_types(), self.resolved, self.diagnostics);
        let described = self.types.iter().map(|lowered| {
            let deprecated = self.annotation(&lowered.places, "deprecated") == Some(&Value::Bool(true));
            (self.text(&lowered.places, "description"), deprecated)
        });
        let described: Vec<_> = described.collect();
        self.validate_whole();
        self.keep_members();
        self.rename_fields(&names);
        let places = chosen::Known::of(self.resolved, &self.types, self.members());
        let mut types: Vec<TypeDef> = std::mem::take(&mut self.types)
            .into_iter()
            .zip(names)
            .zip(described)
            .map(|((lowered, name), (description, deprecated))| TypeDef {
                name,
                description,
                deprecated,
                sensitive: lowered.sensitive,
                validated: lowered.validated,
                shape: lowered.shape.unwrap_or(Shape::Newtype(Use::of(Type::Any))),
            })
            .collect();
        let messages = roots.iter().map(|(_, id)| *id).collect();
        places.replace(&self.choices.replaced, &messages, &mut types, self.diagnostics);
        let known =
            defaults::Known { types: &types, branches: &self.branches, resolved: self.resolved, oracle: &self.oracle };
        let (taken, endless) = defaults::check(&known, &self.defaults, self.diagnostics);
        for (id, number) in endless {
            if let Shape::Struct(object) = &mut types[id.0].shape {
                object.fields[number].presence = Presence::Optional;
            }
        }
        let (schemas, numbers) = schemas::collect(self.resolved, roots.iter().map(|(document, _)| *document));
        let mut messages = Vec::new();
        for (number, type_id) in roots {
            let document = &self.resolved.documents[*number];
            // What one file says of a topic goes for all messages on it.
            let shared = self.resolved.documents.iter().find(|topic| topic.files.contains(number));
            let Some(kafka) = &shared.unwrap_or(document).kafka else { continue };
            let configuration = kafka.topic_configuration.iter();
            messages.push(MessageDef {
                type_id: *type_id,
                topic: kafka.topic.clone(),
                partitions: kafka.partitions,
                replicas: kafka.replicas,
                configuration: configuration.map(|(name, value)| (name.clone(), value.text())).collect(),
                key: self.key(*number, &types, *type_id),
                schema: numbers[number],
            });
        }
        messages.sort_by(|a, b| types[a.type_id.0].name.cmp(&types[b.type_id.0].name));
        let mut model = Model { types, messages, schemas, numbers, taken, chosen: Chosen::default() };
        // After a mistake, what was chosen for a type that is missing is no second one.
        let is_about_schemas = |other: &Diagnostic| other.severity == Severity::Error && !other.code.starts_with("S06");
        if !self.diagnostics.iter().any(is_about_schemas) {
            places.choose(self.choices, &mut model, self.diagnostics);
        }
        model
    }

    /// The key of a message: what `x-kafka` names, or for a topic, what its messages name.
    fn key(&mut self, number: usize, types: &[TypeDef], id: TypeId) -> Option<Key> {
        let document = &self.resolved.documents[number];
        if document.files.is_empty() {
            let pointer = document.kafka.as_ref()?.key.as_deref()?;
            return key::resolve(document, types, id, pointer, self.diagnostics);
        }
        let keys = document.files.iter().map(|file| self.resolved.documents[*file].kafka.as_ref()?.key.as_ref());
        let keys: Vec<Option<&String>> = keys.collect();
        let (first, others) = keys.split_first()?;
        if keys.iter().all(Option::is_none) {
            return None;
        }
        let pointer = first.filter(|_| others.iter().all(|other| other == first)).cloned();
        Some(Key { pointer, way: KeyWay::Variants(keys.iter().map(|_| KeyWay::Message).collect()) })
    }

    /// In a script without upper and lower case a field may be named as a type is, which a variable must not be.
    fn rename_fields(&mut self, names: &[String]) {
        for lowered in &mut self.types {
            let Some(Shape::Struct(object)) = &mut lowered.shape else { continue };
            for field in object.fields.iter_mut().filter(|field| names.contains(&field.name)) {
                field.name.push('_');
            }
        }
    }

    /// Where the validator checks the whole schema of a choice in one variant, it refuses what another one takes too, which
    /// that one alone accepts: it has to check the union.
    fn validate_whole(&mut self) {
        for (id, choice) in std::mem::take(&mut self.exclusive) {
            if !self.whole.contains(&choice.place) {
                continue;
            }
            let subschemas = self.subschemas(std::slice::from_ref(&choice.place));
            self.types[id.0].validated.extend(subschemas);
        }
    }

    /// A struct beside which another branch speaks of the same value keeps what it does not declare, and so does one that
    /// the validator looks at.
    fn keep_members(&mut self) {
        let keeping = self.all_keeping();
        // What is kept is what another branch says, or a schema that only the validator reads.
        let sensitive = self.sensitive.is_marked();
        for (index, lowered) in self.types.iter_mut().enumerate() {
            let keeps = keeping.contains(&TypeId(index));
            let Some(Shape::Struct(object)) = &mut lowered.shape else { continue };
            if keeps && matches!(object.others, Others::Ignored) {
                let idents: Vec<String> = object.fields.iter().map(|field| field.name.clone()).collect();
                let field = others_field(&idents);
                object.others = Others::Kept { field, value: Use::of(Type::Any), sensitive };
            }
        }
    }

    /// The types that keep what they do not declare: with a union, its variants.
    fn all_keeping(&self) -> BTreeSet<TypeId> {
        let validated = self.types.iter().enumerate().filter(|(_, lowered)| !lowered.validated.is_empty());
        let mut open: Vec<TypeId> = validated.map(|(index, _)| TypeId(index)).collect();
        open.extend(&self.keeping);
        let mut all = BTreeSet::new();
        while let Some(id) = open.pop() {
            if all.insert(id)
                && let Some(Shape::Union(union)) = &self.types[id.0].shape
            {
                open.extend(union.variants.iter().filter_map(|variant| match variant.value.ty {
                    Type::Named(id) => Some(id),
                    _ => None,
                }));
            }
        }
        all
    }
}
