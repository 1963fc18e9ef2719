-- Committed jobs that may go on a stream now, as many as the window has free slots; other gateways pass over the ones
-- taken here. Interactive before batch; then each tenant in turn, counting what it has under way, so that a thousand
-- uploads of one make nobody else's wait.
-- It runs whenever a slot becomes free, so it must not read all that wait: `line` jumps by the index from one tenant's
-- waiting jobs to the next one's; what is taken belongs to the tenants whose first jobs come first (`heads`), and is of
-- each no more than there are slots (`ranked`). The arrays keep the planner from a scan of the table for these few.
-- $1 window: jobs that may be under way  $2 document ids to pass over
WITH RECURSIVE under_way AS MATERIALIZED (
    SELECT tenant, count(*) AS jobs FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NOT NULL GROUP BY tenant
), free AS MATERIALIZED (
    SELECT greatest($1 - coalesce(sum(jobs), 0), 0)::int AS slots FROM under_way
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
            AND (j.direct_until IS NULL OR j.direct_until < now()) AND j.document_id <> ALL($2::uuid[])
        ORDER BY j.created_at LIMIT 1
    ) first
    ORDER BY l.priority, jobs, first.created_at LIMIT (SELECT slots FROM free)
), ranked AS MATERIALIZED (
    SELECT w.document_id, h.priority, h.jobs + w.rank AS turn, w.created_at
    FROM heads h, LATERAL (
        SELECT c.document_id, c.created_at, row_number() OVER (ORDER BY c.created_at) AS rank FROM (
            SELECT j.document_id, j.created_at FROM job_queue j
            WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL AND j.tenant = h.tenant AND j.priority = h.priority
                AND (j.direct_until IS NULL OR j.direct_until < now()) AND j.document_id <> ALL($2::uuid[])
            ORDER BY j.created_at LIMIT (SELECT slots FROM free)
        ) c
    ) w
    ORDER BY h.priority, turn, w.created_at LIMIT (SELECT slots FROM free)
)
SELECT j.document_id, j.tenant, j.stage, j.payload, j.trace, j.generation, d.percentage,
    extract(epoch FROM now() - coalesce(d.revived_at, j.created_at)) AS age, NULL::uuid AS token
FROM ranked r JOIN job_queue j USING (document_id) JOIN documents d ON d.id = j.document_id
WHERE j.document_id = ANY (ARRAY (SELECT document_id FROM ranked))
    AND d.id = ANY (ARRAY (SELECT document_id FROM ranked))
    AND j.finished_at IS NULL AND j.enqueued_at IS NULL
ORDER BY r.priority, r.turn, r.created_at
FOR UPDATE OF j SKIP LOCKED
