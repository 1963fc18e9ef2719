-- Puts a failed document back to work: its job counts as under way again, its old end is forgotten.
-- $1 id
WITH revived AS (
    UPDATE documents
    SET status = 'processing', error = NULL, failure = NULL, step = NULL, stage = NULL, percentage = 0,
        updated_at = now(), completed_at = NULL, expected_at = NULL, revived_at = date_trunc('milliseconds', now())
    WHERE id = $1 AND status = 'failed'
    RETURNING id
), forgotten AS (
    DELETE FROM processing_events WHERE document_id IN (SELECT id FROM revived)
)
UPDATE job_queue SET finished_at = NULL, enqueued_at = now(), direct_token = NULL WHERE document_id IN (SELECT id FROM revived)
RETURNING document_id
