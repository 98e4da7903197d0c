//! Fixed work whose instructions the step `instructions` counts: builds a bank of 30,000 hashes,
//! queries it 600 times, removes an entry, and scans the hashes for 300 queries.
#![expect(clippy::print_stdout, reason = "the answer must not be left out by the compiler")]

use mamori_matching::{Index, IndexEntry, near_each};
use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};
use mamori_testkit::hashes::any;
use mamori_testkit::pictures::rng::Rng;
use uuid::Uuid;

fn main() -> std::io::Result<()> {
    let mut rng = Rng::new(1);
    let hashes: Vec<Pdq> = (0..30_000).map(|_| any(&mut rng).into()).collect();
    let queries: Vec<Pdq> = (0..300).map(|_| any(&mut rng).into()).collect();
    let bank: BankId = Uuid::from_u128(1).into();
    let scope = [(bank, Distance::PDQ_SAME_MAX)];
    let entries: Vec<IndexEntry> = (1..)
        .filter_map(EntryId::new)
        .zip(&hashes)
        .map(|(entry, hash)| IndexEntry { entry, bank, hash: Hash::Pdq(*hash) })
        .collect();

    let index = Index::new();
    index.load(&entries)?;
    let found: usize = queries
        .iter()
        .chain(hashes.iter().take(300))
        .map(|query| index.near(query, &scope).len())
        .sum();
    index.remove(EntryId::MIN..=EntryId::MIN);
    let scanned: usize =
        near_each(&hashes, &queries, Distance::PDQ_SAME_MAX).iter().map(Vec::len).sum();
    println!("{found} {scanned}");
    Ok(())
}
