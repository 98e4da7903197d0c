//! Long arrays of plain numbers, in huge pages where the system has them.
//!
//! A look-up reads at random places in hundreds of megabytes: with pages of 4 KiB, address
//! translation would take most of its time.

use std::io;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::MmapMut;

/// Size of a huge page in bytes; an array of this size or more asks for huge pages.
const HUGE_PAGE_BYTES: usize = 2 << 20;

/// An array of `T` that never grows. Dropping it returns its memory to the system.
pub struct MmapArray<T> {
    map: MmapMut,
    /// Offset of the array in `map`, in bytes: aligned to a huge page if the array has any.
    from: usize,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Pod> MmapArray<T> {
    /// Creates an array of `len` zeros. Fails with the system's error if there is no memory.
    pub fn zeroed(len: usize) -> io::Result<Self> {
        let too_long = || io::Error::from(io::ErrorKind::OutOfMemory);
        let bytes = len.checked_mul(size_of::<T>()).ok_or_else(too_long)?;
        let is_large = bytes >= HUGE_PAGE_BYTES;
        // Space to align the start to a huge page; untouched pages take no memory. At least one
        // byte, because some systems refuse an empty map.
        let room =
            bytes.checked_add(if is_large { HUGE_PAGE_BYTES } else { 1 }).ok_or_else(too_long)?;
        let map = MmapMut::map_anon(room)?;
        let from = if is_large { map.as_ptr().align_offset(HUGE_PAGE_BYTES) } else { 0 };
        #[cfg(target_os = "linux")]
        if is_large {
            // Hint only (`MADV_HUGEPAGE`); falls back to 4 KiB pages. Only for whole huge pages:
            // the rest of the last one would be wasted.
            let whole = bytes / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
            let _ = map.advise_range(memmap2::Advice::HugePage, from, whole);
        }
        Ok(Self { map, from, len, of: PhantomData })
    }

    /// Returns the numbers as bytes, in the machine's byte order.
    pub fn bytes(&self) -> &[u8] {
        self.map.get(self.from..self.from + self.len * size_of::<T>()).unwrap_or_default()
    }

    /// Returns [`Self::bytes`] for writing.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.map.get_mut(self.from..self.from + self.len * size_of::<T>()).unwrap_or_default()
    }
}

impl<T: Pod> Deref for MmapArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        bytemuck::cast_slice(self.bytes())
    }
}

impl<T: Pod> DerefMut for MmapArray<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(self.bytes_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_has_the_requested_length_also_if_empty_or_larger_than_a_page() {
        for len in [0, 1, 5, HUGE_PAGE_BYTES] {
            let mut array = MmapArray::<u32>::zeroed(len).unwrap();
            assert_eq!(array.len(), len);
            assert_eq!(array.bytes().len(), 4 * len);
            array.fill(7);
            assert!(array.iter().all(|value| *value == 7));
        }
    }

    #[test]
    fn an_array_larger_than_memory_is_an_error() {
        assert!(MmapArray::<u64>::zeroed(usize::MAX).is_err());
    }
}
