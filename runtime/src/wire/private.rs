//! What a violation may say of a payload whose schema calls some values sensitive.

use crate::error::Violation;
use crate::message::Schema;

/// Cuts the path of a violation at the first sensitive value: a member name within it is a part of the value.
///
/// Without a validator that knows where these are, it is cut at the first member name that the schema does not hold.
pub(super) fn without_private(schema: &Schema, violation: Violation) -> Violation {
    #[cfg(feature = "dynamic")]
    if let Some(instance_path) = crate::dynamic::cut_at_sensitive(schema, &violation.instance_path) {
        return Violation { instance_path, ..violation };
    }
    let instance_path = named_part(schema, &violation.instance_path);
    Violation { instance_path, ..violation }
}

/// The part of a path whose names all stand in the schema, where that calls anything sensitive.
fn named_part(schema: &Schema, path: &str) -> String {
    let mut texts = Vec::new();
    collect(schema, &mut texts);
    if !texts.iter().any(|schema| schema.text.contains("\"x-sensitive\"")) {
        return path.to_owned();
    }
    let mut part = String::new();
    for segment in path.split('/').skip(1) {
        // The name is a string, which can always be written.
        let name = serde_json::to_string(&segment.replace("~1", "/").replace("~0", "~")).unwrap_or_default();
        if !texts.iter().any(|schema| schema.text.contains(&name)) {
            break;
        }
        part.push('/');
        part.push_str(segment);
    }
    part
}

fn collect<'s>(schema: &'s Schema, found: &mut Vec<&'s Schema>) {
    if found.iter().all(|known| known.uri != schema.uri) {
        found.push(schema);
        schema.references.iter().for_each(|reference| collect(reference, found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_no_name_that_is_not_in_the_schema() {
        const TEXT: &str = r#"{"properties": {"m": {"x-sensitive": true}, "a/b": {"properties": {"c": {}}}}}"#;
        let schema = Schema::new("a.json", TEXT, "");
        for (path, expected) in [("", ""), ("/m/TOKEN", "/m"), ("/a~1b/c", "/a~1b/c"), ("/4111", ""), ("/m/0", "/m")] {
            assert_eq!(named_part(&schema, path), expected, "{path}");
        }
        let plain = Schema::new("b.json", "{}", "");
        assert_eq!(named_part(&plain, "/m/TOKEN"), "/m/TOKEN");
    }
}
