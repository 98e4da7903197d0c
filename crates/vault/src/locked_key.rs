//! A key of the operator in memory: on a page of its own that is not swapped or dumped, and zeroed
//! at the end.

use std::io;

use memmap2::{Advice, MmapMut};
use zeroize::Zeroize;

/// The length of a key, in bytes.
pub const KEY_BYTES: usize = 32;

/// A key of 256 bits. Its page is locked into memory as far as the limit on locked memory permits
/// (`RLIMIT_MEMLOCK`), left out of core dumps, and zeroed when the key is dropped.
pub struct LockedKey(ZeroedPage<MmapMut>);

/// A page whose bytes are zeroed before it is given back.
struct ZeroedPage<P: AsMut<[u8]>>(P);

impl LockedKey {
    /// Copies a key onto a page of its own. The caller wipes its copy.
    pub fn new(key: &[u8; KEY_BYTES]) -> io::Result<Self> {
        let mut page = MmapMut::map_anon(KEY_BYTES)?;
        // Without the right to lock memory, the page may be swapped; the key is of use all the same.
        let _ = page.lock();
        let _ = page.advise(Advice::DontDump);
        page.copy_from_slice(key);
        Ok(Self(ZeroedPage(page)))
    }

    /// Returns the bytes of the key.
    pub fn bytes(&self) -> &[u8] {
        &self.0.0
    }
}

impl<P: AsMut<[u8]>> Drop for ZeroedPage<P> {
    fn drop(&mut self) {
        self.0.as_mut().zeroize();
    }
}

/// For the comparison of configurations; it takes longer the more bytes agree.
impl PartialEq for LockedKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for LockedKey {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Returns the flags of the memory area with `address`, as `/proc/self/smaps` shows them.
    fn flags(address: usize) -> String {
        let areas = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut is_inside = false;
        for line in areas.lines() {
            let range = line.split(' ').next().unwrap().split_once('-');
            let number = |text: &str| usize::from_str_radix(text, 16).ok();
            if let Some((Some(from), Some(to))) = range.map(|(a, b)| (number(a), number(b))) {
                is_inside = (from..to).contains(&address);
            } else if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| is_inside) {
                return flags.to_owned();
            }
        }
        panic!("no area has the address");
    }

    #[test]
    fn a_key_is_on_a_locked_page_that_no_core_dump_has() {
        let key = LockedKey::new(&[7; KEY_BYTES]).unwrap();

        let flags = flags(key.bytes().as_ptr().addr());

        assert_eq!(key.bytes(), [7; KEY_BYTES]);
        for flag in ["lo", "dd"] {
            assert!(flags.split_whitespace().any(|held| held == flag), "{flag} is not in {flags}");
        }
    }

    /// In the place of a page: stores what it holds when it is given back.
    struct Watched<'a> {
        bytes: [u8; KEY_BYTES],
        given_back: &'a Cell<Option<[u8; KEY_BYTES]>>,
    }

    impl AsMut<[u8]> for Watched<'_> {
        fn as_mut(&mut self) -> &mut [u8] {
            &mut self.bytes
        }
    }

    impl Drop for Watched<'_> {
        fn drop(&mut self) {
            self.given_back.set(Some(self.bytes));
        }
    }

    #[test]
    fn a_key_is_zeroed_before_its_page_is_given_back() {
        let given_back = Cell::new(None);
        let page = ZeroedPage(Watched { bytes: [7; KEY_BYTES], given_back: &given_back });

        drop(page);

        assert_eq!(given_back.get(), Some([0; KEY_BYTES]));
    }
}
