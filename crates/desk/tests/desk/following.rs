//! Two desks over the same records are one Mamori.

use std::sync::Arc;

use jiff::SignedDuration;
use mamori_desk::services::proof::Proof;
use mamori_desk::{Clock, Error, NewEntry, Settings};
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::{Action, EntryChange, Given, Hash, Pdq, Surface, Verdict};
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

    async fn what_changes_of_an_entrys_end_holds_at_every_node_at_once(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        let soon = house.clock.now() + SignedDuration::from_secs(60);
        let ends = |expires_at| EntryChange { expires_at, ..EntryChange::default() };
        let new = [1, 2].map(|byte| NewEntry {
            hash: Hash::Pdq(Pdq::from([byte; 32])),
            said: ends(Given::Value(soon)),
        });
        let added = house.desk.add_entries(&house.admin, bank.id, &new).await.unwrap();
        let [one, two] = [0, 1].map(|nth: usize| added.entries[nth].unwrap());
        let other = node(&house.records, &house.clock, Settings::default()).await;
        let verdict = async |byte: u8, name: &str| {
            let checked =
                other.check(&house.caller, item(name, Surface::Public), hashes(Pdq::from([byte; 32])));
            checked.await.unwrap().verdict
        };

        let change = ends(Given::Value(house.clock.now()));
        house.desk.change_entry(&house.admin, bank.id, one, change).await.unwrap();
        house.desk.change_entry(&house.admin, bank.id, two, ends(Given::Null)).await.unwrap();
        let at_once = (verdict(1, "a").await, verdict(2, "b").await);
        house.clock.advance(SignedDuration::from_secs(90));
        house.desk.sweep_once().await.unwrap();
        other.catch_up().await.unwrap();

        assert_eq!(at_once, (Verdict::Allow, Verdict::Hold));
        assert_eq!((verdict(1, "c").await, verdict(2, "d").await), (Verdict::Allow, Verdict::Hold));
        assert_eq!(other.holdings().entries, 1);
    }

    async fn an_end_that_is_put_off_after_it_passed_unseen_is_put_off_everywhere(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        let soon = house.clock.now() + SignedDuration::from_secs(60);
        let said = EntryChange { expires_at: Given::Value(soon), ..EntryChange::default() };
        let new = NewEntry { hash: Hash::Pdq(Pdq::from([1; 32])), said };
        let added = house.desk.add_entries(&house.admin, bank.id, &[new]).await.unwrap();
        // A clock that goes a little ahead: there the entry is over when the node starts.
        let ahead = Arc::new(Clock::manual(soon + SignedDuration::from_secs(1)));
        let other = node(&house.records, &ahead, Settings::default()).await;

        let longer = EntryChange { expires_at: Given::Null, ..EntryChange::default() };
        let entry = added.entries[0].unwrap();
        house.desk.change_entry(&house.admin, bank.id, entry, longer).await.unwrap();
        other.catch_up().await.unwrap();
        let checked = other.check(&house.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));

        assert_eq!(checked.await.unwrap().verdict, Verdict::Hold);
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

    async fn a_node_that_the_log_left_behind_reads_everything(records: Records) {
        let house = house(records).await;
        let (bank, gone) = (house.bank("known", Action::Hold).await, house.bank("gone", Action::Hold).await);
        house.add(&bank, Pdq::from([1; 32])).await;
        house.add(&bank, Pdq::from([2; 32])).await;
        house.add(&gone, Pdq::from([3; 32])).await;
        let behind = node(&house.records, &house.clock, Settings::default()).await;
        let entries = house.desk.entries(&house.admin, bank.id, &mamori_desk::EntryFilter::default(), None, PageSize::DEFAULT).await.unwrap();
        house.desk.withdraw_entry(&house.admin, bank.id, entries.rows[0].id).await.unwrap();
        house.desk.delete_bank(&house.admin, gone.id).await.unwrap();
        house.clock.advance(SignedDuration::from_hours(24 * 7 + 1));
        house.add(&bank, Pdq::from([4; 32])).await;
        assert!(matches!(behind.require_current(), Err(Error::Unavailable(_))));

        let swept = house.desk.sweep_once().await.unwrap();
        behind.catch_up().await.unwrap();

        assert!(swept.rows_deleted > 5, "{swept:?}");
        assert_eq!(behind.position().version, house.desk.position().version);
        assert_eq!(behind.holdings(), house.desk.holdings());
        assert_eq!((behind.holdings().banks, behind.holdings().entries), (1, 2));
        let check = behind.check(&house.caller, item("a", Surface::Public), hashes(Pdq::from([4; 32])));
        assert_eq!(check.await.unwrap().verdict, Verdict::Hold);
        assert_eq!(house.desk.sweep_once().await.unwrap().rows_deleted, 0);
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
