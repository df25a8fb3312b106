//! The order to deploy readers and writers in.

use thoth_messaging_compat::Verdict;

/// In which order the readers and the writers of a new version are to be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeployOrder {
    /// Old and new understand each other.
    Any,
    /// New readers understand old payloads, and not the other way round.
    ReadersFirst,
    /// Old readers understand new payloads, and not the other way round.
    WritersFirst,
    /// Neither understands the other for sure.
    Neither,
}

impl DeployOrder {
    pub(super) fn of(backward: &Verdict, forward: &Verdict) -> Self {
        match (*backward == Verdict::Compatible, *forward == Verdict::Compatible) {
            (true, true) => Self::Any,
            (true, false) => Self::ReadersFirst,
            (false, true) => Self::WritersFirst,
            (false, false) => Self::Neither,
        }
    }

    /// It in words.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Any => "readers and writers in any order",
            Self::ReadersFirst => "readers first, writers when all readers are new",
            Self::WritersFirst => "writers first, readers when no old payload is left to read",
            Self::Neither => "no order is safe for all messages: deploy them apart, or on a new topic",
        }
    }

    /// The order that holds for two messages at once.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, order) | (order, Self::Any) => order,
            (a, b) if a == b => a,
            _ => Self::Neither,
        }
    }
}
