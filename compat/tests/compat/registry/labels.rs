//! What the registry would say of the pairs of schemas that others labelled, beside their labels, which are about payloads:
//! each direction in which it says something else, with the reason.

use crate::versions::{corpora, read, schema};
use serde_json::Value;
use thoth_messaging_compat::{Leniency, registry_differences};

/// A reason, and the directions that it holds for.
type Disagreements = &'static [(&'static str, &'static [&'static str])];

const APICURIO: Disagreements = &[
    (
        "it does not look at `format`, `contentEncoding` and `contentMediaType`",
        &[
            "13 String: format 1 FORWARD: accepted",
            "14 String: format 2 BACKWARD: accepted",
            "14 String: format 2 FORWARD: accepted",
            "100 String: contentEncoding 2 FORWARD: accepted",
            "101 String: contentEncoding 3 BACKWARD: accepted",
            "101 String: contentEncoding 3 FORWARD: accepted",
            "103 String: contentMediaType 2 FORWARD: accepted",
            "104 String: contentMediaType 3 BACKWARD: accepted",
            "104 String: contentMediaType 3 FORWARD: accepted",
        ],
    ),
    (
        "it does not look at the switches of draft 4",
        &["26 Number: exclusiveMinimum 1 FORWARD: accepted", "31 Number: exclusiveMaximum 1 FORWARD: accepted"],
    ),
    (
        "to it an exclusive limit and one that is not have nothing to do with each other",
        &[
            "27 Number: exclusiveMinimum 2 BACKWARD: refused by MINIMUM_ADDED",
            "28 Number: exclusiveMinimum 3 BACKWARD: refused by MINIMUM_ADDED",
            "30 Number: exclusiveMinimum 5 BACKWARD: refused by EXCLUSIVE_MINIMUM_ADDED",
            "30 Number: exclusiveMinimum 5 FORWARD: refused by MINIMUM_ADDED",
            "32 Number: exclusiveMaximum 2 BACKWARD: refused by MAXIMUM_ADDED",
            "33 Number: exclusiveMaximum 3 BACKWARD: refused by MAXIMUM_ADDED",
            "35 Number: exclusiveMaximum 5 BACKWARD: refused by EXCLUSIVE_MAXIMUM_ADDED",
            "35 Number: exclusiveMaximum 5 FORWARD: refused by MAXIMUM_ADDED",
        ],
    ),
    (
        "it looks at `required` only of properties that both schemas declare",
        &[
            "41 Object: required FORWARD: accepted",
            "42 Object: required BACKWARD: accepted",
            "42 Object: required FORWARD: accepted",
        ],
    ),
    (
        "it does not look under `propertyNames`, `patternProperties`, `contains`, `if`, `then` and `else`",
        &[
            "44 Object: propertyNames FORWARD: accepted",
            "52 Object: patternProperties 1 FORWARD: accepted",
            "53 Object: patternProperties 2 BACKWARD: accepted",
            "53 Object: patternProperties 2 FORWARD: accepted",
            "62 Array: contains FORWARD: accepted",
            "124 Conditional: if BACKWARD: accepted",
            "124 Conditional: if FORWARD: accepted",
            "125 Conditional: then FORWARD: accepted",
            "126 Conditional: else FORWARD: accepted",
        ],
    ),
    (
        "to it `const` and `enum` are schemas of other types",
        &[
            "98 Const: Enum equivalency BACKWARD: refused by TYPE_CHANGED",
            "98 Const: Enum equivalency FORWARD: refused by TYPE_CHANGED",
        ],
    ),
];

