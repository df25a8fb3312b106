//! Numbers that look random and follow from a seed, and the small world that schemas and payloads are drawn from: so small
//! that what one says, the other often meets.

use serde_json::{Value, json};

/// The names of members.
pub const NAMES: [&str; 4] = ["a", "b", "c", "ab"];

/// splitmix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One below a limit that is not zero.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 16).unwrap_or_default() % limit.max(1)
    }

    /// Returns whether something happens that happens so often in a hundred times.
    pub fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    /// One of some.
    pub fn of<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }

    /// The name of a member.
    pub fn name(&mut self) -> String {
        (*self.of(&NAMES)).to_owned()
    }

    /// A value, of so many levels at most.
    pub fn value(&mut self, levels: usize) -> Value {
        match self.below(if levels == 0 { 10 } else { 14 }) {
            0 | 1 => Value::Null,
            2 => json!(self.percent(50)),
            3..=5 => self.number(),
            6..=9 => json!(*self.of(&["", "a", "b", "ab", "abc", "1", "ä"])),
            10 | 11 => (0..self.below(4)).map(|_| self.value(levels - 1)).collect::<Vec<_>>().into(),
            _ => {
                let members = 0..self.below(4);
                members.map(|_| (self.name(), self.value(levels - 1))).collect::<serde_json::Map<_, _>>().into()
            }
        }
    }

    /// A number: mostly a small one.
    pub fn number(&mut self) -> Value {
        let odd =
            [json!(1e19), json!(9_007_199_254_740_993_i64), json!(0.1), json!(1e300), json!(i64::MAX), json!(-0.0)];
        let usual =
            [json!(0), json!(1), json!(2), json!(3), json!(-1), json!(1.0), json!(1.5), json!(0.5), json!(-2.5)];
        if self.below(12) == 0 { self.of(&odd).clone() } else { self.of(&usual).clone() }
    }
}
