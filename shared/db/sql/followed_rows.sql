-- How far documents are, with their timetables' ids, for many who ask at once.
-- $1 ids  $2 their tenants
SELECT d.id, d.tenant, d.status, d.step, d.stage, d.percentage, d.error, d.failure, d.completed_at, d.expected_at,
    ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids
FROM unnest($1::uuid[], $2::text[]) AS n (id, tenant) JOIN documents d ON d.id = n.id AND d.tenant = n.tenant
