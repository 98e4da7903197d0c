//! A file that came as form data, and the hash that HMA would make of it.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use mamori_desk::look_up::Fingerprints;
use mamori_desk::{Desk, Proof};
use mamori_model::Quality;

use super::Hma;
use super::fault::Fault;
use super::request::Params;
use super::signal::{ContentType, Signal};
use crate::body::Cut;
use crate::multipart::OVERHEAD_BYTES_MAX;

/// One uploaded file.
pub struct Upload {
    content_type: ContentType,
    bytes: Bytes,
}

/// A file's hash.
pub struct Hashed {
    /// The hash; `None` where PDQ saw too little structure to trust one.
    pub signal: Option<Signal>,
    /// What to look up: of a moving picture, every frame.
    pub prints: Fingerprints,
    /// Whether it has frames beyond the limits, at which nobody looked.
    pub is_cut: bool,
}

impl Upload {
    /// Reads the one file of a form. Its field is named by the kind of content.
    pub async fn read(hma: &Hma, proof: Proof, request: Request) -> Result<Self, Fault> {
        let missing = || Fault::bad("Missing multipart/form-data file upload");
        let bytes_max = hma.settings.item_bytes_max.saturating_add(OVERHEAD_BYTES_MAX);
        let (request, room) = hma.budget.admit(proof.into(), request, bytes_max).await?;
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
        Ok(Self { content_type: ContentType::find(&name)?, bytes: room.hold(bytes) })
    }

    /// What it is.
    pub fn content_type(&self) -> ContentType {
        self.content_type
    }

    /// Hashes it; a video is never decoded.
    pub async fn hash(self, desk: &Desk) -> Result<Hashed, Fault> {
        match self.content_type {
            ContentType::Photo => hash_photo(desk, self.bytes).await,
            ContentType::Video => hash_video(self.bytes).await,
        }
    }
}

/// Refuses a `types` parameter that leaves nothing to hash `content_type` by.
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

/// HMA gives no hash below the quality that the reference advises to trust.
async fn hash_photo(desk: &Desk, bytes: Bytes) -> Result<Hashed, Fault> {
    let hashed = desk.hash_item(bytes).await?;
    let mut frames = hashed.picture.frames;
    let frames_in_all = frames.len();
    frames.retain(|frame| frame.quality >= Quality::TRUSTED_MIN);
    let is_cut = hashed.picture.frames_left_out;
    let frames_left_out = is_cut || frames.len() < frames_in_all;
    let signal = frames.first().map(|frame| Signal::Pdq(frame.pdq));
    let frames = frames.iter().map(|frame| (frame.pdq, Some(frame.quality))).collect();
    let prints = Fingerprints { frames, frames_left_out, ..Fingerprints::default() };
    Ok(Hashed { signal, prints, is_cut })
}

async fn hash_video(bytes: Bytes) -> Result<Hashed, Fault> {
    let md5 = tokio::task::spawn_blocking(move || mamori_media::md5(&bytes))
        .await
        .map_err(|cause| mamori_desk::Error::internal("hashing stopped", cause))?;
    let signal = Signal::VideoMd5(md5);
    Ok(Hashed { signal: Some(signal), prints: signal.prints(), is_cut: false })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` calls")]
fn broken(error: MultipartError) -> Fault {
    match Cut::inside(&error) {
        Some(cut) => cut.into(),
        None => Fault::new(error.status(), error.body_text()),
    }
}
