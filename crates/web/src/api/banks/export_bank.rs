//! `GET /v1/banks/{bank}/export`: the entries of a bank, as the lines that an import takes.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use mamori_desk::banks::import_lines::formula::escaped;
use mamori_desk::{Desk, EntryFilter, Error};
use mamori_model::page::PageSize;
use mamori_model::text::Labels;
use mamori_model::{BankId, Entry, EntryId, HashKind, Line};
use serde::Serialize;

use crate::extract::Path;
use crate::guard::{Admin, scope};
use crate::json::text;
use crate::problem::Problem;

/// One line. A value that is missing is written as `null`, so that importing the line removes it
/// from an existing entry too.
#[derive(Serialize)]
struct ExportLine<'a> {
    hash: String,
    kind: HashKind,
    source_id: Option<&'a Line>,
    labels: &'a Labels,
    expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Ndjson,
    Csv,
}

/// The progress of an export.
enum Step {
    Begin,
    After(Option<EntryId>),
    End,
}

/// Export a bank
///
/// Returns every entry that matches, the oldest first, as the lines that an import takes: NDJSON,
/// or CSV with `accept: text/csv`. In CSV an apostrophe stands before a source id or a label that a
/// spreadsheet would run as a formula; an import takes it away. An export that is interrupted ends
/// without the last chunk of its body, which a client sees as an error. The audit record names the
/// key.
#[utoipa::path(
    get, path = "/v1/banks/{bank}/export", tag = "entries",
    params(("bank" = inline(text::BankId), Path, description = "The bank's id.")),
    responses((status = 200, description = "The lines.", content(
        (inline(String) = "application/x-ndjson"),
        (inline(String) = "text/csv")
    ))),
    extensions(("x-who" = json!("admin")), ("x-scopes" = json!(["entries:export"])))
)]
pub async fn export_bank(
    State(desk): State<Desk>,
    Admin(admin, ..): Admin<scope::EntriesExport>,
    Path(bank): Path<BankId>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 1], Body), Problem> {
    let format = if accepts_csv(&headers) { Format::Csv } else { Format::Ndjson };
    // Also detects a bank that does not exist while a status can still be sent.
    desk.begin_export(&admin, bank).await?;

    let media_type = match format {
        Format::Ndjson => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8; header=present",
    };
    let chunks = stream::try_unfold(Step::Begin, move |step| {
        let (desk, admin) = (desk.clone(), admin.clone());
        async move { next_chunk(&desk, &admin, bank, format, step).await }
    });
    Ok(([(CONTENT_TYPE, media_type)], Body::from_stream(chunks)))
}

fn accepts_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|text| text.to_str().ok()).unwrap_or_default();
    accept
        .split(',')
        .filter_map(|part| part.split(';').next())
        .any(|part| part.trim() == "text/csv")
}

async fn next_chunk(
    desk: &Desk,
    admin: &mamori_desk::Admin,
    bank: BankId,
    format: Format,
    step: Step,
) -> Result<Option<(Bytes, Step)>, Error> {
    let after = match step {
        Step::Begin if format == Format::Csv => {
            let header = Bytes::from_static(b"hash,kind,source_id,labels,expires_at\r\n");
            return Ok(Some((header, Step::After(None))));
        }
        Step::Begin => None,
        Step::After(after) => after,
        Step::End => return Ok(None),
    };
    let size = PageSize::new(PageSize::MAX).unwrap_or(PageSize::DEFAULT);
    let page = desk.entries(admin, bank, &EntryFilter::default(), after, size).await.inspect_err(
        |error| {
            tracing::warn!(%bank, error = error.logged(), "an export ended early");
        },
    )?;
    let lines: String = page.rows.iter().map(|entry| line(entry, format)).collect();
    let step = page.next.map_or(Step::End, |next| Step::After(Some(next)));
    Ok(Some((lines.into(), step)))
}

fn line(entry: &Entry, format: Format) -> String {
    let line = ExportLine {
        hash: entry.hash.to_string(),
        kind: entry.hash.kind(),
        source_id: entry.source_id.as_ref(),
        labels: &entry.labels,
        expires_at: entry.expires_at,
    };
    match format {
        Format::Ndjson => serde_json::to_string(&line).unwrap_or_default() + "\n",
        Format::Csv => {
            let source_id = escaped(line.source_id.map(Line::as_str).unwrap_or_default());
            let labels: Vec<_> =
                line.labels.as_slice().iter().map(|label| escaped(label)).collect();
            let labels = labels.join(";");
            let expires_at = line.expires_at.map(|end| end.to_string()).unwrap_or_default();
            let values = [&line.hash, line.kind.as_str(), &source_id, &labels, &expires_at];
            values.map(csv_value).join(",") + "\r\n"
        }
    }
}

/// Quotes a value as RFC 4180 demands: if it has a comma or a quote. None has a line break.
fn csv_value(value: &str) -> String {
    if value.contains([',', '"']) || value.starts_with(' ') || value.ends_with(' ') {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use mamori_desk::banks::import_lines::{LineFormat, LineReader, Read};
    use mamori_model::Hash;

    use super::*;

    fn entry() -> Entry {
        Entry {
            id: EntryId::MIN,
            bank: uuid::Uuid::nil().into(),
            hash: Hash::Md5([7; 16].into()),
            source_id: Some("case 7, \"second\"".parse().unwrap()),
            labels: Labels::try_from(vec!["A1".to_owned(), "été, \"x\"".to_owned()]).unwrap(),
            added_at: Timestamp::UNIX_EPOCH,
            expires_at: Some("2030-01-01T00:00:00Z".parse().unwrap()),
            withdrawn_at: None,
        }
    }

    #[test]
    fn a_spreadsheet_finds_no_formula_in_an_exported_line_and_an_import_the_same_entry() {
        let hostile = Entry {
            source_id: Some("=HYPERLINK(\"https://evil.example\",\"x\")".parse().unwrap()),
            labels: Labels::try_from(vec!["@SUM(1)".to_owned(), "-2".to_owned()]).unwrap(),
            ..entry()
        };
        let mut reader = LineReader::new(LineFormat::Csv, HashKind::Pdq);
        assert!(matches!(reader.read(b"hash,kind,source_id,labels,expires_at"), Read::Skipped));

        let text = line(&hostile, Format::Csv);
        let read = reader.read(text.trim_end().as_bytes());

        assert!(text.contains(",\"'=HYPERLINK(") && text.contains(",'@SUM(1);'-2,"), "{text}");
        let Read::Entry(read, _) = read else { panic!("{read:?}") };
        let other = Entry { source_id: None, labels: Labels::default(), ..entry() };
        assert_eq!(read.metadata.applied_to(other), hostile);
    }

    #[test]
    fn an_exported_line_is_imported_as_the_same_entry() {
        let header = "hash,kind,source_id,labels,expires_at";
        for (format, first) in [(Format::Ndjson, None), (Format::Csv, Some(header))] {
            let line_format =
                if format == Format::Csv { LineFormat::Csv } else { LineFormat::Ndjson };
            let mut reader = LineReader::new(line_format, HashKind::Pdq);
            if let Some(first) = first {
                assert!(matches!(reader.read(first.as_bytes()), Read::Skipped));
            }

            let text = line(&entry(), format);
            let read = reader.read(text.trim_end_matches('\n').as_bytes());

            let Read::Entry(read, _) = read else { panic!("{read:?}") };
            assert_eq!(read.hash, entry().hash);
            let other = Entry { source_id: None, labels: Labels::default(), ..entry() };
            assert_eq!(read.metadata.applied_to(other), entry());
        }
    }
}
