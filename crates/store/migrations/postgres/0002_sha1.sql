-- SHA-1 as a kind of hash. The new checks take every row that the old ones took.

ALTER TABLE entry
    DROP CONSTRAINT entry_kind_check,
    DROP CONSTRAINT entry_hash_check,
    ADD CONSTRAINT entry_kind_check CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')),
    ADD CONSTRAINT entry_hash_check CHECK (length(hash) IN (16, 20, 32));

ALTER TABLE hit
    DROP CONSTRAINT hit_kind_check,
    ADD CONSTRAINT hit_kind_check CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5'));
