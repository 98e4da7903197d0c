//! The steps, how often each is chosen, and the checks of its immediate result.

pub mod actions;
mod approvals;
mod bulks;
mod claims;
mod decisions;
mod disputes;
pub mod evidence;
mod in_entries;
mod insiders;
pub mod items;
mod meddling;
mod people;
pub mod services;
pub mod time;
mod views;

use mamori_testkit::pictures::rng::Rng;

use crate::sim::Simulation;

/// One step of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A service sends an item.
    Check,
    /// A hash is added to a bank.
    List,
    /// A hash is withdrawn from its bank.
    Withdraw,
    /// A reviewer claims the next case.
    Claim,
    /// Two reviewers claim the next case at once.
    ClaimAtOnce,
    /// A reviewer's page sends a keep-alive.
    ExtendClaim,
    /// A reviewer writes a note.
    Note,
    /// A reviewer releases a case.
    Release,
    /// A reviewer decides a case.
    Decide,
    /// The same decision is sent twice at once.
    DecideAtOnce,
    /// A person approves a proposed decision.
    Approve,
    /// Two leads approve at once.
    ApproveAtOnce,
    /// A person refuses a proposed decision.
    Refuse,
    /// A person reads the case of a proposed decision.
    ReadAgain,
    /// A person undoes a decision.
    Undo,
    /// A reviewer views items of claimed cases, one after the other.
    View,
    /// A reviewer continues or ends an open view.
    GoOn,
    /// A person views an item of a proposed decision.
    ViewAsApprover,
    /// A reviewer takes a break.
    TakeBreak,
    /// A reviewer prepares a bulk decision.
    Prepare,
    /// A reviewer views an item of a prepared bulk decision.
    ViewInBulk,
    /// A person confirms a bulk decision.
    Confirm,
    /// A person drops a bulk decision.
    DropBulk,
    /// A person approves a proposed bulk decision.
    ApproveBulk,
    /// A person refuses a proposed bulk decision.
    RefuseBulk,
    /// A person reads the cases of a proposed bulk decision.
    ReadBulkAgain,
    /// A person undoes a bulk decision.
    UndoBulk,
    /// A lead agrees to a dispute.
    AgreeDispute,
    /// A policy editor resolves a dispute.
    ResolveDispute,
    /// The policy editor changes how long bytes are stored.
    ChangePolicy,
    /// A service answers an action.
    Answer,
    /// A lead requests an overdue action again.
    RequestAgain,
    /// A person signs in.
    SignIn,
    /// A person signs out.
    SignOut,
    /// The workers run the jobs that are due.
    Work,
    /// A receiver will answer the next message with an error, hang, or close the connection.
    Trouble,
    /// A service asks for a delivery again.
    Redeliver,
    /// A service adds an endpoint, or removes one.
    Endpoints,
    /// The retention sweep runs.
    Sweep,
    /// The sweep of the vault's folder runs.
    SweepFolder,
    /// Minutes pass.
    Wait,
    /// Hours pass.
    WaitHours,
    /// Weeks pass.
    WaitLong,
    /// An administrator deletes a service.
    DeleteService,
    /// A hostile administrator's key tries a verb.
    Administer,
    /// A request for a second actor is answered.
    AnswerRequest,
    /// A reviewer lowers the urgency of a claimed case, or proposes it.
    LowerUrgency,
    /// A person agrees to a proposal to lower an urgency, or refuses it.
    AnswerLowering,
    /// A reviewer or lead acts on a case that a colleague has claimed.
    Meddle,
    /// The process is replaced.
    Restart,
}

/// The weight of each step.
const OFTEN: [(Step, u64); 50] = [
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
    (Step::ViewInBulk, 6),
    (Step::Confirm, 6),
    (Step::DropBulk, 1),
    (Step::ApproveBulk, 7),
    (Step::RefuseBulk, 2),
    (Step::ReadBulkAgain, 4),
    (Step::UndoBulk, 4),
    (Step::AgreeDispute, 10),
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
    (Step::DeleteService, 3),
    (Step::Administer, 24),
    (Step::AnswerRequest, 12),
    (Step::LowerUrgency, 4),
    (Step::AnswerLowering, 4),
    (Step::Meddle, 10),
    (Step::Restart, 1),
];

impl Step {
    /// Chooses the next step.
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

/// Runs a step; the failure says which result was wrong.
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
        Step::ViewInBulk => Box::pin(bulks::view(sim)).await,
        Step::Confirm => bulks::confirm(sim).await,
        Step::DropBulk => bulks::give_up(sim).await,
        Step::ApproveBulk => bulks::approve(sim).await,
        Step::RefuseBulk => bulks::refuse(sim).await,
        Step::ReadBulkAgain => Box::pin(bulks::read_again(sim)).await,
        Step::UndoBulk => bulks::undo(sim).await,
        Step::AgreeDispute => Box::pin(disputes::agree(sim)).await,
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
        Step::DeleteService => services::delete(sim, sim.admin.clone()).await,
        Step::Administer => Box::pin(insiders::act(sim)).await,
        Step::AnswerRequest => Box::pin(insiders::answer(sim)).await,
        Step::Meddle => Box::pin(meddling::meddle(sim)).await,
        Step::LowerUrgency => claims::lower_urgency(sim).await,
        Step::AnswerLowering => approvals::answer_lowering(sim).await,
        Step::Restart => {
            sim.begin_anew().await;
            Ok(())
        }
    }
}
