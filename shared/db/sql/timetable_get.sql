-- A document's timetable.
-- $1 document id  $2 tenant
SELECT id, body FROM timetables WHERE document_id = $1 AND tenant = $2
