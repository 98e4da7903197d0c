//! The cage of a decoding process: what it gives up before it sees the first hostile byte.
//!
//! Each part is taken as far as the kernel goes; what is missing is reported, not fatal, and the
//! operator reads it at start. Needs a process of one thread, since some parts bind only their caller.

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

use crate::Limits;

/// One thing that a decoding process cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Make system calls beyond those that computing needs (seccomp).
    SystemCalls,
    /// Open, make or remove a file, by a second wall (landlock).
    Files,
    /// Bind or connect TCP, by a second wall (landlock since Linux 6.7). Against every other kind of
    /// network there is the first wall alone.
    Tcp,
    /// Send signals to others or reach abstract sockets, by a second wall (landlock since Linux 6.12).
    Signals,
    /// Use more memory than `limits.memory_bytes_max`.
    Memory,
    /// Compute longer than `limits.cpu_s_max`.
    Processor,
    /// Start processes, open descriptors, write files, leave a memory image.
    Resources,
    /// Gain rights by starting a program.
    Privileges,
    /// Be read by other processes of its user.
    Inspection,
    /// Outlive the server.
    Orphans,
}

impl Protection {
    /// Every protection, the strongest first.
    pub const ALL: [Self; 10] = [
        Self::SystemCalls,
        Self::Files,
        Self::Tcp,
        Self::Signals,
        Self::Memory,
        Self::Processor,
        Self::Resources,
        Self::Privileges,
        Self::Inspection,
        Self::Orphans,
    ];

    /// A word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SystemCalls => "system calls (seccomp)",
            Self::Files => "files (landlock)",
            Self::Tcp => "TCP (landlock)",
            Self::Signals => "signals (landlock)",
            Self::Memory => "memory",
            Self::Processor => "processor time",
            Self::Resources => "processes and descriptors",
            Self::Privileges => "privileges",
            Self::Inspection => "inspection",
            Self::Orphans => "orphans",
        }
    }
}

/// The protections that are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Protections(BTreeSet<Protection>);

impl Protections {
    /// Whether `protection` is in force.
    pub fn has(&self, protection: Protection) -> bool {
        self.0.contains(&protection)
    }

    /// What the kernel would not give.
    pub fn missing(&self) -> impl Iterator<Item = Protection> {
        Protection::ALL.into_iter().filter(|protection| !self.has(*protection))
    }

    fn note(&mut self, protection: Protection, is_in_force: bool) {
        if is_in_force {
            self.0.insert(protection);
        }
    }
}

impl fmt::Display for Protections {
    /// One line: what is limited, then what is not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |protections: Vec<Protection>| {
            protections.into_iter().map(Protection::as_str).collect::<Vec<_>>().join(", ")
        };
        let in_force = Protection::ALL.into_iter().filter(|protection| self.has(*protection));
        write!(f, "decoding is limited in: {}", list(in_force.collect()))?;
        let missing: Vec<_> = self.missing().collect();
        if missing.is_empty() { Ok(()) } else { write!(f, "; NOT limited in: {}", list(missing)) }
    }
}

/// Locks this process up for the rest of its life. Standard input, output and error stay open.
///
/// # Errors
/// `Unsupported` in a process of several threads: the others would stay outside.
pub fn lock_down(limits: &Limits) -> io::Result<Protections> {
    if threads().is_some_and(|count| count > 1) {
        let message = "a decoding process must lock itself up before it starts threads";
        return Err(io::Error::new(io::ErrorKind::Unsupported, message));
    }
    let mut protections = Protections::default();
    protections.note(Protection::Privileges, sys::set_no_new_privileges());
    protections.note(Protection::Inspection, sys::set_not_dumpable());
    protections.note(Protection::Orphans, sys::die_with_parent());
    sys::close_descriptors_from(3);
    // Landlock opens a descriptor for its rules, so it comes before the limit on descriptors.
    for protection in forbid_files().unwrap_or_default() {
        protections.note(*protection, true);
    }
    protections
        .note(Protection::Memory, sys::limit(sys::Resource::AddressSpace, limits.memory_bytes_max));
    protections
        .note(Protection::Processor, sys::limit(sys::Resource::Processor, lifetime_s(limits)));
    protections.note(Protection::Resources, limit_resources());
    protections.note(Protection::SystemCalls, filter::apply().is_ok());
    Ok(protections)
}

/// Forbids file access, TCP and signals to others, as far as this kernel knows; which of them it
/// does.
///
/// # Errors
/// When the rules themselves are refused, which no kernel should do.
pub fn forbid_files() -> Result<&'static [Protection], RulesetError> {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .restrict_self()?;
    Ok(enforced(&status.ruleset, status.landlock))
}

/// What a kernel forbids of what it was asked to. It leaves out what came after its version of
/// landlock, and says no more than "partially enforced".
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

/// Gives the process `limits.cpu_s_max` more seconds of processor time, from now. Past them it is
/// killed (SIGXCPU). Whether its life is long enough for another picture after this one.
pub fn grant_processor_time(limits: &Limits) -> bool {
    let used_s = sys::processor_time_used_s();
    let until_s = used_s.saturating_add(u64::from(limits.cpu_s_max));
    sys::limit_softly(sys::Resource::Processor, until_s, lifetime_s(limits));
    until_s.saturating_add(u64::from(limits.cpu_s_max)) < lifetime_s(limits)
}

/// Processor time after which a process is replaced, in seconds: the kernel lets no process raise
/// its own last limit, so even one that was taken over ends.
fn lifetime_s(limits: &Limits) -> u64 {
    (u64::from(limits.cpu_s_max) * 30).max(600)
}

/// How many threads this process has, if the kernel tells.
fn threads() -> Option<usize> {
    std::fs::read_dir("/proc/self/task").ok().map(Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_what_is_missing() {
        let mut protections = Protections::default();
        for protection in Protection::ALL {
            protections.note(protection, protection != Protection::Files);
        }

        let line = protections.to_string();

        assert!(line.contains("system calls (seccomp), TCP (landlock)"), "{line}");
        assert!(line.ends_with("NOT limited in: files (landlock)"), "{line}");
    }

    #[test]
    fn only_what_the_kernels_landlock_knows_is_said_to_be_in_force() {
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
