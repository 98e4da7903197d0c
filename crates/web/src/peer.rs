//! The address of a client, for keys that are accepted from some networks only. It is compared and
//! forgotten: never stored, never logged.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use mamori_model::key::Network;

/// The header in which each proxy adds the address of its client, at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of a connection. The server puts it into the extensions of each request.
#[derive(Clone, Debug)]
pub struct Peer {
    address: IpAddr,
    trusted_proxies: Arc<[Network]>,
}

impl Peer {
    /// Creates the peer of a connection. `trusted_proxies` are the proxies whose `X-Forwarded-For`
    /// is believed.
    pub fn new(address: IpAddr, trusted_proxies: Arc<[Network]>) -> Self {
        Self { address, trusted_proxies }
    }

    /// Returns the address of the client: the peer, or behind a trusted proxy the last address in
    /// `X-Forwarded-For` that is not a trusted proxy's, because whatever stands before it was
    /// written by the client. `None` if a trusted proxy does not say whose request it forwards.
    fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.is_trusted(self.address) {
            return Some(self.address);
        }
        let mut client = None;
        for value in headers.get_all(FORWARDED_FOR).iter().rev() {
            // Only the parts that are read need be text: the client wrote those before them.
            for part in value.as_bytes().rsplit(|byte| *byte == b',') {
                let address = read_address(part)?;
                client = Some(address);
                if !self.is_trusted(address) {
                    return client;
                }
            }
        }
        client
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|proxy| proxy.contains(address))
    }
}

/// Reads an address of `X-Forwarded-For`; some proxies add the port (`192.0.2.1:443`, `[2001:db8::1]:443`).
fn read_address(part: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(part).ok()?.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(with_port) = text.parse::<SocketAddr>() {
        return Some(with_port.ip());
    }
    let address: Ipv6Addr = text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?;
    Some(address.into())
}

/// Returns the address of the client that sent a request, if it is known.
pub fn client_address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>()?.client(&parts.headers)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client<Line: AsRef<[u8]>>(peer: &str, forwarded: &[Line]) -> Option<String> {
        let proxies: Vec<Network> = vec!["10.0.0.0/30".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value.as_ref()).unwrap());
        }
        let peer = Peer::new(peer.parse().unwrap(), proxies.into());
        peer.client(&headers).map(|address| address.to_string())
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client::<&str>("192.0.2.1", &[]).as_deref(), Some("192.0.2.1"));
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(client("10.0.0.1", &["198.51.100.7"]).as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn an_address_that_the_client_wrote_itself_is_not_believed() {
        assert_eq!(
            client("10.0.0.1", &["10.0.0.2, 198.51.100.7"]).as_deref(),
            Some("198.51.100.7")
        );
        assert_eq!(
            client("10.0.0.1", &["192.0.2.1,198.51.100.7, 10.0.0.2"]).as_deref(),
            Some("198.51.100.7")
        );
        assert_eq!(
            client("10.0.0.1", &["192.0.2.1", "198.51.100.7"]).as_deref(),
            Some("198.51.100.7")
        );
    }

    #[test]
    fn a_proxy_that_names_no_address_leaves_it_unknown() {
        assert_eq!(client::<&str>("10.0.0.1", &[]), None);
        assert_eq!(client("10.0.0.1", &["unknown"]), None);
        assert_eq!(client("10.0.0.1", &["198.51.100.7, "]), None);
    }

    #[test]
    fn what_the_client_wrote_need_not_be_text() {
        let found = |line: &[u8]| client("10.0.0.1", &[line]);

        assert_eq!(found(b"\xff\xfe, 198.51.100.7").as_deref(), Some("198.51.100.7"));
        assert_eq!(found("é,198.51.100.7, 10.0.0.2".as_bytes()).as_deref(), Some("198.51.100.7"));
        assert_eq!(found(b"198.51.100.7, \xff"), None);
    }

    #[test]
    fn a_port_after_an_address_is_ignored() {
        for (line, expected) in [
            ("198.51.100.7:50000", "198.51.100.7"),
            ("203.0.113.9, 198.51.100.7:50000, 10.0.0.2:443", "198.51.100.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:50000", "2001:db8::7"),
        ] {
            assert_eq!(client("10.0.0.1", &[line]).as_deref(), Some(expected), "{line}");
        }
        for line in ["198.51.100.7:", "198.51.100.7:port", "[198.51.100.7]", "[2001:db8::7"] {
            assert_eq!(client("10.0.0.1", &[line]), None, "{line}");
        }
    }

    #[test]
    fn a_request_of_a_proxy_itself_has_its_address() {
        assert_eq!(client("10.0.0.1", &["10.0.0.2"]).as_deref(), Some("10.0.0.2"));
    }
}
