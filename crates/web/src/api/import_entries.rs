//! `POST /v1/banks/{bank}/imports`: a list of any length streams into a bank.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use futures_util::StreamExt;
use mamori_desk::import_entries::ImportOptions;
use mamori_desk::import_lines::{ColumnMap, LineFormat, Preset};
use mamori_desk::{Desk, Error};
use mamori_model::import::{Import, ImportState};
use mamori_model::{BankId, HashKind};
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};

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
    /// The kind of a line that names none; PDQ if it is not said, and with `preset=icse` SHA-1.
    #[param(inline, nullable = false)]
    kind: Option<HashKind>,
    /// The columns of a CSV: `FIELD=COLUMN` pairs with commas between them, such as
    /// `hash=MD5 Hash,source_id=Id`. Fields are `hash`, `kind`, `source_id`, `labels` and
    /// `expires_at`; what is not named is not read. Case and spaces around names do not matter.
    #[param(
        pattern = r"^hash=[^,=]*[^,=\s][^,=]*(,source_id=[^,=]*[^,=\s][^,=]*)?$",
        min_length = 6,
        max_length = 1000,
        nullable = false
    )]
    columns: Option<String>,
    /// The layout of a list that many have, in place of `columns`. `icse`: an export of Interpol's
    /// ICSE database, of which `SHA1` is read, or with `kind=md5` `MD5`, and `Image ID`.
    #[param(inline, value_type = Option<PresetName>, nullable = false)]
    preset: Option<PresetName>,
    /// Takes PDQ hashes that no picture seems to have made. Without it a list is refused if of its
    /// first 256 PDQ hashes (64 at least) more than a quarter have other than 124 to 132 bits set,
    /// as SHA-256 that is taken for PDQ has.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false, nullable = false)]
    accept_any_pdq: bool,
    /// Takes hashes that were withdrawn from the bank before, each as a new entry.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false, nullable = false)]
    restore_withdrawn: bool,
}

/// The name of a preset.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PresetName {
    /// An export of Interpol's ICSE database.
    Icse,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Icse => Self::Icse,
        }
    }
}

impl ImportQuery {
    fn options(self, format: LineFormat) -> Result<ImportOptions, Problem> {
        let wrong = |detail: String| Problem::new(Kind::Query, detail);
        // Each is right by itself, so the schema of the parameters cannot tell.
        let apart = |detail: String| Problem::new(Kind::ImportColumns, detail);
        if format == LineFormat::Ndjson && (self.columns.is_some() || self.preset.is_some()) {
            return Err(apart("`columns` and `preset` are for `text/csv`".to_owned()));
        }
        let preset = self.preset.map(Preset::from);
        let kind = self.kind.or(preset.map(Preset::kind)).unwrap_or(HashKind::Pdq);
        let columns = match (self.columns, preset) {
            (None, None) => None,
            (Some(_), Some(_)) => {
                return Err(apart("send either `columns` or `preset`".to_owned()));
            }
            (Some(text), None) => {
                Some(text.parse::<ColumnMap>().map_err(|why| wrong(format!("`columns`: {why}")))?)
            }
            (None, Some(preset)) => {
                let no_kind = || apart(format!("a list of `{}` has no {kind}", preset.as_str()));
                Some(preset.columns(kind).ok_or_else(no_kind)?)
            }
        };
        Ok(ImportOptions {
            format,
            kind,
            columns,
            takes_any_pdq: self.accept_any_pdq,
            restores_withdrawn: self.restore_withdrawn,
        })
    }
}

/// Import a list
///
/// One entry a line while it streams in, a million lines in one request: NDJSON with the keys
/// `hash`, `kind`, `source_id`, `labels`, `expires_at`, of which only `hash` is needed; or CSV with
/// these names in its first line, or others by `columns` or `preset`. Values of a CSV are separated
/// by `,`, `;` or tabs, labels by `;`; other columns are ignored. What the bank has already is not
/// added again: where a line says something new of it, its entry changes. A key or column that is
/// left out says nothing; `null`, or an empty value, takes away. An end without a time is the end of
/// that day in UTC.
///
/// What is counted as added is committed. A line with a wrong hash is rejected; a wrong label, source
/// id or end costs no more than itself and is a warning. Hashes that were withdrawn from the bank are
/// left out unless `restore_withdrawn` is said. Of each the first hundred lines are named by their
/// numbers. A list that broke off can be sent again whole. While it runs, its import tells how far it
/// has come.
///
/// 422 if the list is refused as a whole (`import.columns`, `import.not_pdq`) or nothing of it was
/// accepted (`import.nothing_accepted`); the problem's `import` tells what became of its lines.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/imports", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), ImportQuery),
    request_body(content(
        (inline(String) = "application/x-ndjson"),
        (inline(String) = "text/csv")
    )),
    responses(
        (status = 200, description = "What became of the lines.", body = ImportJson),
    ),
    extensions(("x-who" = json!("admin")))
)]
pub async fn import_entries(
    State(app): State<App>,
    Admin(admin): Admin,
    Path(bank): Path<BankId>,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Json<ImportJson>, Problem> {
    let options = query.options(line_format(request.headers())?)?;
    let bytes_max = app.settings.import_bytes_max;
    body::check_declared(request.headers(), bytes_max)?;
    let body = request.into_body();

    // A task of its own: a caller who goes away leaves an import that says `interrupted`, not one
    // that seems to run.
    let import = tokio::spawn(take(app.desk, admin, bank, options, body, bytes_max));

    let (import, cut) =
        import.await.map_err(|cause| Error::internal("an import stopped", cause))??;
    match (import.state, cut) {
        (ImportState::Interrupted, cut) => Err(interrupted(&import, cut.unwrap_or(Cut::Broken))),
        (ImportState::NothingAccepted, _) => {
            let detail = "No line was accepted. `import` tells what is wrong with them.";
            Err(Problem::new(Kind::ImportNothingAccepted, detail).about(import))
        }
        (ImportState::Running | ImportState::Finished | ImportState::Refused, _) => {
            Ok(Json(import.into()))
        }
    }
}

/// The import, and why its lines stopped coming if they did.
async fn take(
    desk: Desk,
    admin: mamori_desk::Admin,
    bank: BankId,
    options: ImportOptions,
    body: Body,
    bytes_max: u64,
) -> Result<(Import, Option<Cut>), Error> {
    let (said, cut) = watch::channel(None);
    let chunks = body::limited(body, bytes_max).inspect(move |chunk| {
        if let Err(cut) = chunk {
            said.send_replace(Some(*cut));
        }
    });
    let import = desk.import_entries(&admin, bank, options, chunks).await?;
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
