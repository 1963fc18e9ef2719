-- Notes that jobs are on their streams.
-- $1 document ids
UPDATE job_queue SET enqueued_at = now() WHERE document_id = ANY($1::uuid[])
