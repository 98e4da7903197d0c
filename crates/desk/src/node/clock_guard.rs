//! Decides whether the clock may be believed where a wrong one would do harm that lasts: in the
//! sweep, which deletes what has reached its term, and in reminders, which give up after some days.
//!
//! A node that starts believes its clock if that is at most [`ClockLimits::jump_max`] ahead of the last
//! sweep. If it is further ahead, either all nodes were off for long or the clock is wrong; the node
//! cannot know which. It then believes the clock once it has run for [`ClockLimits::settle`] without a
//! jump. A jump that the node sees, because the clock does not advance as the running time does, is
//! never believed, however long the node runs: only until the clock is back, or the operator starts
//! the node again. On PostgreSQL the clock must also agree with the database's.
//!
//! A node that starts with a clock behind the last sweep believes it, because it deletes less. But it
//! does not set back the time of the last sweep, and moves no job to an earlier time. Only if the clock
//! is behind by more than [`ClockLimits::jump_max`] and the node has run for [`ClockLimits::settle`],
//! it was the clock of the last sweep that was wrong.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use strum::{IntoStaticStr, VariantArray};

use crate::{Clock, Desk, Error};

/// Whether the clock is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ClockState {
    /// It was not compared yet.
    Unknown,
    /// It is believed.
    Believed,
    /// It was far ahead of the last sweep when the node started, which has not run for long enough
    /// since.
    Ahead,
    /// It jumped while the node ran, and is not back.
    Jumped,
    /// It differs from the clock of the database's server.
    DiffersFromDatabase,
}

impl ClockState {
    /// Returns the word that `/readyz` and the log use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// When the clock is doubted, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockLimits {
    /// The greatest difference that is not doubted.
    pub jump_max: SignedDuration,
    /// How long a node must run with a clock that was far from the last sweep when it started, and
    /// advances as the running time does, until the clock is taken for right.
    pub settle: Duration,
}

impl Default for ClockLimits {
    fn default() -> Self {
        Self { jump_max: SignedDuration::from_hours(24), settle: Duration::from_hours(1) }
    }
}

/// The clock and the machine's running time at one moment.
#[derive(Clone, Copy, Debug)]
struct Moment {
    time: Timestamp,
    running: Duration,
}

impl Moment {
    fn of(clock: &Clock) -> Self {
        Self { time: clock.now(), running: clock.running() }
    }

    /// Returns by how much the clock advanced more than the running time did since `earlier`.
    fn drift_since(self, earlier: Self) -> SignedDuration {
        let running = self.running.saturating_sub(earlier.running);
        let running = SignedDuration::try_from(running).unwrap_or(SignedDuration::MAX);
        self.time.duration_since(earlier.time).saturating_sub(running)
    }
}

/// The times that the clock is compared with.
#[derive(Clone, Copy, Debug)]
struct Compared {
    /// When a sweep last ran, by a clock that was not behind; `None` if none ever did.
    last_sweep: Option<Timestamp>,
    /// The time at the database's server.
    database: Option<Timestamp>,
}

/// What a node knows about its clock.
#[derive(Debug)]
pub(crate) struct ClockGuard {
    limits: ClockLimits,
    inner: Mutex<Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    state: ClockState,
    /// What a jump is measured from: the start of the node, or the correction of a clock that was
    /// wrong then.
    reference: Moment,
    /// Whether the clock was believed since `reference`.
    is_confirmed: bool,
    /// Whether the clock is behind the last sweep, and that sweep's was not found wrong.
    is_behind: bool,
    /// The running time since which no jump was observed.
    steady_since: Duration,
}

impl ClockGuard {
    /// Creates the guard at the start of a node.
    pub(crate) fn new(limits: ClockLimits, clock: &Clock) -> Self {
        let start = Moment::of(clock);
        let known = Known {
            state: ClockState::Unknown,
            reference: start,
            is_confirmed: false,
            is_behind: false,
            steady_since: start.running,
        };
        Self { limits, inner: Mutex::new(known) }
    }

    /// Returns what the last comparison said, unless the clock has jumped since.
    fn state(&self, now: Moment) -> ClockState {
        let known = *self.known();
        let has_jumped = now.drift_since(known.reference).abs() > self.limits.jump_max;
        if known.state == ClockState::Believed && has_jumped {
            return ClockState::Jumped;
        }
        known.state
    }

    /// Returns whether the clock was behind the last sweep when it was compared. Then jobs that seem to
    /// be due late may be due in their time.
    pub(crate) fn is_behind(&self) -> bool {
        self.known().is_behind
    }

