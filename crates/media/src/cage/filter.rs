//! The system calls that a decoding process may make. Any other kills it (SIGSYS).

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls that need no look at their arguments: memory, signals to itself, waiting, the end.
const FREE: [i64; 18] = [
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
];

/// Puts the filter on every thread of this process, for ever.
pub fn apply() -> Result<(), seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into().map_err(seccompiler::Error::Backend)?;
    let filter = SeccompFilter::new(
        rules().map_err(seccompiler::Error::Backend)?,
        SeccompAction::KillProcess,
        SeccompAction::Allow,
        arch,
    );
    let program: BpfProgram =
        filter.and_then(TryInto::try_into).map_err(seccompiler::Error::Backend)?;
    seccompiler::apply_filter_all_threads(&program)
}

fn rules() -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = FREE.into_iter().map(|call| (call, Vec::new())).collect();
    // Standard input is read, standard output and error are written, and nothing else.
    rules.insert(libc::SYS_read, vec![only([argument(0, 0)?])?]);
    rules.insert(libc::SYS_write, vec![only([argument(0, 1)?])?, only([argument(0, 2)?])?]);
    // Memory may hold data but never a program.
    rules.insert(libc::SYS_mmap, vec![only([not_executable()?])?]);
    rules.insert(libc::SYS_mprotect, vec![only([not_executable()?])?]);
    // The process may end itself, and nobody else.
    rules.insert(libc::SYS_tgkill, vec![only([argument(0, u64::from(std::process::id()))?])?]);
    // It may ask for processor time, up to the limit that it cannot raise.
    let own_processor = [argument(0, 0)?, argument(1, u64::from(libc::RLIMIT_CPU))?];
    rules.insert(libc::SYS_prlimit64, vec![only(own_processor)?]);
    Ok(rules)
}

fn only<const N: usize>(
    conditions: [SeccompCondition; N],
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(conditions.into())
}

fn argument(index: u8, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

/// The third argument of mmap and mprotect lacks `PROT_EXEC`.
fn not_executable() -> Result<SeccompCondition, seccompiler::BackendError> {
    let executable = u64::try_from(libc::PROT_EXEC).unwrap_or(u64::MAX);
    SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(executable), 0)
}
