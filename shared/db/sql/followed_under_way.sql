-- A tenant's documents that have not ended, the newest, oldest first, as `followed_rows` has them.
-- $1 tenant  $2 how many at most
SELECT * FROM (
    SELECT d.id, d.tenant, d.status, d.step, d.stage, d.percentage, d.error, d.failure, d.completed_at, d.expected_at,
        '{}'::uuid[] AS timetable_ids,
        d.created_at
    FROM documents d WHERE d.id IN (
        SELECT document_id FROM job_queue WHERE tenant = $1 AND finished_at IS NULL AND enqueued_at IS NULL
        UNION ALL
        SELECT document_id FROM job_queue WHERE tenant = $1 AND finished_at IS NULL AND enqueued_at IS NOT NULL
    ) AND d.status IN ('uploaded', 'processing')
    ORDER BY d.created_at DESC LIMIT $2
) AS newest ORDER BY created_at, id
