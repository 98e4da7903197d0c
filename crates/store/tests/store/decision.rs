//! Decisions that the database itself refuses, whatever the code above it does.

use mamori_model::case::{Subject, Urgency};
use mamori_model::staff::{
    Language, OwnLimits, PictureSettings, RoleSet, Scheme, Staff, StaffRole, ViewMode,
};
use mamori_model::{Approval, Decision, DecisionState, Outcome, Purpose, Verdict, Viewing};
use mamori_store::{Error, NewCase, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{a_match, at, hit, id, open, stored_service};

/// Two people, 1 and 2, and a case with an item.
pub async fn a_case(records: &TestDatabase) -> Store {
    let store = open(records).await;
    stored_service(&store, 1).await;
    let found = a_match(1, "item-1", Verdict::Hold, vec![hit(1, 1)]);
    let mut tx = store.begin("test").await.unwrap();
    for (number, name) in [(1, "one"), (2, "two")] {
        let staff = Staff {
            id: id(number),
            name: name.parse().unwrap(),
            display_name: name.parse().unwrap(),
            roles: RoleSet::new([StaffRole::Lead], false).unwrap(),
            assignment: mamori_model::Assignment::EVERYTHING,
            language: Language::English,
            scheme: Scheme::System,
            view: ViewMode::Hold,
            has_keys: true,
            pictures: PictureSettings::default(),
            zone: None,
            exposure_limits: OwnLimits::default(),
            created_at: at(0),
            method_added_at: None,
            ended_at: None,
        };
        tx.insert_staff(&staff).await.unwrap();
    }
    tx.record_match(&found).await.unwrap();
    let case = NewCase {
        id: id(1),
        service: id(1),
        purpose: Purpose::Rehearsal,
        subject: Subject::parse("account:somebody").unwrap(),
        urgency: Urgency::KnownMaterial,
        opened_at: at(0),
        items_max: 9,
    };
    tx.open_or_join_case(&case).await.unwrap();
    tx.commit().await.unwrap();
    store
}

/// A decision that person 1 proposed, for a lead to approve.
pub fn proposed(number: u128) -> Decision {
    Decision {
        id: id(number),
        case: id(1),
        service: id(1),
        purpose: Purpose::Rehearsal,
        policy_version: 1,
        outcome: Outcome::Violates,
        reason: "As the bank says.".parse().unwrap(),
        state: DecisionState::Proposed,
        made_by: id(1),
        made_at: at(1),
        approval: Approval::Colleague,
        author_viewing: Viewing::NotKept,
        approver_viewing: None,
        approver_id: None,
        approver_note: None,
        resolved_at: None,
        undone_by: None,
        undone_at: None,
        undo_reason: None,
        bulk: None,
    }
}

pub async fn insert(store: &Store, decision: &Decision) -> Result<(), Error> {
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_decision(decision).await?;
    tx.commit().await
}

on_both_engines! {
    async fn the_database_refuses_a_decision_that_its_maker_approved(records: TestDatabase) {
        let store = a_case(&records).await;
        let standing = Decision { state: DecisionState::Standing, ..proposed(1) };
        let approver_viewing = Some(Viewing::NotKept);
        let approved = Decision { approver_viewing, ..standing.clone() };
        let by = |person| Decision { approver_id: Some(id(person)), ..approved.clone() };
        let unseen = Decision { approver_viewing: None, ..by(2) };

        assert!(insert(&store, &by(1)).await.is_err(), "its maker approved it");
        assert!(insert(&store, &standing).await.is_err(), "it was not approved");
        let alone = Approval::Alone { not_before: at(9) };
        let unread = Decision { approval: alone, ..standing.clone() };
        assert!(insert(&store, &unread).await.is_err(), "its maker did not approve it later");
        assert!(insert(&store, &unseen).await.is_err(), "it is not known what was viewed");
        insert(&store, &by(2)).await.unwrap();
    }

    async fn a_proposal_is_resolved_once_by_a_colleague_not_by_its_maker(records: TestDatabase) {
        let store = a_case(&records).await;
        insert(&store, &proposed(1)).await.unwrap();
        let resolve = async |person| {
            let mut tx = store.begin("test").await.unwrap();
            let standing = DecisionState::Standing;
            let by = (id(person), None, Some(Viewing::NotKept));
            let resolved = tx.resolve_decision(id(1), standing, by, at(2)).await;
            tx.commit().await.unwrap();
            resolved.unwrap()
        };

        assert!(!resolve(1).await);
        assert!(resolve(2).await);
        assert!(!resolve(2).await);

        let resolved = store.decision(id(1), &mamori_model::Assignment::EVERYTHING).await.unwrap().unwrap();
        assert_eq!((resolved.state, resolved.approver_id), (DecisionState::Standing, Some(id(2))));
    }

    async fn a_case_has_one_decision_until_that_is_undone(records: TestDatabase) {
        let store = a_case(&records).await;
        insert(&store, &proposed(1)).await.unwrap();

        let twice = insert(&store, &proposed(2)).await;

        assert!(matches!(twice, Err(Error::Conflict("decision"))), "{twice:?}");
        let mut tx = store.begin("test").await.unwrap();
        let by = (id(2), None, Some(Viewing::NotKept));
        let resolved = tx.resolve_decision(id(1), DecisionState::Standing, by, at(2)).await;
        assert!(resolved.unwrap());
        tx.undo_decision(id(1), id(2), &"A cat.".parse().unwrap(), at(3)).await.unwrap();
        tx.commit().await.unwrap();
        insert(&store, &proposed(2)).await.unwrap();
    }
}
