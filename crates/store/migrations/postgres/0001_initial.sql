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
    legal_basis   TEXT    NOT NULL,            -- the law or agreement under which it is matched
    owner         TEXT    NOT NULL,            -- who is responsible for it
    surfaces      TEXT    NOT NULL,            -- JSON list of words: where it is matched
    jurisdictions TEXT    NOT NULL,            -- JSON list of ISO 3166-1 codes, or ["*"]
    private_law   TEXT,                        -- the legal basis for matching private messages
    private_until TEXT,                        -- the last day of that law, YYYY-MM-DD, UTC
    distance_max  BIGINT  NOT NULL CHECK (distance_max BETWEEN 0 AND 64),  -- bits
    quality_min   BIGINT  NOT NULL CHECK (quality_min BETWEEN 0 AND 100),  -- PDQ quality
    transforms    TEXT    NOT NULL CHECK (transforms IN ('all', 'none')),       -- which hashes of a frame it compares
    action        TEXT    NOT NULL CHECK (action IN ('none', 'hold', 'block')), -- what a match may do
    is_enabled    BOOLEAN NOT NULL,                                -- whether it is matched at all
    is_from_hma   BOOLEAN NOT NULL,                                -- whether it was created through the routes of HMA; never changes
    created_at    BIGINT  NOT NULL,            -- microseconds
    changed_at    BIGINT  NOT NULL,            -- microseconds
    deleted_at    BIGINT,                      -- microseconds; from then on it no longer matches
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE UNIQUE INDEX bank_name ON bank (name) WHERE deleted_at IS NULL;

-- The versions of a bank's settings. None is ever changed; the greatest is in force.
CREATE TABLE bank_version (
    bank_id       UUID    NOT NULL REFERENCES bank (id),
    version       BIGINT  NOT NULL CHECK (version > 0), -- from 1, without gaps
    settings      TEXT    NOT NULL,            -- JSON: `BankSettings`
    actor_kind    TEXT    NOT NULL CHECK (actor_kind IN ('key', 'staff', 'command_line', 'mamori')),
    actor_id      TEXT,                        -- text form of the id of the key or staff member
    actor_name    TEXT,                        -- of a key: its name when it made the change
    changed_at    BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (bank_id, version)
);

CREATE TABLE counter (
    name          TEXT    NOT NULL PRIMARY KEY, -- what is counted: 'entry', 'action'
    last          BIGINT  NOT NULL,             -- the last number given out
    changed_by    TEXT    NOT NULL              -- name of the transaction
);
INSERT INTO counter (name, last, changed_by)
    VALUES ('entry', 0, 'migration'), ('action', 0, 'migration');

