-- The records of Mamori. Times are whole microseconds since 1970-01-01 UTC; ids are
-- UUIDv7; closed lists are their words; `changed_by` is the name of the transaction that last
-- wrote the row.

CREATE TABLE bank (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    name          TEXT    NOT NULL,            -- unique among banks that are not deleted
    purpose       TEXT    NOT NULL CHECK (purpose IN ('child_sexual_abuse', 'child_exploitation',
                      'minor_intimate_removal', 'intimate_image_abuse', 'known_benign',
                      'rehearsal')),           -- what it is for; never changes
    source        TEXT    NOT NULL,            -- where its hashes come from
    legal_basis   TEXT    NOT NULL,            -- the law or agreement under which it matches
    owner         TEXT    NOT NULL,            -- who answers for it
    surfaces      TEXT    NOT NULL,            -- JSON list of words: where it may look
    jurisdictions TEXT    NOT NULL,            -- JSON list of ISO 3166-1 codes, or ["*"]
    private_law   TEXT,                        -- the law that lets it look into private messages
    private_until TEXT,                        -- the last day of that law, YYYY-MM-DD, UTC
    distance_max  BIGINT  NOT NULL CHECK (distance_max BETWEEN 0 AND 64),  -- bits
    quality_min   BIGINT  NOT NULL CHECK (quality_min BETWEEN 0 AND 100),  -- PDQ quality
    action        TEXT    NOT NULL CHECK (action IN ('none', 'hold', 'block')), -- what a match may do
    is_enabled    BOOLEAN NOT NULL,                                -- whether it looks at all
    created_at    BIGINT  NOT NULL,            -- microseconds
    changed_at    BIGINT  NOT NULL,            -- microseconds
    deleted_at    BIGINT,                      -- microseconds; it matches no more
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE UNIQUE INDEX bank_name ON bank (name) WHERE deleted_at IS NULL;

CREATE TABLE counter (
    name          TEXT    NOT NULL PRIMARY KEY, -- what is counted: 'entry'
    last          BIGINT  NOT NULL,             -- the last number given out
    changed_by    TEXT    NOT NULL              -- name of the transaction
);
INSERT INTO counter (name, last, changed_by) VALUES ('entry', 0, 'migration');

CREATE TABLE entry (
    id            BIGINT  NOT NULL PRIMARY KEY, -- running number from `counter`, never used twice
    bank_id       UUID    NOT NULL REFERENCES bank (id),                   -- the bank it is in
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'md5')), -- what made the hash
    hash          BYTEA   NOT NULL CHECK (length(hash) IN (16, 32)),       -- bytes
    source_id     TEXT,                        -- the source's own id of it
    labels        TEXT    NOT NULL,            -- JSON list of the source's labels
    added_at      BIGINT  NOT NULL,            -- microseconds
    expires_at    BIGINT,                      -- microseconds; from then on it matches no more
    expired_at    BIGINT,                      -- microseconds; when its end went into `change`
    withdrawn_at  BIGINT,                      -- microseconds; it matches no more
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE UNIQUE INDEX entry_hash ON entry (bank_id, kind, hash)
    WHERE withdrawn_at IS NULL AND expired_at IS NULL;
CREATE INDEX entry_bank ON entry (bank_id, id);
CREATE INDEX entry_end ON entry (expires_at)
    WHERE expires_at IS NOT NULL AND withdrawn_at IS NULL AND expired_at IS NULL;
CREATE INDEX entry_bank_end ON entry (bank_id, expires_at)
    WHERE expires_at IS NOT NULL AND withdrawn_at IS NULL AND expired_at IS NULL;
