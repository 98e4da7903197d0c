//! The beginning of the installation, approval requests, change notices, approved sources, and the
//! versions of a bank.

use jiff::SignedDuration;
use mamori_model::approval_request::{
    ApprovalRequest, ApprovalState, ApprovalTimes, ApprovalVerb, BankAt, Lapse, Reason,
};
use mamori_model::bank::BankSettings;
use mamori_model::{Action, AuditActor, AuditTarget, Bank, BankId, ChangeNotice, Narrowing};
use mamori_store::Store;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::audit::tamper;
use crate::given::{at, bank, id, open, size, stored_bank};

fn key(number: u128) -> AuditActor {
    AuditActor::Key { id: id(number), name: "a key".parse().unwrap() }
}

fn request(number: u128, bank: Option<BankId>) -> ApprovalRequest {
    let ApprovalTimes { agree_until, alone_from, expires_at } =
        ApprovalTimes::of(at(0), SignedDuration::from_hours(72));
    ApprovalRequest {
        id: id(number),
        verb: ApprovalVerb::ChangeBank,
        reasons: vec![Reason::RaiseAction, Reason::WidenReach],
        requested_by: key(7),
        target: AuditTarget::of("bank_1"),
        bank: bank.map(|bank| BankAt { bank, version: 3 }),
        change: Some(r#"{"after":{}}"#.to_owned()),
        state: ApprovalState::Waiting,
        requested_at: at(0),
        agree_until,
        alone_from,
        expires_at,
        resolved_at: None,
    }
}

async fn stored(store: &Store, request: &ApprovalRequest) {
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_approval_request(request).await.unwrap();
    tx.commit().await.unwrap();
}

async fn resolve(store: &Store, request: &ApprovalRequest) -> bool {
    let mut tx = store.begin("test").await.unwrap();
    let is_resolved = tx.resolve_approval_request(request).await.unwrap();
    tx.commit().await.unwrap();
    is_resolved
}

fn notice(number: u128, bank: BankId, actor: AuditActor, second: i64) -> ChangeNotice {
    ChangeNotice {
        id: id(number),
        what: Narrowing::BankDisabled,
        bank,
        actor,
        times: 1,
        first_at: at(second),
        last_at: at(second),
        acknowledged: None,
    }
}

async fn posted(store: &Store, notice: &ChangeNotice) {
    let mut tx = store.begin("test").await.unwrap();
    tx.post_notice(notice).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn the_installation_begins_once_and_never_again(records: TestDatabase) {
        let store = open(&records).await;
        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.installed_at(at(5)).await.unwrap(), at(5));
        assert_eq!(tx.installed_at(at(9)).await.unwrap(), at(5));
        tx.commit().await.unwrap();

        for statement in ["UPDATE installation SET began_at = 0", "DELETE FROM installation"] {
            assert!(tamper(&records, statement).await.is_err(), "{statement}");
        }
        if !records.url().starts_with("sqlite:") {
            assert!(tamper(&records, "TRUNCATE installation").await.is_err());
        }
        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.installed_at(at(9)).await.unwrap(), at(5));
    }

    async fn a_request_reads_back_in_each_state(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        let states = [
            ApprovalState::Done(AuditActor::LocalCli),
            ApprovalState::MadeAlone(key(7)),
            ApprovalState::Refused(AuditActor::Staff(id(4)), "No.".parse().unwrap()),
            ApprovalState::Cancelled(key(8)),
            ApprovalState::Lapsed(Lapse::KeyRevoked),
        ];

        for (number, state) in (1..).zip(states) {
            let waiting = request(number, (number % 2 == 0).then_some(bank));
            stored(&store, &waiting).await;
            assert_eq!(store.approval_request(id(number)).await.unwrap(), Some(waiting.clone()));
            let resolved = waiting.resolved(state, at(3));
            assert!(resolve(&store, &resolved).await);
            assert!(!resolve(&store, &resolved).await, "it is resolved already");
            assert_eq!(store.approval_request(id(number)).await.unwrap(), Some(resolved));
        }
    }

    async fn a_request_is_never_done_by_its_requester(records: TestDatabase) {
        let store = open(&records).await;
        let waiting = request(1, None);
        stored(&store, &waiting).await;

        let mut tx = store.begin("test").await.unwrap();
        let own = waiting.resolved(ApprovalState::Done(key(7)), at(1));
        assert!(tx.resolve_approval_request(&own).await.is_err());
    }

    async fn requests_are_listed_by_state_and_found_by_actor_and_end(records: TestDatabase) {
        let store = open(&records).await;
        for number in 1..=3 {
            stored(&store, &request(number, None)).await;
        }
        let of_cli = ApprovalRequest { requested_by: AuditActor::LocalCli, ..request(4, None) };
        stored(&store, &of_cli).await;
        let cancelled = request(1, None).resolved(ApprovalState::Cancelled(key(7)), at(1));
        resolve(&store, &cancelled).await;
        let listed = async |state, before: Option<u128>| {
            let page = store.approval_requests(state, before.map(id), size(2)).await.unwrap();
            page.rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };

        assert_eq!(listed(Some("waiting"), None).await, [id(4), id(3)]);
        assert_eq!(listed(Some("waiting"), Some(3)).await, [id(2)]);
        assert_eq!(listed(None, Some(3)).await, [id(2), id(1)]);
        assert_eq!(store.count_waiting_requests().await.unwrap(), 3);
        let mut tx = store.begin("test").await.unwrap();
        let of_key = tx.waiting_requests_of(&key(7), 9).await.unwrap();
        assert_eq!(of_key, [request(2, None), request(3, None)]);
        assert_eq!(tx.waiting_requests_of(&AuditActor::LocalCli, 9).await.unwrap(), [of_cli]);
        let end = request(2, None).expires_at;
        assert_eq!(tx.lock_due_requests(end, 9).await.unwrap().len(), 3);
        let before = end - SignedDuration::from_secs(1);
        assert_eq!(tx.lock_due_requests(before, 9).await.unwrap(), []);
        assert_eq!(tx.delete_resolved_requests(at(1), 9).await.unwrap(), 0);
        assert_eq!(tx.delete_resolved_requests(at(2), 9).await.unwrap(), 1);
    }

    async fn notices_of_one_kind_count_until_one_is_acknowledged(records: TestDatabase) {
        let store = open(&records).await;
        let bank = stored_bank(&store, 1).await;
        posted(&store, &notice(1, bank, key(7), 1)).await;
        posted(&store, &notice(2, bank, key(7), 2)).await;
        posted(&store, &notice(3, bank, AuditActor::LocalCli, 3)).await;
        posted(&store, &notice(4, bank, AuditActor::LocalCli, 4)).await;

        let first = ChangeNotice { times: 2, last_at: at(2), ..notice(1, bank, key(7), 1) };
        let third = ChangeNotice {
            times: 2,
            last_at: at(4),
            ..notice(3, bank, AuditActor::LocalCli, 3)
        };
        assert_eq!(
            store.open_notices(None, size(9)).await.unwrap().rows,
            [third.clone(), first.clone()]
        );
        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.acknowledge_notice(first.id, &key(8), at(5)).await.unwrap());
        assert!(!tx.acknowledge_notice(first.id, &key(9), at(6)).await.unwrap());
        let read = tx.lock_change_notice(first.id).await.unwrap().unwrap();
        assert_eq!(read, ChangeNotice { acknowledged: Some((key(8), at(5))), ..first });
        tx.post_notice(&notice(5, bank, key(7), 7)).await.unwrap();
        tx.commit().await.unwrap();

        let open = store.open_notices(None, size(9)).await.unwrap().rows;
        assert_eq!(open, [notice(5, bank, key(7), 7), third]);
        assert_eq!(store.count_open_notices().await.unwrap(), 2);
        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.delete_acknowledged_notices(at(5), 9).await.unwrap(), 0);
        assert_eq!(tx.delete_acknowledged_notices(at(6), 9).await.unwrap(), 1);
    }

    async fn a_source_is_approved_for_a_bank_until_its_end_or_once(records: TestDatabase) {
        let store = open(&records).await;
        let (bank, other) = (stored_bank(&store, 1).await, stored_bank(&store, 2).await);
        let (list, once) = ("list".parse().unwrap(), "once".parse().unwrap());
        let mut tx = store.begin("test").await.unwrap();
        tx.put_source_approval((bank, &list), false, at(0), at(9)).await.unwrap();
        tx.put_source_approval((bank, &once), true, at(0), at(9)).await.unwrap();

        assert!(tx.use_source_approval(bank, &list, at(8)).await.unwrap());
        assert!(tx.use_source_approval(bank, &list, at(8)).await.unwrap());
        assert!(!tx.use_source_approval(bank, &list, at(9)).await.unwrap());
        assert!(!tx.use_source_approval(other, &list, at(8)).await.unwrap());
        assert!(tx.use_source_approval(bank, &once, at(8)).await.unwrap());
        assert!(!tx.use_source_approval(bank, &once, at(8)).await.unwrap());
        tx.end_other_source_approvals(bank, &list).await.unwrap();
        assert!(tx.use_source_approval(bank, &list, at(8)).await.unwrap());
        tx.end_other_source_approvals(bank, &once).await.unwrap();
        assert!(!tx.use_source_approval(bank, &list, at(8)).await.unwrap());
        tx.put_source_approval((bank, &list), false, at(0), at(9)).await.unwrap();
        assert_eq!(tx.delete_ended_source_approvals(at(8)).await.unwrap(), 0);
        assert_eq!(tx.delete_ended_source_approvals(at(9)).await.unwrap(), 1);
    }

    async fn the_versions_of_a_bank_are_numbered_and_read_back(records: TestDatabase) {
        let store = open(&records).await;
        let (first, other) = (bank(1, "list"), bank(2, "other"));
        let second = Bank { action: Action::None, ..first.clone() };
        let mut tx = store.begin("test").await.unwrap();
        for new in [&first, &other] {
            tx.insert_bank(new).await.unwrap();
            tx.insert_bank_version(new, &key(7), at(1)).await.unwrap();
        }
        tx.insert_bank_version(&second, &AuditActor::LocalCli, at(2)).await.unwrap();

        assert_eq!(tx.newest_bank_version(first.id).await.unwrap(), 2);
        assert_eq!(tx.newest_bank_version(other.id).await.unwrap(), 1);
        assert_eq!(tx.newest_bank_version(id(9)).await.unwrap(), 0);
        let read = tx.bank_version(first.id, 2).await.unwrap().unwrap();
        assert_eq!(read.settings, BankSettings::of(&second));
        assert_eq!((read.actor, read.changed_at), (AuditActor::LocalCli, at(2)));
        assert_eq!(tx.bank_version(first.id, 3).await.unwrap(), None);
        tx.commit().await.unwrap();

        let page = store.bank_versions(first.id, None, size(1)).await.unwrap();
        assert_eq!((page.rows[0].version, page.next), (2, Some(2)));
        let page = store.bank_versions(first.id, page.next, size(1)).await.unwrap();
        assert_eq!((page.rows[0].version, page.next), (1, None));
        assert_eq!(page.rows[0].settings, BankSettings::of(&first));
    }
}
