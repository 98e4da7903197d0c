//! API keys: their scopes, their end, their networks, and the day of their last use.

use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::services::issue_key::{Issued, NewKey};
use mamori_desk::{Admin, Caller, EntryFilter, Error, MatchFilter, NewEntry, Proof};
use mamori_model::action::Answer;
use mamori_model::key::{Key, Role, Scope};
use mamori_model::page::PageSize;
use mamori_model::{EntryChange, Hash, HashKind, KeyId, Pdq, Surface};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use uuid::Uuid;

use crate::common::log::captured;
use crate::common::{TestApp, hashes, item, new_bank, test_app};

fn new_key(role: Role, scopes: &[Scope]) -> NewKey {
    let name = "a key".parse().unwrap();
    NewKey { scopes: Some(scopes.to_vec()), ..NewKey::whole(role, name) }
}

impl TestApp {
    async fn issued(&self, new: NewKey) -> Issued {
        let issued = self.desk.issue_key(&self.admin, new).await.unwrap();
        self.desk.catch_up().await.unwrap();
        issued
    }

    fn proof(&self, issued: &Issued) -> Option<Proof> {
        self.desk.authenticate(issued.token.reveal(), None)
    }

    async fn admin_with(&self, scopes: &[Scope]) -> Admin {
        let issued = self.issued(new_key(Role::Admin, scopes)).await;
        match self.proof(&issued) {
            Some(Proof::Admin(admin)) => admin,
            other => panic!("an administrator's key proves an administrator: {other:?}"),
        }
    }

    async fn caller_with(&self, scopes: &[Scope]) -> Caller {
        let role = Role::Service(self.caller.service());
        match self.proof(&self.issued(new_key(role, scopes)).await) {
            Some(Proof::Caller(caller)) => caller,
            other => panic!("a service's key proves a service: {other:?}"),
        }
    }

    async fn key(&self, id: KeyId) -> Key {
        let page = self.desk.keys(&self.admin, None, None, PageSize::DEFAULT).await.unwrap();
        page.rows.into_iter().find(|key| key.id == id).unwrap()
    }
}

/// Checks that a verb asks for one of `needed`, and for nothing else, of a key with `held` alone.
fn asks_for<T>(verb: &str, needed: &[Scope], held: Scope, answer: &Result<T, Error>) {
    let is_refused = matches!(answer, Err(Error::NotFound("scope")));
    assert_eq!(is_refused, !needed.contains(&held), "{verb} with {held:?} alone");
}

