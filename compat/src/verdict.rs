//! Whether one schema covers another.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::files::Place;
use crate::large::{self, Large};
use crate::prove::{self, Outcome, Prover};
use crate::schema::Schema;
use crate::search::{is_witness, minimise, search};
use crate::terms::Terms;

/// The result of [`covers`].
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is proved that every instance of the narrow schema is one of the wide.
    Compatible,
    /// Not every instance is.
    Breaking {
        /// An instance of the narrow schema that the wide one refuses, as the validators of both confirmed. It is small,
        /// so that the reason shows.
        witness: Value,
    },
    /// Not every instance is, and one that shows it is too large to be made: this is known by the sizes in both schemas, and
    /// was not confirmed by a validator.
    BreakingBySize {
        /// An instance of the narrow schema that the wide one refuses, with some texts, arrays and objects smaller than they
        /// are. In the larger ones, the last character or item is there again, as often as it takes; so is one member, under
        /// names that no schema speaks of.
        sketch: Value,
        /// The number of characters, items or members in truth, by the JSON Pointers of those that are larger.
        sizes: BTreeMap<String, u64>,
    },
    /// Neither was found within the limits.
    Unknown {
        /// The point at which the proof ended, in words.
        reason: String,
        /// The schemas that the proof could not get past, of either side.
        places: Vec<Place>,
    },
}

/// The work that [`covers`] may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the proof: literals that are looked at. All else that the proof does and keeps is bounded with them, by a
    /// number of units of work for each.
    pub steps: usize,
    /// Candidates for a witness, each of which is validated twice.
    pub candidates: usize,
}

impl Default for Limits {
    /// Enough for schemas of some thousand subschemas, in seconds.
    fn default() -> Self {
        Self { steps: 200_000, candidates: 3_000 }
    }
}

/// Units of work for each step: what is evaluated, copied and kept counts, too.
const WORK: usize = 50;

/// Returns whether every instance of `narrow` is an instance of `wide`.
///
/// It is unknown where either leads back to itself without a step into the value, as `{"anyOf": [{"$ref": "#"}]}` does:
/// JSON Schema leaves open what such a schema accepts.
///
/// BACKWARD compatibility of a new version is `covers(new, old, …)`, FORWARD is `covers(old, new, …)`.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_compat::{Files, Limits, Schema, Verdict, covers};
///
/// let schema = |document| {
///     let mut files = Files::new();
///     files.insert("order.schema.json", document);
///     Schema::new(&files, "order.schema.json")
/// };
/// let old = schema(json!({"type": "string"}))?;
/// let new = schema(json!({"type": "string", "maxLength": 2}))?;
/// assert_eq!(covers(&old, &new, &Limits::default()), Verdict::Compatible);
/// assert_eq!(covers(&new, &old, &Limits::default()), Verdict::Breaking { witness: json!("aaa") });
/// # Ok::<(), thoth_messaging_compat::SchemaError>(())
/// ```
#[must_use]
pub fn covers(wide: &Schema, narrow: &Schema, limits: &Limits) -> Verdict {
    if let Some(place) = [narrow, wide].into_iter().find_map(Schema::endless) {
        let reason = format!(
            "the schema at {place} applies to a value by way of applying to the same value, and JSON Schema does not say \
             what such a schema accepts: let the recursion go through a member or an item"
        );
        return Verdict::Unknown { reason, places: vec![place] };
    }
    if narrow.is_same(wide) {
        return Verdict::Compatible;
    }
    let terms = Terms::of([narrow, wide], limits.steps.saturating_mul(WORK));
    let mut prover = Prover::new(&terms, limits.steps);
    let [narrow_root, wide_root] = terms.roots;
    let breaking = |witness| Verdict::Breaking { witness: minimise(witness, &|value| is_witness(wide, narrow, value)) };
    match prover.prove(vec![(narrow_root, true), (wide_root, false)]) {
        Outcome::Closed if !prover.is_exhausted() => return Verdict::Compatible,
        Outcome::Open(Some(value)) if is_witness(wide, narrow, &value) => return breaking(value),
        _ => {}
    }
    let (is_exhausted, is_without_work) = (prover.is_exhausted(), terms.is_exhausted());
    if !is_exhausted && prove::is_covered(wide, narrow, &terms) {
        return Verdict::Compatible;
    }
    let (sketch_steps, sketch_work) = (limits.steps / 4, limits.steps.saturating_mul(WORK / 4));
    match large::find(wide, narrow, &terms, sketch_steps, sketch_work) {
        Some(Large::Made(witness)) => return breaking(witness),
        Some(Large::Sketched { sketch, sizes }) => return Verdict::BreakingBySize { sketch, sizes },
        None => {}
    }
    terms.renew(limits.candidates.saturating_mul(WORK * 20));
    if let Some(witness) = search(wide, narrow, &terms, limits.candidates) {
        return breaking(witness);
    }
    let reason = if is_without_work && limits.steps > 0 {
        format!("the proof took more than {} units of work", limits.steps.saturating_mul(WORK))
    } else if is_exhausted {
        format!("the proof took more than {} steps", limits.steps)
    } else {
        "neither a proof nor a witness was found".to_owned()
    };
    Verdict::Unknown { reason, places: prover.stuck().to_vec() }
}

/// A witness against `wide` covering `narrow` by a search alone, without a proof: among about so many candidates, which
/// are instances of `narrow` changed here and there with the constants of both schemas.
///
/// [`covers`] makes use of it; alone it is a check on a proof. There is none against a schema that leads back to itself
/// without a step into the value.
#[must_use]
pub fn find_witness(wide: &Schema, narrow: &Schema, candidates: usize) -> Option<Value> {
    if [narrow, wide].into_iter().any(|schema| schema.endless().is_some()) {
        return None;
    }
    search(wide, narrow, &Terms::of([narrow, wide], candidates.saturating_mul(WORK * 20)), candidates)
}
