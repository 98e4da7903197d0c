//! Imports.

use mamori_model::import::{Import, ImportState, RejectedLine};
use mamori_store::Error;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{at, id, open, size, stored_bank};

fn import(number: u128) -> Import {
    Import::begun(id(number), id(1), at(0))
}

on_both_engines! {
    async fn an_import_reads_back_with_its_progress(records: TestDatabase) {
        let store = open(&records).await;
        stored_bank(&store, 1).await;
        let line = RejectedLine { line: 3, reason: "not a \"hash\"".to_owned() };
        let finished = Import {
            state: ImportState::Refused,
            lines: 4,
            added: 2,
            updated: 3,
            duplicates: 1,
            rejected: 1,
            rejected_lines: vec![line.clone()],
            warnings: 5,
            warned_lines: vec![line.clone(), line.clone()],
            withdrawn: 6,
            withdrawn_lines: vec![line],
            refusal: Some("not a 'list'".to_owned()),
            changed_at: at(7),
            ..import(1)
        };

        let mut tx = store.begin("test").await.unwrap();
        tx.insert_import(&import(1)).await.unwrap();
        tx.insert_import(&import(2)).await.unwrap();
        tx.update_import(&finished).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(store.import(id(1), id(1)).await.unwrap(), Some(finished.clone()));
        assert_eq!(store.import(id(2), id(1)).await.unwrap(), None);
        let first = store.imports(id(1), None, size(1)).await.unwrap();
        assert_eq!(first.rows, [import(2)]);
        let second = store.imports(id(1), first.next, size(1)).await.unwrap();
        assert_eq!(second.rows, [finished]);
    }

    async fn an_import_needs_its_bank(records: TestDatabase) {
        let store = open(&records).await;

        let mut tx = store.begin("test").await.unwrap();
        let unknown = tx.update_import(&import(1)).await;
        let refused = tx.insert_import(&import(1)).await;

        assert!(matches!(unknown, Err(Error::NotFound("import"))), "{unknown:?}");
        assert!(matches!(refused, Err(Error::NotFound("bank"))), "{refused:?}");
    }
}
