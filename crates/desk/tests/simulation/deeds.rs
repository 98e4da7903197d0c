//! What may happen, how often, and what must come of it at once.

mod items;
mod time;

use mamori_testkit::pictures::chance::Chance;

use crate::play::Play;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A service sends an item.
    Check,
    /// A hash comes into a bank.
    List,
    /// A hash leaves its bank.
    Withdraw,
    /// The workers do what is due.
    Work,
    /// A receiver will answer with an error, hang, or take the next message and say nothing.
    Trouble,
    /// A service asks for a delivery again.
    Redeliver,
    /// A service gets another endpoint, or gives one up.
    Endpoints,
    /// What reached its term goes.
    Sweep,
    /// Minutes or hours pass.
    Wait,
    /// Weeks pass.
    WaitLong,
    /// The process is replaced.
    Restart,
}

/// How often each comes, beside the others.
const OFTEN: [(Deed, u64); 11] = [
    (Deed::Check, 30),
    (Deed::List, 6),
    (Deed::Withdraw, 3),
    (Deed::Work, 20),
    (Deed::Trouble, 8),
    (Deed::Redeliver, 3),
    (Deed::Endpoints, 3),
    (Deed::Sweep, 5),
    (Deed::Wait, 10),
    (Deed::WaitLong, 2),
    (Deed::Restart, 1),
];

impl Deed {
    /// The next one.
    pub fn choose(chance: &mut Chance) -> Self {
        let all = OFTEN.iter().map(|(_, often)| often).sum();
        let mut left = chance.below(all);
        for (deed, often) in OFTEN {
            if left < often {
                return deed;
            }
            left -= often;
        }
        Self::Work
    }
}

/// Does it; the failure says what came out wrong.
pub async fn perform(play: &mut Play, deed: Deed) -> Result<(), String> {
    match deed {
        Deed::Check => items::check(play).await,
        Deed::List => items::list(play).await,
        Deed::Withdraw => items::withdraw(play).await,
        Deed::Work => time::work(play).await,
        Deed::Trouble => time::trouble(play),
        Deed::Redeliver => time::redeliver(play).await,
        Deed::Endpoints => time::endpoints(play).await,
        Deed::Sweep => time::sweep(play).await,
        Deed::Wait => time::wait(play, 1, 6 * 60),
        Deed::WaitLong => time::wait(play, 24 * 60, 40 * 24 * 60),
        Deed::Restart => {
            play.begin_anew().await;
            Ok(())
        }
    }
}
