//! `POST /v1/banks/{bank}/imports`: streams a list of any length into a bank.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::{ColumnMap, LineFormat, Preset};
use mamori_desk::{Desk, Error};
use mamori_model::import::{Import, ImportState};
use mamori_model::{BankId, HashKind};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::api::banks::import_json::ImportJson;
use crate::body::{self, BodyError};
use crate::extract::{Path, Query, media_type};
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::{Kind, Problem};

/// Options for reading the lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// The hash kind of lines that name none; by default PDQ, and SHA-1 with `preset=icse`.
    #[param(inline, nullable = false)]
    kind: Option<HashKind>,
    /// The columns of a CSV: `FIELD=COLUMN` pairs separated by commas, such as
    /// `hash=MD5 Hash,source_id=Id`. Fields are `hash`, `kind`, `source_id`, `labels` and
    /// `expires_at`; fields that are not named are not read. Case and spaces around names do not
    /// matter.
    #[param(
        pattern = r"^hash=[^,=]*[^,=\s][^,=]*(,source_id=[^,=]*[^,=\s][^,=]*)?$",
        min_length = 6,
        max_length = 1000,
        nullable = false
    )]
    columns: Option<String>,
    /// The layout of a common list, instead of `columns`. `icse`: an export of Interpol's ICSE
    /// database, of which `SHA1` (or `MD5`, with `kind=md5`) and `Image ID` are read.
    #[param(inline, value_type = Option<PresetName>, nullable = false)]
    preset: Option<PresetName>,
    /// Accepts PDQ hashes that do not look like hashes of pictures. Without it, a list is refused
    /// if more than a quarter of its first 256 PDQ hashes (of at least 64) have fewer than 124 or
    /// more than 132 bits set, as SHA-256 digests that are taken for PDQ have.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false, nullable = false)]
    accept_any_pdq: bool,
    /// Also adds hashes that were withdrawn from the bank before, each as a new entry. Not for banks
    /// that hold, block or clear items.
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
        // Each parameter is valid by itself, so the schema of the parameters cannot rule this out.
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
/// Adds one entry for each line while the list streams in, a million lines in one request. NDJSON
/// has the keys `hash`, `kind`, `source_id`, `labels`, `expires_at`, of which only `hash` is
/// required; CSV has these names in its first line, or others according to `columns` or `preset`.
/// Values of a CSV are separated by `,`, `;` or tabs, labels by `;`; other columns are ignored. A
/// hash that the bank already has is not added again; if the line brings new metadata for it, its
/// entry changes. An absent key or column changes nothing; `null`, or an empty value, removes a
/// value. An end without a time of day means the end of that day in UTC.
///
/// Lines that are counted as added are committed. A line with an invalid hash is rejected; an
/// invalid label, source id or end is left out and gives a warning. Hashes that were withdrawn from
/// the bank are left out unless `restore_withdrawn` is set. The numbers of the first hundred lines
/// of each of these three groups are listed. An interrupted list can be sent again as a whole. The
/// import shows its progress while it runs.
///
/// If the bank's action is `hold` or `block`, or the bank is one of known benign pictures, a second
/// actor must approve its source first: without that the answer is 409 (`approval.needed`) before a
/// line is read, and names the request to approve. The list is sent again after that. Into such a
/// bank no import adds hashes that were withdrawn; `POST` of entries does, once a second actor has
/// approved them.
///
/// Within 24 hours, imports bring forward the ends of at most as many entries of a bank as one actor
/// may withdraw (`approvals.withdrawals_per_day_max`). Beyond that, and if the key is revoked or the
/// source of the bank is changed while the import runs, it ends with 409; what is committed stays.
///
/// Answers 422 if the list is refused as a whole (`import.columns`, `import.not_pdq`) or no line
/// was accepted (`import.nothing_accepted`); `import` in the problem has the result of its lines.
#[utoipa::path(
    post, path = "/v1/banks/{bank}/imports", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id."), ImportQuery),
    request_body(content(
        (inline(String) = "application/x-ndjson"),
        (inline(String) = "text/csv")
    )),
    responses(
        (status = 200, description = "The result of the lines.", body = ImportJson),
        (status = 409, description = "A second actor must approve the source first, or the bank \
                                      changed meanwhile."),
    ),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:write"])))
)]
pub async fn import_entries(
    State(app): State<App>,
    Admin(admin, ..): Admin<scope::EntriesWrite>,
    Path(bank): Path<BankId>,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Json<ImportJson>, Problem> {
    let options = query.options(line_format(request.headers())?)?;
    let bytes_max = app.settings.import_bytes_max;
    body::check_declared(request.headers(), bytes_max)?;
    let body = request.into_body();

    // A separate task: if the client disconnects, the import is marked as `interrupted` and does
    // not seem to run for ever.
    let import = tokio::spawn(run_import(app.desk, admin, bank, options, body, bytes_max));

    let (import, body_error) =
        import.await.map_err(|cause| Error::internal("an import stopped", cause))??;
    match (import.state, body_error) {
        (ImportState::Interrupted, body_error) => {
            Err(interrupted(&import, body_error.unwrap_or(BodyError::Broken)))
        }
        (ImportState::NothingAccepted, _) => {
            let detail = "No line was accepted. `import` says what is wrong with them.";
            Err(Problem::new(Kind::ImportNothingAccepted, detail).with_import(import))
        }
        (ImportState::Running | ImportState::Finished | ImportState::Refused, _) => {
            Ok(Json(import.into()))
        }
    }
}

/// Runs the import; returns it, and why its lines stopped early, if they did.
async fn run_import(
    desk: Desk,
    admin: mamori_desk::Admin,
    bank: BankId,
    options: ImportOptions,
    body: Body,
    bytes_max: u64,
) -> Result<(Import, Option<BodyError>), Error> {
    let chunks = body::limited(body, bytes_max);
    desk.import_entries(&admin, bank, options, chunks).await
}

fn interrupted(import: &Import, body_error: BodyError) -> Problem {
    let problem = Problem::from(body_error);
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
