-- How many documents are under way or come before a waiting one, in the order of relay_take.sql. Null when the document
-- does not wait.
-- $1 document id
WITH under_way AS (
    SELECT tenant, count(*) AS jobs FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NOT NULL GROUP BY tenant
), ranked AS (
    SELECT j.document_id, j.priority, j.created_at,
        coalesce(u.jobs, 0) + row_number() OVER (PARTITION BY j.tenant, j.priority ORDER BY j.created_at) AS turn
    FROM job_queue j LEFT JOIN under_way u USING (tenant)
    WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL
), mine AS (
    SELECT priority, turn, created_at FROM ranked WHERE document_id = $1
)
SELECT (SELECT coalesce(sum(jobs), 0) FROM under_way)::int
    + (SELECT count(*) FROM ranked r WHERE (r.priority, r.turn, r.created_at) < (m.priority, m.turn, m.created_at))::int
FROM mine m
