-- What an import says of its lines, which hashes were withdrawn, and finding entries by hash and by
-- source id. SQLite cannot change a CHECK, so `import` is written anew; no other table refers to it.

CREATE TABLE import_new (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16), -- UUIDv7
    bank_id       BLOB    NOT NULL REFERENCES bank (id),                -- where the entries go
    state         TEXT    NOT NULL CHECK (state IN ('running', 'finished', 'nothing_accepted', 'refused',
                      'interrupted')),
    lines         INTEGER NOT NULL,            -- lines read
    added         INTEGER NOT NULL,            -- entries added
    updated       INTEGER NOT NULL,            -- entries that the bank had and a line changed
    duplicates    INTEGER NOT NULL,            -- lines that said nothing new
    rejected      INTEGER NOT NULL,            -- lines not taken
    rejected_lines TEXT   NOT NULL,            -- JSON list of {line, reason}, the first 100
    warnings      INTEGER NOT NULL DEFAULT 0,  -- lines taken without what is wrong in them
    warned_lines  TEXT    NOT NULL DEFAULT '[]', -- JSON list of {line, reason}, the first 100
    withdrawn     INTEGER NOT NULL DEFAULT 0,  -- lines not taken, as their hash was withdrawn
    withdrawn_lines TEXT  NOT NULL DEFAULT '[]', -- JSON list of {line, reason}, the first 100
    refusal       TEXT,                        -- why the list was refused as a whole
    created_at    INTEGER NOT NULL,            -- microseconds
    changed_at    INTEGER NOT NULL,            -- microseconds; when it last came further
    changed_by    TEXT    NOT NULL             -- name of the transaction
) STRICT;
INSERT INTO import_new (id, bank_id, state, lines, added, updated, duplicates, rejected, rejected_lines,
                        created_at, changed_at, changed_by)
    SELECT id, bank_id, state, lines, added, updated, duplicates, rejected, rejected_lines,
                        created_at, changed_at, changed_by
      FROM import;
DROP TABLE import;
ALTER TABLE import_new RENAME TO import;
CREATE INDEX import_bank ON import (bank_id, id);
CREATE INDEX import_changed ON import (changed_at);

-- A hash that was withdrawn from a bank: no list brings it back unless that is asked for. Kept as
-- long as its bank, and longer than the entry.
CREATE TABLE withdrawal (
    bank_id       BLOB    NOT NULL REFERENCES bank (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')), -- what made the hash
    hash          BLOB    NOT NULL CHECK (length(hash) IN (16, 20, 32)), -- bytes
    entry_id      INTEGER NOT NULL,            -- the entry that was withdrawn last
    withdrawn_at  INTEGER NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (bank_id, kind, hash)
) STRICT, WITHOUT ROWID;
INSERT INTO withdrawal (bank_id, kind, hash, entry_id, withdrawn_at, changed_by)
    SELECT bank_id, kind, hash, max(id), max(withdrawn_at), 'migration'
      FROM entry
     WHERE withdrawn_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM entry AS later
                        WHERE later.bank_id = entry.bank_id AND later.kind = entry.kind
                          AND later.hash = entry.hash AND later.withdrawn_at IS NULL
                          AND later.expired_at IS NULL)
     GROUP BY bank_id, kind, hash;

CREATE INDEX entry_source ON entry (bank_id, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX entry_hash_ended ON entry (bank_id, kind, hash)
    WHERE withdrawn_at IS NOT NULL OR expired_at IS NOT NULL;
