-- What an import says of its lines, which hashes were withdrawn, and finding entries by hash and by
-- source id.

ALTER TABLE import
    DROP CONSTRAINT import_state_check,
    ADD CONSTRAINT import_state_check CHECK (state IN ('running', 'finished', 'nothing_accepted', 'refused',
        'interrupted')),
    ADD COLUMN warnings      BIGINT  NOT NULL DEFAULT 0,  -- lines taken without what is wrong in them
    ADD COLUMN warned_lines  TEXT    NOT NULL DEFAULT '[]', -- JSON list of {line, reason}, the first 100
    ADD COLUMN withdrawn     BIGINT  NOT NULL DEFAULT 0,  -- lines not taken, as their hash was withdrawn
    ADD COLUMN withdrawn_lines TEXT  NOT NULL DEFAULT '[]', -- JSON list of {line, reason}, the first 100
    ADD COLUMN refusal       TEXT;                        -- why the list was refused as a whole

-- A hash that was withdrawn from a bank: no list brings it back unless that is asked for. Kept as
-- long as its bank, and longer than the entry.
CREATE TABLE withdrawal (
    bank_id       UUID    NOT NULL REFERENCES bank (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')), -- what made the hash
    hash          BYTEA   NOT NULL CHECK (length(hash) IN (16, 20, 32)), -- bytes
    entry_id      BIGINT  NOT NULL,            -- the entry that was withdrawn last
    withdrawn_at  BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (bank_id, kind, hash)
);
INSERT INTO withdrawal (bank_id, kind, hash, entry_id, withdrawn_at, changed_by)
    SELECT bank_id, kind, hash, max(id), max(withdrawn_at), 'migration'
      FROM entry
     WHERE withdrawn_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM entry AS later
                        WHERE later.bank_id = entry.bank_id AND later.kind = entry.kind
                          AND later.hash = entry.hash AND later.withdrawn_at IS NULL
                          AND later.expired_at IS NULL)
     GROUP BY bank_id, kind, hash;

CREATE INDEX entry_source ON entry (bank_id, source_id, id) WHERE source_id IS NOT NULL;
CREATE INDEX entry_hash_ended ON entry (bank_id, kind, hash)
    WHERE withdrawn_at IS NOT NULL OR expired_at IS NOT NULL;
