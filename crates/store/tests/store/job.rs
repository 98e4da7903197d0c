//! Jobs.

use std::collections::HashSet;

use mamori_model::JobId;
use mamori_model::job::JobKind;
use mamori_store::{JobCount, Leased, NewJob, Store};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::given::{at, id, open, size};

async fn enqueue(store: &Store, numbers: impl IntoIterator<Item = u128>, due: i64) {
    let mut tx = store.begin("test").await.unwrap();
    for number in numbers {
        let (id, key) = (id(number), format!("key-{number}"));
        let job = NewJob { id, kind: JobKind::Deliver, key, not_before: at(due) };
        tx.enqueue(&job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn lease(store: &Store, limit: u32, now: i64) -> Vec<Leased> {
    let mut tx = store.begin("test_lease").await.unwrap();
    let leased = tx.lease_jobs("worker", limit, at(now)).await.unwrap();
    tx.commit().await.unwrap();
    leased
}

/// Runs `$verb` of one transaction and commits.
macro_rules! run {
    ($store:expr, $verb:ident, $($argument:expr),+) => {{
        let mut tx = $store.begin("test").await.unwrap();
        let is_done = tx.$verb($($argument),+).await.unwrap();
        tx.commit().await.unwrap();
        is_done
    }};
}

on_both_engines! {
    async fn a_job_is_leased_when_it_is_due_and_gone_when_it_is_done(records: Records) {
        let store = open(&records).await;
        enqueue(&store, [1], 10).await;
        assert_eq!(store.next_job_due().await.unwrap(), Some(at(10)));

        assert_eq!(lease(&store, 5, 9).await, []);
        let leased = lease(&store, 5, 10).await;
        assert_eq!(lease(&store, 5, 11).await, []);

        assert_eq!(leased.len(), 1);
        assert_eq!((leased[0].id, leased[0].kind), (id(1), JobKind::Deliver));
        assert_eq!((leased[0].key.as_str(), leased[0].failures), ("key-1", 0));
        assert_eq!(leased[0].until, at(10 + 60));
        assert!(run!(store, finish_job, &leased[0]));
        assert!(!run!(store, finish_job, &leased[0]));
        assert_eq!(store.job_counts().await.unwrap(), []);
        assert_eq!(store.next_job_due().await.unwrap(), None);
    }

    async fn a_lease_that_ran_out_is_a_failure_and_its_holder_may_do_no_more(records: Records) {
        let store = open(&records).await;
        enqueue(&store, [1], 0).await;
        let slow = lease(&store, 1, 0).await.remove(0);

        let quick = lease(&store, 1, 60).await.remove(0);

        assert_eq!(quick.failures, 1);
        assert!(!run!(store, finish_job, &slow));
        assert!(!run!(store, retry_job, &slow, at(99)));
        assert!(!run!(store, bury_job, &slow, "late"));
        assert!(run!(store, finish_job, &quick));
    }

    async fn a_failed_job_waits_before_it_is_tried_again(records: Records) {
        let store = open(&records).await;
        enqueue(&store, [1], 0).await;
        let first = lease(&store, 1, 0).await.remove(0);

        assert!(run!(store, retry_job, &first, at(30)));

        assert_eq!(lease(&store, 1, 29).await, []);
        let second = lease(&store, 1, 30).await.remove(0);
        assert_eq!(second.failures, 1);
        assert!(!run!(store, finish_job, &first));
    }

    async fn a_dead_job_rests_until_somebody_revives_it(records: Records) {
        let store = open(&records).await;
        enqueue(&store, [1, 2], 0).await;
        let leased = lease(&store, 1, 0).await.remove(0);
        assert!(run!(store, bury_job, &leased, "410"));

        assert_eq!(lease(&store, 9, 1_000).await.len(), 1);
        let dead = store.dead_jobs(None, size(5)).await.unwrap().rows;
        assert_eq!((dead.len(), dead[0].id, dead[0].failures), (1, id(1), 1));
        assert_eq!(dead[0].reason, "410");
        let count = JobCount { kind: JobKind::Deliver, ready: 0, leased: 1, dead: 1 };
        assert_eq!(store.job_counts().await.unwrap(), [count]);
        assert!(run!(store, revive_job, id(1), at(1_001)));
        assert!(!run!(store, revive_job, id(1), at(1_001)));
        let revived = lease(&store, 9, 1_001).await.remove(0);
        assert_eq!((revived.id, revived.failures), (id(1), 0));
    }

    async fn many_workers_never_get_the_same_job(records: Records) {
        let store = open(&records).await;
        enqueue(&store, 1..=200, 0).await;
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut done: Vec<JobId> = Vec::new();
                    loop {
                        let leased = lease(&store, 7, 1).await;
                        if leased.is_empty() {
                            return done;
                        }
                        for job in leased {
                            assert!(run!(store, finish_job, &job));
                            done.push(job.id);
                        }
                    }
                })
            })
            .collect();

        let mut done = Vec::new();
        for worker in workers {
            done.extend(worker.await.unwrap());
        }

        assert_eq!(done.len(), 200);
        assert_eq!(done.into_iter().collect::<HashSet<_>>().len(), 200);
    }

    async fn the_longest_due_comes_first(records: Records) {
        let store = open(&records).await;
        enqueue(&store, [1], 5).await;
        enqueue(&store, [2], 3).await;

        assert_eq!(lease(&store, 1, 9).await[0].id, id(2));
        assert_eq!(lease(&store, 1, 9).await[0].id, id(1));
    }
}
