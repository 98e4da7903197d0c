//! Banks.

use std::collections::BTreeSet;

use mamori_model::{Action, Jurisdictions, PrivateBasis, Purpose, Reach, Surface};
use mamori_store::{Change, Error};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{at, bank, changes, id, open, size, stored_bank};

on_both_engines! {
    async fn a_bank_reads_back_as_it_was_written(records: TestDatabase) {
        let store = open(&records).await;
        let plain = bank(1, "plain");
        let basis = PrivateBasis {
            law: "Regulation (EU) 2021/1232".parse().unwrap(),
            until: "2026-04-03".parse().unwrap(),
        };
        let surfaces: BTreeSet<Surface> = Surface::ALL.iter().copied().collect();
        let everywhere = Jurisdictions::Everywhere;
        let mut private = bank(2, "private");
        private.reach = Reach::new(surfaces, everywhere, Some(basis)).unwrap();
        private.is_enabled = false;
        private.purpose = Purpose::KnownBenign;

        let mut tx = store.begin("test").await.unwrap();
        tx.insert_bank(&plain).await.unwrap();
        tx.insert_bank(&private).await.unwrap();
        assert_eq!(tx.lock_bank(private.id).await.unwrap(), Some(private.clone()));
        tx.commit().await.unwrap();

        assert_eq!(store.bank(plain.id).await.unwrap(), Some(plain.clone()));
        assert_eq!(store.bank_named(&private.name).await.unwrap(), Some(private.clone()));
        assert_eq!(store.all_banks().await.unwrap(), [plain, private]);
        assert_eq!(store.bank(id(3)).await.unwrap(), None);
    }

    async fn a_name_belongs_to_one_bank(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        stored_bank(&store, 2).await;

        let mut tx = store.begin("test").await.unwrap();
        let twice = tx.insert_bank(&bank(3, "bank-1")).await;
        drop(tx);
        let mut tx = store.begin("test").await.unwrap();
        let renamed = tx.update_bank(&bank(2, "bank-1")).await;
        drop(tx);

        assert!(matches!(twice, Err(Error::Conflict("bank name"))), "{twice:?}");
        assert!(matches!(renamed, Err(Error::Conflict("bank name"))), "{renamed:?}");
        assert_eq!(store.all_banks().await.unwrap().len(), 2);
    }

    async fn a_deleted_bank_is_gone_and_its_name_is_free(records: TestDatabase) {
        let store = open(&records).await;
        let first = stored_bank(&store, 1).await;

        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.delete_bank(first, at(1)).await.unwrap());
        assert!(!tx.delete_bank(first, at(1)).await.unwrap());
        tx.insert_bank(&bank(2, "bank-1")).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(store.bank(first).await.unwrap(), None);
        let named = store.bank_named(&"bank-1".parse().unwrap()).await.unwrap();
        assert_eq!(named.map(|bank| bank.id), Some(id(2)));
        assert_eq!(
            changes(&store).await,
            [
                Change::BankChanged(first),
                Change::BankDeleted(first),
                Change::BankChanged(id(2))
            ]
        );
    }

    async fn a_bank_changes_but_never_its_purpose(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        let mut changed = bank(1, "renamed");
        changed.action = Action::Block;
        changed.changed_at = at(9);
        let mut other_purpose = changed.clone();
        other_purpose.purpose = Purpose::KnownBenign;

        let mut tx = store.begin("test").await.unwrap();
        tx.update_bank(&changed).await.unwrap();
        let refused = tx.update_bank(&other_purpose).await;
        tx.commit().await.unwrap();

        assert!(matches!(refused, Err(Error::NotFound("bank"))), "{refused:?}");
        assert_eq!(store.bank(changed.id).await.unwrap(), Some(changed));
        assert_eq!(changes(&store).await, [Change::BankChanged(id(1)); 2]);
    }

    async fn banks_come_in_pages(records: TestDatabase) {
        let store = open(&records).await;
        for number in 1..=5 {
            stored_bank(&store, number).await;
        }

        let first = store.banks(None, size(3)).await.unwrap();
        let second = store.banks(first.next, size(3)).await.unwrap();

        assert_eq!(first.rows.len(), 3);
        assert_eq!(first.next, Some(id(3)));
        assert_eq!(second.rows.len(), 2);
        assert_eq!(second.next, None);
    }
}
