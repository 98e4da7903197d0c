//! Hostile and damaged files: each gets an answer, and never a panic.
#![cfg(test)]

use mamori_media::{Error, Format, Limits, Picture, Remaining, hash, sniff};
use mamori_model::{Distance, Pdq};
use mamori_testkit::pictures::{draw, encode, hostile};
use proptest::prelude::*;

fn limits() -> Limits {
    Limits { pixels_max: 4_000_000, ..Limits::default() }
}

fn stored(picture: &Picture) -> Pdq {
    picture.frames[0].stored().unwrap().0
}

/// Returns why a file cannot pass for clean, whether or not a part of it was read.
fn complaint(file: &[u8]) -> Option<String> {
    match hash(file, &limits()) {
        Err(error) => Some(error.to_string()),
        Ok(Picture { remaining: Remaining::Damaged { reason }, .. }) => Some(reason),
        Ok(Picture { remaining: Remaining::Nothing | Remaining::LeftOut, .. }) => None,
    }
}

/// Found by the fuzzer: the frame's own buffer took up to 4 gigabytes.
#[test]
fn a_later_frame_of_a_gif_with_too_many_pixels_is_not_decoded() {
    let pictures = [draw(3, 64, 48), draw(4, 64, 48)];
    let mut file = encode::gif_animated(&pictures);
    let descriptor = [0x2C, 0, 0, 0, 0, 64, 0, 48, 0];
    let second = file.windows(9).rposition(|part| part == descriptor).unwrap();
    file[second + 5..second + 9].fill(0xFF);
    let limits = Limits { pixels_max: 1_000_000, ..Limits::default() };

    let found = hash(&file, &limits).unwrap();

    assert_eq!(found.frames.len(), 1);
    let Remaining::Damaged { reason } = found.remaining else { panic!("{:?}", found.remaining) };
    assert!(reason.contains("4294836225 pixels"), "{reason}");
}

#[test]
fn each_hostile_file_has_its_answer() {
    let table = [
        ("nothing", "the item is empty"),
        ("text", "unknown is not supported"),
        ("json", "unknown is not supported"),
        ("noise", "unknown is not supported"),
        ("truncated PNG", "the PNG is truncated"),
        ("truncated GIF", "the GIF is truncated"),
        ("truncated BMP", "the BMP is truncated"),
        ("PNG header of 50,000 × 50,000", "the picture has 2500000000 pixels, more than"),
        ("JPEG header of 65,000 × 65,000", "the picture has 4225000000 pixels, more than"),
        ("PNG bomb", "the picture has 1024000000 pixels, more than"),
        ("GIF of no pixels", "the GIF "),
    ];
    let files = hostile::all();
    for (name, expected) in table {
        let file = files.iter().find(|file| file.name == name).unwrap();

        let answer = complaint(&file.bytes).unwrap();

        assert!(answer.starts_with(expected), "{name}: {answer}");
    }
    for file in files {
        // Every viewer shows this one, without its colours.
        let is_shown = file.name == "JPEG with more colour than light";
        assert_eq!(complaint(&file.bytes).is_none(), is_shown, "{}", file.name);
    }
}

#[test]
fn the_format_is_recognised_by_the_bytes() {
    let file = encode::webp(&draw(1, 40, 40));

    assert_eq!(sniff(&file).unwrap(), Format::Webp);
}

/// The missing part of a picture must not turn grey and pass for clean. The last two bytes of a
/// JPEG only mark its end; without them it is complete.
#[test]
fn a_picture_cut_anywhere_is_unreadable_or_whole() {
    let picture = draw(3, 120, 90);
    for (name, file) in encode::all(&picture) {
        let whole = hash(&file, &limits()).unwrap();
        for share in 1..40 {
            let cut = &file[..file.len() * share / 40];

            let Ok(read) = hash(cut, &limits()) else { continue };
            if matches!(read.remaining, Remaining::Damaged { .. }) {
                continue;
            }

            let distance = stored(&read).distance(&stored(&whole));
            assert!(distance <= Distance(10), "{name} cut to {share}/40: {distance:?}");
        }
    }
}

