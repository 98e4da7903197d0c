//! HEIC, made by `heif-enc` and read by `heif-convert`, both of Debian's `libheif-examples`.
#![cfg(test)]

use std::path::PathBuf;
use std::process::Command;

use mamori_media::{
    Blur, Error, Format, FrameSelection, Limits, Picture, Pool, PoolSettings, Remaining, Sender,
    hash, render,
};
use mamori_model::{Backdrop, Distance, Pdq};
use mamori_testkit::pictures::{draw, encode};
use tempfile::TempDir;

async fn pool(limits: Limits) -> Pool {
    let settings = PoolSettings {
        program: env!("CARGO_BIN_EXE_mamori-decode-test").into(),
        args: vec!["decode".into()],
        workers: 1,
        waiting_max: 8,
        sender_waiting_max: 8,
        idle_max: 2,
        limits,
    };
    Pool::start(settings).await.unwrap()
}

/// The HEIC of some PNGs, one picture in it for each.
fn heic(pngs: &[Vec<u8>], args: &[&str]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let inputs: Vec<PathBuf> = (0..pngs.len()).map(|n| path(&format!("{n}.png"))).collect();
    for (path, png) in inputs.iter().zip(pngs) {
        std::fs::write(path, png).unwrap();
    }
    let output = path("out.heic");
    let encoded = Command::new("heif-enc")
        .args(["-q", "90", "-o"])
        .arg(&output)
        .args(args)
        .args(&inputs)
        .output()
        .expect("heif-enc of libheif-examples, which `cargo xtask test` installs");
    assert!(encoded.status.success(), "{encoded:?}");
    std::fs::read(output).unwrap()
}

fn png(seed: u64) -> Vec<u8> {
    encode::png(&draw(seed, 160, 120))
}

fn stored(picture: &Picture) -> Pdq {
    picture.frames[0].stored().unwrap().0
}

fn distance(picture: &Picture, png: &[u8]) -> Distance {
    stored(picture).distance(&stored(&hash(png, &Limits::default()).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heic_is_hashed_and_shown() {
    let pool = pool(Limits::default()).await;
    assert!(pool.reads_heic(), "{}", pool.protections());
    let png = png(5);
    let file = heic(std::slice::from_ref(&png), &[]);

    let picture = pool.hash(file.clone(), Sender::Administrators).await.unwrap();
    let raster = pool
        .render(file, Blur::Clear, FrameSelection::FIRST, Sender::Administrators)
        .await
        .unwrap();

    assert_eq!((picture.format, &picture.remaining), (Format::Heic, &Remaining::Nothing));
    assert_eq!((picture.width, picture.height), (160, 120));
    assert!(distance(&picture, &png) <= Distance(10), "{:?}", distance(&picture, &png));
    assert_eq!((raster.width, raster.height), (160, 120));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_picture_in_a_heic_is_hashed() {
    let pool = pool(Limits::default()).await;
    let pngs = [png(5), png(6), png(7)];

    let picture = pool.hash(heic(&pngs, &[]), Sender::Administrators).await.unwrap();

    assert_eq!((picture.frames.len(), &picture.remaining), (3, &Remaining::Nothing));
    for (frame, png) in picture.frames.iter().zip(&pngs) {
        let expected = stored(&hash(png, &Limits::default()).unwrap());
        assert!(frame.stored().unwrap().0.distance(&expected) <= Distance(10));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transparent_heic_keeps_its_transparency() {
    let pool = pool(Limits::default()).await;
    let png = encode::all(&draw(5, 160, 120))
        .into_iter()
        .find(|(name, _)| *name == "png_alpha")
        .unwrap()
        .1;

    let picture = pool.hash(heic(&[png], &[]), Sender::Administrators).await.unwrap();

    let hashes = &picture.frames[0].hashes;
    assert!(hashes.iter().any(|hash| hash.variant.backdrop == Backdrop::White));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_heic_gets_an_answer_and_harms_nothing() {
    let pool = pool(Limits::default()).await;
    let file = heic(&[png(5)], &[]);

    for share in 1..8 {
        let cut = file[..file.len() * share / 8].to_vec();
        let answer = pool.hash(cut, Sender::Administrators).await;
        assert!(
            matches!(&answer, Err(Error::Unreadable { .. }))
                || answer.as_ref().is_ok_and(|picture| picture.remaining != Remaining::Nothing),
            "{share}/8: {answer:?}"
        );
    }

    assert_eq!(pool.hash(file, Sender::Administrators).await.unwrap().format, Format::Heic);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_converter_that_takes_too_long_is_stopped() {
    let pool = pool(Limits { wall_s_max: 0.001, ..Limits::default() }).await;

    let answer = pool.hash(heic(&[png(5)], &[]), Sender::Administrators).await;

    assert_eq!(answer.unwrap_err().to_string(), "converting took longer than 0.001 s");
}

#[test]
fn without_a_pool_a_heic_is_not_read_and_the_error_says_what_is_missing() {
    let file = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";

    let hashed = hash(file, &Limits::default()).unwrap_err();
    let shown = render(file, &Limits::default(), Blur::Clear, FrameSelection::FIRST).unwrap_err();

    assert!(matches!(hashed, Error::Unsupported { found: "HEIC" }));
    assert!(matches!(shown, Error::Unsupported { found: "HEIC" }));
    assert!(hashed.to_string().contains("libheif-examples"), "{hashed}");
}
