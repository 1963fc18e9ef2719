-- Takes one committed job to work it through without Redis; other gateways pass over it while the claim holds. The order
-- is that of relay_take.sql: interactive before batch, then each tenant in turn.
-- $1 seconds that the claim holds
WITH claimed AS (
    SELECT tenant, count(*) AS jobs FROM job_queue WHERE finished_at IS NULL AND direct_until >= now() GROUP BY tenant
), ranked AS (
    SELECT j.document_id, j.priority, j.created_at,
        coalesce(c.jobs, 0) + row_number() OVER (PARTITION BY j.tenant, j.priority ORDER BY j.created_at) AS turn
    FROM job_queue j LEFT JOIN claimed c USING (tenant)
    WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL AND (j.direct_until IS NULL OR j.direct_until < now())
), next AS (
    SELECT j.document_id FROM job_queue j JOIN ranked r USING (document_id)
    WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL AND (j.direct_until IS NULL OR j.direct_until < now())
    ORDER BY r.priority, r.turn, r.created_at
    LIMIT 1
    FOR UPDATE OF j SKIP LOCKED
)
UPDATE job_queue SET direct_until = now() + $1 * interval '1 second'
WHERE document_id IN (SELECT document_id FROM next)
RETURNING document_id, tenant, stage, payload, trace, generation,
    (SELECT percentage FROM documents WHERE id = document_id) AS percentage,
    (SELECT extract(epoch FROM coalesce(revived_at, job_queue.created_at)) FROM documents WHERE id = document_id) AS since
