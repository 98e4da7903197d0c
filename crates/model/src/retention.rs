//! How long things are kept: the one table. `docs/rights.md` shows it to people, and a test holds
//! the two together.

/// A term after which rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// What is kept.
    pub what: &'static str,
    /// The key in the configuration, under `[retention]`.
    pub key: &'static str,
    /// How many days unless the operator says otherwise.
    pub days_default: u32,
    /// The most days that an operator may say.
    pub days_max: u32,
    /// Why this term and no other.
    pub source: &'static str,
}

/// Matches, with the item's and the account's names.
pub const MATCHES: Term = Term {
    what: "matches",
    key: "matches_days",
    days_default: 183,
    days_max: 366,
    source: "Regulation (EU) 2022/2065, Art. 20(1): a decision can be contested for six months",
};

/// Webhook deliveries, with their payload; they go with their match at the latest.
pub const DELIVERIES: Term = Term {
    what: "webhook deliveries",
    key: "deliveries_days",
    days_default: 30,
    days_max: 183,
    source: "our choice: long enough to find a failure of the receiver and send again",
};

/// Entries that no longer match: withdrawn ones and expired ones.
pub const ENDED_ENTRIES: Term = Term {
    what: "withdrawn and expired entries",
    key: "ended_entries_days",
    days_default: 366,
    days_max: 3_660,
    source: "our choice: as long as any match that they caused can still be contested",
};

/// What became of the lines of an import. A rejected line's reason may quote the line.
pub const IMPORTS: Term = Term {
    what: "records of imports",
    key: "imports_days",
    days_default: 90,
    days_max: 366,
    source: "our choice: long enough to ask the source about lines that were not taken",
};

/// Closed cases. An open one is kept until somebody decided it.
pub const CASES: Term = Term {
    what: "closed cases, with decisions, actions and looks",
    key: "cases_days",
    days_default: 183,
    days_max: 366,
    source: "Regulation (EU) 2022/2065, Art. 20(1): a decision can be contested for six months",
};

/// Attempts to sign in: the digest of a name, and whether it let somebody in.
pub const SIGN_INS: Term = Term {
    what: "attempts to sign in",
    key: "sign_ins_days",
    days_default: 30,
    days_max: 183,
    source: "our choice: long enough to notice that somebody guesses",
};

/// The record of people.
pub const STAFF_EVENTS: Term = Term {
    what: "records of who gave whom which role",
    key: "staff_events_days",
    days_default: 366,
    days_max: 3_660,
    source: "our choice: as long as a case that such a person decided can be asked about, twice over",
};

/// Every term.
pub const TERMS: [Term; 7] =
    [MATCHES, DELIVERIES, ENDED_ENTRIES, IMPORTS, CASES, SIGN_INS, STAFF_EVENTS];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_outlives_the_matches_that_it_caused() {
        let [matches, _, entries, ..] = TERMS;

        assert!(entries.days_default >= matches.days_default);
        assert!(TERMS.iter().all(|term| term.days_default <= term.days_max));
    }
}
