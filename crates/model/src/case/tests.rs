use uuid::Uuid;

use super::*;
use crate::{Action, Distance, EntryId, HashKind, Variant};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn staff(number: u128) -> StaffId {
    Uuid::from_u128(number).into()
}

fn case() -> Case {
    Case {
        id: Uuid::from_u128(1).into(),
        service: Uuid::from_u128(2).into(),
        purpose: Purpose::Rehearsal,
        subject: Subject::Item("one".parse().unwrap()),
        urgency: Urgency::KnownMaterial,
        level: Level::Reviewer,
        state: CaseState::Open,
        version: 3,
        items: 1,
        claim: Some(Claim { by: staff(7), until: at(600), number: 2 }),
        handed: None,
        bulk: None,
        opened_at: at(0),
        first_claimed_at: Some(at(0)),
        closed_at: None,
    }
}

#[test]
fn every_step_from_every_state_gives_a_next_state_or_a_refusal() {
    use CaseState::{Decided, Open, Proposed};
    use Refusal::{AlreadyDecided, CaseClosed, NotUndoable};
    let table = [
        (
            Open,
            [
                Ok(Open),
                Ok(Open),
                Ok(Decided),
                Ok(Proposed),
                Err(AlreadyDecided),
                Err(AlreadyDecided),
                Err(NotUndoable),
            ],
        ),
        (
            Proposed,
            [
                Err(CaseClosed),
                Err(CaseClosed),
                Err(AlreadyDecided),
                Err(AlreadyDecided),
                Ok(Decided),
                Ok(Open),
                Err(NotUndoable),
            ],
        ),
        (
            Decided,
            [
                Err(CaseClosed),
                Err(CaseClosed),
                Err(AlreadyDecided),
                Err(AlreadyDecided),
                Err(AlreadyDecided),
                Err(AlreadyDecided),
                Ok(Open),
            ],
        ),
    ];

    for (state, answers) in table {
        for (step, answer) in Step::ALL.iter().copied().zip(answers) {
            assert_eq!(state.after(step), answer, "{state:?} {step:?}");
        }
    }
}

#[test]
fn a_case_is_decided_by_its_claimant_who_was_shown_the_current_version() {
    let decided = Case { state: CaseState::Decided, claim: None, ..case() };
    let bulk = Case { bulk: Some(Uuid::from_u128(9).into()), ..case() };
    let free = Case { claim: None, ..case() };
    let table = [
        (case(), 7, 2, 3, 599, Ok(())),
        (case(), 7, 2, 3, 600, Err(Refusal::ClaimLapsed)),
        (case(), 7, 1, 3, 0, Err(Refusal::ClaimLapsed)),
        (case(), 7, 2, 2, 0, Err(Refusal::CaseStale)),
        (case(), 8, 2, 3, 0, Err(Refusal::ClaimedByOther)),
        (case(), 8, 2, 3, 600, Err(Refusal::ClaimLapsed)),
        (free, 7, 2, 3, 0, Err(Refusal::ClaimLapsed)),
        (decided, 7, 2, 3, 0, Err(Refusal::CaseClosed)),
        (bulk, 7, 2, 3, 0, Err(Refusal::InBulk)),
    ];

    for (case, who, number, version, second, answer) in table {
        let held = case.held_by(staff(who), number, version, at(second));
        assert_eq!(held, answer, "{who} {number} {version} {second}");
    }
}

#[test]
fn the_policy_of_a_case_is_that_of_the_gravest_purpose_behind_the_verdict() {
    let hit = |purpose, action| Hit {
        bank: Uuid::nil().into(),
        purpose,
        action,
        entry: EntryId::MIN,
        kind: HashKind::Pdq,
        distance: Distance(0),
        frame: 0,
        frame_count: 1,
        variant: Variant::default(),
    };
    let silent = hit(Purpose::ChildSexualAbuse, Action::None);
    let held = hit(Purpose::IntimateImageAbuse, Action::Hold);
    let also = hit(Purpose::MinorIntimateRemoval, Action::Hold);
    let benign = hit(Purpose::KnownBenign, Action::Hold);

    let asks = |hits: &[Hit], verdict| Case::purpose_of(hits, verdict);

    assert_eq!(asks(&[silent], Verdict::Allow), None);
    assert_eq!(asks(&[silent, held], Verdict::Hold), Some(Purpose::IntimateImageAbuse));
    assert_eq!(asks(&[held, also], Verdict::Hold), Some(Purpose::MinorIntimateRemoval));
    assert_eq!(asks(&[benign], Verdict::Hold), None);
}

#[test]
fn a_subject_reads_back_as_itself_and_hides_its_account() {
    for key in ["account:a:b", "item:x"] {
        assert_eq!(Subject::parse(key).unwrap().as_key().reveal(), key);
    }
    assert_eq!(Subject::parse("person:x"), None);
    let account = Subject::parse("account:user-17").unwrap();
    assert!(!format!("{account:?}").contains("user-17"));
}

#[test]
fn every_word_reads_back_as_itself() {
    for kind in CaseEventKind::ALL {
        assert_eq!(CaseEventKind::parse(kind.as_str()), Some(*kind));
    }
    for &urgency in Urgency::ALL {
        assert_eq!(Urgency::parse(urgency.as_str()), Some(urgency));
        assert_eq!(Urgency::from_number(urgency.number()), Some(urgency));
    }
    for &state in CaseState::ALL {
        assert_eq!(CaseState::parse(state.as_str()), Some(state));
    }
    for &level in Level::ALL {
        assert_eq!(Level::parse(level.as_str()), Some(level));
    }
}

#[test]
fn an_event_refers_to_ids_alone() {
    let about = About { item: Some(Uuid::from_u128(5).into()), ..About::default() };

    let text = serde_json::to_string(&about).unwrap();

    assert_eq!(text, r#"{"item":"match_00000000000000000000000000000005"}"#);
    assert_eq!(serde_json::from_str::<About>(&text).unwrap(), about);
    assert_eq!(serde_json::to_string(&About::default()).unwrap(), "{}");
}
