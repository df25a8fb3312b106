//! What a rule is: its name, what it says, why that matters, and what to do.

use std::fmt;

use super::Rule;

/// Defines [`Rule`]: groups of rules that share what the registry makes of them, why they matter and what to do, each
/// with its name and title.
macro_rules! rules {
    ($($registry:ident $why:literal $help:literal { $($rule:ident $name:literal $title:literal;)+ })+) => {
        /// The kind of change that a difference is.
        ///
        /// The names are those of Confluent's Schema Registry, version 8, where it has one for the change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $title] $rule,)+)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$($(Self::$rule,)+)+];

            /// The name, as findings and waivers write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($(Self::$rule => $name,)+)+
                }
            }

            /// Returns what changed, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $($(Self::$rule => $title,)+)+
                }
            }

            /// Why it matters, in a sentence or two.
            #[must_use]
            pub fn why(self) -> &'static str {
                match self {
                    $($(Self::$rule)|+ => $why,)+
                }
            }

            /// Returns what to do, in a sentence or two.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self {
                    $($(Self::$rule)|+ => $help,)+
                }
            }

            /// Returns what Confluent's Schema Registry makes of it.
            #[must_use]
            pub fn registry(self) -> Registry {
                match self {
                    $($(Self::$rule)|+ => Registry::$registry,)+
                }
            }
        }
    };
}
pub(super) use rules;

/// The verdict of Confluent's Schema Registry on a difference between an old and a new schema, for BACKWARD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// It is compatible.
    Compatible,
    /// It is compatible where the registry is set to be lenient.
    Lenient,
    /// It is not compatible.
    Incompatible,
    /// The registry has no name for it: it sees another difference, or none.
    Unnamed,
}

impl Rule {
    /// The page of the rule, as Markdown: what changed, why it matters, what to do, and what the registry makes of it.
    #[must_use]
    pub fn page(self) -> String {
        let (name, title, why, help) = (self.name(), self.title(), self.why(), self.help());
        let registry = match self.registry() {
            Registry::Compatible => {
                "Confluent's Schema Registry knows it by this name, and calls it compatible (BACKWARD)."
            }
            Registry::Lenient => {
                "Confluent's Schema Registry knows it by this name, and calls it incompatible (BACKWARD), except where its \
                 compatibility policy is lenient."
            }
            Registry::Incompatible => {
                "Confluent's Schema Registry knows it by this name, and calls it incompatible (BACKWARD)."
            }
            Registry::Unnamed => {
                "Confluent's Schema Registry has no name for it: it finds another difference, or does not look at it."
            }
        };
        format!(
            "# {name}: {title}\n\n## Why it matters\n\n{why}\n\n## What to do\n\n{help}\n\n## In the registry\n\n{registry}\n"
        )
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::str::FromStr for Rule {
    type Err = UnknownRule;

    /// A rule by its name, as waivers write it.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name).ok_or_else(|| UnknownRule(name.to_owned()))
    }
}

/// There is no rule of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule(pub String);

impl fmt::Display for UnknownRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "there is no rule `{}`", self.0)
    }
}

impl std::error::Error for UnknownRule {}