on_both_engines! {
    async fn each_verb_of_administrators_asks_for_its_scope(records: TestDatabase) {
        use Scope::{BanksRead, BanksWrite, EntriesExport, EntriesWrite, Keys, Services};
        let app = test_app(records).await;
        let desk = &app.desk;
        let no = Uuid::from_u128(9);
        let (bank, service, entry) = (no.into(), no.into(), mamori_model::EntryId::MIN);
        let size = PageSize::DEFAULT;
        for held in Scope::OF_ADMINS {
            let who = app.admin_with(&[held]).await;
            let any = Proof::Admin(who.clone());
            let bank_name = format!("of-{}", held.as_str().replace(':', "-"));
            let new = new_bank(&bank_name, mamori_model::Action::None);
            let list = || stream::iter([Ok::<_, std::io::Error>(Bytes::new())]);
            let options = || ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq);
            let described = [BanksRead, BanksWrite, EntriesWrite, EntriesExport];

            asks_for("create_bank", &[BanksWrite], held, &desk.create_bank(&who, new).await);
            asks_for("change_bank", &[BanksWrite], held, &desk.change_bank(&who, bank, BankChange::default()).await);
            asks_for("delete_bank", &[BanksWrite], held, &desk.delete_bank(&who, bank).await);
            asks_for("add_entries", &[EntriesWrite], held, &desk.add_entries(&who, bank, &[]).await);
            asks_for("restore_entries", &[EntriesWrite], held, &desk.restore_entries(&who, bank, &[]).await);
            asks_for("change_entry", &[EntriesWrite], held, &desk.change_entry(&who, bank, entry, EntryChange::default()).await);
            asks_for("withdraw_entry", &[EntriesWrite], held, &desk.withdraw_entry(&who, bank, entry).await);
            asks_for("withdraw_source", &[EntriesWrite], held, &desk.withdraw_source(&who, bank, &"x".parse().unwrap()).await);
            asks_for("import_entries", &[EntriesWrite], held, &desk.import_entries(&who, bank, options(), list()).await);
            asks_for("entry", &[EntriesWrite, EntriesExport], held, &desk.entry(&who, bank, entry).await);
            asks_for("entries", &[EntriesExport], held, &desk.entries(&who, bank, &EntryFilter::default(), None, size).await);
            asks_for("begin_export", &[EntriesExport], held, &desk.begin_export(&who, bank).await);
            asks_for("bank", &described, held, &desk.bank(&any, bank).await);
            asks_for("bank_named", &described, held, &desk.bank_named(&any, &"x".parse().unwrap()).await);
            asks_for("count_entries", &described, held, &desk.count_entries(&any, bank).await);
            asks_for("banks", &[BanksRead], held, &desk.banks(&any, None, size).await);
            asks_for("imports", &[BanksRead], held, &desk.imports(&who, bank, None, size).await);
            asks_for("import", &[BanksRead], held, &desk.import(&who, bank, no.into()).await);
            asks_for("disputes_of_bank", &[BanksRead], held, &desk.disputes_of_bank(&who, bank, None, size).await);
            asks_for("services", &[Services], held, &desk.services(&who, None, size).await);
            asks_for("create_service", &[Services], held, &desk.create_service(&who, "x".parse().unwrap()).await);
            asks_for("change_service", &[Services], held, &desk.change_service(&who, service, &"x".parse().unwrap()).await);
            asks_for("delete_service", &[Services], held, &desk.delete_service(&who, service).await);
            asks_for("keys", &[Keys], held, &desk.keys(&who, None, None, size).await);
            asks_for("issue_key", &[Keys], held, &desk.issue_key(&who, new_key(Role::Admin, &[Keys])).await);
            asks_for("revoke_key", &[Keys], held, &desk.revoke_key(&who, no.into()).await);
        }
    }

    async fn each_verb_of_services_asks_for_its_scope(records: TestDatabase) {
        use Scope::{ActionsAnswer, BanksRead, Checks, Webhooks};
        let app = test_app(records).await;
        let desk = &app.desk;
        let no = Uuid::from_u128(9);
        let (size, url) = (PageSize::DEFAULT, "http://127.0.0.1:9/");
        for held in Scope::OF_SERVICES {
            let who = app.caller_with(&[held]).await;
            let any = Proof::Caller(who.clone());
            let print = hashes(Pdq::from([1; 32]));
            let readers = [Webhooks, ActionsAnswer];

            asks_for("check", &[Checks], held, &desk.check(&who, item("a", Surface::Public), print).await);
            asks_for("a_match", &[Checks], held, &desk.a_match(&who, no.into()).await);
            asks_for("matches", &[Checks], held, &desk.matches(&who, MatchFilter::default(), None, size).await);
            asks_for("banks", &[BanksRead], held, &desk.banks(&any, None, size).await);
            asks_for("add_endpoint", &[Webhooks], held, &desk.add_endpoint(&who, url).await);
            asks_for("endpoint", &[Webhooks], held, &desk.endpoint(&who, no.into()).await);
            asks_for("endpoints", &[Webhooks], held, &desk.endpoints(&who, None, size).await);
            asks_for("test_endpoint", &[Webhooks], held, &desk.test_endpoint(&who, no.into()).await);
            asks_for("remove_endpoint", &[Webhooks], held, &desk.remove_endpoint(&who, no.into()).await);
            asks_for("redeliver", &[Webhooks], held, &desk.redeliver(&who, no.into()).await);
            asks_for("delivery", &readers, held, &desk.delivery(&who, no.into()).await);
            asks_for("deliveries", &readers, held, &desk.deliveries(&who, None, None, None, size).await);
            asks_for("service_case", &[ActionsAnswer], held, &desk.service_case(&who, no.into()).await);
            asks_for("service_cases", &[ActionsAnswer], held, &desk.service_cases(&who, None, None, size).await);
            asks_for("service_decision", &[ActionsAnswer], held, &desk.service_decision(&who, no.into()).await);
            asks_for("service_decisions", &[ActionsAnswer], held, &desk.service_decisions(&who, None, None, size).await);
            asks_for("service_action", &[ActionsAnswer], held, &desk.service_action(&who, no.into()).await);
            asks_for("service_actions", &[ActionsAnswer], held, &desk.service_actions(&who, None, None, size).await);
            asks_for("answer_action", &[ActionsAnswer], held, &desk.answer_action(&who, no.into(), Answer::Done, None).await);
        }
    }

    async fn a_key_creates_no_key_with_a_scope_that_it_lacks(records: TestDatabase) {
        let app = test_app(records).await;
        let narrow = app.admin_with(&[Scope::Keys, Scope::EntriesWrite]).await;
        let service = Role::Service(app.caller.service());
        let whole = NewKey::whole(Role::Admin, "a key".parse().unwrap());

        let same = app.desk.issue_key(&narrow, new_key(Role::Admin, &[Scope::EntriesWrite])).await;
        let export = app.desk.issue_key(&narrow, new_key(Role::Admin, &[Scope::EntriesExport])).await;
        let everything = app.desk.issue_key(&narrow, whole).await;
        let of_service = app.desk.issue_key(&narrow, new_key(service, &[Scope::Checks])).await;

        let same = same.unwrap().key;
        assert_eq!(same.scopes.iter().collect::<Vec<_>>(), [Scope::EntriesWrite]);
        assert_eq!(app.key(same.id).await.created_by, narrow.actor());
        for refused in [export, everything, of_service] {
            assert!(matches!(&refused, Err(Error::Invalid(why)) if why.contains("cannot give")), "{refused:?}");
        }
    }

    async fn a_key_that_could_never_be_used_is_not_issued(records: TestDatabase) {
        let app = test_app(records).await;
        let whole = || NewKey::whole(Role::Admin, "a key".parse().unwrap());
        let ended = NewKey { ends_at: Some(app.clock.now()), ..whole() };
        let networks = (0..=Key::NETWORKS_MAX).map(|nth| format!("10.0.{nth}.0/24").parse().unwrap());
        let scattered = NewKey { networks: networks.collect(), ..whole() };

        let refused = [
            (ended, "has passed"),
            (scattered, "at most 16 networks"),
            (new_key(Role::Admin, &[]), "at least one"),
            (new_key(Role::Admin, &[Scope::Checks]), "cannot have the scope `checks`"),
        ];

        for (new, expected) in refused {
            let answer = app.desk.issue_key(&app.admin, new).await;
            assert!(matches!(&answer, Err(Error::Invalid(why)) if why.contains(expected)), "{answer:?}");
        }
    }

    async fn an_ended_key_is_refused_and_the_security_log_names_it(records: TestDatabase) {
        let app = test_app(records).await;
        let ends_at = Some(app.clock.now() + SignedDuration::from_hours(1));
        let issued = app.issued(NewKey { ends_at, ..new_key(Role::Admin, &[Scope::BanksRead]) }).await;
        assert!(app.proof(&issued).is_some());
        let log = captured();

        app.clock.advance(SignedDuration::from_hours(1));

        assert!(app.proof(&issued).is_none());
        assert!(app.proof(&issued).is_none());
        let line = format!("an API key was used after its end key={}", issued.key.id);
        assert_eq!(log.of("security"), std::slice::from_ref(&line), "once a minute");
        app.clock.advance(SignedDuration::from_mins(1));
        assert!(app.proof(&issued).is_none());
        assert_eq!(log.of("security"), [line.clone(), line]);
    }

    async fn a_key_with_networks_is_accepted_from_these_alone(records: TestDatabase) {
        let app = test_app(records).await;
        let networks = vec!["192.0.2.0/24".parse().unwrap()];
        let issued = app.issued(NewKey { networks, ..new_key(Role::Admin, &[Scope::BanksRead]) }).await;
        let log = captured();
        let from = |address: Option<&str>| {
            let address = address.map(|address| address.parse().unwrap());
            app.desk.authenticate(issued.token.reveal(), address).is_some()
        };

        assert!(from(Some("192.0.2.7")));
        assert!(!from(Some("198.51.100.7")));
        assert!(!from(None));
        let lines = log.of("security");
        assert_eq!(lines, [format!("an API key was used from outside its networks key={}", issued.key.id)]);
        assert!(!lines[0].contains("198.51"), "no address is logged");
    }

    async fn the_day_of_the_last_use_is_stored_once_a_day_and_not_by_the_request(records: TestDatabase) {
        let app = test_app(records).await;
        let issued = app.issued(new_key(Role::Admin, &[Scope::BanksRead])).await;
        app.desk.store_key_use_once().await.unwrap();
        let today = app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();

        assert!(app.proof(&issued).is_some());
        assert_eq!(app.key(issued.key.id).await.last_used_on, None);
        assert_eq!(app.desk.store_key_use_once().await.unwrap(), 1);
        assert_eq!(app.key(issued.key.id).await.last_used_on, Some(today));
        assert!(app.proof(&issued).is_some());
        assert_eq!(app.desk.store_key_use_once().await.unwrap(), 0, "this day is stored already");
        app.clock.advance(SignedDuration::from_hours(24));
        assert!(app.proof(&issued).is_some());
        assert_eq!(app.desk.store_key_use_once().await.unwrap(), 1);
        assert_eq!(app.key(issued.key.id).await.last_used_on, today.tomorrow().ok());
    }

    async fn issued_and_revoked_keys_are_lines_of_the_security_log(records: TestDatabase) {
        let app = test_app(records).await;
        let by = app.admin_with(&[Scope::Keys]).await;
        let by_id = by.key().unwrap();
        let log = captured();

        let issued = app.desk.issue_key(&by, new_key(Role::Admin, &[Scope::Keys])).await.unwrap();
        let key = issued.key.id;
        app.desk.revoke_key(&by, key).await.unwrap();

        let of_it = format!("key={key} by=\"key\" by_id=\"{by_id}\"");
        assert_eq!(
            log.of("security"),
            [format!("an API key was issued {of_it}"), format!("an API key was revoked {of_it}")]
        );
    }

    async fn the_last_key_that_can_create_keys_is_not_revoked(records: TestDatabase) {
        let app = test_app(records).await;
        let last = app.issued(new_key(Role::Admin, &[Scope::Keys])).await;
        app.issued(new_key(Role::Admin, &[Scope::Services])).await;
        let ends_at = Some(app.clock.now() + SignedDuration::from_hours(1));
        app.issued(NewKey { ends_at, ..new_key(Role::Admin, &[Scope::Keys]) }).await;
        app.clock.advance(SignedDuration::from_hours(1));

        let refused = app.desk.revoke_key(&app.admin, last.key.id).await;
        app.issued(new_key(Role::Admin, &[Scope::Keys])).await;
        let revoked = app.desk.revoke_key(&app.admin, last.key.id).await;

        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("`keys`")), "{refused:?}");
        assert!(revoked.is_ok(), "{revoked:?}");
    }

    async fn an_entry_is_added_with_a_key_that_may_do_no_more(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", mamori_model::Action::Hold).await;
        let keeper = app.admin_with(&[Scope::EntriesWrite]).await;

        let entry = NewEntry::bare(Hash::Pdq(Pdq::from([1; 32])));
        let added = app.desk.add_entries(&keeper, bank.id, &[entry]).await.unwrap();

        assert_eq!(added.added, 1);
    }
}
