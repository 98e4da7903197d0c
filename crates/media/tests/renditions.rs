//! Renditions that real processes make of files of every format and of hostile files.
#![cfg(test)]

use mamori_media::{
    Blur, Error, Format, FrameSelection, Limits, Pool, PoolSettings, Sender, encode, render, sniff,
};
use mamori_testkit::pictures::{draw, encode as draw_as, hostile};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mamori-decode-test");
const BOTH: [Blur; 2] = [Blur::Blurred, Blur::Clear];

async fn pool(args: &[&str]) -> Pool {
    let settings = PoolSettings {
        program: PROGRAM.into(),
        args: args.iter().map(Into::into).collect(),
        workers: 1,
        waiting_max: 8,
        sender_waiting_max: 8,
        idle_max: 2,
        limits: Limits::default(),
    };
    Pool::start(settings).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_every_format_is_shown_blurred_and_clear() {
    let pool = pool(&["decode"]).await;

    for (name, file) in draw_as::all(&draw(5, 320, 240)) {
        for (blur, size) in [(Blur::Blurred, (32, 24)), (Blur::Clear, (320, 240))] {
            let raster = pool
                .render(file.clone(), blur, FrameSelection::FIRST, Sender::Administrators)
                .await
                .unwrap();

            assert_eq!((raster.width, raster.height), size, "{name}, {blur:?}");
            assert!(raster.conforms_to(blur), "{name}, {blur:?}");
            assert_eq!(
                raster,
                render(&file, &Limits::default(), blur, FrameSelection::FIRST).unwrap(),
                "{name}"
            );
        }
    }
}

/// Five megabytes of pixels pass through the pipe, and the process takes further files.
#[tokio::test(flavor = "multi_thread")]
async fn the_largest_rendition_comes_out_of_the_sandbox() {
    let pool = pool(&["decode"]).await;
    let file = draw_as::jpeg(&draw(6, 2_000, 2_000), 80);

    for _ in 0..2 {
        let raster = pool
            .render(file.clone(), Blur::Clear, FrameSelection::FIRST, Sender::Administrators)
            .await
            .unwrap();

        assert_eq!((raster.width, raster.height), (1_280, 1_280));
        assert_eq!(sniff(&encode(&raster).unwrap()).unwrap(), Format::Jpeg);
    }
    assert!(pool.hash(file, Sender::Administrators).await.is_ok());
    // The sender's own, and one that has had no picture.
    assert!(pool.alive() <= 2, "{}", pool.alive());
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_have_no_rendition_and_affect_no_other_file() {
    let pool = pool(&["decode"]).await;
    let good = draw_as::png(&draw(7, 64, 64));

    for file in hostile::all() {
        for blur in BOTH {
            let expected = render(&file.bytes, &Limits::default(), blur, FrameSelection::FIRST);

            let answer = pool
                .render(file.bytes.clone(), blur, FrameSelection::FIRST, Sender::Administrators)
                .await;

            assert_eq!(
                answer.map_err(|error| error.to_string()),
                expected.map_err(|error| error.to_string()),
                "{}",
                file.name
            );
        }
        assert!(
            pool.render(good.clone(), Blur::Clear, FrameSelection::FIRST, Sender::Administrators)
                .await
                .is_ok(),
            "after {}",
            file.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compromised_process_cannot_deliver_a_raster_that_was_not_requested() {
    let lies = [
        ("no-pixels", &BOTH[..]),
        ("too-wide", &BOTH),
        ("fewer-than-said", &BOTH),
        ("more-than-said", &BOTH),
        ("gigabytes", &BOTH),
        ("a-hash", &BOTH),
        ("a-page", &BOTH),
        ("not-blurred", &[Blur::Blurred]),
        ("colours", &[Blur::Blurred]),
    ];
    let file = draw_as::png(&draw(8, 64, 64));

    for (how, blurs) in lies {
        let pool = pool(&["lie", how]).await;
        for blur in blurs {
            let answer = pool
                .render(file.clone(), *blur, FrameSelection::FIRST, Sender::Administrators)
                .await;

            let Err(Error::Unreadable { reason }) = answer else { panic!("{how}: {answer:?}") };
            assert_eq!(reason, "the decoder gave an answer without sense", "{how}, {blur:?}");
        }
    }
}

/// A compromised process can at most choose which picture of the allowed size is shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_raster_of_the_requested_size_is_some_picture() {
    let pool = pool(&["lie", "not-blurred"]).await;

    let raster = pool
        .render(b"whatever".to_vec(), Blur::Clear, FrameSelection::FIRST, Sender::Administrators)
        .await
        .unwrap();

    assert_eq!((raster.width, raster.height), (33, 10));
    assert_eq!(sniff(&encode(&raster).unwrap()).unwrap(), Format::Png);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raster_in_place_of_a_hash_is_refused() {
    let pool = pool(&["lie", "not-blurred"]).await;

    let answer = pool.hash(draw_as::png(&draw(9, 64, 64)), Sender::Administrators).await;

    assert!(matches!(answer, Err(Error::Unreadable { .. })), "{answer:?}");
}
