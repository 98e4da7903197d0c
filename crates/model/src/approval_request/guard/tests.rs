use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::audit::{AuditAct, Condition};
use crate::bank::tests::a_bank;
use crate::{ApprovalVerb, EntryId, Hash, Jurisdictions, PrivateBasis};

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(hour * 3_600).unwrap()
}

/// The guard of an installation that is this many hours old.
fn guard(hours: i64) -> Guard {
    Guard {
        installed_at: at(1_000),
        now: at(1_000 + hours),
        distance_max: Distance::PDQ_SAME_MAX,
        withdrawals_per_day_max: 100,
    }
}

fn reasons(change: GuardedChange<'_>) -> Vec<Reason> {
    guard(24).reasons(&change)
}

fn changed(before: &Bank, after: &Bank) -> Vec<Reason> {
    reasons(GuardedChange::Bank { before, after })
}

fn entry(expires_at: Option<i64>) -> Entry {
    Entry {
        id: EntryId::MIN,
        bank: Uuid::nil().into(),
        hash: Hash::Md5([0; 16].into()),
        source_id: None,
        labels: crate::text::Labels::default(),
        added_at: at(0),
        expires_at: expires_at.map(at),
        withdrawn_at: None,
    }
}

fn with_reach(surfaces: &[Surface], countries: &[&str], law: Option<(&str, i16)>) -> Bank {
    let basis =
        law.map(|(law, year)| PrivateBasis { law: law.parse().unwrap(), until: date(year, 1, 1) });
    let countries = Jurisdictions::try_from(countries.to_vec()).unwrap();
    let reach = Reach::new(surfaces.iter().copied().collect(), countries, basis).unwrap();
    Bank { reach, ..a_bank() }
}

#[test]
fn a_bank_that_does_nothing_by_itself_is_created_without_a_second_actor() {
    let acting = Bank { action: Action::Hold, ..a_bank() };
    let benign = Bank { purpose: Purpose::KnownBenign, ..a_bank() };
    let flat = Bank { quality_min: Quality::ANY, distance_max: Distance(32), ..a_bank() };
    let messages = with_reach(Surface::ALL, &["*"], Some(("a law", 2030)));

    let created = |bank: &Bank| reasons(GuardedChange::NewBank(bank));

    assert_eq!(created(&a_bank()), []);
    assert_eq!(created(&acting), [Reason::CreateActingBank]);
    assert_eq!(created(&benign), [Reason::OpenBenignBank]);
    assert_eq!(created(&flat), [Reason::RaiseDistance, Reason::LowerQuality]);
    assert_eq!(created(&messages), [Reason::OpenPrivateMessages]);
}

#[test]
fn each_setting_that_widens_has_a_reason_and_the_way_back_has_none() {
    let narrow = Bank { transforms: Transforms::None, is_enabled: false, ..a_bank() };
    let table = [
        (Bank { action: Action::Hold, ..narrow.clone() }, vec![Reason::RaiseAction]),
        (Bank { is_enabled: true, ..narrow.clone() }, vec![]),
        (Bank { transforms: Transforms::All, ..narrow.clone() }, vec![Reason::WidenTransforms]),
        (Bank { distance_max: Distance(32), ..narrow.clone() }, vec![Reason::RaiseDistance]),
        (Bank { quality_min: Quality::ANY, ..narrow.clone() }, vec![Reason::LowerQuality]),
        (
            Bank { action: Action::Block, is_enabled: true, ..narrow.clone() },
            vec![Reason::RaiseAction, Reason::EnableActingBank],
        ),
    ];

    for (wide, expected) in table {
        assert_eq!(changed(&narrow, &wide), expected, "{wide:?}");
        assert_eq!(changed(&wide, &narrow), [], "{wide:?}");
    }
}

#[test]
fn a_bank_that_acts_or_clears_is_switched_on_by_two_actors() {
    let on = |action, purpose| Bank { purpose, action, ..a_bank() };
    let off = |bank: &Bank| Bank { is_enabled: false, ..bank.clone() };
    let acting = on(Action::Block, Purpose::ChildSexualAbuse);
    let benign = on(Action::None, Purpose::KnownBenign);

    assert_eq!(changed(&off(&acting), &acting), [Reason::EnableActingBank]);
    assert_eq!(changed(&off(&benign), &benign), [Reason::OpenBenignBank]);
    assert_eq!(changed(&benign, &off(&benign)), []);
}

