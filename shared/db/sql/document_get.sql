-- One document of a tenant, with its timetables' ids and what the first of them is called.
-- $1 id  $2 tenant
SELECT d.*, first.week_name, first.class_name, first.teacher,
    ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids
FROM documents d
LEFT JOIN LATERAL (
    SELECT t.saved_name AS week_name, t.class_name, t.teacher FROM timetables t
    WHERE t.document_id = d.id ORDER BY t.position LIMIT 1
) first ON true
WHERE d.id = $1 AND d.tenant = $2
