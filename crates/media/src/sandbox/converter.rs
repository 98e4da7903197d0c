//! The sandbox of a converter, which is a foreign program: [`super::lock_down`] forbids starting a
//! program, this sandbox permits one.
//!
//! The program may read and run the system's programs and libraries, read its standard input and
//! write to the descriptors that it inherited. It starts no process, opens no socket and writes no
//! file. Needs both landlock and seccomp: without either, the program is not started.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    Scope, path_beneath_rules,
};

use super::{Protection, enforced, filter, sys};
use crate::Limits;

/// Paths that the program may read and run: its own file and the libraries that it is linked to.
const READABLE: [&str; 4] = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache"];
/// Descriptors that a program opens while it loads its libraries, and some spare ones.
const DESCRIPTORS_MAX: u64 = 64;

/// Replaces this process by `program`, sandboxed, with `file` in memory as its standard input.
///
/// # Errors
/// If a protection is missing or the program cannot be started. Returns in no other case.
pub fn become_program(program: &Path, args: &[&str], file: &[u8], limits: &Limits) -> io::Error {
    sys::close_descriptors_from(3);
    let input = match sys::file_in_memory(file) {
        Ok(input) => input,
        Err(error) => return error,
    };
    if let Err(error) = lock_down(limits) {
        return error;
    }
    Command::new(program).args(args).env_clear().stdin(Stdio::from(input)).exec()
}

/// Applies the protections to this process for the rest of its life, including the program that it
/// becomes.
///
/// # Errors
/// `Unsupported` if the kernel has no landlock or no seccomp.
pub fn lock_down(limits: &Limits) -> io::Result<()> {
    use sys::Resource::{AddressSpace, CoreSize, Descriptors, FileSize, Processor};
    let cpu_s = u64::from(limits.cpu_s_max);
    let is_limited = sys::set_no_new_privileges()
        && sys::drop_capabilities()
        && sys::die_with_parent()
        && forbid_files().map_err(io::Error::other)?.contains(&Protection::Files)
        && sys::limit(AddressSpace, limits.memory_bytes_max)
        && sys::limit_softly(Processor, cpu_s, cpu_s.saturating_add(1))
        && sys::limit(CoreSize, 0)
        && sys::limit(FileSize, 0)
        && sys::limit(Descriptors, DESCRIPTORS_MAX);
    if !is_limited {
        return Err(io::ErrorKind::Unsupported.into());
    }
    filter::apply_to_converter().map_err(io::Error::other)
}

/// Forbids every file except those in [`READABLE`], TCP, and signals to other processes.
fn forbid_files() -> Result<&'static [Protection], RulesetError> {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rules(path_beneath_rules(READABLE, AccessFs::from_read(ABI::V5)))?
        .restrict_self()?;
    Ok(enforced(&status.ruleset, status.landlock))
}
