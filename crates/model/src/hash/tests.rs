use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_hash_reads_back_as_itself(bytes: [u8; 32]) {
        let pdq = Pdq::from(bytes);

        prop_assert_eq!(pdq.to_string().parse(), Ok(pdq));
        prop_assert_eq!(pdq.to_string().to_uppercase().parse(), Ok(pdq));
        prop_assert_eq!(Hash::from_bytes(HashKind::Pdq, pdq.as_bytes()), Ok(Hash::Pdq(pdq)));
    }

    #[test]
    fn a_hash_of_every_kind_reads_back_from_its_text_and_its_bytes(bytes: [u8; 32]) {
        for &kind in HashKind::ALL {
            let hash = Hash::from_bytes(kind, &bytes[..kind.bytes()]).unwrap();

            prop_assert_eq!(hash.kind(), kind);
            prop_assert_eq!(Hash::parse(kind, &hash.to_string()), Ok(hash));
            prop_assert_eq!(hash.as_bytes(), &bytes[..kind.bytes()]);
        }
    }

    #[test]
    fn distance_is_a_metric(a: [u8; 32], b: [u8; 32], c: [u8; 32]) {
        let (a, b, c) = (Pdq::from(a), Pdq::from(b), Pdq::from(c));

        prop_assert_eq!(a.distance(&a), Distance(0));
        prop_assert_eq!(a.distance(&b), b.distance(&a));
        prop_assert!(a.distance(&c).0 <= a.distance(&b).0 + b.distance(&c).0);
    }
}

#[test]
fn the_error_for_a_text_that_is_not_a_hash_names_the_expected_length() {
    let error = "zz".parse::<Md5>().unwrap_err();

    assert_eq!(error.to_string(), "not a md5 hash: expected 32 hex digits");
    assert!("0".repeat(40).parse::<Sha1>().is_ok());
    assert!("0".repeat(39).parse::<Sha1>().is_err());
    assert!("é".repeat(32).parse::<Pdq>().is_err());
    assert!("0".repeat(63).parse::<Pdq>().is_err());
    assert!(format!("{} ", "0".repeat(64)).parse::<Pdq>().is_err());
}

#[test]
fn every_kind_reads_back_as_itself() {
    for &kind in HashKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
    }
}

#[test]
fn the_inverse_is_at_the_largest_distance() {
    let distance = Pdq::from([0; 32]).distance(&Pdq::from([255; 32]));

    assert_eq!(distance, Distance(256));
}

#[test]
fn a_kind_is_read_as_lists_write_it() {
    for (text, kind) in [
        (" PDQ ", HashKind::Pdq),
        ("SHA-256", HashKind::Sha256),
        ("Sha-1", HashKind::Sha1),
        ("MD5", HashKind::Md5),
    ] {
        assert_eq!(HashKind::of_list(text), Ok(kind));
    }
    assert!(HashKind::of_list("sha-512").is_err());
    assert!(HashKind::of_list("m-d5").is_err());
}

#[test]
fn a_useless_hash_has_a_flaw() {
    let flaw = |kind, text: &str| Hash::parse(kind, text).unwrap().flaw();
    let empty = "d41d8cd98f00b204e9800998ecf8427e";

    assert_eq!(flaw(HashKind::Md5, empty), Some(HashFlaw::EmptyFile(HashKind::Md5)));
    assert_eq!(flaw(HashKind::Sha1, &"0".repeat(40)), Some(HashFlaw::Constant));
    assert_eq!(flaw(HashKind::Sha256, &"F".repeat(64)), Some(HashFlaw::Constant));
    assert_eq!(flaw(HashKind::Pdq, &"0".repeat(64)), Some(HashFlaw::Constant));
    let lopsided = format!("{}{}", "f".repeat(15), "0".repeat(49));
    assert_eq!(flaw(HashKind::Pdq, &lopsided), Some(HashFlaw::Lopsided { ones: 60 }));
    assert_eq!(flaw(HashKind::Pdq, &"0f".repeat(32)), Some(HashFlaw::Repeated));
    assert_eq!(flaw(HashKind::Pdq, &"0ff0".repeat(16)), None);
    assert_eq!(flaw(HashKind::Md5, &"0f".repeat(16)), None, "only PDQ has a shape of its own");
}
