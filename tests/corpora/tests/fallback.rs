//! What the build script counts as decided by a fallback validator.

#[path = "../build/fallback.rs"]
mod fallback;

use fallback::Items;

const CODE: &str = "
    pub struct Direct { pub value: Plain }
    impl wire::Object for Direct {
        fn check(&self) -> Result<(), E> { wire::Subschema::check(&SCHEMA, self) }
    }
    pub struct ByMember { pub lines: Option<Vec<Direct>> }
    pub struct ByConstant;
    impl wire::Object for ByConstant { const CHECKS: &[Check] = CHECKS; }
    static CHECKS: [wire::Subschema; 1] = [];
    pub enum ByVariant { Plain(Plain), Other(ByMember) }
    pub struct Plain { pub kind: Kind }
    pub enum Kind { Direct, Plain }
    impl Kind { pub fn text(&self) -> &str { match self { Self::Direct => \"Subschema\", Kind::Plain => \"\" } } }
    pub static REGISTRY: registry::Registry = registry::Registry::new(&[registry::Entry::of::<Direct>()]);
";

#[test]
fn a_fallback_is_reached_through_members_variants_and_constants() {
    let items = Items::of(CODE).unwrap();
    for name in ["Direct", "ByMember", "ByConstant", "ByVariant"] {
        assert!(items.falls_back(name), "{name}");
    }
}

#[test]
fn names_of_variants_and_texts_reach_nothing() {
    let items = Items::of(CODE).unwrap();
    for name in ["Plain", "Kind", "Absent"] {
        assert!(!items.falls_back(name), "{name}");
    }
}

#[test]
fn occurrences_are_counted() {
    assert_eq!(Items::occurrences(CODE), 3);
}
