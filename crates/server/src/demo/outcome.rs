//! Compares the results of the demo with the expected ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::plan::{CheckResult, Kind};
use super::receiver::Received;
use super::service::UploadResult;

/// All results of the demo. Its JSON is what `--json` prints.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Whether every answer was as expected and every webhook arrived.
    pub ok: bool,
    /// Number of files sent.
    pub sent: usize,
    /// Number of files answered as expected.
    pub as_expected: usize,
    /// One row for each kind, in the order of the table.
    pub kinds: Vec<Row>,
    /// The results of the webhooks.
    pub webhooks: Webhooks,
    /// The cases that wait for a reviewer.
    pub cases: Cases,
    /// Every answer that was not as expected.
    pub wrong: Vec<UploadResult>,
    /// Every file that was sent, with its result.
    pub uploads: Vec<UploadResult>,
}

/// The results of the files of one kind.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// The expected answer.
    pub expected: CheckResult,
    /// Number of files sent.
    pub sent: usize,
    /// Number of them answered as expected.
    pub as_expected: usize,
    /// The hash of each file that matched differs from an entry in at most this many bits.
    pub distance_max: Option<u64>,
    /// Median and greatest time, in milliseconds.
    pub time_ms: [f64; 2],
}

/// The results of the webhooks.
#[derive(Debug, Serialize)]
pub struct Webhooks {
    /// Number of items that a webhook must report.
    pub expected: usize,
    /// Number of items that a signed webhook reported.
    pub received: usize,
    /// Messages that were delivered again; a receiver recognises them by their id.
    pub repeated: usize,
    /// Messages whose signature is wrong.
    pub refused: usize,
    /// Items that a webhook must report but did not.
    pub missing: Vec<String>,
    /// Items that a webhook must not report but did, or that two messages reported.
    pub unexpected: Vec<String>,
}

/// The cases that wait for a reviewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cases {
    /// Number of cases expected: one for each account with held items.
    pub expected: usize,
    /// Number of open cases.
    pub open: usize,
    /// Number of items in them; every held item must be in one.
    pub items: u64,
}

impl Cases {
    /// Compares the uploads with the open cases and their items.
    pub fn of(uploads: &[UploadResult], (open, items): (usize, u64)) -> Self {
        let held = uploads.iter().filter(|sent| sent.kind.expected() == CheckResult::Hold);
        let accounts: BTreeSet<&str> = held.map(|sent| sent.account_id.as_str()).collect();
        Self { expected: accounts.len(), open, items }
    }

    fn are_right(self, items: usize) -> bool {
        self.open == self.expected && u64::try_from(items) == Ok(self.items)
    }
}

impl UploadResult {
    /// Checks whether the answer was as expected.
    pub fn is_as_expected(&self) -> bool {
        self.answer == self.kind.expected()
    }
}

impl Outcome {
    /// Compares the uploads with the received webhooks, and with the number of open cases and of
    /// the items in them.
    pub fn of(uploads: Vec<UploadResult>, received: &Received, cases: (usize, u64)) -> Self {
        let webhooks = Webhooks::of(&uploads, received);
        let cases = Cases::of(&uploads, cases);
        let wrong: Vec<UploadResult> =
            uploads.iter().filter(|sent| !sent.is_as_expected()).cloned().collect();
        let kinds: Vec<Row> =
            Kind::ALL.iter().copied().map(|kind| Row::of(kind, &uploads)).collect();
        let is_complete = kinds.iter().all(|row| row.sent > 0);
        Self {
            ok: wrong.is_empty()
                && webhooks.are_right()
                && cases.are_right(webhooks.expected)
                && is_complete,
            sent: uploads.len(),
            as_expected: uploads.len() - wrong.len(),
            kinds,
            webhooks,
            cases,
            wrong,
            uploads,
        }
    }
}

impl Outcome {
    /// Returns the exit status: 0 only if everything was as expected.
    pub fn exit_status(&self) -> u8 {
        u8::from(!self.ok)
    }
}

impl Row {
    fn of(kind: Kind, uploads: &[UploadResult]) -> Self {
        let of_kind: Vec<&UploadResult> = uploads.iter().filter(|sent| sent.kind == kind).collect();
        let mut times: Vec<f64> = of_kind.iter().map(|sent| sent.time_ms).collect();
        times.sort_unstable_by(f64::total_cmp);
        Self {
            kind,
            expected: kind.expected(),
            sent: of_kind.len(),
            as_expected: of_kind.iter().filter(|sent| sent.is_as_expected()).count(),
            distance_max: of_kind.iter().filter_map(|sent| sent.distance_max).max(),
            time_ms: [median(&times), times.last().copied().unwrap_or_default()],
        }
    }
}

