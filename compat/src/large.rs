//! Witnesses that are large: the proof is made with small sizes in the place of large ones.

use serde_json::Value;

use crate::prove::{Outcome, Prover};
use crate::schema::Schema;
use crate::search::is_witness;
use crate::terms::{Sizes, Terms};

/// A witness that is large.
pub(crate) enum Large {
    /// Both validators confirm it.
    Made(Value),
    /// It can't be made: a smaller value, with the sizes that are meant.
    Sketched { sketch: Value, sizes: Sizes },
}

/// A witness of large sizes, where the schemas speak of such: with so many steps and so much work.
pub(crate) fn find(wide: &Schema, narrow: &Schema, terms: &Terms, steps: usize, work: usize) -> Option<Large> {
    let (reduced, scale) = terms.reduced(work)?;
    let [narrow_root, wide_root] = terms.roots;
    let goal = vec![(narrow_root, true), (wide_root, false)];
    let Outcome::Open(Some(sketch)) = Prover::new(&reduced, steps).prove(goal) else { return None };
    for is_unique in [false, true] {
        if let Some(value) = scale.expanded(&sketch, is_unique).filter(|value| is_witness(wide, narrow, value)) {
            return Some(Large::Made(value));
        }
    }
    let sizes = scale.sizes(&sketch)?;
    let terms = terms.with_scale(scale, work);
    let is_met = terms.holds(narrow_root, &sketch) == Some(true) && terms.holds(wide_root, &sketch) == Some(false);
    (is_met && !sizes.is_empty()).then_some(Large::Sketched { sketch, sizes })
}
