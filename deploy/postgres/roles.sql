-- A role for each service, with the least that it needs. Run as the tables' owner after every migration; running it again
-- changes nothing. The compressor and the OCR decode strangers' files: whoever takes one of them over reads no timetable,
-- no event and no file name, and can add or delete nothing.
--
-- The roles have no password yet: deploy/postgres/setup.sh sets them, or ALTER ROLE timelift_ocr PASSWORD '...'.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'timelift_gateway', 'timelift_compressor', 'timelift_ocr', 'timelift_extractor', 'timelift_exporter'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', name);
        END IF;
        -- What a former version of this file granted and this one does not.
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', name);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', name);
    END LOOP;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- Each sees whether the schema is its own.
GRANT SELECT ON schema_migrations
    TO timelift_gateway, timelift_compressor, timelift_ocr, timelift_extractor, timelift_exporter;

GRANT SELECT, INSERT, UPDATE, DELETE ON documents, job_queue, processing_events TO timelift_gateway;
GRANT SELECT, UPDATE ON timetables TO timelift_gateway;  -- deleting a document takes its timetables along, as their owner
GRANT SELECT ON extraction_attempts TO timelift_gateway;
GRANT SELECT, INSERT ON timetable_corrections TO timelift_gateway;
GRANT SELECT, INSERT, DELETE ON calendars TO timelift_gateway;
GRANT SELECT, INSERT, UPDATE ON api_keys TO timelift_gateway;
GRANT SELECT, INSERT, DELETE ON passes TO timelift_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON upload_keys TO timelift_gateway;
-- The services that end documents need nothing of these: a trigger that runs as their owner writes what has to be sent.
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks, webhook_secrets, webhook_deliveries TO timelift_gateway;

-- A job that is dead ends its document.
GRANT SELECT (id, tenant, status), UPDATE (status, error, failure, updated_at, completed_at) ON documents
    TO timelift_compressor, timelift_ocr, timelift_extractor;
GRANT SELECT (document_id), UPDATE (finished_at) ON job_queue
    TO timelift_compressor, timelift_ocr, timelift_extractor;
GRANT UPDATE (pages) ON documents TO timelift_compressor;

GRANT SELECT, UPDATE ON documents TO timelift_extractor;
GRANT SELECT (document_id, finished_at) ON job_queue TO timelift_extractor;
GRANT SELECT, INSERT, UPDATE, DELETE ON timetables TO timelift_extractor;
GRANT SELECT, INSERT, UPDATE ON extraction_attempts TO timelift_extractor;

-- Counts and ages, no names and no payloads.
GRANT SELECT (document_id, tenant, priority, created_at, enqueued_at, finished_at) ON job_queue TO timelift_exporter;
GRANT SELECT (id, status, created_at, completed_at) ON documents TO timelift_exporter;
