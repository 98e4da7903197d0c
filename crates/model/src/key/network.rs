//! Networks from which a key is accepted.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

use crate::id::serde_as_text;

/// A network: an address and the length of its prefix, such as `192.0.2.0/24`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Checks whether `address` is in the network. An IPv4 address that came in the form of IPv6
    /// counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Returns how many bits all addresses of the network have in common, 0 (every address) to 32 or
    /// 128 (one address).
    pub fn prefix_bits(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Checks whether each address of the network is also in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        other.0.contains(&self.0)
    }
}

/// Returns the address under which a client is counted: of an IPv6 client its /64 network, because one
/// client usually has all addresses of a /64 network.
pub fn network_of(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// The error for a text that is not a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a network: expected an address, or the first address of a network and the length of its \
     prefix, such as 192.0.2.0/24 or 2001:db8::/32"
)]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_canonical().into()));
        }
        let network: IpNet = text.parse().map_err(|_| NotANetwork)?;
        // `10.1.2.3/8` is more often a mistake for `10.1.2.3` than for `10.0.0.0/8`.
        (network == network.trunc()).then_some(Self(network)).ok_or(NotANetwork)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(Network);

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_network_and_a_mapped_one_by_its_ipv4_address() {
        let of = |text: &str| network_of(text.parse().unwrap()).to_string();

        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn a_network_contains_the_addresses_with_its_prefix() {
        let inside = |text: &str, address: &str| network(text).contains(address.parse().unwrap());

        assert!(inside("192.0.2.0/24", "192.0.2.255"));
        assert!(inside("192.0.2.0/24", "::ffff:192.0.2.7"));
        assert!(!inside("192.0.2.0/24", "192.0.3.0"));
        assert!(inside("192.0.2.7", "192.0.2.7"));
        assert!(!inside("192.0.2.7", "192.0.2.8"));
        assert!(inside("2001:db8::/32", "2001:db8:1::1"));
        assert!(!inside("0.0.0.0/0", "2001:db8::1"));
    }

    #[test]
    fn a_network_reads_back_as_itself_and_nothing_else_is_one() {
        for text in ["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32"] {
            assert_eq!(network(text).to_string(), text);
        }
        assert_eq!(network("192.0.2.7").to_string(), "192.0.2.7/32");
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
        for text in ["", "10.1.2.3/8", "10.0.0.0/33", "10.0.0/8", "example.com", "10.0.0.0 /8"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text}");
        }
    }
}
