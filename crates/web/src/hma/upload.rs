//! A file that was uploaded as form data, and the hash that HMA would compute for it.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use mamori_desk::checks::fingerprints::Fingerprints;
use mamori_desk::checks::hash_item::ItemHashes;
use mamori_desk::{Desk, Error, Proof};
use mamori_media::{Error as Media, Remaining, Sender};
use mamori_model::Quality;

use super::Hma;
use super::fault::Fault;
use super::request::Params;
use super::signal::{ContentType, Signal};
use crate::body::BodyError;
use crate::multipart::OVERHEAD_BYTES_MAX;

/// One uploaded file.
pub struct Upload {
    content_type: ContentType,
    sender: Sender,
    bytes: Bytes,
}

/// The hashes of a file.
pub struct Hashed {
    /// The hash that HMA computes; `None` if PDQ found too little structure to trust it, or if the
    /// file could not be decoded.
    pub signal: Option<Signal>,
    /// The fingerprints to look up: its digests, and the PDQ hash of every frame.
    pub prints: Fingerprints,
    /// Which part of the file was not read.
    pub unread: Unread,
}

/// Which part of a file was not read.
pub enum Unread {
    /// Nothing is missing.
    Nothing,
    /// Frames beyond the limits are missing.
    Frames,
    /// Everything, or the part after damaged data, is missing.
    Broken(Media),
}

impl Hashed {
    /// Returns the hashes unless the file is damaged: half a picture must not be compared with
    /// others.
    pub fn readable(self) -> Result<Self, Fault> {
        match self.unread {
            Unread::Broken(error) => Err(Error::Media(error).into()),
            Unread::Nothing | Unread::Frames => Ok(self),
        }
    }
}

impl Upload {
    /// Reads the one file of a form. The name of its field is the kind of content.
    pub async fn read(hma: &Hma, proof: Proof, request: Request) -> Result<Self, Fault> {
        let missing = || Fault::bad("Missing multipart/form-data file upload");
        let bytes_max = hma.settings.item_bytes_max.saturating_add(OVERHEAD_BYTES_MAX);
        let sender = proof.into();
        let (request, reservation) = hma.budget.admit(sender, request, bytes_max).await?;
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| missing())?;
        let mut file: Option<(String, Bytes)> = None;
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = field.file_name().is_some();
            let bytes = field.bytes().await.map_err(broken)?;
            if !is_file {
                continue;
            }
            if file.is_some() {
                return Err(Fault::bad("Only one file allowed per request"));
            }
            file = Some((name, bytes));
        }
        let (name, bytes) = file.ok_or_else(missing)?;
        let content_type = ContentType::find(&name)?;
        Ok(Self { content_type, sender, bytes: reservation.attach_to(bytes) })
    }

    /// Returns the kind of content.
    pub fn content_type(&self) -> ContentType {
        self.content_type
    }

    /// Hashes the file; a video is never decoded.
    pub async fn hash(self, desk: &Desk) -> Result<Hashed, Fault> {
        match self.content_type {
            ContentType::Photo => hash_photo(desk, self.bytes, self.sender).await,
            ContentType::Video => hash_video(self.bytes).await,
        }
    }
}

/// Refuses a `types` parameter that excludes every hash of `content_type`.
pub fn check_types(params: &Params, content_type: ContentType) -> Result<(), Fault> {
    let Some(names) = params.list("types") else { return Ok(()) };
    let known = content_type.signal_type().as_str();
    let mut is_empty = true;
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        if name != known {
            return Err(Fault::bad(format!("signal type '{name}' doesn't exist or is disabled")));
        }
        is_empty = false;
    }
    if is_empty { Err(Fault::bad("empty signal type selection")) } else { Ok(()) }
}

/// Hashes a photo. Like HMA, gives no hash below the quality that the reference advises to trust.
async fn hash_photo(desk: &Desk, bytes: Bytes, sender: Sender) -> Result<Hashed, Fault> {
    let ItemHashes { mut prints, picture } = desk.hash_for_search(bytes, sender).await?;
    let unread = match picture {
        Err(error) => Unread::Broken(error),
        Ok(picture) => match picture.remaining {
            Remaining::Nothing => Unread::Nothing,
            Remaining::LeftOut => Unread::Frames,
            Remaining::Damaged { reason } => Unread::Broken(Media::Unreadable { reason }),
        },
    };
    let is_trusted = |quality: Option<Quality>| quality >= Some(Quality::TRUSTED_MIN);
    let stored = prints.frames.iter().filter_map(|frame| frame.hashes.first());
    let trusted = stored.filter(|print| is_trusted(print.quality));
    let signal = trusted.map(|print| Signal::Pdq(print.pdq)).next();
    let frames_in_all = prints.frames.len();
    for frame in &mut prints.frames {
        frame.hashes.retain(|print| is_trusted(print.quality));
    }
    prints.frames.retain(|frame| !frame.hashes.is_empty());
    prints.is_partial |= prints.frames.len() < frames_in_all;
    Ok(Hashed { signal, prints, unread })
}

/// Hashes a video, without decoding it.
async fn hash_video(bytes: Bytes) -> Result<Hashed, Fault> {
    let digests = tokio::task::spawn_blocking(move || mamori_media::digests(&bytes))
        .await
        .map_err(|cause| Error::internal("hashing stopped", cause))?;
    let signal = Signal::VideoMd5(digests.md5);
    let prints =
        Fingerprints { sha256: Some(digests.sha256), sha1: Some(digests.sha1), ..signal.prints() };
    Ok(Hashed { signal: Some(signal), prints, unread: Unread::Nothing })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` calls")]
fn broken(error: MultipartError) -> Fault {
    match BodyError::find_in(&error) {
        Some(body_error) => body_error.into(),
        None => Fault::new(error.status(), error.body_text()),
    }
}
