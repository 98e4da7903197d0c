//! What may happen, how often, and what must come of it at once.

pub mod actions;
mod bulks;
mod claims;
mod decisions;
mod disputes;
pub mod evidence;
pub mod items;
mod looks;
mod people;
mod seconds;
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
    /// Somebody asks for the next case.
    Claim,
    /// Two people ask for it at once.
    ClaimAtOnce,
    /// Somebody's page says that it is still open.
    Keep,
    /// Somebody writes something down.
    Note,
    /// Somebody gives a case back.
    Release,
    /// Somebody decides.
    Decide,
    /// The same form is sent twice at once.
    DecideAtOnce,
    /// Somebody agrees to a decision that waits for a second person.
    Approve,
    /// Two leads do at once.
    ApproveAtOnce,
    /// Somebody does not agree.
    Refuse,
    /// Somebody reads such a decision's case.
    ReadAgain,
    /// Somebody takes a decision back.
    Undo,
    /// Somebody sits down at their cases, and looks.
    Look,
    /// Somebody goes on with the look that they began, or ends it.
    GoOn,
    /// Somebody looks at an item of a decision that waits for a second person.
    LookAgain,
    /// Somebody takes a break.
    Rest,
    /// Somebody prepares one answer for several cases.
    Prepare,
    /// Somebody gives it.
    Confirm,
    /// Somebody gives it up.
    DropBulk,
    /// Somebody agrees to a bulk decision that waits for a second person.
    ApproveBulk,
    /// Somebody does not agree to one.
    RefuseBulk,
    /// Somebody reads the cases of one.
    ReadBulkAgain,
    /// Somebody takes a bulk decision back.
    UndoBulk,
    /// The bank's owner settles a dispute.
    SettleDispute,
    /// Somebody says what is kept, and for how long.
    ChangePolicy,
    /// A service says what became of an action.
    Answer,
    /// A lead asks a service again.
    AskAgain,
    /// Somebody signs in.
    SignIn,
    /// Somebody signs out.
    SignOut,
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
    /// Files of the vault that nothing names go.
    SweepFolder,
    /// Minutes pass.
    Wait,
    /// Hours pass.
    WaitHours,
    /// Weeks pass.
    WaitLong,
    /// The process is replaced.
    Restart,
}

/// How often each comes, beside the others.
const OFTEN: [(Deed, u64); 42] = [
    (Deed::Check, 40),
    (Deed::List, 6),
    (Deed::Withdraw, 2),
    (Deed::Claim, 16),
    (Deed::ClaimAtOnce, 4),
    (Deed::Keep, 8),
    (Deed::Note, 4),
    (Deed::Release, 6),
    (Deed::Decide, 20),
    (Deed::DecideAtOnce, 4),
    (Deed::Approve, 8),
    (Deed::ApproveAtOnce, 3),
    (Deed::Refuse, 3),
    (Deed::ReadAgain, 4),
    (Deed::Undo, 6),
    (Deed::Look, 12),
    (Deed::GoOn, 4),
    (Deed::LookAgain, 4),
    (Deed::Rest, 1),
    (Deed::Prepare, 10),
    (Deed::Confirm, 6),
    (Deed::DropBulk, 1),
    (Deed::ApproveBulk, 7),
    (Deed::RefuseBulk, 2),
    (Deed::ReadBulkAgain, 4),
    (Deed::UndoBulk, 4),
    (Deed::SettleDispute, 4),
    (Deed::ChangePolicy, 2),
    (Deed::Answer, 10),
    (Deed::AskAgain, 2),
    (Deed::SignIn, 2),
    (Deed::SignOut, 2),
    (Deed::Work, 20),
    (Deed::Trouble, 8),
    (Deed::Redeliver, 3),
    (Deed::Endpoints, 3),
    (Deed::Sweep, 5),
    (Deed::SweepFolder, 3),
    (Deed::Wait, 8),
    (Deed::WaitHours, 4),
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
        Deed::Claim => claims::next(play).await,
        Deed::ClaimAtOnce => claims::two_at_once(play).await,
        Deed::Keep => claims::keep(play).await,
        Deed::Note => claims::note(play).await,
        Deed::Release => claims::release(play).await,
        Deed::Decide => decisions::decide(play).await,
        Deed::DecideAtOnce => decisions::decide_at_once(play).await,
        Deed::Approve => seconds::approve(play).await,
        Deed::ApproveAtOnce => Box::pin(seconds::approve_at_once(play)).await,
        Deed::Refuse => seconds::refuse(play).await,
        Deed::ReadAgain => Box::pin(seconds::read_again(play)).await,
        Deed::Undo => seconds::undo(play).await,
        Deed::Look => Box::pin(looks::sit(play)).await,
        Deed::GoOn => Box::pin(looks::come_back(play)).await,
        Deed::LookAgain => Box::pin(looks::look_again(play)).await,
        Deed::Rest => looks::rest(play).await,
        Deed::Prepare => bulks::prepare(play).await,
        Deed::Confirm => bulks::confirm(play).await,
        Deed::DropBulk => bulks::give_up(play).await,
        Deed::ApproveBulk => bulks::approve(play).await,
        Deed::RefuseBulk => bulks::refuse(play).await,
        Deed::ReadBulkAgain => Box::pin(bulks::read_again(play)).await,
        Deed::UndoBulk => bulks::undo(play).await,
        Deed::SettleDispute => disputes::settle(play).await,
        Deed::ChangePolicy => evidence::change_policy(play).await,
        Deed::Answer => actions::answer(play).await,
        Deed::AskAgain => actions::ask_again(play).await,
        Deed::SignIn => people::come(play).await,
        Deed::SignOut => people::leave(play).await,
        Deed::Work => time::work(play).await,
        Deed::Trouble => time::trouble(play),
        Deed::Redeliver => time::redeliver(play).await,
        Deed::Endpoints => time::endpoints(play).await,
        Deed::Sweep => time::sweep(play).await,
        Deed::SweepFolder => evidence::sweep_folder(play).await,
        Deed::Wait => time::wait(play, 1, 30),
        Deed::WaitHours => time::wait(play, 60, 26 * 60),
        Deed::WaitLong => time::wait(play, 24 * 60, 40 * 24 * 60),
        Deed::Restart => {
            play.begin_anew().await;
            Ok(())
        }
    }
}
