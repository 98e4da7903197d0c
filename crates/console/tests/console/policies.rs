//! Policies are read and edited.

use axum::http::StatusCode;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::test_app::TestApp;

const REHEARSAL: &str = "/console/policies/rehearsal";

on_both_engines! {
    async fn an_edited_policy_keeps_its_earlier_versions(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let edi = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let form = |after| {
            let wording = "Pictures of <b>the rehearsal</b> stay out.";
            [
                ("after", after),
                ("language", "en"),
                ("wording", wording),
                ("severity", "3"),
                ("evidence_days", "7"),
            ]
        };

        let list = app.get_as(&edi, "/console/policies").await;
        let changed = app.post_as(&edi, REHEARSAL, &form("1")).await;
        let late = app.post_as(&edi, REHEARSAL, &form("1")).await;

        assert!(list.page().contains(&format!("href=\"{REHEARSAL}\"")), "{list:?}");
        assert_eq!(changed.to(), REHEARSAL);
        assert_eq!(late.status, StatusCode::CONFLICT, "version 1 is no longer in force");
        let page = app.get_as(&edi, REHEARSAL).await;
        assert!(page.page().contains("Pictures of &lt;b&gt;the rehearsal&lt;/b&gt; stay out."));
        assert!(page.text.contains("A picture of the rehearsal bank may not be shared."));
        assert_eq!(page.field("after"), "2");
    }

    async fn each_reader_sees_their_language_or_which_other_one_it_is(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let edi = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let yui = app.reviewer("yui").await;
        let display =
            [("language", "ja"), ("scheme", "system"), ("view", "hold"), ("has_keys", "on")];
        app.post_as(&yui, "/console/me", &display).await.to();
        let change = async |after, texts: &[(&str, &str)]| {
            let mut form = vec![("after", after), ("severity", "1"), ("evidence_days", "0")];
            for (language, wording) in texts {
                form.extend([("language", *language), ("wording", *wording)]);
            }
            app.post_as(&edi, REHEARSAL, &form).await
        };

        let built_in = app.get_as(&yui, REHEARSAL).await;
        change("1", &[("en", "Stay out."), ("ja", "使わないでください。"), ("de", " ")]).await.to();
        let translated = app.get_as(&yui, REHEARSAL).await;
        change("2", &[("en", "Stay out!"), ("ja", "")]).await.to();
        let fallen_back = app.get_as(&yui, REHEARSAL).await;

        assert!(built_in.page().contains("訓練用バンクの画像は共有できません。"), "{built_in:?}");
        assert!(built_in.text.contains("組み込み") && !built_in.text.contains("1970"));
        assert!(translated.page().contains("<p class=\"quote\"><bdi>使わないでください。</bdi></p>"));
        let english = "<p class=\"quote\"><span lang=\"en\"><bdi>Stay out!</bdi></span>";
        assert!(fallen_back.page().contains(english), "{fallen_back:?}");
        assert!(fallen_back.text.contains("この言語の文面がない"), "{fallen_back:?}");
        for texts in [
            &[("en", " "), ("ja", "")][..],
            &[],
            &[("Xx", "No.")],
            &[("en", "No."), ("en", "Yes.")],
        ] {
            let refused = change("3", texts).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{texts:?}");
        }
    }

    async fn leads_are_told_as_long_as_no_policy_keeps_pictures(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let edi = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let (rei, lea) = (app.reviewer("rei").await, app.lead("lea").await);
        let notice = "No picture is kept, so reviewers decide without one.";

        let of_reviewer = app.get_as(&rei, "/console/queue").await;
        let before = app.get_as(&lea, "/console/queue").await;
        let kept = [
            ("after", "1"),
            ("language", "en"),
            ("wording", "Stay out."),
            ("severity", "1"),
            ("evidence_days", "7"),
        ];
        app.post_as(&edi, REHEARSAL, &kept).await.to();
        let after = app.get_as(&lea, "/console/queue").await;

        assert!(!of_reviewer.page().contains(notice), "{of_reviewer:?}");
        assert!(before.page().contains(notice), "{before:?}");
        assert!(!after.page().contains(notice), "{after:?}");
    }

    async fn only_a_policy_editor_gets_the_form_and_its_limits_are_checked(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let edi = app.person("edi", &[StaffRole::PolicyEditor]).await;
        let rei = app.reviewer("rei").await;
        let form = |severity, days| {
            [
                ("after", "1"),
                ("language", "en"),
                ("wording", "x"),
                ("severity", severity),
                ("evidence_days", days),
            ]
        };

        for (severity, days) in [("6", "0"), ("0", "0"), ("1", "367"), ("1", "-1"), ("x", "0")] {
            let odd = app.post_as(&edi, REHEARSAL, &form(severity, days)).await;
            assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY, "{severity} {days}");
        }
        let page = app.get_as(&rei, REHEARSAL).await;
        assert!(!page.page().contains("name=\"wording\""), "{page:?}");
        let benign = app.get_as(&rei, "/console/policies/known_benign").await;
        assert_eq!(benign.status, StatusCode::NOT_FOUND, "a negative purpose has no policy");
    }
}
