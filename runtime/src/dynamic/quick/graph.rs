//! What a schema is compiled to: nodes that refer to each other by their index, so that recursion is no matter.

use std::sync::atomic::{AtomicU16, Ordering};

use thoth_messaging_documents::jsonschema::Validator;
use thoth_messaging_documents::validator::Limit;

/// The index of a node.
pub(super) type NodeId = usize;

/// The node that accepts every value.
pub(super) const ANYTHING: NodeId = 0;

/// A set of JSON types, a bit for each; `integer` is a `number` here.
pub(super) type Kinds = u8;

pub(super) const NULL: Kinds = 1;
pub(super) const BOOLEAN: Kinds = 2;
pub(super) const NUMBER: Kinds = 4;
pub(super) const STRING: Kinds = 8;
pub(super) const ARRAY: Kinds = 16;
pub(super) const OBJECT: Kinds = 32;
pub(super) const ALL: Kinds = 63;

/// The JSON type of the value that starts with a byte; none where no value does.
pub(super) fn kind_of(first: u8) -> Kinds {
    match first {
        b'"' => STRING,
        b'{' => OBJECT,
        b'[' => ARRAY,
        b't' | b'f' => BOOLEAN,
        b'n' => NULL,
        b'-' | b'0'..=b'9' => NUMBER,
        _ => 0,
    }
}

/// All that some schemas together say of a value.
#[derive(Debug)]
pub(super) struct Node {
    /// The types that are accepted.
    pub(super) kinds: Kinds,
    /// The types of which nothing is known here: a validator has to be asked.
    pub(super) unknown: Kinds,
    /// Whether `false` and `true` are accepted, where booleans are.
    pub(super) booleans: [bool; 2],
    pub(super) number: Option<NumberRules>,
    pub(super) string: Option<StringRules>,
    pub(super) array: Option<ArrayRules>,
    pub(super) object: Option<ObjectRules>,
    /// What reads the same value once more.
    pub(super) again: Vec<Again>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            kinds: ALL,
            unknown: 0,
            booleans: [true, true],
            number: None,
            string: None,
            array: None,
            object: None,
            again: Vec::new(),
        }
    }
}

impl Node {
    /// Returns whether the node itself, without what reads again, accepts every value of a type.
    pub(super) fn is_open(&self, kind: Kinds) -> bool {
        let ruled = match kind {
            NUMBER => self.number.is_some(),
            STRING => self.string.is_some(),
            ARRAY => self.array.is_some(),
            OBJECT => self.object.is_some(),
            BOOLEAN => self.booleans != [true, true],
            _ => false,
        };
        self.kinds & kind != 0 && self.unknown & kind == 0 && !ruled
    }
}

#[derive(Debug)]
pub(super) struct NumberRules {
    /// The range that an integer of up to 18 digits has to be within, where that is all.
    pub(super) decided: Option<(i64, i64)>,
    pub(super) limits: Vec<Limit>,
    /// Set if it has to be an integer; then true if `1.0` is none.
    pub(super) integer: Option<bool>,
    /// Of each `enum` and `const` the numbers.
    pub(super) among: Vec<Vec<Box<str>>>,
}

#[derive(Debug, Default)]
pub(super) struct StringRules {
    pub(super) min_length: u64,
    pub(super) max_length: Option<u64>,
    /// Of each `enum` and `const` the texts.
    pub(super) among: Vec<Vec<Box<str>>>,
    /// `pattern`, and `format` where it refuses values.
    pub(super) checks: Vec<Validator>,
}

#[derive(Debug)]
pub(super) struct ArrayRules {
    pub(super) prefix: Vec<NodeId>,
    pub(super) rest: NodeId,
    pub(super) min: u64,
    pub(super) max: u64,
    pub(super) contains: Vec<Contains>,
}

impl ArrayRules {
    /// Returns whether every array is accepted.
    pub(super) fn is_open(&self) -> bool {
        let items = self.rest == ANYTHING && self.prefix.iter().all(|node| *node == ANYTHING);
        items && self.contains.is_empty() && (self.min, self.max) == (0, u64::MAX)
    }
}

#[derive(Debug)]
pub(super) struct Contains {
    pub(super) node: NodeId,
    pub(super) min: u64,
    pub(super) max: u64,
}

