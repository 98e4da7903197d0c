//! Queries for sign-in attempts: a digest of the name, and whether the attempt succeeded. Also
//! removes expired sessions, links and challenges.

use jiff::Timestamp;
use mamori_model::sign_in::AttemptLimits;
use mamori_model::{AttemptId, Sha256};

use crate::error::Error;
use crate::query::queries;
use crate::tx::Tx;

queries! {
    LOCK_ATTEMPTS = "-- lock_attempts
        SELECT CAST(1 AS BIGINT)",
        postgres: "-- lock_attempts
        SELECT CAST(1 AS BIGINT) FROM pg_advisory_xact_lock(7308613679165170533)";
    COUNT_FAILURES_OF_NAME = "-- count_failures_of_name
        SELECT count(*) FROM sign_in_attempt
         WHERE name_digest = $1 AND tried_at > $2 AND NOT has_succeeded";
    COUNT_FAILURES = "-- count_failures
        SELECT count(*) FROM sign_in_attempt WHERE tried_at > $1 AND NOT has_succeeded";
    INSERT_ATTEMPT = "-- insert_attempt
        INSERT INTO sign_in_attempt (id, name_digest, has_succeeded, tried_at, changed_by)
        VALUES ($1, $2, $3, $4, $5)";
    MARK_ATTEMPT_SUCCEEDED = "-- mark_attempt_succeeded
        UPDATE sign_in_attempt SET has_succeeded = $2, changed_by = $3 WHERE id = $1";
    DELETE_ATTEMPTS = "-- delete_attempts
        DELETE FROM sign_in_attempt
         WHERE id IN (SELECT id FROM sign_in_attempt WHERE tried_at < $1
                       ORDER BY tried_at LIMIT $2)";
    DELETE_EXPIRED_SESSIONS = "-- delete_expired_sessions
        DELETE FROM session
         WHERE id IN (SELECT id FROM session WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    DELETE_EXPIRED_SIGN_IN_LINKS = "-- delete_expired_sign_in_links
        DELETE FROM sign_in_link
         WHERE id IN (SELECT id FROM sign_in_link WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    DELETE_EXPIRED_CEREMONIES = "-- delete_expired_ceremonies
        DELETE FROM ceremony
         WHERE id IN (SELECT id FROM ceremony WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    DELETE_EXPIRED_ANSWERED = "-- delete_expired_answered
        DELETE FROM ceremony_answered
         WHERE id IN (SELECT id FROM ceremony_answered WHERE expires_at < $1
                       ORDER BY expires_at LIMIT $2)";
}

impl Tx {
    /// Records a sign-in attempt as failed until [`Self::mark_attempt_succeeded`] marks it as
    /// successful. Returns `false` and records nothing if too many attempts have failed before.
    /// Until this transaction ends, no other one can count, so that a burst of attempts cannot pass
    /// the limit.
    pub async fn begin_attempt(
        &mut self,
        attempt: AttemptId,
        name: &Sha256,
        limits: AttemptLimits,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let since = |ago| now.checked_sub(ago).unwrap_or(Timestamp::MIN);
        self.rows::<(i64,)>(LOCK_ATTEMPTS.call()).await?;
        let name = name.as_bytes().as_slice();
        let call = COUNT_FAILURES_OF_NAME.bind(name).bind(since(limits.of_name_in));
        let of_name: Option<(i64,)> = self.row(call).await?;
        let of_all: Option<(i64,)> = self.row(COUNT_FAILURES.bind(since(limits.of_all_in))).await?;
        let is_below = |count: Option<(i64,)>, most: u32| {
            count.is_some_and(|(count,)| count < i64::from(most))
        };
        if !is_below(of_name, limits.of_name) || !is_below(of_all, limits.of_all) {
            return Ok(false);
        }
        let call = INSERT_ATTEMPT.bind(attempt).bind(name).bind(false).bind(now).bind(self.name());
        self.run(call).await?;
        Ok(true)
    }

    /// Marks an attempt as successful.
    pub async fn mark_attempt_succeeded(&mut self, attempt: AttemptId) -> Result<(), Error> {
        self.run(MARK_ATTEMPT_SUCCEEDED.bind(attempt).bind(true).bind(self.name())).await?;
        Ok(())
    }

    /// Records an attempt without checking any limit.
    pub async fn insert_attempt(
        &mut self,
        attempt: AttemptId,
        name: &Sha256,
        has_succeeded: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        let name = name.as_bytes().as_slice();
        let call =
            INSERT_ATTEMPT.bind(attempt).bind(name).bind(has_succeeded).bind(now).bind(self.name());
        self.run(call).await?;
        Ok(())
    }

    /// Removes attempts from before `before`, at most `limit`; returns how many.
    pub async fn delete_attempts_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_ATTEMPTS.bind(before).bind(limit)).await
    }

    /// Removes expired sessions, one-time links and challenges, at most `limit` of each kind;
    /// returns how many.
    pub async fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        let mut deleted = 0;
        for query in [
            DELETE_EXPIRED_SESSIONS,
            DELETE_EXPIRED_SIGN_IN_LINKS,
            DELETE_EXPIRED_CEREMONIES,
            DELETE_EXPIRED_ANSWERED,
        ] {
            deleted += self.run(query.bind(now).bind(limit)).await?;
        }
        Ok(deleted)
    }
}
