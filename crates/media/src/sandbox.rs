//! The sandbox of a decoding process: the rights that it gives up before it reads the first hostile
//! byte.
//!
//! Each protection is applied as far as the kernel supports it. A missing one is reported, and the
//! server decides whether it starts without it. Needs a process of one thread, because some
//! protections bind only the calling thread.

pub mod converter;
mod filter;
pub mod sys;

use std::collections::BTreeSet;
use std::{fmt, io};

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetError,
    RulesetStatus, Scope,
};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::Limits;

/// A limit on what a decoding process can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Protection {
    /// System calls beyond those that computing needs are refused (seccomp).
    #[strum(serialize = "system calls (seccomp)")]
    SystemCalls,
    /// No file can be opened, created or removed; a second barrier besides seccomp (landlock).
    #[strum(serialize = "files (landlock)")]
    Files,
    /// No TCP port can be bound or connected; a second barrier (landlock since Linux 6.7). Against
    /// every other kind of network, seccomp is the only barrier.
    #[strum(serialize = "TCP (landlock)")]
    Tcp,
    /// No signals to other processes, no abstract sockets; a second barrier (landlock since Linux
    /// 6.12).
    #[strum(serialize = "signals (landlock)")]
    Signals,
    /// No more memory than `limits.memory_bytes_max`.
    Memory,
    /// No more processor time than `limits.cpu_s_max` for each picture.
    #[strum(serialize = "processor time")]
    Processor,
    /// No new processes or descriptors, no writing to files, no core dump.
    #[strum(serialize = "processes and descriptors")]
    Resources,
    /// No capabilities, also for root, and no new privileges by starting a program.
    Privileges,
    /// Other processes of the same user cannot read its memory.
    Inspection,
    /// It does not outlive the server.
    Orphans,
}

impl Protection {
    /// Every protection, the strongest first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The protections that a node requires by default (`media.protections_required`): they keep a
    /// compromised decoding process away from the machine's files, network and memory.
    pub const ESSENTIAL: &'static [Self] = &[Self::SystemCalls, Self::Files, Self::Memory];

    /// Returns the name that log lines and the command line show.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The protections that are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Protections(BTreeSet<Protection>);

impl Protections {
    /// Checks whether `protection` is in force.
    pub fn has(&self, protection: Protection) -> bool {
        self.0.contains(&protection)
    }

    /// Returns the protections that the kernel did not grant.
    pub fn missing(&self) -> impl Iterator<Item = Protection> {
        Protection::ALL.iter().copied().filter(|protection| !self.has(*protection))
    }

    /// Returns the protections of `other` that are not in force here.
    pub fn lacking(&self, other: &Self) -> Vec<Protection> {
        other.0.difference(&self.0).copied().collect()
    }

    fn record(&mut self, protection: Protection, is_in_force: bool) {
        if is_in_force {
            self.0.insert(protection);
        }
    }
}

impl fmt::Display for Protections {
    /// Writes one line: the protections in force, then the missing ones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |protections: Vec<Protection>| {
            protections.into_iter().map(Protection::as_str).collect::<Vec<_>>().join(", ")
        };
        let in_force = Protection::ALL.iter().copied().filter(|protection| self.has(*protection));
        write!(f, "decoding is limited in: {}", list(in_force.collect()))?;
        let missing: Vec<_> = self.missing().collect();
        if missing.is_empty() { Ok(()) } else { write!(f, "; NOT limited in: {}", list(missing)) }
    }
}

/// Applies all protections to this process for the rest of its life. Standard input, output and
/// error stay open.
///
/// # Errors
/// `Unsupported` in a process of several threads: the others would stay outside the sandbox.
pub fn lock_down(limits: &Limits) -> io::Result<Protections> {
    if threads().is_some_and(|count| count > 1) {
        let message = "a decoding process must apply its sandbox before it starts threads";
        return Err(io::Error::new(io::ErrorKind::Unsupported, message));
    }
    let mut protections = Protections::default();
    let has_no_rights = sys::set_no_new_privileges() && sys::drop_capabilities();
    protections.record(Protection::Privileges, has_no_rights);
    protections.record(Protection::Inspection, sys::set_not_dumpable());
    protections.record(Protection::Orphans, sys::die_with_parent());
    sys::close_descriptors_from(3);
    // Landlock opens a descriptor for its rules, so it comes before the limit on descriptors.
    for protection in forbid_files().unwrap_or_default() {
        protections.record(*protection, true);
    }
    protections.record(
        Protection::Memory,
        sys::limit(sys::Resource::AddressSpace, limits.memory_bytes_max),
    );
    protections
        .record(Protection::Processor, sys::limit(sys::Resource::Processor, lifetime_s(limits)));
    protections.record(Protection::Resources, limit_resources());
    protections.record(Protection::SystemCalls, filter::apply().is_ok());
    Ok(protections)
}

