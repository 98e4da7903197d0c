use std::collections::BTreeMap;

use mamori_model::{BankId, Distance, Hash};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::Near;
use crate::rows_by_bank::WriteBatch;

#[derive(Clone, Debug)]
enum Act {
    Insert(Vec<(EntryId, BankId, Pdq)>),
    Remove(EntryId, EntryId),
    RemoveBank(BankId),
    /// Begins a build, unless one is running.
    Begin,
    /// Swaps the built segments in.
    Install,
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
        4 => Just(Act::Install),
    ];
    prop::collection::vec(act, 1..50)
}

type Known = BTreeMap<EntryId, (BankId, Pdq)>;

fn do_act(act: &Act, snapshot: &IndexSnapshot, known: &mut Known) -> IndexSnapshot {
    match act {
        Act::Insert(entries) => {
            let batch: WriteBatch =
                entries.iter().map(|(id, bank, hash)| (*id, (*bank, Hash::Pdq(*hash)))).collect();
            known.extend(entries.iter().map(|(id, bank, hash)| (*id, (*bank, *hash))));
            snapshot.with(&batch, &(EntryId::MIN..=EntryId::MAX))
        }
        Act::Remove(first, last) => {
            known.retain(|id, _| id < first || id > last);
            snapshot.without(&(*first..=*last))
        }
        Act::RemoveBank(bank) => {
            known.retain(|_, (other, _)| other != bank);
            snapshot.without_bank(*bank)
        }
        Act::Begin | Act::Install => snapshot.clone(),
    }
}

fn all(snapshot: &IndexSnapshot) -> Vec<Near> {
    let scope: Vec<_> =
        (1..4).map(|bank| (BankId::from(Uuid::from_u128(bank)), Distance(256))).collect();
    let mut near = Vec::new();
    snapshot.near(&[0; 32].into(), &scope, &mut near);
    near.sort_by_key(|near| near.entry);
    near
}

proptest! {
    /// A build takes long, and changes happen meanwhile.
    #[test]
    fn changes_during_the_build_of_a_segment_are_not_lost(acts in acts()) {
        let mut snapshot = Arc::new(IndexSnapshot::default());
        let mut known = Known::new();
        let mut building = None;
        for act in acts {
            snapshot = Arc::new(do_act(&act, &snapshot, &mut known));
            match act {
                Act::Begin if building.is_none() => {
                    building = MergePlan::of(&snapshot, 10).map(|plan| (plan.build().unwrap(), plan));
                }
                Act::Install => if let Some((built, plan)) = building.take() {
                    snapshot = Arc::new(plan.install(&snapshot, built));
                },
                Act::Begin | Act::Insert(_) | Act::Remove(..) | Act::RemoveBank(_) => {}
            }
            let zero = Pdq::from([0; 32]);
            let expected: Vec<_> = known.iter().map(|(id, (bank, hash))| {
                Near { entry: *id, bank: *bank, distance: zero.distance(hash) }
            }).collect();
            prop_assert_eq!(all(&snapshot), expected);
            let total: usize = snapshot.counts().map(|(_, len)| len).sum();
            prop_assert_eq!(total, known.len());
        }
    }
}

#[test]
fn an_index_that_grows_keeps_few_segments_and_one_that_shrinks_is_rebuilt() {
    let bank = Uuid::from_u128(1).into();
    let mut snapshot = Arc::new(IndexSnapshot::default());
    let compact = |snapshot: &mut Arc<IndexSnapshot>| {
        while let Some(plan) = MergePlan::of(snapshot, 100) {
            let built = plan.build().unwrap();
            *snapshot = Arc::new(plan.install(snapshot, built));
        }
    };
    for first in (1..20_000_i64).step_by(100) {
        let ids = first..first + 100;
        let batch: WriteBatch =
            ids.map(|id| (EntryId::new(id).unwrap(), (bank, Hash::Pdq([0; 32].into())))).collect();
        snapshot = Arc::new(snapshot.with(&batch, &(EntryId::MIN..=EntryId::MAX)));
        compact(&mut snapshot);
        let most = if first < 3_200 { 1 } else { 5 };
        assert!((1..=most).contains(&snapshot.segments.len()) && snapshot.delta_rows() == 0);
    }
    let rows = |snapshot: &IndexSnapshot| {
        snapshot.segments.iter().map(|it| it.segment.len()).sum::<usize>()
    };
    assert_eq!(rows(&snapshot), 20_000);

    snapshot = Arc::new(snapshot.without(&(EntryId::new(500).unwrap()..=EntryId::MAX)));
    compact(&mut snapshot);

    assert!(rows(&snapshot) < 1_000, "{}", rows(&snapshot));
    assert_eq!(all(&snapshot).len(), 499);
}
