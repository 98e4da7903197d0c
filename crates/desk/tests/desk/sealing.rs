//! An item's bytes are stored where a policy says so, sealed, until the end of their term.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use mamori_desk::cases::claim_case::{Claimed, Queue};
use mamori_desk::checks::check::{CheckInput, Checked};
use mamori_desk::decisions::change_policy::NewPolicy;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_desk::delete_service::Deletion;
use mamori_desk::evidence::rewrap_vault::Rewrapped;
use mamori_desk::staff::member::{PolicyEditor, Reviewer};
use mamori_desk::viewing::open_view::RecordedView;
use mamori_desk::{Desk, Error, LocalCli};
use mamori_media::Sender;
use mamori_model::action::{Answer, ItemMeasure};
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;
use mamori_model::{
    Action, Clarity, EvidenceId, EvidenceStatus, Language, MatchId, Measures, NotStored, Outcome,
    Policy, Purpose, Refusal, Surface, Verdict,
};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, encode};

use crate::common::{TestApp, item, node, settings, test_app_with, vault_key, vault_settings_with};

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// An app with a bank that lists one picture.
struct Fixture {
    app: TestApp,
    editor: PolicyEditor,
    who: Reviewer,
    picture: Vec<u8>,
    folder: tempfile::TempDir,
}

async fn fixture(records: TestDatabase) -> Fixture {
    fixture_with(records, &vault_key("test")).await
}

async fn fixture_with(records: TestDatabase, keys: &str) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let app = test_app_with(records, vault_settings_with(folder.path(), keys)).await;
    let picture = encode::png(&draw(7, 320, 240));
    let bank = app.bank("known", Action::Hold).await;
    let hashed = app.desk.hash_item(picture.clone().into(), Sender::Administrators).await.unwrap();
    app.add(&bank, hashed.picture.frames[0].stored().unwrap().0).await;
    let editor = app.member("editor", &[StaffRole::PolicyEditor]).await.editor().unwrap();
    let who = app.reviewer("one").await;
    Fixture { app, editor, who, picture, folder }
}

impl Fixture {
    async fn set_evidence_days(&self, evidence_days: u16) -> Result<Policy, Error> {
        let policy = self.app.store().await.policy(Purpose::Rehearsal).await.unwrap().unwrap();
        let new = NewPolicy {
            purpose: Purpose::Rehearsal,
            after: policy.version,
            texts: policy.texts,
            severity: policy.severity,
            evidence_days,
        };
        self.app.desk.change_policy(&self.editor, new).await
    }

    async fn check(&self, name: &str, bytes: &[u8]) -> Checked {
        let sent = CheckInput::Bytes(bytes.to_vec().into());
        let item = item(name, Surface::Public);
        self.app.desk.check(&self.app.caller, item, sent).await.unwrap()
    }

    async fn held(&self, name: &str) -> MatchId {
        let checked = self.check(name, &self.picture).await;
        assert_eq!(checked.verdict, Verdict::Hold);
        checked.recorded.unwrap()
    }

    async fn claim(&self) -> Claimed {
        self.app.desk.claim_next(&self.who, Queue::default()).await.unwrap().unwrap()
    }

    async fn view(&self, item: MatchId) -> Result<RecordedView, Error> {
        let Claimed { case, number, .. } = self.claim().await;
        self.app.desk.open_view(&self.who, case, number, item, Clarity::Clear).await
    }

    fn pass_days(&self, days: i64) {
        self.app.clock.advance(SignedDuration::from_hours(24 * days));
    }

