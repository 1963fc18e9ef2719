-- One document of a tenant, with its timetables' ids.
-- $1 id  $2 tenant
SELECT d.*, ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids
FROM documents d
WHERE d.id = $1 AND d.tenant = $2
