use super::*;

const PDQ: &str = "f00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00f";

fn entry(read: Read) -> NewEntry {
    let Read::Entry(entry, warnings) = read else { panic!("not an entry: {read:?}") };
    assert_eq!(warnings, Vec::<String>::new());
    entry
}

fn reason(read: Read) -> String {
    let (Read::Rejected(reason) | Read::UnreadableLine(reason)) = read else {
        panic!("not rejected: {read:?}")
    };
    reason
}

#[test]
fn a_json_line_needs_only_its_hash() {
    let mut reader = LineReader::new(LineFormat::Ndjson, HashKind::Pdq);

    let short = entry(reader.read(format!("{{\"hash\":\"{PDQ}\"}}\r").as_bytes()));
    let long = entry(reader.read(
        br#"{"hash":"0123456789abcdef0000000000000000","kind":"MD5","source_id":"a-1","labels":["x","y"],"expires_at":"2027-01-01T00:00:00+09:00"}"#,
    ));

    assert_eq!(short.hash.to_string(), PDQ);
    assert_eq!(long.hash.kind(), HashKind::Md5);
    assert_eq!(long.metadata.source_id.value().unwrap().as_str(), "a-1");
    assert_eq!(long.metadata.labels.value().unwrap().as_slice(), ["x", "y"]);
    assert_eq!(long.metadata.expires_at.value().unwrap().to_string(), "2026-12-31T15:00:00Z");
}

#[test]
fn a_csv_line_is_read_by_the_names_of_its_columns() {
    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Sha256);

    assert!(matches!(reader.read(b"\xef\xbb\xbfsource_id,kind,hash,labels"), Read::Skipped));
    let quoted = entry(reader.read(format!("\"a, \"\"b\"\"\",pdq,{PDQ},x;y;").as_bytes()));
    let bare = entry(reader.read(format!(",,{PDQ},").as_bytes()));

    assert_eq!(quoted.metadata.source_id.value().unwrap().as_str(), "a, \"b\"");
    assert_eq!(quoted.metadata.labels.value().unwrap().as_slice(), ["x", "y"]);
    assert_eq!((bare.hash.kind(), bare.metadata.source_id), (HashKind::Sha256, Patch::Null));
}

#[test]
fn a_wrong_line_says_what_was_expected() {
    let mut ndjson = LineReader::new(LineFormat::Ndjson, HashKind::Pdq);
    let mut csv = LineReader::new(LineFormat::Csv, HashKind::Pdq);
    assert!(matches!(csv.read(b"hash"), Read::Skipped));

    assert_eq!(reason(ndjson.read(b"{}")), "no `hash`");
    assert!(reason(ndjson.read(b"{\"hash\":\"12\"}")).contains("expected 64 hex digits"));
    assert!(reason(ndjson.read(b"nonsense")).contains("not the JSON of an entry"));
    assert!(reason(ndjson.read(b"{\"hash\":\"\",\"extra\":1}")).contains("unknown field `extra`"));
    assert_eq!(reason(csv.read(b"a,b")), "2 values for 1 columns");
    assert!(reason(csv.read(&[b'0'; 64])).contains("all its bits are the same"));
    assert!(reason(csv.read(b"\xff\xff")).contains("not UTF-8"));
}

#[test]
fn a_csv_without_a_header_is_unreadable() {
    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Pdq);

    assert!(matches!(reader.read(PDQ.as_bytes()), Read::UnreadableLine(_)));
}

#[test]
fn blank_lines_are_not_counted() {
    let mut reader = LineReader::new(LineFormat::Ndjson, HashKind::Pdq);

    assert!(matches!(reader.read(b""), Read::Skipped));
    assert!(matches!(reader.read(b" \r"), Read::Skipped));
}

#[test]
fn a_missing_field_is_unset_and_an_empty_one_is_null() {
    let mut ndjson = LineReader::new(LineFormat::Ndjson, HashKind::Pdq);
    let mut csv = LineReader::new(LineFormat::Csv, HashKind::Pdq);
    assert!(matches!(csv.read(b"hash,labels"), Read::Skipped));

    let bare = entry(ndjson.read(format!("{{\"hash\":\"{PDQ}\"}}").as_bytes()));
    let line = format!("{{\"hash\":\"{PDQ}\",\"labels\":null,\"expires_at\":null}}");
    let nulls = entry(ndjson.read(line.as_bytes()));
    let empty = entry(csv.read(format!("{PDQ},").as_bytes()));

    assert!(!bare.metadata.is_set());
    assert_eq!((nulls.metadata.labels, nulls.metadata.expires_at), (Patch::Null, Patch::Null));
    assert_eq!(nulls.metadata.source_id, Patch::Unset);
    assert_eq!(empty.metadata.labels, Patch::Null);
    assert_eq!(empty.metadata.expires_at, Patch::Unset);
}

fn warned(read: Read) -> (NewEntry, String) {
    let Read::Entry(entry, warnings) = read else { panic!("not an entry: {read:?}") };
    (entry, warnings.join("; "))
}

fn csv(header: &str) -> LineReader {
    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Pdq);
    let read = reader.read(header.as_bytes());
    assert!(matches!(read, Read::Skipped), "{read:?}");
    reader
}

