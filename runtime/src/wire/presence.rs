//! Which members of an object stand together, and how many there are.

use super::Error;

/// What has to hold of the members that an object has. Numbers are indices in [`Object::MEMBERS`](super::Object::MEMBERS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Not all of these.
    NotAll(&'static [usize]),
    /// With the first, all of the others.
    With(usize, &'static [usize]),
    /// All of one list at least.
    AnyOf(&'static [&'static [usize]]),
    /// All of one list, and of no other.
    OneOf(&'static [&'static [usize]]),
    /// So many members, declared or not.
    AtLeast(usize),
    /// No more members than these.
    AtMost(usize),
}

impl Presence {
    /// Checks the members that are there: which of the declared ones, and how many altogether.
    pub(super) fn check(self, names: &[&str], has: impl Fn(usize) -> bool, count: usize) -> Result<(), Error> {
        let all = |members: &[usize]| members.iter().all(|member| has(*member));
        let listed = |members: &[usize]| {
            let members: Vec<String> =
                members.iter().filter_map(|member| names.get(*member)).map(|name| format!("`{name}`")).collect();
            members.join(" and ")
        };
        let lists = |lists: &[&[usize]]| lists.iter().map(|list| listed(list)).collect::<Vec<_>>().join(", or ");
        let error = match self {
            Self::NotAll(members) if all(members) => match members {
                [only] => Error::new("not", format!("no member {}", listed(&[*only]))),
                _ => Error::new("not", format!("not all of {}", listed(members))),
            },
            Self::With(member, others) if has(member) && !all(others) => {
                Error::new("dependentRequired", format!("with {}, {}", listed(&[member]), listed(others)))
            }
            Self::AnyOf(groups) if !groups.iter().any(|group| all(group)) => {
                Error::new("anyOf", format!("the members {}", lists(groups)))
            }
            Self::OneOf(groups) if groups.iter().filter(|group| all(group)).count() != 1 => {
                Error::new("oneOf", format!("one alone of: {}", lists(groups)))
            }
            Self::AtLeast(limit) if count < limit => Error::new("minProperties", format!("at least {limit} members")),
            Self::AtMost(limit) if count > limit => Error::new("maxProperties", format!("at most {limit} members")),
            _ => return Ok(()),
        };
        Err(error)
    }
}
