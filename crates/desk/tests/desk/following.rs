//! Two nodes over the same database follow each other's changes.

use std::sync::Arc;

use jiff::SignedDuration;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::services::proof::Proof;
use mamori_desk::{Clock, Error, NewEntry, Settings};
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::{Action, EntryChange, Hash, Patch, Pdq, Surface, Verdict};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use tokio_util::sync::CancellationToken;

use crate::common::{hashes, item, node, test_app};

on_both_engines! {
    async fn an_entry_added_at_one_node_matches_at_the_other_within_a_second(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        let other = node(&app.records, &app.clock, Settings::default()).await;
        let stop = CancellationToken::new();
        let following = tokio::spawn({
            let (other, stop) = (other.clone(), stop.clone());
            async move { other.follow_changes(stop).await }
        });

        app.add(&bank, Pdq::from([1; 32])).await;
        let begun = std::time::Instant::now();
        while other.holdings().entries == 0 {
            assert!(begun.elapsed() < std::time::Duration::from_secs(1), "not seen within a second");
            tokio::task::yield_now().await;
        }
        let checked = other.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));

        assert_eq!(checked.await.unwrap().verdict, Verdict::Hold);
        stop.cancel();
        following.await.unwrap();
    }

    async fn a_changed_end_of_an_entry_applies_at_every_node_at_once(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        let soon = app.clock.now() + SignedDuration::from_secs(60);
        let ends = |expires_at| EntryChange { expires_at, ..EntryChange::default() };
        let new = [1, 2].map(|byte| NewEntry {
            hash: Hash::Pdq(Pdq::from([byte; 32])),
            metadata: ends(Patch::Value(soon)),
        });
        let added = app.desk.add_entries(&app.admin, bank.id, &new).await.unwrap();
        let [one, two] = [0, 1].map(|nth: usize| added.entries[nth].unwrap());
        let other = node(&app.records, &app.clock, Settings::default()).await;
        let verdict = async |byte: u8, name: &str| {
            let checked =
                other.check(&app.caller, item(name, Surface::Public), hashes(Pdq::from([byte; 32])));
            checked.await.unwrap().verdict
        };

        let change = ends(Patch::Value(app.clock.now()));
        app.desk.change_entry(&app.admin, bank.id, one, change).await.unwrap();
        app.desk.change_entry(&app.admin, bank.id, two, ends(Patch::Null)).await.unwrap();
        let at_once = (verdict(1, "a").await, verdict(2, "b").await);
        app.clock.advance(SignedDuration::from_secs(90));
        app.desk.sweep_once().await.unwrap();
        other.catch_up().await.unwrap();

        assert_eq!(at_once, (Verdict::Allow, Verdict::Hold));
        assert_eq!((verdict(1, "c").await, verdict(2, "d").await), (Verdict::Allow, Verdict::Hold));
        assert_eq!(other.holdings().entries, 1);
    }

    async fn an_end_postponed_after_it_passed_is_postponed_everywhere(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        let soon = app.clock.now() + SignedDuration::from_secs(60);
        let metadata = EntryChange { expires_at: Patch::Value(soon), ..EntryChange::default() };
        let new = NewEntry { hash: Hash::Pdq(Pdq::from([1; 32])), metadata };
        let added = app.desk.add_entries(&app.admin, bank.id, &[new]).await.unwrap();
        // A clock that is ahead: there the entry has ended when the node starts.
        let ahead = Arc::new(Clock::manual(soon + SignedDuration::from_secs(1)));
        let other = node(&app.records, &ahead, Settings::default()).await;

        let longer = EntryChange { expires_at: Patch::Null, ..EntryChange::default() };
        let entry = added.entries[0].unwrap();
        app.desk.change_entry(&app.admin, bank.id, entry, longer).await.unwrap();
        other.catch_up().await.unwrap();
        let checked = other.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([1; 32])));

        assert_eq!(checked.await.unwrap().verdict, Verdict::Hold);
    }

    async fn a_starting_node_holds_the_same_entries_as_the_others(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        for byte in 1..=50 {
            app.add(&bank, Pdq::from([byte; 32])).await;
        }
        let gone = app.bank("gone", Action::Hold).await;
        app.add(&gone, Pdq::from([99; 32])).await;
        app.desk.delete_bank(&app.admin, gone.id).await.unwrap();
        app.desk.catch_up().await.unwrap();

        let other = node(&app.records, &app.clock, Settings::default()).await;

        assert_eq!(other.position().version, app.desk.position().version);
        assert_eq!(other.holdings(), app.desk.holdings());
        assert_eq!(other.holdings().entries, 50);
    }

    async fn a_node_behind_the_pruned_log_reads_everything(records: TestDatabase) {
        let app = test_app(records).await;
        let (bank, gone) = (app.bank("known", Action::Hold).await, app.bank("gone", Action::Hold).await);
        app.add(&bank, Pdq::from([1; 32])).await;
        app.add(&bank, Pdq::from([2; 32])).await;
        app.add(&gone, Pdq::from([3; 32])).await;
        let behind = node(&app.records, &app.clock, Settings::default()).await;
        let entries = app.desk.entries(&app.admin, bank.id, &mamori_desk::EntryFilter::default(), None, PageSize::DEFAULT).await.unwrap();
        app.desk.withdraw_entry(&app.admin, bank.id, entries.rows[0].id).await.unwrap();
        app.desk.delete_bank(&app.admin, gone.id).await.unwrap();
        app.clock.advance(SignedDuration::from_hours(24 * 7 + 1));
        app.add(&bank, Pdq::from([4; 32])).await;
        assert!(matches!(behind.require_current(), Err(Error::Unavailable(_))));

        let swept = app.desk.sweep_once().await.unwrap();
        behind.catch_up().await.unwrap();

        assert!(swept.rows_deleted > 5, "{swept:?}");
        assert_eq!(behind.position().version, app.desk.position().version);
        assert_eq!(behind.holdings(), app.desk.holdings());
        assert_eq!((behind.holdings().banks, behind.holdings().entries), (1, 2));
        let check = behind.check(&app.caller, item("a", Surface::Public), hashes(Pdq::from([4; 32])));
        assert_eq!(check.await.unwrap().verdict, Verdict::Hold);
        assert_eq!(app.desk.sweep_once().await.unwrap().rows_deleted, 0);
    }

    async fn a_revoked_key_is_accepted_at_no_node(records: TestDatabase) {
        let app = test_app(records).await;
        let name = "k".parse().unwrap();
        let role = Role::Service(app.caller.service());
        let issued = app.desk.issue_key(&app.admin, NewKey::whole(role, name)).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let other = node(&app.records, &app.clock, Settings::default()).await;
        let token = issued.token.reveal();
        assert!(matches!(other.authenticate(token, None), Some(Proof::Caller(_))));

        app.desk.revoke_key(&app.admin, issued.key.id).await.unwrap();
        app.desk.catch_up().await.unwrap();
        other.catch_up().await.unwrap();

        assert!(app.desk.authenticate(token, None).is_none());
        assert!(other.authenticate(token, None).is_none());
        assert!(other.authenticate("mk_nobodys", None).is_none());
    }

    async fn the_first_key_is_issued_once_and_the_last_is_not_revoked(records: TestDatabase) {
        let app = test_app(records).await;
        let other = node(&app.records, &app.clock, Settings::default()).await;

        let (here, there) = tokio::join!(app.desk.issue_first_key(), other.issue_first_key());
        let made: Vec<_> = [here.unwrap(), there.unwrap()].into_iter().flatten().collect();
        let revoked = app.desk.revoke_key(&app.admin, made[0].key.id).await;

        assert_eq!(made.len(), 1);
        assert!(revoked.is_err());
    }
}
