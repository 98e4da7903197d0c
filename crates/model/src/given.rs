//! What somebody says of a thing that may be there already.

use serde::{Deserialize, Deserializer};

/// One part of a change: left out, taken away, or given anew.
///
/// In JSON: an absent key (with `#[serde(default)]`), `null`, a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// Nothing is said of it: it stays as it is, and what is new begins without it.
    #[default]
    Nothing,
    /// There shall be none.
    Null,
    /// It shall be this.
    Value(T),
}

impl<T> Given<T> {
    /// Whether something is said.
    pub fn is_said(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// What there is afterwards, if there was `before`.
    pub fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Nothing => before,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// This, or where it says nothing, what `earlier` said.
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        if self.is_said() { self } else { earlier }
    }

    /// The value, if one is given.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Null => None,
        }
    }

    /// The same with another value, or why there cannot be one.
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
