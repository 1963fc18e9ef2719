-- A tenant's documents, newest first, from a cursor on.
-- $1 tenant  $2 limit  $3 created_at of the cursor or null  $4 id of the cursor or null
SELECT d.*, t.id AS timetable_id
FROM documents d LEFT JOIN timetables t ON t.document_id = d.id
WHERE d.tenant = $1 AND ($3::timestamptz IS NULL OR (d.created_at, d.id) < ($3::timestamptz, $4::uuid))
ORDER BY d.created_at DESC, d.id DESC
LIMIT $2
