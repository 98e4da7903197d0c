//! `mamori approval`: lists, approves and refuses changes that need a second actor, directly on the
//! database, whether or not nodes are serving.

pub mod answer;
pub mod list;
pub mod notices;

use std::process::ExitCode;

use mamori_model::{ApprovalRequest, AuditActor};

use crate::local_cli::{self, Database};
use crate::serve::ConfigArgs;

/// Lists, approves and refuses changes that need a second actor; acknowledges change notices.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigArgs,
}

const EXAMPLES: &str = "\
The command line is one actor, no matter how many people use it. It can approve and refuse what
was requested with an API key. What was requested on the command line can be approved by the
holder of an administrator's key, or by a lead or an auditor in the console. docs/rights.md lists
the changes that need a second actor, and those of which another actor must acknowledge a notice.

Examples:
  mamori approval list
  mamori approval approve apr_01931c8e7d5a7c3e9f5b2f1d0c9b8a76
  mamori approval refuse apr_01931c8e7d5a7c3e9f5b2f1d0c9b8a76 --reason 'This list is not ours.'
  mamori approval apply apr_01931c8e7d5a7c3e9f5b2f1d0c9b8a76    after the delay
  mamori approval notices
  mamori approval acknowledge note_01931c8e7d5a7c3e9f5b2f1d0c9b8a76";

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Approve(answer::ApproveArgs),
    Refuse(answer::RefuseArgs),
    Cancel(answer::CancelArgs),
    Apply(answer::ApplyArgs),
    Notices(notices::Args),
    Acknowledge(notices::AcknowledgeArgs),
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    local_cli::run(&args.config, Database::MustExist, async |desk| match &args.command {
        Command::List(args) => list::run(desk, args).await,
        Command::Approve(args) => answer::approve(desk, args).await,
        Command::Refuse(args) => answer::refuse(desk, args).await,
        Command::Cancel(args) => answer::cancel(desk, args).await,
        Command::Apply(args) => answer::apply(desk, args).await,
        Command::Notices(args) => notices::run(desk, args).await,
        Command::Acknowledge(args) => notices::acknowledge(desk, args).await,
    })
}

/// Explains how a change that waits takes effect.
pub fn explain(request: &ApprovalRequest) -> String {
    let reasons: Vec<&str> = request.reasons.iter().map(|reason| reason.what()).collect();
    let id = request.id;
    let second = "the holder of an administrator's key, or a lead or an auditor in the console, can \
                  approve it";
    format!(
        "this needs a second actor ({reasons}); it waits as request {id}\n\
         until {until}: {second} (POST /v1/approvals/{id}/approve)\n\
         from {alone}: you can make it without a second actor: mamori approval apply {id}\n\
         to cancel the request: mamori approval cancel {id}",
        reasons = reasons.join("; "),
        until = request.agree_until.strftime("%Y-%m-%d %H:%M UTC"),
        alone = request.alone_from.strftime("%Y-%m-%d %H:%M UTC"),
    )
}

/// Names an actor in one line.
fn name_of(actor: &AuditActor) -> String {
    match (actor.id(), actor.name()) {
        (Some(id), Some(name)) => format!("{id} ({name})"),
        (Some(id), None) => id,
        (None, _) => actor.kind().replace('_', " "),
    }
}