#[test]
fn any_of_three_separators_separates_the_values() {
    for separator in [",", ";", "\t"] {
        let mut reader = csv(&["Kind", " HASH ", "colour", "\"a,;,;b\"", ""].join(separator));

        let read = entry(reader.read([" SHA-256", PDQ, "red", "", ""].join(separator).as_bytes()));
        let fewer = entry(reader.read(["pdq", PDQ].join(separator).as_bytes()));
        let more = entry(reader.read(["pdq", PDQ, "", "", "", "", " "].join(separator).as_bytes()));
        let too_many = reader.read(["pdq", PDQ, "", "", "", "", "x"].join(separator).as_bytes());

        assert_eq!(read.hash.kind(), HashKind::Sha256, "{separator:?}");
        assert_eq!((fewer.hash.kind(), more.hash.kind()), (HashKind::Pdq, HashKind::Pdq));
        assert_eq!(reason(too_many), "7 values for 4 columns");
        assert_eq!(reason(reader.read(b"pdq")), "1 values for 4 columns");
    }
}

#[test]
fn a_refused_header_without_a_hash_column_lists_its_columns() {
    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Pdq);
    let Read::UnreadableLine(reason) = reader.read(b"MD5;Image ID;") else { panic!() };
    assert_eq!(reason, "the first line names no column `hash` for `hash`; found `MD5`, `Image ID`");

    let columns = Some("hash=md5,source_id=no".parse().unwrap());
    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Md5).with_columns(columns);
    let Read::UnreadableLine(reason) = reader.read(b"MD5;Image ID;") else { panic!() };
    assert!(reason.contains("no column `no` for `source_id`"), "{reason}");

    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Pdq);
    let Read::UnreadableLine(reason) = reader.read(b"hash,Hash") else { panic!() };
    assert_eq!(reason, "the first line has two columns `hash`");
}

#[test]
fn a_line_has_at_most_256_values() {
    let mut reader = csv(&format!("{}hash", "x,".repeat(table::COLUMNS_MAX - 1)));
    let line = format!("{}{PDQ}", "1,".repeat(table::COLUMNS_MAX - 1));

    let read = entry(reader.read(line.as_bytes()));
    let too_many = reason(reader.read(format!("1,{line}").as_bytes()));

    assert_eq!(read.hash.to_string(), PDQ);
    assert!(too_many.contains("more than 256 values"), "{too_many}");
}

/// The layout of an export of Interpol's ICSE database, with numbers in place of hashes.
#[test]
fn a_list_of_icse_is_read_by_its_preset() {
    let header = "MD5;SHA1;ZZ40;PhotoDNA;Lace;Image ID;Is distributed;Victim identified;Offender \
                  identified;Series name;Investigation name;Agency;Number of submissions;File \
                  Available;Media Type;Baseline";
    let (md5, sha1) = (format!("{:032x}", 7), format!("{:040X}", 8));
    let line = format!("{md5};{sha1};{};{};AAAA;17;Y;N;N;s;i;a;3;True;Image;Yes;", "F0", "A3");
    let read = |kind| {
        let columns = Preset::Icse.columns(kind);
        let mut reader = LineReader::new(LineFormat::Csv, kind).with_columns(columns);
        assert!(matches!(reader.read(header.as_bytes()), Read::Skipped));
        entry(reader.read(line.as_bytes()))
    };

    let (strong, weak) = (read(HashKind::Sha1), read(HashKind::Md5));

    assert_eq!(strong.hash.to_string(), sha1.to_lowercase());
    assert_eq!(weak.hash.to_string(), md5);
    assert_eq!(weak.metadata.source_id.value().unwrap().as_str(), "17");
    assert_eq!(weak.metadata.labels, Patch::Unset);
    assert_eq!(Preset::Icse.columns(HashKind::Pdq), None);
}

#[test]
fn an_invalid_label_date_or_source_does_not_reject_its_line() {
    let mut reader = csv("hash,labels,expires_at,source_id");
    let long = "x".repeat(65);
    let many = vec!["l"; 17].join(";");

    let (label, warning) = warned(reader.read(format!("{PDQ},a;{long};b,,").as_bytes()));
    assert_eq!(label.metadata.labels.value().unwrap().as_slice(), ["a", "b"]);
    assert!(warning.starts_with("`labels`: 1 of 3 left out"), "{warning}");
    let (only, _) = warned(reader.read(format!("{PDQ},{long},,").as_bytes()));
    assert_eq!(only.metadata.labels, Patch::Unset, "the bank's labels are not changed");
    let (first, warning) = warned(reader.read(format!("{PDQ},{many},,").as_bytes()));
    assert_eq!(first.metadata.labels.value().unwrap().as_slice().len(), 16);
    assert!(warning.contains("1 of 17"), "{warning}");
    let (date, warning) = warned(reader.read(format!("{PDQ},,tomorrow,").as_bytes()));
    assert_eq!(date.metadata.expires_at, Patch::Unset);
    assert!(warning.starts_with("`expires_at`: expected a time"), "{warning}");
    let (source, warning) = warned(reader.read(format!("{PDQ},,,a\u{7}b").as_bytes()));
    assert_eq!(source.metadata.source_id, Patch::Unset);
    assert!(warning.starts_with("`source_id`: "), "{warning}");
}

#[test]
fn a_day_ends_an_entry_at_its_end() {
    let mut reader = csv("hash,expires_at");

    let day = entry(reader.read(format!("{PDQ}, 2026-12-31 ").as_bytes()));

    assert_eq!(day.metadata.expires_at.value().unwrap().to_string(), "2027-01-01T00:00:00Z");
}

#[test]
fn an_extra_separator_between_labels_is_ignored() {
    let mut reader = csv("hash,labels");

    let read = entry(reader.read(format!("{PDQ},;a; ;b;").as_bytes()));
    let none = entry(reader.read(format!("{PDQ},;").as_bytes()));

    assert_eq!(read.metadata.labels.value().unwrap().as_slice(), ["a", "b"]);
    assert_eq!(none.metadata.labels, Patch::Null);
}
