//! The expression of a pattern.

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Empty,
    /// A code point, which may be a surrogate.
    Char(u32),
    /// `.`
    Any,
    Class(Class),
    /// `^`
    Start,
    /// `$`
    End,
    /// `\b`, or `\B` where it is negated.
    Boundary {
        negated: bool,
    },
    Look {
        ahead: bool,
        negated: bool,
        body: Box<Node>,
    },
    /// Parentheses, with the number of what they capture.
    Group {
        number: Option<usize>,
        body: Box<Node>,
    },
    /// The text of a group again.
    Reference(usize),
    Repeat {
        body: Box<Node>,
        min: u32,
        max: Option<u32>,
        lazy: bool,
    },
    Concat(Vec<Node>),
    Alternation(Vec<Node>),
}

/// One character out of some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) negated: bool,
    pub(super) items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Code points from one to another.
    Range(u32, u32),
    /// `\p{name}`, or `\P{name}` where it is negated.
    Property { negated: bool, name: String },
}

pub(super) const MAX_CODE_POINT: u32 = 0x0010_FFFF;

const DIGITS: &[(u32, u32)] = &[(0x30, 0x39)];
const WORD: &[(u32, u32)] = &[(0x41, 0x5A), (0x61, 0x7A), (0x30, 0x39), (0x5F, 0x5F)];
/// `WhiteSpace` and `LineTerminator`.
const SPACE: &[(u32, u32)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];
/// `LineTerminator`, which `.` does not read.
const LINE_ENDS: &[(u32, u32)] = &[(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)];

impl Class {
    /// `\d`, `\w` or `\s`, or what a capital letter negates.
    pub(super) fn of_escape(letter: char) -> Option<Self> {
        let ranges = match letter.to_ascii_lowercase() {
            'd' => DIGITS,
            'w' => WORD,
            's' => SPACE,
            _ => return None,
        };
        Some(Self::of(ranges, letter.is_ascii_uppercase()))
    }

    /// Returns the class of the characters that `.` reads.
    pub(super) fn any() -> Self {
        Self::of(LINE_ENDS, true)
    }

    /// Returns the class of the characters that `\b` looks for.
    pub(super) fn word() -> Self {
        Self::of(WORD, false)
    }

    fn of(ranges: &[(u32, u32)], negated: bool) -> Self {
        Self { negated, items: ranges.iter().map(|(low, high)| Item::Range(*low, *high)).collect() }
    }

    /// Returns what it reads as items of another class, for which it may not be negated where it has properties.
    pub(super) fn into_items(self) -> Vec<Item> {
        if !self.negated {
            return self.items;
        }
        let mut ranges: Vec<(u32, u32)> = self.items.iter().filter_map(Item::range).collect();
        ranges.sort_unstable();
        let mut gaps = Vec::new();
        let mut next = 0;
        for (low, high) in ranges {
            if low > next {
                gaps.push(Item::Range(next, low - 1));
            }
            next = next.max(high + 1);
        }
        gaps.extend((next <= MAX_CODE_POINT).then_some(Item::Range(next, MAX_CODE_POINT)));
        gaps
    }
}

impl Item {
    fn range(&self) -> Option<(u32, u32)> {
        match self {
            Self::Range(low, high) => Some((*low, *high)),
            Self::Property { .. } => None,
        }
    }
}

impl Node {
    /// Returns whether it may read nothing.
    pub(super) fn is_nullable(&self) -> bool {
        match self {
            Self::Char(_) | Self::Any | Self::Class(_) => false,
            Self::Empty | Self::Start | Self::End | Self::Boundary { .. } | Self::Look { .. } | Self::Reference(_) => {
                true
            }
            Self::Group { body, .. } => body.is_nullable(),
            Self::Repeat { body, min, .. } => *min == 0 || body.is_nullable(),
            Self::Concat(parts) => parts.iter().all(Self::is_nullable),
            Self::Alternation(branches) => branches.iter().any(Self::is_nullable),
        }
    }

    /// Returns whether it may read something.
    pub(super) fn can_read(&self) -> bool {
        match self {
            Self::Char(_) | Self::Any | Self::Class(_) | Self::Reference(_) => true,
            Self::Empty | Self::Start | Self::End | Self::Boundary { .. } | Self::Look { .. } => false,
            Self::Group { body, .. } => body.can_read(),
            Self::Repeat { body, max, .. } => *max != Some(0) && body.can_read(),
            Self::Concat(parts) | Self::Alternation(parts) => parts.iter().any(Self::can_read),
        }
    }
}
