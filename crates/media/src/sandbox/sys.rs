//! The system calls that build the sandbox. Besides the JPEG decoder, this is the only unsafe code
//! of this crate.
#![expect(
    unsafe_code,
    reason = "prctl, setrlimit, memfd_create and the like have no safe interface in std"
)]

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, AsRawFd as _, FromRawFd as _};

use libc::{c_ulong, rlimit};

/// A resource of a process that can be limited.
#[derive(Clone, Copy, Debug)]
pub enum Resource {
    /// Address space, in bytes.
    AddressSpace,
    /// Processor time, in seconds.
    Processor,
    /// Descriptors: each new one must have a number below the limit.
    Descriptors,
    /// Processes and threads of this user.
    Processes,
    /// Core dump, in bytes.
    CoreSize,
    /// Length of a file that is written, in bytes.
    FileSize,
}

/// Limits `resource` permanently; returns whether the kernel agreed.
pub fn limit(resource: Resource, most: u64) -> bool {
    limit_softly(resource, most, most)
}

/// Limits `resource` to `soft` for now and to `hard` permanently; returns whether the kernel
/// agreed. A lower limit that is in force already stays.
pub fn limit_softly(resource: Resource, soft: u64, hard: u64) -> bool {
    let name = match resource {
        Resource::AddressSpace => libc::RLIMIT_AS,
        Resource::Processor => libc::RLIMIT_CPU,
        Resource::Descriptors => libc::RLIMIT_NOFILE,
        Resource::Processes => libc::RLIMIT_NPROC,
        Resource::CoreSize => libc::RLIMIT_CORE,
        Resource::FileSize => libc::RLIMIT_FSIZE,
    };
    let mut value = rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: `value` is valid for writes of an rlimit; if the call fails, it stays as it is.
    unsafe { libc::getrlimit(name, &raw mut value) };
    let hard = hard.min(value.rlim_max);
    let value = rlimit { rlim_cur: soft.min(hard), rlim_max: hard };
    // SAFETY: `value` is a valid rlimit for the length of the call, which only reads it.
    unsafe { libc::setrlimit(name, &raw const value) == 0 }
}

/// Prevents programs that this process starts from gaining privileges.
pub fn set_no_new_privileges() -> bool {
    control(libc::PR_SET_NO_NEW_PRIVS, 1)
}

/// Gives up all capabilities, which a process of root has. Returns whether none is left.
pub fn drop_capabilities() -> bool {
    /// `_LINUX_CAPABILITY_VERSION_3`: sets of 64 bits, as two halves.
    const VERSION: u32 = 0x2008_0522;
    #[repr(C)]
    struct Header {
        version: u32,
        pid: libc::c_int,
    }
    let header = Header { version: VERSION, pid: 0 };
    // Effective, permitted and inheritable, for each half.
    let none = [0_u32; 6];
    // SAFETY: both are laid out as `capset(2)` says for this version, and the call only reads them.
    unsafe { libc::syscall(libc::SYS_capset, &raw const header, &raw const none) == 0 }
}

/// Prevents other processes of the same user from reading this one's memory.
pub fn set_not_dumpable() -> bool {
    control(libc::PR_SET_DUMPABLE, 0)
}

/// Makes the kernel kill this process when the thread that started it ends.
pub fn die_with_parent() -> bool {
    let signal = c_ulong::try_from(libc::SIGKILL).unwrap_or_default();
    control(libc::PR_SET_PDEATHSIG, signal)
}

/// Asks for `bytes` of buffer in a pipe; if the kernel refuses, the pipe keeps its size.
pub fn widen_pipe(pipe: &impl AsFd, bytes: libc::c_int) {
    // SAFETY: the descriptor is open as long as `pipe` is borrowed, and the call touches no memory.
    unsafe { libc::fcntl(pipe.as_fd().as_raw_fd(), libc::F_SETPIPE_SZ, bytes) };
}

fn control(option: libc::c_int, value: c_ulong) -> bool {
    let unused: c_ulong = 0;
    // SAFETY: none of the three options above reads or writes memory of this process.
    unsafe { libc::prctl(option, value, unused, unused, unused) == 0 }
}

/// Closes every descriptor from `first` on. Kernels before 5.9 lack the call; there, the parent's
/// close-on-exec flags must suffice.
pub fn close_descriptors_from(first: libc::c_uint) {
    let flags: libc::c_uint = 0;
    // SAFETY: called in a process of one thread whose only descriptors in use are 0, 1 and 2.
    unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, flags) };
}

/// Returns the processor time that this process has used, in seconds, rounded up.
pub fn processor_time_used_s() -> u64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is valid for writes of an rusage; zeroed bytes are a valid rusage, so it may
    // be read even if the call failed.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let micros = |time: libc::timeval| time.tv_sec * 1_000_000 + time.tv_usec;
    let used = micros(usage.ru_utime) + micros(usage.ru_stime);
    u64::try_from(used).unwrap_or_default().div_ceil(1_000_000)
}

/// Returns the processor time that the calling thread has used, in microseconds.
pub fn thread_time_us() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writes for the length of the call; if it fails, zero stays.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    let micros = time.tv_sec.saturating_mul(1_000_000).saturating_add(time.tv_nsec / 1_000);
    u64::try_from(micros).unwrap_or_default()
}

/// Creates an unnamed file in memory with `content`.
pub fn file_in_memory(content: &[u8]) -> io::Result<File> {
    // SAFETY: the name is a valid C string, and the call touches no other memory.
    let descriptor = unsafe { libc::memfd_create(c"item".as_ptr(), libc::MFD_CLOEXEC) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new, open and owned by nothing else.
    let mut file = unsafe { File::from_raw_fd(descriptor) };
    file.write_all(content)?;
    Ok(file)
}
