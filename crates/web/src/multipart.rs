//! Items sent as a form: one part `file` and some short text parts, in any order.

use std::collections::BTreeMap;

use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use bytes::{Bytes, BytesMut};
use mamori_media::Sender;

use crate::body::{self, BodyError};
use crate::budget::Budget;
use crate::problem::{Kind, Problem};

/// The most bytes of a text part: as many as the longest item name.
const TEXT_BYTES_MAX: usize = 1_024;
/// Bytes that the boundaries and headers of a form may add to its file.
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
    /// Reads a form that must have `file`, may have the parts `names`, and has nothing else.
    pub async fn read(
        budget: &Budget,
        sender: Sender,
        request: Request,
        names: &[&'static str],
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
            let known = names.iter().find(|known| **known == name).copied();
            let Some(known) = known.filter(|known| !texts.contains_key(known)) else {
                return Err(unexpected(name, names));
            };
            texts.insert(known, read_text(known, part).await?);
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

fn unexpected(name: &str, names: &[&str]) -> Problem {
    let name: String = name.chars().take(64).collect();
    let known: Vec<String> = ["file"].iter().chain(names).map(|name| format!("`{name}`")).collect();
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

async fn read_text(name: &str, mut part: Field<'_>) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        text.extend_from_slice(&chunk);
        if text.len() > TEXT_BYTES_MAX {
            let detail = format!("The part `{name}` is longer than {TEXT_BYTES_MAX} bytes.");
            return Err(Problem::new(Kind::MultipartShape, detail));
        }
    }
    String::from_utf8(text)
        .map_err(|_| Problem::new(Kind::MultipartShape, format!("The part `{name}` is not UTF-8.")))
}
