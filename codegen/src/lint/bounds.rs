//! Bounds that exclude each other.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::json::whole;

/// Lower and upper bounds, the type that they limit, and whether a value may be equal to both.
const PAIRS: [(&str, &str, &str, bool); 8] = [
    ("minLength", "maxLength", "string", true),
    ("minItems", "maxItems", "array", true),
    ("minContains", "maxContains", "array", true),
    ("minProperties", "maxProperties", "object", true),
    ("minimum", "maximum", "number", true),
    ("minimum", "exclusiveMaximum", "number", false),
    ("exclusiveMinimum", "maximum", "number", false),
    ("exclusiveMinimum", "exclusiveMaximum", "number", false),
];

pub(super) fn crossed_bounds(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (place, schema) in subject.schemas.speaking() {
        for (low, high, limited, may_equal) in PAIRS {
            let bound = |keyword| schema.get(keyword).and_then(Value::as_number);
            let (Some(lower), Some(upper)) = (bound(low), bound(high)) else { continue };
            let is_crossed = match compare(lower, upper) {
                Some(Ordering::Greater) => true,
                Some(Ordering::Equal) => !may_equal,
                _ => false,
            };
            if !is_crossed {
                continue;
            }
            // That no value is valid there follows from it.
            let own = subject.resolved.document(place).locate(&place.pointer);
            found.retain(|other| other.code != "S0405" || other.location.as_ref() != Some(&own));
            let message = format!("`{low}` is {lower} and `{high}` is {upper}: no {limited} is valid");
            found.push(
                Diagnostic::warning("L0312", message, subject.at(place, low))
                    .help(format!("let `{low}` be {}`{high}`", if may_equal { "at most " } else { "less than " })),
            );
        }
    }
}

fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}
