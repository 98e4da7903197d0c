//! Changes that need a second actor: what waits, and who may agree.

use futures_util::stream;
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Approver, Error, Overseer};
use mamori_model::approval_request::{ApprovalState, ApprovalVerb, Reason};
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Action, AuditVerb, Bank, EntryChange, Hash, HashKind, Line, Patch, Purpose, Refusal,
};
use mamori_store::{AuditFilter, EntryFilter, NewEntry};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::actors::{
    Actors, actors, admin_of, an_admin, pass_hours, real_bank, refused, waits,
};
use crate::common::people::{session_of, sign_in_as};

fn md5(number: u8) -> NewEntry {
    NewEntry::bare(Hash::Md5([number; 16].into()))
}

impl Actors {
    async fn import(&self, bank: &Bank, number: u8) -> Result<u64, Error> {
        let line = format!("{{\"hash\":\"{}\"}}", Hash::Md5([number; 16].into()));
        let chunks = stream::iter([Ok::<_, std::io::Error>(line.into())]);
        let options = ImportOptions::new(LineFormat::Ndjson, HashKind::Md5);
        let imported = self.app.desk.import_entries(&self.first, bank.id, options, chunks).await;
        Ok(imported?.0.added)
    }

    async fn live(&self, bank: &Bank) -> u64 {
        let now = self.app.clock.now();
        self.app.store().await.count_entries(bank.id, now).await.unwrap()
    }
}