CREATE TABLE entry (
    id            BIGINT  NOT NULL PRIMARY KEY, -- running number from `counter`, never used twice
    bank_id       UUID    NOT NULL REFERENCES bank (id),                   -- the bank it is in
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')), -- what made the hash
    hash          BYTEA   NOT NULL CHECK (length(hash) IN (16, 20, 32)),   -- bytes
    source_id     TEXT,                        -- the source's own id of it
    labels        TEXT    NOT NULL,            -- JSON list of the source's labels
    added_at      BIGINT  NOT NULL,            -- microseconds
    expires_at    BIGINT,                      -- microseconds; from then on it no longer matches
    expired_at    BIGINT,                      -- microseconds; when its end was added to `change`
    withdrawn_at  BIGINT,                      -- microseconds; from then on it no longer matches
    shortened_at  BIGINT,                      -- microseconds; when its end was last brought forward
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
CREATE INDEX entry_shortened ON entry (shortened_at) WHERE shortened_at IS NOT NULL;
CREATE INDEX entry_expired ON entry (expired_at) WHERE expired_at IS NOT NULL;
CREATE INDEX entry_source ON entry (bank_id, source_id, id) WHERE source_id IS NOT NULL;
CREATE INDEX entry_hash_ended ON entry (bank_id, kind, hash)
    WHERE withdrawn_at IS NOT NULL OR expired_at IS NOT NULL;

-- A hash that was withdrawn from a bank: adding it again needs an explicit request. Kept as long as
-- its bank, and longer than the entry.
CREATE TABLE withdrawal (
    bank_id       UUID    NOT NULL REFERENCES bank (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')), -- what made the hash
    hash          BYTEA   NOT NULL CHECK (length(hash) IN (16, 20, 32)), -- bytes
    entry_id      BIGINT  NOT NULL,            -- the entry that was withdrawn last
    withdrawn_at  BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (bank_id, kind, hash)
);

-- How many checks a bank of known benign pictures cleared on a day: totals only, nothing about an
-- item or a service.
CREATE TABLE cleared_checks (
    bank_id       UUID    NOT NULL REFERENCES bank (id),
    day           TEXT    NOT NULL,            -- YYYY-MM-DD, UTC
    total         BIGINT  NOT NULL CHECK (total > 0), -- checks that the bank cleared
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (bank_id, day)
);

-- The change log: what every node must apply, in the order of the commits.
CREATE TABLE change (
    seq           BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- its place in that order
    what          TEXT    NOT NULL
                  CHECK (what IN ('added', 'removed', 'bank_changed', 'bank_deleted', 'keys')),
    bank_id       UUID,                        -- of all but 'keys'
    first_entry   BIGINT,                      -- of 'added' and 'removed': the range's first id
    last_entry    BIGINT,                      -- of 'added' and 'removed': its last id
    changed_at    BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

CREATE TABLE service (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    name          TEXT    NOT NULL,            -- for people
    created_at    BIGINT  NOT NULL,            -- microseconds
    leaving_at    BIGINT,                      -- microseconds; from then on nothing of it is checked, and it is deleted when nothing waits
    deleted_at    BIGINT ,                     -- microseconds; from then on its keys are not accepted
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

CREATE TABLE api_key (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    service_id    UUID    REFERENCES service (id), -- the service that it acts for; NULL: an administrator's key
    name          TEXT    NOT NULL,            -- what it is for
    scopes        TEXT    NOT NULL,            -- JSON list of words: what it may be used for
    ends_at       BIGINT,                      -- microseconds; from then on it is not accepted; NULL: no end
    networks      TEXT    NOT NULL,            -- JSON list of networks (CIDR) from which it is accepted; `[]`: from everywhere
    digest        BYTEA   NOT NULL UNIQUE CHECK (length(digest) = 32),  -- SHA-256 of its text
    created_at    BIGINT  NOT NULL,            -- microseconds
    waits         BOOLEAN NOT NULL,            -- issued, and not accepted until a second actor agrees
    created_by_kind TEXT  NOT NULL CHECK (created_by_kind IN ('key', 'staff', 'command_line', 'mamori')),
    created_by_id TEXT,                        -- text form of the id of the key or staff member
    created_by_name TEXT,                      -- of a key: its name when it created this one
    last_used_on  TEXT,                        -- the day (UTC, ISO 8601) of its last use; written once a day at most
    revoked_at    BIGINT,                      -- microseconds; from then on it is not accepted
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((created_by_kind IN ('key', 'staff')) = (created_by_id IS NOT NULL)),
    CHECK ((created_by_kind = 'key') = (created_by_name IS NOT NULL))
);

CREATE TABLE item_match (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    service_id    UUID    NOT NULL REFERENCES service (id),             -- the service that sent the item
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
CREATE INDEX item_match_account ON item_match (service_id, account) WHERE account IS NOT NULL;

-- What a service sent with an item besides it, for the reviewer who has claimed its case. Deleted with
-- its match.
CREATE TABLE item_context (
    match_id      UUID    NOT NULL PRIMARY KEY REFERENCES item_match (id) ON DELETE CASCADE,
    text          TEXT,                        -- personal: the text that belongs to the item
    url           TEXT,                        -- personal: the page on which it is, https
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK (text IS NOT NULL OR url IS NOT NULL)
);

-- The entries that a match came near to, as they were then: rows outlive the bank and the entry.
CREATE TABLE hit (
    match_id      UUID    NOT NULL REFERENCES item_match (id) ON DELETE CASCADE,
    entry_id      BIGINT  NOT NULL,            -- the entry
    frame         BIGINT  NOT NULL,            -- of an animated item, from 0
    frame_count   BIGINT  NOT NULL CHECK (frame_count > frame), -- frames of the item
    bank_id       UUID    NOT NULL,            -- the entry's bank
    purpose       TEXT    NOT NULL,            -- the bank's, at the time
    action        TEXT    NOT NULL,            -- the bank's, at the time
    kind          TEXT    NOT NULL CHECK (kind IN ('pdq', 'sha256', 'sha1', 'md5')), -- what was compared
    distance      BIGINT  NOT NULL CHECK (distance BETWEEN 0 AND 256),       -- bits
    transform     TEXT    NOT NULL CHECK (transform IN ('none', 'rotate_90', 'rotate_180',
                      'rotate_270', 'flip_left_right', 'flip_top_bottom', 'transpose',
                      'transverse')),          -- how the frame was turned
    backdrop      TEXT    NOT NULL CHECK (backdrop IN ('none', 'white', 'black')), -- what was put behind its transparent pixels
    place         BIGINT  NOT NULL,            -- `match_hashes.place` of the newest bytes that had it
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (match_id, entry_id, frame)
);
CREATE INDEX hit_bank ON hit (bank_id, match_id);
CREATE INDEX hit_entry ON hit (bank_id, entry_id, match_id);

-- The sets of hashes with which an item was sent and matched. Deleted with their match.
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

CREATE TABLE import (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    bank_id       UUID    NOT NULL REFERENCES bank (id),                -- where the entries go
    state         TEXT    NOT NULL CHECK (state IN ('running', 'finished', 'nothing_accepted', 'refused',
                      'interrupted')),
    lines         BIGINT  NOT NULL,            -- lines read
    added         BIGINT  NOT NULL,            -- entries added
    updated       BIGINT  NOT NULL,            -- entries that the bank had and a line changed
    duplicates    BIGINT  NOT NULL,            -- lines that brought nothing new
    rejected      BIGINT  NOT NULL,            -- lines that were left out as invalid
    rejected_lines TEXT   NOT NULL,            -- JSON list of {line, reason}, the first 100
    warnings      BIGINT  NOT NULL,            -- lines accepted without their invalid parts
    warned_lines  TEXT    NOT NULL,            -- JSON list of {line, reason}, the first 100
    withdrawn     BIGINT  NOT NULL,            -- lines left out because their hash was withdrawn
    withdrawn_lines TEXT  NOT NULL,            -- JSON list of {line, reason}, the first 100
    refusal       TEXT,                        -- why the list was refused as a whole
    created_at    BIGINT  NOT NULL,            -- microseconds
    changed_at    BIGINT  NOT NULL,            -- microseconds; when it last progressed
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX import_bank ON import (bank_id, id);
CREATE INDEX import_changed ON import (changed_at);

CREATE TABLE endpoint (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    service_id    UUID    NOT NULL REFERENCES service (id),             -- whose it is
    url           TEXT,                        -- secret: where to send; erased on removal
    secret        BYTEA,                       -- secret: the signing key, in clear; likewise
    created_at    BIGINT  NOT NULL,            -- microseconds
    previous_secret BYTEA,                     -- secret: the key before the last rotation, in clear; likewise
    previous_secret_until BIGINT,              -- microseconds; from then on it signs nothing
    disabled_at   BIGINT,                      -- microseconds; since then nothing is sent to it
    disabled_cause TEXT,                       -- why: a word
    failing_since BIGINT,                      -- microseconds; first failed attempt since the last success
    removed_at    BIGINT,                      -- microseconds; from then on nothing is sent
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK (CASE WHEN removed_at IS NULL THEN url IS NOT NULL AND secret IS NOT NULL
                ELSE url IS NULL AND secret IS NULL AND previous_secret IS NULL END),
    CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL)),
    CHECK ((disabled_at IS NULL) = (disabled_cause IS NULL)),
    CHECK (disabled_cause IN ('gone'))
);
CREATE INDEX endpoint_service ON endpoint (service_id, id);

CREATE TABLE staff (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    name          TEXT    NOT NULL,            -- personal: what they sign in with; unique among active accounts
    display_name  TEXT    NOT NULL,            -- personal: the name that colleagues see
    roles         TEXT    NOT NULL,            -- JSON list of words: what they may do
    assignment    TEXT    NOT NULL,            -- JSON object: their services and purposes; null: all
    language      TEXT    NOT NULL CHECK (length(language) BETWEEN 2 AND 12), -- its tag
    scheme        TEXT    NOT NULL CHECK (scheme IN ('system', 'light', 'dark')),
    view          TEXT    NOT NULL CHECK (view IN ('hold', 'toggle', 'text')), -- how they view pictures clear
    has_keys      BOOLEAN NOT NULL, -- whether single-key shortcuts are on
    tint          TEXT    NOT NULL CHECK (tint IN ('grey', 'colour')), -- of clear pictures
    size          TEXT    NOT NULL CHECK (size IN ('medium', 'large')), -- of clear pictures
    blur          TEXT    NOT NULL CHECK (blur IN ('standard', 'strong', 'strongest')), -- of blurred pictures
    zone          TEXT,                        -- IANA name of the time zone of their pages; NULL: the browser's
    views_max     BIGINT  CHECK (views_max BETWEEN 0 AND 10000),   -- clear views in 24 h; NULL: the default
    minutes_max   BIGINT  CHECK (minutes_max BETWEEN 0 AND 1440),  -- clear minutes in 24 h; NULL: the default
    points_max    BIGINT  CHECK (points_max BETWEEN 0 AND 100000), -- severity points in 24 h; NULL: the default
    created_at    BIGINT  NOT NULL,            -- microseconds
    method_added_at BIGINT,                      -- microseconds; when a session of theirs last added a sign-in method
    ended_at      BIGINT,                     -- microseconds; deactivated since
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE UNIQUE INDEX staff_name ON staff (name) WHERE ended_at IS NULL;

CREATE TABLE credential (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    staff_id      UUID    NOT NULL REFERENCES staff (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('passkey', 'password', 'totp', 'oidc')),
    name          TEXT    NOT NULL,            -- what the person calls it
    passkey_id    BYTEA   UNIQUE,              -- of a passkey: the authenticator's own id of it
    identity      BYTEA   UNIQUE CHECK (length(identity) = 32), -- of oidc: SHA-256 of the provider's issuer and of who it is there
    data          BYTEA   NOT NULL,            -- secret: passkey: JSON; password: Argon2id in PHC form; totp: sealed; oidc: empty
    last_step     BIGINT,                     -- of totp: the last 30-second step that was used to sign in
    created_at    BIGINT  NOT NULL,            -- microseconds
    used_at       BIGINT,                     -- microseconds; when it was last used to sign in
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX credential_staff ON credential (staff_id, id);
CREATE UNIQUE INDEX credential_one ON credential (staff_id, kind)
    WHERE kind IN ('password', 'totp', 'oidc');

-- Secrets of Mamori itself, which all nodes share.
CREATE TABLE secret (
    name          TEXT    NOT NULL PRIMARY KEY, -- what it is for
    value         BYTEA   NOT NULL CHECK (length(value) = 32),         -- secret: random
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

-- A one-time link, made on the command line or by an administrator.
CREATE TABLE sign_in_link (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    staff_id      UUID    NOT NULL REFERENCES staff (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('enroll', 'sign_in')),
    digest        BYTEA   NOT NULL UNIQUE CHECK (length(digest) = 32),  -- SHA-256 of its text
    expires_at    BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX sign_in_link_expires ON sign_in_link (expires_at);

CREATE TABLE session (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    staff_id      UUID    NOT NULL REFERENCES staff (id),
    family        BYTEA   NOT NULL UNIQUE CHECK (length(family) = 32),  -- SHA-256 of what all its cookies begin with
    digest        BYTEA   NOT NULL CHECK (length(digest) = 32),         -- SHA-256 of the cookie
    digest_before BYTEA   CHECK (length(digest_before) = 32),           -- of the cookie before it
    csrf          BYTEA   NOT NULL CHECK (length(csrf) = 32),           -- secret: what forms must carry
    created_at    BIGINT  NOT NULL,            -- microseconds; when they last proved who they are
    rotated_at    BIGINT  NOT NULL,            -- microseconds; when the cookie last changed
    confirmed_at  BIGINT,                     -- microseconds; when the changed cookie first came back
    seen_at       BIGINT  NOT NULL,            -- microseconds; to the minute
    expires_at    BIGINT  NOT NULL,            -- microseconds; also if the session is in use
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX session_staff ON session (staff_id);
CREATE INDEX session_expires ON session (expires_at);

-- A registration challenge for a passkey, valid for five minutes.
CREATE TABLE ceremony (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    staff_id      UUID    NOT NULL REFERENCES staff (id),
    state         TEXT    NOT NULL,            -- secret: JSON of webauthn-rs
    expires_at    BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX ceremony_staff ON ceremony (staff_id, id);
CREATE INDEX ceremony_expires ON ceremony (expires_at);

-- A sign-in challenge that was answered: no other answer to it is accepted.
CREATE TABLE ceremony_answered (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    expires_at    BIGINT  NOT NULL,            -- microseconds; no answer is accepted after it
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX ceremony_answered_expires ON ceremony_answered (expires_at);

CREATE TABLE sign_in_attempt (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    name_digest   BYTEA   NOT NULL CHECK (length(name_digest) = 32), -- SHA-256 of what was typed as a name
    has_succeeded BOOLEAN NOT NULL,
    tried_at      BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX sign_in_attempt_name ON sign_in_attempt (name_digest, tried_at);
CREATE INDEX sign_in_attempt_tried ON sign_in_attempt (tried_at);

-- The audit record: every change made with an API key, on the command line or in the console. Rows
-- are added, then numbered once by the sequencer, and never changed; see the triggers below.
CREATE TABLE audit_event (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    seq           BIGINT  UNIQUE,             -- its number in the chain, without gaps; NULL: not numbered yet
    digest        BYTEA   CHECK (length(digest) = 32), -- SHA-256 of its line, which has the digest before it
    actor_kind    TEXT    NOT NULL CHECK (actor_kind IN ('key', 'staff', 'command_line', 'mamori')),
    actor_id      TEXT,                        -- text form of the id of the key or staff member
    actor_name    TEXT,                        -- of a key: its name when it made the change
    verb          TEXT    NOT NULL,            -- what was done: a word of `AuditVerb`
    target        TEXT    NOT NULL,            -- to what: the text form of an id, or a word
    state_before  TEXT,                        -- JSON: the state before, without secrets
    state_after   TEXT,                        -- JSON: the state after, or the details
    happened_at   BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((seq IS NULL) = (digest IS NULL)),
    CHECK ((actor_kind IN ('key', 'staff')) = (actor_id IS NOT NULL)),
    CHECK ((actor_kind = 'key') = (actor_name IS NOT NULL))
);
CREATE INDEX audit_event_unnumbered ON audit_event (id) WHERE seq IS NULL;
CREATE INDEX audit_event_target ON audit_event (target, id);
CREATE INDEX audit_event_actor ON audit_event (actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_event_happened ON audit_event (happened_at);

-- Where the chain of audit events begins and ends. One row.
CREATE TABLE audit_chain (
    id            BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    last_seq      BIGINT  NOT NULL,            -- the number of the last numbered event; 0: none
    last_digest   BYTEA   NOT NULL CHECK (length(last_digest) = 32),
    logged_seq    BIGINT  NOT NULL,            -- the last event whose log line was written
    expired_seq   BIGINT  NOT NULL,            -- the last event that was deleted at the end of its term
    expired_digest BYTEA   NOT NULL CHECK (length(expired_digest) = 32),
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK (expired_seq <= logged_seq AND logged_seq <= last_seq)
);
INSERT INTO audit_chain (id, last_seq, last_digest, logged_seq, expired_seq, expired_digest, changed_by)
    VALUES (1, 0, decode(repeat('00', 32), 'hex'), 0, 0, decode(repeat('00', 32), 'hex'), 'migration');
CREATE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.seq IS NULL AND NEW.seq IS NOT NULL
            AND (NEW.id, NEW.actor_kind, NEW.actor_id, NEW.actor_name, NEW.verb, NEW.target, NEW.state_before, NEW.state_after, NEW.happened_at, NEW.changed_by)
                IS NOT DISTINCT FROM
                (OLD.id, OLD.actor_kind, OLD.actor_id, OLD.actor_name, OLD.verb, OLD.target, OLD.state_before, OLD.state_after, OLD.happened_at, OLD.changed_by)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'an audit event is never changed';
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.seq <= (SELECT expired_seq FROM audit_chain) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'an audit event is deleted at the end of its term only';
END
$$;
CREATE TRIGGER audit_event_update BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_guard();
CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_guard();

-- When the installation got its first key or bank: for a day after that, changes need no second
-- actor. One row, which is added once.
CREATE TABLE installation (
    id            BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    began_at      BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE FUNCTION installation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the beginning of an installation is never changed';
END
$$;
CREATE TRIGGER installation_change BEFORE UPDATE OR DELETE ON installation
    FOR EACH ROW EXECUTE FUNCTION installation_guard();
CREATE TRIGGER installation_truncate BEFORE TRUNCATE ON installation
    FOR EACH STATEMENT EXECUTE FUNCTION installation_guard();
-- Changes that wait for a second actor, and what became of them.
CREATE TABLE approval_request (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    verb          TEXT    NOT NULL,            -- what is to be done: a word of `ApprovalVerb`
    reasons       TEXT    NOT NULL,            -- JSON list of words of `Reason`: why it needs a second actor
    requester_kind TEXT   NOT NULL CHECK (requester_kind IN ('key', 'command_line')),
    requester_id  TEXT,                        -- text form of the key's id
    requester_name TEXT,                       -- of a key: its name when it requested the change
    target        TEXT    NOT NULL,            -- to what: the text form of an id
    bank_id       UUID    REFERENCES bank (id), -- the bank that it concerns, if that exists
    bank_version  BIGINT,                      -- the newest version of its settings at the request
    change        TEXT,                        -- JSON: the change, which may contain hashes; NULL once resolved
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'made_alone', 'refused',
                      'cancelled', 'lapsed')),
    resolver_kind TEXT    CHECK (resolver_kind IN ('key', 'staff', 'command_line')),
    resolver_id   TEXT,                        -- text form of the id of the key or staff member
    resolver_name TEXT,                        -- of a key: its name
    refusal       TEXT,                        -- of 'refused': why, in the words of the second actor
    lapse         TEXT    CHECK (lapse IN ('expired', 'bank_changed', 'key_revoked')), -- of 'lapsed'
    requested_at  BIGINT  NOT NULL,            -- microseconds
    agree_until   BIGINT  NOT NULL,            -- microseconds; until then a second actor may approve it
    alone_from    BIGINT  NOT NULL,            -- microseconds; from then on the requester may act alone
    expires_at    BIGINT  NOT NULL,            -- microseconds; then it lapses
    resolved_at   BIGINT,                      -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((requester_kind = 'key') = (requester_id IS NOT NULL AND requester_name IS NOT NULL)),
    CHECK ((bank_id IS NULL) = (bank_version IS NULL)),
    CHECK ((state = 'waiting') = (change IS NOT NULL)),
    CHECK ((state = 'waiting') = (resolved_at IS NULL)),
    CHECK ((state IN ('waiting', 'lapsed')) = (resolver_kind IS NULL)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CHECK ((state = 'lapsed') = (lapse IS NOT NULL)),
    CHECK (state <> 'done' OR resolver_kind <> requester_kind
           OR COALESCE(resolver_id, '') <> COALESCE(requester_id, '')),
    CHECK (requested_at <= agree_until AND agree_until <= alone_from AND alone_from <= expires_at)
);
CREATE INDEX approval_request_waiting ON approval_request (expires_at) WHERE state = 'waiting';
CREATE INDEX approval_request_resolved ON approval_request (resolved_at)
    WHERE resolved_at IS NOT NULL;

-- Sources from which lists may be imported into a bank without a further request.
CREATE TABLE source_approval (
    bank_id       UUID    NOT NULL REFERENCES bank (id),
    source        TEXT    NOT NULL,            -- the bank's source when it was approved
    is_single     BOOLEAN NOT NULL, -- for one import, whose start deletes the row
    approved_at   BIGINT  NOT NULL,            -- microseconds
    ends_at       BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (bank_id, source)
);
CREATE INDEX source_approval_end ON source_approval (ends_at);

-- Changes that narrowed, which took effect at once, until another actor has acknowledged them.
CREATE TABLE change_notice (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    what          TEXT    NOT NULL,            -- a word of `Narrowing`
    bank_id       UUID    NOT NULL REFERENCES bank (id),
    actor_kind    TEXT    NOT NULL CHECK (actor_kind IN ('key', 'command_line')),
    actor_id      TEXT,                        -- text form of the key's id
    actor_name    TEXT,                        -- of a key: its name at the first change
    times         BIGINT  NOT NULL CHECK (times > 0), -- how often
    first_at      BIGINT  NOT NULL,            -- microseconds
    last_at       BIGINT  NOT NULL,            -- microseconds
    acknowledger_kind TEXT CHECK (acknowledger_kind IN ('key', 'staff', 'command_line')),
    acknowledger_id TEXT,                      -- text form of the id of the key or staff member
    acknowledger_name TEXT,                    -- of a key: its name
    acknowledged_at BIGINT,                    -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((actor_kind = 'key') = (actor_id IS NOT NULL AND actor_name IS NOT NULL)),
    CHECK ((acknowledger_kind IS NULL) = (acknowledged_at IS NULL))
);
CREATE UNIQUE INDEX change_notice_open
    ON change_notice (bank_id, what, actor_kind, (COALESCE(actor_id, '')))
    WHERE acknowledged_at IS NULL;
CREATE INDEX change_notice_acknowledged ON change_notice (acknowledged_at)
    WHERE acknowledged_at IS NOT NULL;

-- A break, due after a long stretch of viewing or asked for by the reviewer. A reached limit of
-- views, minutes or points is not stored here: it follows from `item_view`.
CREATE TABLE reviewer_break (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    staff_id      UUID    NOT NULL REFERENCES staff (id),
    why           TEXT    NOT NULL CHECK (why IN ('stretch', 'views', 'minutes', 'points', 'own')),
    began_at      BIGINT  NOT NULL,            -- microseconds
    ends_at       BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX reviewer_break_staff ON reviewer_break (staff_id, ends_at);

-- The versions of each accusing purpose's policy; none is ever changed, the greatest is in force.
CREATE TABLE policy (
    purpose       TEXT    NOT NULL CHECK (purpose IN ('child_sexual_abuse', 'child_exploitation',
                      'minor_intimate_removal', 'intimate_image_abuse', 'rehearsal')),
    version       BIGINT  NOT NULL CHECK (version > 0),
    texts         TEXT    NOT NULL,            -- JSON object: language, and what it forbids in it, as reviewers and the accused read it
    severity      BIGINT  NOT NULL CHECK (severity BETWEEN 1 AND 5),    -- exposure points per minute of a clear view
    evidence_days     BIGINT  NOT NULL CHECK (evidence_days BETWEEN 0 AND 366), -- of an item's bytes; 0: never kept
    staff_id      UUID    REFERENCES staff (id), -- who wrote it; NULL: it came with Mamori
    created_at    BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (purpose, version)
);
INSERT INTO policy (purpose, version, texts, severity, evidence_days, created_at, changed_by) VALUES
    ('child_sexual_abuse', 1,
      '{"en": "Sexual abuse of a child may not be shown or shared.",
        "ja": "児童の性的虐待を写したコンテンツは、公開も共有もできません。",
        "fr": "Les abus sexuels commis sur un enfant ne peuvent être ni montrés ni partagés.",
        "de": "Sexueller Missbrauch eines Kindes darf weder gezeigt noch geteilt werden.",
        "it": "L’abuso sessuale di un minore non può essere mostrato né condiviso."}',
      5, 0, 0, 'migration'),
    ('child_exploitation', 1,
      '{"en": "Material that exploits a child may not be shown or shared.",
        "ja": "児童を搾取するコンテンツは、公開も共有もできません。",
        "fr": "Un contenu qui exploite un enfant ne peut être ni montré ni partagé.",
        "de": "Inhalte, die ein Kind ausbeuten, dürfen weder gezeigt noch geteilt werden.",
        "it": "Un contenuto che sfrutta un minore non può essere mostrato né condiviso."}',
      4, 0, 0, 'migration'),
    ('minor_intimate_removal', 1,
      '{"en": "An intimate picture of a person under 18 is removed at that person’s request.",
        "ja": "18歳未満の人の私的な画像は、本人の求めに応じて削除されます。",
        "fr": "Une image intime d’une personne de moins de 18 ans est retirée à sa demande.",
        "de": "Ein intimes Bild einer Person unter 18 wird auf ihren Wunsch entfernt.",
        "it": "Un’immagine intima di una persona minore di 18 anni viene rimossa su sua richiesta."}',
      4, 0, 0, 'migration'),
    ('intimate_image_abuse', 1,
      '{"en": "An intimate picture may not be shared without the consent of the person shown.",
        "ja": "私的な画像は、写っている人の同意なしに共有できません。",
        "fr": "Une image intime ne peut être partagée sans le consentement de la personne représentée.",
        "de": "Ein intimes Bild darf nicht ohne Einwilligung der abgebildeten Person geteilt werden.",
        "it": "Un’immagine intima non può essere condivisa senza il consenso della persona ritratta."}',
      3, 0, 0, 'migration'),
    ('rehearsal', 1,
      '{"en": "A picture of the rehearsal bank may not be shared.",
        "ja": "訓練用バンクの画像は共有できません。",
        "fr": "Une image de la banque d’exercice ne peut être partagée.",
        "de": "Ein Bild der Übungsbank darf nicht geteilt werden.",
        "it": "Un’immagine della banca di esercitazione non può essere condivisa."}',
      1, 0, 0, 'migration');

-- Texts that leads offer for the reason of a decision. A row appears with the first change of a list.
CREATE TABLE saved_reasons (
    purpose       TEXT    NOT NULL CHECK (purpose IN ('child_sexual_abuse', 'child_exploitation',
                      'minor_intimate_removal', 'intimate_image_abuse', 'rehearsal')), -- the policy
    language      TEXT    NOT NULL,            -- tag of the language in which they are written
    version       BIGINT  NOT NULL CHECK (version > 0), -- raised by each change
    reasons       TEXT    NOT NULL,            -- JSON list of texts
    staff_id      UUID    NOT NULL REFERENCES staff (id), -- the lead who changed the list last
    changed_at    BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (purpose, language)
);

CREATE TABLE bulk_decision (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    state         TEXT    NOT NULL CHECK (state IN ('prepared', 'proposed', 'standing', 'refused', 'undone', 'lapsed')),
    purpose       TEXT    NOT NULL,            -- the policy
    policy_version BIGINT  NOT NULL,
    outcome       TEXT    NOT NULL CHECK (outcome IN ('violates', 'allowed', 'not_a_match')),
    reason        TEXT    NOT NULL,            -- free text
    measures      TEXT    NOT NULL,            -- JSON list: what to do with each case's items and account
    cases         BIGINT  NOT NULL,            -- how many it decides, as shown before it was confirmed
    items         BIGINT  NOT NULL,
    accounts      BIGINT  NOT NULL,
    made_by       UUID    NOT NULL REFERENCES staff (id),
    made_at       BIGINT  NOT NULL,            -- microseconds
    expires_at    BIGINT  NOT NULL,            -- microseconds; prepared and not confirmed by then: lapsed
    approval      TEXT    NOT NULL CHECK (approval IN ('none', 'colleague', 'alone')), -- whose approval it needs
    not_before    BIGINT,                     -- microseconds; of 'alone'
    approver_id   UUID    REFERENCES staff (id),
    resolved_at   BIGINT,                     -- microseconds; when it took effect or was refused
    undone_by     UUID    REFERENCES staff (id),
    undone_at     BIGINT,                     -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK (approver_id IS NULL OR approver_id <> made_by OR approval = 'alone'),
    CHECK ((approval = 'alone') = (not_before IS NOT NULL))
);
CREATE INDEX bulk_decision_state ON bulk_decision (state, id);

CREATE TABLE review_case (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    service_id    UUID    NOT NULL REFERENCES service (id),             -- the service that sent the items
    purpose       TEXT    NOT NULL,            -- the policy that applies
    subject       TEXT    NOT NULL,            -- personal: 'account:NAME', or 'item:NAME' where no account is known
    account       TEXT,                        -- personal: the service's pseudonym of the account
    urgency       BIGINT  NOT NULL CHECK (urgency BETWEEN 0 AND 2), -- 0 child in danger, 1 new material, 2 known material
    level         TEXT    NOT NULL CHECK (level IN ('reviewer', 'lead')), -- who may claim it; 'lead' when escalated
    state         TEXT    NOT NULL CHECK (state IN ('open', 'proposed', 'decided')),
    version       BIGINT  NOT NULL CHECK (version > 0), -- raised by each change that a decision must consider
    items         BIGINT  NOT NULL CHECK (items >= 0),  -- rows of case_item
    is_full       BOOLEAN NOT NULL, -- takes no more items
    claimed_by    UUID    REFERENCES staff (id),
    claim_until   BIGINT,                     -- microseconds; from then on another reviewer may claim it
    claims        BIGINT  NOT NULL,            -- how often it was claimed: the current claim's token
    handed_to     UUID    REFERENCES staff (id), -- for whom it is reserved, until `handed_until`
    handed_until  BIGINT,                     -- microseconds
    bulk_id       UUID    REFERENCES bulk_decision (id), -- the bulk decision that it is in
    opened_at     BIGINT  NOT NULL,            -- microseconds
    first_claimed_at BIGINT,                  -- microseconds
    closed_at     BIGINT,                     -- microseconds; decided
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((claimed_by IS NULL) = (claim_until IS NULL)),
    CHECK ((handed_to IS NULL) = (handed_until IS NULL)),
    CHECK ((state = 'decided') = (closed_at IS NOT NULL)),
    CHECK (state = 'open' OR claimed_by IS NULL)
);
CREATE UNIQUE INDEX case_subject ON review_case (service_id, purpose, subject)
    WHERE state = 'open' AND NOT is_full;
CREATE UNIQUE INDEX case_claimed ON review_case (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX case_handed ON review_case (handed_to) WHERE handed_to IS NOT NULL;
CREATE INDEX case_queue ON review_case (urgency, opened_at, id) WHERE state = 'open';
CREATE INDEX case_service ON review_case (service_id, id);
CREATE INDEX case_account ON review_case (service_id, purpose, account)
    WHERE account IS NOT NULL;
CREATE INDEX case_undecided ON review_case (service_id) WHERE state IN ('open', 'proposed');
CREATE INDEX case_listed ON review_case (id) WHERE state IN ('open', 'proposed');
CREATE INDEX case_opened ON review_case (opened_at);
CREATE INDEX case_lapsing ON review_case (claim_until, id) WHERE claimed_by IS NOT NULL;
CREATE INDEX case_closed ON review_case (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX case_bulk ON review_case (bulk_id) WHERE bulk_id IS NOT NULL;

CREATE TABLE bulk_case (
    bulk_id       UUID    NOT NULL REFERENCES bulk_decision (id) ON DELETE CASCADE,
    case_id       UUID    NOT NULL REFERENCES review_case (id) ON DELETE CASCADE,
    version       BIGINT  NOT NULL,            -- the case's, as it was shown
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (bulk_id, case_id)
);
CREATE INDEX bulk_case_case ON bulk_case (case_id);

CREATE TABLE case_item (
    case_id       UUID    NOT NULL REFERENCES review_case (id) ON DELETE CASCADE,
    match_id      UUID    NOT NULL REFERENCES item_match (id),
    added_at      BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    PRIMARY KEY (case_id, match_id)
);
CREATE INDEX case_item_match ON case_item (match_id);

-- What happened to a case, in order. Rows are added and never changed.
CREATE TABLE case_event (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    case_id       UUID    NOT NULL REFERENCES review_case (id) ON DELETE CASCADE,
    kind          TEXT    NOT NULL CHECK (kind IN ('opened', 'item_added', 'claimed', 'released', 'lapsed',
                      'skipped', 'escalated', 'handed_over', 'noted', 'proposed', 'decision_opened',
                      'bulk_opened', 'context_opened', 'approved',
                      'refused', 'decided', 'undone', 'reopened', 'disputed', 'dispute_agreed',
                      'urgency_lowered', 'urgency_lowering_proposed', 'urgency_lowering_refused', 'in_bulk',
                      'out_of_bulk', 'requested_again')),
    staff_id      UUID    REFERENCES staff (id), -- who did it; NULL: Mamori itself
    note          TEXT,                        -- personal: what they wrote
    about         TEXT,                        -- JSON: ids and words of closed lists
    happened_at   BIGINT  NOT NULL,            -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX case_event_case ON case_event (case_id, id);
CREATE INDEX case_event_skipped ON case_event (staff_id, case_id) WHERE kind = 'skipped';
CREATE INDEX case_event_staff ON case_event (staff_id, happened_at) WHERE staff_id IS NOT NULL;
CREATE INDEX case_event_happened ON case_event (happened_at) WHERE staff_id IS NOT NULL;

-- A reviewer's proposal to lower the urgency of a case in which a child may be in danger. The row goes
-- when a lead agrees or refuses, and when the case is decided or ends.
CREATE TABLE urgency_lowering (
    case_id       UUID    NOT NULL PRIMARY KEY REFERENCES review_case (id) ON DELETE CASCADE,
    urgency       BIGINT  NOT NULL CHECK (urgency BETWEEN 1 AND 2), -- what it is to be, as in `review_case`
    reason        TEXT    NOT NULL,            -- personal: what the reviewer wrote
    proposed_by   UUID    NOT NULL REFERENCES staff (id),
    proposed_at   BIGINT  NOT NULL,            -- microseconds
    approval      TEXT    NOT NULL CHECK (approval IN ('colleague', 'alone')), -- whose agreement it needs
    not_before    BIGINT,                     -- microseconds; of 'alone': the earliest time of the agreement
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((approval = 'alone') = (not_before IS NOT NULL))
);
CREATE INDEX urgency_lowering_proposed ON urgency_lowering (proposed_at);

-- A reviewer's view of an item, recorded before the first byte of the picture is sent.
CREATE TABLE item_view (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    case_id       UUID    NOT NULL REFERENCES review_case (id) ON DELETE CASCADE,
    match_id      UUID    NOT NULL,            -- the item's match
    staff_id      UUID    NOT NULL REFERENCES staff (id),
    clarity       TEXT    NOT NULL CHECK (clarity IN ('blurred', 'clear', 'context')),
    severity      BIGINT  NOT NULL CHECK (severity BETWEEN 1 AND 5), -- the policy's, at the time
    opened_at     BIGINT  NOT NULL,            -- microseconds
    seen_at       BIGINT  NOT NULL,            -- microseconds; time of the page's last keep-alive
    shown_at      BIGINT,                     -- microseconds; when the picture was sent; once at most
    closed_at     BIGINT,                     -- microseconds
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK (seen_at >= opened_at AND (closed_at IS NULL OR closed_at >= opened_at))
);
CREATE INDEX item_view_case ON item_view (case_id, id);
CREATE INDEX item_view_staff ON item_view (staff_id, opened_at);
CREATE INDEX item_view_open ON item_view (seen_at) WHERE closed_at IS NULL;

CREATE TABLE decision (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    case_id       UUID    NOT NULL REFERENCES review_case (id) ON DELETE CASCADE,
    service_id    UUID    NOT NULL REFERENCES service (id),
    purpose       TEXT    NOT NULL,            -- the policy
    policy_version BIGINT  NOT NULL,
    outcome       TEXT    NOT NULL CHECK (outcome IN ('violates', 'allowed', 'not_a_match')),
    reason        TEXT    NOT NULL,            -- free text
    state         TEXT    NOT NULL CHECK (state IN ('proposed', 'standing', 'refused', 'undone')),
    made_by       UUID    NOT NULL REFERENCES staff (id),
    made_at       BIGINT  NOT NULL,            -- microseconds
    approval      TEXT    NOT NULL CHECK (approval IN ('none', 'colleague', 'alone')), -- whose approval it needs
    not_before    BIGINT,                     -- microseconds; of 'alone': the earliest time of the approval
    author_viewing TEXT   NOT NULL CHECK (author_viewing IN ('viewed', 'in_part', 'not_needed', 'not_kept', 'not_viewed')), -- what its author viewed
    approver_viewing TEXT CHECK (approver_viewing IN ('viewed', 'in_part', 'not_needed', 'not_kept', 'not_viewed')), -- what the approver viewed; NULL: not approved
    approver_id   UUID    REFERENCES staff (id),
    approver_note TEXT,                        -- why it was refused
    resolved_at   BIGINT,                     -- microseconds; when it took effect or was refused
    undone_by     UUID    REFERENCES staff (id),
    undone_at     BIGINT,                     -- microseconds
    undo_reason   TEXT,
    bulk_id       UUID    REFERENCES bulk_decision (id),
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK (approver_id IS NULL OR approver_id <> made_by OR approval = 'alone'),
    CHECK (state <> 'standing' OR approval = 'none' OR approver_id IS NOT NULL),
    CHECK ((approval = 'alone') = (not_before IS NOT NULL)),
    CHECK (approver_viewing IS NULL OR approver_id IS NOT NULL),
    CHECK (state <> 'standing' OR approval = 'none' OR approver_viewing IS NOT NULL),
    CHECK ((state = 'undone') = (undone_at IS NOT NULL))
);
CREATE UNIQUE INDEX decision_once ON decision (case_id) WHERE state IN ('proposed', 'standing');
CREATE INDEX decision_case ON decision (case_id, id);
CREATE INDEX decision_service ON decision (service_id, id);
CREATE INDEX decision_waiting ON decision (made_at) WHERE state = 'proposed';
CREATE INDEX decision_made ON decision (made_at);
CREATE INDEX decision_resolved ON decision (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX decision_bulk ON decision (bulk_id) WHERE bulk_id IS NOT NULL;

CREATE TABLE service_action (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    sequence      BIGINT  UNIQUE,              -- from `counter` when it is requested; a later one overrules an earlier
    decision_id   UUID    NOT NULL REFERENCES decision (id) ON DELETE CASCADE,
    service_id    UUID    NOT NULL REFERENCES service (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('remove_item', 'restore_item', 'hold_item', 'limit_item',
                      'limit_feature', 'restore_feature', 'suspend_account', 'restore_account')),
    item_name     TEXT,                        -- the service's name of the item, of an item's action
    account       TEXT,                        -- personal: of an account's action
    terms         TEXT    NOT NULL,            -- JSON: countries, feature, until; `{}` where there are none
    undoes        UUID    REFERENCES service_action (id) ON DELETE SET NULL, -- the action that it undoes
    state         TEXT    NOT NULL CHECK (state IN ('proposed', 'waiting', 'done', 'cannot', 'superseded', 'overdue', 'dropped')),
    reminders     BIGINT  NOT NULL,            -- how many reminders were sent
    requested_at  BIGINT,                     -- microseconds
    answered_at   BIGINT,                     -- microseconds
    answer_note   TEXT,                        -- the service's own words
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((item_name IS NULL) <> (account IS NULL)),
    CHECK ((state IN ('proposed', 'dropped')) = (sequence IS NULL))
);
CREATE INDEX service_action_decision ON service_action (decision_id, id);
CREATE INDEX service_action_service ON service_action (service_id, id);
CREATE INDEX service_action_account ON service_action (service_id, account) WHERE account IS NOT NULL;
CREATE INDEX service_action_item ON service_action (service_id, item_name)
    WHERE item_name IS NOT NULL;
CREATE INDEX service_action_undoes ON service_action (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX service_action_open ON service_action (service_id, id) WHERE state IN ('waiting', 'overdue');

-- A reviewer's statement that an entry is wrong. While it is open, the entry by itself does not hold
-- or block items of this subject, and once a lead has agreed no item of this service.
CREATE TABLE dispute (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    bank_id       UUID    NOT NULL REFERENCES bank (id),
    entry_id      BIGINT  NOT NULL,            -- the entry; it may be gone
    service_id    UUID    NOT NULL REFERENCES service (id),
    subject       TEXT,                        -- personal: the case's; NULL: it ended, or the case was deleted
    decision_id   UUID    REFERENCES decision (id) ON DELETE SET NULL,
    reason        TEXT    NOT NULL,            -- free text, for the bank's owner; names no account
    state         TEXT    NOT NULL CHECK (state IN ('open', 'upheld', 'rejected', 'taken_back')),
    opened_at     BIGINT  NOT NULL,            -- microseconds
    agreed_by     UUID    REFERENCES staff (id), -- the lead who agreed
    agreed_at     BIGINT,                     -- microseconds; from then on it reaches the whole service
    resolved_by   UUID    REFERENCES staff (id),
    resolved_at   BIGINT,                     -- microseconds
    resolved_note TEXT,
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    CHECK ((state = 'open') = (resolved_at IS NULL)),
    CHECK (state = 'open' OR subject IS NULL),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL))
);
CREATE UNIQUE INDEX dispute_open ON dispute (entry_id, service_id, subject) WHERE state = 'open';
CREATE UNIQUE INDEX dispute_agreed ON dispute (entry_id, service_id)
    WHERE state = 'open' AND agreed_at IS NOT NULL;
CREATE INDEX dispute_bank ON dispute (bank_id, id);
CREATE INDEX dispute_decision ON dispute (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX dispute_resolved ON dispute (resolved_at) WHERE resolved_at IS NOT NULL;

-- Facts about an item's sealed bytes, which are the vault's object with this id.
CREATE TABLE evidence (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    match_id      UUID    NOT NULL REFERENCES item_match (id) ON DELETE CASCADE,
    sha256        BYTEA   CHECK (length(sha256) = 32), -- of the bytes
    purpose       TEXT    NOT NULL,            -- the policy under which it is stored
    size          BIGINT  NOT NULL CHECK (size >= 0), -- bytes of the item
    wrapped_key   BYTEA,                        -- secret: the object's key, wrapped by the vault's; NULL: permanently unreadable
    key_name      TEXT    NOT NULL,            -- the vault key that wrapped it
    stored_at     BIGINT  NOT NULL,            -- microseconds
    expires_at    BIGINT  NOT NULL,            -- microseconds; end of the retention period
    render_failed_at BIGINT,              -- microseconds; when its picture could last not be rendered; NULL: not tried, or it could
    changed_by    TEXT    NOT NULL,            -- name of the transaction
    UNIQUE (match_id, sha256)
);
CREATE INDEX evidence_expires ON evidence (expires_at) WHERE wrapped_key IS NOT NULL;

CREATE TABLE delivery (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7; the webhook-id
    service_id    UUID    NOT NULL REFERENCES service (id),             -- the endpoint's service
    endpoint_id   UUID    NOT NULL REFERENCES endpoint (id),            -- where it goes
    event         TEXT    NOT NULL
                  CHECK (event IN ('match.created', 'match.changed', 'action.requested',
                      'endpoint.test')),
    action_id     UUID    REFERENCES service_action (id) ON DELETE SET NULL, -- of 'action.requested'
    payload       TEXT    NOT NULL,            -- personal: the body, JSON, as signed and sent
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      BIGINT  NOT NULL,            -- number of attempts
    last_result   TEXT,                        -- result of the last attempt
    created_at    BIGINT  NOT NULL,            -- microseconds
    last_attempt_at BIGINT,                    -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX delivery_service ON delivery (service_id, id);
CREATE INDEX delivery_endpoint ON delivery (endpoint_id, id);
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_waiting ON delivery (service_id, endpoint_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX delivery_test ON delivery (endpoint_id)
    WHERE event = 'endpoint.test' AND state = 'waiting';
CREATE INDEX delivery_action ON delivery (action_id) WHERE action_id IS NOT NULL;
CREATE INDEX delivery_created ON delivery (created_at);
-- Missed because the endpoint was disabled; `reset_missed_of_enabled` has the same words.
CREATE INDEX delivery_missed ON delivery (endpoint_id, id)
    WHERE state = 'failed' AND event <> 'endpoint.test'
      AND last_result IN ('410', 'the endpoint is disabled');

-- A message of counts to the people on duty, whose addresses are in the configuration only. The row is
-- kept so that restarts and several nodes send each message once.
CREATE TABLE notification (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7; the webhook-id
    topic         TEXT    NOT NULL CHECK (topic IN ('child_in_danger', 'cases_waiting', 'leads_waiting',
                      'vault_full')),          -- what it is about
    contact       TEXT    NOT NULL CHECK (contact IN ('first', 'second')), -- to whom, as in the configuration
    channel       TEXT    NOT NULL CHECK (channel IN ('webhook', 'mail')), -- how it is sent
    place         BIGINT  NOT NULL CHECK (place >= 0), -- of mail: which of the contact's addresses, from 0
    counts        TEXT    NOT NULL,            -- JSON: numbers by words of `Counted`, and nothing else
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    attempts      BIGINT  NOT NULL,            -- number of attempts
    last_result   TEXT,                        -- result of the last attempt; names no address
    created_at    BIGINT  NOT NULL,            -- microseconds
    last_attempt_at BIGINT,                    -- microseconds
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX notification_topic ON notification (topic, contact, created_at);
CREATE INDEX notification_created ON notification (created_at);
CREATE UNIQUE INDEX notification_waiting ON notification (topic, contact, channel, place)
    WHERE state = 'waiting';

-- A case in which a child may be in danger, of which the people on duty were notified, and that no
-- reviewer has claimed since.
CREATE TABLE danger_alert (
    case_id       UUID    NOT NULL PRIMARY KEY REFERENCES review_case (id) ON DELETE CASCADE,
    first_at      BIGINT  NOT NULL,            -- microseconds; when they were first notified
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

CREATE TABLE job (
    id            UUID    NOT NULL PRIMARY KEY, -- UUIDv7
    kind          TEXT    NOT NULL CHECK (kind IN ('deliver', 'purge_bank', 'remind', 'remove_object',
                      'notify')),              -- what to do
    key           TEXT    NOT NULL,            -- to what: the id of a delivery, a bank, an action, an object or a notification
    lane          TEXT    NOT NULL,            -- for fairness: 'party/place', see `job/lease.rs`
    due_at        BIGINT  NOT NULL,            -- microseconds; ready: not before; leased: lease's end
    lease         BIGINT  NOT NULL CHECK (lease > 0), -- microseconds that one lease lasts
    leases        BIGINT  NOT NULL,            -- how often it was leased: the current lease's token
    leased_by     TEXT,                        -- the worker that has it
    failures      BIGINT  NOT NULL,            -- attempts that failed or whose lease ran out
    dead_reason   TEXT,                        -- why it is not tried again; an operator must act
    created_at    BIGINT  NOT NULL,            -- microseconds; its first `due_at`
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
CREATE INDEX job_due ON job (due_at, id) WHERE dead_reason IS NULL;
CREATE INDEX job_lane ON job (lane, due_at, id) WHERE dead_reason IS NULL;
CREATE INDEX job_leased ON job (due_at, lane) WHERE leased_by IS NOT NULL;
CREATE INDEX job_dead ON job (id) WHERE dead_reason IS NOT NULL;
CREATE INDEX job_delivery ON job (key) WHERE kind = 'deliver';

CREATE TABLE write_probe (
    id            BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1), -- the only row
    written_at    BIGINT  NOT NULL,            -- microseconds; when a node last found that writes work
    changed_by    TEXT    NOT NULL             -- name of the transaction
);

CREATE TABLE last_sweep (
    id            BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1), -- the only row
    swept_at      BIGINT  NOT NULL,            -- microseconds; when a sweep last ran, by a clock that was believed and not behind
    changed_by    TEXT    NOT NULL             -- name of the transaction
);
