-- Takes one committed job to work it through without Redis; other gateways pass over it while the claim holds.
-- $1 seconds that the claim holds  $2 document id, or null for the next in line
UPDATE job_queue SET direct_until = now() + $1 * interval '1 second'
WHERE document_id = (
    SELECT document_id FROM job_queue
    WHERE finished_at IS NULL AND enqueued_at IS NULL AND (direct_until IS NULL OR direct_until < now())
        AND ($2::uuid IS NULL OR document_id = $2)
    ORDER BY priority, created_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING document_id, tenant, stage, payload, trace, generation,
    (SELECT percentage FROM documents WHERE id = document_id) AS percentage
