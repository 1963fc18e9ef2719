-- Of several documents those that are not under way any more, as `followed_rows` has them; null where one was deleted.
-- $1 ids
SELECT n.id AS asked, d.id, d.tenant, d.status, d.step, d.stage, d.percentage, d.error, d.failure, d.completed_at, d.expected_at,
    ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids
FROM unnest($1::uuid[]) AS n (id) LEFT JOIN documents d ON d.id = n.id
WHERE d.id IS NULL OR d.status NOT IN ('uploaded', 'processing')
