-- The same picture sent again is recognised, by its bytes or by the key that its sender gave it.
ALTER TABLE documents ADD COLUMN digest bytea;   -- SHA-256 of the upload; null of those from before
CREATE INDEX documents_by_digest ON documents (tenant, digest) WHERE status = 'completed';

CREATE TABLE upload_keys (
    tenant        text NOT NULL,
    key           text NOT NULL,                 -- Idempotency-Key of an upload
    fingerprint   bytea NOT NULL,                -- of what was sent under it
    document_id   uuid,                          -- what it became; null while it is under way. The document may be deleted
    locked_until  timestamptz NOT NULL,          -- when an upload whose gateway died is not under way any more
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, key)
);
CREATE INDEX upload_keys_by_age ON upload_keys (created_at);
