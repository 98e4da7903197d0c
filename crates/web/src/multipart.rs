//! Items sent as a form: one part `file` and some short text parts, in any order.

use std::collections::BTreeMap;

use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use bytes::{Bytes, BytesMut};
use mamori_media::Sender;

use crate::body::{self, BodyError};
use crate::budget::Budget;
use crate::problem::{Kind, Problem};

/// A text part that a form may have.
#[derive(Clone, Copy, Debug)]
pub struct TextPart {
    /// Name of the part.
    pub name: &'static str,
    /// The most bytes of its text.
    pub bytes_max: usize,
}

impl TextPart {
    /// The most bytes of a short text part: as many as the longest item name.
    const SHORT_BYTES_MAX: usize = 1_024;

    /// A part with a name or a word.
    pub const fn short(name: &'static str) -> Self {
        Self { name, bytes_max: Self::SHORT_BYTES_MAX }
    }
}

/// Bytes that the text parts, boundaries and headers of a form may add to its file.
pub const OVERHEAD_BYTES_MAX: u64 = 64 * 1_024;

/// A form with one file.
#[derive(Debug)]
pub struct Form {
    /// The bytes of the part `file`, with their reservation in the budget.
    pub file: Bytes,
    /// The text parts, by name.
    pub texts: BTreeMap<&'static str, String>,
}

impl Form {
    /// Reads a form that must have `file`, may have `parts`, and has nothing else.
    pub async fn read(
        budget: &Budget,
        sender: Sender,
        request: Request,
        parts: &[TextPart],
        file_bytes_max: u64,
    ) -> Result<Self, Problem> {
        let bytes_max = file_bytes_max.saturating_add(OVERHEAD_BYTES_MAX);
        let declared = body::check_declared(request.headers(), bytes_max)?.unwrap_or(0);
        let (request, reservation) = budget.admit(sender, request, bytes_max).await?;
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|why| Problem::new(Kind::MultipartSyntax, why.body_text()))?;

        let mut file = None;
        let mut texts = BTreeMap::new();
        while let Some(part) = form.next_field().await? {
            let name = part.name().unwrap_or_default();
            if name == "file" && file.is_none() {
                file = Some(read_file(part, file_bytes_max, declared).await?);
                continue;
            }
            let known = parts.iter().find(|known| known.name == name).copied();
            let Some(known) = known.filter(|known| !texts.contains_key(known.name)) else {
                return Err(unexpected(name, parts));
            };
            texts.insert(known.name, read_text(known, part).await?);
        }
        let file = file.ok_or_else(|| {
            Problem::new(Kind::MultipartShape, "The part `file` with the item's bytes is missing.")
        })?;
        Ok(Self { file: reservation.attach_to(file), texts })
    }

    /// Removes and parses the part `name`, if it exists.
    pub fn take<T>(&mut self, name: &str) -> Result<Option<T>, Problem>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let Some(text) = self.texts.remove(name) else { return Ok(None) };
        let value = text.parse().map_err(|why| {
            Problem::new(Kind::MultipartShape, format!("The part `{name}` is {why}."))
        })?;
        Ok(Some(value))
    }

    /// Removes and parses the part `name`, which must exist.
    pub fn take_required<T>(&mut self, name: &str) -> Result<T, Problem>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        self.take(name)?.ok_or_else(|| {
            Problem::new(Kind::MultipartShape, format!("The part `{name}` is missing."))
        })
    }
}

fn unexpected(name: &str, parts: &[TextPart]) -> Problem {
    let name: String = name.chars().take(64).collect();
    let names = std::iter::once("file").chain(parts.iter().map(|part| part.name));
    let known: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let known = known.join(", ");
    Problem::new(
        Kind::MultipartShape,
        format!("The part `{name}` is not expected, or came twice. Expected: {known}."),
    )
}

/// Reads the file into one piece of memory, with the capacity of `declared`, the length of the
/// request, which is reserved already.
async fn read_file(mut part: Field<'_>, bytes_max: u64, declared: u64) -> Result<Bytes, Problem> {
    let length_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let mut all = BytesMut::with_capacity(usize::try_from(declared).unwrap_or(0));
    while let Some(chunk) = part.chunk().await? {
        if all.len() + chunk.len() > length_max {
            return Err(BodyError::TooLarge { bytes_max }.into());
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

async fn read_text(known: TextPart, mut part: Field<'_>) -> Result<String, Problem> {
    let TextPart { name, bytes_max } = known;
    let mut text = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        text.extend_from_slice(&chunk);
        if text.len() > bytes_max {
            let detail = format!("The part `{name}` is longer than {bytes_max} bytes.");
            return Err(Problem::new(Kind::MultipartShape, detail));
        }
    }
    String::from_utf8(text)
        .map_err(|_| Problem::new(Kind::MultipartShape, format!("The part `{name}` is not UTF-8.")))
}