    /// Compares the clock, and returns the state before and now.
    fn compare(&self, now: Moment, with: Compared) -> (ClockState, ClockState) {
        let ClockLimits { jump_max, settle } = self.limits;
        let mut known = self.known();
        let before = known.state;
        let ahead = with.last_sweep.map(|last| now.time.duration_since(last));
        let drift = now.drift_since(known.reference);
        let mut observed_jump = drift.abs() > jump_max;
        if observed_jump {
            known.steady_since = now.running;
            // Back from a time that was not believed, or forward from a time that was behind.
            let is_corrected = if drift.is_negative() {
                !known.is_confirmed
            } else {
                ahead.is_some_and(|ahead| ahead <= jump_max)
            };
            if is_corrected {
                (known.reference, known.is_confirmed) = (now, false);
                observed_jump = false;
            }
        }
        let differs = |database: Timestamp| now.time.duration_since(database).abs() > jump_max;
        let is_ahead = !known.is_confirmed && ahead.is_some_and(|ahead| ahead > jump_max);
        let steady = now.running.saturating_sub(known.steady_since);
        let is_sweep_wrong = steady >= settle && ahead.is_some_and(|ahead| ahead < -jump_max);
        known.is_behind = ahead.is_some_and(|ahead| ahead.is_negative()) && !is_sweep_wrong;
        known.state = if with.database.is_some_and(differs) {
            ClockState::DiffersFromDatabase
        } else if observed_jump {
            ClockState::Jumped
        } else if is_ahead && steady < settle {
            ClockState::Ahead
        } else {
            known.is_confirmed = true;
            ClockState::Believed
        };
        (before, known.state)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Returns whether the clock is believed, as far as is known without asking the database.
    pub fn clock_state(&self) -> ClockState {
        self.inner.clock_guard.state(Moment::of(self.clock()))
    }

    /// Compares the clock with the database, and stores its time if it is believed and not behind.
    /// Returns the time that was compared, `None` if it is not believed, and logs when that changes.
    pub(crate) async fn believed_time(&self) -> Result<Option<Timestamp>, Error> {
        let last_sweep = self.store().last_sweep().await?;
        let is_system = self.clock().is_system();
        let database = if is_system { self.store().database_time().await? } else { None };
        // Last, so that a slow answer of the database does not count as a difference.
        let now = Moment::of(self.clock());
        let compared = Compared { last_sweep, database };
        let (before, state) = self.inner.clock_guard.compare(now, compared);
        if before != state {
            self.log_clock(state, compared);
        }
        if state != ClockState::Believed {
            return Ok(None);
        }
        if !self.inner.clock_guard.is_behind() {
            let mut tx = self.store().begin("last_sweep").await?;
            tx.set_last_sweep(now.time).await?;
            tx.commit().await?;
        }
        Ok(Some(now.time))
    }

    fn log_clock(&self, state: ClockState, compared: Compared) {
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let (last_sweep, database) = (text(compared.last_sweep), text(compared.database));
        if state == ClockState::Believed {
            tracing::info!(last_sweep, database, "the clock is believed, and sweeps run");
            return;
        }
        let settle_min = self.inner.clock_guard.limits.settle.as_secs() / 60;
        tracing::error!(
            clock = %self.clock().now(),
            state = state.as_str(),
            last_sweep,
            database,
            settle_min = (state == ClockState::Ahead).then_some(settle_min),
            "the clock is not believed: nothing is deleted, and no reminder is sent"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24;

    fn hours(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    /// A guard, its clock, and the time of the last sweep that a believed clock sets.
    struct Fixture {
        clock: Clock,
        guard: ClockGuard,
        last_sweep: Option<Timestamp>,
    }

    impl Fixture {
        /// A node that starts when a sweep ran `ago` before.
        fn started(ago: SignedDuration) -> Self {
            let start = Timestamp::from_second(1_795_000_000).unwrap();
            let clock = Clock::manual(start);
            let guard = ClockGuard::new(ClockLimits::default(), &clock);
            Self { clock, guard, last_sweep: Some(start - ago) }
        }

        fn compare(&mut self) -> ClockState {
            let now = Moment::of(&self.clock);
            let compared = Compared { last_sweep: self.last_sweep, database: None };
            let (_, state) = self.guard.compare(now, compared);
            if state == ClockState::Believed && !self.guard.is_behind() {
                self.last_sweep = Some(now.time);
            }
            state
        }

        fn state(&self) -> ClockState {
            self.guard.state(Moment::of(&self.clock))
        }
    }

    #[test]
    fn a_node_that_was_off_for_long_is_believed_after_it_ran_for_an_hour() {
        let mut node = Fixture::started(hours(10 * DAY));

        assert_eq!(node.compare(), ClockState::Ahead);
        node.clock.advance(SignedDuration::from_mins(59));
        assert_eq!(node.compare(), ClockState::Ahead);
        node.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(node.compare(), ClockState::Believed);
    }

    #[test]
    fn a_node_that_was_off_for_less_than_a_day_is_believed_at_once() {
        assert_eq!(Fixture::started(hours(23)).compare(), ClockState::Believed);
        assert_eq!(Fixture::started(hours(25)).compare(), ClockState::Ahead);
        let mut first = Fixture { last_sweep: None, ..Fixture::started(hours(0)) };
        assert_eq!(first.compare(), ClockState::Believed, "no sweep ever ran");
    }

    #[test]
    fn a_clock_that_jumps_while_the_node_runs_is_not_believed_until_it_is_back() {
        for jump in [hours(400 * DAY), hours(-400 * DAY)] {
            let mut node = Fixture::started(hours(0));
            assert_eq!(node.compare(), ClockState::Believed);
            node.clock.advance(hours(100 * DAY));
            assert_eq!(node.compare(), ClockState::Believed, "a long run is no jump");

            node.clock.jump(jump);
            assert_eq!(node.state(), ClockState::Jumped, "before the database is asked");
            assert_eq!(node.compare(), ClockState::Jumped);
            node.clock.advance(hours(30 * DAY));
            assert_eq!(node.compare(), ClockState::Jumped, "however long it runs");
            node.clock.jump(-jump);
            assert_eq!(node.compare(), ClockState::Believed, "and at once");
        }
    }

    #[test]
    fn a_clock_that_jumps_before_the_first_sweep_ever_is_not_believed() {
        let mut node = Fixture { last_sweep: None, ..Fixture::started(hours(0)) };

        node.clock.jump(hours(400 * DAY));

        assert_eq!(node.compare(), ClockState::Jumped);
    }

    #[test]
    fn an_operator_ends_the_doubt_of_a_jump_by_a_restart() {
        let mut node = Fixture::started(hours(0));
        node.compare();
        node.clock.jump(hours(400 * DAY));
        assert_eq!(node.compare(), ClockState::Jumped);

        node.guard = ClockGuard::new(ClockLimits::default(), &node.clock);

        assert_eq!(node.compare(), ClockState::Ahead);
        node.clock.advance(hours(1));
        assert_eq!(node.compare(), ClockState::Believed);
    }

    #[test]
    fn a_jump_within_the_time_to_settle_is_not_settled_and_begins_it_anew() {
        let mut node = Fixture::started(hours(10 * DAY));
        node.clock.advance(SignedDuration::from_mins(59));
        node.clock.jump(hours(30 * DAY));

        assert_eq!(node.compare(), ClockState::Jumped);
        node.clock.advance(hours(5));
        assert_eq!(node.compare(), ClockState::Jumped);
        node.clock.jump(hours(-30 * DAY));
        assert_eq!(node.compare(), ClockState::Ahead);
        node.clock.advance(SignedDuration::from_mins(59));
        assert_eq!(node.compare(), ClockState::Ahead);
        node.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(node.compare(), ClockState::Believed);
    }

    #[test]
    fn a_clock_that_was_wrong_at_the_start_is_believed_when_it_is_corrected() {
        for wrong_by in [hours(400 * DAY), hours(-400 * DAY)] {
            let mut node = Fixture::started(wrong_by);
            node.compare();

            node.clock.jump(-wrong_by);

            assert_eq!(node.compare(), ClockState::Believed);
            node.clock.advance(hours(2));
            node.clock.jump(hours(400 * DAY));
            assert_eq!(node.compare(), ClockState::Jumped, "the correction is what counts");
        }
    }

    #[test]
    fn a_clock_that_is_behind_at_the_start_is_believed_because_it_deletes_less() {
        let mut node = Fixture::started(hours(-400 * DAY));

        assert_eq!(node.compare(), ClockState::Believed);
    }

    #[test]
    fn a_clock_that_is_behind_sets_the_last_sweep_back_after_an_hour() {
        let mut node = Fixture::started(hours(-400 * DAY));
        let last_sweep = node.last_sweep;

        for _ in 0..2 {
            assert_eq!(node.compare(), ClockState::Believed);
            assert!(node.guard.is_behind());
            assert_eq!(node.last_sweep, last_sweep);
            node.clock.advance(SignedDuration::from_mins(30));
        }
        assert_eq!(node.compare(), ClockState::Believed);

        assert!(!node.guard.is_behind());
        assert_eq!(node.last_sweep, Some(node.clock.now()));
    }

    #[test]
    fn a_clock_that_is_a_little_behind_is_so_until_it_reaches_the_last_sweep() {
        let mut node = Fixture::started(hours(-23));

        let is_behind = [0, 2, 20, 1].map(|more| {
            node.clock.advance(hours(more));
            assert_eq!(node.compare(), ClockState::Believed);
            node.guard.is_behind()
        });

        assert_eq!(is_behind, [true, true, true, false]);
    }

    #[test]
    fn a_clock_that_differs_from_the_databases_is_never_believed() {
        let node = Fixture::started(hours(0));
        let last_sweep = node.last_sweep;
        let compare = |by: SignedDuration| {
            let now = Moment::of(&node.clock);
            let database = Some(now.time + by);
            node.guard.compare(now, Compared { last_sweep, database }).1
        };

        assert_eq!(compare(hours(23)), ClockState::Believed);
        for by in [hours(25), hours(-25)] {
            assert_eq!(compare(by), ClockState::DiffersFromDatabase);
            node.clock.advance(hours(2));
            assert_eq!(compare(by), ClockState::DiffersFromDatabase, "however long it runs");
        }
    }
}
