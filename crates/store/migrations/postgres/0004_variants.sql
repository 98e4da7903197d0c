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

ALTER TABLE hit ADD COLUMN place BIGINT NOT NULL DEFAULT 1;  -- `match_hashes.place` of the newest bytes that had it

-- The sets of hashes under which an item came and matched. Rows go with their match.
CREATE TABLE match_hashes (
    match_id      UUID    NOT NULL REFERENCES item_match (id) ON DELETE CASCADE,
    place         BIGINT  NOT NULL CHECK (place > 0), -- 1 for the first; the greatest is the newest
    sha256        BYTEA   CHECK (length(sha256) = 32),                  -- the item's digest
    pdq           BYTEA   CHECK (length(pdq) = 32), -- the item's hash; of several frames the best match's
    first_seen_at BIGINT  NOT NULL,            -- microseconds
    became_current_at BIGINT  NOT NULL,            -- microseconds; when the item last changed to them
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (match_id, place),
    CHECK (sha256 IS NOT NULL OR pdq IS NOT NULL)
);
INSERT INTO match_hashes (match_id, place, sha256, pdq, first_seen_at, became_current_at, changed_by)
    SELECT id, 1, sha256, pdq, created_at, created_at, 'migration'
      FROM item_match
     WHERE sha256 IS NOT NULL OR pdq IS NOT NULL;

ALTER TABLE evidence ADD COLUMN sha256 BYTEA CHECK (length(sha256) = 32); -- of the bytes
UPDATE evidence
   SET sha256 = item_match.sha256, changed_by = 'migration'
  FROM item_match
 WHERE item_match.id = evidence.match_id;
ALTER TABLE evidence DROP CONSTRAINT evidence_match_id_key;
ALTER TABLE evidence ADD CONSTRAINT evidence_bytes UNIQUE (match_id, sha256);
