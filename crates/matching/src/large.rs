//! Long rows of plain numbers, in large pages where the system has them.
//!
//! A look-up jumps about in hundreds of megabytes: with pages of 4 KiB most of its time would go
//! into finding the pages.

use std::io;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::MmapMut;

/// From this size on a row asks for large pages, in bytes.
const LARGE_PAGE: usize = 2 << 20;

/// A row of `T` that never grows. Its memory goes back to the system when it is dropped.
pub struct Large<T> {
    map: MmapMut,
    /// Where the row begins in `map`: at a large page, if it has any.
    from: usize,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Pod> Large<T> {
    /// `len` zeros. The error is the system's, where it has no memory left.
    pub fn zeroed(len: usize) -> io::Result<Self> {
        let too_long = || io::Error::from(io::ErrorKind::OutOfMemory);
        let bytes = len.checked_mul(size_of::<T>()).ok_or_else(too_long)?;
        let is_large = bytes >= LARGE_PAGE;
        // Room to begin at a large page; what is never touched takes no memory. An empty map is an
        // error to some systems.
        let room = bytes.checked_add(if is_large { LARGE_PAGE } else { 1 }).ok_or_else(too_long)?;
        let map = MmapMut::map_anon(room)?;
        let from = if is_large { map.as_ptr().align_offset(LARGE_PAGE) } else { 0 };
        #[cfg(target_os = "linux")]
        if is_large {
            // A wish: a kernel without large pages gives small ones. Only for whole pages: the
            // rest of the last one would be memory that nothing uses.
            let whole = bytes / LARGE_PAGE * LARGE_PAGE;
            let _ = map.advise_range(memmap2::Advice::HugePage, from, whole);
        }
        Ok(Self { map, from, len, of: PhantomData })
    }

    /// The numbers as bytes, in the machine's own order.
    pub fn bytes(&self) -> &[u8] {
        self.map.get(self.from..self.from + self.len * size_of::<T>()).unwrap_or_default()
    }

    /// [`Self::bytes`], to be written to.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.map.get_mut(self.from..self.from + self.len * size_of::<T>()).unwrap_or_default()
    }
}

impl<T: Pod> Deref for Large<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        bytemuck::cast_slice(self.bytes())
    }
}

impl<T: Pod> DerefMut for Large<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(self.bytes_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_long_as_asked_also_when_empty_or_larger_than_a_page() {
        for len in [0, 1, 5, LARGE_PAGE] {
            let mut row = Large::<u32>::zeroed(len).unwrap();
            assert_eq!(row.len(), len);
            assert_eq!(row.bytes().len(), 4 * len);
            row.fill(7);
            assert!(row.iter().all(|value| *value == 7));
        }
    }

    #[test]
    fn more_than_there_is_is_an_error() {
        assert!(Large::<u64>::zeroed(usize::MAX).is_err());
    }
}
