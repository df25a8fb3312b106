//! Numbers that a 64-bit float is not equal to.
//!
//! Keywords on a number are decided by its text where it is read. Checks of generated types come later and see the float.
//! That is as good, unless the float is the very limit, or what counts is divisibility; then the number is refused with the
//! keyword `limit`.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::Error;

/// The floats of a payload that stand for longer numbers, by their bits.
#[derive(Debug, Default)]
pub struct Numbers {
    rounded: BTreeSet<u64>,
    /// The number of times that one was read.
    count: usize,
}

impl Numbers {
    /// Numbers that are what they are: those of a value that is written.
    #[must_use]
    pub fn exact() -> &'static Self {
        static EXACT: Numbers = Numbers { rounded: BTreeSet::new(), count: 0 };
        &EXACT
    }

    /// Notes that a float stands for another number.
    pub(super) fn note(&mut self, float: f64) {
        self.rounded.insert(float.to_bits());
        self.count += 1;
    }

    /// Returns whether no float stands for another number.
    pub(super) fn is_empty(&self) -> bool {
        self.rounded.is_empty()
    }

    /// The number of times that a float was read that stands for another number.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// A float, with what is known of how it was written.
    #[must_use]
    pub fn of(&self, float: f64) -> Written {
        Written { float, is_rounded: self.is_rounded(float) }
    }

    fn is_rounded(&self, float: f64) -> bool {
        !self.rounded.is_empty() && self.rounded.contains(&float.to_bits())
    }

    pub(super) fn are_rounded_in(&self, value: &Value) -> bool {
        match value {
            Value::Number(number) => number.as_f64().is_some_and(|float| self.is_rounded(float)),
            Value::Array(items) => items.iter().any(|item| self.are_rounded_in(item)),
            Value::Object(members) => members.values().any(|member| self.are_rounded_in(member)),
            _ => false,
        }
    }
}

/// A float that may stand for a longer number.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    float: f64,
    is_rounded: bool,
}

/// A number with constraints.
pub trait Number: Copy {
    /// The type of its limits.
    type Bound: Copy + PartialOrd + fmt::Display;

    /// The number of Rust.
    fn value(self) -> Self::Bound;

    /// Returns whether it stands for another number in the payload at hand, which was too long for it.
    fn is_rounded(self) -> bool {
        false
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Number for $type {
            type Bound = Self;

            fn value(self) -> Self {
                self
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Number for Written {
    type Bound = f64;

    fn value(self) -> f64 {
        self.float
    }

    fn is_rounded(self) -> bool {
        self.is_rounded
    }
}

/// The error of a number that its Rust type does not hold.
pub(super) fn not_held() -> Error {
    Error::limit("a number that a 64-bit float holds")
}
