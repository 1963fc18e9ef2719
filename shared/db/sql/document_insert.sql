-- A new document and its job, in one statement; once, though it is sent again because its answer was lost.
-- $1 id  $2 tenant  $3 file name  $4 content type  $5 size (bytes)  $6 blob key  $7 first stage  $8 payload  $9 trace
-- $10 priority  $11 webhook of its own, or null
WITH document AS (
    INSERT INTO documents (id, tenant, file_name, content_type, size, blob, webhook)
    VALUES ($1, $2, $3, $4, $5, $6, $11)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)
INSERT INTO job_queue (document_id, tenant, stage, payload, trace, priority)
SELECT id, $2, $7, $8, $9, $10 FROM document
