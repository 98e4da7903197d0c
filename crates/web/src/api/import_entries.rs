//! `POST /v1/banks/{bank}/imports`: a list of any length streams into a bank.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use futures_util::StreamExt;
use mamori_desk::import_lines::LineFormat;
use mamori_desk::{Desk, Error};
use mamori_model::import::{Import, ImportState};
use mamori_model::{BankId, HashKind};
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::IntoParams;

use crate::App;
use crate::body::{self, Cut};
use crate::extract::{Path, Query, media_type};
use crate::guard::Admin;
use crate::json::import::ImportJson;
use crate::json::text;
use crate::problem::{Kind, Problem};

/// How to read the lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// The kind of a line that names none; PDQ if it is not said.
    #[serde(default = "pdq")]
    #[param(required = false, inline)]
    kind: HashKind,
}

fn pdq() -> HashKind {
    HashKind::Pdq
}

/// Import a list
///
/// One entry a line while it streams in, a million lines in one request: NDJSON with the keys
/// `hash`, `kind`, `source_id`, `labels`, `expires_at`, of which only `hash` is needed; or CSV with
/// these names in its first line, and labels separated by `;`. What the bank has already is not
/// added again: where a line says something new of it, its entry changes. A key or column that is
/// left out says nothing; `null`, or an empty value, takes away.
///
/// What is counted as added is committed. Wrong lines are counted, and the first hundred are named
/// by their numbers; the rest is taken all the same. A list that broke off can be sent again whole.
/// While it runs, its import tells how far it has come.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/imports", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), ImportQuery),
    request_body(content(
        (inline(String) = "application/x-ndjson"),
        (inline(String) = "text/csv")
    )),
    responses((status = 200, description = "What became of the lines.", body = ImportJson)),
    extensions(("x-who" = json!("admin")))
)]
pub async fn import_entries(
    State(app): State<App>,
    Admin(admin): Admin,
    Path(bank): Path<BankId>,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Json<ImportJson>, Problem> {
    let format = line_format(request.headers())?;
    let bytes_max = app.settings.import_bytes_max;
    body::check_declared(request.headers(), bytes_max)?;
    let body = request.into_body();

    // A task of its own: a caller who goes away leaves an import that says `interrupted`, not one
    // that seems to run.
    let import = tokio::spawn(take(app.desk, admin, bank, format, query.kind, body, bytes_max));

    let (import, cut) =
        import.await.map_err(|cause| Error::internal("an import stopped", cause))??;
    match (import.state, cut) {
        (ImportState::Interrupted, cut) => Err(interrupted(&import, cut.unwrap_or(Cut::Broken))),
        (ImportState::Running | ImportState::Finished, _) => Ok(Json(import.into())),
    }
}

/// The import, and why its lines stopped coming if they did.
async fn take(
    desk: Desk,
    admin: mamori_desk::Admin,
    bank: BankId,
    format: LineFormat,
    kind: HashKind,
    body: Body,
    bytes_max: u64,
) -> Result<(Import, Option<Cut>), Error> {
    let (said, cut) = watch::channel(None);
    let chunks = body::limited(body, bytes_max).inspect(move |chunk| {
        if let Err(cut) = chunk {
            said.send_replace(Some(*cut));
        }
    });
    let import = desk.import_entries(&admin, bank, format, kind, chunks).await?;
    let cut = *cut.borrow();
    Ok((import, cut))
}

fn interrupted(import: &Import, cut: Cut) -> Problem {
    let problem = Problem::from(cut);
    let (id, added) = (import.id, import.added);
    let detail = format!("{}. The import {id} added {added} entries until then.", problem.detail);
    Problem::new(problem.kind, detail)
}

fn line_format(headers: &HeaderMap) -> Result<LineFormat, Problem> {
    match media_type(headers).as_deref() {
        Some("application/x-ndjson" | "application/ndjson" | "application/jsonl") => {
            Ok(LineFormat::Ndjson)
        }
        Some("text/csv") => Ok(LineFormat::Csv),
        _ => {
            let detail = "Send the list as `application/x-ndjson` or as `text/csv`.";
            Err(Problem::new(Kind::ContentType, detail))
        }
    }
}