#[test]
fn a_reach_widens_by_a_surface_a_country_or_a_law_that_lasts_longer() {
    let [public, shared] = [Surface::Public, Surface::Shared];
    let messages = Surface::PrivateMessage;
    let bank = with_reach(&[public], &["JP"], None);
    let lawful = |law, year| with_reach(&[public, messages], &["JP"], Some((law, year)));

    assert_eq!(changed(&bank, &with_reach(&[shared], &["JP"], None)), [Reason::WidenReach]);
    assert_eq!(changed(&bank, &with_reach(&[public], &["FR"], None)), [Reason::WidenReach]);
    assert_eq!(changed(&bank, &with_reach(&[public], &["*"], None)), [Reason::WidenReach]);
    assert_eq!(changed(&bank, &lawful("a", 2030)), [Reason::OpenPrivateMessages]);
    assert_eq!(changed(&lawful("a", 2030), &lawful("a", 2031)), [Reason::OpenPrivateMessages]);
    assert_eq!(changed(&lawful("a", 2030), &lawful("b", 2030)), [Reason::OpenPrivateMessages]);
    assert_eq!(changed(&lawful("a", 2030), &lawful("a", 2029)), []);
    assert_eq!(changed(&lawful("a", 2030), &bank), []);
}

#[test]
fn hashes_are_added_by_two_actors_where_they_hold_block_or_clear() {
    let acting = Bank { action: Action::Hold, ..a_bank() };
    let benign = Bank { purpose: Purpose::KnownBenign, ..a_bank() };
    let removals = Removals::default();
    let added = |bank: &Bank| reasons(GuardedChange::Entries { bank, removals });
    let import =
        |bank: &Bank, is_approved| reasons(GuardedChange::Import { bank, is_approved, removals });

    assert_eq!(added(&a_bank()), []);
    assert_eq!(added(&acting), [Reason::AddActingEntries]);
    assert_eq!(added(&benign), [Reason::AddBenignEntries]);
    assert_eq!(import(&a_bank(), false), []);
    assert_eq!(import(&acting, false), [Reason::ApproveSource]);
    assert_eq!(import(&acting, true), []);
    assert_eq!(import(&benign, false), [Reason::AddBenignEntries]);
}

#[test]
fn an_end_is_postponed_by_two_actors_where_the_entry_holds_blocks_or_clears() {
    let acting = Bank { action: Action::Hold, ..a_bank() };
    let moved = |bank: &Bank, from: Option<i64>, to: Option<i64>| {
        let (before, after) = (entry(from), entry(to));
        reasons(GuardedChange::Entry { bank, before: &before, after: &after, within_day: 0 })
    };

    assert_eq!(moved(&acting, Some(1), Some(2)), [Reason::PostponeEnd]);
    assert_eq!(moved(&acting, Some(1), None), [Reason::PostponeEnd]);
    assert_eq!(moved(&acting, Some(2), Some(1)), []);
    assert_eq!(moved(&acting, None, Some(1)), []);
    assert_eq!(moved(&acting, None, None), []);
    assert_eq!(moved(&a_bank(), Some(1), None), []);
}

#[test]
fn withdrawals_need_two_actors_from_the_first_beyond_the_limit_of_a_day() {
    let bank = a_bank();
    let withdrawn = |within_day, more| {
        let removals = Removals { within_day, more };
        let by = [
            GuardedChange::Withdrawal { bank: &bank, removals },
            GuardedChange::Entries { bank: &bank, removals },
            GuardedChange::Import { bank: &bank, is_approved: false, removals },
            GuardedChange::Import { bank: &bank, is_approved: true, removals },
        ];
        let [first, others @ ..] = by.map(reasons);
        assert!(others.iter().all(|other| *other == first), "{others:?}");
        first
    };

    assert_eq!(withdrawn(0, 100), []);
    assert_eq!(withdrawn(99, 1), []);
    assert_eq!(withdrawn(500, 0), []);
    assert_eq!(withdrawn(100, 1), [Reason::MassWithdrawal]);
    assert_eq!(withdrawn(0, 101), [Reason::MassWithdrawal]);
}

#[test]
fn an_end_that_comes_sooner_counts_as_a_withdrawal() {
    let bank = a_bank();
    let moved = |within_day, from: Option<i64>, to: Option<i64>| {
        let (before, after) = (&entry(from), &entry(to));
        reasons(GuardedChange::Entry { bank: &bank, before, after, within_day })
    };

    assert_eq!(moved(99, None, Some(1)), []);
    assert_eq!(moved(100, None, Some(1)), [Reason::MassWithdrawal]);
    assert_eq!(moved(100, Some(2), Some(1)), [Reason::MassWithdrawal]);
    assert_eq!(moved(100, Some(1), Some(1)), []);
    assert_eq!(moved(100, Some(1), Some(2)), []);
    assert_eq!(moved(100, Some(1), None), []);
}

