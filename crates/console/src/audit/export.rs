//! `GET /console/audit/export`: the whole audit record as NDJSON, in the order of its chain.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use futures_util::stream;
use mamori_desk::audit::AuditReader;
use serde::Deserialize;

use crate::app::Console;
use crate::fault::Fault;
use crate::guard::Auditor;
use crate::query::PageQuery;

/// Parameters in the query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The number of the last event that the auditor has already; 0 for all.
    #[serde(default)]
    after: u64,
}

/// Streams the lines, each with a newline. If the chain is not intact the download fails after the
/// last intact batch; `mamori audit verify` says where the chain breaks.
pub async fn export(
    State(console): State<Console>,
    who: Auditor,
    PageQuery(params): PageQuery<Params>,
) -> Result<([(HeaderName, &'static str); 2], Body), Fault> {
    let begin = console.desk.audit_begin(AuditReader::Auditor(&who.proof), params.after).await?;
    let lines = stream::try_unfold(begin, move |after| {
        let (desk, auditor) = (console.desk.clone(), who.proof.clone());
        async move {
            let lines = desk.audit_lines(AuditReader::Auditor(&auditor), after).await?;
            let Some(last) = lines.last() else { return Ok::<_, mamori_desk::Error>(None) };
            let last = last.link;
            let text: String = lines.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect();
            Ok(Some((text, last)))
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"mamori-audit.ndjson\""),
    ];
    Ok((headers, Body::from_stream(lines)))
}
