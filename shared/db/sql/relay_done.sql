-- Notes that jobs are on their streams; a claim of the direct path that lapsed is over.
-- $1 document ids
UPDATE job_queue SET enqueued_at = now(), direct_token = NULL WHERE document_id = ANY($1::uuid[])
