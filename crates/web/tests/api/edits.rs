//! Changes of a file that leave the picture what it was: none of them makes a listed picture pass.

use image::RgbImage;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{disguise, draw, edit, encode, tools};
use serde_json::{Value, json};

use crate::test_app::{TestApp, TestResponse, Who, new_bank};

/// The result that a changed file must have.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// A match, and no frame, transform or gap but the one named, if any.
    Block,
    /// A match, and the answer says that not everything was compared, by this code.
    BlockInPart(&'static str),
    /// An error of this name.
    Problem(&'static str),
}

use Outcome::{Block, BlockInPart, Problem};

/// 149 other frames, and `picture` as frame number `place`.
fn among_others(picture: &RgbImage, place: usize) -> Vec<RgbImage> {
    let (width, height) = picture.dimensions();
    let mut frames: Vec<RgbImage> =
        (0..149).map(|seed| draw(1_000 + seed, width, height)).collect();
    frames.insert(place, picture.clone());
    frames
}

fn cut(mut file: Vec<u8>, bytes: usize) -> Vec<u8> {
    file.truncate(file.len() - bytes);
    file
}

/// The changes, each with the result that it must have.
fn changes(listed: &RgbImage, undecodable: &[u8]) -> Vec<(String, Vec<u8>, Outcome)> {
    let mut changes: Vec<(String, Vec<u8>, Outcome)> = Vec::new();
    for (number, turned) in edit::orientations(listed).iter().enumerate() {
        changes.push((format!("turn {number}"), encode::png(turned), Block));
    }
    for orientation in 1..=8 {
        let file = disguise::jpeg_oriented(listed, 90, orientation);
        changes.push((format!("orientation {orientation}"), file, Block));
    }
    for (name, file) in lossless(listed) {
        changes.push((name.to_owned(), file, Block));
    }
    let png = encode::png(listed);
    let small = edit::resize(listed, 96, 72);
    let other = draw(77, 400, 300);
    let pages = [other.clone(), draw(78, 400, 300), listed.clone()];
    let behind = encode::gif_animated(&[other.clone(), listed.clone(), draw(79, 400, 300)]);
    let of_name = |name: &str, file: Vec<u8>, outcome| (name.to_owned(), file, outcome);
    changes.extend([
        of_name("in the transparency", disguise::png_in_alpha(listed), Block),
        of_name("GIF of a small screen", disguise::gif_small_screen(listed), Block),
        of_name("GIF without its end", disguise::gif_without_trailer(listed), Block),
        of_name("a restart marker missing", restart_missing(listed), BlockInPart("damaged")),
        of_name("frame 120 of 150", encode::png_animated(&among_others(&small, 120)), Block),
        of_name("page 3 of a TIFF", disguise::tiff_pages(&pages), Block),
        of_name("with bytes behind", [png.as_slice(), b"and more"].concat(), Block),
        of_name("smaller, as WebP", encode::webp(&edit::resize(listed, 200, 150)), Block),
        of_name("cut short", png[..png.len() / 2].to_vec(), Problem("media.unreadable")),
        of_name("frame 2 before a broken one", cut(behind, 400), BlockInPart("damaged")),
        of_name("listed by its digest", undecodable.to_vec(), BlockInPart("unsupported")),
    ]);
    changes
}

/// Forms of a JPEG that servers and cameras write without changing its coefficients.
fn lossless(listed: &RgbImage) -> Vec<(&'static str, Vec<u8>)> {
    let plain = tools::cjpeg(listed, &["-quality", "92", "-sample", "2x2"]);
    let camera = tools::cjpeg(listed, &["-quality", "92", "-sample", "2x1"]);
    let progressive = tools::jpegtran(&plain, &["-progressive"]);
    let adobe = b"\xff\xee\0\x0eAdobe\0d\0\0\0\0\0";
    vec![
        ("scan by scan", tools::rescan(&plain, "0;\n1;\n2;\n")),
        ("turned, progressive", tools::jpegtran(&camera, &["-rotate", "90", "-progressive"])),
        ("arithmetic", tools::jpegtran(&plain, &["-arithmetic"])),
        ("progressive, no end", progressive[..progressive.len() - 2].to_vec()),
        ("JFIF and Adobe", [&plain[..20], adobe, &plain[20..]].concat()),
    ]
}

fn restart_missing(listed: &RgbImage) -> Vec<u8> {
    let mut file = tools::cjpeg(listed, &["-quality", "90", "-restart", "1"]);
    let at = file.windows(2).position(|two| two == b"\xff\xd3").unwrap();
    file.drain(at..at + 2);
    file
}

fn check(name: &str, answer: &TestResponse, outcome: Outcome) {
    let body = answer.json();
    match outcome {
        Block => {
            assert_eq!(
                (&body["verdict"], &body["looked"]),
                (&json!("block"), &json!("all")),
                "{name}: {body}"
            );
        }
        BlockInPart(code) => {
            assert_eq!(
                (&body["verdict"], &body["looked"]),
                (&json!("block"), &json!("part")),
                "{name}: {body}"
            );
            assert_eq!(body["not_looked"][0]["code"], code, "{name}: {body}");
        }
        Problem(kind) => assert_eq!(body["type"], kind, "{name}: {body}"),
    }
}

fn hit(body: &Value) -> (u64, &str, &str) {
    let hit = &body["matches"][0];
    let word = |key: &str| hit[key].as_str().unwrap();
    (hit["frame"].as_u64().unwrap(), word("transform"), word("backdrop"))
}

/// The frame of a hit, and the number of frames.
fn frames(body: &Value) -> (u64, u64) {
    let hit = &body["matches"][0];
    (hit["frame"].as_u64().unwrap(), hit["frame_count"].as_u64().unwrap())
}

on_both_engines! {
    async fn no_change_of_the_file_makes_a_listed_picture_pass(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let listed = draw(1, 400, 300);
        app.add(&bank, "pdq", &app.pdq(&encode::png(&listed)).await).await;
        let undecodable = b"a video, for instance".to_vec();
        let sha256 = mamori_media::sha256(&undecodable).to_string();
        app.add(&bank, "sha256", &sha256).await;

        for (name, file, outcome) in changes(&listed, &undecodable) {
            let answer = app.check(&name, &file).await;
            check(&name, &answer, outcome);
        }
    }

    async fn a_hit_names_the_frame_and_how_it_was_turned(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let listed = draw(1, 400, 300);
        app.add(&bank, "pdq", &app.pdq(&encode::png(&listed)).await).await;
        let frames = [draw(2, 400, 300), draw(2, 400, 300), edit::mirror(&listed)];

        let whole = app.check("a", &encode::png(&listed)).await.ok();
        let mirrored = app.check("b", &encode::png_animated(&frames)).await.ok();
        let hidden = app.check("c", &disguise::png_in_alpha(&listed)).await.ok();

        assert_eq!(hit(&whole), (0, "none", "none"));
        assert_eq!(hit(&mirrored), (2, "flip_left_right", "none"));
        assert_eq!(hit(&hidden), (0, "none", "white"));
        let id = mirrored["match_id"].as_str().unwrap();
        let stored = app.get(Who::Service, &format!("/v1/matches/{id}")).await.ok();
        assert_eq!(hit(&stored), (2, "flip_left_right", "none"));
    }

    async fn a_hit_names_its_frame_and_the_number_of_frames(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let bank = app.bank("list-a").await;
        let listed = draw(1, 400, 300);
        let pdq = app.pdq(&encode::png(&listed)).await;
        app.add(&bank, "pdq", &pdq).await;
        app.add(&bank, "sha256", &mamori_media::sha256(b"a video").to_string()).await;
        let mut six: Vec<RgbImage> = (2..7).map(|seed| draw(seed, 400, 300)).collect();
        six.push(listed.clone());
        // The second frame is a repetition, and the last one is cut.
        let damaged = [listed.clone(), listed.clone(), draw(2, 400, 300)];
        let hashes = json!({"item_id": "e", "surface": "public", "pdq": pdq});

        let still = app.check("a", &encode::png(&listed)).await.ok();
        let animation = app.check("b", &encode::png_animated(&six)).await.ok();
        let pages = app.check("c", &disguise::tiff_pages(&six)).await.ok();
        let in_part = app.check("d", &cut(encode::gif_animated(&damaged), 400)).await.ok();
        let sent = app.post(Who::Service, "/v1/check", hashes).await.ok();
        let video = app.check("f", b"a video").await.ok();
        // The item gets a shorter animation.
        let shorter = app.check("b", &encode::png_animated(&six[4..])).await.ok();

        assert_eq!(frames(&still), (0, 1));
        assert_eq!(frames(&animation), (5, 6));
        assert_eq!(frames(&pages), (5, 6));
        assert_eq!(frames(&in_part), (0, 3));
        assert_eq!(frames(&sent), (0, 1));
        assert_eq!(frames(&video), (0, 1));
        assert_eq!(frames(&shorter), (1, 2));
        let id = pages["match_id"].as_str().unwrap();
        let stored = app.get(Who::Service, &format!("/v1/matches/{id}")).await.ok();
        assert_eq!(frames(&stored), (5, 6));
    }

    async fn a_bank_may_compare_only_what_a_viewer_shows(records: TestDatabase) {
        let app = TestApp::open(records).await;
        let mut bank = new_bank("list-a");
        bank["action"] = json!("block");
        bank["transforms"] = json!("none");
        let made = app.post(Who::Admin, "/v1/banks", bank).await.ok();
        let bank = format!("/v1/banks/{}", made["id"].as_str().unwrap());
        let listed = draw(1, 400, 300);
        app.add(&bank, "pdq", &app.pdq(&encode::png(&listed)).await).await;
        let turned = encode::png(&edit::rotate(&listed));
        let shown_so = disguise::jpeg_oriented(&edit::orientations(&listed)[3], 90, 6);

        let before = app.check("a", &turned).await.ok();
        let shown = app.check("b", &shown_so).await.ok();
        let changed = app.patch(Who::Admin, &bank, json!({"transforms": "all"})).await.ok();
        let after = app.check("c", &turned).await.ok();

        assert_eq!((&made["transforms"], &changed["transforms"]), (&json!("none"), &json!("all")));
        assert_eq!((&before["verdict"], &before["looked"]), (&json!("allow"), &json!("all")));
        assert_eq!(shown["verdict"], "block");
        assert_eq!(after["verdict"], "block");
    }
}
