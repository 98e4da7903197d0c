//! The same work at every run, for whoever counts its instructions: a bank of 30,000 hashes is
//! built, asked 300 times, changed and scanned.
#![expect(clippy::print_stdout, reason = "the answer must not be left out by the compiler")]

use mamori_matching::{Index, Indexed, near_each};
use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};
use uuid::Uuid;

fn main() -> std::io::Result<()> {
    let mut state = 1_u64;
    let hashes: Vec<Pdq> = (0..30_000).map(|_| pdq(&mut state)).collect();
    let queries: Vec<Pdq> = (0..300).map(|_| pdq(&mut state)).collect();
    let bank: BankId = Uuid::from_u128(1).into();
    let lens = [(bank, Distance::PDQ_SAME_MAX)];
    let entries: Vec<Indexed> = (1..)
        .filter_map(EntryId::new)
        .zip(&hashes)
        .map(|(entry, hash)| Indexed { entry, bank, hash: Hash::Pdq(*hash) })
        .collect();

    let index = Index::new();
    index.load(&entries)?;
    let found: usize = queries
        .iter()
        .chain(hashes.iter().take(300))
        .map(|query| index.near(query, &lens).len())
        .sum();
    index.remove(EntryId::MIN..=EntryId::MIN);
    let scanned: usize =
        near_each(&hashes, &queries, Distance::PDQ_SAME_MAX).iter().map(Vec::len).sum();
    println!("{found} {scanned}");
    Ok(())
}

fn pdq(state: &mut u64) -> Pdq {
    let mut bytes = [0; 32];
    for word in bytes.as_chunks_mut::<8>().0 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        *word = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_ne_bytes();
    }
    bytes.into()
}