impl Webhooks {
    fn of(uploads: &[UploadResult], received: &Received) -> Self {
        let expected: BTreeSet<&str> = uploads
            .iter()
            .filter(|sent| sent.kind.expected() == CheckResult::Hold)
            .map(|sent| sent.item_id.as_str())
            .collect();
        let messages: &BTreeMap<String, Vec<String>> = &received.messages;
        let missing = expected.iter().filter(|item| !messages.contains_key(**item));
        let unexpected = messages
            .iter()
            .filter(|(item, ids)| !expected.contains(item.as_str()) || ids.len() != 1);
        Self {
            expected: expected.len(),
            received: messages.len(),
            repeated: received.repeated,
            refused: received.refused,
            missing: missing.map(|item| (*item).to_owned()).collect(),
            unexpected: unexpected.map(|(item, _)| item.clone()).collect(),
        }
    }

    fn are_right(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.refused == 0
    }
}

fn median<T: Copy + Default>(sorted: &[T]) -> T {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn sent(kind: Kind, answer: CheckResult) -> UploadResult {
        let item_id = format!("{kind:?}");
        let account_id = "account-1".to_owned();
        UploadResult {
            item_id,
            account_id,
            kind,
            answer,
            distance_max: None,
            frame: None,
            transform: None,
            time_ms: 1.0,
            problem: None,
        }
    }

    /// One case of one account, with as many items as there are kinds that are held.
    pub const CASES: (usize, u64) = (1, 13);

    pub fn all_right() -> (Vec<UploadResult>, Received) {
        let uploads: Vec<UploadResult> =
            Kind::ALL.iter().copied().map(|kind| sent(kind, kind.expected())).collect();
        let mut received = Received::default();
        for held in uploads.iter().filter(|sent| sent.answer == CheckResult::Hold) {
            received.messages.insert(held.item_id.clone(), vec!["msg_1".to_owned()]);
        }
        (uploads, received)
    }

    #[test]
    fn the_demo_ends_with_0_only_if_every_result_is_as_expected() {
        let status = |uploads, received| Outcome::of(uploads, received, CASES).exit_status();
        let (uploads, received) = all_right();
        assert_eq!(status(uploads.clone(), &received), 0);

        let mut one_missing = received.clone();
        one_missing.messages.pop_first();
        assert_eq!(status(uploads.clone(), &one_missing), 1);

        let mut one_too_many = received.clone();
        one_too_many.messages.insert("Unrelated".to_owned(), vec!["msg_2".to_owned()]);
        assert_eq!(status(uploads.clone(), &one_too_many), 1);

        let mut two_ids = received.clone();
        two_ids.messages.values_mut().next().unwrap().push("msg_2".to_owned());
        assert_eq!(status(uploads.clone(), &two_ids), 1);

        let mut forged = received.clone();
        forged.refused = 1;
        assert_eq!(status(uploads.clone(), &forged), 1);

        for answer in
            [CheckResult::Allow, CheckResult::Block, CheckResult::NotLooked, CheckResult::Other]
        {
            let mut wrong = uploads.clone();
            wrong[0].answer = answer;
            assert_eq!(status(wrong, &received), 1, "{answer:?} for an original");
        }
        assert_eq!(status(Vec::new(), &Received::default()), 1);
        for cases in [(0, 0), (1, 12), (2, 13)] {
            let outcome = Outcome::of(uploads.clone(), &received, cases);
            assert_eq!(outcome.exit_status(), 1, "{cases:?}");
        }
    }

    #[test]
    fn a_row_sums_up_distances_and_times() {
        let mut uploads = Vec::new();
        for (distance, time_ms) in [(10, 3.0), (0, 1.0), (10, 9.0)] {
            let one = sent(Kind::Jpeg, CheckResult::Hold);
            uploads.push(UploadResult { distance_max: Some(distance), time_ms, ..one });
        }

        let row = Row::of(Kind::Jpeg, &uploads);

        assert_eq!(row.distance_max, Some(10));
        assert!(row.time_ms[0] > 2.9 && row.time_ms[1] > 8.9);
    }
}
