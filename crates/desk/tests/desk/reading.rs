//! Items that cannot be read, or only in part: their bytes are compared all the same.

use mamori_desk::checks::check::{CheckInput, Checked};
use mamori_desk::settings::PartlyLooked;
use mamori_desk::{Desk, Error, Settings};
use mamori_media::{Error as Media, Limits, Sender};
use mamori_model::{
    Action, Gap, Hash, HashKind, Looked, NotCompared, Purpose, Surface, Transforms, Verdict,
};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, edit, encode, hostile};

use crate::common::{TestApp, item, new_bank, node_within, settings, test_app};

async fn check(app: &TestApp, desk: &Desk, name: &str, bytes: &[u8]) -> Result<Checked, Error> {
    let evidence = CheckInput::Bytes(bytes.to_vec().into());
    desk.check(&app.caller, item(name, Surface::Public), evidence).await
}

async fn add(app: &TestApp, bank: &mamori_model::Bank, hash: Hash) {
    app.desk.add_entries(&app.admin, bank.id, &[NewEntry::bare(hash)]).await.unwrap();
    app.desk.catch_up().await.unwrap();
}

async fn add_entry_for(app: &TestApp, bank: &mamori_model::Bank, picture: &image::RgbImage) {
    let hashed =
        app.desk.hash_item(encode::png(picture).into(), Sender::Administrators).await.unwrap();
    app.add(bank, hashed.picture.frames[0].stored().unwrap().0).await;
}

fn reasons(looked: &Looked) -> Vec<NotCompared> {
    match looked {
        Looked::Part(gaps) => gaps.iter().map(|gap| gap.why).collect(),
        Looked::All | Looked::None(_) => Vec::new(),
    }
}

/// An animation of six frames, the last of which is `last`.
fn animation(last: image::RgbImage) -> Vec<u8> {
    let mut frames: Vec<_> = (20..25).map(|seed| draw(seed, 128, 96)).collect();
    frames.push(last);
    encode::png_animated(&frames)
}

/// A second node over the records of `app`, which hashes two frames of an item.
async fn of_two_frames(app: &TestApp, partly_looked: PartlyLooked) -> Desk {
    let told = Settings { partly_looked, ..settings() };
    let limits = Limits { frames_max: 2, ..Limits::default() };
    node_within(&app.records, &app.clock, told, limits).await
}

