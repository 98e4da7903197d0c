//! Requests with keys that are refused: how many an address may make, and what is refused to whom.

use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use jiff::{SignedDuration, Timestamp};
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Clock};
use mamori_model::key::{Network, Role};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_web::peer::Peer;

use crate::test_app::{TestApp, TestResponse, Who};

const START: i64 = 1_795_000_000;
/// The limit, within a minute.
const LIMIT: usize = 3;

async fn open(records: TestDatabase) -> (TestApp, Arc<Clock>) {
    let clock = Arc::new(Clock::manual(Timestamp::from_second(START).unwrap()));
    let settings =
        mamori_desk::Settings { refused_keys_minute_max: 3, ..mamori_desk::Settings::default() };
    (TestApp::at(records, Arc::clone(&clock), settings).await, clock)
}

impl TestApp {
    /// Sends a request with `key` from the address `peer`, perhaps through the proxy 10.0.0.1.
    async fn knock(&self, key: &str, peer: &str, forwarded: Option<&str>) -> TestResponse {
        let mut request = self.request(Who::WithoutKey, "GET", "/v1/banks", None, Vec::new());
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
        if let Some(forwarded) = forwarded {
            request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let proxies: Arc<[Network]> = vec!["10.0.0.1".parse().unwrap()].into();
        request.extensions_mut().insert(Peer::new(peer.parse().unwrap(), proxies));
        self.send(request).await
    }

    /// Sends unknown keys from `peer`, as many as the limit allows.
    async fn use_up(&self, peer: &str) {
        for nth in 0..LIMIT {
            let answer = self.knock(&format!("mk_guess{nth}"), peer, None).await;
            assert_eq!(answer.problem(), (401, "auth.key_unknown".to_owned()), "{nth}");
        }
    }
}

on_both_engines! {
    async fn an_address_that_sends_many_unknown_keys_is_told_to_wait_and_no_other_is(records: TestDatabase) {
        let (app, clock) = open(records).await;
        app.use_up("192.0.2.7").await;

        let limited = app.knock("mk_guess", "192.0.2.7", None).await;
        let other = app.knock("mk_guess", "192.0.2.8", None).await;
        clock.advance(SignedDuration::from_secs(20));
        let later = app.knock("mk_guess", "192.0.2.7", None).await;

        assert_eq!(limited.problem(), (429, "limit.refused_keys".to_owned()));
        assert_eq!(limited.headers[RETRY_AFTER], "20");
        assert_eq!((other.status.as_u16(), later.status.as_u16()), (401, 401));
    }

    async fn a_clock_that_is_set_neither_ends_nor_prolongs_the_limit(records: TestDatabase) {
        let (app, clock) = open(records).await;
        app.use_up("192.0.2.7").await;

        for jump in [SignedDuration::from_hours(-1), SignedDuration::from_hours(25)] {
            clock.jump(jump);
            let limited = app.knock("mk_guess", "192.0.2.7", None).await;
            assert_eq!(limited.status, 429);
            assert_eq!(limited.headers[RETRY_AFTER], "20");
        }
        clock.jump(SignedDuration::from_secs(-30));
        clock.advance(SignedDuration::from_secs(20));

        assert_eq!(app.knock("mk_guess", "192.0.2.7", None).await.status, 401);
    }

    async fn a_valid_key_is_accepted_from_an_address_that_is_limited(records: TestDatabase) {
        let (app, _) = open(records).await;
        let key = app.key(Who::Admin).unwrap().to_owned();
        app.use_up("192.0.2.7").await;
        assert_eq!(app.knock("mk_guess", "192.0.2.7", None).await.status, 429);

        let same = app.knock(&key, "192.0.2.7", None).await;
        let other = app.knock(&key, "192.0.2.8", None).await;

        assert_eq!((same.status.as_u16(), other.status.as_u16()), (200, 200));
        assert_eq!(app.knock("mk_guess", "192.0.2.7", None).await.status, 429, "it gives nothing back");
    }

    async fn valid_keys_use_up_no_limit(records: TestDatabase) {
        let (app, _) = open(records).await;
        let key = app.key(Who::Admin).unwrap().to_owned();

        for _ in 0..4 * LIMIT {
            assert_eq!(app.knock(&key, "192.0.2.7", None).await.status, 200);
        }
        assert_eq!(app.knock("mk_guess", "192.0.2.7", None).await.status, 401);
    }

    async fn revoked_and_ended_keys_and_keys_from_elsewhere_are_counted(records: TestDatabase) {
        let (app, clock) = open(records).await;
        let new = |name: &str| NewKey::whole(Role::Admin, name.parse().unwrap());
        let ends_at = Timestamp::from_second(START + 60).unwrap();
        let elsewhere = vec!["198.51.100.0/24".parse().unwrap()];
        let admin = Admin::local_cli();
        let revoked = app.desk.issue_key(&admin, new("revoked")).await.unwrap();
        let ended = NewKey { ends_at: Some(ends_at), ..new("ended") };
        let ended = app.desk.issue_key(&admin, ended).await.unwrap().token.into_revealed();
        let bound = NewKey { networks: elsewhere, ..new("bound") };
        let bound = app.desk.issue_key(&admin, bound).await.unwrap().token.into_revealed();
        app.desk.revoke_key(&admin, revoked.key.id).await.unwrap();
        let revoked = revoked.token.into_revealed();
        clock.advance(SignedDuration::from_mins(2));

        for key in [&revoked, &ended, &bound] {
            assert_eq!(app.knock(key, "192.0.2.7", None).await.status, 401);
        }
        for key in [&revoked, &ended, &bound] {
            assert_eq!(app.knock(key, "192.0.2.7", None).await.status, 429);
        }
    }

    async fn an_ipv6_client_is_limited_by_its_network(records: TestDatabase) {
        let (app, _) = open(records).await;
        app.use_up("2001:db8::1").await;

        let neighbour = app.knock("mk_guess", "2001:db8::ffff:1", None).await;
        let other = app.knock("mk_guess", "2001:db8:0:1::1", None).await;

        assert_eq!((neighbour.status.as_u16(), other.status.as_u16()), (429, 401));
    }

    async fn behind_a_trusted_proxy_each_client_has_a_limit_of_its_own(records: TestDatabase) {
        let (app, _) = open(records).await;
        for _ in 0..LIMIT {
            assert_eq!(app.knock("mk_guess", "10.0.0.1", Some("192.0.2.7")).await.status, 401);
        }

        let same = app.knock("mk_guess", "10.0.0.1", Some("203.0.113.9, 192.0.2.7")).await;
        let other = app.knock("mk_guess", "10.0.0.1", Some("192.0.2.8")).await;

        assert_eq!((same.status.as_u16(), other.status.as_u16()), (429, 401));
    }

    async fn clients_whose_address_a_trusted_proxy_does_not_tell_are_not_limited(records: TestDatabase) {
        let (app, _) = open(records).await;

        for _ in 0..4 * LIMIT {
            assert_eq!(app.knock("mk_guess", "10.0.0.1", None).await.status, 401);
        }
    }
}
