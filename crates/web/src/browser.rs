//! Tells requests that a page in a browser causes from those of programs.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};

/// The header in which a browser says how the site that caused a request relates to its target (W3C,
/// Fetch Metadata Request Headers).
const FETCH_SITE: &str = "sec-fetch-site";

/// Checks whether a browser sends the request on behalf of a page. Where being on this machine is the only
/// proof, a page that the operator opens is not the operator. Such a request has an `Origin`, a host name
/// that an attacker points at this machine, or, for a picture or a form without an origin, a
/// [`FETCH_SITE`] other than `none`.
fn is_from_a_page(headers: &HeaderMap) -> bool {
    // `none`: the operator typed the address. Programs other than browsers do not send the header.
    let is_of_a_page = headers.get(FETCH_SITE).is_some_and(|site| site != "none");
    headers.contains_key(header::ORIGIN) || is_of_a_page || names_another_host(headers)
}

/// Checks whether the request is from a page, and counts it if it is and names another host.
pub fn refuses(headers: &HeaderMap) -> bool {
    let is_refused = is_from_a_page(headers);
    if is_refused && names_another_host(headers) {
        metrics::counter!("mamori_refused_hosts_total", "cause" => "not_local").increment(1);
    }
    is_refused
}

/// Checks whether the request names another host than an address or `localhost`.
fn names_another_host(headers: &HeaderMap) -> bool {
    let is_other = |host: &str| {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let is_address = host.parse::<IpAddr>().is_ok()
            || host.parse::<SocketAddr>().is_ok()
            || (host.starts_with('[') && host.ends_with(']'));
        !(is_address || name.eq_ignore_ascii_case("localhost"))
    };
    headers.get(header::HOST).is_some_and(|host| is_other(host.to_str().unwrap_or("?")))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_page_is_recognised_by_its_origin_or_its_host_name() {
        for host in ["127.0.0.1", "127.0.0.1:5000", "[::1]:5000", "[::1]", "localhost:5000"] {
            assert!(!is_from_a_page(&headers(header::HOST, host)), "{host}");
        }
        for host in ["evil.example", "evil.example:5000", "127.0.0.1.evil.example", ""] {
            assert!(is_from_a_page(&headers(header::HOST, host)), "{host}");
        }
        assert!(is_from_a_page(&headers(header::ORIGIN, "http://127.0.0.1:5000")));
        let fetch_site = header::HeaderName::from_static(FETCH_SITE);
        for site in ["cross-site", "same-site", "same-origin"] {
            assert!(is_from_a_page(&headers(fetch_site.clone(), site)), "{site}");
        }
        assert!(!is_from_a_page(&headers(fetch_site, "none")));
        assert!(!is_from_a_page(&HeaderMap::new()));
    }
}
