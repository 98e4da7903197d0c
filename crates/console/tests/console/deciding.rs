//! What makes deciding fast: faults at their fields, saved reasons, "decide and stop", undo on the next
//! page, and times in the reader's zone.

use axum::http::StatusCode;
use mamori_model::staff::BlurStrength;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::{Person, TestApp, TestResponse};

const REASONS: &str = "/console/reasons?policy=rehearsal&language=en";

/// Decides the next case with these fields.
async fn decide(app: &TestApp, who: &Person, more: &[(&str, &str)]) -> TestResponse {
    let (case, page) = app.claim_next(who).await;
    let (claim, version) = (page.field("claim"), page.field("version"));
    let mut form = vec![("claim", claim.as_str()), ("version", &version)];
    form.extend_from_slice(more);
    app.post_as(who, &format!("{case}/decide"), &form).await
}

const REMOVE: [(&str, &str); 3] =
    [("outcome", "violates"), ("items", "remove"), ("reason", "As the bank says.")];

/// Saves these reasons, after the version that the page shows.
async fn save(app: &TestApp, who: &Person, reasons: &[&str]) -> TestResponse {
    let after = app.get_as(who, REASONS).await.field("after");
    let mut form = vec![("policy", "rehearsal"), ("language", "en"), ("after", after.as_str())];
    form.extend(reasons.iter().map(|reason| ("reason", *reason)));
    app.post_as(who, "/console/reasons", &form).await
}

