-- Frames are compared turned and on backdrops; an item keeps every set of hashes under which it
-- matched, and evidence for each set of bytes.

ALTER TABLE bank ADD COLUMN transforms TEXT NOT NULL DEFAULT 'none'
    CHECK (transforms IN ('all', 'none'));     -- which hashes of a frame it compares
UPDATE bank SET transforms = 'all', changed_by = 'migration' WHERE purpose <> 'known_benign';

ALTER TABLE hit ADD COLUMN transform TEXT NOT NULL DEFAULT 'none'
    CHECK (transform IN ('none', 'rotate_90', 'rotate_180', 'rotate_270', 'flip_left_right',
        'flip_top_bottom', 'transpose', 'transverse'));    -- how the frame was turned
ALTER TABLE hit ADD COLUMN backdrop TEXT NOT NULL DEFAULT 'none'
    CHECK (backdrop IN ('none', 'white', 'black'));        -- what stood behind its transparent pixels

ALTER TABLE hit ADD COLUMN place INTEGER NOT NULL DEFAULT 1;  -- `match_hashes.place` of the newest bytes that had it

-- The sets of hashes under which an item came and matched. Rows go with their match.
CREATE TABLE match_hashes (
    match_id      BLOB    NOT NULL REFERENCES item_match (id) ON DELETE CASCADE,
    place         INTEGER NOT NULL CHECK (place > 0), -- 1 for the first; the greatest is the newest
    sha256        BLOB    CHECK (length(sha256) = 32),                  -- the item's digest
    pdq           BLOB    CHECK (length(pdq) = 32), -- the item's hash; of several frames the best match's
    first_seen_at INTEGER NOT NULL,            -- microseconds
    became_current_at INTEGER NOT NULL,            -- microseconds; when the item last changed to them
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (match_id, place),
    CHECK (sha256 IS NOT NULL OR pdq IS NOT NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO match_hashes (match_id, place, sha256, pdq, first_seen_at, became_current_at, changed_by)
    SELECT id, 1, sha256, pdq, created_at, created_at, 'migration'
      FROM item_match
     WHERE sha256 IS NOT NULL OR pdq IS NOT NULL;

CREATE TABLE evidence_new (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16), -- UUIDv7
    match_id      BLOB    NOT NULL REFERENCES item_match (id) ON DELETE CASCADE,
    sha256        BLOB    CHECK (length(sha256) = 32), -- of the bytes
    purpose       TEXT    NOT NULL,            -- the policy that keeps it
    size          INTEGER NOT NULL CHECK (size >= 0), -- bytes of the item
    wrapped_key   BLOB,                        -- secret: the object's key under the vault's; NULL: unreadable for ever
    key_name      TEXT    NOT NULL,            -- which of the vault's keys wrapped it
    stored_at     INTEGER NOT NULL,            -- microseconds
    expires_at    INTEGER NOT NULL,            -- microseconds; the term
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    UNIQUE (match_id, sha256)
) STRICT;
INSERT INTO evidence_new (id, match_id, sha256, purpose, size, wrapped_key, key_name, stored_at,
                          expires_at, changed_by)
    SELECT evidence.id, match_id, item_match.sha256, purpose, size, wrapped_key, key_name,
           stored_at, expires_at, 'migration'
      FROM evidence
      JOIN item_match ON item_match.id = evidence.match_id;
DROP TABLE evidence;
ALTER TABLE evidence_new RENAME TO evidence;
CREATE INDEX evidence_expires ON evidence (expires_at) WHERE wrapped_key IS NOT NULL;
