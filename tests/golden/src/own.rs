//! Types that cases put in the place of generated ones.

use serde_json::Value;
use thoth_messaging::serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A currency by its three letters, as its schema asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency([char; 3]);

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let letters: Option<Vec<char>> = value.as_str().map(|text| text.chars().collect());
        let letters = letters.and_then(|letters| letters.try_into().ok());
        letters.map(Self).ok_or_else(|| D::Error::custom(format_args!("{value} is no currency")))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.iter().collect::<String>())
    }
}
