-- Gives jobs that Redis forgot back to the relay, unless they have ended or were given back meanwhile.
-- $1 document ids  $2 the generations they were seen with
UPDATE job_queue j SET enqueued_at = NULL, generation = j.generation + 1
FROM unnest($1::uuid[], $2::int[]) AS n (id, generation)
WHERE j.document_id = n.id AND j.generation = n.generation AND j.finished_at IS NULL AND j.enqueued_at IS NOT NULL
RETURNING j.document_id
