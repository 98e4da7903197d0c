//! What may happen, how often, and what must come of it at once.

pub mod actions;
mod approvals;
mod bulks;
mod claims;
mod decisions;
mod disputes;
pub mod evidence;
pub mod items;
mod people;
mod time;
mod views;

use mamori_testkit::pictures::rng::Rng;

use crate::sim::Simulation;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
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
    ExtendClaim,
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
    View,
    /// Somebody goes on with the look that they began, or ends it.
    GoOn,
    /// Somebody looks at an item of a decision that waits for a second person.
    ViewAsApprover,
    /// Somebody takes a break.
    TakeBreak,
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
    ResolveDispute,
    /// Somebody says what is kept, and for how long.
    ChangePolicy,
    /// A service says what became of an action.
    Answer,
    /// A lead asks a service again.
    RequestAgain,
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
const OFTEN: [(Step, u64); 42] = [
    (Step::Check, 40),
    (Step::List, 6),
    (Step::Withdraw, 2),
    (Step::Claim, 16),
    (Step::ClaimAtOnce, 4),
    (Step::ExtendClaim, 8),
    (Step::Note, 4),
    (Step::Release, 6),
    (Step::Decide, 20),
    (Step::DecideAtOnce, 4),
    (Step::Approve, 8),
    (Step::ApproveAtOnce, 3),
    (Step::Refuse, 3),
    (Step::ReadAgain, 4),
    (Step::Undo, 6),
    (Step::View, 12),
    (Step::GoOn, 4),
    (Step::ViewAsApprover, 4),
    (Step::TakeBreak, 1),
    (Step::Prepare, 10),
    (Step::Confirm, 6),
    (Step::DropBulk, 1),
    (Step::ApproveBulk, 7),
    (Step::RefuseBulk, 2),
    (Step::ReadBulkAgain, 4),
    (Step::UndoBulk, 4),
    (Step::ResolveDispute, 4),
    (Step::ChangePolicy, 2),
    (Step::Answer, 10),
    (Step::RequestAgain, 2),
    (Step::SignIn, 2),
    (Step::SignOut, 2),
    (Step::Work, 20),
    (Step::Trouble, 8),
    (Step::Redeliver, 3),
    (Step::Endpoints, 3),
    (Step::Sweep, 5),
    (Step::SweepFolder, 3),
    (Step::Wait, 8),
    (Step::WaitHours, 4),
    (Step::WaitLong, 2),
    (Step::Restart, 1),
];

impl Step {
    /// The next one.
    pub fn choose(rng: &mut Rng) -> Self {
        let all = OFTEN.iter().map(|(_, often)| often).sum();
        let mut left = rng.below(all);
        for (step, often) in OFTEN {
            if left < often {
                return step;
            }
            left -= often;
        }
        Self::Work
    }
}

/// Does it; the failure says what came out wrong.
pub async fn perform(sim: &mut Simulation, step: Step) -> Result<(), String> {
    match step {
        Step::Check => items::check(sim).await,
        Step::List => items::list(sim).await,
        Step::Withdraw => items::withdraw(sim).await,
        Step::Claim => claims::next(sim).await,
        Step::ClaimAtOnce => claims::two_at_once(sim).await,
        Step::ExtendClaim => claims::extend(sim).await,
        Step::Note => claims::note(sim).await,
        Step::Release => claims::release(sim).await,
        Step::Decide => decisions::decide(sim).await,
        Step::DecideAtOnce => decisions::decide_at_once(sim).await,
        Step::Approve => approvals::approve(sim).await,
        Step::ApproveAtOnce => Box::pin(approvals::approve_at_once(sim)).await,
        Step::Refuse => approvals::refuse(sim).await,
        Step::ReadAgain => Box::pin(approvals::read_again(sim)).await,
        Step::Undo => approvals::undo(sim).await,
        Step::View => Box::pin(views::sit(sim)).await,
        Step::GoOn => Box::pin(views::come_back(sim)).await,
        Step::ViewAsApprover => Box::pin(views::open_view_as_approver(sim)).await,
        Step::TakeBreak => views::take_break(sim).await,
        Step::Prepare => bulks::prepare(sim).await,
        Step::Confirm => bulks::confirm(sim).await,
        Step::DropBulk => bulks::give_up(sim).await,
        Step::ApproveBulk => bulks::approve(sim).await,
        Step::RefuseBulk => bulks::refuse(sim).await,
        Step::ReadBulkAgain => Box::pin(bulks::read_again(sim)).await,
        Step::UndoBulk => bulks::undo(sim).await,
        Step::ResolveDispute => disputes::resolve(sim).await,
        Step::ChangePolicy => evidence::change_policy(sim).await,
        Step::Answer => actions::answer(sim).await,
        Step::RequestAgain => actions::request_again(sim).await,
        Step::SignIn => people::come(sim).await,
        Step::SignOut => people::leave(sim).await,
        Step::Work => time::work(sim).await,
        Step::Trouble => time::trouble(sim),
        Step::Redeliver => time::redeliver(sim).await,
        Step::Endpoints => time::endpoints(sim).await,
        Step::Sweep => time::sweep(sim).await,
        Step::SweepFolder => evidence::sweep_folder(sim).await,
        Step::Wait => time::wait(sim, 1, 30),
        Step::WaitHours => time::wait(sim, 60, 26 * 60),
        Step::WaitLong => time::wait(sim, 24 * 60, 40 * 24 * 60),
        Step::Restart => {
            sim.begin_anew().await;
            Ok(())
        }
    }
}
