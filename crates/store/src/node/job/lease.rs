//! Chooses which jobs a worker leases: those due the longest, but fairly among services.
//!
//! The lane with the fewest leased jobs comes first, and lanes and parties have a limit. So a
//! receiver that hangs, with a hundred thousand deliveries waiting, occupies only a few workers.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use mamori_model::JobId;
use mamori_model::job::{JobKind, Lane};
use uuid::Uuid;

use super::{Leased, LeasedRow};
use crate::error::Error;
use crate::json;
use crate::query::queries;
use crate::tx::Tx;

// LANES returns the number of leased jobs of each lane, without an id, and the first due jobs of
// each lane. It is one statement so that it reads one state of the database. It steps from lane to
// lane by the index, however many jobs wait in each.
queries! {
    LANES = "-- lanes
        WITH RECURSIVE open (lane) AS (
            SELECT min(lane) FROM job WHERE dead_reason IS NULL
             UNION ALL
            SELECT (SELECT min(job.lane) FROM job
                     WHERE dead_reason IS NULL AND job.lane > open.lane)
              FROM open
             WHERE open.lane IS NOT NULL)
        SELECT NULL AS id, lane, count(*) AS number
          FROM job
         WHERE leased_by IS NOT NULL AND due_at > $1
         GROUP BY lane
         UNION ALL
        SELECT job.id, job.lane, job.due_at
          FROM open
         CROSS JOIN job
         WHERE job.id IN (SELECT first.id FROM job AS first
                           WHERE first.lane = open.lane AND first.dead_reason IS NULL
                             AND first.due_at <= $1
                             AND first.kind IN (SELECT value FROM json_each($3))
                           ORDER BY first.due_at, first.id
                           LIMIT $2)",
        postgres: "-- lanes
        WITH RECURSIVE open (lane) AS (
            SELECT min(lane) FROM job WHERE dead_reason IS NULL
             UNION ALL
            SELECT (SELECT min(job.lane) FROM job
                     WHERE dead_reason IS NULL AND job.lane > open.lane)
              FROM open
             WHERE open.lane IS NOT NULL)
        SELECT CAST(NULL AS uuid) AS id, lane, count(*) AS number
          FROM job
         WHERE leased_by IS NOT NULL AND due_at > $1
         GROUP BY lane
         UNION ALL
        SELECT first.id, first.lane, first.due_at
          FROM open
         CROSS JOIN LATERAL (
                SELECT id, lane, due_at FROM job
                 WHERE job.lane = open.lane AND dead_reason IS NULL AND due_at <= $1
                   AND kind = ANY (ARRAY(SELECT json_array_elements_text(CAST($3 AS json))))
                 ORDER BY due_at, id
                 LIMIT $2) AS first";
    LEASE_JOBS = "-- lease_jobs
        UPDATE job
           SET failures = failures + CASE WHEN leased_by IS NULL THEN 0 ELSE 1 END,
               leased_by = $1, leases = leases + 1, due_at = $2 + lease, changed_by = $4
         WHERE dead_reason IS NULL AND due_at <= $2
           AND id IN (SELECT unhex(value) FROM json_each($3))
        RETURNING id, kind, key, failures, leases, due_at",
        postgres: "-- lease_jobs
        WITH due AS MATERIALIZED (
            SELECT id FROM job
             WHERE dead_reason IS NULL AND due_at <= $2
               AND id = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST($3 AS json)) AS uuid)))
             ORDER BY due_at, id
               FOR UPDATE SKIP LOCKED)
        UPDATE job
           SET failures = failures + CASE WHEN leased_by IS NULL THEN 0 ELSE 1 END,
               leased_by = $1, leases = leases + 1, due_at = $2 + lease, changed_by = $4
         WHERE id IN (SELECT id FROM due)
        RETURNING id, kind, key, failures, leases, due_at";
}

/// How many jobs a worker takes. Jobs that other workers have leased count towards the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseLimits {
    /// The most jobs that it takes now.
    pub jobs: u32,
    /// The most leased jobs of one lane, over all workers.
    pub per_lane: u32,
    /// The most leased jobs of one party, over all its lanes.
    pub per_party: u32,
}

