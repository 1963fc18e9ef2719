-- A tenant's documents as document_get.sql gives one, newest first, from a cursor on.
-- $1 tenant  $2 limit  $3 created_at of the cursor or null  $4 id of the cursor or null
SELECT d.*, first.week_name, first.class_name, first.teacher,
    ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids
FROM documents d
LEFT JOIN LATERAL (
    SELECT t.saved_name AS week_name, t.class_name, t.teacher FROM timetables t
    WHERE t.document_id = d.id ORDER BY t.position LIMIT 1
) first ON true
WHERE d.tenant = $1 AND ($3::timestamptz IS NULL OR (d.created_at, d.id) < ($3::timestamptz, $4::uuid))
ORDER BY d.created_at DESC, d.id DESC
LIMIT $2