on_both_engines! {
    async fn a_bank_that_acts_is_created_when_a_second_key_agrees(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let new = real_bank("list", Action::Hold);

        let request = waits(desk.create_bank(&actors.first, new).await);
        let store = actors.app.store().await;
        let name = "list".parse().unwrap();
        assert_eq!(store.bank_named(&name).await.unwrap(), None, "nothing is made before");
        let approved = actors.approve(&request).await;

        assert_eq!(request.reasons, [Reason::CreateActingBank]);
        assert_eq!(approved.state, ApprovalState::Done(actors.second.actor()));
        assert_eq!(approved.change, None);
        let bank = store.bank_named(&name).await.unwrap().unwrap();
        assert_eq!(bank.id.to_string(), request.target.as_str());
        assert_eq!((bank.action, bank.purpose), (Action::Hold, Purpose::ChildSexualAbuse));
    }

    async fn each_guarded_change_waits_and_is_made_by_the_approval(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = actors.agreed_bank(real_bank("list", Action::Block)).await;

        let added = waits(desk.add_entries(who, bank.id, &[md5(1), md5(2)]).await);
        assert_eq!((added.verb, actors.live(&bank).await), (ApprovalVerb::AddEntries, 0));
        actors.approve(&added).await;
        assert_eq!(actors.live(&bank).await, 2);

        let store = actors.app.store().await;
        let now = actors.app.clock.now();
        let filter = EntryFilter::default();
        let page = store.entries(bank.id, &filter, None, PageSize::DEFAULT, now).await.unwrap();
        let entry = page.rows[0].id;
        desk.withdraw_entry(who, bank.id, entry).await.unwrap();
        let restored = waits(desk.restore_entries(who, bank.id, &[md5(1)]).await);
        actors.approve(&restored).await;
        assert_eq!(actors.live(&bank).await, 2);

        let entry = page.rows[1].id;
        let end = |hours| EntryChange {
            expires_at: Patch::Value(now + jiff::SignedDuration::from_hours(hours)),
            ..EntryChange::default()
        };
        desk.change_entry(who, bank.id, entry, end(9)).await.unwrap();
        let postponed = waits(desk.change_entry(who, bank.id, entry, end(10)).await);
        assert_eq!(postponed.reasons, [Reason::PostponeEnd]);
        actors.approve(&postponed).await;
        let mut tx = store.begin("test").await.unwrap();
        let changed = tx.lock_entry(bank.id, entry).await.unwrap().unwrap();
        assert_eq!(Patch::from(changed.expires_at), end(10).expires_at);
        drop(tx);

        let lower = BankChange { action: Some(Action::None), ..BankChange::default() };
        desk.change_bank(who, bank.id, lower).await.unwrap();
        let raise = BankChange { action: Some(Action::Hold), ..BankChange::default() };
        let raised = waits(desk.change_bank(who, bank.id, raise).await);
        assert_eq!(raised.reasons, [Reason::RaiseAction]);
        actors.approve(&raised).await;
        assert_eq!(store.bank(bank.id).await.unwrap().unwrap().action, Action::Hold);

        let deleted = waits(desk.delete_bank(who, bank.id).await);
        actors.approve(&deleted).await;
        assert_eq!(store.bank(bank.id).await.unwrap(), None);
    }

    async fn a_raised_action_lapses_when_entries_came_after_its_request(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        desk.add_entries(who, bank.id, &[md5(1)]).await.unwrap();
        actors.app.clock.advance(jiff::SignedDuration::from_secs(1));
        let raise = || BankChange { action: Some(Action::Block), ..BankChange::default() };
        let raised = waits(desk.change_bank(who, bank.id, raise()).await);

        actors.app.clock.advance(jiff::SignedDuration::from_secs(1));
        desk.add_entries(who, bank.id, &[md5(2)]).await.unwrap();
        let late = desk.approve_request(Approver::Admin(&actors.second), raised.id).await;
        actors.app.clock.advance(jiff::SignedDuration::from_secs(1));
        let again = waits(desk.change_bank(who, bank.id, raise()).await);
        actors.approve(&again).await;

        assert_eq!(refused(late), Refusal::RequestStale);
        let store = actors.app.store().await;
        assert_eq!(store.bank(bank.id).await.unwrap().unwrap().action, Action::Block);
    }

    async fn entries_of_a_source_are_withdrawn_as_they_were_at_the_request(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let source: Line = "a source".parse().unwrap();
        let of_source = |number: u8| {
            let mut entry = md5(number);
            entry.metadata.source_id = Some(source.clone()).into();
            entry
        };
        let many: Vec<_> = (0..101).map(&of_source).collect();
        desk.add_entries(who, bank.id, &many).await.unwrap();
        actors.app.clock.advance(jiff::SignedDuration::from_secs(1));
        let request = waits(desk.withdraw_source(who, bank.id, &source).await);

        actors.app.clock.advance(jiff::SignedDuration::from_secs(1));
        desk.add_entries(who, bank.id, &[of_source(200)]).await.unwrap();
        let late = desk.approve_request(Approver::Admin(&actors.second), request.id).await;

        assert_eq!(refused(late), Refusal::RequestStale);
        assert_eq!(actors.live(&bank).await, 102);
    }

    async fn a_key_that_is_to_be_revoked_cannot_prevent_it(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let (stolen, who) = (&actors.second, &actors.first);

        let request = waits(desk.revoke_key(who, stolen.key().unwrap()).await);
        let cancelled = desk.cancel_request(stolen, request.id).await;
        let why = "No.".parse().unwrap();
        let denied = desk.refuse_request(Overseer::Admin(stolen), request.id, &why).await;
        let local = Approver::Admin(&actors.app.admin);
        desk.approve_request(local, request.id).await.unwrap();

        assert_eq!(refused(cancelled), Refusal::RequestRelated);
        assert_eq!(refused(denied), Refusal::RequestRelated);
    }

    async fn a_service_is_deleted_when_a_second_key_agrees(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let service = actors.app.caller.service();

        let request = waits(desk.delete_service(&actors.first, service).await);
        let store = actors.app.store().await;
        assert!(store.service(service).await.unwrap().is_some());
        actors.approve(&request).await;

        assert_eq!(store.service(service).await.unwrap(), None);
    }

    async fn an_administrators_key_is_accepted_once_a_second_key_agrees(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let new = |name: &str| desk.issue_key(&actors.first, NewKey::whole(Role::Admin, name.parse().unwrap()));

        let (issued, unwanted) = (new("new").await.unwrap(), new("unwanted").await.unwrap());
        desk.catch_up().await.unwrap();
        assert!(desk.authenticate(issued.token.reveal(), None).is_none(), "it waits");
        actors.approve(&issued.waits_for.unwrap()).await;
        let refusal = "It is not needed.".parse().unwrap();
        let unwanted_request = unwanted.waits_for.unwrap().id;
        let second = Overseer::Admin(&actors.second);
        desk.refuse_request(second, unwanted_request, &refusal).await.unwrap();
        desk.catch_up().await.unwrap();

        assert!(desk.authenticate(issued.token.reveal(), None).is_some());
        assert!(desk.authenticate(unwanted.token.reveal(), None).is_none());
        let keys = desk.keys(&actors.first, None, None, PageSize::DEFAULT).await.unwrap().rows;
        let is_revoked =
            |id| keys.iter().any(|key| key.id == id && key.revoked_at.is_some());
        assert!(is_revoked(unwanted.key.id) && !is_revoked(issued.key.id));
    }

    async fn a_key_revokes_itself_and_its_own_keys_and_no_other_alone(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let role = Role::Service(actors.app.caller.service());
        let own = desk.issue_key(&actors.first, NewKey::whole(role, "own".parse().unwrap())).await.unwrap();
        let other = actors.second.key().unwrap();

        desk.revoke_key(&actors.first, own.key.id).await.unwrap();
        let request = waits(desk.revoke_key(&actors.first, other).await);
        assert_eq!(request.reasons, [Reason::RevokeOtherKey]);
        let cli = Approver::Admin(&actors.app.admin);
        desk.approve_request(cli, request.id).await.unwrap();
        desk.revoke_key(&actors.first, actors.app.caller.key()).await.unwrap_err();

        let keys = desk.keys(&actors.first, None, None, PageSize::DEFAULT).await.unwrap().rows;
        let is_revoked = |id| keys.iter().any(|key| key.id == id && key.revoked_at.is_some());
        assert!(is_revoked(own.key.id) && is_revoked(other));
        assert!(!is_revoked(actors.app.caller.key()), "the command line issued it");
    }

    async fn a_list_is_imported_once_its_source_is_approved(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let bank = actors.agreed_bank(real_bank("list", Action::Block)).await;

        let request = waits(actors.import(&bank, 1).await);
        assert_eq!(request.reasons, [Reason::ApproveSource]);
        actors.approve(&request).await;
        assert_eq!(actors.import(&bank, 1).await.unwrap(), 1);
        assert_eq!(actors.import(&bank, 2).await.unwrap(), 1, "the approval is remembered");

        let source = |text: &str| BankChange {
            source: Some(text.parse().unwrap()),
            ..BankChange::default()
        };
        desk.change_bank(&actors.first, bank.id, source("another list")).await.unwrap();
        waits(actors.import(&bank, 3).await);
        desk.change_bank(&actors.first, bank.id, source(bank.source.as_str())).await.unwrap();
        let request = waits(actors.import(&bank, 3).await);
        actors.approve(&request).await;
        pass_hours(&actors.app, 24 * 364);
        assert_eq!(actors.import(&bank, 3).await.unwrap(), 1);
        pass_hours(&actors.app, 24);
        waits(actors.import(&bank, 4).await);
    }

    async fn an_import_into_a_bank_of_harmless_pictures_is_approved_each_time(records: TestDatabase) {
        let actors = actors(records).await;
        let benign = real_bank("harmless", Action::None);
        let bank = actors
            .agreed_bank(mamori_desk::banks::create_bank::NewBank {
                purpose: Purpose::KnownBenign,
                ..benign
            })
            .await;

        let request = waits(actors.import(&bank, 1).await);
        assert_eq!(request.reasons, [Reason::AddBenignEntries]);
        actors.approve(&request).await;

        assert_eq!(actors.import(&bank, 1).await.unwrap(), 1);
        let request = waits(actors.import(&bank, 2).await);
        actors.approve(&request).await;
        pass_hours(&actors.app, 24);
        waits(actors.import(&bank, 2).await);
    }

    async fn an_actor_who_is_not_independent_does_not_agree(records: TestDatabase) {
        let app = crate::common::test_app(records).await;
        let desk = &app.desk;
        let first = an_admin(desk, &app.admin, "first").await;
        let child = an_admin(desk, &first, "child").await;
        let grandchild = an_admin(desk, &child, "grandchild").await;
        let second = an_admin(desk, &app.admin, "second").await;
        pass_hours(&app, 25);
        let approve = async |who: &Admin, request| {
            desk.approve_request(Approver::Admin(who), request).await
        };

        let request = waits(desk.delete_service(&child, app.caller.service()).await).id;

        assert_eq!(refused(approve(&child, request).await), Refusal::RequestOwn);
        assert_eq!(refused(approve(&first, request).await), Refusal::RequestRelated);
        assert_eq!(refused(approve(&grandchild, request).await), Refusal::RequestRelated);
        let service = app.store().await.service(app.caller.service()).await.unwrap();
        assert!(service.is_some());
        approve(&second, request).await.unwrap();
    }

    async fn a_key_that_was_issued_for_the_request_does_not_agree(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let cli = &actors.app.admin;
        let issue = async |who: &Admin, name: &str| {
            let issued = desk.issue_key(who, NewKey::whole(Role::Admin, name.parse().unwrap())).await.unwrap();
            actors.approve(&issued.waits_for.unwrap()).await;
            admin_of(desk, issued.token.reveal()).await
        };
        let before = issue(cli, "issued within the day before").await;
        pass_hours(&actors.app, 1);

        let of_key = waits(desk.delete_service(&actors.first, actors.app.caller.service()).await);
        let of_cli = waits(desk.delete_service(cli, actors.app.caller.service()).await);
        pass_hours(&actors.app, 1);
        let after = issue(cli, "issued after the request").await;
        let approve = async |who: &Admin, id| desk.approve_request(Approver::Admin(who), id).await;

        assert_eq!(refused(approve(&after, of_key.id).await), Refusal::RequestTooNew);
        assert_eq!(refused(approve(&before, of_cli.id).await), Refusal::RequestTooNew);
        assert_eq!(refused(approve(cli, of_cli.id).await), Refusal::RequestOwn);
        approve(&before, of_key.id).await.unwrap();
    }

    async fn a_lead_or_an_auditor_agrees_unless_the_account_is_new(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let lead = actors.app.member("lead", &[StaffRole::Lead]).await;
        let reviewer = actors.app.member("reviewer", &[StaffRole::Reviewer]).await;
        pass_hours(&actors.app, 1);
        let of_key = waits(desk.delete_service(&actors.first, actors.app.caller.service()).await);
        let new = real_bank("list", Action::Hold);
        let of_cli = waits(desk.create_bank(&actors.app.admin, new).await);
        let auditor = actors.app.member("auditor", &[StaffRole::Auditor]).await;
        let lead = session_of(desk, &sign_in_as(desk, lead.staff()).await).await.member;

        let now = actors.app.clock.now();
        let approve = async |who: &mamori_desk::Member, id| {
            let overseer = who.change_overseer().unwrap();
            let recently = who.recently(now).unwrap();
            desk.approve_request(Approver::Staff(&overseer, &recently), id).await
        };

        assert!(reviewer.records().is_none());
        assert_eq!(refused(approve(&auditor, of_key.id).await), Refusal::RequestTooNew);
        assert_eq!(
            refused(approve(&lead, of_cli.id).await),
            Refusal::RequestTooNew,
            "the command line gave the lead a link within the day"
        );
        let approved = approve(&lead, of_key.id).await.unwrap();
        assert_eq!(approved.state, ApprovalState::Done(lead.staff().into()));
    }

    async fn a_request_and_its_approval_are_recorded_with_both_actors(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;

        let request = waits(desk.delete_service(&actors.first, actors.app.caller.service()).await);
        actors.approve(&request).await;

        let store = actors.app.store().await;
        let page = store.audit_events(&AuditFilter::default(), None, PageSize::DEFAULT).await;
        let events: Vec<_> = page.unwrap().rows.into_iter().take(3).map(|one| one.event).collect();
        let told: Vec<_> = events.iter().map(|event| (event.verb, &event.actor)).collect();
        let (first, second) = (actors.first.actor(), actors.second.actor());
        assert_eq!(
            told,
            [
                (AuditVerb::ApprovalApproved, &second),
                (AuditVerb::ServiceDeleted, &first),
                (AuditVerb::ApprovalRequested, &first),
            ]
        );
        let details = events[0].after.as_deref().unwrap();
        assert!(details.contains(&first.id().unwrap()), "{details}");
    }

    async fn a_repeated_change_is_the_same_request(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let create = |name| desk.create_bank(&actors.first, real_bank(name, Action::Hold));

        let first = waits(create("list").await);
        let again = waits(create("list").await);
        let other = waits(create("other").await);
        let of_second =
            waits(desk.create_bank(&actors.second, real_bank("list", Action::Hold)).await);

        assert_eq!(first, again);
        assert!(first.id != other.id && first.id != of_second.id);
    }

    async fn an_actor_has_a_limited_number_of_requests(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let create = async |number: u32| {
            let new = real_bank(&format!("list-{number}"), Action::Hold);
            desk.create_bank(&actors.first, new).await
        };
        for number in 0..desk.settings().approvals.waiting_max {
            waits(create(number).await);
        }

        assert_eq!(refused(create(999).await), Refusal::RequestsFull);
        waits(create(0).await);
    }
}