/// Forbids file access, TCP and signals to other processes, as far as this kernel supports it.
/// Returns the protections that are in force.
///
/// # Errors
/// If the kernel refuses the rules themselves, which none should do.
pub fn forbid_files() -> Result<&'static [Protection], RulesetError> {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .restrict_self()?;
    Ok(enforced(&status.ruleset, status.landlock))
}

/// Returns which protections a kernel enforces. A kernel leaves out those that are newer than its
/// version of landlock and reports only "partially enforced".
///
/// Source: `landlock(7)`, the versions of the ABI.
fn enforced(ruleset: &RulesetStatus, landlock: LandlockStatus) -> &'static [Protection] {
    const SINCE: [(ABI, &[Protection]); 3] = [
        (ABI::V6, &[Protection::Files, Protection::Tcp, Protection::Signals]),
        (ABI::V4, &[Protection::Files, Protection::Tcp]),
        (ABI::V1, &[Protection::Files]),
    ];
    let LandlockStatus::Available { effective_abi, .. } = landlock else { return &[] };
    if *ruleset == RulesetStatus::NotEnforced {
        return &[];
    }
    SINCE.into_iter().find(|(abi, _)| effective_abi >= *abi).map_or(&[], |(_, held)| held)
}

fn limit_resources() -> bool {
    use sys::Resource::{CoreSize, Descriptors, FileSize, Processes};
    [Descriptors, Processes, CoreSize, FileSize].into_iter().all(|resource| sys::limit(resource, 0))
}

/// Grants the process `limits.cpu_s_max` more seconds of processor time, from now on. The kernel
/// kills it after that (SIGXCPU). Returns whether its lifetime is long enough for another picture
/// after this one.
pub fn grant_processor_time(limits: &Limits) -> bool {
    let used_s = sys::processor_time_used_s();
    let until_s = used_s.saturating_add(u64::from(limits.cpu_s_max));
    sys::limit_softly(sys::Resource::Processor, until_s, lifetime_s(limits));
    until_s.saturating_add(u64::from(limits.cpu_s_max)) < lifetime_s(limits)
}

/// Returns the processor time after which a process is replaced, in seconds. The kernel lets no
/// process raise its own hard limit, so even one that an attacker took over ends.
fn lifetime_s(limits: &Limits) -> u64 {
    (u64::from(limits.cpu_s_max) * 30).max(600)
}

/// Returns how many threads this process has; `None` if the kernel does not tell.
fn threads() -> Option<usize> {
    std::fs::read_dir("/proc/self/task").ok().map(Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_the_missing_protections() {
        let mut protections = Protections::default();
        for &protection in Protection::ALL {
            protections.record(protection, protection != Protection::Files);
        }

        let line = protections.to_string();

        assert!(line.contains("system calls (seccomp), TCP (landlock)"), "{line}");
        assert!(line.ends_with("NOT limited in: files (landlock)"), "{line}");
    }

    #[test]
    fn only_protections_that_the_kernels_landlock_supports_are_reported() {
        use Protection::{Files, Signals, Tcp};
        let available =
            |effective_abi| LandlockStatus::Available { effective_abi, kernel_abi: None };
        let of = |abi| enforced(&RulesetStatus::PartiallyEnforced, available(abi));

        assert_eq!(of(ABI::V1), [Files]);
        assert_eq!(of(ABI::V3), [Files]);
        assert_eq!(of(ABI::V4), [Files, Tcp]);
        assert_eq!(of(ABI::V5), [Files, Tcp]);
        assert_eq!(of(ABI::V6), [Files, Tcp, Signals]);
        assert_eq!(of(ABI::Unsupported), []);
        assert_eq!(enforced(&RulesetStatus::NotEnforced, available(ABI::V6)), []);
        assert_eq!(enforced(&RulesetStatus::NotEnforced, LandlockStatus::NotImplemented), []);
    }

    #[test]
    fn a_process_of_several_threads_is_refused() {
        let result = std::thread::scope(|scope| {
            scope.spawn(|| lock_down(&Limits::default())).join().unwrap()
        });

        assert!(result.is_err());
    }
}
