use super::*;

const PDQ: &str = "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";

fn entry(read: Read) -> NewEntry {
    let Read::Entry(entry) = read else { panic!("not an entry: {read:?}") };
    entry
}

fn reason(read: Read) -> String {
    let (Read::Rejected(reason) | Read::Hopeless(reason)) = read else {
        panic!("not rejected: {read:?}")
    };
    reason
}

#[test]
fn a_json_line_needs_only_its_hash() {
    let mut reader = LineReader::new(LineFormat::Ndjson, HashKind::Pdq);

    let short = entry(reader.read(format!("{{\"hash\":\"{PDQ}\"}}\r").as_bytes()));
    let long = entry(reader.read(
        br#"{"hash":"00000000000000000000000000000000","kind":"md5","source_id":"a-1","labels":["x","y"],"expires_at":"2027-01-01T00:00:00+09:00"}"#,
    ));

    assert_eq!(short.hash.to_string(), PDQ);
    assert_eq!(long.hash.kind(), HashKind::Md5);
    assert_eq!(long.said.source_id.value().unwrap().as_str(), "a-1");
    assert_eq!(long.said.labels.value().unwrap().as_slice(), ["x", "y"]);
    assert_eq!(long.said.expires_at.value().unwrap().to_string(), "2026-12-31T15:00:00Z");
}

#[test]
fn a_csv_line_is_read_by_the_names_of_its_columns() {
    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Sha256);

    assert!(matches!(reader.read(b"\xef\xbb\xbfsource_id,kind,hash,labels"), Read::Skipped));
    let quoted = entry(reader.read(format!("\"a, \"\"b\"\"\",pdq,{PDQ},x;y").as_bytes()));
    let bare = entry(reader.read(format!(",,{PDQ},").as_bytes()));

    assert_eq!(quoted.said.source_id.value().unwrap().as_str(), "a, \"b\"");
    assert_eq!(quoted.said.labels.value().unwrap().as_slice(), ["x", "y"]);
    assert_eq!((bare.hash.kind(), bare.said.source_id), (HashKind::Sha256, Given::Null));
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
    assert!(reason(csv.read(b"\xff\xff")).contains("not UTF-8"));
}

#[test]
fn a_csv_without_a_header_is_hopeless() {
    let mut reader = LineReader::new(LineFormat::Csv, HashKind::Pdq);

    assert!(matches!(reader.read(PDQ.as_bytes()), Read::Hopeless(_)));
}

#[test]
fn blank_lines_are_not_counted() {
    let mut reader = LineReader::new(LineFormat::Ndjson, HashKind::Pdq);

    assert!(matches!(reader.read(b""), Read::Skipped));
    assert!(matches!(reader.read(b" \r"), Read::Skipped));
}

#[test]
fn what_a_line_leaves_out_is_not_what_it_takes_away() {
    let mut ndjson = LineReader::new(LineFormat::Ndjson, HashKind::Pdq);
    let mut csv = LineReader::new(LineFormat::Csv, HashKind::Pdq);
    assert!(matches!(csv.read(b"hash,labels"), Read::Skipped));

    let bare = entry(ndjson.read(format!("{{\"hash\":\"{PDQ}\"}}").as_bytes()));
    let line = format!("{{\"hash\":\"{PDQ}\",\"labels\":null,\"expires_at\":null}}");
    let nulls = entry(ndjson.read(line.as_bytes()));
    let empty = entry(csv.read(format!("{PDQ},").as_bytes()));

    assert!(!bare.said.is_said());
    assert_eq!((nulls.said.labels, nulls.said.expires_at), (Given::Null, Given::Null));
    assert_eq!(nulls.said.source_id, Given::Nothing);
    assert_eq!(empty.said.labels, Given::Null);
    assert_eq!(empty.said.expires_at, Given::Nothing);
}
