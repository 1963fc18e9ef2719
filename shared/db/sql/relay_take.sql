-- Committed jobs that are not on a stream yet; other gateways pass over the ones taken here.
-- $1 how many at most
SELECT j.document_id, j.tenant, j.stage, j.payload, j.trace
FROM job_queue j
WHERE j.enqueued_at IS NULL
ORDER BY j.created_at
LIMIT $1
FOR UPDATE SKIP LOCKED
