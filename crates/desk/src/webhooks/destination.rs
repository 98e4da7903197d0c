//! Decides to which addresses a webhook may be sent.
//!
//! Only https; never into a private network, nor to this machine's loopback, unless the operator
//! permits it, and then to loopback also by http: a service that supplies a URL must not reach the
//! operator's internal servers through it. The check is made on the address to
//! which the name resolves, at every attempt, and the connection goes to exactly that address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use url::{Host, Url};

/// Why a URL is refused as an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The text is not a URL, or has no host.
    #[error("not a URL: expected one such as `https://service.example/webhooks`")]
    NotAUrl,
    /// The URL names this machine's loopback, which the operator does not permit.
    #[error(
        "this Mamori sends nothing to its own machine; an operator can permit it with \
             `webhooks.loopback`"
    )]
    Loopback,
    /// The URL is neither https nor http to loopback.
    #[error(
        "webhooks go to https addresses only; http is for loopback (127.0.0.1, [::1], localhost)"
    )]
    NotHttps,
    /// The URL is longer than [`URL_CHARS_MAX`].
    #[error("the URL is longer than 2,000 characters")]
    TooLong,
    /// The URL contains a user name or a password, which would be stored and shown.
    #[error("the URL must not contain a user name or a password")]
    Credentials,
    /// The address is in a private or special-purpose network. The message does not contain it: a
    /// service that supplies a URL must not learn to which address the operator's internal names
    /// resolve.
    #[error(
        "the address points into a private network; an operator can permit it with \
         `webhooks.private_networks`"
    )]
    Private(IpAddr),
}

/// What the operator permits beyond public addresses.
#[derive(Clone, Debug, Default)]
pub struct Permitted {
    /// Private networks to which webhooks may be sent.
    pub networks: Vec<IpNet>,
    /// Whether webhooks may be sent to this machine's loopback, also by plain http.
    pub loopback: bool,
}

/// The longest URL of an endpoint, in characters.
pub const URL_CHARS_MAX: usize = 2_000;

/// Parses the URL of an endpoint and checks everything that needs no DNS look-up.
pub fn parse(text: &str, permitted: &Permitted) -> Result<Url, Refused> {
    if text.chars().count() > URL_CHARS_MAX {
        return Err(Refused::TooLong);
    }
    let url = Url::parse(text).map_err(|_| Refused::NotAUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Credentials);
    }
    let host = url.host().ok_or(Refused::NotAUrl)?;
    if is_loopback(&host) && !permitted.loopback {
        return Err(Refused::Loopback);
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&host) => {}
        _ => return Err(Refused::NotHttps),
    }
    match host {
        Host::Ipv4(address) => check(address.into(), permitted)?,
        Host::Ipv6(address) => check(address.into(), permitted)?,
        Host::Domain(_) => {}
    }
    Ok(url)
}

/// Checks whether a connection to `address` is allowed for a URL whose host is `name`.
///
/// A public name that resolves to loopback is refused too: only a URL that names loopback is
/// connected to it.
pub fn check_resolved(
    name: &str,
    address: SocketAddr,
    permitted: &Permitted,
) -> Result<(), Refused> {
    let ip = canonical(address.ip());
    if ip.is_loopback() && name != "localhost" {
        return Err(Refused::Private(ip));
    }
    check(ip, permitted)
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn check(address: IpAddr, permitted: &Permitted) -> Result<(), Refused> {
    let address = canonical(address);
    let is_special = match address {
        IpAddr::V4(v4) => is_special_v4(v4),
        IpAddr::V6(v6) => is_special_v6(v6),
    };
    if address.is_loopback() {
        return if permitted.loopback { Ok(()) } else { Err(Refused::Loopback) };
    }
    let is_permitted = permitted.networks.iter().any(|network| network.contains(&address));
    if is_special && !is_permitted { Err(Refused::Private(address)) } else { Ok(()) }
}

/// Returns the IPv4 address that an IPv6 address stands for (`::ffff:a.b.c.d`, and
/// `::ffff:0:a.b.c.d` of RFC 2765, which a translator turns into it), or the address itself.
fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.segments() {
            [0, 0, 0, 0, 0xffff, 0, high, low] => v4_of(high, low).into(),
            _ => address.to_canonical(),
        },
        IpAddr::V4(_) => address,
    }
}

/// Checks whether an address is in the IANA IPv4 special-purpose registry and not globally
/// reachable, or is a multicast address.
fn is_special_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240
}

