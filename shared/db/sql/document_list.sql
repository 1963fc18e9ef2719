-- A tenant's documents with their timetables' ids, newest first, from a cursor on.
-- $1 tenant  $2 limit  $3 created_at of the cursor or null  $4 id of the cursor or null
SELECT d.*, ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids
FROM documents d
WHERE d.tenant = $1 AND ($3::timestamptz IS NULL OR (d.created_at, d.id) < ($3::timestamptz, $4::uuid))
ORDER BY d.created_at DESC, d.id DESC
LIMIT $2
