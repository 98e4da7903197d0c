//! `GET /console/audit/claims`: how staff members claim and leave cases, by day. What stands out
//! comes first. Shows no account, no view, and no exposure.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mamori_desk::audit::read_claims::ClaimsCursor;
use mamori_model::case::{ClaimCounts, DayRange};
use mamori_model::page::PageSize;
use mamori_model::{Line, StaffId};
use serde::Deserialize;
use url::form_urlencoded;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::frame::Frame;
use crate::guard::Auditor;
use crate::query::{PageQuery, cursor};
use crate::show::{self, SafeHtml};

/// The maximum number of rows of the table.
const ROWS: u32 = 50;

/// How many days are shown unless the auditor chooses.
const DAYS: i64 = 7;

/// Path of the page.
pub const PATH: &str = "/console/audit/claims";

/// The page.
#[derive(Debug, Template)]
#[template(path = "claims.html")]
pub struct ClaimsPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// The first day that is shown, in UTC.
    pub from: Date,
    /// The last day, likewise.
    pub to: Date,
    /// Staff members and days; what stands out comes first.
    pub rows: Vec<Row>,
    /// Link to the rows that follow.
    pub next: Option<String>,
}

/// What one staff member did with claimed cases on one day.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id of the staff member.
    pub staff: String,
    /// Display name of the staff member.
    pub display_name: SafeHtml,
    /// The counts.
    pub counts: ClaimCounts,
}

/// Parameters in the query of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// First day, YYYY-MM-DD, in UTC; empty: as many days before the last that [`DAYS`] are shown.
    #[serde(default)]
    from: String,
    /// Last day, likewise; empty: today.
    #[serde(default)]
    to: String,
    /// The row at which the previous page ended.
    #[serde(default)]
    after: String,
}

impl Params {
    /// Returns the first and the last day.
    fn days(&self, today: Date) -> Result<(Date, Date), Fault> {
        let to = day("to", &self.to)?.unwrap_or(today);
        let from = match day("from", &self.from)? {
            Some(from) => from,
            None => to.checked_sub((DAYS - 1).days()).map_err(|_| Fault::form_shape())?,
        };
        Ok((from, to))
    }
}

fn day(field: &'static str, text: &str) -> Result<Option<Date>, Fault> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Fault::form_shape().about(field)),
    }
}

/// `GET /console/audit/claims`.
pub async fn show(
    State(console): State<Console>,
    who: Auditor,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&who.session).at(super::page::PATH);
    let size = PageSize::new(ROWS).unwrap_or(PageSize::DEFAULT);
    let today = console.desk.clock().now().to_zoned(TimeZone::UTC).date();
    let (from, to) = params.days(today)?;
    let days = DayRange::new(from, to).ok_or_else(|| Fault::form_shape().about("from"))?;
    let after = cursor::<ClaimsCursor>(&params.after)?;
    let claims = console.desk.claim_counts(&who.proof, days, after, size).await?;
    page(&ClaimsPage {
        frame: &frame,
        from,
        to,
        rows: claims.counts.rows.iter().map(|counts| row(counts, &claims.people)).collect(),
        next: claims.counts.next.map(|next| link(from, to, next)),
    })
}

/// Returns the row of one staff member and day.
pub fn row(counts: &ClaimCounts, people: &BTreeMap<StaffId, Line>) -> Row {
    let id = counts.staff.to_string();
    let name = people.get(&counts.staff).map_or(id.as_str(), Line::as_str);
    Row { display_name: show::text(name), staff: id, counts: *counts }
}

/// Returns the address of the page that begins after `next`.
fn link(from: Date, to: Date, next: ClaimsCursor) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("from", &from.to_string());
    query.append_pair("to", &to.to_string());
    query.append_pair("after", &next.to_string());
    format!("{PATH}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn without_a_choice_the_last_seven_days_are_shown() {
        let days = |from: &str, to: &str| {
            let params = Params { from: from.into(), to: to.into(), after: String::new() };
            params.days(date(2026, 11, 20))
        };

        assert_eq!(days("", ""), Ok((date(2026, 11, 14), date(2026, 11, 20))));
        assert_eq!(days("", "2026-11-07"), Ok((date(2026, 11, 1), date(2026, 11, 7))));
        assert_eq!(days("2026-11-19", ""), Ok((date(2026, 11, 19), date(2026, 11, 20))));
        assert!(days("19.11.2026", "").is_err());
    }
}
