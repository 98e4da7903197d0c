//! How this process returns freed memory to the system.
#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "mallopt has no safe interface")
)]

/// The size from which a block is a mapping of its own, in bytes. Items are of this size; headers,
/// JSON and rows are smaller.
const MAPPED_FROM: i32 = 1 << 20;

/// Makes the allocator return each freed block of at least 1 MiB to the system at once. Returns
/// whether the allocator agreed.
///
/// The GNU allocator does so for blocks from 128 KiB until the first such block is freed; then it
/// raises this size up to 32 MiB by itself, and a process that once held many items keeps their memory
/// for good. Setting the size ends the raising. Other allocators than GNU's are left as they are.
pub fn return_freed_items() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: takes two numbers and changes only the allocator's own parameters, under its lock.
        let answer = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM) };
        answer == 1
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    {
        let _ = MAPPED_FROM;
        true
    }
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    /// Memory of this process, in bytes, that is resident.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        let kib: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib << 10
    }

    #[test]
    fn items_that_are_freed_leave_no_memory_resident() {
        const ITEM: usize = 8 << 20;
        assert!(return_freed_items());
        // The allocator would raise its size to this one.
        drop(vec![1_u8; 3 * ITEM]);
        let before = resident();

        let mut small = Vec::new();
        let mut items = Vec::new();
        for _ in 0..8 {
            items.push(vec![1_u8; ITEM]);
            small.push(vec![1_u8; 4096]);
        }
        let during = resident();
        drop(items);
        let after = resident();

        assert!(during >= before + 8 * ITEM, "{before} {during}");
        assert!(after < before + ITEM, "{before} {during} {after}, {} small", small.len());
    }
}