    fn files(&self) -> Vec<PathBuf> {
        files(self.folder.path())
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

fn make_old(file: &Path) {
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(file).unwrap().set_modified(written).unwrap();
}

on_both_engines! {
    async fn each_set_of_bytes_is_stored_and_the_newest_is_shown(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        let edited = encode::jpeg(&draw(7, 320, 240), 90);

        let store = fixture.app.store().await;
        let newest = async || store.evidence_of_item(item).await.unwrap().unwrap();

        let first = newest().await;
        let again = fixture.check("a", &edited).await;
        fixture.check("a", &edited).await;
        let second = newest().await;
        fixture.held("a").await;

        assert_eq!(again.recorded, Some(item));
        assert_eq!(fixture.files().len(), 2);
        assert_eq!(second.sha256, Some(mamori_media::sha256(&edited)));
        assert_eq!(newest().await.id, first.id, "the item has its first bytes again");
        let recorded = fixture.view(item).await.unwrap();
        let shown = fixture.app.desk.picture(recorded).await.unwrap();
        assert!(!shown.file.is_empty());
    }

    async fn a_case_says_that_the_stored_bytes_are_an_earlier_version(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let is_earlier = async |case| {
            let view = fixture.app.desk.case(&fixture.who, case, None, PageSize::DEFAULT).await;
            let item = view.unwrap().items.rows.remove(0);
            assert!(matches!(item.evidence, EvidenceStatus::Available { .. }));
            item.is_earlier_version
        };

        fixture.held("a").await;
        let case = fixture.claim().await.case;
        let at_first = is_earlier(case).await;
        fixture.set_evidence_days(0).await.unwrap();
        fixture.check("a", &encode::jpeg(&draw(7, 320, 240), 90)).await;
        let after_an_edit = is_earlier(case).await;
        fixture.held("a").await;
        let as_at_first = is_earlier(case).await;

        assert_eq!((at_first, after_an_edit, as_at_first), (false, true, false));
    }

    async fn the_frame_that_matched_is_shown(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let listed = draw(7, 320, 240);
        let frames = [draw(31, 320, 240), draw(32, 320, 240), listed.clone()];
        let checked = fixture.check("a", &encode::png_animated(&frames)).await;

        let recorded = fixture.view(checked.recorded.unwrap()).await.unwrap();
        let shown = fixture.app.desk.picture(recorded).await.unwrap();

        let shown = image::load_from_memory(&shown.file).unwrap().to_rgb8();
        let distance = |other: &image::RgbImage| -> u64 {
            let parts = shown.as_raw().iter().zip(other.as_raw());
            parts.map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
        };
        assert!(distance(&listed) * 4 < distance(&frames[0]), "it is the third frame");
    }

    async fn bytes_that_a_policy_keeps_are_sealed_and_can_be_viewed(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();

        let item = fixture.held("a").await;
        fixture.held("a").await;

        let [file] = &fixture.files()[..] else { panic!("one file") };
        let object = std::fs::read(file).unwrap();
        let part = &fixture.picture[..32];
        assert!(!object.windows(part.len()).any(|window| window == part), "it is sealed");
        let recorded = fixture.view(item).await.unwrap();
        let shown = fixture.app.desk.picture(recorded).await.unwrap();
        let size = image_size(&fixture.app.desk, shown.file.to_vec()).await;
        assert_eq!((shown.media_type, size), ("image/jpeg", (320, 240)));
    }

    async fn clean_items_and_items_without_a_policy_are_not_stored(records: TestDatabase) {
        let fixture = fixture(records).await;
        let unkept = fixture.held("a").await;
        fixture.set_evidence_days(30).await.unwrap();

        let clean = fixture.check("b", &encode::png(&draw(8, 320, 240))).await;

        assert_eq!((clean.verdict, clean.recorded), (Verdict::Allow, None));
        assert_eq!(fixture.files(), Vec::<PathBuf>::new());
        assert_eq!(refused(fixture.view(unkept).await), Refusal::EvidenceNone);
    }

    async fn evidence_at_the_end_of_its_term_cannot_be_read(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        assert_eq!(fixture.check("a", &fixture.picture).await.not_stored, None);
        let desk = &fixture.app.desk;
        let recorded = fixture.view(item).await.unwrap();
        fixture.pass_days(30);

        assert_eq!(refused(desk.picture(recorded).await), Refusal::EvidenceGone);
        assert_eq!(refused(fixture.view(item).await), Refusal::EvidenceGone, "before any sweep");
        let swept = desk.sweep_once().await.unwrap();

        assert_eq!(swept.evidence_expired, 1);
        let store = fixture.app.store().await;
        let kept = store.evidence_of_item(item).await.unwrap().unwrap();
        assert_eq!(kept.wrapped_key, None, "no copy of the file can be unsealed");
        assert_eq!(desk.work_once().await.unwrap(), 1);
        assert_eq!(fixture.files(), Vec::<PathBuf>::new());
        desk.catch_up().await.unwrap();
        let again = fixture.check("a", &fixture.picture).await;
        assert_eq!((again.recorded, again.not_stored), (Some(item), Some(NotStored::Ended)));
        assert_eq!(fixture.files(), Vec::<PathBuf>::new(), "removed bytes are not stored again");
        assert_eq!(refused(fixture.view(item).await), Refusal::EvidenceGone);
    }

    async fn a_changed_object_is_not_shown(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        let [file] = &fixture.files()[..] else { panic!("one file") };
        let mut object = std::fs::read(file).unwrap();
        object[100] ^= 1;
        std::fs::write(file, object).unwrap();

        let recorded = fixture.view(item).await.unwrap();
        let shown = fixture.app.desk.picture(recorded).await;

        assert_eq!(refused(shown), Refusal::EvidenceBroken);
        assert_eq!(fixture.app.desk.was_viewed(item).await.unwrap(), None);
        std::fs::remove_file(file).unwrap();
        let recorded = fixture.view(item).await.unwrap();
        assert_eq!(refused(fixture.app.desk.picture(recorded).await), Refusal::EvidenceBroken);
    }

    async fn a_vault_without_its_key_is_closed_and_checks_go_on(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        let (app, who) = (&fixture.app, &fixture.who);
        let other = vault_settings_with(fixture.folder.path(), &vault_key("another"));
        let other = node(&app.records, &app.clock, other).await;
        let none = node(&app.records, &app.clock, settings()).await;
        let Claimed { case, number, .. } = fixture.claim().await;

        let recorded = other.open_view(who, case, number, item, Clarity::Clear).await.unwrap();
        assert_eq!(refused(other.picture(recorded).await), Refusal::VaultClosed);
        let closed = none.open_view(who, case, number, item, Clarity::Clear).await;
        assert_eq!(refused(closed), Refusal::VaultClosed);
        let new = NewPolicy {
            purpose: Purpose::Rehearsal,
            after: 2,
            texts: (Language::English, "Nothing.".parse().unwrap()).into(),
            severity: 1,
            evidence_days: 1,
        };
        assert_eq!(refused(none.change_policy(&fixture.editor, new).await), Refusal::VaultClosed);

        let bytes = CheckInput::Bytes(fixture.picture.clone().into());
        let sent = crate::common::item("b", Surface::Public);
        let checked = none.check(&app.caller, sent, bytes).await.unwrap();
        assert_eq!(checked.verdict, Verdict::Hold);
    }

    async fn evidence_is_rewrapped_with_a_new_vault_key(records: TestDatabase) {
        let (old, new) = (vault_key("old"), vault_key("new"));
        let fixture = fixture_with(records, &old).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        let (app, who) = (&fixture.app, &fixture.who);
        let with = async |keys: &str| {
            let settings = vault_settings_with(fixture.folder.path(), keys);
            node(&app.records, &app.clock, settings).await
        };
        let (both, only_new) = (with(&(new.clone() + &old)).await, with(&new).await);
        let here = LocalCli::here();
        let missing = only_new.rewrap_vault(&here).await.unwrap();
        assert_eq!(missing, Rewrapped { closed: 1, ..Rewrapped::default() });

        let done = both.rewrap_vault(&here).await.unwrap();
        let again = both.rewrap_vault(&here).await.unwrap();

        assert_eq!(done, Rewrapped { items: 1, ..Rewrapped::default() });
        assert_eq!(again, Rewrapped::default());
        let Claimed { case, number, .. } = fixture.claim().await;
        let recorded = only_new.open_view(who, case, number, item, Clarity::Clear).await.unwrap();
        only_new.picture(recorded).await.unwrap();
        let recorded = app.desk.open_view(who, case, number, item, Clarity::Clear).await.unwrap();
        assert_eq!(refused(app.desk.picture(recorded).await), Refusal::VaultClosed);
    }

    async fn a_vault_that_fails_does_not_fail_a_check(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let folder = fixture.folder.path();
        std::fs::remove_dir_all(folder).unwrap();
        std::fs::write(folder, b"no folder").unwrap();

        let item = fixture.held("a").await;

        assert_eq!(refused(fixture.view(item).await), Refusal::EvidenceNone);
        std::fs::remove_file(folder).unwrap();
    }

    async fn evidence_of_an_allowed_item_expires_after_a_week(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        let Claimed { case, number, version, .. } = fixture.claim().await;
        let new = NewDecision {
            case,
            claim: number,
            version,
            outcome: Outcome::Allowed,
            reason: "It is art.".parse().unwrap(),
            measures: Measures::default(),
        };
        fixture.app.desk.decide(&fixture.who, new).await.unwrap();

        let readable = async || {
            let evidence = fixture.app.store().await.evidence_of_item(item).await.unwrap().unwrap();
            evidence.is_readable(fixture.app.clock.now())
        };
        fixture.pass_days(6);
        assert!(readable().await);
        fixture.pass_days(1);
        assert!(!readable().await);
    }

    async fn a_shorter_term_applies_to_stored_evidence_a_longer_does_not(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        let stored = fixture.app.clock.now();
        let term = async || {
            let evidence = fixture.app.store().await.evidence_of_item(item).await.unwrap().unwrap();
            evidence.expires_at.duration_since(stored).as_hours() / 24
        };
        let claimed = fixture.claim().await;

        fixture.set_evidence_days(10).await.unwrap();
        assert_eq!(term().await, 10);
        fixture.set_evidence_days(60).await.unwrap();
        assert_eq!(term().await, 10);
        fixture.set_evidence_days(0).await.unwrap();
        assert_eq!(term().await, 7, "a week to notice a mistake");

        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome: Outcome::Allowed,
            reason: "It is art.".parse().unwrap(),
            measures: Measures::default(),
        };
        let stale = fixture.app.desk.decide(&fixture.who, new).await;
        assert_eq!(refused(stale), Refusal::CaseStale, "the claimant read another policy");
    }

    async fn the_evidence_of_a_deleted_service_keeps_its_term(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        let item = fixture.held("a").await;
        let stored = fixture.app.clock.now();
        let (app, service) = (&fixture.app, fixture.app.caller.service());
        let left = app.desk.delete_service(&app.admin, service).await.unwrap();
        let claimed = fixture.claim().await;
        let at = (claimed.case, claimed.number);
        let view = app.desk.open_view(&fixture.who, at.0, at.1, item, Clarity::Clear).await;
        app.desk.picture(view.unwrap()).await.unwrap();
        let new = NewDecision {
            case: claimed.case,
            claim: claimed.number,
            version: claimed.version,
            outcome: Outcome::Violates,
            reason: "It is what the bank says.".parse().unwrap(),
            measures: Measures { items: ItemMeasure::Remove, ..Measures::default() },
        };
        let decision = app.desk.decide(&fixture.who, new).await.unwrap();
        for action in app.store().await.actions_of_decision(decision.id).await.unwrap() {
            app.desk.answer_action(&app.caller, action.id, Answer::Done, None).await.unwrap();
        }

        let swept = app.desk.sweep_once().await.unwrap();

        assert!(matches!(left, Deletion::Leaving(_)));
        assert_eq!(swept.services_deleted, 1);
        let evidence = app.store().await.evidence_of_item(item).await.unwrap().unwrap();
        assert_eq!(evidence.expires_at, stored + SignedDuration::from_hours(24 * 30));
    }

    async fn a_policy_gets_a_new_version_and_old_ones_stay(records: TestDatabase) {
        let fixture = fixture(records).await;
        let desk = &fixture.app.desk;
        let new = |after| NewPolicy {
            purpose: Purpose::ChildSexualAbuse,
            after,
            texts: (Language::English, "Not here,\nnor elsewhere.".parse().unwrap()).into(),
            severity: 4,
            evidence_days: 0,
        };

        let changed = desk.change_policy(&fixture.editor, new(1)).await.unwrap();
        let late = desk.change_policy(&fixture.editor, new(1)).await;
        let grave = desk.change_policy(&fixture.editor, NewPolicy { severity: 6, ..new(2) }).await;
        let long = desk.change_policy(&fixture.editor, NewPolicy { evidence_days: 367, ..new(2) }).await;
        let benign = NewPolicy { purpose: Purpose::KnownBenign, ..new(1) };
        let benign = desk.change_policy(&fixture.editor, benign).await;

        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        for refused in [grave, long] {
            assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        }
        assert!(matches!(benign, Err(Error::NotFound("policy"))), "{benign:?}");
        let member = fixture.who.member();
        let versions = desk.policy_versions(member, Purpose::ChildSexualAbuse).await.unwrap();
        assert_eq!((versions[0].clone(), versions[1].version), (changed.clone(), 1));
        assert!(desk.policies(member).await.unwrap().contains(&changed));
    }

    async fn a_crash_after_the_key_is_deleted_leaves_no_file(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        fixture.held("a").await;
        fixture.held("b").await;
        fixture.pass_days(30);
        // The node dies between the commit that deletes the keys and the jobs that remove files.
        assert_eq!(fixture.app.desk.sweep_once().await.unwrap().evidence_expired, 2);
        let files = fixture.files();
        assert_eq!(files.len(), 2);
        fixture.app.desk.close().await;
        let again = fixture.app.desk.settings().clone();
        let again = node(&fixture.app.records, &fixture.app.clock, again).await;

        make_old(&files[0]);
        let swept = again.sweep_objects().await.unwrap();
        assert_eq!((swept, fixture.files()), (1, vec![files[1].clone()]), "old files are swept");
        let jobs = again.work_once().await.unwrap() + again.work_once().await.unwrap();

        assert_eq!(jobs, 2, "the job of a removed file succeeds too");
        assert_eq!(fixture.files(), Vec::<PathBuf>::new());
        assert_eq!(again.work_once().await.unwrap(), 0);
    }

    async fn files_to_which_no_row_refers_are_removed(records: TestDatabase) {
        let fixture = fixture(records).await;
        fixture.set_evidence_days(30).await.unwrap();
        fixture.held("a").await;
        let vault = fixture.app.desk.settings().vault.clone().unwrap();
        let lost = EvidenceId::from(fixture.app.clock.mint().unwrap());
        vault.put(lost, b"left by a check that died").await.unwrap();
        assert_eq!(fixture.app.desk.sweep_objects().await.unwrap(), 0, "a check may be running");
        let before = fixture.files();
        for file in &before {
            make_old(file);
        }

        let removed = fixture.app.desk.sweep_objects().await.unwrap();

        assert_eq!((removed, before.len()), (1, 2));
        let left: Vec<_> = fixture.files();
        assert!(left.len() == 1 && !left[0].ends_with(lost.to_string()), "{left:?}");
    }
}

/// The bytes of every file of an SQLite database: its own, and those that SQLite puts beside it.
fn database(records: &TestDatabase) -> Vec<u8> {
    let file = Path::new(records.url().strip_prefix("sqlite:").unwrap());
    let beside = std::fs::read_dir(file.parent().unwrap()).unwrap();
    beside.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn the_key_of_expired_evidence_is_in_no_file_of_sqlite() {
    let fixture = fixture(TestDatabase::sqlite().unwrap()).await;
    fixture.set_evidence_days(30).await.unwrap();
    let mut keys = Vec::new();
    for name in ["a", "b", "c"] {
        let item = fixture.held(name).await;
        let kept = fixture.app.store().await.evidence_of_item(item).await.unwrap().unwrap();
        keys.push(kept.wrapped_key.unwrap().into_revealed());
    }
    let records = &fixture.app.records;
    let is_there = |key: &Vec<u8>| {
        // The end of the key: the remains of a moved cell count too.
        let (bytes, part) = (database(records), &key[key.len() - 16..]);
        bytes.windows(part.len()).any(|window| window == part)
    };
    assert!(keys.iter().all(is_there), "the test reads the right files");
    fixture.pass_days(30);

    fixture.app.desk.sweep_once().await.unwrap();

    assert!(!keys.iter().any(is_there));
}

async fn image_size(desk: &Desk, file: Vec<u8>) -> (u32, u32) {
    let raster = desk
        .pool()
        .render(
            file,
            mamori_media::Blur::Clear,
            mamori_media::FrameSelection::FIRST,
            Sender::Administrators,
        )
        .await
        .unwrap();
    (raster.width, raster.height)
}
