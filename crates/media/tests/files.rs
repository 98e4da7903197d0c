//! AVIF and JPEG XL of every kind that encoders write, compared with other decoders' pixels.
#![cfg(test)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mamori_media::{
    Blur, Error, Format, FrameSelection, Limits, Picture, Pool, PoolSettings, Remaining, Sender,
    hash, render,
};
use mamori_model::{Backdrop, Distance, Pdq, Transform};

macro_rules! file {
    ($name:literal, $pdq:literal) => {
        ($name, include_str!(concat!("files/", $name, ".b64")), $pdq)
    };
}

/// Where decoders may differ: how colour of low resolution is spread, and how sums are rounded.
const SAME: Distance = Distance(4);

const FILES: [(&str, &str, &str); 16] = [
    file!("420-8.avif", "12b4f0f58cea6fc98700ec6307c68c61f8391b9c70ffb976b91187229b5c931e"),
    file!(
        "444-10-limited.avif",
        "9b34664a839ed97ba51d93602580d878927f6c9f52e22586e4644e9b78f525f3"
    ),
    file!("400-12.avif", "ceb725b50b28863cad249b65ec559c1611aa64985adba543f857d20393776cf9"),
    file!("bt709.avif", "b73264f9219ccd7ef8df03f3248643fb9379fc0c13217283d247ec1d138570a4"),
    file!("alpha.avif", "b11461970e384697e468da16f87c89ce078325e99397b96078dfdadc13c752ad"),
    file!("premultiplied.avif", "2b4672e3e64c4ae6ad35ec0339d95257c62e13fc068abb098733ad19a543f85d"),
    file!("grid.avif", "0c85477a976531b413c256efad7a4ca55285a912ec1dce4b709eb155c667b369"),
    file!("turned.avif", "d8ccdc86f66e386530bcc61d8594e6e5786b31e28f43931a1396b952319e64cf"),
    file!("cropped.avif", "3aa833084f564a6838605a3700e8a5c8cf1fb495b0a9ecf7cf377f49ce453fc1"),
    file!("sequence.avif", "ae8fc968dae07a3746abd27625f35c65d20c6589b1540788ad36ad0f87371be0"),
    file!("lossy.jxl", "511162ce0dd62ebaa56ac66707b42feff84b39987a94f845ce219b0d279425ea"),
    file!("lossless-alpha.jxl", "f10fcd2792b0917d42e5da674edeb317b92125989b1a4682b14f25f8e663b149"),
    file!(
        "container-progressive.jxl",
        "2f0bbb9cac7f21d7d22bbd2a4cfb318bb90556d52df4d22813889b4352e41383"
    ),
    file!("16-bit.jxl", "15e247aa87f1f3c646d9e45507c4535d503b13eab9266cb1f0064e87b9494ef6"),
    file!("grey.jxl", "bcfdd4546a2e97ac429ed29235a2f3b9c65da56db161f8539b5170831381ad50"),
    file!("turned.jxl", "45bcd4cb35c669d571de172a8239037cbb42bb44bd8721fb7b4235a40733472c"),
];
/// A file whose coefficients overflow, so that the decoder's arithmetic wraps.
const OVERFLOW: &str = include_str!("files/overflow.avif.b64");
const ANIMATED: &str = include_str!("files/animated.jxl.b64");

/// The bytes of a file that the repository has as text.
fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap()
}

fn stored(picture: &Picture) -> Pdq {
    picture.frames[0].stored().unwrap().0
}

fn bytes(name: &str) -> Vec<u8> {
    decoded(FILES.iter().find(|(other, ..)| *other == name).unwrap().1)
}

#[test]
fn an_avif_whose_coefficients_overflow_is_answered() {
    let answer = hash(&decoded(OVERFLOW), &Limits::default());

    // A decoder that ends the process never comes here.
    assert!(answer.is_ok_and(|picture| picture.remaining == Remaining::Nothing));
}

#[test]
fn every_kind_has_the_hash_that_other_decoders_pixels_have() {
    for (name, file, expected) in FILES {
        let file = decoded(file);
        let picture = hash(&file, &Limits::default()).unwrap();

        let distance = stored(&picture).distance(&expected.parse().unwrap());
        assert!(distance <= SAME, "{name}: {distance:?}");
        let format = if name.ends_with("jxl") { Format::Jxl } else { Format::Avif };
        let remaining =
            if name.starts_with("seq") { Remaining::LeftOut } else { Remaining::Nothing };
        assert_eq!((picture.format, picture.remaining), (format, remaining), "{name}");
    }
}

