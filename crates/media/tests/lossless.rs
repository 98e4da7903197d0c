//! Changes that keep a picture as every viewer shows it: the hash stays near, or the answer says
//! that a part was not read.
#![cfg(test)]

use mamori_media::{Blur, Error, FrameSelection, Limits, Picture, Remaining, hash, render};
use mamori_model::{Backdrop, Pdq, Transform};
use mamori_testkit::pictures::{draw, encode, tools};

fn read(file: &[u8]) -> Picture {
    hash(file, &Limits::default()).unwrap()
}

fn stored(picture: &Picture) -> Pdq {
    picture.frames[0].stored().unwrap().0
}

/// The least distance between any variant that a viewer may show and `wanted`.
fn nearest(picture: &Picture, wanted: Pdq) -> u32 {
    let hashes = picture.frames.iter().flat_map(|frame| &frame.hashes);
    hashes.filter(|hash| hash.is_shown).map(|hash| hash.pdq.distance(&wanted).0).min().unwrap()
}

/// Asserts that each file is whole and shows what `original` shows.
fn assert_same(original: &[u8], files: &[(&str, Vec<u8>)]) {
    let wanted = stored(&read(original));
    for (name, file) in files {
        let picture = read(file);

        assert_eq!(picture.remaining, Remaining::Nothing, "{name}");
        assert!(nearest(&picture, wanted) <= 4, "{name}: {}", nearest(&picture, wanted));
    }
}

fn damage(file: &[u8]) -> String {
    match read(file).remaining {
        Remaining::Damaged { reason } => reason,
        remaining @ (Remaining::Nothing | Remaining::LeftOut) => {
            panic!("not damaged: {remaining:?}")
        }
    }
}

const SAMPLINGS: [&str; 8] = ["1x1", "2x1", "1x2", "2x2", "4x1", "4x2", "3x1", "1x4"];

#[test]
fn a_jpeg_is_read_in_every_sampling_process_and_order_of_scans() {
    let scripts = ["0;\n1;\n2;\n", "0;\n1 2;\n", "0 1;\n2;\n", "2;\n1;\n0;\n", "1;\n0;\n2;\n"];
    for (seed, sampling) in (10..).zip(SAMPLINGS) {
        let picture = draw(seed, 203, 155);
        let plain = tools::cjpeg(&picture, &["-quality", "92", "-sample", sampling]);
        let mut files = vec![
            ("progressive", tools::jpegtran(&plain, &["-progressive"])),
            ("restarts", tools::jpegtran(&plain, &["-restart", "1"])),
            ("arithmetic", tools::jpegtran(&plain, &["-arithmetic"])),
            ("progressive, restarts", tools::jpegtran(&plain, &["-progressive", "-restart", "2"])),
        ];
        files.extend(scripts.map(|script| (script, tools::rescan(&plain, script))));

        assert_same(&plain, &files);
    }
}

/// `jpegtran -rotate 90 -progressive` of what most cameras write.
#[test]
fn a_camera_picture_that_is_turned_without_loss_is_one_of_the_variants() {
    let plain = tools::cjpeg(&draw(3, 640, 480), &["-quality", "92", "-sample", "2x1"]);
    let turned = tools::jpegtran(&plain, &["-rotate", "90", "-progressive"]);

    let wanted = stored(&read(&plain));
    let found = read(&turned);

    let hashes = &found.frames[0].hashes;
    let near = hashes.iter().min_by_key(|hash| hash.pdq.distance(&wanted)).unwrap();
    assert!(near.pdq.distance(&wanted).0 <= 12, "{near:?}");
    // jpegtran turns clockwise; turned back it is the original.
    assert_eq!((near.variant.transform, near.is_shown), (Transform::Rotate90, false));
}

#[test]
fn a_jpegs_markers_take_precedence_in_libjpegs_order() {
    let plain = tools::cjpeg(&draw(4, 200, 150), &["-quality", "90"]);
    let adobe = b"\xff\xee\0\x0eAdobe\0d\0\0\0\0\0";
    let with_adobe = [&plain[..20], adobe, &plain[20..]].concat();

    assert_same(&plain, &[("JFIF and Adobe", with_adobe)]);
}

