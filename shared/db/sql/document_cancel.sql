-- Cancels a document that has not ended. Returns its status from before, or nothing if there is no such document.
-- $1 id  $2 tenant
WITH before AS (
    SELECT id, status FROM documents WHERE id = $1 AND tenant = $2 FOR UPDATE
), cancelled AS (
    UPDATE documents d
    SET status = 'cancelled', error = 'Cancelled.', updated_at = now(), completed_at = now()
    FROM before b WHERE d.id = b.id AND b.status IN ('uploaded', 'processing')
    RETURNING d.id
), job AS (
    UPDATE job_queue SET finished_at = now() WHERE document_id IN (SELECT id FROM cancelled)
)
SELECT status FROM before
