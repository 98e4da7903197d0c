//! A field of a partial update, which may be absent, null or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One field of a partial update: left out, removed, or set to a new value.
///
/// JSON: an absent key (with `#[serde(default)]`), `null`, a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not mentioned: an existing value stays, and a new record starts without one.
    #[default]
    Unset,
    /// The value is removed.
    Null,
    /// The value is set to this.
    Value(T),
}

impl<T> Patch<T> {
    /// Checks whether the update mentions the field.
    pub fn is_set(&self) -> bool {
        !matches!(self, Self::Unset)
    }

    /// Returns the value after the update, where `before` is the value so far.
    pub fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Unset => before,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Combines two updates of the field: this later one wins if it mentions the field.
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        if self.is_set() { self } else { earlier }
    }

    /// Returns the new value, if the update sets one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// Converts the value with `read`, whose error is returned.
    pub fn try_map<U, E>(self, read: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Unset => Patch::Unset,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(read(value)?),
        })
    }
}

impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

/// [`Patch::Unset`] has no form of its own: the field's `skip_serializing_if` leaves it out.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Change {
        #[serde(default)]
        name: Patch<u8>,
    }

    fn read(text: &str) -> Patch<u8> {
        serde_json::from_str::<Change>(text).unwrap().name
    }

    #[test]
    fn an_absent_key_is_not_null() {
        assert_eq!(read("{}"), Patch::Unset);
        assert_eq!(read(r#"{"name":null}"#), Patch::Null);
        assert_eq!(read(r#"{"name":7}"#), Patch::Value(7));
    }

    #[test]
    fn an_unset_field_keeps_its_value() {
        assert_eq!(Patch::Unset.or(Some(1)), Some(1));
        assert_eq!(Patch::Null.or(Some(1)), None);
        assert_eq!(Patch::Value(2).or(Some(1)), Some(2));
        assert_eq!(Patch::Unset.after(Patch::Value(1)), Patch::Value(1));
        assert_eq!(Patch::Null.after(Patch::Value(1)), Patch::Null);
    }
}