const JSONCOMPAT: Disagreements = &[
    (
        "to it schemas of other keywords are of other types, whatever they accept",
        &[
            "allof_tighten FORWARD: refused by TYPE_CHANGED",
            "const_keyword FORWARD: refused by TYPE_CHANGED",
            "float_form_number_enum_precision BACKWARD: refused by TYPE_CHANGED",
            "float_form_number_enum_precision FORWARD: refused by TYPE_CHANGED",
            "not_keyword BACKWARD: refused by TYPE_CHANGED",
            "number_enum_satisfies_integer_constraints FORWARD: refused by TYPE_CHANGED",
        ],
    ),
    (
        "it compares keyword by keyword: what another one has ruled out is refused all the same",
        &[
            "closed_object_property_capacity FORWARD: refused by MAX_PROPERTIES_DECREASED",
            "constrained_enum_bounds_equivalent BACKWARD: refused by COMBINED_TYPE_SUBSCHEMAS_CHANGED",
            "constrained_enum_bounds_equivalent FORWARD: refused by COMBINED_TYPE_SUBSCHEMAS_CHANGED",
            "contains_guaranteed_prefix_match FORWARD: refused by MIN_CONTAINS_ADDED",
            "exclusive_bounds FORWARD: refused by MAXIMUM_ADDED, MINIMUM_ADDED",
            "number_singleton_is_integer FORWARD: refused by TYPE_NARROWED",
            "oneof_narrowed_against_allof_anyof FORWARD: refused by COMBINED_TYPE_CHANGED",
            "property_names_excludes_declared_constraint FORWARD: refused by OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",
        ],
    ),
    (
        "it sees nothing behind a reference that leads to another one",
        &["deep_ref BACKWARD: accepted", "deep_ref FORWARD: accepted"],
    ),
    (
        "it does not look under `propertyNames` and `patternProperties`",
        &[
            "overlapping_pattern_properties BACKWARD: accepted",
            "overlapping_pattern_properties FORWARD: accepted",
            "property_names_excludes_declared_constraint BACKWARD: accepted",
            "property_names_expanded FORWARD: accepted",
        ],
    ),
    (
        "one schema of a combination is enough for it, though the others refuse",
        &["unsupported_superset_pattern_enum_membership FORWARD: accepted"],
    ),
    (
        "what a recursion leads back to is compatible to it, here before anything was compared",
        &["recursive_allof_enum_not_empty FORWARD: accepted"],
    ),
    (
        "the label is that of a tool that does not know the pattern: no payload is refused",
        &["unsupported_subset_pattern_properties_additional_fallback FORWARD: accepted"],
    ),
];

/// Each direction of which the registry says something else than its label, with the rules that it refuses by.
fn disagreements(name: &str, old: &Value, new: &Value, labels: [bool; 2]) -> Vec<String> {
    let (Some(old), Some(new)) = (schema(old), schema(new)) else {
        return vec![format!("{name}: refused as a schema")];
    };
    let mut found = Vec::new();
    for (direction, from, to, label) in [("BACKWARD", &old, &new, labels[0]), ("FORWARD", &new, &old, labels[1])] {
        let differences = registry_differences(from, to, Leniency::Strict);
        let refused: Vec<_> = differences.iter().filter(|it| !it.is_compatible).map(|it| it.rule.name()).collect();
        if refused.is_empty() != label {
            let said = if label { format!("refused by {}", refused.join(", ")) } else { "accepted".to_owned() };
            found.push(format!("{name} {direction}: {said}"));
        }
    }
    found
}

fn check(set: &str, directions: usize, mut found: Vec<String>, expected: Disagreements) {
    println!("{set}: the registry agrees with {} of {directions} labels", directions - found.len());
    let mut expected: Vec<_> = expected.iter().flat_map(|(_, lines)| *lines).copied().collect();
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn disagreements_with_the_labels_of_apicurio_are_known() {
    let Some(folder) = corpora("compat/apicurio-json-compat") else { return };
    let cases = read(&folder.join("compatibility-test-data.json"));
    let cases = cases["tests"].as_array().unwrap();
    let of = |(index, case): (usize, &Value)| {
        let label = case["compatibility"].as_str().unwrap();
        let name = format!("{index} {}", case["id"].as_str().unwrap());
        disagreements(&name, &case["original"], &case["updated"], [label != "none", label == "both"])
    };
    check("apicurio", 2 * cases.len(), cases.iter().enumerate().flat_map(of).collect(), APICURIO);
}

#[test]
fn disagreements_with_the_labels_of_jsoncompat_are_known() {
    let Some(folder) = corpora("compat/jsoncompat-backcompat") else { return };
    let cases = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let cases: Vec<_> = cases.filter(|path| path.is_dir()).collect();
    let of = |case: &std::path::PathBuf| {
        let expected = read(&case.join("expect.json"));
        let name = case.file_name().unwrap().to_string_lossy();
        let labels = [expected["deserializer"] == true, expected["serializer"] == true];
        disagreements(&name, &read(&case.join("old.json")), &read(&case.join("new.json")), labels)
    };
    check("jsoncompat", 2 * cases.len(), cases.iter().flat_map(of).collect(), JSONCOMPAT);
}
