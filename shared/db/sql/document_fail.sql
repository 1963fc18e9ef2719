-- Records that a document failed, unless it has ended already. Returns its id while it exists.
-- $1 id  $2 tenant  $3 sentence for its owner  $4 token of the claim under which it was worked without Redis, or null: with
-- a token that is not the claim's any more nothing is done or returned  $5 why it failed (`Failure`)
WITH ours AS (
    SELECT d.id FROM documents d
    WHERE d.id = $1 AND d.tenant = $2
        AND ($4::uuid IS NULL OR EXISTS (SELECT FROM job_queue WHERE document_id = $1 AND direct_token = $4))
), failed AS (
    UPDATE documents SET status = 'failed', error = $3, failure = $5, updated_at = now(), completed_at = now()
    WHERE id IN (SELECT id FROM ours) AND status IN ('uploaded', 'processing')
    RETURNING id
), job AS (
    UPDATE job_queue SET finished_at = now() WHERE document_id IN (SELECT id FROM failed)
)
SELECT id FROM ours
