//! The two engines have one schema: the same tables, columns, keys and indexes.

use std::collections::BTreeSet;

use mamori_testkit::database::TestDatabase;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

use crate::given::open;

/// One line for each column, key and index, written in the same way for both engines.
type Lines = BTreeSet<String>;

/// SQLite's own description of the schema. A primary key's columns are never NULL in PostgreSQL.
const SQLITE: [&str; 4] = [
    "SELECT 'column ' || t.name || '.' || c.name || ' ' || replace(lower(c.type), 'bigint', 'integer')
            || iif(c.\"notnull\" OR c.pk > 0, ' not null', '')
       FROM sqlite_master t JOIN pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    "SELECT 'primary key ' || name || ' (' || group_concat(part, ', ') || ')'
       FROM (SELECT t.name AS name, c.name AS part
               FROM sqlite_master t JOIN pragma_table_info(t.name) c
              WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.pk > 0
              ORDER BY t.name, c.pk)
      GROUP BY name",
    "SELECT 'index ' || name || ' (' || group_concat(part, ', ') || ')'
            || iif(is_unique, ' unique', '') || iif(is_partial, ' partial', '')
       FROM (SELECT t.name AS name, i.name AS of, i.\"unique\" AS is_unique,
                    i.partial AS is_partial, COALESCE(c.name, 'expression') AS part
               FROM sqlite_master t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
              WHERE t.type = 'table' AND i.origin <> 'pk'
              ORDER BY i.name, c.seqno)
      GROUP BY of",
    "SELECT 'foreign key ' || t.name || '.' || f.\"from\" || ' to ' || f.\"table\" || ' '
            || lower(f.on_delete)
       FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
      WHERE t.type = 'table'",
];

/// The same for PostgreSQL, with the names of SQLite's types.
const POSTGRES: [&str; 4] = [
    "SELECT 'column ' || table_name || '.' || column_name || ' '
            || CASE data_type WHEN 'bigint' THEN 'integer' WHEN 'boolean' THEN 'integer'
                              WHEN 'bytea' THEN 'blob' WHEN 'uuid' THEN 'blob'
                              WHEN 'double precision' THEN 'real' ELSE data_type END
            || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
       FROM information_schema.columns WHERE table_schema = current_schema()",
    "SELECT 'primary key ' || conrelid::regclass || ' ('
            || (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
                  FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
                  JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.number) || ')'
       FROM pg_constraint
      WHERE contype = 'p' AND connamespace = current_schema()::regnamespace",
    "SELECT 'index ' || i.indrelid::regclass || ' ('
            || (SELECT string_agg(COALESCE(a.attname, 'expression'), ', ' ORDER BY k.place)
                  FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
                                          AND k.number > 0)
            || ')' || CASE WHEN i.indisunique THEN ' unique' ELSE '' END
            || CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisprimary",
    "SELECT 'foreign key ' || conrelid::regclass || '.'
            || (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1])
            || ' to ' || confrelid::regclass || ' '
            || CASE confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
                                WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                                ELSE 'set default' END
       FROM pg_constraint
      WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
];

/// Indexes of a table whose key is SQLite's row number, which each of its indexes ends with.
const ENDS_WITH_ROW_NUMBER: [(&str, &str); 2] = [
    ("index entry (bank_id)", "index entry (bank_id, id)"),
    ("index entry (bank_id, source_id) partial", "index entry (bank_id, source_id, id) partial"),
];

async fn sqlite() -> Lines {
    let records = TestDatabase::sqlite().unwrap();
    open(&records).await.close().await;
    let path = records.url().strip_prefix("sqlite:").unwrap();
    let mut connection = SqliteConnection::connect(path).await.unwrap();
    let mut lines = Lines::new();
    for text in SQLITE {
        let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap();
        lines.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    lines
}

async fn postgres() -> Lines {
    let records = TestDatabase::postgres().unwrap();
    open(&records).await.close().await;
    let mut connection = PgConnection::connect(records.url()).await.unwrap();
    let mut lines = Lines::new();
    for text in POSTGRES {
        let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap();
        lines.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    lines
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_keys_and_indexes() {
    let (mut sqlite, mut postgres) = (sqlite().await, postgres().await);
    for (short, long) in ENDS_WITH_ROW_NUMBER {
        assert!(sqlite.remove(short) && postgres.remove(long), "{short}");
    }

    let only_sqlite: Vec<&String> = sqlite.difference(&postgres).collect();
    let only_postgres: Vec<&String> = postgres.difference(&sqlite).collect();
    assert!(sqlite.len() > 300, "{}", sqlite.len());
    assert_eq!((only_sqlite, only_postgres), (Vec::<&String>::new(), Vec::<&String>::new()));
}
