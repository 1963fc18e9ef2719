-- A document's status, its timetable (null where there is none) and whether a person has corrected that.
-- $1 document id  $2 tenant
SELECT d.status, t.body, t.corrected_at IS NOT NULL AS corrected
FROM documents d LEFT JOIN timetables t ON t.document_id = d.id
WHERE d.id = $1 AND d.tenant = $2
