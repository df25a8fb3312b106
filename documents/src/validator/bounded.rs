//! A validator whose work has a bound, whatever the payload is.

use jsonschema::{ValidationError, Validator};
use referencing::Registry;
use serde_json::Value;

use super::counted::{Counted, Looked, Meter, size};
use super::{Instance, Validation};
use crate::pattern::carried;
use crate::uri;

/// So many steps are made for every payload: looks at a value, and at what stands in it.
const MIN_STEPS: u64 = 5_000_000;

/// So many more for each value, name and 32 bytes of text in it.
const STEPS_PER_VALUE: u64 = 1_000;

/// No more than this are made for any, seconds, but for a payload of more than a million values: of each of these it is 100.
const MAX_STEPS: u64 = 100_000_000;
const MAX_STEPS_PER_VALUE: u64 = 100;

/// A validator that ends in time, as [`Validation`] sets it up: its work grows with the payload, but not faster.
///
/// Where the branches of a schema lead back to it, the list of what each of them refuses doubles with every level of a
/// payload; so may the work where references are dynamic. The verdict of a validator that had no time for one is no
/// verdict at all, and never a wrong one.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::Validation;
/// use thoth_messaging_documents::validator::Bounded;
///
/// let schema = json!({"type": "array", "items": {"type": "string"}});
/// let strings = Bounded::build(Validation::default(), None, "schema:///strings.json", &schema)?;
/// assert_eq!(strings.is_valid(&json!(["a"])), Ok(true));
///
/// let refusals = strings.refusals(&json!(["a", 1, 2]), |error| error.instance_path().to_string());
/// assert_eq!(refusals.listed, ["/1", "/2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Bounded(Validator<Counted>);

/// The refusals of a schema for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusals<T> {
    /// All of it; where that is more than [`Bounded::MAX_REFUSALS`], the first one, or none where even that takes too long.
    pub listed: Vec<T>,
    /// True if nothing else is refused.
    pub is_complete: bool,
}

/// A value could not be validated in the steps that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooManySteps {
    /// The steps.
    pub limit: u64,
}

impl Bounded {
    /// The most refusals that are listed, those in the branches of an `anyOf` or `oneOf` included.
    pub const MAX_REFUSALS: u32 = 10_000;

    /// Compiles a schema, whose URI is `base`, among those of a [registry for validation](crate::DocumentSet::validation_registry).
    ///
    /// # Errors
    ///
    /// The schema is none, or refers to what is not there.
    pub fn build(
        validation: Validation,
        registry: Option<&Registry<'_>>,
        base: &str,
        schema: &Value,
    ) -> Result<Self, ValidationError<'static>> {
        let options = validation.options_of::<Counted>().with_base_uri(base);
        let options = match registry {
            Some(registry) => options.with_registry(registry),
            None => options,
        };
        // That of the registry is translated, and without what a meta-schema leaves without meaning.
        let known = registry.and_then(|registry| {
            let found = registry.resolver(uri::parse(base).ok()?).lookup(base).ok()?;
            Some(found.into_inner().0)
        });
        match known {
            Some(known) => options.build(known),
            None => options.build(&carried(schema)),
        }
        .map(Self)
    }

    /// Returns whether a value is valid.
    ///
    /// # Errors
    ///
    /// It could not be told in time.
    pub fn is_valid<'v>(&self, value: impl Into<Instance<'v>>) -> Result<bool, TooManySteps> {
        let instance = value.into();
        self.is_valid_in(steps(instance.value), instance)
    }

    fn is_valid_in<'v>(&self, limit: u64, value: impl Into<Instance<'v>>) -> Result<bool, TooManySteps> {
        let meter = Meter::new(limit, Self::MAX_REFUSALS);
        let is_valid = self.0.is_valid(Looked::new(value.into(), &meter));
        if meter.is_exceeded() { Err(TooManySteps { limit }) } else { Ok(is_valid) }
    }

    /// Lists what is refused in a value, as far as that ends in time.
    #[must_use]
    pub fn refusals<'v, T>(
        &self,
        value: impl Into<Instance<'v>>,
        read: impl FnMut(ValidationError<'_>) -> T,
    ) -> Refusals<T> {
        let instance = value.into();
        let meter = meter(instance.value);
        let errors = self.0.iter_errors(Looked::new(instance, &meter));
        if !meter.is_exceeded() {
            return Refusals { listed: errors.map(read).collect(), is_complete: true };
        }
        Refusals { listed: self.first_refusal(instance, read).into_iter().collect(), is_complete: false }
    }

    /// Returns the first of what is refused in a value, where that is found in time.
    #[must_use]
    pub fn first_refusal<'v, T>(
        &self,
        value: impl Into<Instance<'v>>,
        read: impl FnOnce(ValidationError<'_>) -> T,
    ) -> Option<T> {
        let instance = value.into();
        let meter = meter(instance.value);
        let first = self.0.validate(Looked::new(instance, &meter)).err();
        first.filter(|_| !meter.is_exceeded()).map(read)
    }
}

