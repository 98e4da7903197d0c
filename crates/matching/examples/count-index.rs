//! The same work at every run, for whoever counts its instructions: a bank of 30,000 hashes is
//! built, asked 300 times, changed and scanned.
#![expect(clippy::print_stdout, reason = "the answer must not be left out by the compiler")]

use mamori_matching::{Index, Indexed, near_each};
use mamori_model::{BankId, Distance, EntryId, Hash, Pdq};
use mamori_testkit::hashes::any;
use mamori_testkit::pictures::chance::Chance;
use uuid::Uuid;

fn main() -> std::io::Result<()> {
    let mut chance = Chance::new(1);
    let hashes: Vec<Pdq> = (0..30_000).map(|_| any(&mut chance).into()).collect();
    let queries: Vec<Pdq> = (0..300).map(|_| any(&mut chance).into()).collect();
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
