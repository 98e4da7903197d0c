//! Shows the times of a page in the reader's time zone.
//!
//! Pages are filled with times in UTC ([`crate::show::time`], and in the titles of
//! [`crate::show::age`]). This is the only place that changes them, so that every page shows the same
//! time in the same way: the local time, with its offset from UTC in the title.

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mamori_model::staff::ZoneName;

use crate::frame::Frame;
use crate::session;

/// Name of the cookie in which a script stores the browser's time zone. Not sent to other paths.
pub const COOKIE: &str = "mamori-zone";

/// How [`crate::show::time`] and [`crate::show::age`] begin.
const BEGIN: &str = "<time datetime=\"";
/// How the first ends.
const END: &str = " UTC</time>";
/// What the second has after the attribute.
const TITLE: &str = " title=\"";

/// Returns the time zone that the browser's cookie names, if the database of zones has it.
pub fn zone_of_browser(headers: &HeaderMap) -> Option<ZoneName> {
    let name: ZoneName = session::sent(headers, COOKIE)?.parse().ok()?;
    find(&name).map(|_| name)
}

/// Returns the zone of this name, if the database has it.
pub fn find(name: &ZoneName) -> Option<TimeZone> {
    TimeZone::get(name.as_str()).ok()
}

/// Returns `response` with its times in the zone of `frame`. An answer that is no page stays as it is.
pub async fn localised(response: Response, frame: &Frame) -> Response {
    let Some(zone) = frame.zone.as_ref().and_then(find) else { return response };
    let media_type = response.headers().get(CONTENT_TYPE);
    if !media_type.is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The body is a page that this program rendered, and is in memory already.
    let Ok(html) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let Ok(text) = std::str::from_utf8(&html) else {
        return Response::from_parts(parts, Body::from(html));
    };
    let text = in_zone(text, &zone);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text))
}

/// Returns the page `html` with its times in `zone`.
fn in_zone(html: &str, zone: &TimeZone) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        shown.push_str(before);
        if let Some((element, after)) = time(after, zone) {
            shown.push_str(&element);
            rest = after;
        } else {
            shown.push_str(BEGIN);
            rest = after;
        }
    }
    shown.push_str(rest);
    shown
}

/// Reads the time at the beginning of `text`, after [`BEGIN`]. Returns its element in `zone`, up to the
/// title of an age, and what follows it.
fn time<'a>(text: &'a str, zone: &TimeZone) -> Option<(String, &'a str)> {
    let (machine, rest) = text.split_once('"')?;
    let at: Timestamp = machine.parse().ok()?;
    let local = at.to_zoned(zone.clone());
    let title = local.strftime("%Y-%m-%d %H:%M %:z");
    if let Some(rest) = rest.strip_prefix(TITLE) {
        let (exact, after) = rest.split_once('"')?;
        let is_utc = exact.ends_with(" UTC");
        return is_utc.then(|| (format!("{BEGIN}{machine}\"{TITLE}{title}\""), after));
    }
    let (shown, after) = rest.strip_prefix('>')?.split_once("</time>")?;
    if !format!("{shown}</time>").ends_with(END) {
        return None;
    }
    let people = local.strftime("%Y-%m-%d %H:%M");
    Some((format!("{BEGIN}{machine}\" title=\"{title}\">{people}</time>"), after))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE as COOKIES;
    use mamori_model::Language;

    use super::*;
    use crate::messages::Messages;
    use crate::show;

    fn zone(name: &str) -> TimeZone {
        find(&name.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_time_is_shown_in_the_readers_zone_with_its_offset_in_the_title() {
        let at: Timestamp = "2026-11-22T23:51:20Z".parse().unwrap();
        let html = format!("<p>{}</p><p>{}</p>", show::time(at), show::time(at));

        let local = in_zone(&html, &zone("Asia/Tokyo"));

        let one = "<time datetime=\"2026-11-22T23:51:20Z\" title=\"2026-11-23 08:51 +09:00\">\
                   2026-11-23 08:51</time>";
        assert_eq!(local, format!("<p>{one}</p><p>{one}</p>"));
    }

    #[test]
    fn the_title_of_an_age_is_in_the_readers_zone() {
        let at: Timestamp = "2026-11-22T23:51:20Z".parse().unwrap();
        let age = show::age(Messages(Language::English), at, at).to_string();

        let local = in_zone(&format!("<p>{age}</p>"), &zone("Asia/Tokyo"));

        let title = "title=\"2026-11-23 08:51 +09:00\"";
        assert_eq!(
            local,
            format!("<p>{}</p>", age.replace("title=\"2026-11-22 23:51 UTC\"", title))
        );
        assert!(local.contains(title), "{local}");
    }

    #[test]
    fn summer_time_applies_where_the_zone_has_it() {
        let shown = |text: &str| {
            let at: Timestamp = text.parse().unwrap();
            in_zone(&show::time(at).to_string(), &zone("Europe/Berlin"))
        };

        assert!(shown("2026-07-01T12:00:00Z").contains("title=\"2026-07-01 14:00 +02:00\""));
        assert!(shown("2026-12-01T12:00:00Z").contains("title=\"2026-12-01 13:00 +01:00\""));
    }

    #[test]
    fn what_is_no_time_of_a_page_stays_as_it_is() {
        for html in [
            "<time>2026-11-22</time>",
            "<time datetime=\"x\">2026-11-22 00:00 UTC</time>",
            "<time datetime=\"2026-11-22T00:00:00Z\">a day</time>",
            "<time datetime=\"",
            "&lt;time datetime=&quot;2026-11-22T00:00:00Z&quot;&gt;2026-11-22 00:00 UTC&lt;/time&gt;",
        ] {
            assert_eq!(in_zone(html, &zone("Asia/Tokyo")), html);
        }
    }

    #[test]
    fn the_browsers_zone_is_taken_only_if_the_database_has_it() {
        let of = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIES, HeaderValue::from_static(cookie));
            zone_of_browser(&headers).map(|zone| zone.to_string())
        };

        assert_eq!(of("a=b; mamori-zone=Asia/Tokyo").as_deref(), Some("Asia/Tokyo"));
        assert_eq!(of("mamori-zone=Middle-earth/Shire"), None);
        assert_eq!(of("mamori-zone=../../etc/passwd"), None);
        assert_eq!(of("a=b"), None);
    }
}
