//! The seeds of a simulation: the usual ones, or those that the developer asks for.

use std::ops::Range;

/// The environment variable that names one seed (`17`), to replay it, or several (`100..600`).
pub const SEED: &str = "MAMORI_TEST_SEED";

/// Returns the seeds to run: `usual`, unless [`SEED`] is set.
///
/// # Panics
/// If [`SEED`] is set and is not a number or a range.
#[expect(
    clippy::disallowed_methods,
    reason = "tests read it from the environment, not from `server`"
)]
#[expect(clippy::panic, reason = "a test with other seeds than asked for would say nothing")]
pub fn seeds(usual: Range<u64>) -> Range<u64> {
    match std::env::var(SEED) {
        Ok(text) if !text.is_empty() => {
            parse(&text).unwrap_or_else(|| panic!("{SEED} is `17` or `100..600`, not `{text}`"))
        }
        _ => usual,
    }
}

fn parse(text: &str) -> Option<Range<u64>> {
    if let Some((first, end)) = text.split_once("..") {
        return Some(first.parse().ok()?..end.parse().ok()?);
    }
    let seed: u64 = text.parse().ok()?;
    Some(seed..seed.checked_add(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_and_a_range_are_read_and_nothing_else() {
        assert_eq!(parse("17"), Some(17..18));
        assert_eq!(parse("100..600"), Some(100..600));
        assert_eq!(parse("many"), None);
        assert_eq!(parse("1..x"), None);
    }
}
