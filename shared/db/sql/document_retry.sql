-- Puts a document that failed or was cancelled back to work from its beginning: the relay takes it as it takes a new one.
-- Returns its status from before, or nothing if there is no such document.
-- $1 id  $2 tenant
WITH before AS (
    SELECT id, status FROM documents WHERE id = $1 AND tenant = $2 FOR UPDATE
), again AS (
    UPDATE documents d
    SET status = 'uploaded', error = NULL, failure = NULL, step = NULL, stage = NULL, percentage = 0,
        updated_at = now(), completed_at = NULL, expected_at = NULL, revived_at = date_trunc('milliseconds', now())
    FROM before b WHERE d.id = b.id AND b.status IN ('failed', 'cancelled')
    RETURNING d.id
), forgotten AS (
    DELETE FROM processing_events WHERE document_id IN (SELECT id FROM again)
), job AS (
    -- A new generation: what Redis remembers of the last one is not this one.
    UPDATE job_queue
    SET finished_at = NULL, enqueued_at = NULL, direct_until = NULL, direct_token = NULL, generation = generation + 1
    WHERE document_id IN (SELECT id FROM again)
)
SELECT status FROM before