on_both_engines! {
    async fn a_reviewer_stops_after_a_decision_and_undoes_it_there(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("two")).await;
        let rei = app.reviewer("rei").await;

        let stopped = decide(&app, &rei, &[&REMOVE[..], &[("next", "stop")]].concat()).await.to();
        let queue = app.get_as(&rei, &stopped).await;

        assert!(stopped.starts_with("/console/queue?after=dec_"), "{stopped}");
        assert!(!queue.page().contains("You have claimed a case"), "{queue:?}");
        assert!(!queue.text.contains("This is the next case."), "{queue:?}");
        let undo = queue.text.split("action=\"").find(|rest| {
            rest.split('"').next().is_some_and(|action| action.ends_with("/undo"))
        });
        let undo = undo.expect("a form that undoes it").split('"').next().unwrap();
        let undone = app.post_as(&rei, undo, &[("text", &queue.field("text"))]).await;
        let page = app.get_as(&rei, &undone.to()).await;
        assert!(page.page().contains("Undone on the next page, right after the decision."), "{page:?}");
    }

    async fn a_proposed_decision_has_no_undo_on_the_next_page(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.lead("lea").await;
        let rei = app.reviewer("rei").await;
        let suspend = [
            ("outcome", "violates"),
            ("account", "suspend"),
            ("reason", "It is the poster."),
            ("confirmed", "yes"),
        ];

        let next = decide(&app, &rei, &suspend).await.to();
        let page = app.get_as(&rei, &next).await;

        assert!(page.page().contains("Proposed: a second approver"), "{page:?}");
        assert!(!page.text.contains("/undo\""), "{page:?}");
    }

    async fn a_fault_is_shown_at_its_field_which_has_the_focus(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, page) = app.claim_next(&rei).await;
        let (claim, version) = (page.field("claim"), page.field("version"));
        let send = async |more: &[(&str, &str)]| {
            let mut form = vec![("claim", claim.as_str()), ("version", &version)];
            form.extend_from_slice(more);
            app.post_as(&rei, &format!("{case}/decide"), &form).await
        };
        let reason = ("reason", "As the bank says.");
        let (violates, limit) = (("outcome", "violates"), ("items", "limit"));

        let table: [(&[(&str, &str)], &str); 5] = [
            (&[violates, limit, ("countries", "Japan"), reason], "countries"),
            (&[violates, limit, ("countries", "JP"), ("items_until", ""), reason], "items_until"),
            (&[violates, reason], "items"),
            (&[violates, ("items", "remove"), ("reason", " ")], "reason"),
            (&[("outcome", ""), reason], "outcome"),
        ];
        for (more, field) in table {
            let back = send(more).await;
            assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {back:?}");
            let problem = format!("id=\"problem-decide-{field}\"");
            assert_eq!(back.text.matches(&problem).count(), 1, "{field}: {back:?}");
            assert_eq!(back.text.matches("role=\"alert\"").count(), 1, "{field}: {back:?}");
            assert_eq!(back.text.matches(" autofocus").count(), 1, "{field}: {back:?}");
            let at = back.text.split(" autofocus").next().unwrap().rsplit('<').next().unwrap();
            assert!(at.contains(&format!("name=\"{field}\"")), "{field}: {at}");
            assert!(!back.text.contains("Go back"), "{field}: {back:?}");
        }
        let kept = send(&[violates, ("except", "remove:a"), ("items", "burn"), reason]).await;
        assert!(kept.text.contains("value=\"remove:a\" selected"), "{kept:?}");
    }

    async fn a_lead_saves_reasons_and_a_reviewer_chooses_one(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("two")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);

        let saved = save(&app, &lea, &["In the <bank>.", "", "Seen before."]).await.to();
        let shown = app.get_as(&lea, &saved).await;
        let theirs = app.get_as(&rei, REASONS).await;
        let (_, case) = app.claim_next(&rei).await;
        let chosen = [("outcome", "allowed"), ("saved", "Seen before."), ("reason", "")];
        let next = decide(&app, &rei, &chosen).await.to();

        assert!(shown.page().contains("The reasons are saved."), "{shown:?}");
        assert!(shown.text.contains("value=\"In the &#60;bank&#62;.\""), "{shown:?}");
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        let options = "<option>In the &#60;bank&#62;.</option><option>Seen before.</option>";
        assert!(case.page().contains(options), "{case:?}");
        let decision = next.split("after=").nth(1).unwrap().split('&').next().unwrap();
        let decision = app.get_as(&rei, &format!("/console/decisions/{decision}")).await;
        assert!(decision.page().contains("Seen before."), "the text is the reason: {decision:?}");
        // In another language there are none.
        let settings = [("language", "ja"), ("scheme", "system"), ("view", "hold")];
        app.post_as(&rei, "/console/me", &settings).await.to();
        let case = app.claim_next(&rei).await.1;
        assert!(!case.page().contains("name=\"saved\""), "{case:?}");
    }

    async fn a_saved_reason_is_enough_to_skip_escalate_or_decide_in_bulk(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        app.item("b", Some("two")).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        save(&app, &lea, &["Too near to me."]).await.to();
        let release = async |how: &str, saved: &str| {
            let (case, page) = app.claim_next(&rei).await;
            let claim = page.field("claim");
            let form = [
                ("claim", claim.as_str()),
                ("how", how),
                ("urgency", "known_material"),
                ("text", " "),
                ("saved", saved),
            ];
            let answer = app.post_as(&rei, &format!("{case}/release"), &form).await;
            (case, answer)
        };

        let (_, none) = release("skip", "").await;
        let (skipped, skip) = release("skip", "Too near to me.").await;
        let (escalated, escalation) = release("escalate", "Too near to me.").await;
        let list = app.get_as(&lea, "/console/bulk/new").await;
        let case = list.field("case");
        let form = [
            ("case", case.as_str()),
            ("outcome", "violates"),
            ("items", "remove"),
            ("reason", ""),
            ("saved", "Too near to me."),
        ];
        let bulk = app.post_as(&lea, "/console/bulk", &form).await.to();

        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{none:?}");
        skip.to();
        escalation.to();
        for case in [skipped, escalated] {
            let case = app.get_as(&lea, &case).await;
            assert!(case.page().contains("Too near to me."), "{case:?}");
        }
        assert!(list.page().contains("<option>Too near to me.</option></optgroup>"), "{list:?}");
        let bulk = app.get_as(&lea, &bulk).await;
        assert!(bulk.page().contains("<p class=\"quote\"><bdi>Too near to me.</bdi></p>"), "{bulk:?}");
    }

    async fn saved_reasons_that_are_wrong_or_outdated_are_shown_again(records: TestDatabase) {
        let app = TestApp::with(records, |settings| settings.cases.saved_reasons_max = 2).await;
        let lea = app.lead("lea").await;
        let long = "x".repeat(1_000);

        let too_long = save(&app, &lea, &["One.", &long]).await;
        let too_many = save(&app, &lea, &["One.", "Two.", "Three."]).await;
        save(&app, &lea, &["One.", "One."]).await.to();
        let form = [("policy", "rehearsal"), ("language", "en"), ("after", "0"), ("reason", "Two.")];
        let outdated = app.post_as(&lea, "/console/reasons", &form).await;
        let unknown = app.get_as(&lea, "/console/reasons?policy=cats").await;

        assert_eq!(too_long.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(too_long.text.contains("id=\"problem-reason-2\""), "{too_long:?}");
        assert!(too_long.text.contains("value=\"One.\""), "{too_long:?}");
        assert!(too_many.status.is_client_error(), "{too_many:?}");
        assert!(too_many.text.contains("value=\"Three.\""), "{too_many:?}");
        assert_eq!(outdated.status, StatusCode::CONFLICT);
        assert!(outdated.text.contains("value=\"Two.\""), "{outdated:?}");
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        let stored = app.get_as(&lea, REASONS).await;
        assert_eq!(stored.page().matches("value=\"One.\"").count(), 1, "{stored:?}");
    }

    async fn times_are_in_the_zone_of_the_browser_or_of_the_setting(records: TestDatabase) {
        let app = TestApp::open(records).await;
        app.item("a", Some("one")).await;
        let rei = app.reviewer("rei").await;
        let (case, utc) = app.claim_next(&rei).await;

        let tokyo = app.get_with(&rei, &case, "mamori-zone=Asia/Tokyo").await;
        let nonsense = app.get_with(&rei, &case, "mamori-zone=Mars/Olympus").await;
        let display = [("language", "en"), ("scheme", "system"), ("view", "hold")];
        let wrong = [&display[..], &[("zone", "Mars/Olympus")]].concat();
        let wrong = app.post_as(&rei, "/console/me", &wrong).await;
        let berlin = [&display[..], &[("zone", "Europe/Berlin")]].concat();
        let saved = app.post_as(&rei, "/console/me", &berlin).await.to();
        let me = app.get_as(&rei, &saved).await;
        let berlin = app.get_with(&rei, &case, "mamori-zone=Asia/Tokyo").await;

        // The clock of these tests stands at 2026-11-18, 11:06 UTC.
        let at = "datetime=\"2026-11-18T11:16";
        let shown = |page: &TestResponse| {
            let rest = page.page().split(at).nth(1).expect("the end of the claim");
            rest.split("</time>").next().unwrap().split_once('"').unwrap().1.to_owned()
        };
        assert_eq!(shown(&utc), ">2026-11-18 11:16 UTC");
        assert_eq!(shown(&nonsense), ">2026-11-18 11:16 UTC");
        assert_eq!(shown(&tokyo), " title=\"2026-11-18 20:16 +09:00\">2026-11-18 20:16");
        assert_eq!(shown(&berlin), " title=\"2026-11-18 12:16 +01:00\">2026-11-18 12:16");
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("value=\"Mars/Olympus\""), "{wrong:?}");
        assert!(me.page().contains("Your settings are saved."), "{me:?}");
    }

    async fn clear_pictures_are_grey_unless_the_reviewer_wants_colours(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let rei = app.reviewer("rei").await;

        let before = app.get_as(&rei, "/console/queue").await;
        let settings = [
            ("language", "en"),
            ("scheme", "system"),
            ("view", "hold"),
            ("tint", "colour"),
            ("size", "large"),
            ("blur", "strongest"),
        ];
        app.post_as(&rei, "/console/me", &settings).await.to();
        let after = app.get_as(&rei, "/console/queue").await;
        let me = app.get_as(&rei, "/console/me").await;
        // A form without these fields, as an older page sends it, leaves them as they are.
        app.post_as(&rei, "/console/me", &settings[..3]).await.to();
        let kept = app.get_as(&rei, "/console/queue").await;

        assert!(before.page().contains("data-tint=\"grey\" data-size=\"medium\""), "{before:?}");
        for page in [after, kept] {
            assert!(page.page().contains("data-tint=\"colour\" data-size=\"large\""), "{page:?}");
        }
        assert!(me.page().contains("<option value=\"strongest\" selected>"), "{me:?}");
    }

    async fn a_blur_weaker_than_the_operators_is_not_offered(records: TestDatabase) {
        let app = TestApp::with(records, |settings| settings.blur_min = BlurStrength::Strong).await;
        let rei = app.reviewer("rei").await;

        let me = app.get_as(&rei, "/console/me").await;

        assert!(!me.page().contains("value=\"standard\""), "{me:?}");
        assert!(me.page().contains("<option value=\"strong\" selected>"), "{me:?}");
    }
}
