//! The branch of a union that a payload means, as far as its type or a constant tells: what that branch refuses says more than
//! that no branch accepts the payload.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::jsonschema::ValidationError;
use thoth_messaging_documents::jsonschema::error::ValidationErrorKind as Kind;

use super::sensitive::Sensitive;
use super::words::violation;
use crate::error::Violation;

/// The violations that an error stands for: in a union that types or a constant tell apart, those of the branch that has the
/// type or the constant, or that no branch has the constant.
pub(super) fn violations(error: &ValidationError<'_>, sensitive: Option<&Sensitive>) -> Vec<Violation> {
    let (Kind::AnyOf { context: branches } | Kind::OneOfNotValid { context: branches }) = error.kind() else {
        return vec![violation(error, sensitive)];
    };
    let union = error.instance_path().to_string();
    let is_other_type = |error: &ValidationError<'_>| {
        matches!(error.kind(), Kind::Type { .. }) && error.instance_path().to_string() == union
    };
    let branches: Vec<_> = branches.iter().filter(|branch| !branch.iter().any(is_other_type)).collect();
    if let [only] = branches.as_slice() {
        return only.iter().flat_map(|error| violations(error, sensitive)).collect();
    }
    let constants: Vec<BTreeMap<String, &ValidationError<'_>>> = branches.iter().map(|it| constants(it)).collect();
    // A value nearer to the root comes first: its path is shorter.
    let mut paths: Vec<&String> = constants.iter().flat_map(BTreeMap::keys).collect();
    paths.sort_by_key(|path| (path.len(), path.as_str()));
    paths.dedup();
    for path in paths {
        let mut left = branches.iter().zip(&constants).filter(|(_, constants)| !constants.contains_key(path));
        match (left.next(), left.next()) {
            (None, _) if branches.len() > 1 => {
                let refused: Vec<_> = constants.iter().filter_map(|constants| constants.get(path).copied()).collect();
                return vec![no_constant(error, &refused, sensitive)];
            }
            (Some((branch, _)), None) if *path != union => {
                return branch.iter().flat_map(|error| violations(error, sensitive)).collect();
            }
            _ => {}
        }
    }
    vec![violation(error, sensitive)]
}

/// The errors of a branch that are about a constant, by the path of the value.
fn constants<'e>(branch: &'e [ValidationError<'static>]) -> BTreeMap<String, &'e ValidationError<'static>> {
    let is_constant = |error: &&ValidationError<'_>| matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. });
    branch.iter().filter(is_constant).map(|error| (error.instance_path().to_string(), error)).collect()
}

/// The violation of a union of which no branch has the constant of the value that tells them apart.
fn no_constant(
    union: &ValidationError<'_>,
    refused: &[&ValidationError<'_>],
    sensitive: Option<&Sensitive>,
) -> Violation {
    let allowed = refused.iter().flat_map(|error| match error.kind() {
        Kind::Constant { expected_value } => vec![Value::clone(expected_value)],
        Kind::Enum { options } => options.as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    });
    let mut all: Vec<Value> = Vec::new();
    for constant in allowed {
        if !all.contains(&constant) {
            all.push(constant);
        }
    }
    let place = refused.first().map(|error| violation(error, sensitive).instance_path);
    let whole = violation(union, sensitive);
    Violation {
        instance_path: place.unwrap_or(whole.instance_path),
        expected: format!("one of {}", Value::Array(all)),
        ..whole
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::dynamic::{Checker, Document};

    /// The violations of a payload under a schema, as `path keyword: expected`.
    fn refused(schema: Value, payload: &Value) -> Vec<String> {
        let document = Document { uris: vec!["union.json".to_owned()], contents: schema };
        let checker = Checker::new("Union", [document], "union.json", false).unwrap();
        let error = checker.check(payload.to_string().as_bytes()).unwrap_err();
        error.violations().iter().map(|it| format!("{} {}: {}", it.instance_path, it.keyword, it.expected)).collect()
    }

    fn branch(kind: &str, member: &str) -> Value {
        let properties = json!({"kind": {"const": kind}, member: {"type": "integer"}});
        json!({"type": "object", "required": ["kind", member], "properties": properties})
    }

    fn union() -> Value {
        json!({"oneOf": [branch("created", "a"), branch("changed", "b"), branch("deleted", "c")]})
    }

    #[test]
    fn what_the_branch_of_the_constant_refuses_is_listed() {
        assert_eq!(refused(union(), &json!({"kind": "changed"})), [" required: the member `b`"]);
        let within = json!({"properties": {"event": union()}});
        assert_eq!(refused(within, &json!({"event": {"kind": "deleted", "c": "x"}})), ["/event/c type: an integer"]);
    }

    #[test]
    fn a_constant_that_no_branch_has_is_refused_with_all_that_there_are() {
        let all = ["/kind oneOf: one of [\"created\",\"changed\",\"deleted\"]"];
        assert_eq!(refused(union(), &json!({"kind": "s3cret", "a": 1})), all);
        let scalars = json!({"anyOf": [{"const": 1}, {"enum": [2, 3]}]});
        assert_eq!(refused(scalars, &json!(4)), [" anyOf: one of [1,2,3]"]);
    }

    #[test]
    fn a_union_in_the_branch_is_followed() {
        let inner = json!({"type": "object", "properties": {"kind": {"const": "other"}, "event": union()}});
        let outer = json!({"oneOf": [branch("plain", "a"), inner]});
        let payload = json!({"kind": "other", "event": {"kind": "created", "a": 1.5}});
        assert_eq!(refused(outer, &payload), ["/event/a type: an integer"]);
    }

    #[test]
    fn the_branch_of_the_type_is_followed() {
        let nullable = json!({"anyOf": [union(), {"type": "null"}]});
        assert_eq!(refused(nullable.clone(), &json!({"kind": "changed"})), [" required: the member `b`"]);
        assert_eq!(
            refused(nullable, &json!({"kind": 1})),
            ["/kind oneOf: one of [\"created\",\"changed\",\"deleted\"]"]
        );
        let types = json!({"oneOf": [{"type": "string", "minLength": 3}, {"type": ["integer", "null"]}]});
        assert_eq!(refused(types.clone(), &json!("s3")), [" minLength: at least 3 characters"]);
        assert_eq!(refused(types, &json!([])), [" oneOf: a value that one of the schemas of `oneOf` accepts"]);
    }

    #[test]
    fn where_no_constant_tells_the_union_is_what_refuses() {
        let whole = [" oneOf: a value that one of the schemas of `oneOf` accepts"];
        assert_eq!(refused(union(), &json!({"a": 1.5})), whole);
        assert_eq!(refused(union(), &json!(1)), whole);
    }
}
