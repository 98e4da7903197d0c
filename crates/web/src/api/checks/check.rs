//! `POST /v1/check`: a service checks an item. This is the central endpoint.

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use mamori_desk::checks::check::CheckInput;
use mamori_media::Sender;
use mamori_model::{Account, Country, Item, ItemName, Surface};

use crate::App;
use crate::api::checks::item_json::{CheckForm, CheckHashes, CheckedJson};
use crate::extract::{self, media_type};
use crate::guard::{Caller, scope};
use crate::multipart::Form;
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
    let (item, evidence) = match media_type(request.headers()).as_deref() {
        Some("multipart/form-data") => {
            read_form(&app, Sender::Service(caller.service()), request).await?
        }
        Some("application/json") => {
            let json = extract::Json::<CheckHashes>::from_request(request, &app).await?;
            let (item, prints) = json.0.split()?;
            (item, CheckInput::Hashes(prints))
        }
        _ => {
            let detail = "Send the item as `multipart/form-data`, or hashes as `application/json`.";
            return Err(Problem::new(Kind::ContentType, detail));
        }
    };

    let checked = app.desk.check(&caller, item, evidence).await?;

    Ok(Json(CheckedJson::of(&checked, app.desk.settings().hit_view())))
}

async fn read_form(
    app: &App,
    sender: Sender,
    request: Request,
) -> Result<(Item, CheckInput), Problem> {
    let names = ["item_id", "account_id", "surface", "jurisdiction"];
    let bytes_max = app.settings.item_bytes_max;
    let mut form = Form::read(&app.budget, sender, request, &names, bytes_max).await?;
    let item = Item {
        name: form.take_required::<ItemName>("item_id")?,
        account: form.take::<Account>("account_id")?,
        surface: form.take_required::<Surface>("surface")?,
        country: form.take::<Country>("jurisdiction")?,
    };
    Ok((item, CheckInput::Bytes(form.file)))
}
