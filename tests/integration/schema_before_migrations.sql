-- Every table of Timelift. Run under an advisory lock by the first service that knows it; changes nothing that is there.
CREATE TABLE IF NOT EXISTS schema_applied (
    digest      text PRIMARY KEY,
    applied_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS documents (
    id            uuid PRIMARY KEY,
    tenant        text NOT NULL DEFAULT 'default',
    status        text NOT NULL DEFAULT 'uploaded',
    step          text,
    stage         text,
    percentage    integer NOT NULL DEFAULT 0,
    error         text,
    file_name     text NOT NULL,
    content_type  text NOT NULL,
    size          bigint NOT NULL,
    blob          text NOT NULL,
    pages         jsonb NOT NULL DEFAULT '[]',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    completed_at  timestamptz,
    revived_at    timestamptz                    -- when it was last put back to work after it had failed
);
ALTER TABLE documents ADD COLUMN IF NOT EXISTS revived_at timestamptz;
CREATE INDEX IF NOT EXISTS documents_by_age ON documents (tenant, created_at DESC, id DESC);

-- The record of what must be worked: committed with the document, before the upload is answered.
CREATE TABLE IF NOT EXISTS job_queue (
    document_id   uuid PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    tenant        text NOT NULL DEFAULT 'default',
    stage         text NOT NULL,
    payload       jsonb NOT NULL,
    trace         text NOT NULL DEFAULT '',
    priority      smallint NOT NULL DEFAULT 0,   -- 0 interactive, 1 batch
    generation    integer NOT NULL DEFAULT 0,    -- how often Redis forgot it
    created_at    timestamptz NOT NULL DEFAULT now(),
    enqueued_at   timestamptz,
    direct_until  timestamptz,                   -- a gateway works it through without Redis, until then at least
    finished_at   timestamptz
);
CREATE INDEX IF NOT EXISTS job_queue_unfinished ON job_queue (created_at) WHERE finished_at IS NULL;

CREATE TABLE IF NOT EXISTS processing_events (
    document_id   uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    event_id      text NOT NULL,
    tenant        text NOT NULL DEFAULT 'default',
    type          text NOT NULL,
    stage         text,
    percentage    integer NOT NULL DEFAULT 0,
    data          jsonb NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document_id, event_id)
);
-- A document ends once: an end that Redis lost and told again is not recorded again.
CREATE UNIQUE INDEX IF NOT EXISTS processing_events_end ON processing_events (document_id)
    WHERE type IN ('complete', 'error');

CREATE TABLE IF NOT EXISTS timetables (
    id            uuid PRIMARY KEY,
    document_id   uuid NOT NULL UNIQUE REFERENCES documents ON DELETE CASCADE,
    tenant        text NOT NULL DEFAULT 'default',
    validated     boolean NOT NULL,
    confidence    double precision NOT NULL,
    body          jsonb NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    corrected_at  timestamptz                    -- when a person last said what is right; no reading overwrites it
);
ALTER TABLE timetables ADD COLUMN IF NOT EXISTS corrected_at timestamptz;
ALTER TABLE timetables ADD COLUMN IF NOT EXISTS reader text;  -- who read it; null where that was not noted yet
CREATE INDEX IF NOT EXISTS timetables_by_age ON timetables (tenant, created_at DESC, document_id DESC);

-- Every request to Claude and what it cost: written when it is sent and again when it has ended, whatever became of it.
-- Without a foreign key: what was paid for a document is on the bill when that is deleted, too.
CREATE TABLE IF NOT EXISTS extraction_attempts (
    id             uuid PRIMARY KEY,
    document_id    uuid NOT NULL,
    tenant         text NOT NULL DEFAULT 'default',
    model          text NOT NULL,
    outcome        text NOT NULL,                -- 'sent' until it is known
    input_tokens   bigint NOT NULL,
    output_tokens  bigint NOT NULL,
    cost_usd       numeric NOT NULL,
    seconds        double precision NOT NULL,
    sent_at        timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS extraction_attempts_by_document ON extraction_attempts (document_id);
