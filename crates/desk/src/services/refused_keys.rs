//! Limits and logs requests whose API key is refused, by the address of the client, in the memory of
//! this node.
//!
//! Only requests with refused keys are counted. A valid key is accepted even from an address over the
//! limit: behind a proxy that `server.trusted_proxies` does not list all clients have one address, and
//! one client with an old key must not lock out the others. The defence against guessing is not this
//! limit but the 256 random bits of a key. An address stays in memory until two minutes after its last
//! refused key at most; addresses are never stored or logged.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use mamori_model::key::network_of;

use crate::Desk;
use crate::rate_limiter::{Quota, RateLimiter};

/// The period to which [`crate::Settings::refused_keys_minute_max`] applies.
const PERIOD: SignedDuration = SignedDuration::from_mins(1);

/// The interval at which the counts are logged, one line for each address, so that a flood of requests
/// does not fill the log.
const LINES_EVERY: Duration = Duration::from_mins(1);

/// The most addresses that get their own line at each interval: those with the most requests.
const LINES_MAX: usize = 20;

/// The most addresses that are counted separately. Further ones share one count, which has no limit, with
/// the clients whose address is not known: strangers must not use up the limit of other clients.
const ADDRESSES_MAX: usize = 10_000;

/// The clients that sent refused keys.
#[derive(Debug, Default)]
pub(crate) struct RefusedKeys(Arc<Mutex<Clients>>);

#[derive(Debug, Default)]
struct Clients {
    /// The key is the client's address as [`network_of`] returns it; `None` for all clients whose
    /// address is not known, or that came after the first [`ADDRESSES_MAX`]. These are counted without a
    /// limit.
    by_address: HashMap<Option<IpAddr>, Client>,
    /// Whether a task that logs the counts is running.
    is_reporting: bool,
}

/// The state of one address, or of all clients under `None`.
#[derive(Debug)]
struct Client {
    limiter: RateLimiter,
    since_last_line: Requests,
}

/// Counts of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Requests {
    /// Requests whose key was refused.
    refused: u64,
    /// Those of them that were over the limit.
    limited: u64,
}

/// What is logged at the end of one interval.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lines {
    /// The counts of each address that gets its own line.
    each: Vec<Requests>,
    /// Number of all other addresses.
    further_addresses: usize,
    /// The sum of the counts of these other addresses.
    further: Requests,
}

impl Desk {
    /// Counts a request from the address `from` whose API key is unknown, revoked, ended or not
    /// accepted from that address. `Err` if the address is over the limit
    /// [`crate::Settings::refused_keys_minute_max`]; never if it is not known or not counted separately.
    /// Call it in a tokio runtime: it starts the task that logs the count within a minute.
    pub fn count_refused_key(&self, from: Option<IpAddr>) -> Result<(), Quota> {
        let limit = self.settings().refused_keys_minute_max;
        let clients = &self.inner.refused_keys.0;
        let (counted, is_first) = {
            let mut clients = locked(clients);
            let counted = clients.count(from, limit, self.clock().running());
            (counted, !std::mem::replace(&mut clients.is_reporting, true))
        };
        if is_first {
            tokio::spawn(report(Arc::clone(clients)));
        }
        let result = if counted.is_ok() { "refused" } else { "limited" };
        metrics::counter!("mamori_refused_keys_total", "result" => result).increment(1);
        counted
    }
}

impl Clients {
    /// Counts a request at the running time `now`; `Err` if it is over the `limit` of its client.
    fn count(&mut self, from: Option<IpAddr>, limit: u32, now: Duration) -> Result<(), Quota> {
        let address = from.map(network_of);
        let is_full = self.by_address.len() >= ADDRESSES_MAX;
        let address = address.filter(|_| !is_full || self.by_address.contains_key(&address));
        let client = self.by_address.entry(address).or_insert_with(|| Client {
            limiter: RateLimiter::new(limit, PERIOD),
            since_last_line: Requests::default(),
        });
        let is_limited = address.is_some();
        let counted =
            if is_limited { client.limiter.take_with_quota(now).map(drop) } else { Ok(()) };
        let requests = &mut client.since_last_line;
        requests.refused = requests.refused.saturating_add(1);
        requests.limited = requests.limited.saturating_add(u64::from(counted.is_err()));
        counted
    }

    /// Takes the counts since the previous lines, and removes the clients without any. Removing one
    /// resets no limit that is in use, because the interval is at least [`PERIOD`].
    fn take_lines(&mut self) -> Lines {
        self.by_address.retain(|_, client| client.since_last_line.refused > 0);
        let counts = self.by_address.values_mut();
        let mut each: Vec<Requests> =
            counts.map(|client| std::mem::take(&mut client.since_last_line)).collect();
        each.sort_unstable_by_key(|requests| Reverse(requests.refused));
        let rest = each.split_off(each.len().min(LINES_MAX));
        let further = rest.iter().fold(Requests::default(), |sum, requests| Requests {
            refused: sum.refused.saturating_add(requests.refused),
            limited: sum.limited.saturating_add(requests.limited),
        });
        Lines { each, further_addresses: rest.len(), further }
    }
}

