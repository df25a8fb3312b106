//! Numbers: bounds and multiples.

use std::cmp::Ordering;

use serde_json::Value;

use super::{finite, first};
use crate::prove::Outcome;
use crate::prove::branch::Branch;
use crate::terms::number::{compare, from_integer, integer, is_multiple, least_common};
use crate::terms::{Part, types};

/// So many integers are looked at one by one.
const MAX_EXPONENT: i128 = 300;

/// The facts of a branch about numbers.
#[derive(Default)]
struct Numbers<'t> {
    lower: Option<(&'t Value, bool)>,
    upper: Option<(&'t Value, bool)>,
    multiples: Vec<&'t Value>,
    no_multiples: Vec<&'t Value>,
}

/// Returns what becomes of a branch for the numbers of one kind.
pub(super) fn decide(branch: &Branch<'_>, kind: u8) -> Outcome {
    let mut numbers = Numbers::default();
    for fact in &branch.facts {
        match (fact.part, fact.holds) {
            (Part::Minimum { limit, exclusive }, true) => numbers.raise(limit, *exclusive),
            (Part::Minimum { limit, exclusive }, false) => numbers.sink(limit, !exclusive),
            (Part::Maximum { limit, exclusive }, true) => numbers.sink(limit, *exclusive),
            (Part::Maximum { limit, exclusive }, false) => numbers.raise(limit, !exclusive),
            (Part::MultipleOf(multiple), true) => numbers.multiples.push(multiple),
            (Part::MultipleOf(multiple), false) => numbers.no_multiples.push(multiple),
            _ => {}
        }
    }
    if numbers.is_empty(kind) {
        return Outcome::Closed;
    }
    if kind == types::FRACTION {
        return first(branch, numbers.fractions());
    }
    let (low, high) = numbers.integers();
    let spelled = |number: i128| {
        let value = from_integer(number)?;
        if kind == types::WHOLE { value.as_f64().map(Value::from) } else { Some(value) }
    };
    match (low, high) {
        (Some(low), Some(high)) if low > high => Outcome::Closed,
        (Some(low), Some(high))
            if high - low < MAX_EXPONENT && from_integer(low).is_some() && from_integer(high).is_some() =>
        {
            finite(branch, (low..=high).filter_map(spelled))
        }
        _ => first(branch, numbers.candidates(low, high).into_iter().filter_map(spelled)),
    }
}

impl<'t> Numbers<'t> {
    fn raise(&mut self, limit: &'t Value, exclusive: bool) {
        let is_more = |(own, own_exclusive): (&Value, bool)| match compare(limit, own) {
            Some(Ordering::Equal) => exclusive && !own_exclusive,
            order => order == Some(Ordering::Greater),
        };
        if self.lower.is_none_or(is_more) {
            self.lower = Some((limit, exclusive));
        }
    }

    fn sink(&mut self, limit: &'t Value, exclusive: bool) {
        let is_less = |(own, own_exclusive): (&Value, bool)| match compare(limit, own) {
            Some(Ordering::Equal) => exclusive && !own_exclusive,
            order => order == Some(Ordering::Less),
        };
        if self.upper.is_none_or(is_less) {
            self.upper = Some((limit, exclusive));
        }
    }

    fn is_empty(&self, kind: u8) -> bool {
        let crossed =
            self.lower.zip(self.upper).is_some_and(|((lower, after), (upper, before))| match compare(lower, upper) {
                Some(Ordering::Equal) => after || before,
                order => order == Some(Ordering::Greater),
            });
        let is_fraction = kind == types::FRACTION;
        let whole = self.multiples.iter().any(|multiple| integer(multiple).is_some());
        let one = Value::from(1);
        let mut multiples = self.multiples.clone();
        multiples.extend((!is_fraction).then_some(&one));
        let refuted = self.no_multiples.iter().any(|other| is_multiple(&multiples, other));
        crossed || refuted || (is_fraction && whole)
    }

    /// The least and the greatest integer within the bounds.
    fn integers(&self) -> (Option<i128>, Option<i128>) {
        let low = self.lower.and_then(|(limit, exclusive)| match integer(limit) {
            Some(limit) => Some(limit + i128::from(exclusive)),
            None => rounded(limit).map(|floor| floor + 1),
        });
        let high = self.upper.and_then(|(limit, exclusive)| match integer(limit) {
            Some(limit) => Some(limit - i128::from(exclusive)),
            None => rounded(limit),
        });
        (low, high)
    }

    fn candidates(&self, low: Option<i128>, high: Option<i128>) -> Vec<i128> {
        let step = self.multiples.iter().filter_map(|multiple| integer(multiple)).filter(|multiple| *multiple > 0);
        let step = step.fold(1, |all, one| least_common(all, one).unwrap_or(all));
        let first = low.map_or(0, |low| low.div_euclid(step) * step + if low.rem_euclid(step) == 0 { 0 } else { step });
        let last = high.map(|high| high.div_euclid(step) * step);
        let up = (0..30).map(|number| first + number * step);
        let down = last.into_iter().flat_map(|last| (0..30).map(move |number| last - number * step));
        let within = |number: &i128| low.is_none_or(|low| *number >= low) && high.is_none_or(|high| *number <= high);
        up.chain(down).chain([0, 1, -1, -step, 1 << 40]).filter(within).collect()
    }

    fn fractions(&self) -> Vec<Value> {
        let edge = |edge: Option<(&Value, bool)>| edge.and_then(|(limit, _)| limit.as_f64());
        let (low, high) = (edge(self.lower), edge(self.upper));
        let mut found = vec![0.5, -0.5, 1.5, 0.25, 1.3, 1e10 + 0.5];
        found.extend(low.iter().flat_map(|low| [*low, low + 0.5, low + 0.125, low + 1.25]));
        found.extend(high.iter().flat_map(|high| [*high, high - 0.5, high - 0.125]));
        found.extend(low.zip(high).iter().flat_map(|(low, high)| [low.midpoint(*high), low + (high - low) * 0.3]));
        let steps = self.multiples.iter().filter_map(|multiple| multiple.as_f64());
        let bases: Vec<f64> = std::iter::once(0.0).chain(low).chain(high).collect();
        let multiples = steps.flat_map(|step| {
            bases
                .iter()
                .flat_map(move |base| (-3..4).map(move |number| ((base / step).round() + f64::from(number)) * step))
        });
        found.extend(multiples.collect::<Vec<_>>());
        found.into_iter().filter(|number| number.is_finite() && number.fract() != 0.0).map(Value::from).collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "smaller numbers fit")]
fn rounded(value: &Value) -> Option<i128> {
    value.as_f64().map(f64::floor).filter(|number| number.abs() < 1e30).map(|number| number as i128)
}
