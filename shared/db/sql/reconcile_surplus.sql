-- Of the documents that Redis holds jobs of, those it should not: deleted, or ended for longer than their last step
-- takes to be acknowledged.
-- $1 document ids  $2 seconds
SELECT n.id FROM unnest($1::uuid[]) AS n (id) LEFT JOIN job_queue j ON j.document_id = n.id
WHERE j.document_id IS NULL OR j.finished_at < now() - $2 * interval '1 second'
