-- Documents of some tenants that ended within a time, in order, as `followed_rows` has them.
-- $1 tenants  $2 from and  $3 to (ms)  $4 how many at most
SELECT d.id, d.tenant, d.status, d.step, d.stage, d.percentage, d.error, d.failure, d.completed_at, d.expected_at,
    ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids
FROM documents d
WHERE d.tenant = ANY($1::text[]) AND d.completed_at > to_timestamp($2::bigint / 1000.0)
    AND d.completed_at <= to_timestamp($3::bigint / 1000.0)
ORDER BY d.completed_at, d.id LIMIT $4
