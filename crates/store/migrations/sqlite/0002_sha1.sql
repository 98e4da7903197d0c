-- SHA-1 as a kind of hash. SQLite cannot change a CHECK, so both tables are written anew. No other
-- table refers to them.

CREATE TABLE entry_new (
    id            INTEGER NOT NULL PRIMARY KEY, -- running number from `counter`, never used twice
    bank_id       BLOB    NOT NULL REFERENCES bank (id),                   -- the bank it is in
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')), -- what made the hash
    hash          BLOB    NOT NULL CHECK (length(hash) IN (16, 20, 32)),   -- bytes
    source_id     TEXT,                        -- the source's own id of it
    labels        TEXT    NOT NULL,            -- JSON list of the source's labels
    added_at      INTEGER NOT NULL,            -- microseconds
    expires_at    INTEGER,                     -- microseconds; from then on it matches no more
    expired_at    INTEGER,                     -- microseconds; when its end went into `change`
    withdrawn_at  INTEGER,                     -- microseconds; it matches no more
    changed_by    TEXT    NOT NULL             -- name of the transaction
) STRICT;
INSERT INTO entry_new (id, bank_id, kind, hash, source_id, labels, added_at, expires_at, expired_at, withdrawn_at,
           changed_by)
    SELECT id, bank_id, kind, hash, source_id, labels, added_at, expires_at, expired_at, withdrawn_at,
           changed_by
      FROM entry;
DROP TABLE entry;
ALTER TABLE entry_new RENAME TO entry;
CREATE UNIQUE INDEX entry_hash ON entry (bank_id, kind, hash)
    WHERE withdrawn_at IS NULL AND expired_at IS NULL;
CREATE INDEX entry_bank ON entry (bank_id); -- and, as in every index, the row's number: its id
CREATE INDEX entry_end ON entry (expires_at)
    WHERE expires_at IS NOT NULL AND withdrawn_at IS NULL AND expired_at IS NULL;
CREATE INDEX entry_bank_end ON entry (bank_id, expires_at)
    WHERE expires_at IS NOT NULL AND withdrawn_at IS NULL AND expired_at IS NULL;
CREATE INDEX entry_withdrawn ON entry (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
CREATE INDEX entry_expired ON entry (expired_at) WHERE expired_at IS NOT NULL;

-- What a match came near to. A record of the time: it outlives the bank and the entry.
CREATE TABLE hit_new (
    match_id      BLOB    NOT NULL REFERENCES item_match (id) ON DELETE CASCADE,
    entry_id      INTEGER NOT NULL,            -- the entry
    frame         INTEGER NOT NULL,            -- of an animated item, from 0
    bank_id       BLOB    NOT NULL,            -- the entry's bank
    purpose       TEXT    NOT NULL,            -- the bank's, at the time
    action        TEXT    NOT NULL,            -- the bank's, at the time
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')), -- what was compared
    distance      INTEGER NOT NULL CHECK (distance BETWEEN 0 AND 256),       -- bits
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (match_id, entry_id, frame)
) STRICT, WITHOUT ROWID;
INSERT INTO hit_new (match_id, entry_id, frame, bank_id, purpose, action, kind, distance, changed_by)
    SELECT match_id, entry_id, frame, bank_id, purpose, action, kind, distance, changed_by
      FROM hit;
DROP TABLE hit;
ALTER TABLE hit_new RENAME TO hit;
CREATE INDEX hit_bank ON hit (bank_id, match_id);
