//! What pages offer to reviewers: pictures as strongly blurred as they or the operator want, a list to
//! choose cases from, and saved reasons.

use mamori_desk::audit::AuditReader;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::saved_reasons::NewSavedReasons;
use mamori_desk::staff::member::Reviewer;
use mamori_desk::{AuditFilter, Error, Settings};
use mamori_model::page::PageSize;
use mamori_model::staff::{
    BlurStrength, Language, PictureSettings, PictureSize, Preferences, Scheme, StaffRole, Tint,
    ViewMode,
};
use mamori_model::{AuditVerb, CaseId, Clarity, Line, MatchId, Purpose, SavedReasons};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::people::{new_staff, session_of, sign_in_as};
use crate::common::{TestApp, settings, test_app, test_app_with, vault_settings};

/// An app with `count` cases; the bytes of the first one's item are stored.
async fn pictured(
    records: TestDatabase,
    count: usize,
    change: impl FnOnce(&mut Settings),
) -> (TestApp, Vec<CaseId>, MatchId, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = vault_settings(folder.path());
    change(&mut settings);
    let app = test_app_with(records, settings).await;
    let cases = app.cases(count).await;
    let item = app.store_evidence(cases[0]).await;
    (app, cases, item, folder)
}

/// The longest side of the blurred picture that a reviewer with this setting gets.
async fn side(
    app: &TestApp,
    who: &Reviewer,
    (case, item): (CaseId, MatchId),
    own: BlurStrength,
) -> u32 {
    let recorded = app.desk.open_view_to_choose(who, case, item).await.unwrap();
    let shown = app.desk.picture_for(recorded, own).await.unwrap();
    assert_eq!(shown.media_type, "image/png");
    // The header of a PNG: its width and height stand after the name of the first chunk.
    let number = |from: usize| u32::from_be_bytes(shown.file[from..from + 4].try_into().unwrap());
    number(16).max(number(20))
}

fn new_reasons(after: u32, reasons: &[&str]) -> NewSavedReasons {
    NewSavedReasons {
        purpose: Purpose::Rehearsal,
        language: Language::Japanese,
        after,
        reasons: reasons.iter().map(|reason| reason.parse().unwrap()).collect(),
    }
}

fn texts(list: &SavedReasons) -> Vec<&str> {
    list.reasons.iter().map(Line::as_str).collect()
}

