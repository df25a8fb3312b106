//! What must hold of what the registry says, on schemas at random and on those that others published.

use crate::versions::random::Random;
use crate::versions::{is_thorough, published, schema};
use serde_json::Value;
use thoth_messaging_compat::{Leniency, Limits, Schema, Verdict, covers, registry_differences};

fn is_accepted(old: &Schema, new: &Schema, leniency: Leniency) -> bool {
    registry_differences(old, new, leniency).iter().all(|difference| difference.is_compatible)
}

/// The same with the members of objects the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().rev().map(|(name, value)| (name.clone(), reversed(value))).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn a_schema_is_accepted_after_itself_in_whatever_order_it_is_written() {
    let mut random = Random(0x0BAD_5EED_0BAD_5EED);
    for _ in 0..if is_thorough() { 20_000 } else { 500 } {
        let document = random.schema(3);
        let (one, other) = (schema(&document).unwrap(), schema(&reversed(&document)).unwrap());
        assert!(is_accepted(&one, &other, Leniency::Strict), "{document}");
    }
}

#[test]
fn what_is_accepted_is_accepted_by_a_lenient_registry_too() {
    let mut random = Random(0x5EED_0000_1111_2222);
    let (mut strict, mut harmless, mut breaking) = (0, 0, 0);
    let pairs = if is_thorough() { 10_000 } else { 300 };
    for _ in 0..pairs {
        let one = random.schema(2);
        let (old, new) = (schema(&one).unwrap(), schema(&random.edited(&one, 2)).unwrap());
        let accepted = is_accepted(&old, &new, Leniency::Strict);
        assert!(!accepted || is_accepted(&old, &new, Leniency::Lenient), "{one}");
        strict += usize::from(accepted);
        match covers(&new, &old, &Limits::default()) {
            Verdict::Compatible if !accepted => harmless += 1,
            Verdict::Breaking { .. } if accepted => breaking += 1,
            _ => {}
        }
    }
    println!("random edits: of {pairs}, {strict} accepted, {breaking} of them though they break");
    println!("  and {harmless} refused that are proved to be compatible");
}

#[test]
#[ignore = "schemas of others, which take long without optimization: `just prove`"]
fn published_schemas_are_accepted_after_themselves() {
    for folder in ["cdevents/schemas", "openlineage/spec", "github-webhooks/payload-schemas/api.github.com"] {
        let Some(files) = published(folder) else { continue };
        let names: Vec<_> = files.names().step_by(if is_thorough() { 1 } else { 5 }).collect();
        let schemas: Vec<_> = names.iter().filter_map(|name| Schema::new(&files, name).ok()).collect();
        assert!(schemas.len() * 10 >= names.len() * 9, "{folder}: {} of {}", schemas.len(), names.len());
        for schema in &schemas {
            let found = registry_differences(schema, schema, Leniency::Strict);
            assert!(found.iter().all(|it| it.is_compatible), "{}: {found:?}", schema.root());
        }
    }
}