fn meter(value: &Value) -> Meter {
    Meter::new(steps(value), Bounded::MAX_REFUSALS)
}

fn steps(value: &Value) -> u64 {
    let size = size(value);
    let most = size.saturating_mul(MAX_STEPS_PER_VALUE).max(MAX_STEPS);
    size.saturating_mul(STEPS_PER_VALUE).saturating_add(MIN_STEPS).min(most)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn bounded(schema: &Value) -> Bounded {
        Bounded::build(Validation::default(), None, "schema:///test.json", schema).unwrap()
    }

    #[test]
    fn a_verdict_that_takes_too_long_is_none() {
        let (value, other) = (json!([[1, "two", {"three": 3}]]), json!([[1, "two", {"three": 4}]]));
        for (schema, expected) in [
            (json!({"const": value}), true),
            (json!({"const": other}), false),
            (json!({"items": {"uniqueItems": true, "maxItems": 3}}), true),
            (json!({"items": {"contains": {"properties": {"three": {"minimum": 4}}, "type": "object"}}}), false),
            (json!({"not": {"items": {"items": {"type": ["number", "string", "object"]}}}}), false),
            (json!({"not": {"items": {"items": {"type": "null"}}}}), true),
        ] {
            let validator = bounded(&schema);
            let verdicts: Vec<_> = (0..100).map(|limit| validator.is_valid_in(limit, &value)).collect();
            let decided = verdicts.iter().position(Result::is_ok).unwrap();
            assert!(decided > 1, "{schema}");
            assert_eq!(
                verdicts[..decided],
                (0..100).map(|limit| Err(TooManySteps { limit })).collect::<Vec<_>>()[..decided]
            );
            assert!(verdicts[decided..].iter().all(|verdict| *verdict == Ok(expected)), "{schema}: {verdicts:?}");
        }
    }

    /// Each name is read by each pattern, and that is counted: a hundred thousand names and a thousand patterns are too many.
    #[test]
    fn names_that_patterns_read_are_counted_for_each() {
        let patterns = |count: usize| -> Map<String, Value> {
            (0..count).map(|number| (format!("^[a-z]+{number}$"), json!({}))).collect()
        };
        let names = |count: usize| -> Value {
            (0..count).map(|number| (format!("n{number}"), json!(1))).collect::<Map<_, _>>().into()
        };
        for (names_count, patterns_count) in [(10, 10), (100, 10), (10, 100)] {
            let validator = bounded(&json!({"patternProperties": patterns(patterns_count)}));
            let (payload, reads) = (names(names_count), 8 * (names_count * patterns_count) as u64);
            assert_eq!(validator.is_valid_in(reads - 1, &payload), Err(TooManySteps { limit: reads - 1 }));
            assert_eq!(validator.is_valid_in(reads * 2 + 1_000, &payload), Ok(true));
        }
        assert_eq!(steps(&names(100_000)), 100_000_000);
        assert_eq!(steps(&names(10)), 5_021_000);
        assert_eq!(steps(&json!(vec![0; 2_000_000])), 200_000_100);
    }

    #[test]
    fn what_is_refused_in_ever_more_ways_is_refused_in_time() {
        let back = json!({"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}});
        for keyword in ["anyOf", "oneOf", "allOf"] {
            let validator = bounded(&json!({keyword: [back, back, back]}));
            for levels in [2, 100] {
                let nested = (0..levels).fold(json!(1), |inner, _| json!({"next": inner}));
                assert_eq!(validator.is_valid(&nested), Ok(false));
                let refusals = validator.refusals(&nested, |error| error.instance_path().to_string());
                assert_eq!(refusals.is_complete, levels == 2, "{keyword}");
                assert_eq!(refusals.listed.is_empty(), levels == 100 && keyword != "allOf", "{keyword}");
            }
        }
    }

    #[test]
    fn the_first_is_listed_where_the_others_are_too_many() {
        let validator = bounded(&json!({"items": {"required": ["a", "b"]}}));
        let refusals = |items: usize| validator.refusals(&json!(vec![json!({}); items]), |error| error.to_string());
        assert_eq!(refusals(100).listed.len(), 200);
        let many = refusals(10_000);
        assert!(!many.is_complete && many.listed == [r#""a" is a required property"#], "{}", many.listed.len());
    }

    #[test]
    fn what_is_large_and_plain_is_validated() {
        let names = || (0..500).map(|number| format!("m{number}"));
        let members: Map<String, Value> = names().map(|name| (name, json!({"type": "integer"}))).collect();
        let validator = bounded(&json!({"items": {"properties": members}, "uniqueItems": true}));
        let item = |number: i32| names().map(|name| (name, json!(number))).collect::<Map<_, _>>().into();
        assert_eq!(validator.is_valid(&Value::Array((0..100).map(item).collect())), Ok(true));
    }
}
