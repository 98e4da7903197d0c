//! Jobs.

use std::collections::HashSet;

use mamori_model::JobId;
use mamori_model::job::{JobKind, Lane};
use mamori_store::{JobCount, LeaseLimits, Leased, NewJob, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{at, id, open, size};

async fn enqueue(store: &Store, numbers: impl IntoIterator<Item = u128>, due: i64) {
    let mut tx = store.begin("test").await.unwrap();
    for number in numbers {
        let (id, key) = (id(number), format!("key-{number}"));
        let lane = Lane::from_text("somebody/somewhere".to_owned());
        let job = NewJob { id, kind: JobKind::Deliver, key, lane, not_before: at(due) };
        tx.enqueue(&job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn lease(store: &Store, limit: u32, now: i64) -> Vec<Leased> {
    let mut tx = store.begin("test_lease").await.unwrap();
    let limits = LeaseLimits { jobs: limit, per_lane: 100, per_party: 100 };
    let leased = tx.lease_jobs("worker", JobKind::ALL, limits, at(now)).await.unwrap();
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
    async fn a_job_is_leased_when_it_is_due_and_gone_when_it_is_done(records: TestDatabase) {
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

    async fn a_lease_that_ran_out_is_a_failure_and_its_token_is_invalid(records: TestDatabase) {
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

    async fn a_failed_job_waits_before_it_is_tried_again(records: TestDatabase) {
        let store = open(&records).await;
        enqueue(&store, [1], 0).await;
        let first = lease(&store, 1, 0).await.remove(0);

        assert!(run!(store, retry_job, &first, at(30)));

        assert_eq!(lease(&store, 1, 29).await, []);
        let second = lease(&store, 1, 30).await.remove(0);
        assert_eq!(second.failures, 1);
        assert!(!run!(store, finish_job, &first));
    }

    async fn a_dead_job_is_not_leased_until_it_is_revived(records: TestDatabase) {
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

    async fn many_workers_never_get_the_same_job(records: TestDatabase) {
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

    async fn a_lane_and_a_party_get_no_more_than_their_share(records: TestDatabase) {
        let store = open(&records).await;
        let mut tx = store.begin("test").await.unwrap();
        for number in 1..=30_u128 {
            let lane = ["a/x", "a/y", "b/z"][usize::from(number > 10) + usize::from(number > 29)];
            let lane = Lane::from_text(lane.to_owned());
            let key = format!("key-{number}");
            let job = NewJob { id: id(number), kind: JobKind::Deliver, key, lane, not_before: at(0) };
            tx.enqueue(&job).await.unwrap();
        }
        tx.commit().await.unwrap();
        let lease = async |now| {
            let limits = LeaseLimits { jobs: 16, per_lane: 3, per_party: 5 };
            let mut tx = store.begin("test_lease").await.unwrap();
            let leased = tx.lease_jobs("worker", JobKind::ALL, limits, at(now)).await.unwrap();
            tx.commit().await.unwrap();
            leased
        };

        let first = lease(0).await;
        let full = lease(1).await;
        assert!(run!(store, finish_job, &first[0]));
        let next = lease(2).await;
        let after_the_lease = lease(60).await;

        let keys = |jobs: &[Leased]| jobs.iter().map(|job| job.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&first), ["key-1", "key-2", "key-3", "key-11", "key-12", "key-30"]);
        assert_eq!(full, []);
        assert_eq!(keys(&next), ["key-4"]);
        assert_eq!(after_the_lease.len(), 5, "ended leases do not count: {after_the_lease:?}");
    }

    async fn many_workers_do_not_exceed_a_lanes_share(records: TestDatabase) {
        let store = open(&records).await;
        enqueue(&store, 1..=100, 0).await;
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let limits = LeaseLimits { jobs: 2, per_lane: 4, per_party: 100 };
                    let mut tx = store.begin("test_lease").await.unwrap();
                    let leased = tx.lease_jobs("worker", JobKind::ALL, limits, at(0)).await.unwrap();
                    tx.commit().await.unwrap();
                    leased.len()
                })
            })
            .collect();

        let mut leased = 0;
        for worker in workers {
            leased += worker.await.unwrap();
        }

        assert!((1..=4).contains(&leased), "{leased} are leased");
    }

    async fn the_job_that_is_due_the_longest_is_leased_first(records: TestDatabase) {
        let store = open(&records).await;
        enqueue(&store, [1], 5).await;
        enqueue(&store, [2], 3).await;

        assert_eq!(lease(&store, 1, 9).await[0].id, id(2));
        assert_eq!(lease(&store, 1, 9).await[0].id, id(1));
    }
}
