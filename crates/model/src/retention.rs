//! The table of retention terms. `docs/rights.md` shows it to the public, and a test keeps the
//! two equal. The configuration and the retention sweep read it.

mod periods;

pub use periods::Periods;

/// A retention term, after which rows are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The kind of rows, in words.
    pub what: &'static str,
    /// The key in the configuration, under `[retention]`. Unique.
    pub key: &'static str,
    /// The term in days if the operator does not set one.
    pub days_default: u32,
    /// The longest term in days that an operator may set.
    pub days_max: u32,
    /// The reason for this term: a law, or our own choice.
    pub source: &'static str,
}

/// Declares the retention terms, and the list of all of them.
macro_rules! terms {
    ($($(#[$doc:meta])* $name:ident = $term:expr;)*) => {
        $($(#[$doc])* pub const $name: Term = $term;)*

        /// Every retention term.
        pub const TERMS: &[Term] = &[$($name,)*];
    };
}

terms! {
    /// Matches, with the names of the item and the account.
    MATCHES = Term {
        what: "matches",
        key: "matches_days",
        days_default: 183,
        days_max: 366,
        source: "Regulation (EU) 2022/2065, Art. 20(1): a decision can be contested for six months",
    };

    /// Webhook deliveries with their payload. A delivery is deleted with its match or its case at
    /// the latest.
    DELIVERIES = Term {
        what: "webhook deliveries",
        key: "deliveries_days",
        days_default: 30,
        days_max: 183,
        source: "our choice: long enough to find a failure of the receiver and send again",
    };

    /// Entries that no longer match: withdrawn ones and expired ones.
    ENDED_ENTRIES = Term {
        what: "withdrawn and expired entries",
        key: "ended_entries_days",
        days_default: 366,
        days_max: 3_660,
        source: "our choice: as long as any match that they caused can still be contested",
    };

    /// Records of imports and their rejected lines. The reason for a rejected line may quote the
    /// line.
    IMPORTS = Term {
        what: "records of imports",
        key: "imports_days",
        days_default: 90,
        days_max: 366,
        source: "our choice: long enough to ask the source about lines that were not taken",
    };

    /// Closed cases. An open case is kept until it is decided.
    CASES = Term {
        what: "closed cases with decisions, actions and views, and resolved disputes",
        key: "cases_days",
        days_default: 183,
        days_max: 366,
        source: "Regulation (EU) 2022/2065, Art. 20(1): a decision can be contested for six months",
    };

    /// Sign-in attempts: the digest of a name, and whether the attempt succeeded.
    SIGN_INS = Term {
        what: "attempts to sign in",
        key: "sign_ins_days",
        days_default: 30,
        days_max: 183,
        source: "our choice: long enough to notice that passwords are guessed",
    };

    /// The audit record: each change with its actor. The rest of its hash chain stays verifiable.
    AUDIT = Term {
        what: "the audit record: who changed what",
        key: "audit_days",
        days_default: 1_096,
        days_max: 3_660,
        source: "our choice: three years, so that who changed a bank, a key or a role can be looked \
                 up for as long as its effects can be contested, and by a yearly audit",
    };

    /// Approval requests that are resolved, without the changes themselves, and change notices that
    /// were acknowledged.
    APPROVALS = Term {
        what: "resolved approval requests, and acknowledged change notices",
        key: "approvals_days",
        days_default: 366,
        days_max: 3_660,
        source: "our choice: long enough for a yearly audit to see who approved what",
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_entry_outlives_the_matches_that_it_caused() {
        let days = |term: Term| term.days_default;

        assert!(days(ENDED_ENTRIES) >= days(MATCHES));
    }

    #[test]
    fn every_period_has_a_key_of_its_own_and_a_default_that_is_permitted() {
        let keys: BTreeSet<&str> = TERMS.iter().map(|term| term.key).collect();

        assert_eq!(keys.len(), TERMS.len());
        assert!(TERMS.iter().all(|term| (1..=term.days_max).contains(&term.days_default)));
    }
}