#[test]
fn a_jpeg_without_its_tables_or_its_end_is_whole() {
    let plain = tools::cjpeg(&draw(5, 200, 150), &["-quality", "90"]);
    let mut no_tables = plain.clone();
    while let Some(at) = no_tables.windows(2).position(|two| two == b"\xff\xc4") {
        let length = usize::from(u16::from_be_bytes([no_tables[at + 2], no_tables[at + 3]]));
        no_tables.drain(at..at + 2 + length);
    }
    let progressive = tools::jpegtran(&plain, &["-progressive"]);
    let without_end = |file: &[u8]| file[..file.len() - 2].to_vec();

    let files = [
        ("no tables", no_tables),
        ("no end", without_end(&plain)),
        ("progressive, no end", without_end(&progressive)),
        ("junk behind", [plain.as_slice(), b"junk"].concat()),
    ];

    assert_same(&plain, &files);
}

#[test]
fn a_jpeg_that_lost_data_is_hashed_and_reported_as_damaged() {
    let plain = tools::cjpeg(&draw(6, 400, 300), &["-quality", "90", "-restart", "1"]);
    let wanted = stored(&read(&plain));
    let mut marker_missing = plain.clone();
    let at = marker_missing.windows(2).position(|two| two == b"\xff\xd3").unwrap();
    marker_missing.drain(at..at + 2);
    let progressive = tools::jpegtran(&plain, &["-progressive"]);
    let scans: Vec<usize> = places(&progressive, *b"\xff\xda");
    let components = tools::rescan(&plain, "0;\n1;\n2;\n");
    let last = *places(&components, *b"\xff\xda").last().unwrap();

    for (file, near) in [
        (marker_missing, 31),
        (plain[..plain.len() * 19 / 20].to_vec(), 31),
        (progressive[..progressive.len() / 2].to_vec(), 31),
        // Cut between two scans: nothing in the data says that something is missing.
        (progressive[..*scans.last().unwrap()].to_vec(), 31),
        (components[..last].to_vec(), 31),
    ] {
        assert!(damage(&file).starts_with("the JPEG is"), "{}", damage(&file));
        assert!(nearest(&read(&file), wanted) <= near);
    }
    assert!(nearest(&read(&plain), wanted) == 0);
}

fn places(bytes: &[u8], wanted: [u8; 2]) -> Vec<usize> {
    bytes.windows(2).enumerate().filter(|(_, two)| *two == wanted).map(|(at, _)| at).collect()
}

#[test]
fn a_jpeg_of_a_kind_that_no_viewer_shows_is_unsupported_and_not_broken() {
    let plain = tools::cjpeg(&draw(7, 64, 64), &["-quality", "90"]);
    let frame = plain.windows(2).position(|two| two == b"\xff\xc0").unwrap();
    let mut twelve = plain.clone();
    twelve[frame + 4] = 12;
    let mut lossless = plain;
    lossless[frame + 1] = 0xc3;

    for (file, name) in [(twelve, "JPEG of 12 bits"), (lossless, "lossless JPEG")] {
        let error = hash(&file, &Limits::default()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { found } if found == name), "{error:?}");
    }
}

/// EXIF with one entry, the orientation.
fn exif(orientation: u8) -> Vec<u8> {
    [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation], &[0; 6]]
        .concat()
}

fn jpeg_with_exif(file: &[u8], orientation: u8) -> Vec<u8> {
    let data = [b"Exif\0\0".as_slice(), &exif(orientation)].concat();
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&file[..2], b"\xff\xe1", &length, &data, &file[2..]].concat()
}

#[test]
fn a_picture_is_hashed_and_shown_as_its_orientation_says() {
    let upright = draw(8, 320, 240);
    let wanted = stored(&read(&encode::png(&upright)));
    let lying = image::imageops::rotate270(&upright);
    let mirrored = image::imageops::flip_horizontal(&upright);

    for (picture, orientation) in [(lying, 6), (mirrored, 2)] {
        let file = jpeg_with_exif(&encode::jpeg(&picture, 95), orientation);

        let found = read(&file);
        let raster = render(&file, &Limits::default(), Blur::Clear, FrameSelection::FIRST).unwrap();

        assert!(stored(&found).distance(&wanted).0 > 60);
        assert!(nearest(&found, wanted) <= 8, "{orientation}");
        assert_eq!((raster.width, raster.height), (320, 240));
        let shown = image::RgbImage::from_raw(320, 240, raster.rgb).unwrap();
        assert!(stored(&read(&encode::png(&shown))).distance(&wanted).0 <= 8, "{orientation}");
    }
}

