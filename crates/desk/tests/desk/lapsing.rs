//! Requests that wait: time passes, several actors act at once, and what was requested changes.

use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::{Approver, Overseer};
use mamori_model::approval_request::{ApprovalState, Lapse};
use mamori_model::{Action, ApprovalRequest, Hash, Refusal};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::actors::{Actors, actors, an_admin, pass_hours, real_bank, refused, waits};
use crate::common::test_app;

impl Actors {
    async fn deletion(&self) -> ApprovalRequest {
        waits(self.app.desk.delete_service(&self.first, self.app.caller.service()).await)
    }

    async fn is_service_there(&self) -> bool {
        let store = self.app.store().await;
        store.service(self.app.caller.service()).await.unwrap().is_some()
    }

    async fn state_of(&self, request: &ApprovalRequest) -> ApprovalState {
        let stored = self.app.store().await.approval_request(request.id).await.unwrap();
        stored.unwrap().state
    }
}

on_both_engines! {
    async fn a_second_actor_has_a_day_and_the_requester_acts_alone_after_three(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let request = actors.deletion().await;
        let alone = async || desk.apply_request_alone(&actors.first, request.id).await;

        pass_hours(&actors.app, 24);
        let late = desk.approve_request(Approver::Admin(&actors.second), request.id).await;
        assert_eq!(refused(late), Refusal::RequestExpired);
        pass_hours(&actors.app, 47);
        assert_eq!(refused(alone().await), Refusal::RequestTooSoon);
        let other = desk.apply_request_alone(&actors.second, request.id).await;
        assert_eq!(refused(other), Refusal::RequestNotOwn);
        assert!(actors.is_service_there().await);
        pass_hours(&actors.app, 1);

        let made = alone().await.unwrap();

        assert_eq!(made.state, ApprovalState::MadeAlone(actors.first.actor()));
        assert!(!actors.is_service_there().await);
    }

    async fn a_request_that_no_actor_resolves_lapses(records: TestDatabase) {
        let actors = actors(records).await;
        let request = actors.deletion().await;

        pass_hours(&actors.app, 72 + 7 * 24 - 1);
        actors.app.desk.sweep_once().await.unwrap();
        assert_eq!(actors.state_of(&request).await, ApprovalState::Waiting);
        pass_hours(&actors.app, 1);
        let swept = actors.app.desk.sweep_once().await.unwrap();

        assert_eq!(swept.requests_lapsed, 1);
        assert_eq!(actors.state_of(&request).await, ApprovalState::Lapsed(Lapse::Expired));
        assert!(actors.is_service_there().await);
        pass_hours(&actors.app, 24 * 366 + 1);
        actors.app.desk.sweep_once().await.unwrap();
        let kept = actors.app.store().await.approval_request(request.id).await.unwrap();
        assert_eq!(kept, None);
    }

    async fn of_two_approvals_at_once_one_takes_effect(records: TestDatabase) {
        let app = test_app(records).await;
        let first = an_admin(&app.desk, &app.admin, "first").await;
        let second = an_admin(&app.desk, &app.admin, "second").await;
        let third = an_admin(&app.desk, &app.admin, "third").await;
        pass_hours(&app, 25);
        let request = waits(
            app.desk.create_bank(&first, real_bank("list", Action::Hold)).await,
        );

        let (one, other) = tokio::join!(
            app.desk.approve_request(Approver::Admin(&second), request.id),
            app.desk.approve_request(Approver::Admin(&third), request.id),
        );

        let (done, late) = if one.is_ok() { (one, other) } else { (other, one) };
        assert_eq!(refused(late), Refusal::RequestResolved);
        let by = done.unwrap().state.by().cloned().unwrap();
        let stored = app.store().await.approval_request(request.id).await.unwrap().unwrap();
        assert_eq!(stored.state, ApprovalState::Done(by));
    }

    async fn of_an_approval_and_a_refusal_at_once_one_counts(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let request = actors.deletion().await;
        let why = "No.".parse().unwrap();

        let (approved, refusal) = tokio::join!(
            desk.approve_request(Approver::Admin(&actors.second), request.id),
            desk.refuse_request(Overseer::Admin(&actors.app.admin), request.id, &why),
        );

        assert_ne!(approved.is_ok(), refusal.is_ok());
        assert_eq!(actors.is_service_there().await, refusal.is_ok());
    }

    async fn a_request_lapses_if_the_bank_was_changed_meanwhile(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let raise = BankChange { action: Some(Action::Block), ..BankChange::default() };
        let request = waits(desk.change_bank(who, bank.id, raise).await);
        let rename = BankChange { name: Some("other".parse().unwrap()), ..BankChange::default() };
        desk.change_bank(who, bank.id, rename).await.unwrap();

        let late = desk.approve_request(Approver::Admin(&actors.second), request.id).await;

        assert_eq!(refused(late), Refusal::RequestStale);
        assert_eq!(actors.state_of(&request).await, ApprovalState::Lapsed(Lapse::BankChanged));
        let store = actors.app.store().await;
        assert_eq!(store.bank(bank.id).await.unwrap().unwrap().action, Action::None);
    }

    async fn the_requests_of_a_key_lapse_when_it_is_revoked(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let request = actors.deletion().await;
        let of_other =
            waits(desk.create_bank(&actors.second, real_bank("list", Action::Hold)).await);

        desk.revoke_key(&actors.first, actors.first.key().unwrap()).await.unwrap();

        assert_eq!(actors.state_of(&request).await, ApprovalState::Lapsed(Lapse::KeyRevoked));
        assert_eq!(actors.state_of(&of_other).await, ApprovalState::Waiting);
        let late = desk.approve_request(Approver::Admin(&actors.second), request.id).await;
        assert_eq!(refused(late), Refusal::RequestResolved);
        assert!(actors.is_service_there().await);
    }

    async fn a_key_that_was_revoked_meanwhile_does_not_agree(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let request = actors.deletion().await;
        desk.revoke_key(&actors.second, actors.second.key().unwrap()).await.unwrap();

        // Its proof was made a moment before.
        let late = desk.approve_request(Approver::Admin(&actors.second), request.id).await;

        assert!(matches!(late, Err(mamori_desk::Error::NotFound("key"))), "{late:?}");
        assert_eq!(actors.state_of(&request).await, ApprovalState::Waiting);
    }

    async fn a_request_waits_on_if_its_change_is_not_possible_now(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let request = waits(desk.create_bank(who, real_bank("list", Action::Hold)).await);
        desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();

        let approved = desk.approve_request(Approver::Admin(&actors.second), request.id).await;

        assert!(matches!(approved, Err(mamori_desk::Error::Conflict(_))), "{approved:?}");
        assert_eq!(actors.state_of(&request).await, ApprovalState::Waiting);
    }

    async fn the_requester_and_every_other_administrator_can_cancel(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let why = "No.".parse().unwrap();
        let own = actors.deletion().await;
        let refusal = desk.refuse_request(Overseer::Admin(&actors.first), own.id, &why).await;
        assert_eq!(refused(refusal), Refusal::RequestOwn);

        let cancelled = desk.cancel_request(&actors.first, own.id).await.unwrap();
        assert_eq!(cancelled.state, ApprovalState::Cancelled(actors.first.actor()));
        let again = actors.deletion().await;
        assert_ne!(again.id, own.id);
        desk.cancel_request(&actors.second, again.id).await.unwrap();
        let late = desk.cancel_request(&actors.first, again.id).await;

        assert_eq!(refused(late), Refusal::RequestResolved);
        assert!(actors.is_service_there().await);
    }

    async fn an_import_that_began_on_the_first_day_ends_if_the_action_is_raised_meanwhile(records: TestDatabase) {
        let app = test_app(records).await;
        let (desk, who) = (&app.desk, &app.admin);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let raise = BankChange { action: Some(Action::Block), ..BankChange::default() };
        let hash = Hash::Md5([1; 16].into());
        let line = format!("{{\"hash\":\"{hash}\"}}");
        let chunks = Box::pin(futures_util::stream::once(async {
            desk.change_bank(who, bank.id, raise).await.unwrap();
            pass_hours(&app, 25);
            Ok::<_, std::io::Error>(line.into())
        }));

        let options = mamori_desk::banks::import_entries::ImportOptions::new(
            mamori_desk::banks::import_lines::LineFormat::Ndjson,
            mamori_model::HashKind::Md5,
        );
        let imported = desk.import_entries(who, bank.id, options, chunks).await;

        assert!(matches!(imported, Err(mamori_desk::Error::Conflict(_))), "{imported:?}");
        let store = app.store().await;
        assert_eq!(store.count_entries(bank.id, app.clock.now()).await.unwrap(), 0);
        waits(desk.add_entries(who, bank.id, &[NewEntry::bare(hash)]).await);
    }
}
