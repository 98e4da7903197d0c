use mamori_model::{BankId, Distance, EntryId, Hash, HashKind, Pdq};
use uuid::Uuid;

use super::*;
use crate::IndexEntry;

fn bank(number: u128) -> BankId {
    Uuid::from_u128(number).into()
}

fn id(number: i64) -> EntryId {
    EntryId::new(number).unwrap()
}

fn pdq(number: i64) -> Pdq {
    let mut bytes = [0; 32];
    for (place, byte) in (1_i64..).zip(&mut bytes) {
        let mixed = number.wrapping_mul(0x5851_f42d_4c95_7f2d).rotate_left(7);
        *byte = (mixed ^ (number * place * 7919)).to_be_bytes()[7];
    }
    bytes.into()
}

/// Two banks in segments, with tombstones and a removed bank, rows in the delta, and exact hashes.
fn index() -> Index {
    let index = Index::with_delta_rows_max(1_000);
    let entry = |number: i64, bank_number: u128, hash| IndexEntry {
        entry: id(number),
        bank: bank(bank_number),
        hash,
    };
    let banks = |number: i64| u128::from(number.unsigned_abs() % 3);
    let rows: Vec<_> = (1..=9_000).map(|n| entry(n, banks(n), Hash::Pdq(pdq(n)))).collect();
    index.insert(&rows);
    while index.compact().unwrap() {}
    index.remove_bank(bank(2));
    index.remove(id(40)..=id(50));
    let delta: Vec<_> = (9_001..=9_100).map(|n| entry(n, 1, Hash::Pdq(pdq(n)))).collect();
    index.insert(&delta);
    index.insert(&[
        entry(9_500, 1, Hash::Md5([7; 16].into())),
        entry(9_501, 0, Hash::Sha256([8; 32].into())),
        entry(9_502, 1, Hash::Sha1([9; 20].into())),
    ]);
    index
}

fn bytes(index: &Index) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::write(index, b"a tag", &mut bytes).unwrap();
    bytes
}

#[test]
fn an_index_reads_back_as_itself() {
    let index = index();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    index.save(&path, b"an older tag").unwrap();
    index.save(&path, b"a tag").unwrap();

    let (opened, tag) = Index::open(&path).unwrap();

    assert_eq!(tag, b"a tag");
    let banks = [bank(0), bank(1), bank(2)];
    let scope = banks.map(|bank| (bank, Distance(60)));
    for number in (1..9_100).step_by(37).chain([45, 44, 9_050]) {
        assert_eq!(opened.near(&pdq(number), &scope), index.near(&pdq(number), &scope));
    }
    let exact =
        [Hash::Md5([7; 16].into()), Hash::Sha256([8; 32].into()), Hash::Sha1([9; 20].into())];
    for hash in exact {
        assert_eq!(opened.equal(&hash, &banks).len(), 1);
    }
    for &kind in HashKind::ALL {
        assert_eq!(opened.len(kind), index.len(kind));
        assert!(
            banks.iter().all(|bank| opened.bank_len(*bank, kind) == index.bank_len(*bank, kind))
        );
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no half-written file is left");
}

#[test]
fn damage_anywhere_is_refused() {
    let whole = bytes(&index());
    let step = whole.len() / 400;
    for place in (0..whole.len()).step_by(step.max(1)).chain(0..120) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        assert!(read::read(&mut &damaged[..]).is_err(), "a flipped bit at {place}");
        assert!(read::read(&mut &whole[..place]).is_err(), "cut at {place}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert!(matches!(read::read(&mut &longer[..]), Err(SnapshotFileError::Damaged(_))));
}

#[test]
fn a_foreign_file_a_missing_file_and_a_long_tag_have_their_own_errors() {
    for foreign in [&b"SQLite format 3\0and more"[..], &[0; 64]] {
        let error = read::read(&mut &foreign[..]).err().unwrap();
        assert!(matches!(error, SnapshotFileError::Foreign), "{error}");
    }
    let mut newer = bytes(&Index::new());
    newer[8] += 1;
    assert!(matches!(read::read(&mut &newer[..]).err().unwrap(), SnapshotFileError::Foreign));
    let missing = Index::open(Path::new("/nowhere/at/all")).err().unwrap();
    assert!(matches!(missing, SnapshotFileError::Io(_)));
    let too_long = vec![0; TAG_BYTES_MAX + 1];
    let error = write::write(&Index::new(), &too_long, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, SnapshotFileError::Tag));
}

#[test]
fn only_its_owner_reads_a_file_whatever_a_crash_left_beside_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (path, elsewhere) = (folder.path().join("index"), folder.path().join("elsewhere"));
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    fs::write(&elsewhere, "not ours").unwrap();

    fs::write(path.with_extension("new"), "of a crash").unwrap();
    Index::new().save(&path, b"a tag").unwrap();
    let after_crash = mode();
    symlink(&elsewhere, path.with_extension("new")).unwrap();
    Index::new().save(&path, b"a tag").unwrap();

    assert_eq!((after_crash, mode()), (0o600, 0o600));
    assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "not ours");
}