#[test]
fn frames_beyond_the_limit_are_left_out_evenly_and_reported() {
    let pictures: Vec<_> = (0..5).map(|seed| draw(seed, 80, 60)).collect();
    let few = Limits { frames_max: 3, ..Limits::default() };
    let quick = Limits { frames_cpu_s_max: 0.0, ..Limits::default() };
    for file in [encode::gif_animated(&pictures), encode::png_animated(&pictures)] {
        let all = hash(&file, &Limits::default()).unwrap();

        assert_eq!((all.frames.len(), &all.remaining), (5, &Remaining::Nothing));
        for (limits, numbers) in [(&few, [0, 2, 4].as_slice()), (&quick, &[0])] {
            let some = hash(&file, limits).unwrap();
            let found: Vec<u32> = some.frames.iter().map(|frame| frame.number).collect();
            assert_eq!((found.as_slice(), &some.remaining), (numbers, &Remaining::LeftOut));
        }
        for (frame, picture) in all.frames.iter().zip(&pictures) {
            let alone = hash(&encode::png(picture), &Limits::default()).unwrap();
            // A GIF has 256 colours.
            assert!(frame.stored().unwrap().0.distance(&stored(&alone)) <= Distance(24));
        }
    }
}

#[test]
fn a_frame_that_looks_as_the_one_before_is_not_listed_twice() {
    let (one, other) = (draw(1, 80, 60), draw(2, 80, 60));
    let file = encode::png_animated(&[one.clone(), one, other]);

    let picture = hash(&file, &Limits::default()).unwrap();

    let numbers: Vec<u32> = picture.frames.iter().map(|frame| frame.number).collect();
    assert_eq!((numbers, picture.remaining), (vec![0, 2], Remaining::Nothing));
}

#[test]
fn every_colour_mode_of_one_picture_has_nearly_one_hash() {
    let picture = draw(4, 300, 200);
    let plain = hash(&encode::png(&picture), &limits()).unwrap();
    for (name, file) in encode::all(&picture) {
        // In black and white it is a different picture.
        if name == "png_1" {
            continue;
        }

        let read = hash(&file, &limits()).unwrap();

        let distance = stored(&read).distance(&stored(&plain));
        assert!(distance <= Distance(24), "{name}: {distance:?}");
        assert_eq!((read.width, read.height), (300, 200), "{name}");
    }
}

/// Returns `file` with some bytes changed, some removed and some noise inserted.
fn damaged(file: &[u8], wounds: &[(u16, u8, u8)]) -> Vec<u8> {
    let mut file = file.to_vec();
    for (place, kind, value) in wounds {
        let at = usize::from(*place) * file.len() / 65_536;
        match kind % 4 {
            0 => file[at] = *value,
            1 => file[at] ^= 1 << (value % 8),
            2 => drop(file.drain(at..(at + usize::from(*value)).min(file.len()))),
            _ => drop(file.splice(at..at, hostile::noise(u64::from(*value), 9))),
        }
        if file.is_empty() {
            break;
        }
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_files_get_an_answer(
        which in 0_usize..15, wounds in prop::collection::vec(any::<(u16, u8, u8)>(), 1..6),
    ) {
        let files = encode::all(&draw(9, 60, 40));
        let file = damaged(&files[which].1, &wounds);

        let small = Limits { pixels_max: 1_000_000, frames_max: 5, ..Limits::default() };
        match hash(&file, &small) {
            Ok(picture) => prop_assert!(!picture.frames.is_empty()),
            Err(Error::Unreadable { reason }) => {
                prop_assert!(reason.is_ascii() && reason.len() <= 200, "{reason}");
            }
            Err(Error::TooLarge { pixels, pixels_max }) => prop_assert!(pixels > pixels_max),
            Err(Error::Unsupported { .. }) => {}
            Err(other @ (Error::Busy | Error::Pool(_))) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn bytes_after_a_known_beginning_get_an_answer(
        which in 0_usize..6, bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let beginnings: [&[u8]; 6] = [
            b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\xff\0\0\0WEBPVP8 ",
            b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", b"II*\0\x08\0\0\0",
        ];
        let file = [beginnings[which], &bytes].concat();

        let small = Limits { pixels_max: 1_000_000, ..Limits::default() };
        let _ = hash(&file, &small);
    }
}