#[test]
fn services_keys_and_banks_are_removed_by_two_actors() {
    let bank = a_bank();

    assert_eq!(reasons(GuardedChange::ServiceDeletion), [Reason::DeleteService]);
    assert_eq!(reasons(GuardedChange::BankDeletion(&bank)), [Reason::DeleteBank]);
    assert_eq!(reasons(GuardedChange::AdminKey), [Reason::IssueAdminKey]);
    assert_eq!(reasons(GuardedChange::Revocation { is_own: false }), [Reason::RevokeOtherKey]);
    assert_eq!(reasons(GuardedChange::Revocation { is_own: true }), []);
}

#[test]
fn the_first_day_and_banks_for_rehearsals_need_no_second_actor() {
    let acting = Bank { action: Action::Block, ..a_bank() };
    let rehearsal = Bank { purpose: Purpose::Rehearsal, ..acting.clone() };

    assert_eq!(guard(23).reasons(&GuardedChange::NewBank(&acting)), []);
    assert_eq!(guard(23).reasons(&GuardedChange::AdminKey), []);
    assert_eq!(guard(24).reasons(&GuardedChange::NewBank(&rehearsal)), []);
    assert_eq!(guard(24).reasons(&GuardedChange::BankDeletion(&rehearsal)), []);
}

#[test]
fn the_rule_of_an_act_lists_the_reasons_that_its_change_can_have_and_no_others() {
    let off = Bank { is_enabled: false, transforms: Transforms::None, ..a_bank() };
    let off = Bank { reach: with_reach(&[Surface::Public], &["JP"], None).reach, ..off };
    let acting = Bank {
        action: Action::Block,
        quality_min: Quality::ANY,
        distance_max: Distance(32),
        ..with_reach(Surface::ALL, &["*"], Some(("a law", 2030)))
    };
    let benign = Bank { purpose: Purpose::KnownBenign, ..a_bank() };
    let benign_off = Bank { is_enabled: false, ..benign.clone() };
    let (ending, endless) = (entry(Some(1)), entry(None));
    let changed = |before, after| GuardedChange::Bank { before, after };
    let removals = Removals { within_day: 100, more: 1 };
    // An import asks before it knows its lines.
    let none = Removals::default();
    let import = |bank| GuardedChange::Import { bank, is_approved: false, removals: none };
    let entries = [&acting, &benign].map(|bank| GuardedChange::Entries { bank, removals });
    let created = [GuardedChange::NewBank(&acting), GuardedChange::NewBank(&benign)];
    let longer =
        GuardedChange::Entry { bank: &acting, before: &ending, after: &endless, within_day: 0 };
    let shorter =
        GuardedChange::Entry { bank: &acting, before: &endless, after: &ending, within_day: 100 };
    let withdrawn = GuardedChange::Withdrawal { bank: &acting, removals };
    let all_of = |verb| match verb {
        ApprovalVerb::DeleteService => vec![GuardedChange::ServiceDeletion],
        ApprovalVerb::CreateBank => created.to_vec(),
        ApprovalVerb::ChangeBank => vec![changed(&off, &acting), changed(&benign_off, &benign)],
        ApprovalVerb::DeleteBank => vec![GuardedChange::BankDeletion(&acting)],
        ApprovalVerb::AddEntries | ApprovalVerb::RestoreEntries => entries.to_vec(),
        ApprovalVerb::ApproveSource => vec![import(&acting), import(&benign)],
        ApprovalVerb::ChangeEntry => vec![longer, shorter],
        ApprovalVerb::WithdrawEntry | ApprovalVerb::WithdrawSource => vec![withdrawn],
        ApprovalVerb::IssueKey => vec![GuardedChange::AdminKey],
        ApprovalVerb::RevokeKey => vec![GuardedChange::Revocation { is_own: false }],
    };

    for &verb in ApprovalVerb::ALL {
        let mut found: Vec<Reason> = all_of(verb).into_iter().flat_map(reasons).collect();
        found.sort_unstable();
        found.dedup();
        let found: Vec<Condition> = found.into_iter().map(Condition::Request).collect();
        let rule = AuditAct::from(verb).rule();
        let mut listed = rule.alone.conditions().to_vec();
        listed.sort_by_key(|condition| found.iter().position(|one| one == condition));
        assert_eq!(listed, found, "{verb:?}");
    }
}
