use std::collections::BTreeMap;

use mamori_model::{BankId, Distance, Hash};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::Near;
use crate::shelves::Step;

#[derive(Clone, Debug)]
enum Act {
    Insert(Vec<(EntryId, BankId, Pdq)>),
    Remove(EntryId, EntryId),
    RemoveBank(BankId),
    /// Begins a build, unless one is running.
    Begin,
    /// Swaps the built segments in.
    Place,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let ids = || (1..80_i64).prop_map(|id| EntryId::new(id).unwrap());
    let banks = || (1..4_u128).prop_map(|bank| BankId::from(Uuid::from_u128(bank)));
    let hashes = (0..6_u8).prop_map(|byte| Pdq::from([byte; 32]));
    let entries = prop::collection::vec((ids(), banks(), hashes), 0..30);
    let act = prop_oneof![
        5 => entries.prop_map(Act::Insert),
        2 => (ids(), ids()).prop_map(|(first, last)| Act::Remove(first, last)),
        1 => banks().prop_map(Act::RemoveBank),
        4 => Just(Act::Begin),
        4 => Just(Act::Place),
    ];
    prop::collection::vec(act, 1..50)
}

type Known = BTreeMap<EntryId, (BankId, Pdq)>;

fn do_act(act: &Act, pile: &Pile, known: &mut Known) -> Pile {
    match act {
        Act::Insert(entries) => {
            let step: Step =
                entries.iter().map(|(id, bank, hash)| (*id, (*bank, Hash::Pdq(*hash)))).collect();
            known.extend(entries.iter().map(|(id, bank, hash)| (*id, (*bank, *hash))));
            pile.with(&step, &(EntryId::MIN..=EntryId::MAX))
        }
        Act::Remove(first, last) => {
            known.retain(|id, _| id < first || id > last);
            pile.without(&(*first..=*last))
        }
        Act::RemoveBank(bank) => {
            known.retain(|_, (other, _)| other != bank);
            pile.without_bank(*bank)
        }
        Act::Begin | Act::Place => pile.clone(),
    }
}

fn all(pile: &Pile) -> Vec<Near> {
    let lens: Vec<_> =
        (1..4).map(|bank| (BankId::from(Uuid::from_u128(bank)), Distance(256))).collect();
    let mut near = Vec::new();
    pile.near(&[0; 32].into(), &lens, &mut near);
    near.sort_by_key(|near| near.entry);
    near
}

proptest! {
    /// A build takes long, and changes happen meanwhile.
    #[test]
    fn what_happens_while_a_segment_is_built_is_not_lost(acts in acts()) {
        let mut pile = Arc::new(Pile::default());
        let mut known = Known::new();
        let mut building = None;
        for act in acts {
            pile = Arc::new(do_act(&act, &pile, &mut known));
            match act {
                Act::Begin if building.is_none() => {
                    building = Due::of(&pile, 10).map(|due| (due.build().unwrap(), due));
                }
                Act::Place => if let Some((built, due)) = building.take() {
                    pile = Arc::new(due.place(&pile, built));
                },
                Act::Begin | Act::Insert(_) | Act::Remove(..) | Act::RemoveBank(_) => {}
            }
            let zero = Pdq::from([0; 32]);
            let expected: Vec<_> = known.iter().map(|(id, (bank, hash))| {
                Near { entry: *id, bank: *bank, distance: zero.distance(hash) }
            }).collect();
            prop_assert_eq!(all(&pile), expected);
            let lens: usize = pile.lens().map(|(_, len)| len).sum();
            prop_assert_eq!(lens, known.len());
        }
    }
}

#[test]
fn a_pile_that_grows_keeps_few_segments_and_one_that_shrinks_is_built_anew() {
    let bank = Uuid::from_u128(1).into();
    let mut pile = Arc::new(Pile::default());
    let tidy = |pile: &mut Arc<Pile>| {
        while let Some(due) = Due::of(pile, 100) {
            let built = due.build().unwrap();
            *pile = Arc::new(due.place(pile, built));
        }
    };
    for first in (1..20_000_i64).step_by(100) {
        let ids = first..first + 100;
        let step: Step =
            ids.map(|id| (EntryId::new(id).unwrap(), (bank, Hash::Pdq([0; 32].into())))).collect();
        pile = Arc::new(pile.with(&step, &(EntryId::MIN..=EntryId::MAX)));
        tidy(&mut pile);
        let most = if first < 3_200 { 1 } else { 5 };
        assert!((1..=most).contains(&pile.placed.len()) && pile.fresh_rows() == 0);
    }
    let rows = |pile: &Pile| pile.placed.iter().map(|it| it.segment.len()).sum::<usize>();
    assert_eq!(rows(&pile), 20_000);

    pile = Arc::new(pile.without(&(EntryId::new(500).unwrap()..=EntryId::MAX)));
    tidy(&mut pile);

    assert!(rows(&pile) < 1_000, "{}", rows(&pile));
    assert_eq!(all(&pile).len(), 499);
}
