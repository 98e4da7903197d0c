//! Something that must not reach a log by accident: a secret, or something about a person.

use std::fmt;

/// A value that is readable only on purpose.
///
/// `Debug` shows a placeholder, and there is no `Display`, `Serialize` or `Deref`: whoever opens
/// the value writes `reveal`, and that word is what a review of privacy greps for.
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Closes `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the value. Each caller answers for where it goes.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Opens the value and gives it away.
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
    fn debug_says_nothing() {
        let name = Sensitive::new("Ada");

        assert_eq!(format!("{:?}", Some(&name)), "Some([sensitive])");
        assert_eq!(*name.reveal(), "Ada");
    }
}