/// Checks whether an address is in the IANA IPv6 special-purpose registry and not globally
/// reachable, is a multicast address, or embeds a special IPv4 address.
fn is_special_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [a, b, _, _, _, _, high, low] = segments;
    let carries_v4 = a == 0x2002 || (a == 0x64 && b == 0xff9b) || segments.starts_with(&[0; 6]);
    let inner = match a {
        0x2002 => {
            let [_, high, low, ..] = segments;
            v4_of(high, low)
        }
        _ => v4_of(high, low),
    };
    (carries_v4 && is_special_v4(inner))
        || address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || (a & 0xffc0) == 0xfec0
        || (a == 0x2001 && (b < 0x0200 || b == 0x0db8))
        || a == 0x3fff
        || a == 0x0100
        || a == 0x5f00
}

fn v4_of(high: u16, low: u16) -> Ipv4Addr {
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback() -> Permitted {
        Permitted { loopback: true, ..Permitted::default() }
    }

    fn refused(url: &str) -> Option<Refused> {
        parse(url, &loopback()).err()
    }

    #[test]
    fn webhooks_go_to_https_or_to_loopback() {
        for good in [
            "https://service.example/hooks?x=1",
            "http://127.0.0.1:9000/",
            "http://localhost:9000/hooks",
            "http://[::1]:9000/",
            "https://93.184.216.34/",
            "https://[::ffff:0:93.184.216.34]/",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
        assert_eq!(refused("http://service.example/"), Some(Refused::NotHttps));
        assert_eq!(refused("http://93.184.216.34/"), Some(Refused::NotHttps));
        assert_eq!(refused("ftp://127.0.0.1/"), Some(Refused::NotHttps));
        assert_eq!(refused("file:///etc/passwd"), Some(Refused::NotAUrl));
        assert_eq!(refused("https://u:p@service.example/"), Some(Refused::Credentials));
        assert_eq!(
            refused(&format!("https://a.example/{}", "x".repeat(2_000))),
            Some(Refused::TooLong)
        );
    }

    #[test]
    fn private_networks_are_refused_in_every_spelling() {
        for bad in [
            "https://10.0.0.1/",
            "https://192.168.1.1/",
            "https://172.16.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://0x0a000001/",
            "https://167772161/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:0:10.0.0.1]/",
            "https://[::ffff:0:a9fe:a9fe]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
        ] {
            assert!(matches!(refused(bad), Some(Refused::Private(_))), "{bad}");
        }
    }

    #[test]
    fn an_operator_may_permit_a_private_network() {
        let networks = vec!["10.1.0.0/16".parse().unwrap()];
        let permitted = Permitted { networks, ..Permitted::default() };

        assert!(parse("https://10.1.2.3/", &permitted).is_ok());
        assert!(parse("https://10.2.2.3/", &permitted).is_err());
    }

    #[test]
    fn a_name_that_resolves_inward_is_refused() {
        let loopback: SocketAddr = "127.0.0.1:443".parse().unwrap();
        let inner: SocketAddr = "10.0.0.1:443".parse().unwrap();
        let mapped: SocketAddr = "[::ffff:10.0.0.1]:443".parse().unwrap();
        let public: SocketAddr = "93.184.216.34:443".parse().unwrap();

        let permitted = self::loopback();
        assert!(check_resolved("rebind.example", loopback, &permitted).is_err());
        assert!(check_resolved("rebind.example", inner, &permitted).is_err());
        assert!(check_resolved("rebind.example", mapped, &permitted).is_err());
        assert!(check_resolved("localhost", loopback, &permitted).is_ok());
        assert!(check_resolved("localhost", loopback, &Permitted::default()).is_err());
        assert!(check_resolved("service.example", public, &permitted).is_ok());
    }

    #[test]
    fn loopback_is_allowed_only_where_the_operator_permits_it() {
        for url in [
            "http://127.0.0.1:9000/",
            "https://127.0.0.2/",
            "http://localhost/",
            "https://localhost/",
            "http://[::1]:9000/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:0:127.0.0.1]/",
        ] {
            assert_eq!(parse(url, &Permitted::default()).err(), Some(Refused::Loopback), "{url}");
        }
    }

    #[test]
    fn a_refusal_does_not_reveal_the_resolved_address() {
        let inner: SocketAddr = "10.20.30.40:443".parse().unwrap();

        let refused = check_resolved("db.example", inner, &Permitted::default()).unwrap_err();

        assert_eq!(refused, Refused::Private(inner.ip()));
        assert!(!refused.to_string().contains("10.20"), "{refused}");
    }
}