CREATE INDEX entry_withdrawn ON entry (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
CREATE INDEX entry_expired ON entry (expired_at) WHERE expired_at IS NOT NULL;

-- What nodes must know, in the order in which it was committed.
CREATE TABLE change (
    seq           BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- its place in the order of commits
    what          TEXT    NOT NULL
                  CHECK (what IN ('added', 'removed', 'banks', 'bank_deleted', 'keys')),
    bank_id       UUID,                        -- of 'added', 'removed' and 'bank_deleted'
    first_entry   BIGINT,                      -- of 'added' and 'removed': the range's first id
    last_entry    BIGINT,                      -- of 'added' and 'removed': its last id
    changed_at    BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

CREATE TABLE service (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    name          TEXT    NOT NULL,            -- for people
    created_at    BIGINT  NOT NULL,            -- microseconds
    deleted_at    BIGINT ,                     -- microseconds; nobody speaks for it since
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

CREATE TABLE api_key (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    service_id    UUID    REFERENCES service (id), -- what it opens; NULL: an administrator's
    name          TEXT    NOT NULL,            -- what it is for
    digest        BYTEA   NOT NULL UNIQUE CHECK (length(digest) = 32),  -- SHA-256 of its text
    created_at    BIGINT  NOT NULL,            -- microseconds
    revoked_at    BIGINT,                      -- microseconds; it opens nothing since
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

CREATE TABLE item_match (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    service_id    UUID    NOT NULL REFERENCES service (id),             -- whose item it is
    item_name     TEXT    NOT NULL,            -- the service's name of the item
    account       TEXT,                        -- personal: the service's pseudonym of the account
    surface       TEXT    NOT NULL CHECK (surface IN ('public', 'shared', 'private_message')),
    country       TEXT,                        -- ISO 3166-1, two letters
    verdict       TEXT    NOT NULL CHECK (verdict IN ('allow', 'hold', 'block')), -- the strictest
    pdq           BYTEA   CHECK (length(pdq) = 32),                     -- the item's hash
    sha256        BYTEA   CHECK (length(sha256) = 32),                  -- the item's digest
    created_at    BIGINT  NOT NULL,            -- microseconds
    changed_at    BIGINT  NOT NULL,            -- microseconds; when the verdict became stricter
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    UNIQUE (service_id, item_name)
);
CREATE INDEX item_match_service ON item_match (service_id, id);
CREATE INDEX item_match_changed ON item_match (changed_at);

-- What a match came near to. A record of the time: it outlives the bank and the entry.
CREATE TABLE hit (
    match_id      UUID    NOT NULL REFERENCES item_match (id) ON DELETE CASCADE,
    entry_id      BIGINT  NOT NULL,            -- the entry
    frame         BIGINT  NOT NULL,            -- of an animated item, from 0
    bank_id       UUID    NOT NULL,            -- the entry's bank
    purpose       TEXT    NOT NULL,            -- the bank's, at the time
    action        TEXT    NOT NULL,            -- the bank's, at the time
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'md5')), -- what was compared
    distance      BIGINT  NOT NULL CHECK (distance BETWEEN 0 AND 256),       -- bits
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (match_id, entry_id, frame)
);
CREATE INDEX hit_bank ON hit (bank_id, match_id);

CREATE TABLE import (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    bank_id       UUID    NOT NULL REFERENCES bank (id),                -- where the entries go
    state         TEXT    NOT NULL CHECK (state IN ('running', 'finished', 'interrupted')),
    lines         BIGINT  NOT NULL,            -- lines read
    added         BIGINT  NOT NULL,            -- entries added
    updated       BIGINT  NOT NULL,            -- entries that the bank had and a line changed
    duplicates    BIGINT  NOT NULL,            -- lines that said nothing new
    rejected      BIGINT  NOT NULL,            -- lines not taken
    rejected_lines TEXT   NOT NULL,            -- JSON list of {line, reason}, the first 100
    created_at    BIGINT  NOT NULL,            -- microseconds
    changed_at    BIGINT  NOT NULL,            -- microseconds; when it last came further
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX import_bank ON import (bank_id, id);
CREATE INDEX import_changed ON import (changed_at);

CREATE TABLE endpoint (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    service_id    UUID    NOT NULL REFERENCES service (id),             -- whose it is
    url           TEXT,                        -- secret: where to send; forgotten at its removal
    secret        BYTEA,                       -- secret: the bytes that sign, in clear; likewise
    created_at    BIGINT  NOT NULL,            -- microseconds
    removed_at    BIGINT,                      -- microseconds; nothing is sent since
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK (CASE WHEN removed_at IS NULL THEN url IS NOT NULL AND secret IS NOT NULL
                ELSE url IS NULL AND secret IS NULL END)
);
CREATE INDEX endpoint_service ON endpoint (service_id, id);

CREATE TABLE delivery (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7; the webhook-id
    service_id    UUID    NOT NULL REFERENCES service (id),             -- the endpoint's service
    endpoint_id   UUID    NOT NULL REFERENCES endpoint (id),            -- where it goes
    event         TEXT    NOT NULL
                  CHECK (event IN ('match.created', 'match.changed', 'endpoint.test')),
    payload       TEXT    NOT NULL,            -- personal: the body, JSON, as signed and sent
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      BIGINT  NOT NULL,            -- how often it was tried
    last_result   TEXT,                        -- what came of the last attempt
    created_at    BIGINT  NOT NULL,            -- microseconds
    last_attempt_at BIGINT,                    -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX delivery_service ON delivery (service_id, id);
CREATE INDEX delivery_endpoint ON delivery (endpoint_id, id);
CREATE INDEX delivery_waiting ON delivery (service_id, endpoint_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX delivery_test ON delivery (endpoint_id)
    WHERE event = 'endpoint.test' AND state = 'waiting';
CREATE INDEX delivery_created ON delivery (created_at);

CREATE TABLE job (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    kind          TEXT    NOT NULL CHECK (kind IN ('deliver', 'purge_bank')), -- what to do
    key           TEXT    NOT NULL,            -- to what: the id of a delivery or a bank
    lane          TEXT    NOT NULL,            -- for whom: 'party/place', see `job/lease.rs`
    due_at        BIGINT  NOT NULL,            -- microseconds; ready: not before; leased: lease's end
    lease         BIGINT  NOT NULL CHECK (lease > 0), -- microseconds that one lease lasts
    leases        BIGINT  NOT NULL,            -- how often it was leased: the current lease's token
    leased_by     TEXT,                        -- the worker that has it
    failures      BIGINT  NOT NULL,            -- attempts that failed or whose lease ran out
    dead_reason   TEXT,                        -- why it is not tried again; a person must look
    created_at    BIGINT  NOT NULL,            -- microseconds; its first `due_at`
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX job_due ON job (due_at, id) WHERE dead_reason IS NULL;
CREATE INDEX job_lane ON job (lane, due_at, id) WHERE dead_reason IS NULL;
CREATE INDEX job_leased ON job (due_at, lane) WHERE leased_by IS NOT NULL;
CREATE INDEX job_dead ON job (id) WHERE dead_reason IS NOT NULL;
