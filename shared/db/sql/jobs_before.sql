-- How many documents come before each of some that nobody has begun: before one that waits for its turn those that are
-- under way and those that are relayed first (the order of relay_take.sql), before one on a stream those relayed earlier.
-- $1 document ids; those that have ended or are not there are left out
WITH under_way AS MATERIALIZED (
    SELECT document_id, tenant, row_number() OVER (ORDER BY enqueued_at, document_id) - 1 AS before
    FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NOT NULL
), tenants AS (
    SELECT tenant, count(*) AS jobs FROM under_way GROUP BY tenant
), turns AS (
    SELECT j.document_id, j.priority, j.created_at,
        coalesce(t.jobs, 0) + row_number() OVER (PARTITION BY j.tenant, j.priority ORDER BY j.created_at) AS turn
    FROM job_queue j LEFT JOIN tenants t USING (tenant)
    WHERE j.finished_at IS NULL AND j.enqueued_at IS NULL
), waiting AS (
    SELECT document_id, (SELECT count(*) FROM under_way)
        + row_number() OVER (ORDER BY priority, turn, created_at, document_id) - 1 AS before
    FROM turns
)
SELECT document_id, before::int FROM (
    SELECT document_id, before FROM under_way UNION ALL SELECT document_id, before FROM waiting
) AS places
WHERE document_id = ANY($1::uuid[])
