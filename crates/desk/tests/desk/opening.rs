//! A match opens a case.

use jiff::SignedDuration;
use mamori_desk::Settings;
use mamori_desk::settings::CaseSettings;
use mamori_model::case::{Case, CaseEventKind, CaseState};
use mamori_model::page::PageSize;
use mamori_model::{Action, Item, Pdq, Purpose, Surface, Verdict};
use mamori_store::Store;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, hashes, item, new_bank, settings, test_app, test_app_with};

fn pdq(byte: u8) -> Pdq {
    Pdq::from([byte; 32])
}

fn of(name: &str, account: Option<&str>) -> Item {
    let account = account.map(|account| account.parse().unwrap());
    Item { account, ..item(name, Surface::Public) }
}

async fn check(app: &TestApp, item: Item, pdq: Pdq) -> Verdict {
    app.desk.check(&app.caller, item, hashes(pdq)).await.unwrap().verdict
}

/// Every case of the app's service, the oldest first.
async fn cases(app: &TestApp, store: &Store) -> Vec<Case> {
    let service = app.caller.service();
    let page = store.cases_of_service(service, None, None, PageSize::DEFAULT).await.unwrap();
    page.rows.into_iter().rev().collect()
}

on_both_engines! {
    async fn items_of_one_account_make_one_case_and_others_their_own(records: TestDatabase) {
        let app = test_app(records).await;
        let store = app.store().await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(1)).await;

        for (name, account) in
            [("a", Some("one")), ("b", Some("one")), ("c", Some("two")), ("d", None), ("e", None)]
        {
            assert_eq!(check(&app, of(name, account), pdq(1)).await, Verdict::Hold);
        }

        let items: Vec<u32> = cases(&app, &store).await.iter().map(|case| case.items).collect();
        assert_eq!(items, [2, 1, 1, 1]);
    }

    async fn an_allowed_match_opens_no_case(records: TestDatabase) {
        let app = test_app(records).await;
        let store = app.store().await;
        let bank = app.bank("known", Action::None).await;
        app.add(&bank, pdq(1)).await;

        assert_eq!(check(&app, of("a", Some("one")), pdq(1)).await, Verdict::Allow);

        assert_eq!(cases(&app, &store).await, []);
    }

    async fn an_item_is_added_once_and_a_stricter_verdict_is_a_new_version(records: TestDatabase) {
        let app = test_app(records).await;
        let store = app.store().await;
        let held = app.bank("held", Action::Hold).await;
        let blocked = app.bank("blocked", Action::Block).await;
        app.add(&held, pdq(1)).await;
        check(&app, of("a", Some("one")), pdq(1)).await;
        check(&app, of("a", Some("one")), pdq(1)).await;
        let before = cases(&app, &store).await;

        app.add(&blocked, pdq(1)).await;
        let verdict = check(&app, of("a", Some("one")), pdq(1)).await;

        let after = cases(&app, &store).await;
        assert_eq!((before[0].items, before[0].version), (1, 1));
        assert_eq!(verdict, Verdict::Block);
        assert_eq!((after.len(), after[0].items, after[0].version), (1, 1, 2));
        let events = store.case_events(after[0].id, 9).await.unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [CaseEventKind::Opened, CaseEventKind::ItemAdded]);
        assert!(events.iter().all(|event| event.about.item.is_some() && event.by.is_none()));
    }

    async fn each_policy_has_its_own_case(records: TestDatabase) {
        let app = test_app(records).await;
        let store = app.store().await;
        let rehearsal = app.bank("rehearsal", Action::Hold).await;
        app.add(&rehearsal, pdq(1)).await;
        let intimate = mamori_desk::banks::create_bank::NewBank {
            purpose: Purpose::IntimateImageAbuse,
            ..new_bank("intimate", Action::Hold)
        };
        let intimate = app.desk.create_bank(&app.admin, intimate).await.unwrap();
        app.desk.catch_up().await.unwrap();
        app.add(&intimate, pdq(0xf0)).await;

        check(&app, of("a", Some("one")), pdq(1)).await;
        check(&app, of("b", Some("one")), pdq(0xf0)).await;

        let purposes: Vec<_> =
            cases(&app, &store).await.iter().map(|case| case.purpose).collect();
        assert_eq!(purposes, [Purpose::Rehearsal, Purpose::IntimateImageAbuse]);
    }

    async fn a_full_case_is_followed_by_another(records: TestDatabase) {
        let few = CaseSettings { items_max: 2, ..CaseSettings::default() };
        let app = test_app_with(records, Settings { cases: few, ..settings() }).await;
        let store = app.store().await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(1)).await;

        for name in ["a", "b", "c"] {
            check(&app, of(name, Some("one")), pdq(1)).await;
        }

        let items: Vec<u32> = cases(&app, &store).await.iter().map(|case| case.items).collect();
        assert_eq!(items, [2, 1]);
    }

    async fn many_items_of_one_account_at_once_make_one_case(records: TestDatabase) {
        let app = test_app(records).await;
        let store = app.store().await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(1)).await;

        let checks: Vec<_> = (0..20)
            .map(|number| {
                let (desk, caller) = (app.desk.clone(), app.caller.clone());
                let item = of(&format!("item {number}"), Some("one"));
                tokio::spawn(async move { desk.check(&caller, item, hashes(pdq(1))).await })
            })
            .collect();
        for check in checks {
            assert_eq!(check.await.unwrap().unwrap().verdict, Verdict::Hold);
        }

        let cases = cases(&app, &store).await;
        assert_eq!((cases.len(), cases[0].items, cases[0].version), (1, 20, 20));
        assert_eq!(store.case_item_names(cases[0].id).await.unwrap().len(), 20);
    }

    async fn an_open_case_and_its_match_outlive_their_terms(records: TestDatabase) {
        let app = test_app(records).await;
        let store = app.store().await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(1)).await;
        check(&app, of("a", Some("one")), pdq(1)).await;

        app.clock.advance(SignedDuration::from_hours(24 * 400));
        app.desk.sweep_once().await.unwrap();

        let cases = cases(&app, &store).await;
        assert_eq!((cases.len(), cases[0].state), (1, CaseState::Open));
        assert_eq!(store.case_item_names(cases[0].id).await.unwrap().len(), 1);
    }
}
