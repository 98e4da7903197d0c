//! Whether everything came out as it must.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::plan::{Answer, Kind};
use super::receiver::Received;
use super::service::Sent;

/// Everything that came of the demo. Its JSON is what `--json` prints.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Whether every answer was as expected and every webhook arrived.
    pub ok: bool,
    /// How many files were sent.
    pub sent: usize,
    /// How many were answered as expected.
    pub as_expected: usize,
    /// A row for each kind, in the order of the table.
    pub kinds: Vec<Row>,
    /// The webhooks.
    pub webhooks: Webhooks,
    /// What waits for a person.
    pub cases: Cases,
    /// Every answer that was not as expected.
    pub wrong: Vec<Sent>,
    /// Every file that was sent, and what came of it.
    pub uploads: Vec<Sent>,
}

/// What came of the files of one kind.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which kind.
    pub kind: Kind,
    /// What must come of it.
    pub expected: Answer,
    /// How many were sent.
    pub sent: usize,
    /// How many of them were answered as expected.
    pub as_expected: usize,
    /// Least, median and greatest distance of those that matched.
    pub distance: Option<[u64; 3]>,
    /// Median and greatest time, in milliseconds.
    pub time_ms: [f64; 2],
}

/// What became of the webhooks.
#[derive(Debug, Serialize)]
pub struct Webhooks {
    /// How many items must be told of.
    pub expected: usize,
    /// How many were, by a signed message.
    pub received: usize,
    /// Messages that came again; a receiver tells them by their id.
    pub repeated: usize,
    /// Messages whose signature is wrong.
    pub refused: usize,
    /// Items that must be told of and were not.
    pub missing: Vec<String>,
    /// Items that were told of and must not be, or by two messages.
    pub unexpected: Vec<String>,
}

/// What waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cases {
    /// How many cases must be open: one for each account that sent what is held.
    pub expected: usize,
    /// How many are.
    pub open: usize,
    /// How many items are in them; each that is held must be.
    pub items: u64,
}

impl Cases {
    /// Holds what was sent against the cases that are open.
    pub fn of(uploads: &[Sent], (open, items): (usize, u64)) -> Self {
        let held = uploads.iter().filter(|sent| sent.kind.expected() == Answer::Hold);
        let accounts: BTreeSet<&str> = held.map(|sent| sent.account_id.as_str()).collect();
        Self { expected: accounts.len(), open, items }
    }

    fn are_right(self, items: usize) -> bool {
        self.open == self.expected && u64::try_from(items) == Ok(self.items)
    }
}

impl Sent {
    /// Whether what came of it is what had to.
    pub fn is_as_expected(&self) -> bool {
        self.answer == self.kind.expected()
    }
}

impl Outcome {
    /// Holds what was sent against what came in, and against the cases that wait now, with so many
    /// items in them.
    pub fn of(uploads: Vec<Sent>, received: &Received, cases: (usize, u64)) -> Self {
        let webhooks = Webhooks::of(&uploads, received);
        let cases = Cases::of(&uploads, cases);
        let wrong: Vec<Sent> =
            uploads.iter().filter(|sent| !sent.is_as_expected()).cloned().collect();
        let kinds: Vec<Row> = Kind::ALL.into_iter().map(|kind| Row::of(kind, &uploads)).collect();
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
    /// What the demo ends with: 0 only if everything was right.
    pub fn exit_status(&self) -> u8 {
        u8::from(!self.ok)
    }
}

impl Row {
    fn of(kind: Kind, uploads: &[Sent]) -> Self {
        let of_kind: Vec<&Sent> = uploads.iter().filter(|sent| sent.kind == kind).collect();
        let mut distances: Vec<u64> = of_kind.iter().filter_map(|sent| sent.distance).collect();
        let mut times: Vec<f64> = of_kind.iter().map(|sent| sent.time_ms).collect();
        distances.sort_unstable();
        times.sort_unstable_by(f64::total_cmp);
        Self {
            kind,
            expected: kind.expected(),
            sent: of_kind.len(),
            as_expected: of_kind.iter().filter(|sent| sent.is_as_expected()).count(),
            distance: distances
                .first()
                .zip(distances.last())
                .map(|(least, greatest)| [*least, median(&distances), *greatest]),
            time_ms: [median(&times), times.last().copied().unwrap_or_default()],
        }
    }
}

impl Webhooks {
    fn of(uploads: &[Sent], received: &Received) -> Self {
        let expected: BTreeSet<&str> = uploads
            .iter()
            .filter(|sent| sent.kind.expected() == Answer::Hold)
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

    pub fn sent(kind: Kind, answer: Answer) -> Sent {
        let item_id = format!("{kind:?}");
        let account_id = "account-1".to_owned();
        Sent {
            item_id,
            account_id,
            kind,
            answer,
            distance: None,
            frame: None,
            transform: None,
            time_ms: 1.0,
            problem: None,
        }
    }

    /// As many items as kinds that are held, all of one account.
    pub const CASES: (usize, u64) = (1, 13);

    pub fn all_right() -> (Vec<Sent>, Received) {
        let uploads: Vec<Sent> =
            Kind::ALL.into_iter().map(|kind| sent(kind, kind.expected())).collect();
        let mut received = Received::default();
        for told in uploads.iter().filter(|sent| sent.answer == Answer::Hold) {
            received.messages.insert(told.item_id.clone(), vec!["msg_1".to_owned()]);
        }
        (uploads, received)
    }

    #[test]
    fn the_demo_is_right_and_ends_with_0_only_if_everything_is() {
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

        for answer in [Answer::Allow, Answer::Block, Answer::NotLooked, Answer::Other] {
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
        for (distance, time_ms) in [(4, 3.0), (0, 1.0), (2, 9.0)] {
            let one = sent(Kind::Jpeg, Answer::Hold);
            uploads.push(Sent { distance: Some(distance), time_ms, ..one });
        }

        let row = Row::of(Kind::Jpeg, &uploads);

        assert_eq!(row.distance, Some([0, 2, 4]));
        assert!(row.time_ms[0] > 2.9 && row.time_ms[1] > 8.9);
    }
}
