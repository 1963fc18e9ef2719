-- Who is told when a document has ended. A trigger writes down what has to be sent, in the transaction that ends the
-- document, whoever that is: nothing is lost between the end and the telling.
CREATE TABLE webhook_secrets (
    tenant        text PRIMARY KEY,
    secret        text NOT NULL,                 -- kept as it is: each message is signed with it
    former        text,                          -- the one before: messages are signed with it too, until former_until
    former_until  timestamptz
);

CREATE TABLE webhooks (
    id          uuid PRIMARY KEY,
    tenant      text NOT NULL,
    url         text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, url)
);

CREATE TABLE webhook_deliveries (
    id           uuid PRIMARY KEY,
    tenant       text NOT NULL,
    document_id  uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    url          text NOT NULL,
    body         jsonb NOT NULL,
    status       text NOT NULL DEFAULT 'waiting',  -- then delivered or failed
    attempts     integer NOT NULL DEFAULT 0,
    answer       integer,                        -- HTTP status of the last attempt; null where there was none
    error        text,                           -- why the last attempt failed
    next_at      timestamptz DEFAULT now(),      -- when it is sent next; null once it has ended
    sent_at      timestamptz,                    -- last
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (tenant, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_by_document ON webhook_deliveries (document_id);

ALTER TABLE documents ADD COLUMN webhook text;  -- called beside the tenant's own; given with the upload

-- As its owner: services that may end a document need no right to any of these tables.
CREATE FUNCTION tell_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO webhook_deliveries (id, tenant, document_id, url, body)
    SELECT gen_random_uuid(), NEW.tenant, NEW.id, u.url, jsonb_build_object(
        'type', 'document.' || CASE NEW.status WHEN 'validation_failed' THEN 'completed' ELSE NEW.status END,
        'timestamp', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', jsonb_build_object(
            'documentId', NEW.id, 'status', NEW.status, 'error', NEW.error,
            'timetableIds', ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = NEW.id ORDER BY t.position)
        )
    )
    FROM (
        SELECT w.url FROM webhooks w WHERE w.tenant = NEW.tenant
        UNION SELECT NEW.webhook WHERE NEW.webhook IS NOT NULL
    ) u;
    RETURN NULL;
END $$;

CREATE TRIGGER documents_ended AFTER UPDATE OF status ON documents FOR EACH ROW
WHEN (OLD.status IN ('uploaded', 'processing') AND NEW.status NOT IN ('uploaded', 'processing'))
EXECUTE FUNCTION tell_webhooks();