#[test]
fn a_gif_is_as_large_as_its_first_frame_and_needs_no_trailer() {
    let plain = encode::gif(&draw(9, 200, 150));
    let screen = |width: u16, height: u16| {
        let mut file = plain.clone();
        file[6..8].copy_from_slice(&width.to_le_bytes());
        file[8..10].copy_from_slice(&height.to_le_bytes());
        file
    };
    let animated = encode::gif_animated(&[draw(9, 200, 150), draw(10, 200, 150)]);
    assert_eq!((plain.last(), animated.last()), (Some(&0x3b), Some(&0x3b)));

    let files = [
        ("smaller", screen(200, 40)),
        ("tiny", screen(16, 16)),
        ("nothing", screen(0, 0)),
        ("no trailer", plain[..plain.len() - 1].to_vec()),
        ("animated, no trailer", animated[..animated.len() - 1].to_vec()),
    ];

    assert_same(&plain, &files);
}

#[test]
fn frames_before_a_broken_one_are_kept() {
    let frames = [draw(11, 120, 90), draw(12, 120, 90), draw(13, 120, 90)];
    let wanted = stored(&read(&encode::png(&frames[0])));
    let gif = encode::gif_animated(&frames);
    let png = encode::png_animated(&frames);
    for file in [gif[..gif.len() - 400].to_vec(), png[..png.len() - 400].to_vec()] {
        let found = read(&file);

        assert!(matches!(found.remaining, Remaining::Damaged { .. }), "{:?}", found.remaining);
        assert!(found.frames.len() >= 2);
        assert!(nearest(&found, wanted) <= 24);
    }
}

#[test]
fn a_png_needs_no_end_and_its_checksums_are_checked_last() {
    const END: usize = 12;
    let plain = encode::png(&draw(14, 200, 150));
    let wanted = stored(&read(&plain));
    let mut wrong_sum = plain.clone();
    let at = wrong_sum.len() - END - 1;
    wrong_sum[at] ^= 1;
    let mut apples = plain.clone();
    apples.splice(8..8, *b"\0\0\0\x04CgBI\x50\0\x20\x02\x2b\xd5\xb3\x7f");

    assert_same(&plain, &[("no end", plain[..plain.len() - END].to_vec())]);
    assert_eq!(damage(&wrong_sum), "the PNG is corrupt: a checksum is wrong");
    assert_eq!(nearest(&read(&wrong_sum), wanted), 0);
    let error = hash(&apples, &Limits::default()).unwrap_err();
    assert!(matches!(error, Error::Unsupported { found: "PNG in Apple's form" }), "{error:?}");
}

#[test]
fn a_webp_whose_flags_announce_absent_metadata_is_read() {
    const ICC_EXIF_XMP: u8 = 0x2c;
    let plain = encode::webp(&draw(15, 200, 150));
    let extended = [
        b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0".as_slice(),
        &[ICC_EXIF_XMP, 0, 0, 0, 199, 0, 0, 149, 0, 0],
        b"XYZW\x03\0\0\0abc\0",
        &plain[12..],
    ]
    .concat();

    assert_same(&plain, &[("extended", extended)]);
}

/// A chunk of a WebP.
fn webp_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    [kind.as_slice(), &length, data, if data.len() % 2 == 1 { &[0] } else { &[] }].concat()
}

#[test]
fn a_webp_animation_shows_the_frames_that_a_viewer_shows() {
    let pictures = [draw(25, 96, 64), draw(26, 96, 64)];
    let header = |width: u8, height: u8| {
        webp_chunk(*b"VP8X", &[2, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0])
    };
    let frame = |picture: &image::RgbImage| {
        let still = &encode::webp(picture)[12..];
        webp_chunk(
            *b"ANMF",
            &[&[0; 6], [95, 0, 0, 63, 0, 0].as_slice(), &[100, 0, 0, 2], still].concat(),
        )
    };
    let frames = pictures.each_ref().map(frame);
    let file = |parts: &[&[u8]]| [b"RIFF\0\0\0\0WEBP".as_slice(), &parts.concat()].concat();
    let plain = file(&[&header(96, 64), &frames[0], &frames[1]]);
    // The first frame claims to include the second one.
    let mut long = frames[0].clone();
    let all = u32::try_from(frames.concat().len() - 8).unwrap();
    long[4..8].copy_from_slice(&all.to_le_bytes());

    for file in [
        file(&[&header(96, 64), &long, &frames[1]]),
        file(&[&header(96, 64), &header(8, 8), &frames[0], &frames[1]]),
    ] {
        let (found, wanted) = (read(&file), read(&plain));

        assert_eq!((found.frames, found.remaining), (wanted.frames, Remaining::Nothing));
    }
}

