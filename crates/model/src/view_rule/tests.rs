use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::{Account, Feature};

const TODAY: Date = date(2026, 11, 22);

fn entry(number: i64) -> EntryId {
    EntryId::new(number).unwrap()
}

/// An item whose bytes are stored, near to one entry.
fn near(number: u128, entry: i64, bits: u32) -> ItemFacts {
    ItemFacts {
        item: id(number),
        name: format!("item-{number}").parse().unwrap(),
        entries: vec![(self::entry(entry), Distance(bits))],
        pdq: None,
        is_exact: false,
        is_viewable: true,
    }
}

fn id(number: u128) -> MatchId {
    Uuid::from_u128(number).into()
}

fn exact(number: u128, entry: i64) -> ItemFacts {
    ItemFacts { is_exact: true, ..near(number, entry, 0) }
}

fn unkept(item: ItemFacts) -> ItemFacts {
    ItemFacts { is_viewable: false, ..item }
}

fn open(items: &[ItemFacts], viewed: &[u128]) -> Vec<u128> {
    let viewed = viewed.iter().map(|number| id(*number)).collect();
    let coverage = Coverage::of(items, &viewed);
    coverage.open().map(|item| Uuid::from(item.item).as_u128()).collect()
}

fn progress(items: &[ItemFacts], viewed: &[u128]) -> Progress {
    let viewed = viewed.iter().map(|number| id(*number)).collect();
    Coverage::of(items, &viewed).progress()
}

