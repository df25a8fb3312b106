//! Places in documents.

use std::fmt;

use crate::pointer::Pointer;

/// The place of a value, which is most often a schema: a document, and a JSON Pointer in it. Documents are told apart
/// by `D`: a name, or a number.
///
/// ```
/// use thoth_messaging_documents::Place;
///
/// let place = Place::<String>::root("order.schema.json").join("properties").join("id");
/// assert_eq!(place.to_string(), "order.schema.json#/properties/id");
/// assert_eq!(place.parent().unwrap().pointer, "/properties");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place<D> {
    /// The document. A built-in meta-schema is named by its URI.
    pub document: D,
    /// The pointer in the document; empty for the document as a whole.
    pub pointer: Pointer,
}

impl<D> Place<D> {
    /// A place in a document.
    pub fn new(document: impl Into<D>, pointer: impl Into<Pointer>) -> Self {
        Self { document: document.into(), pointer: pointer.into() }
    }

    /// A document as a whole.
    pub fn root(document: impl Into<D>) -> Self {
        Self::new(document, Pointer::root())
    }

    /// Returns whether it is a document as a whole.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.pointer.is_empty()
    }
}

impl<D: Clone> Place<D> {
    /// Another place in the same document.
    #[must_use]
    pub fn at(&self, pointer: Pointer) -> Self {
        Self { document: self.document.clone(), pointer }
    }

    /// The place of a member or an item of the value.
    #[must_use]
    pub fn join(&self, segment: &str) -> Self {
        self.at(self.pointer.join(segment))
    }

    /// The place of the value that this one stands in; `None` for a document as a whole.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.pointer.parent().map(|parent| self.at(parent))
    }
}

impl<D: fmt::Display> fmt::Display for Place<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.document, self.pointer)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn places_are_ordered_by_document_then_pointer() {
        let place = |document: usize, pointer: &str| Place::<usize>::new(document, pointer);
        assert!(place(0, "/b") < place(1, "/a") && place(1, "") < place(1, "/a"));
    }

    #[test]
    fn the_parent_of_a_member_is_its_object() {
        let root = Place::<usize>::root(7_usize);
        assert_eq!(root.join("a/b").parent(), Some(root.clone()));
        assert!(root.is_root() && root.parent().is_none());
    }
}
