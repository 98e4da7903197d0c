//! `POST /v1/check`: a service checks an item. This is the central endpoint.

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use mamori_desk::checks::check::CheckInput;
use mamori_media::Sender;
use mamori_model::{Account, ContextUrl, Country, Item, ItemContext, ItemName, ItemText, Surface};

use crate::App;
use crate::api::checks::item_json::{CheckForm, CheckHashes, CheckedJson};
use crate::extract::{self, media_type};
use crate::guard::{Caller, scope};
use crate::multipart::{Form, TextPart};
use crate::problem::{Kind, Problem};

/// Check an item
///
/// Answers at once whether the item is in a bank that applies to its surface and its jurisdiction.
/// Send the item itself as a form, or only its hashes as JSON.
///
/// A clean item is not stored or logged. A match is stored, with its webhooks, before the response;
/// the same `item_id` never makes a second match. If no bank applies, the item is not even decoded,
/// and the response says so.
///
/// If the item opens or joins a case, its `text` and its `context_url` are stored for the people who
/// decide that case, and are deleted with the match. No answer and no webhook has them.
///
/// Checks by PDQ hash alone that come near an entry are limited for each key: beyond the limit the
/// answer is 429 `limit.near_hits`. Items that are sent as bytes are not limited.
#[utoipa::path(
    post, path = "/v1/check", tag = "items",
    request_body(content(
        (CheckForm = "multipart/form-data"),
        (CheckHashes = "application/json", example = json!({
            "item_id": "post-4711/image-1", "surface": "public", "jurisdiction": "JP",
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        }))
    )),
    responses(
        (status = 200, description = "The verdict.", body = CheckedJson),
        (status = 429, description = "The key came near entries by hash alone too often."),
    ),
    extensions(("x-who" = json!("service")), ("x-scopes" = json!(["checks"])))
)]
pub async fn check(
    State(app): State<App>,
    Caller(caller, ..): Caller<scope::Checks>,
    request: Request,
) -> Result<Json<CheckedJson>, Problem> {
    let (item, context, evidence) = match media_type(request.headers()).as_deref() {
        Some("multipart/form-data") => {
            read_form(&app, Sender::Service(caller.service()), request).await?
        }
        Some("application/json") => {
            let json = extract::Json::<CheckHashes>::from_request(request, &app).await?;
            let (item, context, prints) = json.0.split()?;
            (item, context, CheckInput::Hashes(prints))
        }
        _ => {
            let detail = "Send the item as `multipart/form-data`, or hashes as `application/json`.";
            return Err(Problem::new(Kind::ContentType, detail));
        }
    };

    let checked = app.desk.check_in_context(&caller, (item, &context), evidence).await?;

    Ok(Json(CheckedJson::of(&checked, app.desk.settings().hit_view())))
}

/// The text parts of a form. A character of the text has at most four bytes.
const PARTS: [TextPart; 6] = [
    TextPart::short("item_id"),
    TextPart::short("account_id"),
    TextPart::short("surface"),
    TextPart::short("jurisdiction"),
    TextPart { name: "text", bytes_max: 4 * ItemText::CHARS_MAX },
    TextPart { name: "context_url", bytes_max: ContextUrl::BYTES_MAX },
];

async fn read_form(
    app: &App,
    sender: Sender,
    request: Request,
) -> Result<(Item, ItemContext, CheckInput), Problem> {
    let bytes_max = app.settings.item_bytes_max;
    let mut form = Form::read(&app.budget, sender, request, &PARTS, bytes_max).await?;
    let context =
        ItemContext::new(form.take::<ItemText>("text")?, form.take::<ContextUrl>("context_url")?);
    let item = Item {
        name: form.take_required::<ItemName>("item_id")?,
        account: form.take::<Account>("account_id")?,
        surface: form.take_required::<Surface>("surface")?,
        country: form.take::<Country>("jurisdiction")?,
    };
    Ok((item, context, CheckInput::Bytes(form.file)))
}