/// What the items are, the items, which were viewed, and which are still to be viewed.
type Row = (&'static str, Vec<ItemFacts>, &'static [u128], &'static [u128]);

#[test]
fn needed_are_each_item_without_an_exact_match_and_one_item_for_each_entry() {
    let apart = |number| near(number, 1, 20);
    // Listed twice, by its picture and by its bytes, and a copy of it.
    let both = ItemFacts {
        entries: vec![(entry(1), Distance(0)), (entry(2), Distance(0))],
        ..exact(2, 2)
    };
    let table: [Row; 11] = [
        ("nothing", vec![], &[], &[]),
        ("two exact items of one entry", vec![exact(1, 1), exact(2, 1)], &[], &[1]),
        ("exact items of two entries", vec![exact(1, 1), exact(2, 2)], &[2], &[1]),
        ("an exact item and a picture far from it", vec![exact(1, 1), near(2, 2, 9)], &[1], &[2]),
        ("two pictures apart", vec![apart(1), apart(2)], &[], &[1, 2]),
        ("two pictures apart, one viewed", vec![apart(1), apart(2)], &[1], &[2]),
        ("a stack of copies", vec![near(1, 1, 9), near(2, 1, 12), near(3, 1, 19)], &[], &[1]),
        ("a stack, its last item viewed", vec![near(1, 1, 9), near(2, 1, 12)], &[2], &[]),
        ("nothing is kept", vec![unkept(near(1, 1, 9)), unkept(exact(2, 1))], &[], &[]),
        ("the copy with most entries", vec![near(1, 1, 0), both], &[], &[2]),
        ("a copy is kept", vec![unkept(near(1, 1, 9)), exact(2, 1)], &[], &[2]),
    ];

    for (what, items, viewed, expected) in table {
        assert_eq!(open(&items, viewed), expected, "{what}");
    }
}

#[test]
fn a_copy_shares_an_entry_and_differs_in_at_most_31_bits() {
    let pdq = |ones: u8| {
        let mut bytes = [0; 32];
        bytes[..4].fill(0xff);
        bytes[4] = ones;
        Some(Pdq::from(bytes))
    };
    let blank = Some(Pdq::from([0; 32]));
    let hashed = |number, entry, bits, pdq| ItemFacts { pdq, ..near(number, entry, bits) };
    let table = [
        ("by the sum of the distances", near(1, 1, 15), near(2, 1, 16), true),
        ("a sum too great", near(1, 1, 16), near(2, 1, 16), false),
        ("by the hashes", hashed(1, 1, 20, pdq(1)), hashed(2, 1, 20, pdq(7)), true),
        ("hashes too far apart", hashed(1, 1, 20, pdq(0)), hashed(2, 1, 20, blank), false),
        ("of another entry", hashed(1, 1, 0, blank), hashed(2, 2, 0, blank), false),
        ("the item itself", near(1, 1, 30), near(1, 1, 30), true),
    ];

    for (what, one, two, expected) in table {
        let is_copy = one.is_copy_of(&two);
        assert_eq!((is_copy, two.is_copy_of(&one)), (expected, expected), "{what}");
    }
}

#[test]
fn the_demand_follows_from_outcome_and_actions() {
    let account: Account = "user-17".parse().unwrap();
    let remove = |name: &str| ServiceAction::RemoveItem(name.parse().unwrap());
    let limit = |until| ServiceAction::LimitFeature {
        account: account.clone(),
        feature: Feature::Upload,
        until,
    };
    let suspend = ServiceAction::SuspendAccount { account: account.clone(), until: Some(TODAY) };
    let restore = ServiceAction::RestoreAccount(account.clone());
    let items = [exact(1, 1), near(2, 1, 9)];
    let table = [
        (Outcome::Allowed, vec![], Demand::None),
        (Outcome::NotAMatch, vec![], Demand::Author),
        (Outcome::Violates, vec![remove("item-1")], Demand::None),
        (Outcome::Violates, vec![remove("item-1"), restore], Demand::None),
        (Outcome::Violates, vec![remove("item-1"), remove("item-2")], Demand::ViewOrApproval),
        (Outcome::Violates, vec![limit(date(2026, 12, 21))], Demand::ViewOrApproval),
        (Outcome::Violates, vec![limit(date(2026, 12, 22))], Demand::Both),
        (Outcome::Violates, vec![remove("item-1"), suspend], Demand::Both),
    ];

    for (outcome, actions, expected) in table {
        let demand = Demand::of(outcome, &actions, &items, (TODAY, 30));
        assert_eq!(demand, expected, "{outcome:?} {actions:?}");
    }
}

#[test]
fn what_was_not_viewed_is_refused_or_needs_a_second_approval() {
    let viewed = progress(&[near(1, 1, 9)], &[1]);
    let open = progress(&[near(1, 1, 9)], &[]);
    let unkept = progress(&[unkept(near(1, 1, 9))], &[]);
    // The author may make it · it needs a second approval · the approver may approve it.
    let table = [
        (Demand::None, open, (true, false, true)),
        (Demand::ViewOrApproval, viewed, (true, false, true)),
        (Demand::ViewOrApproval, open, (true, true, true)),
        (Demand::ViewOrApproval, unkept, (true, true, true)),
        (Demand::Author, viewed, (true, false, true)),
        (Demand::Author, open, (false, false, true)),
        (Demand::Author, unkept, (true, false, true)),
        (Demand::Both, viewed, (true, true, true)),
        (Demand::Both, open, (false, true, false)),
        (Demand::Both, unkept, (true, true, true)),
    ];

    for (demand, progress, expected) in table {
        let answer = (
            demand.permits_author(progress),
            demand.needs_approval(progress),
            demand.permits_approver(progress),
        );
        assert_eq!(answer, expected, "{demand:?} {progress:?}");
    }
}

#[test]
fn the_record_says_what_was_viewed() {
    let one = || near(1, 1, 20);
    let two = || near(2, 1, 20);
    let table: [(Vec<ItemFacts>, &[u128], bool, Viewing); 7] = [
        (vec![one(), two()], &[1, 2], true, Viewing::Viewed),
        (vec![one(), two()], &[1, 2], false, Viewing::Viewed),
        (vec![one(), two()], &[1], true, Viewing::InPart),
        (vec![one(), unkept(two())], &[1], true, Viewing::InPart),
        (vec![one()], &[], false, Viewing::NotNeeded),
        (vec![one()], &[], true, Viewing::NotViewed),
        (vec![unkept(one())], &[], true, Viewing::NotKept),
    ];

    for (items, viewed, is_asked, expected) in table {
        let word = progress(&items, viewed).viewing(is_asked);
        assert_eq!(word, expected, "{items:?} {viewed:?} {is_asked}");
    }
}

#[test]
fn the_views_of_one_case_count_for_copies_in_the_others_of_a_bulk_decision() {
    let items = [near(1, 1, 9), near(2, 1, 9), near(3, 2, 9)];

    let viewed = [id(1)].into();
    let coverage = Coverage::of(&items, &viewed);

    let progress = |done, open| Progress { done, open, unkept: 0 };
    assert_eq!(coverage.progress(), progress(1, 1));
    assert_eq!(coverage.progress_of(&items[1..2]), progress(1, 0));
    assert_eq!(coverage.progress_of(&items[2..]), progress(0, 1));
}

#[test]
fn every_word_reads_back_as_itself() {
    for &word in Viewing::ALL {
        assert_eq!(Viewing::parse(word.as_str()), Some(word));
    }
}

#[test]
fn every_viewed_item_counts_for_its_copies_also_one_that_is_a_copy_itself() {
    // 2 is a copy of 1 and of 3, which are too far from each other.
    let two = near(2, 1, 2);
    let items = [near(1, 1, 20), two, near(3, 1, 29)];

    assert_eq!(progress(&items, &[1]), Progress { done: 1, open: 1, unkept: 0 });
    assert_eq!(progress(&items, &[1, 2]), Progress { done: 1, open: 0, unkept: 0 });
}
