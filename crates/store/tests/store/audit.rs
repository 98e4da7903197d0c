//! The audit record: added, numbered once, never changed, deleted from its beginning only.

use mamori_model::audit::{AuditActor, AuditEvent, AuditLink, AuditTarget, AuditVerb};
use mamori_model::{Sha256, StaffId};
use mamori_store::{AuditFilter, StaffEventFilter, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::given::{at, id, open, size};

/// Runs a statement behind the store's back.
/// Runs a statement by hand.
pub async fn tamper(records: &TestDatabase, statement: &'static str) -> Result<(), sqlx::Error> {
    if let Some(path) = records.url().strip_prefix("sqlite:") {
        SqliteConnection::connect(path).await?.execute(statement).await.map(drop)
    } else {
        PgConnection::connect(records.url()).await?.execute(statement).await.map(drop)
    }
}

fn event(number: u128, actor: AuditActor, verb: AuditVerb, target: &str) -> AuditEvent {
    AuditEvent {
        id: id(number),
        actor,
        verb,
        target: AuditTarget::of(target),
        before: None,
        after: Some(format!(r#"{{"number":{number}}}"#)),
        at: at(i64::try_from(number).unwrap()),
    }
}

fn staff(number: u128) -> AuditActor {
    AuditActor::Staff(id::<StaffId>(number))
}

async fn add(store: &Store, events: &[AuditEvent]) {
    let mut tx = store.begin("test").await.unwrap();
    for event in events {
        tx.insert_audit_event(event).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Numbers every event, with digests that name their number, as logged up to `logged`.
async fn number_all(store: &Store, logged: u64) {
    let mut tx = store.begin("test").await.unwrap();
    let mut chain = tx.lock_audit_chain().await.unwrap();
    for event in tx.unnumbered_audit_events(99).await.unwrap() {
        let seq = chain.last.seq + 1;
        let digest = Sha256::from([u8::try_from(seq).unwrap(); 32]);
        chain.last = AuditLink { seq, digest };
        tx.number_audit_event(event.id, chain.last).await.unwrap();
    }
    chain.logged_seq = logged;
    tx.update_audit_chain(&chain).await.unwrap();
    tx.commit().await.unwrap();
}

fn some_events() -> Vec<AuditEvent> {
    let key = AuditActor::Key { id: id(9), name: "lists".parse().unwrap() };
    vec![
        event(1, AuditActor::LocalCli, AuditVerb::KeyIssued, "key_1"),
        event(2, key, AuditVerb::BankCreated, "bank_1"),
        event(3, staff(7), AuditVerb::StaffRolesChanged, "staff_1"),
        event(4, AuditActor::Mamori, AuditVerb::SessionReplayed, "staff_1"),
    ]
}

on_both_engines! {
    async fn a_page_has_the_newest_event_first_and_a_filter_narrows_it(records: TestDatabase) {
        let store = open(&records).await;
        let events = some_events();
        add(&store, &events).await;
        let of = async |filter: AuditFilter| {
            let page = store.audit_events(&filter, None, size(9)).await.unwrap();
            page.rows.into_iter().map(|linked| linked.event).collect::<Vec<_>>()
        };

        let first = store.audit_events(&AuditFilter::default(), None, size(3)).await.unwrap();
        let rest = store.audit_events(&AuditFilter::default(), first.next, size(3)).await.unwrap();

        let numbers = |from: &[usize]| from.iter().map(|n| events[*n].clone()).collect::<Vec<_>>();
        let listed: Vec<_> =
            first.rows.into_iter().chain(rest.rows).map(|linked| linked.event).collect();
        assert_eq!(listed, numbers(&[3, 2, 1, 0]));
        let filter = AuditFilter::default;
        let verb = Some(AuditVerb::BankCreated);
        assert_eq!(of(AuditFilter { verb, ..filter() }).await, numbers(&[1]));
        let target = Some(AuditTarget::of("staff_1"));
        assert_eq!(of(AuditFilter { target, ..filter() }).await, numbers(&[3, 2]));
        let actor = events[1].actor.id().map(AuditTarget::of);
        assert_eq!(of(AuditFilter { actor, ..filter() }).await, numbers(&[1]));
        let actor_kind = Some("command_line".to_owned());
        assert_eq!(of(AuditFilter { actor_kind, ..filter() }).await, numbers(&[0]));
        let (from, until) = (Some(at(2)), Some(at(4)));
        assert_eq!(of(AuditFilter { from, until, ..filter() }).await, numbers(&[2, 1]));
        let changes = store.staff_changes(&StaffEventFilter::default(), None, size(9)).await.unwrap().rows;
        let changes: Vec<_> = changes.into_iter().map(|linked| linked.event).collect();
        assert_eq!(changes, numbers(&[3, 2]));
    }

    async fn an_audit_event_is_never_changed_or_deleted_by_hand(records: TestDatabase) {
        let store = open(&records).await;
        add(&store, &some_events()).await;
        for statement in [
            "UPDATE audit_event SET verb = 'bank_changed'",
            "UPDATE audit_event SET seq = 1, digest = NULL",
            "DELETE FROM audit_event",
        ] {
            assert!(tamper(&records, statement).await.is_err(), "not numbered: {statement}");
        }
        number_all(&store, 4).await;

        for statement in [
            "UPDATE audit_event SET actor_id = 'staff_2' WHERE seq = 3",
            "UPDATE audit_event SET seq = NULL, digest = NULL",
            "UPDATE audit_event SET seq = seq + 10",
            "DELETE FROM audit_event WHERE seq = 4",
        ] {
            assert!(tamper(&records, statement).await.is_err(), "numbered: {statement}");
        }
        if !records.url().starts_with("sqlite:") {
            assert!(tamper(&records, "TRUNCATE audit_event").await.is_err());
        }
        let numbered = store.numbered_audit_events(0, 9).await.unwrap();
        let events: Vec<_> = numbered.into_iter().map(|linked| linked.event).collect();
        assert_eq!(events, some_events());
    }

    async fn expiry_deletes_logged_events_from_the_beginning_of_the_chain(records: TestDatabase) {
        let store = open(&records).await;
        add(&store, &some_events()).await;
        number_all(&store, 2).await;
        let expire = async |before: i64, limit: u32| {
            let mut tx = store.begin("test").await.unwrap();
            let deleted = tx.expire_audit_events(at(before), limit).await.unwrap();
            tx.commit().await.unwrap();
            deleted
        };

        assert_eq!(expire(1, 9).await, 0, "nothing is old enough");
        assert_eq!(expire(4, 1).await, 1, "one at a time");
        assert_eq!(expire(4, 9).await, 1, "the third has no log line yet");
        assert_eq!(expire(4, 9).await, 0);

        let chain = store.audit_chain().await.unwrap();
        assert_eq!(chain.expired, AuditLink { seq: 2, digest: Sha256::from([2; 32]) });
        let left = store.numbered_audit_events(0, 9).await.unwrap();
        assert_eq!(left.iter().map(|linked| linked.link.unwrap().seq).collect::<Vec<_>>(), [3, 4]);
    }

    async fn a_role_that_a_colleague_gave_counts_and_one_from_the_command_line_does_not(records: TestDatabase) {
        let store = open(&records).await;
        let (ada, bob, cleo) = (id::<StaffId>(1), id::<StaffId>(2), id::<StaffId>(3));
        add(&store, &[
            event(1, AuditActor::LocalCli, AuditVerb::StaffAdded, &ada.to_string()),
            event(2, staff(1), AuditVerb::StaffLinkMade, &bob.to_string()),
            event(3, staff(3), AuditVerb::StaffRolesChanged, &cleo.to_string()),
            event(4, staff(1), AuditVerb::StaffLimitsChanged, &cleo.to_string()),
        ]).await;
        let mut tx = store.begin("test").await.unwrap();

        assert!(!tx.was_changed_by_colleague(ada, at(0)).await.unwrap());
        assert!(tx.was_changed_by_colleague(bob, at(0)).await.unwrap());
        assert!(!tx.was_changed_by_colleague(bob, at(2)).await.unwrap(), "before that time");
        assert!(!tx.was_changed_by_colleague(cleo, at(0)).await.unwrap(), "their own, or limits");
    }
}