#[test]
fn a_rotated_picture_is_hashed_as_stored_and_as_shown() {
    let picture = hash(&bytes("turned.avif"), &Limits::default()).unwrap();

    let shown: Vec<Transform> = picture.frames[0]
        .hashes
        .iter()
        .filter(|hash| hash.is_shown)
        .map(|hash| hash.variant.transform)
        .collect();
    assert_eq!(shown, [Transform::None, Transform::Transpose]);
    let raster =
        render(&bytes("turned.avif"), &Limits::default(), Blur::Clear, FrameSelection::FIRST)
            .unwrap();
    assert_eq!((raster.width, raster.height), (64, 96));
    let upright = hash(&bytes("turned.jxl"), &Limits::default()).unwrap();
    assert_eq!((upright.width, upright.height), (64, 96));
}

#[test]
fn a_cropped_picture_is_hashed_whole_and_as_its_part() {
    let inside = "a12da5649536e164b535b5e6e5e571e5b177a5773a808422843e91195bcd3b93";
    let picture = hash(&bytes("cropped.avif"), &Limits::default()).unwrap();

    let [whole, part] = picture.frames.as_slice() else { panic!("{:?}", picture.frames) };
    assert_eq!((picture.frame_count, whole.number, part.number), (2, 0, 1));
    let distance = part.stored().unwrap().0.distance(&inside.parse().unwrap());
    assert!(distance <= SAME, "{distance:?}");
    let selection = FrameSelection { frame: 1, ..FrameSelection::FIRST };
    let raster =
        render(&bytes("cropped.avif"), &Limits::default(), Blur::Clear, selection).unwrap();
    assert_eq!((raster.width, raster.height), (128, 80));
}

#[test]
fn a_transparent_picture_is_hashed_on_backdrops() {
    for name in ["alpha.avif", "premultiplied.avif", "lossless-alpha.jxl"] {
        let picture = hash(&bytes(name), &Limits::default()).unwrap();

        for &backdrop in Backdrop::ALL {
            let is_there =
                picture.frames[0].hashes.iter().any(|hash| hash.variant.backdrop == backdrop);
            assert!(is_there, "{name}: {backdrop:?}");
        }
    }
}

#[test]
fn every_frame_of_an_animation_is_hashed() {
    let all = hash(&decoded(ANIMATED), &Limits::default()).unwrap();
    let few = hash(&decoded(ANIMATED), &Limits { frames_max: 2, ..Limits::default() }).unwrap();

    assert_eq!((all.frames.len(), all.remaining), (3, Remaining::Nothing));
    let numbers: Vec<u32> = few.frames.iter().map(|frame| frame.number).collect();
    assert_eq!((numbers, few.remaining), (vec![0, 2], Remaining::LeftOut));
}

#[test]
fn a_truncated_file_is_never_reported_as_whole() {
    for (name, file, _) in FILES {
        let file = decoded(file);
        for share in 0..20 {
            let cut = &file[..file.len() * share / 20];

            let answer = hash(cut, &Limits::default());

            assert!(
                answer.as_ref().map_or(true, |picture| picture.remaining != Remaining::Nothing),
                "{name}, {share}/20: {answer:?}"
            );
        }
    }
}

#[test]
fn damaged_files_get_an_answer() {
    let small = Limits { pixels_max: 1_000_000, frames_max: 3, ..Limits::default() };
    for (name, file, _) in FILES {
        let file = decoded(file);
        for at in (0..file.len()).step_by(file.len() / 80 + 1) {
            let mut file = file.clone();
            file[at] ^= 0x55;

            match hash(&file, &small) {
                Ok(picture) => assert!(!picture.frames.is_empty(), "{name}, {at}"),
                Err(Error::Busy | Error::Pool(_)) => panic!("{name}, {at}"),
                Err(_) => {}
            }
        }
    }
}

#[test]
fn too_many_pixels_are_refused_before_they_are_decoded() {
    let few = Limits { pixels_max: 1_000, ..Limits::default() };
    for (name, file, _) in FILES {
        let file = decoded(file);
        assert!(matches!(hash(&file, &few), Err(Error::TooLarge { .. })), "{name}");
    }
}

/// In the sandbox there are no threads and no files, which a decoder might need.
#[tokio::test(flavor = "multi_thread")]
async fn the_sandboxed_process_answers_as_the_library_does() {
    let settings = PoolSettings {
        program: env!("CARGO_BIN_EXE_mamori-decode-test").into(),
        args: vec!["decode".into()],
        workers: 1,
        waiting_max: 8,
        sender_waiting_max: 8,
        idle_max: 2,
        limits: Limits::default(),
    };
    let pool = Pool::start(settings).await.unwrap();

    for (name, file, _) in FILES {
        let file = decoded(file);
        let expected = hash(&file, &Limits::default()).unwrap();
        assert_eq!(
            pool.hash(file.clone(), Sender::Administrators).await.unwrap(),
            expected,
            "{name}"
        );
        assert!(
            pool.render(file, Blur::Clear, FrameSelection::FIRST, Sender::Administrators)
                .await
                .is_ok(),
            "{name}"
        );
    }
}
