//! Transactions.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use mamori_store::{Engine, Error, Settings, Store, Tx};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use tokio::time::timeout;

use crate::given::{bank, id, open, stored_bank};

/// How often, as a power of two, a future is polled at the most before it is dropped; some are
/// finished by then.
const ASKS: u32 = 15;

/// Polls `verb` so many times and drops it, as a server does whose client went away.
async fn hang_up_after<T>(polls: usize, verb: impl Future<Output = T>) {
    let (mut verb, mut left) = (pin!(verb), polls);
    poll_fn(|context| {
        left = left.saturating_sub(1);
        if verb.as_mut().poll(context).is_ready() || left == 0 {
            return Poll::Ready(());
        }
        // Polled again at once, so that it is dropped also while it waits.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A transaction that begins long before the acquire time-out.
async fn in_time(store: &Store) -> Tx {
    let begun = timeout(Duration::from_secs(30), store.begin("next")).await;
    begun.expect("the writer is free").unwrap()
}

on_both_engines! {
    async fn a_dropped_transaction_never_happened(records: TestDatabase) {
        let store = open(&records).await;

        let mut tx = store.begin("test").await.unwrap();
        tx.insert_bank(&bank(1, "one")).await.unwrap();
        assert_eq!(store.bank(id(1)).await.unwrap(), None);
        drop(tx);

        stored_bank(&store, 2).await;
        assert_eq!(store.bank(id(1)).await.unwrap(), None);
    }

    async fn a_caller_who_hangs_up_at_any_step_blocks_no_other(records: TestDatabase) {
        let (store, other) = (open(&records).await, open(&records).await);
        for power in 0..=ASKS {
            let number = u128::from(power) + 1;
            let write = async {
                let mut tx = store.begin("hangs up").await?;
                tx.insert_bank(&bank(number, &format!("bank-{number}"))).await?;
                tx.commit().await
            };
            hang_up_after(1 << power, write).await;
            for next in [&store, &other] {
                drop(in_time(next).await);
            }

            // The same while another transaction is open.
            let first = in_time(&other).await;
            hang_up_after(1 << power, store.begin("waits")).await;
            drop(first);
            for next in [&other, &store] {
                drop(in_time(next).await);
            }
        }
    }

    async fn a_transaction_in_which_a_query_failed_cannot_be_committed(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;

        let mut tx = store.begin("test").await.unwrap();
        tx.insert_bank(&bank(2, "two")).await.unwrap();
        tx.insert_bank(&bank(3, "bank-1")).await.unwrap_err();
        let refused = tx.commit().await;

        assert!(matches!(refused, Err(Error::Other(_))), "{refused:?}");
        assert_eq!(store.bank(id(2)).await.unwrap(), None);
    }

    async fn an_error_shows_no_value_of_a_row(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        let mut tx = store.begin("test").await.unwrap();

        let taken = tx.insert_bank(&bank(2, "bank-1")).await.unwrap_err();

        assert!(!format!("{taken:?} {taken}").contains("bank-1"));
    }

    async fn a_used_up_pool_is_unavailable_until_a_connection_is_free(records: TestDatabase) {
        let settings = Settings {
            connections_max: 1,
            acquire_timeout: Duration::from_millis(200),
            ..Settings::new(records.url())
        };
        let store = Store::open(&settings).await.unwrap();
        let first = store.begin("first").await.unwrap();

        let second = store.begin("second").await.map(drop);
        drop(first);

        assert!(matches!(second, Err(Error::Unavailable(_))), "{second:?}");
        // Rolling back takes a moment, on a busy machine longer than the short time-out.
        let begun = std::time::Instant::now();
        let third = loop {
            match store.begin("third").await {
                Ok(third) => break third,
                Err(error) => assert!(begun.elapsed() < Duration::from_mins(1), "{error}"),
            }
        };
        third.commit().await.unwrap();
    }

    async fn a_row_says_which_transaction_wrote_it(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;

        let changed_by: String = match store.engine() {
            Engine::Sqlite => {
                let path = records.url().trim_start_matches("sqlite:");
                let pool = sqlx::SqlitePool::connect(path).await.unwrap();
                sqlx::query_scalar("SELECT changed_by FROM bank").fetch_one(&pool).await.unwrap()
            }
            Engine::Postgres => {
                let pool = sqlx::PgPool::connect(records.url()).await.unwrap();
                sqlx::query_scalar("SELECT changed_by FROM bank").fetch_one(&pool).await.unwrap()
            }
        };

        assert_eq!(changed_by, "test");
    }
}
