-- Takes one committed job to work it through without Redis; other gateways pass over it while the claim holds. The order
-- and the way to find it are those of relay_take.sql; a few are looked at, as others may be taking the first ones just now.
-- $1 seconds that the claim holds  $2 token of the claim
WITH RECURSIVE under_way AS MATERIALIZED (
    SELECT tenant, count(*) AS jobs FROM job_queue WHERE finished_at IS NULL AND direct_until >= now() GROUP BY tenant
), free AS MATERIALIZED (
    SELECT 8 AS slots
), line AS (
    (SELECT tenant, priority FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NULL
     ORDER BY tenant, priority LIMIT 1)
    UNION ALL
    SELECT n.tenant, n.priority FROM line l, LATERAL (
        SELECT j.tenant, j.priority FROM job_queue j
        WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL AND (j.tenant, j.priority) > (l.tenant, l.priority)
        ORDER BY j.tenant, j.priority LIMIT 1
    ) n
), heads AS (
    SELECT l.tenant, l.priority, coalesce(u.jobs, 0) AS jobs, first.created_at
    FROM line l LEFT JOIN under_way u USING (tenant), LATERAL (
        SELECT j.created_at FROM job_queue j
        WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL AND j.tenant = l.tenant AND j.priority = l.priority
            AND (j.direct_until IS NULL OR j.direct_until < now())
        ORDER BY j.created_at LIMIT 1
    ) first
    ORDER BY l.priority, jobs, first.created_at LIMIT (SELECT slots FROM free)
), ranked AS MATERIALIZED (
    SELECT w.document_id, h.priority, h.jobs + w.rank AS turn, w.created_at
    FROM heads h, LATERAL (
        SELECT c.document_id, c.created_at, row_number() OVER (ORDER BY c.created_at) AS rank FROM (
            SELECT j.document_id, j.created_at FROM job_queue j
            WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL AND j.tenant = h.tenant AND j.priority = h.priority
                AND (j.direct_until IS NULL OR j.direct_until < now())
            ORDER BY j.created_at LIMIT (SELECT slots FROM free)
        ) c
    ) w
), next AS (
    SELECT j.document_id FROM ranked r JOIN job_queue j USING (document_id)
    WHERE j.document_id = ANY (ARRAY (SELECT document_id FROM ranked))
        AND j.finished_at IS NULL AND j.enqueued_at IS NULL AND (j.direct_until IS NULL OR j.direct_until < now())
    ORDER BY r.priority, r.turn, r.created_at
    LIMIT 1
    FOR UPDATE OF j SKIP LOCKED
)
UPDATE job_queue SET direct_until = now() + $1 * interval '1 second', direct_token = $2
WHERE document_id IN (SELECT document_id FROM next)
RETURNING document_id, tenant, stage, payload, trace, generation, direct_token AS token,
    extract(epoch FROM clock_timestamp()) AS now,
    (SELECT percentage FROM documents WHERE id = document_id) AS percentage,
    (SELECT extract(epoch FROM now() - coalesce(revived_at, job_queue.created_at)) FROM documents WHERE id = document_id) AS age