/// Logs the counts at each interval; ends after an interval without refused keys.
async fn report(clients: Arc<Mutex<Clients>>) {
    loop {
        tokio::time::sleep(LINES_EVERY).await;
        let lines = {
            let mut clients = locked(&clients);
            let lines = clients.take_lines();
            clients.is_reporting = !lines.each.is_empty();
            lines
        };
        if lines.each.is_empty() {
            return;
        }
        lines.log();
    }
}

impl Lines {
    fn log(&self) {
        for Requests { refused, limited } in &self.each {
            tracing::warn!(
                target: "security", requests = refused, limited,
                "API keys from one address were refused"
            );
        }
        if self.further_addresses > 0 {
            let Requests { refused, limited } = self.further;
            let addresses = self.further_addresses;
            tracing::warn!(
                target: "security", addresses, requests = refused, limited,
                "API keys from further addresses were refused"
            );
        }
    }
}

fn locked(clients: &Mutex<Clients>) -> MutexGuard<'_, Clients> {
    clients.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u32 = 3;

    fn at(second: u64) -> Duration {
        Duration::from_secs(second)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Counts `requests` of one client at once; returns how many were within the limit.
    fn send(
        clients: &mut Clients,
        from: impl Into<Option<IpAddr>>,
        requests: usize,
        second: u64,
    ) -> usize {
        let from = from.into();
        (0..requests).filter_map(|_| clients.count(from, LIMIT, at(second)).ok()).count()
    }

    #[test]
    fn an_address_is_limited_and_no_other() {
        let mut clients = Clients::default();

        assert_eq!(send(&mut clients, address("192.0.2.1"), 9, 100), 3);
        assert_eq!(send(&mut clients, address("192.0.2.2"), 3, 100), 3);
        assert_eq!(send(&mut clients, address("192.0.2.1"), 9, 120), 1, "one in 20 seconds");
        let wait = clients.count(Some(address("192.0.2.1")), LIMIT, at(125)).unwrap_err().next_in;
        assert_eq!(wait.as_secs(), 15);
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_share_a_limit() {
        let mut clients = Clients::default();

        assert_eq!(send(&mut clients, address("2001:db8::1"), 2, 100), 2);
        assert_eq!(send(&mut clients, address("2001:db8::ffff:2"), 2, 100), 1);
        assert_eq!(send(&mut clients, address("2001:db8:0:1::1"), 2, 100), 2);
    }

    #[test]
    fn clients_whose_address_is_not_known_are_counted_and_not_limited() {
        let mut clients = Clients::default();

        assert_eq!(send(&mut clients, None, 9, 100), 9);

        assert_eq!(clients.take_lines().each, [Requests { refused: 9, limited: 0 }]);
    }

    #[test]
    fn addresses_beyond_the_most_are_counted_together_and_not_limited() {
        let mut clients = Clients::default();
        let nth = |nth: usize| IpAddr::from(u32::try_from(nth).unwrap().to_be_bytes());
        for number in 0..ADDRESSES_MAX {
            assert_eq!(send(&mut clients, nth(number), 1, 100), 1);
        }

        let further = (0..9).map(|more| send(&mut clients, nth(ADDRESSES_MAX + more), 1, 100));

        assert_eq!(further.sum::<usize>(), 9);
        assert_eq!(clients.by_address.len(), ADDRESSES_MAX + 1);
        assert_eq!(send(&mut clients, nth(7), 9, 100), 2, "it has a limit of its own");
    }

    #[test]
    fn each_address_is_a_line_with_its_counts_and_is_forgotten_when_it_stops() {
        let mut clients = Clients::default();
        send(&mut clients, address("192.0.2.1"), 5, 100);
        send(&mut clients, address("192.0.2.2"), 1, 100);
        let line = |refused, limited| Requests { refused, limited };

        assert_eq!(clients.take_lines().each, [line(5, 2), line(1, 0)]);
        send(&mut clients, address("192.0.2.1"), 1, 130);
        assert_eq!(clients.take_lines().each, [line(1, 0)]);
        assert_eq!(clients.take_lines(), Lines::default());
        assert!(clients.by_address.is_empty());
    }

    #[test]
    fn a_flood_from_many_addresses_is_a_few_lines() {
        let mut clients = Clients::default();
        for number in 0..u8::try_from(LINES_MAX + 5).unwrap() {
            let from = IpAddr::from([192, 0, 2, number]);
            send(&mut clients, from, if number == 7 { 4 } else { 1 }, 100);
        }

        let lines = clients.take_lines();

        assert_eq!(lines.each.len(), LINES_MAX);
        assert_eq!(lines.each.first(), Some(&Requests { refused: 4, limited: 1 }));
        assert_eq!((lines.further_addresses, lines.further.refused), (5, 5));
    }
}
