//! A wrapper for values that must not reach a log by accident: secrets and personal data.

use std::fmt;

/// A value that is readable only on purpose.
///
/// `Debug` shows a placeholder, and there is no `Display`, `Serialize` or `Deref`. Code that reads
/// the value must call [`Self::reveal`], a word that a privacy review can search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value. The caller is responsible for where it goes.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Unwraps the value and returns it by value.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sensitive]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value() {
        let name = Sensitive::new("Ada");

        assert_eq!(format!("{:?}", Some(&name)), "Some([sensitive])");
        assert_eq!(*name.reveal(), "Ada");
    }
}
