-- Extends the claim of a job that is worked through without Redis, or gives it up.
-- $1 document id  $2 seconds from now on; 0 gives it up
UPDATE job_queue SET direct_until = now() + $2 * interval '1 second' WHERE document_id = $1 AND finished_at IS NULL
