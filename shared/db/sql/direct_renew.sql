-- Extends the claim of a job that is worked through without Redis, or gives it up. Returns the document's id, or nothing
-- when the claim is not this one any more or the document has ended.
-- $1 document id  $2 token of the claim  $3 seconds from now on; 0 gives it up
UPDATE job_queue SET direct_until = now() + $3 * interval '1 second'
WHERE document_id = $1 AND direct_token = $2 AND finished_at IS NULL
RETURNING document_id
