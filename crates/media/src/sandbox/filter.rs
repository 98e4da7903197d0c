//! The seccomp filters: which system calls a decoding process and a converter may make.
//!
//! Any other call kills a decoding process (SIGSYS). In a converter, a foreign program, any other
//! call fails, because its libraries try some calls that they do not need.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls that are allowed with any arguments: memory, signal handling, waiting, exit.
const ALLOWED_CALLS: [i64; 18] = [
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

/// Calls of a program that loads its libraries, reads a file, computes in threads and writes to an
/// open pipe. Found by `strace` of `heif-convert`. Landlock limits which files it can open.
const ALLOWED_FOR_CONVERTER: [i64; 23] = [
    libc::SYS_close,
    libc::SYS_clone3,
    libc::SYS_dup3,
    libc::SYS_execve,
    libc::SYS_fstat,
    libc::SYS_getdents64,
    libc::SYS_gettimeofday,
    libc::SYS_lseek,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];
/// Calls that only this processor's C library makes.
#[cfg(target_arch = "x86_64")]
const ALLOWED_BY_ARCH: [i64; 2] = [libc::SYS_arch_prctl, libc::SYS_dup2];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_BY_ARCH: [i64; 0] = [];

/// Applies the filter of a converter to this process and the program that it becomes.
pub fn apply_to_converter() -> Result<(), seccompiler::Error> {
    let refused = |error: libc::c_int| SeccompAction::Errno(error.unsigned_abs());
    // The flags of clone3 are in memory, where a filter cannot see them. `ENOSYS` makes the C
    // library fall back to the old call.
    let no_clone3 = Rules::from([(libc::SYS_clone3, Vec::new())]);
    apply_rules(no_clone3, SeccompAction::Allow, refused(libc::ENOSYS))?;
    let rules = rules_of_converter().map_err(seccompiler::Error::Backend)?;
    apply_rules(rules, refused(libc::EPERM), SeccompAction::Allow)
}

/// Applies a filter to this process: `listed` for the calls in `rules`, `other` for all others.
fn apply_rules(
    rules: Rules,
    other: SeccompAction,
    listed: SeccompAction,
) -> Result<(), seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into().map_err(seccompiler::Error::Backend)?;
    let filter = SeccompFilter::new(rules, other, listed, arch);
    let program: BpfProgram =
        filter.and_then(TryInto::try_into).map_err(seccompiler::Error::Backend)?;
    seccompiler::apply_filter_all_threads(&program)
}

fn rules_of_converter() -> Result<Rules, seccompiler::BackendError> {
    let free = ALLOWED_CALLS.into_iter().chain(ALLOWED_FOR_CONVERTER).chain(ALLOWED_BY_ARCH);
    let mut rules: Rules = free.map(|call| (call, Vec::new())).collect();
    // `clone` for threads only, not for processes.
    let thread = u64::try_from(libc::CLONE_THREAD).unwrap_or(u64::MAX);
    let makes_a_thread =
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(thread), thread)?;
    rules.insert(libc::SYS_clone, vec![rule([makes_a_thread])?]);
    rules.insert(libc::SYS_tgkill, vec![rule([argument_is(0, u64::from(std::process::id()))?])?]);
    // Descriptors may be copied and queried, but must not be set up to send signals.
    let commands = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_DUPFD_CLOEXEC];
    let allowed =
        commands.map(|command| rule([argument_is(1, u64::from(command.unsigned_abs()))?]));
    rules.insert(libc::SYS_fcntl, allowed.into_iter().collect::<Result<_, _>>()?);
    // Limits may be read but not set.
    let reads = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![rule([reads])?]);
    Ok(rules)
}

/// Applies the filter of a decoding process to every thread of this process, permanently.
pub fn apply() -> Result<(), seccompiler::Error> {
    let rules = rules().map_err(seccompiler::Error::Backend)?;
    apply_rules(rules, SeccompAction::KillProcess, SeccompAction::Allow)
}

fn rules() -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = ALLOWED_CALLS.into_iter().map(|call| (call, Vec::new())).collect();
    // Only standard input may be read, and only standard output and error written.
    rules.insert(libc::SYS_read, vec![rule([argument_is(0, 0)?])?]);
    rules.insert(libc::SYS_write, vec![rule([argument_is(0, 1)?])?, rule([argument_is(0, 2)?])?]);
    // Memory must not be executable.
    rules.insert(libc::SYS_mmap, vec![rule([not_executable()?])?]);
    rules.insert(libc::SYS_mprotect, vec![rule([not_executable()?])?]);
    // The process may send signals only to itself.
    rules.insert(libc::SYS_tgkill, vec![rule([argument_is(0, u64::from(std::process::id()))?])?]);
    // It may ask for processor time, up to the hard limit, which it cannot raise.
    let own_processor = [argument_is(0, 0)?, argument_is(1, u64::from(libc::RLIMIT_CPU))?];
    rules.insert(libc::SYS_prlimit64, vec![rule(own_processor)?]);
    Ok(rules)
}

fn rule<const N: usize>(
    conditions: [SeccompCondition; N],
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(conditions.into())
}

fn argument_is(index: u8, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

/// The third argument of mmap and mprotect lacks `PROT_EXEC`.
fn not_executable() -> Result<SeccompCondition, seccompiler::BackendError> {
    let executable = u64::try_from(libc::PROT_EXEC).unwrap_or(u64::MAX);
    SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(executable), 0)
}
