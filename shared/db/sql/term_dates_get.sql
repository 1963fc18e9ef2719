-- When a timetable holds; no row if there is no such timetable.
-- $1 id of a timetable, or of a document, whose first one is meant  $2 tenant
SELECT t.term_dates
FROM timetables t JOIN documents d ON d.id = t.document_id
WHERE d.id = coalesce((SELECT document_id FROM timetables WHERE id = $1), $1) AND d.tenant = $2
ORDER BY t.id = $1 DESC, t.position
LIMIT 1
