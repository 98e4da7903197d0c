//! The audit record: every change has an event with its actor, and the chain verifies.

use jiff::SignedDuration;
use mamori_desk::audit::AuditReader;
use mamori_desk::audit::verify::{ChainFault, Verification};
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::prepare_bulk::NewBulk;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{AuditFilter, Desk, Error, LocalCli, Proof};
use mamori_model::audit::{AuditActor, AuditEvent, AuditLink, AuditVerb};
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{Action, Hash, Measures, Outcome, Pdq, Sha256};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::common::{TestApp, new_bank, test_app};

/// The events of the record, the oldest first.
async fn events(desk: &Desk) -> Vec<AuditEvent> {
    let here = LocalCli::here();
    let size = PageSize::new(PageSize::MAX).unwrap();
    let filter = AuditFilter::default();
    let page = desk.audit_events(AuditReader::LocalCli(&here), &filter, None, size).await.unwrap();
    let mut events: Vec<_> = page.events.rows.into_iter().map(|linked| linked.event).collect();
    events.reverse();
    events
}

async fn verify(desk: &Desk, logged: &[AuditLink]) -> Verification {
    let here = LocalCli::here();
    desk.verify_audit(AuditReader::LocalCli(&here), logged).await.unwrap()
}

/// Runs statements behind the store's back, with the triggers switched off.
async fn tamper(records: &TestDatabase, statement: &'static str) {
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        let mut sqlite = SqliteConnection::connect(path).await.unwrap();
        sqlite.execute("DROP TRIGGER IF EXISTS audit_event_update").await.unwrap();
        sqlite.execute("DROP TRIGGER IF EXISTS audit_event_delete").await.unwrap();
        sqlite.execute(statement).await.unwrap();
    } else {
        let mut postgres = PgConnection::connect(records.url()).await.unwrap();
        postgres.execute("ALTER TABLE audit_event DISABLE TRIGGER USER").await.unwrap();
        postgres.execute(statement).await.unwrap();
    }
}

/// An app whose administrator has a key, and the key's proof.
async fn app_with_a_key(records: TestDatabase) -> (TestApp, AuditActor) {
    let mut app = test_app(records).await;
    let name = "list keeper".parse().unwrap();
    let issued = app.desk.issue_key(&app.admin, NewKey::whole(Role::Admin, name)).await.unwrap();
    app.desk.catch_up().await.unwrap();
    let Some(Proof::Admin(admin)) = app.desk.authenticate(issued.token.reveal(), None) else {
        panic!("an administrator's key proves an administrator");
    };
    app.admin = admin;
    (app, issued.key.actor())
}

