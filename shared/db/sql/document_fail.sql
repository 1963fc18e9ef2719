-- Records that a document failed, unless it has ended already. Returns its id while it exists.
-- $1 id  $2 tenant  $3 sentence for its owner
WITH failed AS (
    UPDATE documents SET status = 'failed', error = $3, updated_at = now(), completed_at = now()
    WHERE id = $1 AND tenant = $2 AND status IN ('uploaded', 'processing')
    RETURNING id
), job AS (
    UPDATE job_queue SET finished_at = now() WHERE document_id IN (SELECT id FROM failed)
)
SELECT id FROM documents WHERE id = $1 AND tenant = $2
