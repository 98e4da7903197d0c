//! The uploads of the demo and their expected answers, fixed before anything is sent.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use mamori_testkit::pictures::{disguise, draw, edit, encode};
use serde::Serialize;
use strum::VariantArray;

/// Number of pictures that are added to the bank.
pub const KNOWN: u64 = 40;
/// Number of pictures that are in no bank.
pub const UNRELATED: u64 = 160;
/// How many known pictures are also sent turned, disguised, as a private message, and cut short.
pub const ALSO: u64 = 10;

/// Number of accounts that upload; each uploads several pictures, so that a case has several items.
pub const ACCOUNTS: u64 = 30;

/// Width and height of a picture, in pixels.
const SIZE: (u32, u32) = (400, 300);

/// How a picture was changed before it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[derive(VariantArray)]
pub enum Kind {
    /// Unchanged.
    Original,
    /// Encoded again, with loss.
    Jpeg,
    /// Encoded again.
    Webp,
    /// Encoded again, with 256 colours.
    Gif,
    /// Half as wide and high.
    Smaller,
    /// One and a half times as wide and high.
    Larger,
    /// A tenth brighter.
    Brightened,
    /// With a dark frame.
    Bordered,
    /// Left and right exchanged.
    Mirrored,
    /// Turned by 90 degrees.
    Rotated,
    /// Stored turned, with the EXIF tag that turns it back.
    Oriented,
    /// Black, with the picture in its transparency.
    InAlpha,
    /// A GIF whose logical screen is one pixel.
    SmallScreen,
    /// Sent as a private message, which no law permits the bank to search.
    PrivateMessage,
    /// A file that ends in its middle.
    CutShort,
    /// A picture that is in no bank.
    Unrelated,
}

/// The answer to an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// The service holds it back, and a webhook reports it.
    Hold,
    /// The service refuses it. No bank of the demo has this action.
    Block,
    /// Nothing matched.
    Allow,
    /// No bank applies, so it was not even decoded.
    NotLooked,
    /// It cannot be read, and is not treated as clean.
    Unreadable,
    /// Any other answer, which is never expected.
    Other,
}

impl Kind {
    /// Every kind, in the order of the table.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns a description of at most 30 characters.
    pub fn words(self) -> &'static str {
        match self {
            Self::Original => "known, as it was (PNG)",
            Self::Jpeg => "known, as JPEG of quality 70",
            Self::Webp => "known, as WebP",
            Self::Gif => "known, as GIF of 256 colours",
            Self::Smaller => "known, half the size",
            Self::Larger => "known, 1.5 times the size",
            Self::Brightened => "known, brighter by a tenth",
            Self::Bordered => "known, with a border",
            Self::Mirrored => "known, mirrored",
            Self::Rotated => "known, rotated by 90°",
            Self::Oriented => "known, turned by its EXIF",
            Self::InAlpha => "known, in the alpha of a PNG",
            Self::SmallScreen => "known, GIF of a small screen",
            Self::PrivateMessage => "known, in a private message",
            Self::CutShort => "known, the file cut short",
            Self::Unrelated => "unrelated",
        }
    }

    /// Returns the expected answer.
    pub fn expected(self) -> CheckResult {
        match self {
            Self::Original
            | Self::Jpeg
            | Self::Webp
            | Self::Gif
            | Self::Smaller
            | Self::Larger
            | Self::Brightened
            | Self::Bordered
            | Self::Mirrored
            | Self::Rotated
            | Self::Oriented
            | Self::InAlpha
            | Self::SmallScreen => CheckResult::Hold,
            Self::PrivateMessage => CheckResult::NotLooked,
            Self::CutShort => CheckResult::Unreadable,
            Self::Unrelated => CheckResult::Allow,
        }
    }

    /// Returns the surface on which it is sent.
    pub fn surface(self) -> &'static str {
        if self == Self::PrivateMessage { "private_message" } else { "public" }
    }
}

impl CheckResult {
    /// Returns a description of at most 12 characters.
    pub fn words(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Block => "block",
            Self::Allow => "allow",
            Self::NotLooked => "not looked",
            Self::Unreadable => "unreadable",
            Self::Other => "other",
        }
    }
}

/// One file to upload.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The service's name for it.
    pub item_id: String,
    /// The service's pseudonym of the uploader's account.
    pub account_id: String,
    /// The text that the service sends with it; not every picture has one.
    pub text: Option<&'static str>,
    /// The page at the service on which it is.
    pub context_url: String,
    /// How it was changed.
    pub kind: Kind,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

