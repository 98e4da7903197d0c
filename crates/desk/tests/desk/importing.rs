//! Lists that stream in.

use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::import_lines::LineFormat;
use mamori_model::import::ImportState;
use mamori_model::page::PageSize;
use mamori_model::{Action, HashKind};
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::common::house;

type Chunk = Result<Bytes, std::io::Error>;

/// `text` in chunks of `size`, so that lines break anywhere.
fn in_chunks(text: &str, size: usize) -> Vec<Chunk> {
    text.as_bytes().chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect()
}

fn lines(from: u32, to: u32) -> String {
    let lines: Vec<String> = (from..to).map(|n| format!("{{\"hash\":\"{n:064x}\"}}\n")).collect();
    lines.concat()
}

on_both_engines! {
    async fn a_list_is_imported_whatever_the_chunks(records: Records) {
        let house = house(records).await;
        let bank = house.bank("list", Action::Hold).await;
        let long = "x".repeat(20_000);
        let text = format!("{}not json\n\n{}{{\"hash\":\"1\"}}\n{long}\n{}", lines(0, 7_000), lines(6_990, 7_010), lines(8_000, 8_001).trim_end());

        let import = house
            .desk
            .import_entries(&house.admin, bank.id, LineFormat::Ndjson, HashKind::Pdq, stream::iter(in_chunks(&text, 4_093)))
            .await
            .unwrap();

        assert_eq!(import.state, ImportState::Finished);
        assert_eq!((import.lines, import.added, import.duplicates, import.rejected), (7_024, 7_011, 10, 3));
        let numbers: Vec<u64> = import.rejected_lines.iter().map(|line| line.line).collect();
        assert_eq!(numbers, [7_001, 7_023, 7_024]);
        assert_eq!(house.desk.import(&house.admin, bank.id, import.id).await.unwrap(), import);
        house.desk.catch_up().await.unwrap();
        assert_eq!(house.desk.holdings().entries, 7_011);
    }

    async fn a_list_that_breaks_off_keeps_what_it_counted(records: Records) {
        let house = house(records).await;
        let bank = house.bank("list", Action::Hold).await;
        let mut chunks = in_chunks(&lines(0, 6_000), 1_000);
        chunks.push(Err(std::io::Error::other("gone")));

        let broken = house
            .desk
            .import_entries(&house.admin, bank.id, LineFormat::Ndjson, HashKind::Pdq, stream::iter(chunks))
            .await
            .unwrap();
        let again = house
            .desk
            .import_entries(&house.admin, bank.id, LineFormat::Ndjson, HashKind::Pdq, stream::iter(in_chunks(&lines(0, 6_001), 1_000)))
            .await
            .unwrap();

        assert_eq!(broken.state, ImportState::Interrupted);
        assert_eq!(broken.added, 6_000);
        assert_eq!((again.added, again.duplicates), (1, 6_000));
    }

    async fn an_import_whose_node_died_is_interrupted_and_one_that_is_slow_is_not(records: Records) {
        let house = house(records).await;
        let bank = house.bank("list", Action::Hold).await;
        let (line, lines_come) = tokio::sync::mpsc::channel::<Chunk>(1);
        let coming = stream::unfold(lines_come, async |mut come| Some((come.recv().await?, come)));
        let importing = tokio::spawn({
            let (desk, admin) = (house.desk.clone(), house.admin);
            async move {
                let (format, coming) = (LineFormat::Ndjson, Box::pin(coming));
                desk.import_entries(&admin, bank.id, format, HashKind::Pdq, coming).await
            }
        });
        let send = async |number| line.send(Ok(Bytes::from(lines(number, number + 1)))).await.unwrap();
        let told = async || {
            let page = house.desk.imports(&house.admin, bank.id, None, PageSize::DEFAULT).await.unwrap();
            page.rows.first().map(|import| (import.state, import.lines))
        };
        let sweep = async |minutes| {
            house.clock.advance(SignedDuration::from_mins(minutes));
            house.desk.sweep_once().await.unwrap().imports_interrupted
        };

        send(0).await;
        while told().await.is_none() {}
        house.clock.advance(SignedDuration::from_mins(10));
        send(1).await;
        while !matches!(told().await, Some((ImportState::Running, 1..))) {}
        let slow = sweep(10).await;
        let dead = (sweep(6).await, told().await);
        send(2).await;
        while told().await != Some((ImportState::Running, 3)) {}
        drop(line);
        let finished = importing.await.unwrap().unwrap();

        assert_eq!(slow, 0);
        assert!(matches!(dead, (1, Some((ImportState::Interrupted, _)))), "{dead:?}");
        assert_eq!((finished.state, finished.added), (ImportState::Finished, 3), "it lived after all");
        sweep(60 * 24 * 91).await;
        assert_eq!(told().await, None, "its record goes by its term");
    }

    async fn a_csv_without_a_header_is_refused_whole(records: Records) {
        let house = house(records).await;
        let bank = house.bank("list", Action::Hold).await;

        let refused = house
            .desk
            .import_entries(&house.admin, bank.id, LineFormat::Csv, HashKind::Md5, stream::iter(in_chunks("00ff\n", 3)))
            .await;

        assert!(matches!(refused, Err(Error::Invalid(_))));
        let page = house.desk.imports(&house.admin, bank.id, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(page.rows[0].state, ImportState::Interrupted);
    }

    async fn a_deleted_banks_entries_are_purged(records: Records) {
        let house = house(records).await;
        let bank = house.bank("list", Action::Hold).await;
        let chunks = stream::iter(in_chunks(&lines(0, 3_000), 1_000));
        house.desk.import_entries(&house.admin, bank.id, LineFormat::Ndjson, HashKind::Pdq, chunks).await.unwrap();

        house.desk.delete_bank(&house.admin, bank.id).await.unwrap();
        while house.desk.work_once().await.unwrap() > 0 {}
        house.desk.catch_up().await.unwrap();

        assert_eq!(house.desk.holdings().entries, 0);
        let proof = mamori_desk::Proof::Admin(house.admin);
        assert_eq!(house.desk.count_entries(&proof, bank.id).await.unwrap(), 0);
    }
}
