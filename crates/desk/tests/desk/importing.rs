//! Imports of lists that stream in.

use bytes::Bytes;
use futures_util::{Stream, stream};
use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::banks::import_refusal::ImportRefusal;
use mamori_model::import::{Import, ImportState};
use mamori_model::page::PageSize;
use mamori_model::{Action, BankId, HashKind};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::{TestApp, test_app};

type Chunk = Result<Bytes, std::io::Error>;

/// `text` in chunks of `size`, so that lines break anywhere.
fn in_chunks(text: &str, size: usize) -> Vec<Chunk> {
    text.as_bytes().chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect()
}

/// Half of the bits set, as in every PDQ hash of a picture.
fn half_set(number: u32) -> String {
    let number = u128::from(number);
    format!("{number:032x}{:032x}", !number)
}

fn lines(from: u32, to: u32) -> String {
    let line = |n| format!("{{\"hash\":\"{}\"}}\n", half_set(n));
    (from..to).map(line).collect()
}

/// Imports a list and returns its counts; `desk.import_entries` also returns the stream's error.
async fn import<E>(
    app: &TestApp,
    bank: BankId,
    options: ImportOptions,
    chunks: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Import, Error> {
    let done = app.desk.import_entries(&app.admin, bank, options, chunks).await;
    done.map(|(import, _)| import)
}

on_both_engines! {
    async fn a_list_is_imported_whatever_the_chunks(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let long = "x".repeat(20_000);
        let text = format!("{}not json\n\n{}{{\"hash\":\"1\"}}\n{long}\n{}", lines(0, 7_000), lines(6_990, 7_010), lines(8_000, 8_001).trim_end());

        let import = import(&app, bank.id, ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq), stream::iter(in_chunks(&text, 4_093)))
            .await
            .unwrap();

        assert_eq!(import.state, ImportState::Finished);
        assert_eq!((import.lines, import.added, import.duplicates, import.rejected), (7_024, 7_011, 10, 3));
        let numbers: Vec<u64> = import.rejected_lines.iter().map(|line| line.line).collect();
        assert_eq!(numbers, [7_001, 7_023, 7_024]);
        assert_eq!(app.desk.import(&app.admin, bank.id, import.id).await.unwrap(), import);
        app.desk.catch_up().await.unwrap();
        assert_eq!(app.desk.holdings().entries, 7_011);
    }

    async fn a_list_that_breaks_off_keeps_what_it_counted(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let mut chunks = in_chunks(&lines(0, 6_000), 1_000);
        chunks.push(Err(std::io::Error::other("gone")));

        let options = ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq);
        let chunks = stream::iter(chunks);
        let broken = app.desk.import_entries(&app.admin, bank.id, options, chunks).await;
        let (broken, error) = broken.unwrap();
        let again = import(&app, bank.id, ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq), stream::iter(in_chunks(&lines(0, 6_001), 1_000)))
            .await
            .unwrap();

        assert_eq!(broken.state, ImportState::Interrupted);
        assert_eq!(error.unwrap().to_string(), "gone");
        assert_eq!(broken.added, 6_000);
        assert_eq!((again.added, again.duplicates), (1, 6_000));
    }

    async fn an_import_whose_node_died_is_interrupted_and_one_that_is_slow_is_not(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let (line, lines_come) = tokio::sync::mpsc::channel::<Chunk>(1);
        let coming = stream::unfold(lines_come, async |mut come| Some((come.recv().await?, come)));
        let importing = tokio::spawn({
            let (desk, admin) = (app.desk.clone(), app.admin.clone());
            async move {
                let options = ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq);
                desk.import_entries(&admin, bank.id, options, Box::pin(coming)).await.map(|(import, _)| import)
            }
        });
        let send = async |number| line.send(Ok(Bytes::from(lines(number, number + 1)))).await.unwrap();
        let progress = async || {
            let page = app.desk.imports(&app.admin, bank.id, None, PageSize::DEFAULT).await.unwrap();
            page.rows.first().map(|import| (import.state, import.lines))
        };
        let sweep = async |minutes| {
            app.clock.advance(SignedDuration::from_mins(minutes));
            app.desk.sweep_once().await.unwrap().imports_interrupted
        };

        send(0).await;
        while progress().await.is_none() {}
        app.clock.advance(SignedDuration::from_mins(10));
        send(1).await;
        while !matches!(progress().await, Some((ImportState::Running, 1..))) {}
        let slow = sweep(10).await;
        let dead = (sweep(6).await, progress().await);
        send(2).await;
        while progress().await != Some((ImportState::Running, 3)) {}
        drop(line);
        let finished = importing.await.unwrap().unwrap();

        assert_eq!(slow, 0);
        assert!(matches!(dead, (1, Some((ImportState::Interrupted, _)))), "{dead:?}");
        assert_eq!((finished.state, finished.added), (ImportState::Finished, 3), "it was not dead");
        sweep(60 * 24 * 91).await;
        assert_eq!(progress().await, None, "its record is removed at the end of its term");
    }

    async fn a_csv_without_a_header_is_refused_as_a_whole(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;

        let refused = import(&app, bank.id, ImportOptions::new(LineFormat::Csv, HashKind::Md5), stream::iter(in_chunks("00ff\n", 3)))
            .await;

        let Err(Error::ImportRefused { import, why }) = refused else { panic!("{refused:?}") };
        assert_eq!((import.state, why), (ImportState::Refused, ImportRefusal::Columns));
        let page = app.desk.imports(&app.admin, bank.id, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(page.rows, [*import]);
    }

    async fn a_deleted_banks_entries_are_purged(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let chunks = stream::iter(in_chunks(&lines(0, 3_000), 1_000));
        import(&app, bank.id, ImportOptions::new(LineFormat::Ndjson, HashKind::Pdq), chunks).await.unwrap();

        app.desk.delete_bank(&app.admin, bank.id).await.unwrap();
        while app.desk.work_once().await.unwrap() > 0 {}
        app.desk.catch_up().await.unwrap();

        assert_eq!(app.desk.holdings().entries, 0);
        let proof = mamori_desk::Proof::Admin(app.admin);
        assert_eq!(app.desk.count_entries(&proof, bank.id).await.unwrap(), 0);
    }

    async fn every_kind_of_line_break_ends_a_line(records: TestDatabase) {
        let app = test_app(records).await;
        for (nth, ends) in [["\r"; 3], ["\r\n"; 3], ["\n", "\r", "\r\n"]].into_iter().enumerate() {
            let bank = app.bank(&format!("list-{nth}"), Action::Hold).await;
            let hashes = (0..3).map(half_set);
            let lines: String = hashes.zip(ends).map(|(hash, end)| hash + end).collect();
            let list = format!("hash{}{lines}", ends[0]);

            for size in [1, 7, 1_000] {
                let options = ImportOptions::new(LineFormat::Csv, HashKind::Pdq);
                let import = import(&app, bank.id, options, stream::iter(in_chunks(&list, size)))
                    .await
                    .unwrap();

                assert_eq!((import.state, import.lines), (ImportState::Finished, 3), "{ends:?}");
                assert_eq!((import.added + import.duplicates, import.rejected), (3, 0));
            }
        }
    }

    async fn a_quote_too_many_costs_no_other_line(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let [a, b, c] = [0, 1, 2].map(half_set);
        let list = format!("hash,source_id,note\n{a},\"x,1\n{b},y,2\n{c},z,\"two\nlines\"\nnonsense,,\n");
        let options = ImportOptions::new(LineFormat::Csv, HashKind::Pdq);

        let import = import(&app, bank.id, options, stream::iter(in_chunks(&list, 9)))
            .await
            .unwrap();

        assert_eq!(import.added, 3, "{:?}", import.rejected_lines);
        let numbers: Vec<u64> = import.rejected_lines.iter().map(|line| line.line).collect();
        assert_eq!(numbers, [5, 6]);
    }

    async fn sha256_is_not_taken_for_pdq(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let mut rng = mamori_testkit::pictures::rng::Rng::new(1);
        let mut any = || {
            let hash: mamori_model::Pdq = mamori_testkit::hashes::any(&mut rng).into();
            format!("{hash}\n")
        };
        let many: String = std::iter::repeat_with(&mut any).take(6_000).collect();
        let few: String = std::iter::repeat_with(&mut any).take(63).collect();
        let send = async |list: &str, options| {
            let list = format!("hash\n{list}");
            let chunks = stream::iter(in_chunks(&list, 1_000));
            import(&app, bank.id, options, chunks).await
        };
        let options = ImportOptions::new(LineFormat::Csv, HashKind::Pdq);

        let refused = send(&many, options.clone()).await;
        let unjudged = send(&few, options.clone()).await.unwrap();
        let forced = send(&many, ImportOptions { takes_any_pdq: true, ..options.clone() }).await;
        let named = send(&many, ImportOptions::new(LineFormat::Csv, HashKind::Sha256)).await;

        let Err(Error::ImportRefused { import, why }) = refused else { panic!("{refused:?}") };
        assert_eq!((import.state, why), (ImportState::Refused, ImportRefusal::NotPdq));
        assert_eq!((import.lines, import.added), (256, 0));
        assert!(import.refusal.as_ref().unwrap().contains("not PDQ hashes"), "{import:?}");
        let kept = app.desk.import(&app.admin, bank.id, import.id).await.unwrap();
        assert_eq!(kept, *import);
        assert_eq!((unjudged.state, unjudged.added), (ImportState::Finished, 63));
        assert_eq!((forced.unwrap().added, named.unwrap().added), (6_000, 6_000));
    }

    async fn hashes_of_other_kinds_do_not_wait_for_the_pdq_ones(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let lines = (0..12_000_u32).map(|n| match n % 100 {
            0 => format!("{},pdq\n", half_set(n)),
            _ => format!("{n:032x},md5\n"),
        });
        let list = format!("hash,kind\n{}", lines.collect::<String>());

        let options = ImportOptions::new(LineFormat::Csv, HashKind::Pdq);
        let chunks = stream::iter(in_chunks(&list, 4_000));
        let import =
            import(&app, bank.id, options, chunks).await.unwrap();

        assert_eq!((import.state, import.added), (ImportState::Finished, 12_000));
    }

    async fn an_import_that_accepted_nothing_is_not_finished(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let send = async |list: &'static str| {
            let options = ImportOptions::new(LineFormat::Csv, HashKind::Md5);
            let chunks = stream::iter(in_chunks(list, 1_000));
            import(&app, bank.id, options, chunks).await.unwrap()
        };

        let empty = send("").await;
        let wrong = send("hash\nx\nd41d8cd98f00b204e9800998ecf8427e\n").await;
        let right = send("hash\n0123456789abcdef0123456789abcdef\n").await;
        let again = send("hash\n0123456789abcdef0123456789abcdef\n").await;

        assert_eq!((empty.state, empty.lines), (ImportState::NothingAccepted, 0));
        assert_eq!((wrong.state, wrong.rejected), (ImportState::NothingAccepted, 2));
        assert!(wrong.rejected_lines[1].reason.contains("md5 of an empty file"), "{wrong:?}");
        assert_eq!((right.state, again.state), (ImportState::Finished, ImportState::Finished));
    }

    async fn withdrawn_hashes_are_imported_again_only_on_request(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("list", Action::Hold).await;
        let list = format!("hash,source_id\n{},a\n{},b\n{},a\n", half_set(0), half_set(1), half_set(2));
        let send = async |restores_withdrawn| {
            let options = ImportOptions::new(LineFormat::Csv, HashKind::Pdq);
            let options = ImportOptions { restores_withdrawn, ..options };
            let chunks = stream::iter(in_chunks(&list, 1_000));
            import(&app, bank.id, options, chunks).await.unwrap()
        };
        send(false).await;
        let source = "a".parse().unwrap();
        assert_eq!(app.desk.withdraw_source(&app.admin, bank.id, &source).await.unwrap(), 2);

        let left_out = send(false).await;
        let restored = send(true).await;
        let after = send(false).await;

        assert_eq!((left_out.added, left_out.duplicates, left_out.withdrawn), (0, 1, 2));
        let numbers: Vec<u64> = left_out.withdrawn_lines.iter().map(|line| line.line).collect();
        assert_eq!(numbers, [2, 4]);
        assert_eq!((restored.added, restored.duplicates, restored.withdrawn), (2, 1, 0));
        assert_eq!((after.duplicates, after.withdrawn), (3, 0));
    }
}
