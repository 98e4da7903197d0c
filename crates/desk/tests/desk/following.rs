//! Two desks over the same records are one Mamori.

use mamori_desk::Settings;
use mamori_desk::proof::Proof;
use mamori_model::key::Role;
use mamori_model::{Action, Pdq, Surface, Verdict};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;
use tokio_util::sync::CancellationToken;

use crate::common::{hashes, house, item, node};

on_both_engines! {
    async fn an_entry_added_at_one_node_matches_at_the_other_within_a_second(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        let other = node(&house.records, &house.clock, Settings::default()).await;
        let stop = CancellationToken::new();
        let following = tokio::spawn({
            let (other, stop) = (other.clone(), stop.clone());
            async move { other.follow(stop).await }
        });

        house.add(&bank, Pdq::from([1; 32])).await;
        let begun = std::time::Instant::now();
        while other.holdings().entries == 0 {
            assert!(begun.elapsed() < std::time::Duration::from_secs(1), "not seen within a second");
            tokio::task::yield_now().await;
        }
        let checked = other.check(&house.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));

        assert_eq!(checked.await.unwrap().verdict, Verdict::Hold);
        stop.cancel();
        following.await.unwrap();
    }

    async fn a_node_that_starts_knows_what_the_others_know(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        for byte in 1..=50 {
            house.add(&bank, Pdq::from([byte; 32])).await;
        }
        let gone = house.bank("gone", Action::Hold).await;
        house.add(&gone, Pdq::from([99; 32])).await;
        house.desk.delete_bank(&house.admin, gone.id).await.unwrap();
        house.desk.catch_up().await.unwrap();

        let other = node(&house.records, &house.clock, Settings::default()).await;

        assert_eq!(other.position().version, house.desk.position().version);
        assert_eq!(other.holdings(), house.desk.holdings());
        assert_eq!(other.holdings().entries, 50);
    }

    async fn a_revoked_key_opens_nothing_at_any_node(records: Records) {
        let house = house(records).await;
        let name = "k".parse().unwrap();
        let role = Role::Service(house.caller.service());
        let issued = house.desk.issue_key(&house.admin, role, name).await.unwrap();
        house.desk.catch_up().await.unwrap();
        let other = node(&house.records, &house.clock, Settings::default()).await;
        let token = issued.token.reveal();
        assert!(matches!(other.authenticate(token), Some(Proof::Caller(_))));

        house.desk.revoke_key(&house.admin, issued.key.id).await.unwrap();
        house.desk.catch_up().await.unwrap();
        other.catch_up().await.unwrap();

        assert!(house.desk.authenticate(token).is_none());
        assert!(other.authenticate(token).is_none());
        assert!(other.authenticate("mk_nobodys").is_none());
    }

    async fn the_first_key_is_made_once_and_the_last_is_kept(records: Records) {
        let house = house(records).await;
        let other = node(&house.records, &house.clock, Settings::default()).await;

        let (here, there) = tokio::join!(house.desk.issue_first_key(), other.issue_first_key());
        let made: Vec<_> = [here.unwrap(), there.unwrap()].into_iter().flatten().collect();
        let revoked = house.desk.revoke_key(&house.admin, made[0].key.id).await;

        assert_eq!(made.len(), 1);
        assert!(revoked.is_err());
    }
}