impl Tx {
    /// Leases jobs of these kinds that are due, within `limits`. Commit before working on them.
    ///
    /// A job whose lease ran out is leased again, and that counts as a failure. Workers never lease
    /// the same job and never wait for each other. Workers that lease at the same moment see the
    /// same first jobs of a lane, and each job is leased once, so together they keep its limit too.
    pub async fn lease_jobs(
        &mut self,
        worker: &str,
        kinds: &[JobKind],
        limits: LeaseLimits,
        now: Timestamp,
    ) -> Result<Vec<Leased>, Error> {
        // Kinds that only a newer version knows are left to its nodes.
        let kinds: Vec<&str> = kinds.iter().copied().map(JobKind::as_str).collect();
        let call = LANES.bind(now).bind(limits.per_lane).bind(json::write(&kinds)?);
        let rows: Vec<(Option<Uuid>, String, i64)> = self.rows(call).await?;
        let (mut leased, mut due) = (BTreeMap::new(), Vec::new());
        for (id, lane, number) in rows {
            let lane = Lane::from_text(lane);
            if let Some(id) = id {
                due.push(Due { id: id.into(), lane, since: number });
            } else {
                leased.insert(lane, u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
        let chosen = choose(leased, due, limits);
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let call = LEASE_JOBS.bind(worker).bind(now).bind(json::ids(chosen)).bind(self.name());
        let mut rows: Vec<LeasedRow> = self.rows(call).await?;
        rows.sort_unstable_by_key(|row| row.id);
        rows.into_iter().map(LeasedRow::read).collect()
    }
}

/// A job that is due.
#[derive(Clone, Debug)]
struct Due {
    id: JobId,
    lane: Lane,
    since: i64,
}

/// Chooses the jobs to lease, one at a time: from the lane that has the fewest leased; of several
/// such lanes, the job that is due the longest.
fn choose(mut leased: BTreeMap<Lane, u32>, mut due: Vec<Due>, limits: LeaseLimits) -> Vec<JobId> {
    let mut of_party: BTreeMap<String, u32> = BTreeMap::new();
    for (lane, jobs) in &leased {
        let party = of_party.entry(lane.party().to_owned()).or_default();
        *party = party.saturating_add(*jobs);
    }
    due.sort_by_key(|job| (job.since, job.id));
    let mut lanes: BTreeMap<Lane, VecDeque<Due>> = BTreeMap::new();
    for job in due {
        lanes.entry(job.lane.clone()).or_default().push_back(job);
    }
    let mut chosen = Vec::new();
    for _ in 0..limits.jobs {
        let open = lanes.iter().filter_map(|(lane, jobs)| {
            let first = jobs.front()?;
            let jobs = leased.get(lane).copied().unwrap_or(0);
            let of_party = of_party.get(lane.party()).copied().unwrap_or(0);
            let has_room = jobs < limits.per_lane && of_party < limits.per_party;
            has_room.then_some((jobs, first.since, first.id, lane))
        });
        let Some((.., lane)) = open.min() else { break };
        let lane = lane.clone();
        chosen.extend(lanes.get_mut(&lane).and_then(VecDeque::pop_front).map(|job| job.id));
        let party = of_party.entry(lane.party().to_owned()).or_default();
        *party = party.saturating_add(1);
        let jobs = leased.entry(lane).or_default();
        *jobs = jobs.saturating_add(1);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(text: &str) -> Lane {
        Lane::from_text(text.to_owned())
    }

    fn due(number: u128, at: i64, name: &str) -> Due {
        Due { id: Uuid::from_u128(number).into(), lane: lane(name), since: at }
    }

    fn chosen(leased: &[(&str, u32)], due: &[Due], limits: [u32; 3]) -> Vec<u128> {
        let leased = leased.iter().map(|(name, jobs)| (lane(name), *jobs)).collect();
        let [jobs, per_lane, per_party] = limits;
        let limits = LeaseLimits { jobs, per_lane, per_party };
        let chosen = choose(leased, due.to_vec(), limits);
        chosen.into_iter().map(|id| Uuid::from(id).as_u128()).collect()
    }

    #[test]
    fn the_lane_with_the_fewest_leased_jobs_comes_first() {
        let jobs = [due(1, 0, "a/x"), due(2, 1, "a/x"), due(3, 5, "b/y"), due(4, 9, "b/y")];

        assert_eq!(chosen(&[], &jobs, [3, 9, 9]), [1, 3, 2]);
        assert_eq!(chosen(&[("a/x", 2)], &jobs, [2, 9, 9]), [3, 4]);
    }

    #[test]
    fn lanes_and_parties_do_not_exceed_their_limits() {
        let jobs = [due(1, 0, "a/x"), due(2, 1, "a/x"), due(3, 2, "a/y"), due(4, 3, "b/z")];

        assert_eq!(chosen(&[], &jobs, [9, 1, 9]), [1, 3, 4]);
        assert_eq!(chosen(&[("a/x", 1)], &jobs, [9, 2, 2]), [3, 4]);
        assert_eq!(chosen(&[("a/w", 2)], &jobs, [9, 2, 2]), [4]);
    }

    #[test]
    fn no_job_is_chosen_when_none_is_due_or_wanted() {
        assert!(chosen(&[("a/x", 1)], &[], [9, 9, 9]).is_empty());
        assert!(chosen(&[], &[due(1, 0, "a/x")], [0, 9, 9]).is_empty());
    }
}
