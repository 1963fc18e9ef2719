-- What a key was exchanged for: a login of the page, or a ticket to one document. Only digests are kept.
CREATE TABLE passes (
    digest        bytea PRIMARY KEY,             -- SHA-256 of the pass
    tenant        text NOT NULL,
    name          text NOT NULL,                 -- of the key
    roles         text[] NOT NULL,
    key_id        text REFERENCES api_keys ON DELETE CASCADE,  -- of a key in Postgres
    key_digest    bytea NOT NULL,                -- of the key, which must still hold; empty where none was asked for
    document_id   uuid,                          -- a ticket's only document; null for a login
    expires_at    timestamptz NOT NULL
);
CREATE INDEX passes_by_end ON passes (expires_at);