on_both_engines! {
    async fn a_picture_is_blurred_as_strongly_as_the_reviewer_wants(records: TestDatabase) {
        let (app, cases, item, _folder) = pictured(records, 1, |_| ()).await;
        let who = app.reviewer("one").await;
        let of = (cases[0], item);

        assert_eq!(side(&app, &who, of, BlurStrength::Standard).await, 32);
        assert_eq!(side(&app, &who, of, BlurStrength::Strong).await, 16);
        assert_eq!(side(&app, &who, of, BlurStrength::Strongest).await, 8);
    }

    async fn no_picture_is_blurred_less_than_the_operator_wants(records: TestDatabase) {
        let set = |settings: &mut Settings| settings.blur_min = BlurStrength::Strong;
        let (app, cases, item, _folder) = pictured(records, 1, set).await;
        let who = app.reviewer("one").await;
        let of = (cases[0], item);

        assert_eq!(side(&app, &who, of, BlurStrength::Standard).await, 16);
        assert_eq!(side(&app, &who, of, BlurStrength::Strongest).await, 8);
    }

    async fn a_picture_in_the_list_to_choose_from_is_a_recorded_blurred_view(records: TestDatabase) {
        let (app, cases, item, _folder) = pictured(records, 2, |_| ()).await;
        let who = app.reviewer("one").await;

        let listed = app.desk.cases_to_choose(&who, None).await.unwrap();
        let faces = app.desk.case_faces(&who, &listed).await.unwrap();
        app.desk.open_view_to_choose(&who, cases[0], item).await.unwrap();

        let (first, second) = (faces.faces[&cases[0]], faces.faces[&cases[1]]);
        assert_eq!((first.item, first.is_viewable, second.is_viewable), (item, true, false));
        assert!(first.entry.is_some() && first.entry == second.entry, "{faces:?}");
        assert_eq!(faces.entries.len(), 1);
        let views = app.store().await.views_of_case(cases[0], None, PageSize::DEFAULT).await.unwrap();
        let got: Vec<_> = views.rows.iter().map(|view| (view.clarity, view.by)).collect();
        assert_eq!(got, [(Clarity::Blurred, who.staff())]);
        assert_eq!(app.desk.exposure(who.member()).await.unwrap().seen.clear_views, 0);
    }

    async fn no_view_opens_of_a_case_that_cannot_be_chosen(records: TestDatabase) {
        let (app, cases, item, _folder) = pictured(records, 2, |_| ()).await;
        let (one, two) = (app.reviewer("one").await, app.reviewer("two").await);
        app.desk.claim_next(&one, Queue::default()).await.unwrap().unwrap();

        let own = app.desk.open_view_to_choose(&one, cases[0], item).await;
        let theirs = app.desk.open_view_to_choose(&two, cases[0], item).await;
        let other = app.desk.open_view_to_choose(&two, cases[1], item).await;

        assert!(own.is_ok(), "one's own claim is offered: {own:?}");
        assert!(matches!(theirs, Err(Error::NotFound("case"))), "{theirs:?}");
        assert!(matches!(other, Err(Error::NotFound("item"))), "another case's item: {other:?}");
    }

    async fn preferences_are_stored(records: TestDatabase) {
        let app = test_app(records).await;
        let who = new_staff(&app.desk, "ada", &[StaffRole::Lead]).await;
        let cookie = sign_in_as(&app.desk, who).await;
        let me = session_of(&app.desk, &cookie).await.member;
        let pages = Preferences {
            language: Language::Japanese,
            scheme: Scheme::Dark,
            view: ViewMode::Text,
            has_keys: false,
            pictures: PictureSettings {
                tint: Tint::Colour,
                size: PictureSize::Large,
                blur: BlurStrength::Strongest,
            },
            zone: Some("Asia/Tokyo".parse().unwrap()),
        };

        app.desk.change_preferences(&me, &pages).await.unwrap();

        let staff = session_of(&app.desk, &cookie).await.staff;
        assert_eq!((staff.language, staff.scheme, staff.view), (pages.language, pages.scheme, pages.view));
        assert!(!staff.has_keys);
        assert_eq!((staff.pictures, staff.zone), (pages.pictures, pages.zone));
    }

    async fn a_lead_replaces_the_saved_reasons_of_a_policy(records: TestDatabase) {
        let app = test_app(records).await;
        let lead = app.lead("one").await;
        let who = lead.member().clone();
        let read = async |language| {
            app.desk.saved_reasons(&who, Purpose::Rehearsal, language).await.unwrap()
        };

        let none = read(Language::Japanese).await;
        app.desk.change_saved_reasons(&lead, new_reasons(0, &["A.", "B.", "A."])).await.unwrap();
        let first = read(Language::Japanese).await;
        app.clock.advance(jiff::SignedDuration::from_secs(1));
        let outdated = app.desk.change_saved_reasons(&lead, new_reasons(0, &["C."])).await;
        app.desk.change_saved_reasons(&lead, new_reasons(1, &["B."])).await.unwrap();
        let second = read(Language::Japanese).await;
        app.desk.change_saved_reasons(&lead, new_reasons(2, &[])).await.unwrap();

        assert_eq!((none.version, texts(&none).len()), (0, 0));
        assert_eq!((first.version, texts(&first)), (1, vec!["A.", "B."]));
        assert!(matches!(outdated, Err(Error::Conflict(_))), "{outdated:?}");
        assert_eq!((second.version, texts(&second)), (2, vec!["B."]));
        assert_eq!(second.changed, Some((lead.staff(), app.clock.now())));
        assert_eq!(texts(&read(Language::Japanese).await), Vec::<&str>::new());
        assert_eq!(read(Language::English).await.version, 0, "each language has its own list");
    }

    async fn a_list_of_reasons_has_a_limit_and_its_change_is_recorded(records: TestDatabase) {
        let mut settings = settings();
        settings.cases.saved_reasons_max = 2;
        let app = test_app_with(records, settings).await;
        let lead = app.lead("one").await;
        let auditor = app.member("two", &[StaffRole::Auditor]).await.auditor().unwrap();

        let many = app.desk.change_saved_reasons(&lead, new_reasons(0, &["A.", "B.", "C."])).await;
        let negative = NewSavedReasons { purpose: Purpose::KnownBenign, ..new_reasons(0, &["A."]) };
        let negative = app.desk.change_saved_reasons(&lead, negative).await;
        app.desk.change_saved_reasons(&lead, new_reasons(0, &["A secret?", "B."])).await.unwrap();

        assert!(matches!(many, Err(Error::Invalid(_))), "{many:?}");
        assert!(matches!(negative, Err(Error::NotFound("policy"))), "{negative:?}");
        let filter = AuditFilter::default();
        let reader = AuditReader::Auditor(&auditor);
        let page = app.desk.audit_events(reader, &filter, None, PageSize::DEFAULT).await.unwrap();
        let mut events = page.events.rows.iter().map(|linked| &linked.event);
        let event = events.find(|event| event.verb == AuditVerb::ReasonsChanged).unwrap();
        assert_eq!(event.actor.staff(), Some(lead.staff()));
        let after = event.after.clone().unwrap();
        assert!(after.contains("\"reasons\":2") && !after.contains("secret"), "{after}");
    }
}