on_both_engines! {
    async fn a_file_of_any_kind_is_found_by_its_digest(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        let broken = encode::png(&draw(1, 64, 64))[..50].to_vec();
        let files = [
            (b"a video".to_vec(), NotCompared::Unsupported),
            (broken, NotCompared::Unreadable),
            (hostile::png_header(50_000, 50_000), NotCompared::TooLarge),
        ];
        for (number, (file, why)) in files.iter().enumerate() {
            let name = format!("item-{number}");
            let unknown = check(&app, &app.desk, &name, file).await;
            assert!(matches!(unknown, Err(Error::Media(_))), "{unknown:?}");
            let digests = mamori_media::digests(file);
            // By each kind of digest once.
            let by_md5 = number == 1;
            let hash = if by_md5 { Hash::Md5(digests.md5) } else { Hash::Sha256(digests.sha256) };
            add(&app, &bank, hash).await;

            let found = check(&app, &app.desk, &name, file).await.unwrap();

            assert_eq!(found.verdict, Verdict::Block);
            assert_eq!(reasons(&found.looked), [*why]);
            let kind = if by_md5 { HashKind::Md5 } else { HashKind::Sha256 };
            assert_eq!(found.hits[0].kind, kind);
            assert_eq!(found.sha256, Some(digests.sha256));
            let kept = app.store().await.a_match(app.caller.service(), found.recorded.unwrap()).await;
            let kept = kept.unwrap().unwrap();
            assert_eq!((kept.sha256, kept.pdq), (Some(digests.sha256), None));
        }
    }

    async fn a_negative_bank_that_knows_the_bytes_clears_an_unreadable_item(records: TestDatabase) {
        let app = test_app(records).await;
        let mut new = new_bank("benign", Action::None);
        new.purpose = Purpose::KnownBenign;
        let benign = app.desk.create_bank(&app.admin, new).await.unwrap();
        assert_eq!(benign.transforms, Transforms::None);
        add(&app, &benign, Hash::Sha256(mamori_media::sha256(b"a video"))).await;

        let checked = check(&app, &app.desk, "a", b"a video").await.unwrap();

        assert_eq!((checked.verdict, checked.recorded), (Verdict::Allow, None));
        assert_eq!(reasons(&checked.looked), [NotCompared::Unsupported]);
    }

    async fn left_out_frames_without_a_hit_are_an_error_unless_configured_otherwise(
        records: TestDatabase
    ) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        let listed = draw(1, 128, 96);
        add_entry_for(&app, &bank, &listed).await;
        // The listed frame is the fourth, which is not among two frames of six.
        let mut frames: Vec<_> = (20..25).map(|seed| draw(seed, 128, 96)).collect();
        frames.insert(3, listed);
        let file = encode::png_animated(&frames[..5]);

        let whole = check(&app, &app.desk, "whole", &file).await.unwrap();
        assert_eq!((whole.verdict, whole.hits[0].frame), (Verdict::Block, 3));
        let clean = animation(draw(30, 128, 96));
        let table = [
            (PartlyLooked::Error, None),
            (PartlyLooked::Hold, Some(Verdict::Hold)),
            (PartlyLooked::Allow, Some(Verdict::Allow)),
        ];
        for (set, expected) in table {
            let desk = of_two_frames(&app, set).await;

            let answer = check(&app, &desk, "partly", &clean).await;

            let Some(verdict) = expected else {
                assert!(matches!(answer, Err(Error::PartlyLooked)), "{answer:?}");
                continue;
            };
            let checked = answer.unwrap();
            assert_eq!((checked.verdict, checked.recorded), (verdict, None));
            assert_eq!(reasons(&checked.looked), [NotCompared::FramesLeftOut]);
            let name = "partly".parse().unwrap();
            let kept = app.store().await.match_of_item(app.caller.service(), &name).await;
            assert_eq!(kept.unwrap(), None, "nothing is stored");
        }
    }

    async fn frames_that_were_left_out_count_among_those_of_the_item(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        add_entry_for(&app, &bank, &draw(20, 128, 96)).await;
        let desk = of_two_frames(&app, PartlyLooked::Error).await;
        desk.catch_up().await.unwrap();

        let checked = check(&app, &desk, "a", &animation(draw(30, 128, 96))).await.unwrap();

        assert_eq!((checked.hits[0].frame, checked.hits[0].frame_count), (0, 6));
        assert_eq!(reasons(&checked.looked), [NotCompared::FramesLeftOut]);
    }

    async fn a_harmless_frame_does_not_excuse_those_that_were_left_out(records: TestDatabase) {
        let app = test_app(records).await;
        app.bank("known", Action::Block).await;
        let mut new = new_bank("benign", Action::None);
        new.purpose = Purpose::KnownBenign;
        let benign = app.desk.create_bank(&app.admin, new).await.unwrap();
        add_entry_for(&app, &benign, &draw(20, 128, 96)).await;
        let desk = of_two_frames(&app, PartlyLooked::Error).await;

        let answer = check(&app, &desk, "a", &animation(draw(30, 128, 96))).await;

        assert!(matches!(answer, Err(Error::PartlyLooked)), "{answer:?}");
    }

    async fn damaged_data_are_an_error_or_a_match_and_never_clean(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        let mut file = encode::gif_animated(&[draw(1, 200, 150), draw(2, 200, 150), draw(3, 200, 150)]);
        file.truncate(file.len() - 400);

        let clean = check(&app, &app.desk, "a", &file).await;
        add_entry_for(&app, &bank, &draw(2, 200, 150)).await;
        let found = check(&app, &app.desk, "a", &file).await.unwrap();

        assert!(matches!(clean, Err(Error::Media(Media::Unreadable { .. }))), "{clean:?}");
        assert_eq!((found.verdict, found.hits[0].frame), (Verdict::Block, 1));
        assert_eq!(reasons(&found.looked), [NotCompared::Damaged]);
    }

    async fn a_hit_without_an_effect_does_not_excuse_unread_frames(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("watched", Action::None).await;
        let mut file = encode::gif_animated(&[draw(1, 200, 150), draw(2, 200, 150), draw(3, 200, 150)]);
        add_entry_for(&app, &bank, &draw(1, 200, 150)).await;
        let whole = check(&app, &app.desk, "whole", &file).await.unwrap();
        file.truncate(file.len() - 400);

        let cut = check(&app, &app.desk, "cut", &file).await;

        assert_eq!((whole.verdict, whole.looked), (Verdict::Allow, Looked::All));
        assert!(matches!(cut, Err(Error::Media(Media::Unreadable { .. }))), "{cut:?}");
        let name = "cut".parse().unwrap();
        let kept = app.store().await.match_of_item(app.caller.service(), &name).await.unwrap();
        assert_eq!(kept.unwrap().verdict, Verdict::Allow);
    }

    async fn turned_copies_match_where_the_bank_compares_them(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        let listed = draw(1, 200, 150);
        add_entry_for(&app, &bank, &listed).await;
        let mirrored = encode::png(&edit::mirror(&listed));

        let all = check(&app, &app.desk, "a", &mirrored).await.unwrap();
        let change = mamori_desk::banks::change_bank::BankChange {
            transforms: Some(Transforms::None),
            ..Default::default()
        };
        app.desk.change_bank(&app.admin, bank.id, change).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let none = check(&app, &app.desk, "b", &mirrored).await.unwrap();

        assert_eq!((all.verdict, all.hits.len()), (Verdict::Block, 1));
        assert_eq!(all.hits[0].variant.transform, mamori_model::Transform::FlipLeftRight);
        assert_eq!((none.verdict, none.looked), (Verdict::Allow, Looked::All));
    }

    async fn a_flat_frame_is_named(records: TestDatabase) {
        let app = test_app(records).await;
        let mut new = new_bank("strict", Action::Block);
        new.quality_min = mamori_model::Quality::TRUSTED_MIN;
        app.desk.create_bank(&app.admin, new).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let flat = image::RgbImage::from_pixel(128, 96, image::Rgb([9, 9, 9]));
        let file = encode::png_animated(&[draw(1, 128, 96), flat.clone(), flat, draw(2, 128, 96)]);

        let checked = check(&app, &app.desk, "a", &file).await.unwrap();

        let gap = Gap { frames: vec![1], ..Gap::of(NotCompared::LowQuality) };
        assert_eq!((checked.verdict, checked.looked), (Verdict::Allow, Looked::Part(vec![gap])));
    }
}