/// Draws all pictures, on all processors; calls `done` after each picture.
pub fn draw_all(done: impl Fn() + Sync) -> Vec<Upload> {
    let next = AtomicU64::new(0);
    let drawn = Mutex::new(Vec::new());
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= KNOWN + UNRELATED {
                        return;
                    }
                    let uploads = uploads(seed);
                    if let Ok(mut drawn) = drawn.lock() {
                        drawn.extend(uploads);
                    }
                    done();
                }
            });
        }
    });
    let mut drawn = drawn.into_inner().unwrap_or_default();
    drawn.sort_by(|a, b| (a.kind, &a.item_id).cmp(&(b.kind, &b.item_id)));
    drawn
}

/// Returns all uploads of the picture of `seed`: the first [`KNOWN`] pictures are known.
fn uploads(seed: u64) -> Vec<Upload> {
    let (width, height) = SIZE;
    let picture = draw(seed, width, height);
    let upload = |kind: Kind, bytes: Vec<u8>| {
        let item_id = format!("{}-{seed:03}", kind_name(kind));
        let account_id = format!("account-{:02}", seed % ACCOUNTS);
        // A name that leads nowhere (RFC 2606).
        let context_url = format!("https://photos.example/{account_id}/{item_id}");
        Upload { item_id, account_id, text: text(seed), context_url, kind, bytes }
    };
    if seed >= KNOWN {
        return vec![upload(Kind::Unrelated, encode::jpeg(&picture, 85))];
    }
    let original = encode::png(&picture);
    let mut uploads = vec![
        upload(Kind::Jpeg, encode::jpeg(&picture, 70)),
        upload(Kind::Webp, encode::webp(&picture)),
        upload(Kind::Gif, encode::gif(&picture)),
        upload(Kind::Smaller, encode::png(&edit::resize(&picture, width / 2, height / 2))),
        upload(
            Kind::Larger,
            encode::jpeg(&edit::resize(&picture, width * 3 / 2, height * 3 / 2), 85),
        ),
        upload(Kind::Brightened, encode::jpeg(&edit::brighten(&picture, 25), 85)),
        upload(Kind::Bordered, encode::jpeg(&edit::border(&picture, BORDER), 85)),
    ];
    if seed < ALSO {
        // For orientation 6, a viewer undoes three more turns by 90 degrees.
        let turned = edit::rotate(&edit::rotate(&edit::rotate(&picture)));
        uploads.extend([
            upload(Kind::Mirrored, encode::png(&edit::mirror(&picture))),
            upload(Kind::Rotated, encode::png(&edit::rotate(&picture))),
            upload(Kind::Oriented, disguise::jpeg_oriented(&turned, 85, 6)),
            upload(Kind::InAlpha, disguise::png_in_alpha(&picture)),
            upload(Kind::SmallScreen, disguise::gif_small_screen(&picture)),
        ]);
        let half = original.get(..original.len() / 2).unwrap_or_default();
        uploads.push(upload(Kind::CutShort, half.to_vec()));
        uploads.push(upload(Kind::PrivateMessage, original.clone()));
    }
    uploads.push(upload(Kind::Original, original));
    uploads
}

/// Returns the text that belongs to the picture of `seed`, if it has one.
fn text(seed: u64) -> Option<&'static str> {
    match seed % 4 {
        0 => Some("Waves in three colours."),
        1 => Some("My second try.\nWhich of the two do you like better?"),
        2 => Some("For the wall of my room"),
        _ => None,
    }
}

/// Thickness of the frame, in pixels. PDQ sees the whole picture, so a thick frame makes another
/// picture of it; this one stays well within the distance limit.
const BORDER: u32 = 2;

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Original => "original",
        Kind::Jpeg => "jpeg",
        Kind::Webp => "webp",
        Kind::Gif => "gif",
        Kind::Smaller => "smaller",
        Kind::Larger => "larger",
        Kind::Brightened => "brightened",
        Kind::Bordered => "bordered",
        Kind::Mirrored => "mirrored",
        Kind::Rotated => "rotated",
        Kind::Oriented => "oriented",
        Kind::InAlpha => "in-alpha",
        Kind::SmallScreen => "small-screen",
        Kind::PrivateMessage => "private",
        Kind::CutShort => "cut",
        Kind::Unrelated => "unrelated",
    }
}