#[test]
fn a_bitmap_need_not_say_where_its_pixels_begin_nor_that_it_has_one_plane() {
    let plain = encode::bmp(&draw(27, 96, 64));
    let with = |place: std::ops::Range<usize>| {
        let mut file = plain.clone();
        file[place].fill(0);
        file
    };

    assert_same(&plain, &[("no place", with(10..14)), ("no plane", with(26..28))]);
}

#[test]
fn a_picture_in_the_alpha_channel_is_found_on_white_or_on_black() {
    let picture = draw(16, 240, 180);
    let wanted = stored(&read(&encode::png_grey(&picture)));
    let in_alpha = |colour: u8| {
        let grey = image::DynamicImage::from(picture.clone()).to_luma8();
        let pixel = |x, y| {
            let image::Luma([bright]) = *grey.get_pixel(x, y);
            image::LumaA([colour, if colour == 0 { 255 - bright } else { bright }])
        };
        let hidden = image::GrayAlphaImage::from_fn(240, 180, pixel);
        let mut file = std::io::Cursor::new(Vec::new());
        hidden.write_to(&mut file, image::ImageFormat::Png).unwrap();
        file.into_inner()
    };

    for (colour, backdrop) in [(0, Backdrop::White), (255, Backdrop::Black)] {
        let file = in_alpha(colour);
        let found = read(&file);

        let hashes = &found.frames[0].hashes;
        let near = hashes.iter().min_by_key(|hash| hash.pdq.distance(&wanted)).unwrap();
        assert_eq!((near.variant.backdrop, near.is_shown), (backdrop, true));
        assert!(near.pdq.distance(&wanted).0 <= 4, "{near:?}");
        assert_eq!(found.frames[0].stored().unwrap().1.value(), 0);
        let selection = FrameSelection { frame: 0, backdrop };
        let raster = render(&file, &Limits::default(), Blur::Clear, selection).unwrap();
        let shown = image::RgbImage::from_raw(240, 180, raster.rgb).unwrap();
        assert!(stored(&read(&encode::png(&shown))).distance(&wanted).0 <= 4);
    }
}

#[test]
fn a_rendition_shows_the_selected_frame() {
    let frames = [draw(17, 90, 60), draw(18, 90, 60), draw(19, 90, 60)];
    let file = encode::png_animated(&frames);
    for (number, picture) in (0..).zip(&frames) {
        let selection = FrameSelection { frame: number, backdrop: Backdrop::White };

        let raster = render(&file, &Limits::default(), Blur::Clear, selection).unwrap();

        assert_eq!(&raster.rgb, picture.as_raw(), "{number}");
    }
}

#[test]
fn a_clear_rendition_of_a_jpeg_has_its_colours() {
    let file = encode::jpeg(&draw(20, 200, 150), 95);

    let raster = render(&file, &Limits::default(), Blur::Clear, FrameSelection::FIRST).unwrap();

    let (pixels, _) = raster.rgb.as_chunks::<3>();
    assert!(
        pixels.iter().any(|[red, green, blue]| red.abs_diff(*green).max(red.abs_diff(*blue)) > 60)
    );
}

#[test]
fn the_second_picture_of_a_multi_picture_file_is_a_frame() {
    let (first, second) = (draw(21, 200, 150), draw(22, 200, 150));
    let wanted = stored(&read(&encode::png(&second)));
    let first = encode::jpeg(&first, 90);
    let mut index =
        b"MPF\0II*\0\x08\0\0\0\x01\0\x02\xb0\x07\0\x20\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    index.resize(4 + 26 + 32, 0);
    let length = u16::try_from(index.len() + 2).unwrap().to_be_bytes();
    let mut file = [&first[..2], b"\xff\xe2", &length, &index, &first[2..]].concat();
    // Places count from the index's header, 10 bytes into the file.
    let place = u32::try_from(file.len() - 10).unwrap().to_le_bytes();
    file[10 + 26 + 24..10 + 26 + 28].copy_from_slice(&place);
    file.extend(encode::jpeg(&second, 90));

    let found = read(&file);

    assert_eq!((found.frames.len(), &found.remaining), (2, &Remaining::Nothing));
    assert!(nearest(&found, wanted) <= 8);
}
