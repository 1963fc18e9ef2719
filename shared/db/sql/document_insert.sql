-- A new document, its job and what its Idempotency-Key became, in one statement; once, though it is sent again because its
-- answer was lost. Returns the tenant's newest completed document that was made from these very bytes, or no row: asked here,
-- it costs no statement of its own.
-- $1 id  $2 tenant  $3 file name  $4 content type  $5 size (bytes)  $6 blob key  $7 first stage  $8 payload  $9 trace
-- $10 priority  $11 webhook of its own, or null  $12 SHA-256 of the upload, or null  $13 Idempotency-Key, or null
WITH document AS (
    INSERT INTO documents (id, tenant, file_name, content_type, size, blob, webhook, digest)
    VALUES ($1, $2, $3, $4, $5, $6, $11, $12)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), key AS (
    UPDATE upload_keys SET document_id = $1 WHERE tenant = $2 AND key = $13 AND EXISTS (SELECT FROM document)
), job AS (
    INSERT INTO job_queue (document_id, tenant, stage, payload, trace, priority)
    SELECT id, $2, $7, $8, $9, $10 FROM document
)
SELECT id FROM documents WHERE tenant = $2 AND digest = $12 AND status = 'completed' ORDER BY created_at DESC LIMIT 1
