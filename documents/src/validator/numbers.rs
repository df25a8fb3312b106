//! The keywords about numbers, which compare digit by digit. `jsonschema` compares floats, unless a feature is on that would
//! slow down every user of `serde_json` in a program.

use jsonschema::json::{Json, JsonNumber, Node};
use jsonschema::{Keyword, ValidationError, ValidationOptions};
use serde_json::{Map, Number, Value};

use crate::decimal::Decimal;

/// A bound on numbers, or what they are multiples of.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::validator::Limit;
///
/// let schema = json!({"maximum": 0.3});
/// let limits = Limit::all(schema.as_object().unwrap());
/// assert!(limits[0].accepts("0.3") && !limits[0].accepts("0.30000000000000000001"));
/// ```
#[derive(Clone, Debug)]
pub struct Limit {
    relation: Relation,
    integer: Option<i64>,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
    MultipleOf,
}

impl Relation {
    const ALL: [Self; 5] =
        [Self::Minimum, Self::Maximum, Self::ExclusiveMinimum, Self::ExclusiveMaximum, Self::MultipleOf];

    fn keyword(self) -> &'static str {
        match self {
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::ExclusiveMinimum => "exclusiveMinimum",
            Self::ExclusiveMaximum => "exclusiveMaximum",
            Self::MultipleOf => "multipleOf",
        }
    }

    fn holds<T: Ord>(self, number: &T, limit: &T, is_multiple: impl FnOnce() -> bool) -> bool {
        match self {
            Self::Minimum => number >= limit,
            Self::Maximum => number <= limit,
            Self::ExclusiveMinimum => number > limit,
            Self::ExclusiveMaximum => number < limit,
            Self::MultipleOf => is_multiple(),
        }
    }
}

impl Limit {
    /// Returns the limits of a schema: those that are numbers. In draft 4 a boolean beside `minimum` or `maximum` makes it
    /// exclusive.
    #[must_use]
    pub fn all(schema: &Map<String, Value>) -> Vec<Self> {
        Relation::ALL.into_iter().filter_map(|relation| Self::of(relation, schema)).collect()
    }

    fn of(relation: Relation, schema: &Map<String, Value>) -> Option<Self> {
        let number = schema.get(relation.keyword())?.as_number()?;
        let exclusive = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
        let relation = match relation {
            Relation::Minimum if exclusive("exclusiveMinimum") => Relation::ExclusiveMinimum,
            Relation::Maximum if exclusive("exclusiveMaximum") => Relation::ExclusiveMaximum,
            _ => relation,
        };
        Some(Self { relation, integer: number.as_i64(), text: number.to_string() })
    }

    /// Returns whether a number, as it is written, is within the limit. What is no number is not.
    #[must_use]
    pub fn accepts(&self, number: &str) -> bool {
        let (Some(number), Some(limit)) = (Decimal::parse(number), Decimal::parse(&self.text)) else { return false };
        self.relation.holds(&number, &limit, || number.is_multiple_of(&limit))
    }

    fn accepts_number(&self, number: &impl JsonNumber) -> bool {
        match (number.as_i64(), self.integer) {
            (Some(number), Some(limit)) => {
                self.relation.holds(&number, &limit, || number.checked_rem(limit) == Some(0))
            }
            _ => self.accepts(&number.as_str()),
        }
    }

    fn expected(&self) -> String {
        let limit = &self.text;
        match self.relation {
            Relation::Minimum => format!("{limit} or more"),
            Relation::Maximum => format!("{limit} or less"),
            Relation::ExclusiveMinimum => format!("more than {limit}"),
            Relation::ExclusiveMaximum => format!("less than {limit}"),
            Relation::MultipleOf => format!("a multiple of {limit}"),
        }
    }
}

/// With the keywords about numbers as they are here.
pub(super) fn with_limits<R, F: Json>(options: ValidationOptions<'_, R, F>) -> ValidationOptions<'_, R, F> {
    Relation::ALL.into_iter().fold(options, |options, relation| {
        options.with_keyword(relation.keyword(), move |schema, value, _| match Limit::of(relation, schema) {
            Some(limit) => Ok(Box::new(Limited(Some(limit)))),
            // In draft 4 it belongs to `minimum` or `maximum`.
            None if value.is_boolean() => Ok(Box::new(Limited(None))),
            None => Err(ValidationError::schema("expected a number")),
        })
    })
}

struct Limited(Option<Limit>);

impl<'i, F: Json> Keyword<'i, F> for Limited {
    fn validate(&self, value: F::Node<'i>) -> Result<(), ValidationError<'i>> {
        match &self.0 {
            Some(limit) if !Keyword::<F>::is_valid(self, value) => Err(ValidationError::custom(limit.expected())),
            _ => Ok(()),
        }
    }

    fn is_valid(&self, value: F::Node<'i>) -> bool {
        match (&self.0, value.as_number()) {
            (Some(limit), Some(number)) => limit.accepts_number(&number),
            _ => true,
        }
    }
}

/// Returns whether two numbers are equal, each a number of `serde_json` or a text.
pub(super) fn are_equal(number: &impl JsonNumber, expected: &Number) -> bool {
    match (number.as_i64(), expected.as_i64()) {
        (Some(number), Some(expected)) => number == expected,
        _ => Decimal::parse(&number.as_str()) == Decimal::parse(&expected.to_string()),
    }
}