#[derive(Debug)]
pub(super) struct ObjectRules {
    /// The names that the schemas name, ordered as [`name_order`] says.
    pub(super) declared: Vec<Declared>,
    /// The member that came after a declared one the last time, by the index of that plus one; first the first. Payloads
    /// of one producer have their members in one order.
    pub(super) next: Vec<AtomicU16>,
    pub(super) required: Bits,
    /// `dependentRequired`: with a member, others.
    pub(super) dependent: Vec<(usize, Bits)>,
    pub(super) rest: Rest,
    /// What every member name has to be.
    pub(super) names: Option<NodeId>,
    pub(super) min: u64,
    pub(super) max: u64,
}

#[derive(Debug)]
pub(super) struct Declared {
    /// The name in quotes, as it stands in a payload where no character of it is escaped.
    pub(super) quoted: Box<[u8]>,
    pub(super) node: NodeId,
}

impl Declared {
    pub(super) fn name(&self) -> &[u8] {
        &self.quoted[1..self.quoted.len() - 1]
    }
}

/// Names are found by length first: a comparison of two numbers decides most of the time.
pub(super) fn name_order(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// No index of a declared member.
const UNLEARNED: u16 = u16::MAX;

/// What a member has to be that is not declared.
#[derive(Debug)]
pub(super) enum Rest {
    One(NodeId),
    /// By which of the patterns its name matches: the bit of each in the index of the node.
    Patterns {
        patterns: Vec<NodeId>,
        nodes: Vec<NodeId>,
    },
}

impl ObjectRules {
    /// Returns what is to come first, before anything was learned, of so many declared members.
    pub(super) fn nothing_learned(declared: usize) -> Vec<AtomicU16> {
        (0..=declared).map(|_| AtomicU16::new(UNLEARNED)).collect()
    }

    /// Returns whether every object is accepted.
    pub(super) fn is_open(&self) -> bool {
        let members = matches!(self.rest, Rest::One(ANYTHING)) && self.declared.iter().all(|one| one.node == ANYTHING);
        let present = self.required == Bits::default() && self.dependent.is_empty();
        members && present && self.names.is_none() && (self.min, self.max) == (0, u64::MAX)
    }

    /// How many names may be declared.
    pub(super) const MAX_NAMES: usize = 256;

    /// The member to look for first, after the one of this slot.
    pub(super) fn guess(&self, slot: usize) -> Option<(usize, &Declared)> {
        let index = usize::from(self.next.get(slot)?.load(Ordering::Relaxed));
        self.declared.get(index).map(|declared| (index, declared))
    }

    /// The index of a declared name.
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        self.declared.binary_search_by(|declared| name_order(declared.name(), name)).ok()
    }

    /// Remembers what came after the member of a slot.
    pub(super) fn learn(&self, slot: usize, index: usize) {
        if let (Some(next), Ok(index)) = (self.next.get(slot), u16::try_from(index)) {
            // Once learned it stays: threads that write to one place wait for each other.
            let _ = next.compare_exchange(UNLEARNED, index, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

/// A set of declared members, by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits([u64; ObjectRules::MAX_NAMES / 64]);

impl Bits {
    /// Returns whether the member was new.
    pub(super) fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (&mut self.0[index / 64], 1 << (index % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(super) fn contains(&self, index: usize) -> bool {
        self.0[index / 64] & (1 << (index % 64)) != 0
    }

    pub(super) fn union(&self, others: &Self) -> Self {
        Self(std::array::from_fn(|index| self.0[index] | others.0[index]))
    }

    pub(super) fn covers(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).all(|(own, other)| own & other == *other)
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        let mut bits = Self::default();
        for index in indices {
            bits.insert(index);
        }
        bits
    }
}

/// What has to read a value that was read already.
#[derive(Debug)]
pub(super) enum Again {
    AnyOf(Vec<NodeId>),
    OneOf(Vec<NodeId>),
    Not(NodeId),
    If {
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    /// A keyword that is about a whole array or object, and stands alone.
    Whole(Kinds, Box<Validator>),
}

impl Again {
    /// The types that this may refuse.
    pub(super) fn kinds(&self) -> Kinds {
        match self {
            Self::Whole(kinds, _) => *kinds,
            _ => ALL,
        }
    }
}
