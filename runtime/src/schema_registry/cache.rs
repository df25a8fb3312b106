//! The texts of schemas that a registry has told.

use std::collections::{BTreeMap, VecDeque};

use crate::message::SchemaId;

/// The number of schemas that are kept.
const MAX: usize = 1000;

/// The texts of schemas by their ids, which never change: up to a number of them.
#[derive(Default)]
pub(super) struct Cache {
    texts: BTreeMap<SchemaId, String>,
    /// The oldest one first.
    order: VecDeque<SchemaId>,
}

impl Cache {
    pub(super) fn get(&self, id: SchemaId) -> Option<String> {
        self.texts.get(&id).cloned()
    }

    /// Adds a schema. Returns the id if another text is known by it.
    pub(super) fn insert(&mut self, id: SchemaId, text: &str) -> Option<SchemaId> {
        if let Some(known) = self.texts.get(&id) {
            return (known != text).then_some(id);
        }
        if self.order.len() >= MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.texts.remove(&oldest);
        }
        self.texts.insert(id, text.to_owned());
        self.order.push_back(id);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_an_id_is_of_one_text() {
        let mut cache = Cache::default();
        for number in 0..=1000 {
            assert_eq!(cache.insert(SchemaId::Number(number), &number.to_string()), None);
        }
        assert_eq!((cache.get(SchemaId::Number(0)), cache.texts.len()), (None, MAX));
        assert_eq!(cache.get(SchemaId::Number(1000)).as_deref(), Some("1000"));
        assert_eq!(cache.insert(SchemaId::Number(1000), "other"), Some(SchemaId::Number(1000)));
    }
}
