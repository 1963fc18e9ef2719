-- One document of a tenant, with its timetable's id.
-- $1 id  $2 tenant
SELECT d.*, t.id AS timetable_id
FROM documents d LEFT JOIN timetables t ON t.document_id = d.id
WHERE d.id = $1 AND d.tenant = $2
