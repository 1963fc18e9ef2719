-- Committed jobs that may go on a stream now, as many as the window has free slots; other gateways pass over the ones
-- taken here. Interactive before batch; then each tenant in turn, counting what it has under way, so that a thousand
-- uploads of one make nobody else's wait.
-- $1 window: jobs that may be under way
WITH under_way AS (
    SELECT tenant, count(*) AS jobs FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NOT NULL GROUP BY tenant
), ranked AS (
    SELECT j.document_id, j.priority, j.created_at,
        coalesce(u.jobs, 0) + row_number() OVER (PARTITION BY j.tenant, j.priority ORDER BY j.created_at) AS turn
    FROM job_queue j LEFT JOIN under_way u USING (tenant)
    WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL AND (j.direct_until IS NULL OR j.direct_until < now())
)
SELECT j.document_id, j.tenant, j.stage, j.payload, j.trace, j.generation, d.percentage,
    extract(epoch FROM coalesce(d.revived_at, j.created_at)) AS since
FROM job_queue j JOIN ranked r USING (document_id) JOIN documents d ON d.id = j.document_id
WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL
ORDER BY r.priority, r.turn, r.created_at
LIMIT greatest($1 - (SELECT coalesce(sum(jobs), 0) FROM under_way), 0)
FOR UPDATE OF j SKIP LOCKED