on_both_engines! {
    async fn a_change_of_a_bank_names_the_key_and_both_states(records: TestDatabase) {
        let (app, key) = app_with_a_key(records).await;
        let bank = app.bank("known", Action::None).await;

        let change = BankChange { action: Some(Action::Hold), ..BankChange::default() };
        app.desk.change_bank(&app.admin, bank.id, change).await.unwrap();

        let events = events(&app.desk).await;
        let event = events.last().unwrap();
        assert_eq!((&event.actor, event.verb), (&key, AuditVerb::BankChanged));
        assert_eq!(event.target.as_str(), bank.id.to_string());
        let state = |text: &Option<String>| -> serde_json::Value {
            serde_json::from_str(text.as_deref().unwrap()).unwrap()
        };
        assert_eq!(state(&event.before)["action"], "none");
        assert_eq!(state(&event.after)["action"], "hold");
    }

    async fn the_verbs_of_banks_services_and_keys_are_recorded_in_order(records: TestDatabase) {
        let (app, key) = app_with_a_key(records).await;
        let begun = events(&app.desk).await.len();
        let (desk, admin) = (&app.desk, &app.admin);
        let entry = NewEntry::bare(Hash::Pdq(Pdq::from([7; 32])));
        let name = |text: &str| text.parse().unwrap();

        let bank = desk.create_bank(admin, new_bank("known", Action::None)).await.unwrap();
        let added = desk.add_entries(admin, bank.id, std::slice::from_ref(&entry)).await.unwrap();
        desk.withdraw_entry(admin, bank.id, added.entries[0].unwrap()).await.unwrap();
        desk.restore_entries(admin, bank.id, &[entry]).await.unwrap();
        desk.begin_export(admin, bank.id).await.unwrap();
        desk.delete_bank(admin, bank.id).await.unwrap();
        let service = desk.create_service(admin, name("photos")).await.unwrap();
        desk.change_service(admin, service.id, &name("pictures")).await.unwrap();
        let role = Role::Service(service.id);
        let issued = desk.issue_key(admin, NewKey::whole(role, name("uploads"))).await.unwrap();
        desk.revoke_key(admin, issued.key.id).await.unwrap();
        desk.delete_service(admin, service.id).await.unwrap();

        let events = events(desk).await.split_off(begun);
        let verbs: Vec<_> = events.iter().map(|event| event.verb).collect();
        assert_eq!(verbs, [
            AuditVerb::BankCreated,
            AuditVerb::EntriesAdded,
            AuditVerb::EntriesWithdrawn,
            AuditVerb::EntriesRestored,
            AuditVerb::EntriesExported,
            AuditVerb::BankDeleted,
            AuditVerb::ServiceCreated,
            AuditVerb::ServiceChanged,
            AuditVerb::KeyIssued,
            AuditVerb::KeyRevoked,
            AuditVerb::ServiceDeleted,
        ]);
        assert!(events.iter().all(|event| event.actor == key));
        let text = format!("{events:?}");
        assert!(!text.contains(&issued.key.digest.to_string()), "no digest of a key");
        assert!(!text.contains(&Pdq::from([7; 32]).to_string()), "no hash");
    }

    async fn a_change_that_was_refused_leaves_no_event(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        app.bank("known", Action::None).await;
        let begun = events(&app.desk).await;

        app.desk.create_bank(&app.admin, new_bank("known", Action::None)).await.unwrap_err();

        assert_eq!(events(&app.desk).await, begun);
    }

    async fn what_a_reviewer_does_to_a_case_is_recorded_without_the_reviewers_words(records: TestDatabase) {
        let app = test_app(records).await;
        app.cases(1).await;
        let reviewer = app.reviewer("rei").await;
        let claimed = app.desk.claim_next(&reviewer, Queue::default()).await.unwrap().unwrap();
        let note = "a text about account 0".parse().unwrap();
        app.desk.note_case(&reviewer, claimed.case, claimed.number, &note).await.unwrap();

        let events = events(&app.desk).await;
        let of_case: Vec<_> =
            events.iter().filter(|event| event.verb == AuditVerb::CaseChanged).collect();
        assert_eq!(of_case.len(), 2, "claimed and noted");
        for (event, word) in of_case.iter().zip(["claimed", "noted"]) {
            assert_eq!(event.actor, AuditActor::Staff(reviewer.staff()));
            assert_eq!(event.target.as_str(), claimed.case.to_string());
            assert!(event.after.as_ref().unwrap().contains(word));
        }
        assert!(!format!("{events:?}").contains("account"), "neither a note nor an account");
    }

    async fn an_actor_of_a_kind_that_may_not_make_a_change_makes_none(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        app.desk.create_service(&app.admin, "photos".parse().unwrap()).await.unwrap();
        let before = events(&app.desk).await;
        // The proof still says that the key is an administrator's.
        let statement = r#"UPDATE api_key SET scopes = '["checks"]',
            service_id = (SELECT id FROM service WHERE name = 'photos')"#;
        tamper(&app.records, statement).await;

        let made = app.desk.create_bank(&app.admin, new_bank("known", Action::None)).await;

        let cause = match made {
            Err(Error::Internal { cause, .. }) => cause.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(cause.starts_with("bank_created by key key_"), "{cause}");
        assert_eq!(events(&app.desk).await, before);
        let size = PageSize::new(PageSize::MAX).unwrap();
        let banks = app.store().await.banks(None, size).await.unwrap();
        assert!(banks.rows.is_empty());
    }

    async fn the_end_of_a_claim_is_mamoris_and_a_discarded_bulk_decision_the_leads(records: TestDatabase) {
        let app = test_app(records).await;
        let cases = app.cases(2).await;
        let (reviewer, lead) = (app.reviewer("rei").await, app.lead("lea").await);
        let lead = lead.member().reviewer().unwrap();
        let bulk = NewBulk {
            cases: cases.into_iter().collect(),
            outcome: Outcome::Allowed,
            reason: "All show the same harmless picture.".parse().unwrap(),
            measures: Measures::default(),
        };
        let prepared = app.desk.prepare(&reviewer, bulk.clone()).await.unwrap();
        app.desk.drop_bulk(&lead, prepared.id).await.unwrap();
        app.desk.prepare(&reviewer, bulk).await.unwrap();
        app.clock.advance(SignedDuration::from_hours(1));
        app.desk.sweep_once().await.unwrap();
        app.desk.claim_next(&reviewer, Queue::default()).await.unwrap().unwrap();
        app.clock.advance(SignedDuration::from_hours(1));
        app.desk.sweep_once().await.unwrap();

        let events = events(&app.desk).await;
        let actors = |word: &str| -> Vec<AuditActor> {
            let is_word = |event: &&AuditEvent| event.after.iter().any(|text| text.contains(word));
            events.iter().filter(is_word).map(|event| event.actor.clone()).collect()
        };
        let [reviewer, lead] = [reviewer, lead].map(|who| AuditActor::Staff(who.staff()));
        let mamori = AuditActor::Mamori;
        assert_eq!(actors(r#""in_bulk""#), vec![reviewer; 4]);
        assert_eq!(actors(r#""out_of_bulk""#), [lead.clone(), lead, mamori.clone(), mamori.clone()]);
        assert_eq!(actors(r#""lapsed""#), [mamori]);
    }

    async fn an_intact_chain_verifies_and_the_sequencer_numbers_each_event_once(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        app.bank("known", Action::None).await;
        let count = u64::try_from(events(&app.desk).await.len()).unwrap();

        let (one, two) = tokio::join!(app.desk.sequence_audit_once(), app.desk.sequence_audit_once());
        let first = verify(&app.desk, &[]).await;
        app.bank("second", Action::None).await;
        app.desk.sequence_audit_once().await.unwrap();
        let second = verify(&app.desk, &[first.end]).await;

        assert_eq!(one.unwrap() + two.unwrap(), count);
        assert_eq!((first.fault, first.end.seq), (None, count));
        assert_eq!((second.fault, second.end.seq), (None, count + 1));
    }

    async fn a_removed_a_changed_and_a_rewritten_event_are_found(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        for name in ["a", "b", "c", "d"] {
            app.bank(name, Action::None).await;
        }
        app.desk.sequence_audit_once().await.unwrap();
        let end = verify(&app.desk, &[]).await.end;

        let other = AuditLink { seq: 2, digest: Sha256::from([9; 32]) };
        let unlike = verify(&app.desk, &[end, other]).await.fault;
        assert_eq!(unlike, Some(ChainFault::UnlikeLog { seq: 2 }));
        let beyond = AuditLink { seq: end.seq + 1, ..end };
        let cut = verify(&app.desk, &[beyond]).await.fault;
        assert_eq!(cut, Some(ChainFault::Missing { expected: end.seq + 1 }));
        tamper(&app.records, "UPDATE audit_event SET verb = 'bank_deleted' WHERE seq = 4").await;
        let changed = verify(&app.desk, &[]).await;
        assert_eq!((changed.end.seq, changed.fault), (3, Some(ChainFault::Changed { seq: 4 })));
        tamper(&app.records, "DELETE FROM audit_event WHERE seq = 3").await;
        let removed = verify(&app.desk, &[]).await;
        assert_eq!((removed.end.seq, removed.fault), (2, Some(ChainFault::Missing { expected: 3 })));
    }

    async fn an_event_removed_from_the_end_is_found(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        app.desk.sequence_audit_once().await.unwrap();
        let end = verify(&app.desk, &[]).await.end;

        let statement = "DELETE FROM audit_event WHERE seq = (SELECT last_seq FROM audit_chain)";
        tamper(&app.records, statement).await;

        assert_eq!(verify(&app.desk, &[]).await.fault, Some(ChainFault::Missing { expected: end.seq }));
    }

    async fn an_event_that_a_command_numbered_still_gets_its_log_line(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        let numbered = app.desk.number_audit_events().await.unwrap();
        let chain = app.store().await.audit_chain().await.unwrap();
        app.desk.sequence_audit_once().await.unwrap();
        let after = app.store().await.audit_chain().await.unwrap();

        assert_eq!((chain.last.seq, chain.logged_seq), (numbered, 0));
        assert_eq!(after.logged_seq, numbered);
    }

    async fn an_export_has_every_line_and_each_has_the_digest_of_the_one_before(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        app.member("eve", &[StaffRole::Auditor]).await;
        app.desk.sequence_audit_once().await.unwrap();
        let here = LocalCli::here();
        let reader = AuditReader::LocalCli(&here);

        let begin = app.desk.audit_begin(reader, 0).await.unwrap();
        let lines = app.desk.audit_lines(reader, begin).await.unwrap();
        let later = app.desk.audit_begin(reader, 2).await.unwrap();
        let rest = app.desk.audit_lines(reader, later).await.unwrap();

        assert_eq!(lines.len(), events(&app.desk).await.len());
        for pair in lines.windows(2) {
            assert!(pair[1].text.contains(&format!(r#""previous":"{}""#, pair[0].link.digest)));
        }
        assert_eq!(rest, lines[2..]);
    }

    async fn the_record_is_verifiable_after_its_oldest_events_have_expired(records: TestDatabase) {
        let (app, _) = app_with_a_key(records).await;
        app.desk.sequence_audit_once().await.unwrap();
        app.clock.advance(SignedDuration::from_hours(24 * 1_097));
        app.bank("known", Action::None).await;
        app.desk.sequence_audit_once().await.unwrap();

        app.desk.sweep_once().await.unwrap();

        let left = events(&app.desk).await;
        assert_eq!(left.iter().map(|event| event.verb).collect::<Vec<_>>(), [AuditVerb::BankCreated]);
        let verified = verify(&app.desk, &[]).await;
        assert_eq!(verified.fault, None);
        assert_eq!(verified.begin.seq + 1, verified.end.seq);
    }
}
