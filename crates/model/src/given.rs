//! A field of a partial update, which may be absent, null or a value.

use serde::{Deserialize, Deserializer};

/// One field of a partial update: left out, removed, or set to a new value.
///
/// JSON: an absent key (with `#[serde(default)]`), `null`, a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// Not mentioned: an existing value stays, and a new record starts without one.
    #[default]
    Nothing,
    /// The value is removed.
    Null,
    /// The value is set to this.
    Value(T),
}

impl<T> Given<T> {
    /// Checks whether the update mentions the field.
    pub fn is_said(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Returns the value after the update, where `before` is the value so far.
    pub fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Nothing => before,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Combines two updates of the field: this later one wins if it mentions the field.
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        if self.is_said() { self } else { earlier }
    }

    /// Returns the new value, if the update sets one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Null => None,
        }
    }

    /// Converts the value with `read`, whose error is returned.
    pub fn try_map<U, E>(self, read: impl FnOnce(T) -> Result<U, E>) -> Result<Given<U>, E> {
        Ok(match self {
            Self::Nothing => Given::Nothing,
            Self::Null => Given::Null,
            Self::Value(value) => Given::Value(read(value)?),
        })
    }
}

impl<T> From<Option<T>> for Given<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Change {
        #[serde(default)]
        name: Given<u8>,
    }

    fn read(text: &str) -> Given<u8> {
        serde_json::from_str::<Change>(text).unwrap().name
    }

    #[test]
    fn an_absent_key_is_not_null() {
        assert_eq!(read("{}"), Given::Nothing);
        assert_eq!(read(r#"{"name":null}"#), Given::Null);
        assert_eq!(read(r#"{"name":7}"#), Given::Value(7));
    }

    #[test]
    fn what_is_not_said_stays() {
        assert_eq!(Given::Nothing.or(Some(1)), Some(1));
        assert_eq!(Given::Null.or(Some(1)), None);
        assert_eq!(Given::Value(2).or(Some(1)), Some(2));
        assert_eq!(Given::Nothing.after(Given::Value(1)), Given::Value(1));
        assert_eq!(Given::Null.after(Given::Value(1)), Given::Null);
    }
}
